import type { CancelTimer, Clock } from '../../operator/runtime/clock.ts';
import { sleepOn } from '../../operator/runtime/system-clock.ts';

/** Real time, so many times faster: for what takes minutes by design and real sockets all the same. */
export class FastClock implements Clock {
  readonly #factor: number;
  readonly #wallStart = Date.now();
  readonly #start = performance.now();

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return this.#wallStart + (performance.now() - this.#start) * this.#factor;
  }

  monotonic(): number {
    return (performance.now() - this.#start) * this.#factor;
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    const timer = setTimeout(fire, delayMs / this.#factor);
    return () => clearTimeout(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}
