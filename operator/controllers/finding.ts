import type { Condition, ConditionStatus } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { Seen } from '../delivery/delivery.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import type { ConditionInput } from '../runtime/reconciler.ts';

/**
 * One condition with what it means for the object as a whole. `waits`: time or another object clears it; `stalls`: a person must change
 * something first; `fine`: nothing to do, whatever the status.
 */
export interface Finding extends ConditionInput {
  readonly reason: Reason;
  readonly effect: 'fine' | 'waits' | 'stalls';
  /** RFC 3339; of a wait whose end is known: past it a person must look. */
  readonly expectedBy?: string;
}

export function holds(type: string, reason: Reason, message: string): Finding {
  return { type, status: 'True', reason, message, effect: 'fine' };
}

export function waits(type: string, reason: Reason, message: string, status: ConditionStatus = 'False'): Finding {
  return { type, status, reason, message, effect: 'waits' };
}

export function stalls(type: string, reason: Reason, message: string): Finding {
  return { type, status: 'False', reason, message, effect: 'stalls' };
}

/** Unknown, and not in the way: `NotApplicable`, `Assumed`, `Declared`, `NotManagedYet` satisfy gates and Ready (design §2). */
export function exempt(type: string, reason: ExemptReason, message: string): Finding {
  return { type, status: 'Unknown', reason, message, effect: 'fine' };
}

/**
 * A failed outside call as the condition it is about. The message is stable: no ids, no times. `where`: the field that a person corrects, with
 * what stands there, because an outside system knows nothing of our spec.
 */
export function failed(type: string, error: OperatorError, where?: string): Finding {
  const said = error.remedy === undefined ? error.message : `${error.message}. ${error.remedy}`;
  const message = where === undefined ? said : `${where}: ${said}`;
  const effect = error.kind === 'Terminal' ? 'stalls' : 'waits';
  return {
    type,
    status: error.kind === 'Retryable' || error.kind === 'Throttled' ? 'Unknown' : 'False',
    reason: error.reason as Reason,
    message,
    effect,
    ...(error.expectedBy === undefined ? {} : { expectedBy: error.expectedBy }),
  };
}

export type ExemptReason = 'NotApplicable' | 'Assumed' | 'Declared' | 'NotManagedYet';
const EXEMPT: readonly string[] = ['NotApplicable', 'Assumed', 'Declared', 'NotManagedYet'] satisfies ExemptReason[];

/** Whether a gate that reads this condition is open. */
export function satisfies(condition: Pick<Condition, 'status' | 'reason'> | undefined): boolean {
  return condition !== undefined && (condition.status === 'True' || (condition.status === 'Unknown' && EXEMPT.includes(condition.reason)));
}

export function conditionOf(
  object: { readonly status?: { readonly conditions?: readonly Condition[] } },
  type: string,
): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/**
 * What the object said last about this, with what it meant for the object. It holds while a look is under way: asking is no news, and a
 * condition that goes back and forth at every look wakes everybody who reads it.
 */
export function lastWord(object: Spoken, type: string): Finding | undefined {
  const known = conditionOf(object, type);
  if (known === undefined) return undefined;
  const { status, reason, message } = known;
  const stalled = conditionOf(object, 'Stalled')?.reason === reason;
  return { type, status, reason: reason as Reason, message, effect: stalled ? 'stalls' : 'waits' };
}

/** Whether the object was in place when it was looked at last; a look that fails takes nothing away. */
export function hasStood(object: Spoken, type: string): boolean {
  const known = conditionOf(object, type);
  return known?.status === 'True' || known?.reason === 'Unobserved';
}

/** Looks in a row that may fail before nobody knows any more (style 2.4). */
const MISSES_UNTIL_UNKNOWN = 3;

/** Whether a look that failed says nothing yet: an outage of a few looks is none, a refusal is one at once. */
export function isBrief({ error, misses }: FailedLook): boolean {
  return error.kind !== 'Auth' && error.kind !== 'Terminal' && isFewMisses(misses);
}

/** Whether what stood keeps its word after so many failed looks in a row. */
export function isFewMisses(misses: number): boolean {
  return misses < MISSES_UNTIL_UNKNOWN;
}

/** What an object says of its own access while a look has failed: what held holds for a few looks. Undefined: the failure itself is to be told. */
export function keptWhileBrief(object: Spoken, type: string, look: FailedLook): Finding | undefined {
  const before = lastWord(object, type);
  return before?.status === 'True' && isBrief(look) ? before : undefined;
}

type FailedLook = Pick<Extract<Seen<unknown>, { state: 'failed' }>, 'error' | 'misses'>;

/**
 * What to say while a place cannot be seen: the last word while a look is under way; of what stood, the last word for up to three missed
 * looks, then Unknown, whatever the failure, because none of it is the object's own (design §2, gates).
 */
export function unseen(object: Spoken, type: string, seen: Seen<unknown> | undefined, what: string): Finding {
  const before = lastWord(object, type);
  if (seen?.state !== 'failed') return before ?? waits(type, 'Observing', `${what} is being read`, 'Unknown');
  if (!hasStood(object, type)) return failed(type, seen.error);
  if (before?.status === 'True' && isFewMisses(seen.misses)) return before;
  return waits(type, 'Unobserved', `${what} cannot be read: ${seen.error.message}`, 'Unknown');
}

/** An object with what it said last. */
export interface Spoken {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}
