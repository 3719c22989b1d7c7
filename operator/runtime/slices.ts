import type { Clock } from './clock.ts';

/** Does one piece of work; false when there is none (it asks again by `request`). */
export type Pump = () => boolean;

/** Longest time that work is done without letting timers and sockets have their turn. */
const SLICE_MS = 5;
/** Reading the clock costs as much as a tenth of a no-op pass. */
const PIECES_PER_LOOK = 8;

/**
 * Shares the event loop among the controllers of the process: in turn, and together never longer than one slice, so that a resync of all
 * objects leaves the lease, the watches and the probes their time.
 */
export class Slices {
  readonly #clock: Clock;
  readonly #ready: Pump[] = [];
  #isArmed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  request(pump: Pump): void {
    if (!this.#ready.includes(pump)) this.#ready.push(pump);
    if (this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const end = this.#clock.monotonic() + SLICE_MS;
    while (this.#ready.length > 0) {
      const pump = this.#ready.shift() as Pump;
      let hasMore = true;
      for (let i = 0; i < PIECES_PER_LOOK && hasMore; i++) hasMore = pump();
      if (hasMore) this.#ready.push(pump);
      if (this.#clock.monotonic() >= end) break;
    }
    this.#isArmed = false;
    if (this.#ready.length === 0) return;
    this.#isArmed = true;
    setImmediate(this.#run);
  };
}
