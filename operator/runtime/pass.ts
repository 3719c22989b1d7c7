import { randomUUID } from 'node:crypto';
import type { KubeObject, ObjectKey } from '../api/meta.ts';
import type { Clock } from './clock.ts';
import type { ReconcileContext } from './reconciler.ts';

/** One pass over one object. What only some passes need (signal, id, time as text) is made when first asked for. */
export class Pass<T extends KubeObject> implements ReconcileContext {
  readonly key: ObjectKey;
  readonly object: T;
  readonly requested: boolean;
  readonly startedAt: number;
  readonly #clock: Clock;
  #abort: AbortController | undefined;
  #abortReason: unknown;
  #id: string | undefined;
  #now: string | undefined;

  constructor(key: ObjectKey, object: T, requested: boolean, clock: Clock) {
    this.key = key;
    this.object = object;
    this.requested = requested;
    this.#clock = clock;
    this.startedAt = clock.monotonic();
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#abortReason !== undefined) this.#abort.abort(this.#abortReason);
    }
    return this.#abort.signal;
  }

  get reconcileId(): string {
    this.#id ??= randomUUID();
    return this.#id;
  }

  get now(): string {
    this.#now ??= new Date(this.#clock.now()).toISOString();
    return this.#now;
  }

  abort(reason: unknown): void {
    this.#abortReason = reason;
    this.#abort?.abort(reason);
  }
}
