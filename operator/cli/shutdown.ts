import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';

/** A stop may take 25 s (design §5): first what is on the wire, then passes, then the lease. */
const WIRE_MS = 15_000;
export const PASSES_MS = 8_000;

/** Aborts at the first SIGTERM, SIGINT or SIGHUP; the second one ends the process at once with exit code 1. */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}

/**
 * Resolves with `draining`, when nothing is being written outside any more, at the latest after 15 s. Before the lease is released: another replica writes as
 * soon as it has it, and its plans must not meet our writes on their way. What is still under way then is covered by its open mark.
 */
export async function untilWritten(draining: Promise<void>, clock: Clock, log: Log): Promise<void> {
  const over = new AbortController();
  const timeUp = clock.sleep(WIRE_MS, over.signal).then(
    () => log.warn({}, 'writes are still under way'),
    () => undefined,
  );
  await Promise.race([draining, timeUp]);
  over.abort();
}
