import type { Freshness } from '../delivery/delivery.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReconcileContext } from '../runtime/reconciler.ts';

/**
 * Before something is taken away that people may depend on: a read of the last few seconds, since a number assigned or a policy granted a
 * minute ago must not be silenced by an older picture (telephony 7.1). Not zero: a pass that looks at two places would never have both.
 */
export const BEFORE_REMOVAL: Freshness = { maxAgeMs: 15_000, priority: 'change' };

/** How old a picture may be: the poll interval, or nothing older than now when the user asked (`reconcile-at`). */
export function freshness(ctx: Pick<ReconcileContext, 'requested'>, clock: Clock, maxAgeMs: number): Freshness {
  return ctx.requested ? { maxAgeMs, notBefore: clock.monotonic(), priority: 'change' } : { maxAgeMs, priority: 'poll' };
}
