import type { Clock } from '../../runtime/clock.ts';

/** Between looks after a write: configuration shows within seconds (teams-admin-api §32). Longer delays are for the overlay, not for a lane. */
const READ_BACK_WAITS_MS = [1_000, 2_000, 4_000];

/** Reads until the answer is as wanted, at most four times over seven seconds; gives the last answer either way. */
export async function readBackUntil<T>(
  clock: Clock,
  isAsWanted: (seen: T) => boolean,
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let seen = await read();
  for (const waitMs of READ_BACK_WAITS_MS) {
    if (isAsWanted(seen) || signal.aborted) return seen;
    await clock.sleep(waitMs, signal).catch(() => undefined); // aborted: the next look, or the caller's next call, says so
    if (signal.aborted) return seen;
    seen = await read();
  }
  return seen;
}
