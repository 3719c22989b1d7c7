import type { BreakerLimits } from './limits.ts';

/**
 * Stops asking a target that does not answer. Closed: everything passes. Open: nothing passes until `opensAgainAt`. Half-open: one probe
 * decides; its success closes, its failure opens for twice as long. Pure in time: the caller passes monotonic milliseconds.
 */
export class Breaker {
  readonly #limits: BreakerLimits;
  readonly #random: () => number;
  #failures = 0;
  #failedAt = 0;
  #timesOpened = 0;
  #openUntil: number | undefined;

  constructor(limits: BreakerLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  state(now: number): 'closed' | 'open' | 'halfOpen' {
    if (this.#openUntil === undefined) return 'closed';
    return now < this.#openUntil ? 'open' : 'halfOpen';
  }

  /** Monotonic time of the next probe; undefined while closed. */
  get openUntil(): number | undefined {
    return this.#openUntil;
  }

  /** True when nothing worth keeping is remembered, so that the lane may vanish. */
  isForgettable(now: number): boolean {
    return this.#failures === 0 || now - this.#failedAt > 2 * this.#limits.maxOpenMs;
  }

  /** The target answered (also with a refusal: it is alive). True when this closed the breaker. */
  answered(): boolean {
    const wasOpen = this.#openUntil !== undefined;
    this.#failures = 0;
    this.#timesOpened = 0;
    this.#openUntil = undefined;
    return wasOpen;
  }

  /** The target did not answer usefully. True when this opened the breaker. */
  failed(now: number): boolean {
    this.#failures += 1;
    this.#failedAt = now;
    const state = this.state(now);
    // Calls that were under way when it opened add nothing to what is known.
    if (state === 'open' || (state === 'closed' && this.#failures < this.#limits.threshold)) return false;
    const openMs = Math.min(this.#limits.maxOpenMs, this.#limits.openMs * 2 ** this.#timesOpened);
    this.#timesOpened += 1;
    this.#openUntil = now + openMs * (0.8 + 0.4 * this.#random());
    return true;
  }
}
