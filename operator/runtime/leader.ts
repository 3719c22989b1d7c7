import type { Clock } from './clock.ts';
import type { CallOptions, KubeWriter } from './kube-client.ts';
import { isConflict } from './kube-failure.ts';
import { checkedTimes, DEFAULT_LEASE_TIMES, type Lease, LeaseObject, type LeaseTimes, RETRY_JITTER } from './lease.ts';
import type { Log } from './log.ts';
import type { GaugeCell, Meters } from './meters.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorSink } from './reflector-sink.ts';
import type { KubeTransport } from './transport.ts';

/** Asked at the moment of every write. */
export interface Fence {
  isLeader(): boolean;
}

/** Always leads: for one process without election. */
export const alwaysLeader: Fence = { isLeader: () => true };

export interface LeaderOptions {
  readonly kube: KubeWriter;
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly meters: Meters;
  readonly namespace: string;
  readonly name: string;
  /** Pod name + `_` + a uuid: a restarted container is somebody else. */
  readonly identity: string;
  readonly times?: LeaseTimes;
}

interface Observed {
  readonly lease: Lease;
  /** Monotonic time at which we saw this state first: the only clock by which somebody else's lease expires. */
  readonly at: number;
}

/**
 * Leader election on a Lease. The standby watches it, so that a released lease is taken in milliseconds; expiry is judged by our own
 * monotonic clock since the last observed change. The holder's right to write ends `renewDeadline` after the start of its last successful
 * renewal, compared at the moment of use: a process that was stopped and continued finds itself without it, whatever its timers think.
 */
export class LeaderElector implements Fence {
  readonly #o: LeaderOptions;
  readonly #times: LeaseTimes;
  readonly #lease: LeaseObject;
  readonly #isMaster: GaugeCell;
  readonly #renewLag: GaugeCell;
  #observed: Observed | undefined;
  #validUntil = Number.NEGATIVE_INFINITY;
  #wallValidUntil = Number.NEGATIVE_INFINITY;
  #holds = false;
  #lastTurn: number;
  #wakeStandby: (() => void) | undefined;

  constructor(options: LeaderOptions) {
    this.#o = options;
    this.#times = checkedTimes(options.times ?? DEFAULT_LEASE_TIMES);
    this.#lease = new LeaseObject({ ...options, times: this.#times });
    this.#isMaster = options.meters.gauge('leader_election_master_status', 'Whether this process leads', { name: options.name });
    this.#renewLag = options.meters.gauge('trunkline_leader_renew_lag_seconds', 'How late the last renewal of the lease started', {});
    this.#lastTurn = options.clock.monotonic();
  }

  isLeader(): boolean {
    // The monotonic clock may stand still while a machine is suspended; the wall clock then tells. Both must agree.
    return this.#holds && this.#o.clock.monotonic() < this.#validUntil && this.#o.clock.now() < this.#wallValidUntil;
  }

  /** Milliseconds since the elector last did anything; for the liveness check. */
  get idleMs(): number {
    return this.#o.clock.monotonic() - this.#lastTurn;
  }

  /** Resolves when this process leads; rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<void> {
    const watching = new AbortController();
    const watch = this.#watch().run(watching.signal);
    try {
      for (;;) {
        signal.throwIfAborted();
        this.#lastTurn = this.#o.clock.monotonic();
        if (await this.#tryAcquire(signal)) return;
        await this.#waitForNews(signal);
      }
    } finally {
      watching.abort();
      await watch;
    }
  }

  /** Renews until the signal aborts (resolves) or the lease is lost (rejects). Never frees the lease: see `release`. */
  async hold(signal: AbortSignal): Promise<void> {
    const { clock } = this.#o;
    let dueAt = clock.monotonic() + this.#times.retryPeriodMs;
    while (!signal.aborted) {
      await clock.sleep(Math.max(0, dueAt - clock.monotonic()), signal).catch(() => undefined); // the loop's condition sees the abort
      if (signal.aborted) return;
      this.#lastTurn = clock.monotonic();
      this.#renewLag.set(Math.max(0, this.#lastTurn - dueAt) / 1000);
      if (this.#lastTurn >= this.#validUntil) throw this.#lost('it could not be renewed in time');
      await this.#renew(signal);
      dueAt = clock.monotonic() + this.#times.retryPeriodMs;
    }
  }

  /** Frees the lease for the next. Only after the last write of this process has ended. */
  async release(): Promise<void> {
    if (!this.#holds || this.#observed === undefined) return;
    this.#stopHolding();
    for (let attempt = 0; attempt < 3; attempt++) {
      const lease = this.#observed.lease;
      if (!this.#lease.isOurs(lease)) return;
      try {
        this.#note(await this.#lease.free(lease, this.#o.clock.now(), this.#call()));
        this.#o.log.info({ lease: this.#o.name }, 'lease released');
        return;
      } catch (thrown) {
        if (!isConflict(thrown)) throw thrown;
        this.#note(await this.#lease.read(this.#call()));
      }
    }
  }

  #watch(): Reflector {
    const { transport, clock, random, log, meters, name } = this.#o;
    const { collection } = this.#lease;
    const sink: ReflectorSink = {
      init: () => undefined,
      apply: (object) => this.#note(object as Lease),
      delete: () => this.#note(undefined),
      initDone: () => undefined,
    };
    return new Reflector({ collection, onlyName: name, transport, sink, clock, random, log, meters });
  }

  /** A state seen by watch, read or own write. The same state seen again does not restart its clock. */
  #note(lease: Lease | undefined): void {
    const before = this.#observed?.lease;
    if (lease === undefined) this.#observed = undefined;
    else if (before === undefined || before.metadata.resourceVersion !== lease.metadata.resourceVersion) {
      this.#observed = { lease, at: this.#o.clock.monotonic() };
    }
    this.#wakeStandby?.();
  }

  async #tryAcquire(signal: AbortSignal): Promise<boolean> {
    try {
      const now = this.#o.clock.monotonic();
      if (this.#observed !== undefined && this.#expiresAt(this.#observed) > now) return false;
      this.#note(await this.#lease.read(this.#call(signal))); // the watch may be behind
      const seen = this.#observed;
      if (seen === undefined) return await this.#create(signal);
      if (this.#expiresAt(seen) > this.#o.clock.monotonic()) return false;
      return await this.#takeOver(seen.lease, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (!isConflict(thrown)) this.#o.log.warn({ lease: this.#o.name, err: thrown }, 'lease could not be taken');
      return false;
    }
  }

  /** A freed lease is over at once, a held one `leaseDurationSeconds` after we last saw it change. */
  #expiresAt({ lease, at }: Observed): number {
    const heldForMs = this.#lease.heldForMs(lease);
    return heldForMs === 0 ? Number.NEGATIVE_INFINITY : at + heldForMs;
  }

  async #create(signal: AbortSignal): Promise<boolean> {
    const startedAt = this.#start();
    this.#note(await this.#lease.create(startedAt.wall, this.#call(signal)));
    this.#lead(startedAt);
    return true;
  }

