import type { KubeObject } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import type { ConditionInput, FinalReport, StatusBase } from '../runtime/reconciler.ts';

/** Where a removal stands. */
export type RemovalStep =
  | { readonly done: true /** The user gave up on what may be left outside. */; readonly forced?: boolean }
  | {
      readonly done: false;
      readonly reason: Reason;
      readonly message: string /** A person must act. */;
      readonly stalled?: boolean;
      readonly retry?: OperatorError;
    };

/** The report of a removal: status stays as it was (clean-up needs it) but for `progress`, the conditions say what is waited for. */
export function removalReport<Status extends StatusBase>(
  object: KubeObject<unknown, Status>,
  step: RemovalStep,
  progress: Partial<Status> = {},
): FinalReport<Status> {
  const {
    observedGeneration: _generation,
    conditions: kept = [],
    lastHandledReconcileAt: _handled,
    ...status
  } = { ...object.status, ...progress } as Status;
  if (step.done) {
    const events = step.forced === true ? [{ type: 'Warning' as const, reason: 'ForceRemoved', note: leftover(status) }] : [];
    return { done: true, status: status as FinalReport<Status>['status'], conditions: kept, events };
  }
  const { reason, message, stalled, retry } = step;
  const own = kept
    .filter(({ type }) => type !== 'Ready' && type !== 'Reconciling' && type !== 'Stalled')
    .map(({ type, status: state, reason: why, message: text }): ConditionInput => ({ type, status: state, reason: why, message: text }));
  return {
    done: false,
    status: status as FinalReport<Status>['status'],
    conditions: [
      { type: 'Ready', status: 'False', reason, message },
      { type: stalled === true ? 'Stalled' : 'Reconciling', status: 'True', reason, message },
      ...own,
    ],
    ...(retry === undefined ? {} : { retry }),
  };
}

/** What a removal was held for when it was last looked at. It holds while the answer is being read anew: else each look would be told as news. */
export function heldBefore(object: KubeObject<unknown, StatusBase>): { readonly message: string } | undefined {
  return object.status?.conditions?.find(({ reason }) => reason === 'DeletionHeld');
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
