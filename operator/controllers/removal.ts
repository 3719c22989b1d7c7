import type { KubeObject } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import type { ConditionInput, FinalReport, StatusBase } from '../runtime/reconciler.ts';
import { type Finding, waitsStatus } from './finding.ts';
import { SUSPECT_RECHECK_MS, type Suspicion } from './suspicion.ts';
import { untilOverdue, type Wait, type Waiter, waitingOf } from './waiting.ts';

/** Where a removal stands. */
export type RemovalStep =
  | {
      readonly done: true;
      /** The user gave up on what may be left outside. */
      readonly forced?: boolean;
    }
  | {
      readonly done: false;
      readonly reason: Reason;
      readonly message: string;
      /** A person must act. */
      readonly stalled?: boolean;
      /** Time alone moves it: look again after so long, ms. */
      readonly againMs?: number;
      readonly retry?: OperatorError;
    };

/** Nothing is removed, and nothing taken for gone, by a picture that is not trusted (telephony 6.4). */
export function suspectReport<Status extends StatusBase & { readonly waits?: readonly Wait[] }>(
  object: KubeObject<unknown, Status>,
  { message }: Suspicion,
  now: string,
): FinalReport<Status> {
  return { ...removalReport(object, { done: false, reason: 'ObservationSuspect', message }, now), recheckAfterMs: SUSPECT_RECHECK_MS };
}

/**
 * The report of a removal: status stays as it was (clean-up needs it) but for `progress`, the conditions say what is waited for, and of the
 * waits only that for the removal is left.
 */
export function removalReport<Status extends StatusBase & { readonly waits?: readonly Wait[] }>(
  object: KubeObject<unknown, Status>,
  step: RemovalStep,
  now: string,
  progress: Partial<Status> = {},
): FinalReport<Status> {
  const {
    observedGeneration: _generation,
    conditions: kept = [],
    lastHandledReconcileAt: _handled,
    waits: _waits,
    ...status
  } = { ...object.status, ...progress } as Status;
  if (step.done) {
    const events = step.forced === true ? [{ type: 'Warning' as const, reason: 'ForceRemoved', note: leftover(status) }] : [];
    return { done: true, status: status as FinalReport<Status>['status'], conditions: kept, events };
  }
  const { retry } = step;
  const { finding, waits } = waitForRemoval(object, step, now);
  const { reason, message, effect } = finding;
  const own = kept
    .filter(({ type }) => type !== 'Ready' && type !== 'Reconciling' && type !== 'Stalled')
    .map(({ type, status: state, reason: why, message: text }): ConditionInput => ({ type, status: state, reason: why, message: text }));
  return {
    done: false,
    status: { ...status, ...waitsStatus({ waits }) } as unknown as FinalReport<Status>['status'],
    conditions: [
      { type: 'Ready', status: 'False', reason, message },
      { type: effect === 'stalls' ? 'Stalled' : 'Reconciling', status: 'True', reason, message },
      ...own,
    ],
    deadlineMs: earliest(untilOverdue(waits, now), step.againMs),
    ...(retry === undefined ? {} : { retry }),
  };
}

/** What a removal was held for when it was last looked at. It holds while the answer is being read anew: else each look would be told as news. */
export function heldBefore(object: KubeObject<unknown, StatusBase>): { readonly message: string } | undefined {
  return object.status?.conditions?.find(({ reason }) => reason === 'DeletionHeld');
}

function earliest(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.min(left, right);
}

/** What the removal waits for, as the one wait of Ready. */
function waitForRemoval(
  object: Waiter,
  step: Extract<RemovalStep, { done: false }>,
  now: string,
): { finding: Finding; waits: readonly Wait[] } {
  const { reason, message, stalled, retry } = step;
  const finding: Finding = {
    type: 'Ready',
    status: 'False',
    reason,
    message,
    effect: stalled === true ? 'stalls' : 'waits',
    ...(retry?.expectedBy === undefined ? {} : { expectedBy: retry.expectedBy }),
  };
  const { findings, waits } = waitingOf([finding], { object, now, helpers: [] });
  return { finding: findings[0] ?? finding, waits };
}

function leftover(status: object): string {
  const footprint =
    (
      status as {
        readonly footprint?: readonly {
          readonly system: string;
          readonly target: string;
          readonly kind: string;
          readonly name?: string;
          readonly count?: number;
        }[];
      }
    ).footprint ?? [];
  const named = footprint
    .slice(0, 5)
    .map(({ system, target, kind, name, count }) =>
      `${system} ${target}: ${kind} ${name ?? ''}${count === undefined ? '' : ` (${count})`}`.trim(),
    );
  return named.length === 0
    ? 'Let go on request; nothing of ours was known outside'
    : `Let go on request; left outside: ${named.join('; ')}${footprint.length > 5 ? ` and ${footprint.length - 5} more` : ''}`;
}