  async #takeOver(lease: Lease, signal: AbortSignal): Promise<boolean> {
    const startedAt = this.#start();
    this.#note(await this.#lease.takeOver(lease, startedAt.wall, this.#call(signal)));
    this.#lead(startedAt);
    return true;
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const startedAt = this.#start();
    try {
      const lease = this.#observed?.lease;
      if (lease === undefined) throw this.#lost('it was deleted');
      this.#note(await this.#lease.renew(lease, startedAt.wall, this.#call(signal)));
      this.#lead(startedAt);
    } catch (thrown) {
      if (signal.aborted) return;
      if (thrown instanceof LeadershipLost) throw thrown;
      if (isConflict(thrown)) await this.#lookAfterConflict(signal);
      else this.#o.log.warn({ lease: this.#o.name, err: thrown }, 'lease could not be renewed');
    }
  }

  /** Somebody touched the lease: another holder ends ours at once, an edit beside it only costs this round. */
  async #lookAfterConflict(signal: AbortSignal): Promise<void> {
    const lease = await this.#lease.read(this.#call(signal)).catch(() => this.#observed?.lease);
    if (lease !== undefined && !this.#lease.isOurs(lease)) throw this.#lost('another process holds it');
    this.#note(lease);
  }

  #start(): { readonly monotonic: number; readonly wall: number } {
    return { monotonic: this.#o.clock.monotonic(), wall: this.#o.clock.now() };
  }

  /** Counted from the start of the request: the server cannot have stored the renewal earlier, so nobody else's count ends before ours. */
  #lead(startedAt: { readonly monotonic: number; readonly wall: number }): void {
    this.#validUntil = startedAt.monotonic + this.#times.renewDeadlineMs;
    this.#wallValidUntil = startedAt.wall + this.#times.leaseDurationMs;
    if (!this.#holds) this.#o.log.info({ lease: this.#o.name, identity: this.#o.identity }, 'lease taken, leading');
    this.#holds = true;
    this.#isMaster.set(1);
  }

  #lost(why: string): LeadershipLost {
    this.#stopHolding();
    return new LeadershipLost(`the lease ${this.#o.namespace}/${this.#o.name} was lost: ${why}`);
  }

  #stopHolding(): void {
    this.#holds = false;
    this.#validUntil = Number.NEGATIVE_INFINITY;
    this.#isMaster.set(0);
  }

  /** One slow answer must not cost the lease: half the deadline, or what is left of it while holding. */
  #call(signal?: AbortSignal): CallOptions {
    const half = this.#times.renewDeadlineMs / 2;
    const left = this.#holds ? this.#validUntil - this.#o.clock.monotonic() : half;
    return { channel: 'lease', timeoutMs: Math.max(1000, Math.min(half, left)), ...(signal === undefined ? {} : { signal }) };
  }

  /** Until the lease changes, or its holder's time is up, or it is time to try again after a failure. */
  async #waitForNews(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#o;
    const retryMs = this.#times.retryPeriodMs * (1 + RETRY_JITTER * random());
    const seen = this.#observed;
    const untilExpiry = seen === undefined ? retryMs : this.#expiresAt(seen) - clock.monotonic();
    const woken = new AbortController();
    const onAbort = (): void => woken.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#wakeStandby = () => {
      if (this.#observed === undefined || this.#expiresAt(this.#observed) <= clock.monotonic()) woken.abort();
    };
    await clock.sleep(untilExpiry > 0 ? Math.min(untilExpiry, retryMs) : retryMs, woken.signal).catch(() => undefined); // woken early
    this.#wakeStandby = undefined;
    signal.removeEventListener('abort', onAbort);
  }
}

/** The process must end: another one may be writing already. */
export class LeadershipLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LeadershipLost';
  }
}
