import type { CancelTimer, Clock } from './clock.ts';

/** Longest delay that setTimeout keeps; beyond it Node fires at once. Longer timers are walked in steps. */
const MAX_TIMER_MS = 2_147_483_647;

/** The real time. Timers keep the process alive: whoever stops, cancels them. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    if (delayMs <= MAX_TIMER_MS) {
      const timer = setTimeout(fire, Math.max(0, delayMs));
      return () => clearTimeout(timer);
    }
    let cancel = (): void => undefined;
    const timer = setTimeout(() => {
      cancel = this.setTimer(delayMs - MAX_TIMER_MS, fire);
    }, MAX_TIMER_MS);
    cancel = () => clearTimeout(timer);
    return () => cancel();
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}

/**
 * `sleep` for any clock that has timers: removes its abort listener when the time is up, so that long-lived signals collect nothing.
 * @internal Shared with the clocks that tests move.
 */
export function sleepOn(clock: Pick<Clock, 'setTimer'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
