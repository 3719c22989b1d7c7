import type { OperatorError } from '../errors/operator-error.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { Breaker } from './breaker.ts';
import type { Priority } from './delivery.ts';
import { healthOf } from './health.ts';
import { type Answer, type Job, JobQueue } from './job-queue.ts';
import type { DeliveryLimits, LaneLimits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

export interface LaneDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: DeliveryLimits;
  /** The lane may be able to start a job now. */
  readonly onReady: (lane: Lane) => void;
  readonly onBreaker: (lane: string, state: 'closed' | 'open') => void;
}

const RETRY_AFTER = { shortestMs: 1_000, usualMs: 30_000, longestMs: 300_000 };

/** What the target asked for, within reason: a missing or absurd Retry-After neither hammers nor forgets a target. */
export function pauseMs(error: OperatorError): number {
  return Math.min(RETRY_AFTER.longestMs, Math.max(RETRY_AFTER.shortestMs, error.retryAfterMs ?? RETRY_AFTER.usualMs));
}

/**
 * All calls to one tenant or device (design §4 Lanes): bounded concurrency with one write at a time, token bucket, Retry-After, circuit
 * breaker, priorities, turns between targets. It starts nothing by itself: the dispatcher asks `runnable` and calls `startNext`.
 */
export class Lane {
  readonly name: string;
  readonly #deps: LaneDeps;
  readonly #limits: LaneLimits;
  readonly #queue = new JobQueue();
  readonly #breaker: Breaker;
  readonly #bucket: TokenBucket;
  #running = 0;
  #writing = false;
  #pausedUntil = 0;
  #timer: { readonly at: number; readonly cancel: CancelTimer } | undefined;

  constructor(name: string, deps: LaneDeps) {
    this.name = name;
    this.#deps = deps;
    this.#limits = deps.limits.laneOf(name);
    this.#breaker = new Breaker(deps.limits.breaker, deps.random);
    this.#bucket = new TokenBucket(this.#limits.burst, this.#limits.perSecond, deps.clock.monotonic());
  }

  add(job: Job): void {
    this.#queue.add(job);
  }

  remove(job: Job): boolean {
    return this.#queue.remove(job);
  }

  /** Moves a waiting job up; never down. */
  raise(job: Job, priority: Priority): void {
    if (!this.#queue.remove(job)) return;
    job.priority = priority;
    this.#queue.add(job);
  }

  /** Nothing waits, runs or is remembered: the lane can be forgotten. */
  get isIdle(): boolean {
    const now = this.#deps.clock.monotonic();
    const isQuiet = this.#queue.size === 0 && this.#running === 0 && !this.#writing;
    return isQuiet && this.#breaker.isForgettable(now) && this.#pausedUntil <= now && this.#bucket.isFull(now);
  }

  /** Best priority that could start now; undefined when nothing can. Sets its own alarm when only time is in the way. */
  runnable(): Priority | undefined {
    if (this.#running >= this.#limits.concurrency) return undefined;
    const best = this.#queue.best(!this.#writing);
    if (best === undefined) return undefined;
    const now = this.#deps.clock.monotonic();
    const opensAt = Math.max(this.#pausedUntil, this.#breaker.openUntil ?? 0, now + this.#bucket.waitMs(now));
    if (opensAt > now) {
      this.#alarm(opensAt, now);
      return undefined;
    }
    const probing = this.#breaker.state(now) === 'halfOpen' && this.#running > 0;
    return probing ? undefined : best;
  }

  /** Starts one job; call only when `runnable` said so. `onFinished` follows when its slot is free again. */
  startNext(onFinished: () => void): void {
    const job = this.#queue.take(!this.#writing);
    if (job === undefined) throw new Error(`lane ${this.name} has nothing to start`);
    this.#bucket.take(this.#deps.clock.monotonic());
    this.#running += 1;
    if (job.mode === 'write') this.#writing = true;
    void job.run().then((answer) => {
      this.#running -= 1;
      this.#learn(answer);
      if (job.mode === 'write') this.#endWrite(answer);
      onFinished();
    });
  }

  /** Closes the breaker. A Retry-After stays: it was asked for by a target that answers. */
  renew(): void {
    if (this.#breaker.answered()) this.#deps.onBreaker(this.name, 'closed');
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** A write that outlives its deadline may still change the target: the next one waits until it has really ended. */
  #endWrite(answer: Answer): void {
    const finish = (): void => {
      this.#writing = false;
      this.#deps.onReady(this);
    };
    if (answer.ended === undefined) finish();
    else void answer.ended.then(finish);
  }

  #learn({ health }: Answer): void {
    const now = this.#deps.clock.monotonic();
    const weight = typeof health === 'string' ? health : healthOf(health);
    if (typeof health !== 'string' && weight === 'throttled') this.#pausedUntil = Math.max(this.#pausedUntil, now + pauseMs(health));
    else if (weight === 'failed' && this.#breaker.failed(now)) this.#deps.onBreaker(this.name, 'open');
    else if (weight === 'answered' && this.#breaker.answered()) this.#deps.onBreaker(this.name, 'closed');
  }

  #alarm(at: number, now: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = this.#deps.clock.setTimer(at - now, () => {
      this.#timer = undefined;
      this.#deps.onReady(this);
    });
    this.#timer = { at, cancel };
  }
}
