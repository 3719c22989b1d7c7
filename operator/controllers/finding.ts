import type { Condition, ConditionStatus, ObjectMeta } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import type { ConditionInput } from '../runtime/reconciler.ts';

/**
 * One condition with what it means for the object as a whole. `waits`: time or another object clears it; `stalls`: a person must change
 * something first; `fine`: nothing to do, whatever the status.
 */
export interface Finding extends ConditionInput {
  readonly reason: Reason;
  readonly effect: 'fine' | 'waits' | 'stalls';
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

/** A failed outside call as the condition it is about. The message is stable: no ids, no times. */
export function failed(type: string, error: OperatorError): Finding {
  const message = error.remedy === undefined ? error.message : `${error.message}. ${error.remedy}`;
  const effect = error.kind === 'Terminal' ? 'stalls' : 'waits';
  return {
    type,
    status: error.kind === 'Retryable' || error.kind === 'Throttled' ? 'Unknown' : 'False',
    reason: error.reason as Reason,
    message,
    effect,
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

/** Says that the last words are about an older spec, until the first look for the new one has ended. */
export function lookingAnew(object: Spoken & { readonly metadata: ObjectMeta }, isReading: boolean): Summary['progressing'] {
  const isNew = object.status?.observedGeneration !== object.metadata.generation;
  const wasLooking = conditionOf(object, 'Reconciling')?.reason === 'Observing';
  return isReading && (isNew || wasLooking)
    ? { reason: 'Observing', message: 'The outside is being read for the present spec' }
    : undefined;
}

interface Spoken {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

export interface Summary {
  /** Condition types that Ready needs (design §2). */
  readonly needs: readonly string[];
  readonly findings: readonly Finding[];
  /** Work is under way although nothing is wrong: keeps Ready and shows as Reconciling. */
  readonly progressing?: { readonly reason: Reason; readonly message: string };
  readonly ready: { readonly reason: Reason; readonly message: string };
}

/**
 * `Ready`, and `Reconciling` or `Stalled` while they are true, from the kind's own conditions (kstatus; never both). The first unmet need in
 * the order of `needs` gives Ready its reason, because it is what blocks the rest.
 */
export function summarize({ needs, findings, progressing, ready }: Summary): ConditionInput[] {
  const byType = new Map(findings.map((finding) => [finding.type, finding]));
  const unmet = needs.map((type) => byType.get(type)).find((finding) => finding !== undefined && !satisfies(finding));
  const own = findings.map(({ type, status, reason, message }): ConditionInput => ({ type, status, reason, message }));
  if (unmet === undefined) {
    const reconciling: ConditionInput[] = progressing === undefined ? [] : [{ type: 'Reconciling', status: 'True', ...progressing }];
    return [{ type: 'Ready', status: 'True', ...ready }, ...reconciling, ...own];
  }
  const { status, reason, message, effect } = unmet;
  const stalledBy = effect === 'stalls' ? unmet : needs.map((type) => byType.get(type)).find((finding) => finding?.effect === 'stalls');
  const outer: ConditionInput =
    stalledBy === undefined
      ? { type: 'Reconciling', status: 'True', reason, message }
      : { type: 'Stalled', status: 'True', reason: stalledBy.reason, message: stalledBy.message };
  return [{ type: 'Ready', status: stalledBy === undefined && status === 'Unknown' ? 'Unknown' : 'False', reason, message }, outer, ...own];
}
