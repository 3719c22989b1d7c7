import type { Delivery, Outcome, Priority, Seen } from '../delivery/delivery.ts';
import { contentHash } from '../domain/change/canonical.ts';
import { type Change, changeId } from '../domain/change/change-set.ts';
import { failedVerdicts, type Target, type Verdict } from '../domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../domain/change/object.ts';
import type { DriftItem, Owned, Plan } from '../domain/change/plan.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import { SUSPECT_RECHECK_MS, type Suspicion } from './suspicion.ts';

/** One target's part of a pass: what is there, what is wanted, and what came of the last try. */
export interface Work {
  readonly target: Target;
  /** Undefined while nothing is known of the target, or what is seen of it is not trusted. */
  readonly plan: Plan | undefined;
  readonly seen: Seen<unknown>;
  /** Why what is seen is not trusted; undefined: it is. */
  readonly suspicion: Suspicion | undefined;
  /** What is seen is not saved by the target: it stands there until the next restart. */
  readonly isUnsaved: boolean;
  readonly underWay: boolean;
  /**
   * What came of the last try and is still wanted: told until a try comes about, also while the next one is under way. Else each retry would
   * look like news to whoever reads this object's conditions.
   */
  readonly failures: readonly Failure[];
  /** The failures are of a try that has ended since the last pass. */
  readonly hasJustFailed: boolean;
  /** The same changes are not handed over again for so long; 0: now. */
  readonly retryInMs: number;
  /** What the last try, not reported yet, has carried out. */
  readonly applied: readonly Change[];
}

type Failure = Exclude<Verdict, { result: 'applied' }>;

export interface WorkRequest<View> {
  readonly delivery: Delivery;
  readonly owner: string;
  readonly target: Target;
  readonly seen: Seen<View>;
  readonly suspicion?: Suspicion | undefined;
  readonly objectsOf: (view: View) => readonly OutsideObject[];
  /** `isLeaving`: see PlanRequest; whoever asks is woken when that has ended. */
  readonly planWith: (observed: readonly OutsideObject[], isLeaving: IsLeaving) => Plan;
  /** Of a target that has to save what it was told. */
  readonly isUnsavedIn?: (view: View) => boolean;
  /** Somebody asks for it now (`reconcile-at`): the next try does not wait for its time, also when a look or a question has to come first. */
  readonly requested: boolean;
}

export type IsLeaving = (object: Owned['object']) => boolean;

/** Plans one target from what is seen of it; a target that cannot be seen, or whose picture is suspect, has no plan and so no writes. */
export function workOn<View>(request: WorkRequest<View>): Work {
  const { delivery, owner, target, seen, suspicion, objectsOf, planWith, isUnsavedIn, requested } = request;
  if (requested) delivery.retryNow(owner, target);
  const outcome = delivery.outcomeOf(owner, target);
  // What was taken back has no verdicts: it says nothing new of what had failed before.
  const isDone = outcome.state === 'done' && outcome.verdicts.length > 0;
  const applied = outcome.state === 'done' ? outcome.verdicts.flatMap(({ result, change }) => (result === 'applied' ? [change] : [])) : [];
  const isLeaving: IsLeaving = (object) => delivery.isLeaving(identityOf(object), owner);
  const plan = seen.state === 'seen' && suspicion === undefined ? planWith(objectsOf(seen.view), isLeaving) : undefined;
  const ended = failedVerdicts(outcome.failed?.verdicts ?? []);
  const isUnsaved = seen.state === 'seen' && isUnsavedIn?.(seen.view) === true;
  const failures = isDone || plan === undefined ? ended : stillWanted(ended, plan, isUnsaved);
  const hasJustFailed = isDone && failures.length > 0;
  const retryInMs = failures.length > 0 ? (outcome.failed?.retryInMs ?? 0) : 0;
  return { target, plan, seen, suspicion, isUnsaved, underWay: outcome.state === 'underWay', failures, hasJustFailed, retryInMs, applied };
}

/**
 * What failed earlier counts only for the very same change; after an edit, or when somebody else has done it, it is history. What only was not
 * saved is in place, so that no plan wants it any more: it counts until the target has saved.
 */
