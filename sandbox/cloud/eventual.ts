import type { SandboxClock } from './clock.ts';

interface Version<V> {
  /** Undefined = deleted. */
  readonly value: V | undefined;
  readonly from: number;
}

/**
 * A map that readers see late: what was written is the truth at once (for uniqueness and dependency checks) and is seen once its
 * delay has passed. Until then readers see what stood there before. Keys are compared without regard to case.
 */
export class EventualMap<V> {
  readonly #clock: SandboxClock;
  readonly #versions = new Map<string, Version<V>[]>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  set(key: string, value: V, delayMs = 0): void {
    this.#append(key, value, delayMs);
  }

  delete(key: string, delayMs = 0): void {
    this.#append(key, undefined, delayMs);
  }

  /** The truth. */
  latest(key: string): V | undefined {
    return this.#versions.get(key.toLowerCase())?.at(-1)?.value;
  }

  /** What a reader sees now. */
  seen(key: string): V | undefined {
    const now = this.#clock.now();
    return this.#versions.get(key.toLowerCase())?.findLast((version) => version.from <= now)?.value;
  }

  latestValues(): V[] {
    return [...this.#versions.keys()].flatMap((key) => present(this.latest(key)));
  }

  seenValues(): V[] {
    return [...this.#versions.keys()].flatMap((key) => present(this.seen(key)));
  }

  #append(key: string, value: V | undefined, delayMs: number): void {
    const now = this.#clock.now();
    const id = key.toLowerCase();
    const versions = this.#versions.get(id) ?? [];
    const seenAt = versions.findLastIndex((version) => version.from <= now);
    const kept = [...versions.slice(Math.max(0, seenAt)), { value, from: now + delayMs }];
    // Gone and seen to be gone by everybody: the key itself goes, so that a re-created name lists last, as a new object does.
    if (value === undefined && delayMs === 0) this.#versions.delete(id);
    else this.#versions.set(id, kept);
  }
}

function present<V>(value: V | undefined): V[] {
  return value === undefined ? [] : [value];
}
