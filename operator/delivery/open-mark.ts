import { contentHash } from '../domain/change/canonical.ts';
import { type ChangeSet, changeId } from '../domain/change/change-set.ts';
import { type Target, targetKey } from '../domain/change/driver.ts';
import { toOperatorError } from '../errors/operator-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { callWithin } from './call.ts';
import type { DeliveryMetrics } from './hooks.ts';

/** What may still be on the wire to a target (design §4 Marks). */
export interface OpenMark {
  /** One process, not one pod: a restarted container must be a new holder, or it takes its predecessor's mark for its own. */
  readonly holder: string;
  /** Of the batch; for people who look at the mark. */
  readonly hash: string;
  /** Wall clock, ms since 1970, since another process reads it: nothing of the batch reaches the target later than this. */
  readonly deadline: number;
}

/** Where marks live: a Lease for a device, the object's status for a tenant. Throws OperatorError. */
export interface OpenMarks {
  /** Replaces whatever mark is there. Durable when it returns. */
  leave(target: Target, mark: OpenMark, signal: AbortSignal): Promise<void>;
  find(target: Target, signal: AbortSignal): Promise<OpenMark | undefined>;
  /** Takes this mark away; another one, or none, is left as it is. */
  clear(target: Target, mark: OpenMark, signal: AbortSignal): Promise<void>;
}

/** A stop does not keep a write that is under way from leaving and clearing its mark. */
const NEVER = new AbortController().signal;
const CALL_MS = 30_000;
/** Beyond the deadline of an apply: the way of the last packet, and clocks that differ a little. */
const MARGIN_MS = 10_000;

/** Leaves, finds and clears marks for this process. */
export class MarkKeeper {
  readonly #port: OpenMarks;
  readonly #holder: string;
  readonly #clock: Clock;
  readonly #applyMs: number;
  readonly #metrics: DeliveryMetrics;
  readonly #stop: AbortSignal;
  readonly #clearances = new Map<string, Promise<boolean>>();
  readonly #clearing = new Map<string, Promise<void>>();

  constructor(deps: {
    readonly port: OpenMarks;
    readonly holder: string;
    readonly clock: Clock;
    readonly applyDeadlineMs: number;
    readonly metrics: DeliveryMetrics;
    readonly stop: AbortSignal;
  }) {
    this.#port = deps.port;
    this.#holder = deps.holder;
    this.#clock = deps.clock;
    this.#applyMs = deps.applyDeadlineMs;
    this.#metrics = deps.metrics;
    this.#stop = deps.stop;
  }

  /**
   * Resolves when this process may write to the target: at once, or past the deadline of a mark that another one left; true in that case,
   * and whatever was planned before is out of date. Looked up once a target; rejects when the look-up failed (the next call tries again).
   */
  clearance(target: Target): Promise<boolean> {
    const key = targetKey(target);
    const known = this.#clearances.get(key);
    if (known !== undefined) return known;
    const looking = this.#look(target).catch((thrown: unknown) => {
      this.#clearances.delete(key);
      throw thrown;
    });
    this.#clearances.set(key, looking);
    // Only those who asked before it was settled planned on what the other process may have changed.
    void looking.then(
      () => this.#clearances.set(key, Promise.resolve(false)),
      () => undefined,
    );
    return looking;
  }

  /** Says what is about to be sent. Nothing may be sent when this rejects. */
  async leave(target: Target, changes: ChangeSet): Promise<OpenMark> {
    await this.#clearing.get(targetKey(target));
    const hash = contentHash(changes.map((change) => [changeId(change), change.action, change.fields.map(({ path }) => path)]));
    const mark: OpenMark = { holder: this.#holder, hash, deadline: this.#clock.now() + this.#applyMs + MARGIN_MS };
    await this.#call(target, (signal) => this.#port.leave(target, mark, signal), NEVER);
    return mark;
  }

  /** Nothing of it is on the wire any more. A failure delays the next leader at most until the deadline. */
  clear(target: Target, mark: OpenMark): void {
    const key = targetKey(target);
    const clearing = this.#call(target, (signal) => this.#port.clear(target, mark, signal), NEVER)
      .catch((thrown: unknown) => this.#metrics.trouble('clearing an open mark', toOperatorError(thrown)))
      .finally(() => {
        if (this.#clearing.get(key) === clearing) this.#clearing.delete(key);
      });
    this.#clearing.set(key, clearing);
  }

  /** Resolves when no mark is being cleared any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#clearing.values());
  }

  /** Leadership was lost in between: every target is looked at again. */
  reset(): void {
    this.#clearances.clear();
  }

  async #look(target: Target): Promise<boolean> {
    const mark = await this.#call(target, (signal) => this.#port.find(target, signal), this.#stop);
    if (mark === undefined || mark.holder === this.#holder) return false;
    // A clock far ahead elsewhere must not lock a target for longer than any write can take.
    const waitMs = Math.min(mark.deadline - this.#clock.now(), this.#applyMs + 2 * MARGIN_MS);
    if (waitMs > 0) await this.#clock.sleep(waitMs, this.#stop);
    return true;
  }

  #call<T>(target: Target, work: (signal: AbortSignal) => Promise<T>, stop: AbortSignal): Promise<T> {
    const bounds = { clock: this.#clock, deadlineMs: CALL_MS, subject: `The open mark of ${target.system} ${target.id}`, stop };
    return callWithin(bounds, work).result;
  }
}
