/** Cancels a timer; calling it twice, or after it fired, does nothing. */
export type CancelTimer = () => void;

/** The only source of time. Tests pass a clock that they move by hand. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. For what people read. */
  now(): number;
  /** Monotonic milliseconds; for deadlines, ages and leases. */
  monotonic(): number;
  setTimer(delayMs: number, fire: () => void): CancelTimer;
  /** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
