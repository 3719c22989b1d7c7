import type { Driver, Target } from '../domain/change/driver.ts';
import { toOperatorError } from '../errors/operator-error.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { callWithin } from './call.ts';
import type { Priority } from './delivery.ts';
import type { Dispatcher } from './dispatcher.ts';
import { countCall, type DeliveryMetrics } from './hooks.ts';
import type { Job } from './job-queue.ts';
import type { DeliveryLimits } from './limits.ts';

/** How reads get into their lanes, and each single call of a driver's `read`. */
export class ReadPath {
  readonly #clock: Clock;
  readonly #limits: DeliveryLimits;
  readonly #dispatcher: Dispatcher;
  readonly #metrics: DeliveryMetrics;
  readonly #stopping = new AbortController();
  /** Reads whose turn to be queued has not come yet. */
  readonly #delayed = new Map<Job, CancelTimer>();

  constructor(deps: {
    readonly clock: Clock;
    readonly limits: DeliveryLimits;
    readonly dispatcher: Dispatcher;
    readonly metrics: DeliveryMetrics;
  }) {
    this.#clock = deps.clock;
    this.#limits = deps.limits;
    this.#dispatcher = deps.dispatcher;
    this.#metrics = deps.metrics;
  }

  queue(target: Target, job: Job, delayMs: number): void {
    if (this.#stopping.signal.aborted) return;
    const add = (): void => {
      this.#delayed.delete(job);
      this.#dispatcher.add(target.lane, job);
    };
    if (delayMs <= 0) add();
    else this.#delayed.set(job, this.#clock.setTimer(delayMs, add));
  }

  /** A delayed read that somebody needs now is not delayed any longer. */
  raise(target: Target, job: Job, priority: Priority): void {
    const cancelDelay = this.#delayed.get(job);
    if (cancelDelay === undefined) this.#dispatcher.raise(target.lane, job, priority);
    else if (priority !== 'poll') {
      cancelDelay();
      this.#delayed.delete(job);
      job.priority = priority;
      this.#dispatcher.add(target.lane, job);
    }
  }

  async read(driver: Driver<unknown>, target: Target): Promise<unknown> {
    const startedAt = this.#clock.monotonic();
    const subject = `${target.system} ${target.id}`;
    const bounds = { clock: this.#clock, deadlineMs: this.#limits.readDeadlineMs, subject, stop: this.#stopping.signal };
    const took = (): number => this.#clock.monotonic() - startedAt;
    try {
      const view = await callWithin(bounds, (signal) => driver.read(target, signal)).result;
      countCall(this.#metrics, target, 'read', 'answered', took());
      return view;
    } catch (thrown) {
      countCall(this.#metrics, target, 'read', toOperatorError(thrown), took());
      throw thrown;
    }
  }

  stop(): void {
    this.#stopping.abort();
    for (const cancel of this.#delayed.values()) cancel();
    this.#delayed.clear();
  }
}
