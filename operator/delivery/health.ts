import type { Verdict } from '../domain/change/driver.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import type { Answer } from './job-queue.ts';

/**
 * What a failure says about the target itself, whatever it says about the object. `failed`: it gave no useful answer, and after some of these
 * in a row it is left alone for a while. `answered`: it is alive, also when it refuses. `silent`: it was not asked.
 */
export type Health = 'failed' | 'throttled' | 'answered' | 'silent';

/** Failures from this side of the wire: they neither open nor close anything. */
const NOT_ASKED: readonly string[] = ['ShuttingDown', 'Interrupted', 'Paused', 'CredentialsGone', 'SBCDeviceNotReady', 'CallForbidden'];

/** Worth a retry, and told by a target that answers: something else was there, a part was not done, or it does not show yet. */
const TOLD_BY_THE_TARGET: readonly string[] = [
  'ObservedChanged',
  'Conflict',
  'ObservationSuspect',
  'DependentChangeFailed',
  'PartiallyApplied',
  'VerifyFailed',
  'SaveFailed',
  'ChangeNotVisible',
  'UsageInUse',
  'UsageNotFound',
];

/** What one failure says of its target, for the breaker of its lane. */
export function healthOf({ kind, reason }: Pick<OperatorError, 'kind' | 'reason'>): Health {
  if (kind === 'Throttled') return 'throttled';
  if (NOT_ASKED.includes(reason)) return 'silent';
  return kind === 'Retryable' && !TOLD_BY_THE_TARGET.includes(reason) ? 'failed' : 'answered';
}

const FROM_BEST: readonly Health[] = ['silent', 'answered', 'failed', 'throttled'];

/** Of two answers in one turn the one that says more against the target; of equal ones the first. */
export function worse(first: Answer['health'], second: Answer['health']): Answer['health'] {
  const rank = (health: Answer['health']): number => FROM_BEST.indexOf(typeof health === 'string' ? health : healthOf(health));
  return rank(second) > rank(first) ? second : first;
}

/** What a batch says of its target. One throttled change speaks for all; outages count only when nothing at all went through. */
export function healthOfBatch(verdicts: readonly Verdict[]): Answer['health'] {
  const errors = verdicts.flatMap((verdict) => (verdict.result === 'failed' ? [verdict.error] : []));
  const throttled = errors.find((error) => healthOf(error) === 'throttled');
  if (throttled !== undefined) return throttled;
  if (verdicts.some((verdict) => verdict.result === 'applied')) return 'answered';
  const failed = errors.find((error) => healthOf(error) === 'failed');
  if (failed !== undefined) return failed;
  return errors.every((error) => healthOf(error) === 'silent') ? 'silent' : 'answered';
}
