export interface SandboxClockOptions {
  /** `real` follows the wall clock and can be moved ahead of it; `manual` stands still until it is advanced. */
  readonly mode?: 'real' | 'manual';
  /** Epoch milliseconds at which a manual clock starts. A real one starts now. */
  readonly startAt?: number;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

const MANUAL_START = Date.UTC(2026, 10, 2, 10);

/**
 * The one time of the sandbox: stand-ins read it for expiry and propagation, tests move it, the admin API shows and moves it.
 * Times are epoch milliseconds. It never runs backwards.
 */
export class SandboxClock {
  readonly mode: 'real' | 'manual';
  #offset = 0;
  #standing: number;
  #timers: Timer[] = [];
  #wakeup: NodeJS.Timeout | undefined;

  constructor({ mode = 'real', startAt = MANUAL_START }: SandboxClockOptions = {}) {
    this.mode = mode;
    this.#standing = startAt;
  }

  now(): number {
    return this.mode === 'manual' ? this.#standing : Date.now() + this.#offset;
  }

  /** The same line of time: it never runs backwards. */
  monotonic(): number {
    return this.now();
  }

  /** Moves time ahead by `ms` and runs what falls due on the way, in order, each at its own time on a manual clock. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a clock advances by zero or more milliseconds, not ${ms}`);
    const target = this.now() + ms;
    for (let next = this.#nextDue(target); next !== undefined; next = this.#nextDue(target)) {
      this.#moveTo(Math.max(next.dueAt, this.now()));
      this.#fire(next);
    }
    this.#moveTo(target);
    this.#armWakeup();
  }

  /** Runs `run` once `ms` of sandbox time have passed; the returned function cancels it. Never keeps the process alive. */
  setTimer(ms: number, run: () => void): () => void {
    const timer: Timer = { dueAt: this.now() + ms, run };
    this.#timers.push(timer);
    this.#timers.sort((a, b) => a.dueAt - b.dueAt);
    this.#armWakeup();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#armWakeup();
    };
  }

  /** Resolves after `ms` of sandbox time; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.setTimer(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Forgets every timer: part of stopping a sandbox. */
  stop(): void {
    this.#timers = [];
    this.#armWakeup();
  }

  #nextDue(until: number): Timer | undefined {
    const next = this.#timers[0];
    return next !== undefined && next.dueAt <= until ? next : undefined;
  }

  #moveTo(time: number): void {
    if (this.mode === 'manual') this.#standing = time;
    else this.#offset = Math.max(this.#offset, time - Date.now());
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    timer.run();
  }

  #armWakeup(): void {
    clearTimeout(this.#wakeup);
    const next = this.#timers[0];
    if (this.mode === 'manual' || next === undefined) return;
    const delayMs = Math.min(Math.max(0, next.dueAt - this.now()), 2 ** 31 - 1);
    this.#wakeup = setTimeout(() => this.advance(0), delayMs);
    this.#wakeup.unref();
  }
}
