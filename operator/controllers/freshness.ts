import type { ObjectKey } from '../api/meta.ts';
import type { Freshness } from '../delivery/delivery.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReconcileContext } from '../runtime/reconciler.ts';

/** While a removal stands still or is carried out, who depends on it is asked again after so long; not at each pass. */
const REMOVAL_MAX_AGE_MS = 15_000;

/** How old a picture may be: the poll interval, or nothing older than now when the user asked (`reconcile-at`). */
export function freshness(ctx: Pick<ReconcileContext, 'requested'>, clock: Clock, maxAgeMs: number): Freshness {
  return ctx.requested ? { maxAgeMs, notBefore: clock.monotonic(), priority: 'change' } : { maxAgeMs, priority: 'poll' };
}

/**
 * How old a picture may be before something is taken away that people may depend on (telephony 7.1): it was read after the removal was first
 * wanted, since a number assigned or a policy granted a moment before must not be silenced by an older one. The time stays the same for the
 * same removal, so that a pass is answered by the read that an earlier one has asked for, however many places it looks at.
 */
export class RemovalReads {
  readonly #clock: Clock;
  readonly #wanted = new Map<ObjectKey, { readonly going: ReadonlySet<string>; readonly since: number; readonly wantedAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `going` tells one removal from another; part of what was known to go is no new one. */
  freshness(key: ObjectKey, going: readonly string[], ctx: Pick<ReconcileContext, 'requested'>): Freshness {
    const known = this.#wanted.get(key);
    const before = known !== undefined && going.every((what) => known.going.has(what)) ? known : undefined;
    const now = this.#clock.monotonic();
    const since = before === undefined || ctx.requested ? now : before.since;
    if (since !== before?.since) this.#wanted.set(key, { going: new Set(going), since, wantedAt: before?.wantedAt ?? now });
    return { maxAgeMs: REMOVAL_MAX_AGE_MS, notBefore: since, priority: 'change' };
  }

  /** For how long the removal last asked for has been wanted in this process, ms; asking for a fresh look does not begin it anew. */
  wantedForMs(key: ObjectKey): number {
    const known = this.#wanted.get(key);
    return known === undefined ? 0 : this.#clock.monotonic() - known.wantedAt;
  }

  forget(key: ObjectKey): void {
    this.#wanted.delete(key);
  }
}
