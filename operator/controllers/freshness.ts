import type { Freshness } from '../delivery/delivery.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReconcileContext } from '../runtime/reconciler.ts';

/** How old a picture may be: the poll interval, or nothing older than now when the user asked (`reconcile-at`). */
export function freshness(ctx: Pick<ReconcileContext, 'requested'>, clock: Clock, maxAgeMs: number): Freshness {
  return ctx.requested ? { maxAgeMs, notBefore: clock.monotonic(), priority: 'change' } : { maxAgeMs, priority: 'poll' };
}
