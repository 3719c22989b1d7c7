import { createHash } from 'node:crypto';
import type { KubeObject } from '../api/meta.ts';
import type { OpenMark, OpenMarks } from '../delivery/open-mark.ts';
import { type Target, targetKey } from '../domain/change/driver.ts';
import type { AbandonedWork } from '../integrations/sbc/audiocodes/driver.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Kube, ResourceRef } from '../runtime/kube.ts';

type MarkLease = KubeObject<{ readonly holderIdentity?: string }>;

const HASH = 'trunkline.dev/mark-hash';
const DEADLINE = 'trunkline.dev/mark-deadline';
const TARGET = 'trunkline.dev/mark-target';

/**
 * Open marks as Leases in the operator's namespace, one a target (design §4 Marks). A mark of an earlier process, once its deadline has
 * passed, also tells a driver that what it finds unsaved may be that process's work.
 */
export class LeaseMarks implements OpenMarks {
  readonly #kube: Kube;
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #holder: string;
  /** Marks of earlier processes, found before ours replaced them. */
  readonly #abandoned = new Map<string, OpenMark>();
  readonly #looked = new Set<string>();
  /** Targets on which a write of this process is not finished although nothing of it is on the wire. */
  readonly #kept = new Set<string>();

  constructor(deps: { readonly kube: Kube; readonly clock: Clock; readonly namespace: string; readonly holder: string }) {
    this.#kube = deps.kube;
    this.#clock = deps.clock;
    this.#namespace = deps.namespace;
    this.#holder = deps.holder;
  }

  async leave(target: Target, mark: OpenMark, signal: AbortSignal): Promise<void> {
    const ref = this.#ref(target);
    const annotations = { [HASH]: mark.hash, [DEADLINE]: new Date(mark.deadline).toISOString(), [TARGET]: `${target.system} ${target.id}` };
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: ref.name, namespace: this.#namespace, annotations },
      spec: { holderIdentity: mark.holder },
    };
    await this.#kube.apply(ref, lease, { fieldManager: 'trunkline-marks', force: true }, signal);
  }

  async find(target: Target, signal?: AbortSignal): Promise<OpenMark | undefined> {
    const lease = await this.#kube.get<MarkLease>(this.#ref(target), signal);
    const mark = lease && markOf(lease);
    if (mark !== undefined && mark.holder !== this.#holder) this.#abandoned.set(targetKey(target), mark);
    return mark;
  }

  async clear(target: Target, mark: OpenMark, signal: AbortSignal): Promise<void> {
    if (mark.holder === this.#holder && this.#kept.has(targetKey(target))) return;
    const ref = this.#ref(target);
    const lease = await this.#kube.get<MarkLease>(ref, signal);
    const found = lease && markOf(lease);
    if (found === undefined || found.holder !== mark.holder || found.hash !== mark.hash) return;
    const version = lease?.metadata.resourceVersion;
    await this.#kube.delete(ref, version === undefined ? {} : { resourceVersion: version }, signal);
  }

  /** The mark of an earlier process of which something may still be on the wire; looked for once, then known. */
  async openOn(target: Target, signal: AbortSignal): Promise<OpenMark | undefined> {
    const key = targetKey(target);
    if (!this.#looked.has(key)) {
      await this.find(target, signal);
      this.#looked.add(key);
    }
    const mark = this.#abandoned.get(key);
    return mark !== undefined && mark.deadline > this.#clock.now() ? mark : undefined;
  }

  /** What an earlier process left behind on this target, for as long as nobody has settled it. */
  readonly abandoned: AbandonedWork = {
    find: async (target, signal) => {
      // A device on which everything already is as planned gets no write, so nobody but its driver would look for the mark.
      if (!this.#abandoned.has(targetKey(target))) await this.find(target, signal);
      const mark = this.#abandoned.get(targetKey(target));
      if (mark === undefined) return undefined;
      if (mark.deadline > this.#clock.now()) return 'open';
      return {
        settle: async (settling) => {
          this.#abandoned.delete(targetKey(target));
          await this.clear(target, mark, settling);
        },
      };
    },
    keep: (target, isUnfinished) => {
      if (isUnfinished) this.#kept.add(targetKey(target));
      else this.#kept.delete(targetKey(target));
    },
    release: async (target, signal) => {
      if (!this.#kept.has(targetKey(target))) return;
      const mark = await this.find(target, signal);
      this.#kept.delete(targetKey(target));
      if (mark?.holder === this.#holder) await this.clear(target, mark, signal);
    },
  };

  #ref(target: Target): ResourceRef {
    const hash = createHash('sha256').update(targetKey(target)).digest('hex').slice(0, 20);
    return { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: this.#namespace, name: `trunkline-mark-${hash}` };
  }
}

function markOf(lease: MarkLease): OpenMark | undefined {
  const holder = lease.spec.holderIdentity;
  const hash = lease.metadata.annotations?.[HASH];
  const deadline = Date.parse(lease.metadata.annotations?.[DEADLINE] ?? '');
  return holder === undefined || hash === undefined || Number.isNaN(deadline) ? undefined : { holder, hash, deadline };
}
