import { type Target, targetKey } from '../domain/change/driver.ts';
import type { Clock } from '../runtime/clock.ts';
import type { DeliveryLimits } from './limits.ts';

/**
 * Spreads the first periodic looks after a start by hash of the target (design §4), so that a restarted operator does not ask a thousand
 * tenants in the same second. The more targets have come, the wider the spread: a handful is read at once.
 */
export class SpreadStart {
  readonly #clock: Clock;
  readonly #limits: DeliveryLimits;
  readonly #startedAt: number;
  #targets = 0;

  constructor(clock: Clock, limits: DeliveryLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#startedAt = clock.monotonic();
  }

  delayMs(target: Target): number {
    const sinceStart = this.#clock.monotonic() - this.#startedAt;
    if (sinceStart >= this.#limits.spreadMs) return 0;
    const window = Math.min(this.#limits.spreadMs, this.#targets * this.#limits.spreadPerTargetMs);
    this.#targets += 1;
    return Math.floor(fraction(targetKey(target)) * window);
  }
}

/** FNV-1a as a number between 0 and 1: even enough for spreading, and the same after each start. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
