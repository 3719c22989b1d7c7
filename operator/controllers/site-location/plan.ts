import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type ChangePolicy, type Owned, type Plan, planObjects } from '../../domain/change/plan.ts';
import { inRouteOrder } from '../../domain/routing/route-order.ts';
import { VOICE_ROUTING_ORDER } from '../../domain/routing/voice-routing.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { adoption } from '../governance.ts';
import type { Silence } from '../silence.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import type { IsLeaving } from '../work.ts';
import { holderOf } from './holder.ts';
import { editSilence, narrowedRoutes } from './holds.ts';
import { isOrphanOf, type Ownership } from './naming.ts';
import { servesKept, servesOthers, sharedWithSibling, withUsageOwners } from './places.ts';

export interface PlaceInput {
  readonly scope: SiteScope;
  readonly stores: Stores;
  readonly ownership: Ownership;
  readonly policy: ChangePolicy;
  /** What the site wants at this place; undefined: that cannot be told now, and so nothing is touched. */
  readonly desired: readonly OutsideObject[] | undefined;
  readonly owned: readonly Owned[];
  /** What is no longer wanted has to stay for now. */
  readonly keepsRemovals: boolean;
}

/** One place of a site: what is wanted against what is there and what the footprint calls ours. */
export function planPlace(input: PlaceInput, observed: readonly OutsideObject[], isLeaving: IsLeaving = () => false): Plan {
  const { scope, stores, ownership, policy, desired, owned, keepsRemovals } = input;
  const inherits = (marker: string): boolean => isOrphanOf(marker, ownership, scope, stores);
  const seen = withUsageOwners(observed, owned, (marker) => marker === ownership.marker || (marker !== undefined && inherits(marker)));
  // Not let go while the rest has to stay: what leads over the records has to be known until these may go.
  const kept = keepsRemovals ? [] : keptAsFound(input);
  const isLetGo = (object: Owned['object']): boolean => {
    return kept.some((entry) => identityOf(entry.object) === identityOf(object)) || servesKept(object, kept, seen);
  };
  const isAsked = adoption(scope.site);
  return planObjects({
    desired: inRouteOrder(desired ?? [], seen),
    observed: seen,
    owned: desired === undefined ? [] : owned,
    policy,
    adopts: (object) => isAsked(object) && holderOf(object, scope, ownership, stores) === undefined,
    order: VOICE_ROUTING_ORDER,
    marker: ownership.marker,
    keeps: () => keepsRemovals,
    shared: (object) => sharedWithSibling(object, scope, stores) || servesOthers(object, seen) || isLetGo(object),
    inherits,
    isLeaving,
  });
}

/** What existed before us is let go, not removed, unless the user says otherwise (design §2: Orphan for what we adopted). */
function keptAsFound({ scope, owned }: PlaceInput): Owned[] {
  return scope.site.spec.deletionPolicy === 'Cleanup' ? [] : owned.filter(({ state }) => state === 'Adopted');
}

/** What an edit takes away in the tenant, if anything, and what may be done there meanwhile. */
export interface PlannedEdit {
  readonly silence: Silence;
  /** As wanted, without what has to stay for now. */
  readonly meanwhile: PlaceInput;
}

/** Whether an edit would take something from users; if so, what may be done meanwhile is the rest of it. Pure. */
export function heldEdit(input: PlaceInput, view: VoiceView): PlannedEdit {
  const plan = planPlace({ ...input, keepsRemovals: false }, view.objects);
  const silence = editSilence(input.scope, input.stores, plan, view);
  if (silence.verdict === 'free') return { silence, meanwhile: input };
  // A route that would lose a trunk stays as it is as a whole; what would be removed stays, and the rest goes on.
  const narrows = narrowedRoutes(input.scope, plan).length > 0;
  return { silence, meanwhile: { ...input, keepsRemovals: true, desired: narrows ? undefined : input.desired } };
}
