import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type ChangePolicy, type Owned, type Plan, planObjects } from '../../domain/change/plan.ts';
import { inRouteOrder } from '../../domain/routing/route-order.ts';
import { VOICE_ROUTING_ORDER } from '../../domain/routing/voice-routing.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { adoption } from '../adoption.ts';
import type { Silence } from '../silence.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import type { IsLeaving } from '../work.ts';
import { holderOf } from './holder.ts';
import { editSilence, narrowedRoutes } from './holds.ts';
import { isOrphanOf, type Ownership } from './naming.ts';
import {
  adoptedBySibling,
  givenUpBySibling,
  keptAsFound,
  servesKept,
  servesOthers,
  showsAdoption,
  staysWithOthers,
  withUsageOwners,
} from './places.ts';

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
  const isOrphan = (marker: string): boolean => isOrphanOf(marker, ownership, scope, stores);
  const isOurs = (marker: string | undefined): boolean => marker === ownership.marker || (marker !== undefined && isOrphan(marker));
  const seen = withUsageOwners(observed, owned, isOurs);
  // Not let go while the rest has to stay: what leads over the records has to be known until these may go.
  const kept = keepsRemovals ? [] : keptAsFound(owned, scope.site);
  const letGo = new Set(kept.map(({ object }) => identityOf(object)));
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
    shared: (object) => staysWithOthers(object, scope, stores) || servesOthers(object, seen) || servesKept(object, kept, seen),
    releases: (object) => letGo.has(identityOf(object)),
    inherits: (object) => (object.marker !== undefined && isOrphan(object.marker)) || givenUpBySibling(object, scope, stores),
    existedBefore: (object, known) =>
      known === undefined && (adoptedBySibling(object, scope, stores) || showsAdoption(object, observed, isOurs)),
    isLeaving,
  });
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
