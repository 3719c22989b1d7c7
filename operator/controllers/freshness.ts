import type { ObjectKey } from '../api/meta.ts';
import type { Freshness, Seen } from '../delivery/delivery.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReconcileContext } from '../runtime/reconciler.ts';

/** How often the rules on a device are looked at for drift (design §4). */
export const SBC_POLL_MS = 15 * 60_000;

/** While a removal stands still or is carried out, who depends on it is asked again after so long; not at each pass. */
const REMOVAL_MAX_AGE_MS = 15_000;

/** How old a picture may be: the poll interval, or nothing older than now when the user asked (`reconcile-at`). */
export function freshness(ctx: Pick<ReconcileContext, 'requested'>, clock: Clock, maxAgeMs: number): Freshness {
  return ctx.requested ? { maxAgeMs, notBefore: clock.monotonic(), priority: 'change' } : { maxAgeMs, priority: 'poll' };
}

/** A picture that a pass judges by, and how old such a one may become. */
export interface Look {
  readonly seen: Seen<unknown> | undefined;
  readonly everyMs: number;
}

/** Pictures that fall due within this part of their interval are looked at in one pass. */
const TOGETHER = 0.1;

/**
 * Ms until a pass has to look again, so that it never goes on judging by a picture that is past its age (design §4 Snapshots). Counted from when
 * the picture was read, which another object may have asked for long ago: counted from the pass, a look that finds it not quite old enough would
 * leave it for a whole interval more. The runtime comes up to a tenth later, never sooner.
 */
export function nextLook(looks: readonly Look[], clock: Pick<Clock, 'monotonic'>): number {
  const now = clock.monotonic();
  return Math.min(
    ...looks.map(({ seen, everyMs }) => (seen?.state === 'seen' ? Math.max(seen.readAt + everyMs - now, TOGETHER * everyMs) : everyMs)),
  );
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
