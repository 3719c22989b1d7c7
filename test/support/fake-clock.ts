import type { CancelTimer, Clock } from '../../operator/runtime/clock.ts';
import { sleepOn } from '../../operator/runtime/system-clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * Time that stands still until a test moves it. Wall and monotonic clock move together unless `jumpWall` tears them apart, as a clock
 * correction does.
 */
export class FakeClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(startIso = '2026-01-01T00:00:00Z') {
    this.#wall = Date.parse(startIso);
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    const timer = { dueAt: this.#monotonic + Math.max(0, delayMs), order: this.#order++, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Timers waiting; 0 after a clean stop. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer, if there is one. */
  get nextTimerIn(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.dueAt - this.#monotonic;
  }

  /** Moves time, firing what falls due in order; promises settle in between, so that a loop of sleeps walks all its rounds. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let next = this.#next(); next !== undefined && next.dueAt <= end; next = this.#next()) {
      this.#moveTo(next.dueAt);
      this.#timers.delete(next);
      next.fire();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  /** Moves time without letting any timer fire: a process that was stopped (SIGSTOP) and has just been continued. */
  freeze(ms: number): void {
    this.#moveTo(this.#monotonic + ms);
  }

  /** Sets the wall clock off by `ms` (negative: back); the monotonic one stays. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  #moveTo(time: number): void {
    if (time <= this.#monotonic) return;
    this.#wall += time - this.#monotonic;
    this.#monotonic = time;
  }

  #next(): Timer | undefined {
    let best: Timer | undefined;
    for (const timer of this.#timers) {
      if (best === undefined || timer.dueAt < best.dueAt || (timer.dueAt === best.dueAt && timer.order < best.order)) best = timer;
    }
    return best;
  }
}

/** Lets pending promises and immediates run. No real time passes. */
export async function settle(rounds = 5): Promise<void> {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}
