import type { Delivery, Priority, Seen } from '../delivery/delivery.ts';
import type { Change } from '../domain/change/change-set.ts';
import type { Target, Verdict } from '../domain/change/driver.ts';
import { failedVerdicts } from '../domain/change/footprint.ts';
import type { OutsideObject } from '../domain/change/object.ts';
import type { DriftItem, Plan } from '../domain/change/plan.ts';
import type { OperatorError } from '../errors/operator-error.ts';

/** One target's part of a pass: what is there, what is wanted, and what came of the last try. */
export interface Work {
  readonly target: Target;
  /** Undefined while nothing is known of the target. */
  readonly plan: Plan | undefined;
  readonly seen: Seen<unknown>;
  readonly underWay: boolean;
  readonly failures: readonly Exclude<Verdict, { result: 'applied' }>[];
  /** What the last try, not reported yet, has carried out. */
  readonly applied: readonly Change[];
}

export interface WorkRequest<View> {
  readonly delivery: Delivery;
  readonly owner: string;
  readonly target: Target;
  readonly seen: Seen<View>;
  readonly objectsOf: (view: View) => readonly OutsideObject[];
  readonly planWith: (observed: readonly OutsideObject[]) => Plan;
}

/** Plans one target from what is seen of it; a target that cannot be seen has no plan and so no writes. */
export function workOn<View>({ delivery, owner, target, seen, objectsOf, planWith }: WorkRequest<View>): Work {
  const outcome = delivery.outcomeOf(owner, target);
  const failures = outcome.state === 'done' ? failedVerdicts(outcome.verdicts) : [];
  const applied = outcome.state === 'done' ? outcome.verdicts.flatMap(({ result, change }) => (result === 'applied' ? [change] : [])) : [];
  const plan = seen.state === 'seen' ? planWith(objectsOf(seen.view)) : undefined;
  return { target, plan, seen, underWay: outcome.state === 'underWay', failures, applied };
}

/** The failure whose rule says when to try again: the first failed change, not the ones skipped because of it. */
export function firstFailure(works: readonly Work[]): OperatorError | undefined {
  return works.flatMap((work) => work.failures)[0]?.error;
}

export function driftOf(works: readonly Work[]): DriftItem[] {
  return works.flatMap((work) => work.plan?.drift ?? []);
}

export function hasChanges(works: readonly Work[]): boolean {
  return works.some((work) => (work.plan?.changes.length ?? 0) > 0);
}

export interface HandOver {
  readonly delivery: Delivery;
  readonly owner: string;
  readonly works: readonly Work[];
  readonly priority: Priority;
  /** False: gates or holds forbid writing now. */
  readonly mayWrite: boolean;
}

/**
 * What to do once the status is durable: reported outcomes are settled, and what is to be written goes to its lane unless the last try has
 * just failed; then the queue's back-off decides when the next pass hands it over again.
 */
export function handOver({ delivery, owner, works, priority, mayWrite }: HandOver): () => void {
  return () => {
    for (const { target, plan, underWay, failures } of works) {
      if (underWay) continue;
      delivery.settle(owner, target);
      if (mayWrite && failures.length === 0 && plan !== undefined && plan.changes.length > 0) {
        delivery.submit({ owner, target, changes: plan.changes, priority });
      }
    }
  };
}
