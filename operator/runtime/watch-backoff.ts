import type { Clock } from './clock.ts';

const FIRST_MS = 800;
const LONGEST_MS = 30_000;
const HEALTHY_AFTER_MS = 120_000;

/** 800 ms doubling to 30 s, jitter up to as much again, from the start after 2 min without a failure (operator-practice D6, as client-go). */
export class WatchBackoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #delayMs = FIRST_MS;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  nextMs(): number {
    const now = this.#clock.monotonic();
    if (now - this.#lastAt > HEALTHY_AFTER_MS) this.#delayMs = FIRST_MS;
    const delayMs = this.#delayMs * (1 + this.#random());
    this.#delayMs = Math.min(LONGEST_MS, this.#delayMs * 2);
    this.#lastAt = now + delayMs;
    return delayMs;
  }
}
