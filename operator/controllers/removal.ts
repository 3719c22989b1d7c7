import { ANNOTATIONS } from '../api/group.ts';
import type { Customer } from '../api/kinds.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { OutsideObject } from '../domain/change/object.ts';
import type { ChangePolicy } from '../domain/change/plan.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import type { ConditionInput, FinalReport, StatusBase } from '../runtime/reconciler.ts';
import { waitsStatus } from './conclusion.ts';
import type { ControllerDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import { type Governance, isForceRemoved } from './governance.ts';
import { massDeletionHold } from './mass-deletion.ts';
import type { Verdict } from './silence.ts';
import { blockers } from './site-scope.ts';
import { deletedForMs, successorWait } from './successor.ts';
import { placeName, SUSPECT_RECHECK_MS } from './suspicion.ts';
import { type Task, tasksStatus } from './tasks.ts';
import { FIRST_SAVE_RETRY_MS, saveRetryMs } from './unsaved.ts';
import { untilOverdue, type Wait, type Waiter, waitingOf } from './waiting.ts';
import { firstFailure, handOver, isOut, retryTime, type Work } from './work.ts';

/** What another object holds has not been read in this process yet: it is about to be, so it is asked for again after this long, ms. */
export const REREAD_MS = 2000;

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
      /** Nothing tells when it moves: look again once in a while, ms. */
      readonly recheckMs?: number;
      readonly retry?: OperatorError;
    };

type RemovableStatus = StatusBase & { readonly waits?: readonly Wait[]; readonly tasks?: readonly Task[] };

