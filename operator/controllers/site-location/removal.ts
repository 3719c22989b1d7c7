import type { SiteLocationStatus } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { Target } from '../../domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type Owned, type Plan, planObjects, wasAdopted } from '../../domain/change/plan.ts';
import { VOICE_ROUTING_ORDER } from '../../domain/routing/voice-routing.ts';
import type { DnsView } from '../../integrations/dns/port.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import type { FinalReport, ReconcileContext } from '../../runtime/reconciler.ts';
import type { ControllerDeps } from '../deps.ts';
import { footprintOf } from '../footprint-of.ts';
import type { RemovalReads } from '../freshness.ts';
import type { Governance } from '../governance.ts';
import { childrenStep, concludeRemoval, letGo, type RemovalStep, removalReport } from '../removal.ts';
import { FREE, type Verdict } from '../silence.ts';
import { rangesOf, type SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import type { Suspicion } from '../suspicion.ts';
import { ownerOf } from '../targets.ts';
import { type Work, workOn } from '../work.ts';
import { deletionSilence } from './holds.ts';
import { endpointName, type Ownership, usageName } from './naming.ts';
import {
  keptAsFound,
  ownedThere,
  servesKept,
  servesOthers,
  showsAdoption,
  sitePlaces,
  staysWithOthers,
  withUsageOwners,
} from './places.ts';
import { recordDeletionSilence } from './record-holds.ts';
import type { SiteSuspicions } from './suspicion.ts';

export interface SiteRemoval {
  readonly scope: SiteScope;
  readonly deps: ControllerDeps;
  readonly governance: Governance;
  readonly ownership: Ownership;
  readonly reads: RemovalReads;
  readonly suspicions: SiteSuspicions;
  readonly ctx: ReconcileContext;
}

/** Takes away what the site made, in the order of teams-admin-api §31, and lets go only when a fresh look finds nothing of it (design §3.9). */
export function removeSite(removal: SiteRemoval): FinalReport<SiteLocationStatus> {
  const { scope, deps, governance, ctx } = removal;
  const { site } = scope;
  const step = immediateStep(removal);
  if (step !== undefined) return removalReport(site, step, ctx.now);
  const owner = ownerOf('SiteLocation', keyOf(site));
  const works = removalWorks(removal, owner);
  return concludeRemoval<SiteLocationStatus>({
    object: site,
    owner,
    deps,
    works,
    customer: scope.customer,
    governance,
    what: (open) => open.map(({ kind, name }) => `${kind} ${name}`).join(', '),
    silence: (open) => silenceOf(removal, works, open),
    // Also what only a marker told, so that the next pass knows it by name.
    progress: () => ({ footprint: footprintOf(site, works, false) }),
    now: ctx.now,
  });
}

/** What ends or stops the removal before anything outside is looked at. */
function immediateStep({ scope, deps, governance }: SiteRemoval): RemovalStep | undefined {
  const { site } = scope;
  return childrenStep(site, rangesOf(site, deps.stores)) ?? letGo(site, governance.policy);
}

/** Users keep calling as long as the routing in the tenant stands; where it is not the site's, its records may be what they depend on. */
function silenceOf({ scope, deps }: SiteRemoval, works: readonly Work[], open: readonly OutsideObject[]): Verdict {
  const seen = works.find(({ target }) => target.system === 'teams-admin')?.seen;
  const routed = seen?.state === 'seen' ? deletionSilence(scope, deps.stores, open, seen.view as VoiceView) : FREE;
  return routed.verdict === 'free' ? recordDeletionSilence(scope, deps.stores, open) : routed;
}

function removalWorks({ scope, deps, ownership, reads, suspicions, ctx }: SiteRemoval, owner: string): Work[] {
  const places = sitePlaces(scope);
  const fresh = reads.freshness(keyOf(scope.site), [`deletion ${scope.site.metadata.deletionTimestamp ?? ''}`], ctx);
  const see = <View>(target: Target): Seen<View> => deps.delivery.see<View>(target, owner, suspicions.freshness(target, fresh));
  const work = (target: Target, seen: Seen<{ readonly objects: readonly OutsideObject[] }>, suspicion: Suspicion | undefined): Work => {
    const planWith = (observed: readonly OutsideObject[]): Plan => planRemoval(scope, deps.stores, ownership, target, observed);
    const { requested } = ctx;
    return workOn({ delivery: deps.delivery, owner, target, seen, suspicion, objectsOf: (view) => view.objects, planWith, requested });
  };
  const works: Work[] = [];
  if (places.voice !== undefined) {
    const seen = see<VoiceView>(places.voice);
    works.push(work(places.voice, seen, suspicions.voice(places.voice, seen, scope.customer)));
  }
  if (places.dns !== undefined) {
    const seen = see<DnsView>(places.dns);
    works.push(work(places.dns, seen, suspicions.dns(places.dns, seen, scope.customer)));
  }
  return works;
}

/** Ours is what the footprint lists, and what a lost status no longer lists but our marker or our derived name still tells. */
function planRemoval(scope: SiteScope, stores: Stores, ownership: Ownership, target: Target, seen: readonly OutsideObject[]): Plan {
  const owned = ownedThere(scope, target);
  const isOurs = (marker: string | undefined): boolean => marker === ownership.marker;
  const observed = withUsageOwners(seen, owned, isOurs);
  const isKnownThere = scope.site.status?.usageName !== undefined || observed.some(({ marker }) => marker === ownership.marker);
  const name = isKnownThere ? usageName(scope, stores, ownership, observed) : undefined;
  const unlisted = observed.filter((object) => isRecognised(object, scope, ownership, name));
  // An announced create counts only if what stands there is recognisably ours.
  const settled = owned.filter(({ state }) => state !== 'Pending');
  const announced = new Set(
    owned.filter((entry) => entry.state === 'Pending' && !wasAdopted(entry)).map(({ object }) => identityOf(object)),
  );
  const wasThere = (object: OutsideObject): boolean => !announced.has(identityOf(object)) && showsAdoption(object, seen, isOurs);
  const known = new Set(settled.map(({ object }) => identityOf(object)));
  const rebuilt = unlisted
    .filter((object) => !known.has(identityOf(object)))
    .map((object): Owned => ({ object, state: wasThere(object) ? 'Adopted' : 'Applied' }));
  const kept = keptAsFound([...settled, ...rebuilt], scope.site);
  return planObjects({
    observed,
    desired: [],
    owned: [...settled, ...rebuilt].filter((entry) => !kept.includes(entry)),
    policy: 'Enforce',
    adopts: () => false,
    order: VOICE_ROUTING_ORDER,
    shared: (object) => staysWithOthers(object, scope, stores) || servesOthers(object, observed) || servesKept(object, kept, observed),
  });
}

function isRecognised(object: OutsideObject, { site }: SiteScope, { marker }: Ownership, name: string | undefined): boolean {
  if (object.kind === 'PstnUsage') return object.marker === undefined && object.name.toLowerCase() === name?.toLowerCase();
  return object.marker === marker && (object.kind !== 'DNSEndpoint' || object.name === endpointName(site));
}
