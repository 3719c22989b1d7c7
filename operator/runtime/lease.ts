import type { KubeObject } from '../api/meta.ts';
import type { CallOptions, KubeWriter } from './kube-client.ts';
import { microTime } from './micro-time.ts';

export interface LeaseTimes {
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** As controller-runtime. */
export const DEFAULT_LEASE_TIMES: LeaseTimes = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 };

/** A retry comes up to this share later. */
export const RETRY_JITTER = 0.2;

/** client-go's rule: lease > deadline > retry with its jitter, else a healthy holder could lose the lease. */
export function checkedTimes(times: LeaseTimes): LeaseTimes {
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = times;
  if (leaseDurationMs <= renewDeadlineMs) throw new Error('the lease duration must be longer than the renew deadline');
  if (renewDeadlineMs <= retryPeriodMs * (1 + RETRY_JITTER)) throw new Error('the renew deadline must be longer than 1.2 retry periods');
  if (retryPeriodMs <= 0) throw new Error('the retry period must be positive');
  return times;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export type Lease = KubeObject<LeaseSpec>;

export interface LeaseOptions {
  readonly kube: Pick<KubeWriter, 'create' | 'read' | 'replace'>;
  readonly namespace: string;
  readonly name: string;
  /** Pod name + `_` + a uuid: a restarted container is somebody else. */
  readonly identity: string;
  readonly times: LeaseTimes;
}

/** What one candidate does with the Lease that all of them share; whether it may is not decided here. `nowMs` is wall clock. */
export class LeaseObject {
  readonly collection: { readonly group: string; readonly version: string; readonly plural: string; readonly namespace: string };
  readonly #o: LeaseOptions;

  constructor(options: LeaseOptions) {
    this.#o = options;
    this.collection = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: options.namespace };
  }

  isOurs({ spec }: Lease): boolean {
    return spec.holderIdentity === this.#o.identity;
  }

  /** For how long another holder keeps it without renewing, ms; 0: nobody else has it. */
  heldForMs(lease: Lease): number {
    const { holderIdentity = '', leaseDurationSeconds } = lease.spec;
    if (holderIdentity === '' || this.isOurs(lease)) return 0;
    return (leaseDurationSeconds ?? this.#o.times.leaseDurationMs / 1000) * 1000;
  }

  read(options: CallOptions): Promise<Lease | undefined> {
    return this.#o.kube.read<Lease>(this.#ref, options);
  }

  create(nowMs: number, options: CallOptions): Promise<Lease> {
    const { namespace, name } = this.#o;
    const spec = this.#takenSpec(0, nowMs);
    return this.#o.kube.create<Lease>(
      this.#ref,
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec },
      options,
    );
  }

  takeOver(lease: Lease, nowMs: number, options: CallOptions): Promise<Lease> {
    return this.#put(lease, this.#takenSpec((lease.spec.leaseTransitions ?? 0) + 1, nowMs), options);
  }

  renew(lease: Lease, nowMs: number, options: CallOptions): Promise<Lease> {
    return this.#put(lease, { ...lease.spec, renewTime: microTime(nowMs) }, options);
  }

  /** Free at once, also for who only counts the duration. */
  free(lease: Lease, nowMs: number, options: CallOptions): Promise<Lease> {
    return this.#put(lease, { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(nowMs) }, options);
  }

  get #ref() {
    return { ...this.collection, name: this.#o.name };
  }

  #takenSpec(leaseTransitions: number, nowMs: number): LeaseSpec {
    const now = microTime(nowMs);
    const leaseDurationSeconds = Math.ceil(this.#o.times.leaseDurationMs / 1000);
    return { holderIdentity: this.#o.identity, leaseDurationSeconds, acquireTime: now, renewTime: now, leaseTransitions };
  }

  #put(lease: Lease, spec: LeaseSpec, options: CallOptions): Promise<Lease> {
    return this.#o.kube.replace<Lease>(this.#ref, { ...lease, spec }, options);
  }
}