/** A removal of something that stands outside; what all kinds do alike is decided by `concludeRemoval`. */
export interface Removal<Status extends RemovableStatus> {
  readonly object: KubeObject<unknown, Status>;
  readonly owner: string;
  readonly deps: ControllerDeps;
  readonly works: readonly Work[];
  readonly customer: Customer | undefined;
  readonly governance: Governance;
  /** What is taken away, for a message. */
  readonly what: (open: readonly OutsideObject[]) => string;
  /** Who falls silent by it; asked only while something is there. */
  readonly silence: (open: readonly OutsideObject[]) => Verdict;
  /** Another object of which it is not known yet whether it has taken over what goes. */
  readonly unreadHeir?: string | undefined;
  /** What status has to know before the first removal goes out. */
  readonly progress: () => Partial<Status>;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * Why an object has to stay for those that name it; undefined: nobody does. Order holds whatever its own policy says: what lets go of nothing
 * outside, or gives it up, would still leave its children without what they need for their clean-up (design §3.9). `how`: what they have to do.
 */
export function childrenStep(object: KubeObject, children: readonly KubeObject[], how = 'to go first'): RemovalStep | undefined {
  if (children.length === 0) return undefined;
  const alone = isForceRemoved(object)
    ? `; ${ANNOTATIONS.forceRemove} speaks of this object alone, set it on them too to give up all of it`
    : '';
  return { done: false, reason: 'ChildrenRemain', message: `Waits for ${blockers(children)} ${how}${alone}` };
}

/** The end of a removal that needs no look outside (design §3.9); undefined: it has to look. */
export function letGo(object: KubeObject<{ readonly deletionPolicy?: string }>, policy: ChangePolicy): RemovalStep | undefined {
  if (isForceRemoved(object)) return { done: true, forced: true };
  return object.spec.deletionPolicy === 'Orphan' || policy === 'Observe' ? { done: true } : undefined;
}

/**
 * Takes away what is planned, and lets go only when a look at every place finds nothing of it and nothing moves any more (design §3.9). Nothing
 * is removed, nor taken for gone, by a place that cannot be seen or by a picture that is not trusted (telephony 6.4).
 */
export function concludeRemoval<Status extends RemovableStatus>(removal: Removal<Status>): FinalReport<Status> {
  const { object, owner, works, now } = removal;
  const { delivery } = removal.deps;
  const open = works.flatMap(({ plan }) => plan?.removals ?? []);
  const blocked = unknownStep(object, works) ?? (open.length === 0 ? unsavedStep(object, works, now) : undefined);
  const held = blocked ?? (open.length === 0 ? undefined : (heldStep(removal, open) ?? awaitedStep(removal, open)));
  const afterStatus = handOver({ delivery, owner, works, priority: 'change', mayWrite: held === undefined });
  const out = isOut(delivery, owner);
  if (blocked === undefined && open.length === 0 && !works.some(out)) return removalReport(object, { done: true }, now);
  const tasks = tasksStatus(works, { before: object.status?.tasks, mayWrite: held === undefined, isOut: out, now });
  const { tasks: _before, ...status } = { ...object.status } as Status;
  const report = removalReport(
    { ...object, status: { ...status, ...tasks, ...(held === undefined ? removal.progress() : {}) } as Status },
    held ?? goingStep(works, removal.what(open)),
    now,
  );
  return { ...report, ...(held === undefined ? retryTime(works) : {}), afterStatus };
}

/** Not every place could be looked at. */
function unknownStep(object: KubeObject<unknown, StatusBase>, works: readonly Work[]): RemovalStep | undefined {
  const suspicion = works.find((work) => work.suspicion !== undefined)?.suspicion;
  if (suspicion !== undefined)
    return { done: false, reason: 'ObservationSuspect', message: suspicion.message, recheckMs: SUSPECT_RECHECK_MS };
  const unseen = works.find(({ seen }) => seen.state !== 'seen');
  if (unseen === undefined) return undefined;
  const { seen, target } = unseen;
  if (seen.state === 'failed') {
    const how = `annotate ${ANNOTATIONS.forceRemove}=true to give up on what is left there`;
    const message = `${placeName(target)} cannot be read, so nothing is known to be gone: ${seen.error.message}; ${how}`;
    return { done: false, reason: seen.error.reason as Reason, message, retry: seen.error };
  }
  const held = heldBefore(object);
  if (held !== undefined) return { done: false, reason: 'DeletionHeld', message: held.message, stalled: true };
  return { done: false, reason: 'Removing', message: `${placeName(target)} is read before anything is removed` };
}

/** What is taken away comes back with the next restart of a device that has not saved. */
function unsavedStep(object: KubeObject<unknown, StatusBase>, works: readonly Work[], now: string): RemovalStep | undefined {
  const work = works.find(({ isUnsaved }) => isUnsaved);
  if (work === undefined) return undefined;
  const said = work.failures[0]?.error.message;
  const message =
    said ??
    `${placeName(work.target)} has not saved what the operator changed; what is removed would come back at its next restart; save the configuration on the SBC, or annotate ${ANNOTATIONS.forceRemove}=true to give up on it`;
  return { done: false, reason: 'SaveFailed', message, recheckMs: saveRetryMs(object, 'Ready', now) ?? FIRST_SAVE_RETRY_MS };
}

/** Why nothing is taken away yet although it could be. */
function heldStep<Status extends RemovableStatus>(removal: Removal<Status>, open: readonly OutsideObject[]): RemovalStep | undefined {
  const mass = massDeletionHold(removal.customer, removal.deps);
  const verdict: Verdict = mass === undefined ? removal.silence(open) : { verdict: 'held', message: mass };
  if (verdict.verdict === 'held') return { done: false, reason: 'DeletionHeld', message: verdict.message, stalled: true };
  if (verdict.verdict === 'wait')
    return { done: false, reason: 'Removing', message: 'Who depends on it is read before anything is removed' };
  const { hold } = removal.governance;
  return hold && { done: false, ...hold };
}

/** A rename is under way perhaps: whoever wants exactly this takes it over without a write (design §3.10). */
function awaitedStep<Status extends RemovableStatus>(removal: Removal<Status>, open: readonly OutsideObject[]): RemovalStep | undefined {
  const { object, customer, deps, unreadHeir, now } = removal;
  const reason = 'AwaitingSuccessor';
  if (unreadHeir !== undefined)
    return { done: false, reason, message: `Reading what ${unreadHeir} holds before anything is removed`, againMs: REREAD_MS };
  const waitMs = deps.settings.successorWaitMs;
  const againMs = successorWait(customer, deletedForMs(object, now), waitMs);
  if (againMs === undefined) return undefined;
  const message = `Waits ${waitMs / 1000} s in case another ${object.kind} of the Customer takes over ${removal.what(open)}`;
  return { done: false, reason, message, againMs };
}

function goingStep(works: readonly Work[], what: string): RemovalStep {
  const failure = firstFailure(works);
  return failure === undefined
    ? { done: false, reason: 'Removing', message: `Being removed: ${what}` }
    : { done: false, reason: failure.reason as Reason, message: failure.message, retry: failure };
}

/**
 * The report of a removal: status stays as it is (clean-up needs it), the conditions say what is waited for, and of the waits only that for the
 * removal is left.
 */
export function removalReport<Status extends StatusBase & { readonly waits?: readonly Wait[] }>(
  object: KubeObject<unknown, Status>,
  step: RemovalStep,
  now: string,
): FinalReport<Status> {
  const {
    observedGeneration: _generation,
    conditions: kept = [],
    lastHandledReconcileAt: _handled,
    waits: _waits,
    ...status
  } = { ...object.status } as Status;
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
    ...(step.recheckMs === undefined ? {} : { recheckAfterMs: step.recheckMs }),
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
  return leftoverOf((status as { readonly footprint?: readonly Leftover[] }).footprint ?? []);
}

interface Leftover {
  readonly system: string;
  readonly target: string;
  readonly kind: string;
  readonly state: string;
  readonly name?: string;
  readonly count?: number;
}

/** For an event: what may be left outside of what was given up; what was let go before is none of it. */
export function leftoverOf(entries: readonly Leftover[]): string {
  const footprint = entries.filter(({ state }) => state !== 'Released');
  const named = footprint
    .slice(0, 5)
    .map(({ system, target, kind, name, count }) =>
      `${system} ${target}: ${kind} ${name ?? ''}${count === undefined ? '' : ` (${count})`}`.trim(),
    );
  return named.length === 0
    ? 'Let go on request; nothing of ours was known outside'
    : `Let go on request; left outside: ${named.join('; ')}${footprint.length > 5 ? ` and ${footprint.length - 5} more` : ''}`;
}
