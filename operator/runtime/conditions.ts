import type { Condition } from '../api/meta.ts';
import { MAX_MESSAGE, shortened } from '../api/status-text.ts';
import type { ConditionInput } from './reconciler.ts';

/** A condition that keeps the generation it was found at; without one it speaks of the generation just reconciled. */
export type StatedCondition = ConditionInput & { readonly observedGeneration?: number };

/** kstatus: abnormal-true, absent otherwise. */
const ABSENT_UNLESS_TRUE: ReadonlySet<string> = new Set(['Reconciling', 'Stalled']);

export interface ConditionContext {
  readonly previous: readonly Condition[];
  readonly generation: number | undefined;
  /** Types that another writer owns: left as they are, and never sent. */
  readonly foreign: ReadonlySet<string>;
}

/** True when writing `stated` would change nothing. Allocates nothing: every unchanged object comes through here. */
export function conditionsAreCurrent(stated: readonly StatedCondition[], context: ConditionContext): boolean {
  let matched = 0;
  for (let i = 0; i < stated.length; i++) {
    const condition = stated[i] as StatedCondition;
    if (!isWritten(condition, context.foreign)) continue;
    const before = find(context.previous, condition.type, i);
    if (before === undefined || !isSame(condition, before, context.generation)) return false;
    matched++;
  }
  for (const before of context.previous) if (!context.foreign.has(before.type)) matched--;
  return matched === 0;
}

/** The list to write, in the order stated; lastTransitionTime moves only when `status` does. */
export function mergeConditions(stated: readonly StatedCondition[], context: ConditionContext, now: string): Condition[] {
  return stated
    .filter((condition) => isWritten(condition, context.foreign))
    .map((condition, index) => {
      const before = find(context.previous, condition.type, index);
      const observedGeneration = condition.observedGeneration ?? context.generation;
      return {
        type: condition.type,
        status: condition.status,
        reason: condition.reason,
        message: shortened(condition.message, MAX_MESSAGE),
        ...(observedGeneration === undefined ? {} : { observedGeneration }),
        lastTransitionTime: before !== undefined && before.status === condition.status ? before.lastTransitionTime : now,
      };
    });
}

function isWritten(condition: ConditionInput, foreign: ReadonlySet<string>): boolean {
  return !foreign.has(condition.type) && (condition.status === 'True' || !ABSENT_UNLESS_TRUE.has(condition.type));
}

function isSame(stated: StatedCondition, before: Condition, generation: number | undefined): boolean {
  return (
    stated.status === before.status &&
    stated.reason === before.reason &&
    shortened(stated.message, MAX_MESSAGE) === before.message &&
    (stated.observedGeneration ?? generation) === before.observedGeneration
  );
}

function find(list: readonly Condition[], type: string, guess: number): Condition | undefined {
  const likely = list[guess];
  if (likely?.type === type) return likely;
  for (const condition of list) if (condition.type === type) return condition;
  return undefined;
}
