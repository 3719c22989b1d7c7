import type { ObjectMeta } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { ConditionInput } from '../runtime/reconciler.ts';
import { conditionOf, type Finding, type Spoken, satisfies } from './finding.ts';
import { untilOverdue, type Wait, type Waiter, waitingOf } from './waiting.ts';

export interface Summary {
  /** Condition types that Ready needs (design §2). */
  readonly needs: readonly string[];
  readonly findings: readonly Finding[];
  /** Needs that are no conditions of the kind: they decide about Ready and are not told. */
  readonly helpers?: readonly string[];
  /** Work is under way although nothing is wrong: keeps Ready and shows as Reconciling. */
  readonly progressing?: { readonly reason: Reason; readonly message: string } | undefined;
  readonly ready: { readonly reason: Reason; readonly message: string };
  /** With its status so far: waits go on from it. */
  readonly object: Waiter;
  /** RFC 3339. */
  readonly now: string;
}

/** What an object says about itself as a whole. */
export interface Conclusion {
  readonly conditions: readonly ConditionInput[];
  /** For `status.waits`. */
  readonly waits: readonly Wait[];
  /** Ms until the next wait becomes overdue: the object must not be looked at later. */
  readonly deadlineMs: number | undefined;
}

/**
 * `Ready`, and `Reconciling` or `Stalled` while they are true, from the kind's own conditions (kstatus; never both), and what is waited for.
 * The first unmet need in the order of `needs` gives Ready its reason, because it is what blocks the rest.
 */
export function summarize({ helpers = [], object, now, ...summary }: Summary): Conclusion {
  const { findings, waits } = waitingOf(summary.findings, { object, now, helpers });
  const conditions = overall({ ...summary, findings }).filter(({ type }) => !helpers.includes(type));
  return { conditions, waits, deadlineMs: untilOverdue(waits, now) };
}

function overall({ needs, findings, progressing, ready }: Pick<Summary, 'needs' | 'findings' | 'progressing' | 'ready'>): ConditionInput[] {
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

/** Says that the last words are about an older spec, until the first look for the new one has ended. */
export function lookingAnew(object: Spoken & { readonly metadata: ObjectMeta }, isReading: boolean): Summary['progressing'] {
  const isNew = object.status?.observedGeneration !== object.metadata.generation;
  const wasLooking = conditionOf(object, 'Reconciling')?.reason === 'Observing';
  return isReading && (isNew || wasLooking)
    ? { reason: 'Observing', message: 'The outside is being read for the present spec' }
    : undefined;
}

/** `status.waits`; absent while nothing is waited for. */
export function waitsStatus({ waits }: Pick<Conclusion, 'waits'>): { readonly waits?: readonly Wait[] } {
  return waits.length === 0 ? {} : { waits };
}
