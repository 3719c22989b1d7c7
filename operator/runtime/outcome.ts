import type { Condition } from '../api/meta.ts';
import type { FailureKind, OperatorError } from '../errors/operator-error.ts';
import type { StatedCondition } from './conditions.ts';
import type { EventInput } from './reconciler.ts';

/** When a key comes back. */
export type Requeue = { readonly how: 'backoff' } | { readonly how: 'after'; readonly afterMs: number };

export interface FailureContext {
  readonly previous: readonly Condition[];
  /** Looks in a row, at least a minute apart, that failed; this one included. */
  readonly misses: number;
  /** Wall clock, ms. */
  readonly now: number;
}

export interface FailureOutcome {
  readonly conditions: readonly StatedCondition[];
  readonly requeue: Requeue;
  readonly event?: EventInput;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

/** `Ready` while nobody can say: after three missed looks at something that was ready. */
const UNOBSERVED = 'Unobserved';
const MISSES_UNTIL_UNKNOWN = 3;
/** A watch wakes the key; this is the net below it. */
const SLOW_RECHECK_MS = 600_000;
/** Facts outside may have changed though neither spec nor dependency did. */
const TERMINAL_RECHECK_MS = 3_600_000;
const DEFAULT_THROTTLE_MS = 30_000;
const THROTTLE_RANGE_MS = { min: 1000, max: 300_000 };

interface Rule {
  /** `keep`: what was last known stands; `keepDeployed`: only for what was ready before; `deny`: Ready=False. */
  readonly ready: 'keep' | 'keepDeployed' | 'deny';
  readonly stalled: 'never' | 'whenOverdue' | 'always';
  readonly event: EventInput['type'] | 'none';
  readonly level: FailureOutcome['level'];
  requeue(error: OperatorError): Requeue;
}

/** The table of style 2.4 and design §2 Conditions, once. */
const RULES: Record<FailureKind, Rule> = {
  Retryable: { ready: 'keep', stalled: 'never', event: 'Warning', level: 'warn', requeue: () => ({ how: 'backoff' }) },
  Throttled: {
    ready: 'keep',
    stalled: 'never',
    event: 'none',
    level: 'info',
    requeue: (error) => ({ how: 'after', afterMs: throttleMs(error) }),
  },
  DependencyNotReady: {
    ready: 'keepDeployed',
    stalled: 'whenOverdue',
    event: 'Normal',
    level: 'debug',
    requeue: () => ({ how: 'after', afterMs: SLOW_RECHECK_MS }),
  },
  Auth: {
    ready: 'deny',
    stalled: 'whenOverdue',
    event: 'Warning',
    level: 'warn',
    requeue: () => ({ how: 'after', afterMs: SLOW_RECHECK_MS }),
  },
  Terminal: {
    ready: 'deny',
    stalled: 'always',
    event: 'Warning',
    level: 'info',
    requeue: () => ({ how: 'after', afterMs: TERMINAL_RECHECK_MS }),
  },
};

/** How a failed pass shows: conditions (all of the object's), requeue, event, log level. Pure. */
export function outcomeOf(error: OperatorError, context: FailureContext): FailureOutcome {
  const rule = RULES[error.kind];
  const ready = readyAfter(error, rule, context);
  const isStalled =
    ready.status === 'False' && (rule.stalled === 'always' || (rule.stalled === 'whenOverdue' && isOverdue(error, context.now)));
  const progress: StatedCondition = { type: isStalled ? 'Stalled' : 'Reconciling', status: 'True', ...why(error) };
  const rest = context.previous.filter((condition) => !['Ready', 'Reconciling', 'Stalled'].includes(condition.type));
  const isNews = !context.previous.some((before) => before.type === progress.type && before.reason === progress.reason);
  return {
    conditions: [ready, progress, ...rest],
    requeue: requeueOf(error, context.now),
    level: error.reason === 'InternalError' ? 'error' : rule.level,
    ...(rule.event !== 'none' && isNews ? { event: { type: rule.event, reason: error.reason, note: messageOf(error) } } : {}),
  };
}

/** Told once, when an object begins to need a person or needs one for another reason than before. Pure. */
export function stalledEvent(
  before: readonly Condition[],
  after: readonly Pick<StatedCondition, 'type' | 'reason' | 'message'>[],
): EventInput[] {
  const stalled = after.find(({ type }) => type === 'Stalled');
  const isKnown = before.some(({ type, reason }) => type === 'Stalled' && reason === stalled?.reason);
  return stalled === undefined || isKnown ? [] : [{ type: 'Warning', reason: stalled.reason, note: stalled.message }];
}

/** When the key of a failed try comes back; also for a report that describes the failure itself. A deadline on the way is not slept through. */
export function requeueOf(error: OperatorError, now: number): Requeue {
  const requeue = RULES[error.kind].requeue(error);
  if (requeue.how === 'backoff' || error.expectedBy === undefined) return requeue;
  const untilDeadline = Date.parse(error.expectedBy) - now;
  return untilDeadline > 0 && untilDeadline < requeue.afterMs ? { how: 'after', afterMs: untilDeadline } : requeue;
}

function readyAfter(error: OperatorError, rule: Rule, context: FailureContext): StatedCondition {
  const before = context.previous.find((condition) => condition.type === 'Ready');
  const denied: StatedCondition = { type: 'Ready', status: 'False', ...why(error) };
  if (rule.ready === 'deny') return denied;
  const wasDeployed = before?.status === 'True' || (before?.status === 'Unknown' && before.reason === UNOBSERVED);
  if (wasDeployed && context.misses >= MISSES_UNTIL_UNKNOWN)
    return { type: 'Ready', status: 'Unknown', reason: UNOBSERVED, message: messageOf(error) };
  if (before === undefined) return rule.ready === 'keepDeployed' ? denied : { ...denied, status: 'Unknown', reason: 'Progressing' };
  if (rule.ready === 'keepDeployed' && !wasDeployed) return denied;
  return before; // with the generation it was found at: kubectl wait does not take it for the new spec
}

function isOverdue(error: OperatorError, now: number): boolean {
  return error.expectedBy !== undefined && Date.parse(error.expectedBy) <= now;
}

function why(error: OperatorError): Pick<StatedCondition, 'reason' | 'message'> {
  return { reason: error.reason, message: messageOf(error) };
}

function messageOf(error: OperatorError): string {
  return error.remedy === undefined ? error.message : `${error.message}; ${error.remedy}`;
}

function throttleMs(error: OperatorError): number {
  return Math.min(THROTTLE_RANGE_MS.max, Math.max(THROTTLE_RANGE_MS.min, error.retryAfterMs ?? DEFAULT_THROTTLE_MS));
}
