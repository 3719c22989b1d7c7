import { FIELD_MANAGERS } from '../api/group.ts';
import type { KubeObject } from '../api/meta.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { equalJson } from './equality.ts';
import type { KubeWriter, WriteTarget } from './kube-client.ts';
import type { Fence } from './leader.ts';
import type { Log } from './log.ts';
import type { CounterCell } from './meters.ts';
import { type ForeignStatus, statusBody, type WantedStatus } from './status.ts';
import type { WatchedKind } from './watched-kind.ts';

/** This process no longer leads: nothing more is written, the pass is dropped. */
export class NotLeading extends Error {
  constructor() {
    super('this process does not lead');
    this.name = 'NotLeading';
  }
}

/** The object is gone from the API server. */
export class ObjectGone extends Error {
  constructor() {
    super('the object is gone');
    this.name = 'ObjectGone';
  }
}

export interface CommitterOptions<T extends KubeObject> {
  readonly kind: WatchedKind<T>;
  readonly kube: KubeWriter;
  readonly fence: Fence;
  readonly finalizer: string;
  readonly foreign: ForeignStatus;
  readonly log: Log;
  readonly statusWrites: CounterCell;
  readonly statusAltered: CounterCell;
}

/**
 * Writes what a pass decided about the object itself. Every write names uid and resourceVersion (a stale view is refused, never stored), asks
 * the fence first, and puts the answer into the cache at once.
 */
export class Committer<T extends KubeObject> {
  readonly #o: CommitterOptions<T>;
  /** What was sent for objects whose stored status came back different: sent once, not on every pass. */
  readonly #altered = new WeakMap<T, Readonly<Record<string, unknown>>>();

  constructor(options: CommitterOptions<T>) {
    this.#o = options;
  }

  hasFinalizer(object: T): boolean {
    return object.metadata.finalizers?.includes(this.#o.finalizer) ?? false;
  }

  addFinalizer(object: T): Promise<T> {
    return this.#setFinalizers(object, [...(object.metadata.finalizers ?? []), this.#o.finalizer]);
  }

  /** The object may be gone with its last finalizer: then undefined. */
  async removeFinalizer(object: T): Promise<T | undefined> {
    const rest = (object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== this.#o.finalizer);
    try {
      return await this.#setFinalizers(object, rest);
    } catch (thrown) {
      if (thrown instanceof ObjectGone) return undefined;
      throw thrown;
    }
  }

  /** False when the server would store nothing new. */
  async writeStatus(object: T, wanted: WantedStatus, now: string): Promise<boolean> {
    const body = statusBody(object, wanted, this.#o.foreign, now);
    if (body === undefined) {
      throw new OperatorError('The status is larger than 128 KiB', { kind: 'Terminal', reason: 'StatusTooLarge' });
    }
    const fields = { kind: this.#o.kind.kind, name: object.metadata.name };
    if (body.dropped.length > 0) this.#o.log.error({ ...fields, dropped: body.dropped }, 'status too large, parts left out');
    if (equalJson(body.status, object.status) || equalJson(body.status, this.#altered.get(object))) return false;
    this.#mayWrite();
    this.#o.statusWrites.inc();
    const stored = this.#stored(object, await this.#o.kube.applyStatus<T>(this.#target(object), body.status, FIELD_MANAGERS.status));
    this.#compare(stored, body.status);
    return true;
  }

  /** A schema that prunes or defaults, or another writer's field, would otherwise cost a write on every pass. */
  #compare(stored: T, sent: Readonly<Record<string, unknown>>): void {
    if (equalJson(stored.status, sent)) return;
    this.#altered.set(stored, sent);
    if (this.#o.foreign.conditions.size > 0 || this.#o.foreign.fields.size > 0) return; // other writers are expected here
    this.#o.statusAltered.inc();
    this.#o.log.error({ kind: this.#o.kind.kind, name: stored.metadata.name }, 'the API server stored another status than was sent');
  }

  async #setFinalizers(object: T, finalizers: readonly string[]): Promise<T> {
    this.#mayWrite();
    return this.#stored(object, await this.#o.kube.setFinalizers<T>(this.#target(object), finalizers, FIELD_MANAGERS.meta));
  }

  #stored(before: T, answer: T | undefined): T {
    const { store } = this.#o.kind;
    if (answer === undefined) {
      store.dropGone(before);
      throw new ObjectGone();
    }
    return store.overlay(answer);
  }

  #target(object: T): WriteTarget {
    const { kind, apiVersion, collection } = this.#o.kind;
    const { name, namespace, uid, resourceVersion } = object.metadata;
    return { ref: { ...collection, ...(namespace === undefined ? {} : { namespace }), name }, apiVersion, kind, uid, resourceVersion };
  }

  #mayWrite(): void {
    if (!this.#o.fence.isLeader()) throw new NotLeading();
  }
}