function stillWanted(failures: readonly Failure[], plan: Plan, isUnsaved: boolean): readonly Failure[] {
  if (failures.length === 0) return failures;
  const wanted = new Set(plan.changes.map(wish));
  return failures.filter(({ change, error }) => wanted.has(wish(change)) || (isUnsaved && error.reason === 'SaveFailed'));
}

/** What a change is to bring about, as one word: equal for equal wishes. */
export function wish(change: Change): string {
  return contentHash([changeId(change), change.action, change.fields.map(({ path, after }) => [path, after ?? null])]);
}

/** The failure whose rule says when to try again: the first failed change, not the ones skipped because of it. */
export function firstFailure(works: readonly Work[]): OperatorError | undefined {
  return works.filter(({ hasJustFailed }) => hasJustFailed).flatMap((work) => work.failures)[0]?.error;
}

/** When to look again: as wanted, when the first held change may be tried again, or a minute after something suspect was seen. */
export function recheckWithin(wantedMs: number, works: readonly Work[]): number {
  const suspect = works.some(({ suspicion }) => suspicion !== undefined) ? [SUSPECT_RECHECK_MS] : [];
  return Math.min(wantedMs, ...suspect, ...works.flatMap(({ retryInMs }) => (retryInMs > 0 ? [retryInMs] : [])));
}

/** For a pass that has no interval of its own: when the first held change may be tried again. */
export function retryTime(works: readonly Work[]): { readonly recheckAfterMs?: number } {
  const recheckAfterMs = recheckWithin(Number.POSITIVE_INFINITY, works);
  return Number.isFinite(recheckAfterMs) ? { recheckAfterMs } : {};
}

/** What others have changed, on every target that is seen. */
export function driftOf(works: readonly Work[]): DriftItem[] {
  return works.flatMap((work) => work.plan?.drift ?? []);
}

/** Whether anything is to be written anywhere, now or when another owner's removal of it has ended. */
export function hasChanges(works: readonly Work[]): boolean {
  return works.some(({ plan }) => plan !== undefined && (plan.changes.length > 0 || plan.items.some(({ isLeaving }) => isLeaving)));
}

/** A removal that hands nothing over now takes back what an earlier pass has handed over and has not left. */
export function takingBack<R extends { readonly afterStatus?: () => void }>(delivery: Delivery, owner: string, report: R): R {
  if (report.afterStatus === undefined) delivery.withdraw(owner);
  return report;
}

/** Whether something of the owner is in a lane or on the wire to the target of a piece of work by now. */
export function isOut(delivery: Delivery, owner: string): (work: Work) => boolean {
  return ({ target }) => delivery.outcomeOf(owner, target).state === 'underWay';
}

/** Nothing of it was sent. One that has ended since this pass looked has verdicts, which the next pass reports. */
function isTakenBack(outcome: Outcome): boolean {
  return outcome.state === 'none' || (outcome.state === 'done' && outcome.verdicts.length === 0);
}

export interface HandOver {
  readonly delivery: Delivery;
  readonly owner: string;
  readonly works: readonly Work[];
  readonly priority: Priority;
  /** False: gates or holds forbid writing now. */
  readonly mayWrite: boolean;
  /** True for a target that is kept from writes by itself. */
  readonly isHeld?: (work: Work) => boolean;
}

/**
 * Takes back at once what waits in a lane and is not what this pass would send; to do less needs no durable status. What is returned is for
 * when the status is durable: reported outcomes are settled, and what is to be written goes to its lane unless the last try has failed and it
 * is not time for the next one.
 */
export function handOver({ delivery, owner, works, priority, mayWrite, isHeld }: HandOver): () => void {
  const going = new Set(works.filter((work) => mayWrite && isHeld?.(work) !== true));
  delivery.withdraw(
    owner,
    [...going].flatMap(({ target, plan }) => (plan === undefined ? [] : { target, changes: plan.changes })),
  );
  const free = works.filter(({ target, underWay }) => !underWay || isTakenBack(delivery.outcomeOf(owner, target)));
  return () => {
    for (const work of free) {
      const { target, plan, hasJustFailed, retryInMs } = work;
      delivery.settle(owner, target);
      const isDue = !hasJustFailed && retryInMs === 0;
      if (going.has(work) && isDue && plan !== undefined && plan.changes.length > 0) {
        delivery.submit({ owner, target, changes: plan.changes, priority });
      }
    }
  };
}
