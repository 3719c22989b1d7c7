import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** One source of checks, asked anew for every probe. Nothing in them depends on Microsoft, DNS or an SBC: a restart would not help those. */
export type CheckSource = () => readonly Check[];

export interface HealthReport {
  readonly ok: boolean;
  /** What Kubernetes components print: one line a check, then a verdict. */
  readonly text: string;
}

/** The checks of one endpoint, of one of them by name, or undefined when there is none of that name. */
export function reportHealth(endpoint: string, sources: readonly CheckSource[], only?: string): HealthReport | undefined {
  const checks = sources.flatMap((source) => source()).filter((check) => only === undefined || check.name === only);
  if (only !== undefined && checks.length === 0) return undefined;
  const failing = checks.filter((check) => !check.ok);
  const lines = checks.map(({ name, ok, detail }) => `[${ok ? '+' : '-'}]${name} ${ok ? 'ok' : 'failed'}: ${detail}`);
  const verdict =
    failing.length === 0 ? `${endpoint} check passed` : `${endpoint} check failed: ${failing.map(({ name }) => name).join(', ')}`;
  return { ok: failing.length === 0, text: [...lines, verdict, ''].join('\n') };
}

const LOOP_LIMIT_MS = 5000;
const CLOCK_LIMIT_MS = 60_000;

/** Checks of the process itself: is the event loop free, and do the two clocks agree (leases depend on both)? */
export class ProcessHealth {
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  readonly #offset: number;

  constructor(clock: { now(): number; monotonic(): number }) {
    this.#wall = () => clock.now();
    this.#monotonic = () => clock.monotonic();
    this.#offset = clock.now() - clock.monotonic();
    this.#delay.enable();
  }

  readonly checks: CheckSource = () => {
    const blockedMs = this.#delay.max / 1e6;
    this.#delay.reset();
    const skewMs = Math.abs(this.#wall() - this.#monotonic() - this.#offset);
    return [
      { name: 'event-loop', ok: blockedMs < LOOP_LIMIT_MS, detail: `blocked for at most ${Math.round(blockedMs)} ms since the last probe` },
      { name: 'clock', ok: skewMs < CLOCK_LIMIT_MS, detail: `wall and monotonic clock are ${Math.round(skewMs)} ms apart since the start` },
    ];
  };

  stop(): void {
    this.#delay.disable();
  }
}
