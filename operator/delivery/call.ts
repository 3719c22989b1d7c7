import { OperatorError, toOperatorError } from '../errors/operator-error.ts';
import type { Clock } from '../runtime/clock.ts';

/** One outside call that is bounded in time, whatever its callee does. */
export interface BoundedCall<T> {
  /** Settles at the deadline at the latest; rejects with OperatorError only. */
  readonly result: Promise<T>;
  /** Resolves when the work itself has ended, which a callee that ignores its signal may do long after the deadline. */
  readonly ended: Promise<void>;
}

export interface CallBounds {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** Names the target in the message. */
  readonly subject: string;
  /** Gives up as well when this aborts. */
  readonly stop: AbortSignal;
  /** The work went on for another 10 s after it had been given up. */
  readonly onStuck?: (error: OperatorError) => void;
}

const STUCK_MS = 10_000;

/** Starts `work` and gives up on it after `deadlineMs`, or when `stop` aborts. */
export function callWithin<T>(bounds: CallBounds, work: (signal: AbortSignal) => Promise<T>): BoundedCall<T> {
  const controller = new AbortController();
  const running = Promise.resolve().then(() => work(controller.signal));
  const ended = running.then(
    () => undefined,
    () => undefined,
  );
  const result = new Promise<T>((resolve, reject) => {
    const giveUp = (reason: OperatorError): void => {
      cancel();
      controller.abort(reason);
      reject(reason);
      cancel = bounds.clock.setTimer(STUCK_MS, () => bounds.onStuck?.(reason));
    };
    const onStop = (): void => giveUp(stopped());
    let cancel = bounds.clock.setTimer(bounds.deadlineMs, () => giveUp(overdue(bounds.subject, bounds.deadlineMs)));
    bounds.stop.addEventListener('abort', onStop, { once: true });
    if (bounds.stop.aborted) onStop();
    void ended.then(() => {
      cancel();
      bounds.stop.removeEventListener('abort', onStop);
    });
    running.then(resolve, (thrown: unknown) => reject(toOperatorError(thrown)));
  });
  return { result, ended };
}

function overdue(subject: string, deadlineMs: number): OperatorError {
  return new OperatorError(`${subject} did not answer within ${Math.round(deadlineMs / 1_000)} seconds`, {
    kind: 'Retryable',
    reason: 'ExternalSystemUnavailable',
    remedy: 'Check that the system is reachable and not overloaded; the operator tries again by itself',
  });
}

function stopped(): OperatorError {
  return new OperatorError('The operator is stopping', { kind: 'Retryable', reason: 'ShuttingDown' });
}
