import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Meters } from './meters.ts';

const WINDOW_MS = 300_000;
const LIMIT = 3;
const FIRST_DELAY_MS = 1000;

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: Meters;
  /** A loop ended three times within five minutes: the process cannot do its work and should end. */
  readonly onHopeless: (loop: string, thrown: unknown) => void;
}

/** Keeps background loops alive (operator-practice row 140): one that ends although nobody asked is started again, and that is told. */
export class Supervisor {
  readonly #o: SupervisorOptions;
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #alive = new Map<string, boolean>();

  constructor(options: SupervisorOptions) {
    this.#o = options;
  }

  /** Names of loops that are not running right now. */
  get fallen(): readonly string[] {
    return [...this.#alive].filter(([, alive]) => !alive).map(([name]) => name);
  }

  start(name: string, loop: (signal: AbortSignal) => Promise<void>): void {
    this.#loops.push(this.#keep(name, loop));
  }

  /** Asks all loops to end and waits until they have. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #keep(name: string, loop: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, log, meters, onHopeless } = this.#o;
    const { signal } = this.#stopping;
    const restarts = meters.counter('trunkline_loop_restarts_total', 'Background loops that ended unasked and were started again', {
      loop: name,
    });
    const falls: number[] = [];
    while (!signal.aborted) {
      this.#alive.set(name, true);
      const thrown = await loop(signal).catch((error: unknown) => error);
      if (signal.aborted) return;
      this.#alive.set(name, false);
      restarts.inc();
      log.error({ loop: name, err: thrown }, 'a background loop ended unasked');
      const now = clock.monotonic();
      falls.push(now);
      const recent = falls.filter((at) => now - at < WINDOW_MS).length;
      if (recent >= LIMIT) return onHopeless(name, thrown);
      await clock.sleep(FIRST_DELAY_MS * 2 ** recent, signal).catch(() => undefined); // the loop's condition sees the abort
    }
  }
}
