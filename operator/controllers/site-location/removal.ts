import type { SiteLocationStatus } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { Target } from '../../domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type Owned, planObjects, type Standing } from '../../domain/change/plan.ts';
import { formatMarker } from '../../domain/naming/marker.ts';
import { VOICE_ROUTING_ORDER } from '../../domain/routing/voice-routing.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import type { FinalReport } from '../../runtime/reconciler.ts';
import type { ControllerDeps, Stores } from '../deps.ts';
import { ownedAt } from '../footprint-of.ts';
import { BEFORE_REMOVAL } from '../freshness.ts';
import { type Governance, isConfirmed, isForceRemoved } from '../governance.ts';
import { type RemovalStep, removalReport } from '../removal.ts';
import { blockers, rangesOf, type SiteScope } from '../site-scope.ts';
import { dnsTarget, ownerOf, voiceTarget } from '../targets.ts';
import { firstFailure, handOver, type Work, workOn } from '../work.ts';
import { desiredObjects, usageName } from './plan.ts';

export interface SiteRemoval {
  readonly scope: SiteScope;
  readonly deps: ControllerDeps;
  readonly governance: Governance;
}

/** An object that another site of the Customer lists too goes with the last of them (telephony 4.1). */
export function sharedWithSibling(object: Owned['object'], scope: SiteScope, stores: Stores): boolean {
  const id = identityOf(object);
  const siblings = scope.customer === undefined ? [] : stores.sites.byIndex('customer', keyOf(scope.customer));
  return siblings.some(
    (other) =>
      keyOf(other) !== keyOf(scope.site) &&
      (other.status?.footprint ?? []).some((entry) => entry.name !== undefined && identityOf({ ...entry, name: entry.name }) === id),
  );
}

/** Takes away what the site made, in the order of teams-admin-api §31, and lets go only when a fresh look finds nothing of it (design §3.9). */
export function removeSite(removal: SiteRemoval): FinalReport<SiteLocationStatus> {
  const { scope, deps, governance } = removal;
  const step = immediateStep(removal);
  if (step !== undefined) return removalReport(scope.site, step);
  const owner = ownerOf('SiteLocation', keyOf(scope.site));
  const works = removalWorks(removal, owner);
  const unseen = works.find(({ seen }) => seen.state !== 'seen');
  if (unseen !== undefined) return removalReport(scope.site, unseenStep(unseen.seen, unseen.target));
  const open = works.filter(({ plan }) => (plan?.removals.length ?? 0) > 0);
  if (open.length === 0 && works.every(({ underWay }) => !underWay)) return removalReport(scope.site, { done: true });
  const held = deletionHold(scope, works);
  if (held !== undefined) return removalReport(scope.site, { done: false, reason: 'DeletionHeld', message: held, stalled: true });
  if (governance.hold !== undefined) return removalReport(scope.site, { done: false, ...governance.hold });
  const failure = firstFailure(works);
  const left = open.flatMap(({ plan }) => plan?.removals ?? []).map(({ kind, name }) => `${kind} ${name}`);
  const message = failure === undefined ? `Being removed: ${left.join(', ')}` : failure.message;
  return {
    ...removalReport(scope.site, { done: false, reason: (failure?.reason as Reason | undefined) ?? 'Removing', message }),
    ...(failure === undefined ? {} : { retry: failure }),
    afterStatus: handOver({ delivery: deps.delivery, owner, works, priority: 'change', mayWrite: true }),
  };
}

/** What ends or stops the removal before anything outside is looked at. */
function immediateStep({ scope, deps, governance }: SiteRemoval): RemovalStep | undefined {
  const { site } = scope;
  if (isForceRemoved(site)) return { done: true, forced: true };
  if (site.spec.deletionPolicy === 'Orphan' || governance.policy === 'Observe') return { done: true };
  const ranges = rangesOf(site, deps.stores);
  return ranges.length === 0 ? undefined : { done: false, reason: 'ChildrenRemain', message: `Waits for ${blockers(ranges)} to go first` };
}

function removalWorks({ scope, deps }: SiteRemoval, owner: string): Work[] {
  const { site } = scope;
  const tenantId = site.status?.tenantId;
  const namespace = site.metadata.namespace ?? '';
  const marker = formatMarker({ installation: deps.settings.installation, kind: 'SiteLocation', key: keyOf(site) });
  const desire = desiredObjects({ ...scope, tenantId }, usageName(scope, deps.stores), marker);
  const work = (target: Target, normally: readonly OutsideObject[]): Work => {
    const seen = deps.delivery.see<{ readonly objects: readonly OutsideObject[] }>(target, owner, BEFORE_REMOVAL);
    const planWith = (observed: readonly OutsideObject[]) => planRemoval(removalOf(scope, deps.stores, target, normally), observed);
    return workOn({ delivery: deps.delivery, owner, target, seen, objectsOf: (view) => view.objects, planWith });
  };
  const voice = tenantId === undefined || desire.voice.length === 0 ? [] : [work(voiceTarget(tenantId), desire.voice)];
  const dns = desire.dns.length === 0 && ownedAt(site, 'dns', namespace).length === 0 ? [] : [work(dnsTarget(namespace), desire.dns)];
  return [...voice, ...dns];
}

interface PlaceRemoval {
  readonly scope: SiteScope;
  readonly stores: Stores;
  readonly owned: readonly Owned[];
  readonly normally: readonly OutsideObject[];
}

function removalOf(scope: SiteScope, stores: Stores, target: Target, normally: readonly OutsideObject[]): PlaceRemoval {
  return { scope, stores, owned: ownedAt(scope.site, target.system, target.id), normally };
}

/** Standings of what is there and recognisably ours. */
const OURS: readonly Standing[] = ['InSync', 'TakenBack', 'ToUpdate', 'Drifted'];

/** Also what a lost status no longer lists: everything that would be taken back without a write is ours to remove. */
function planRemoval({ scope, stores, owned, normally }: PlaceRemoval, observed: readonly OutsideObject[]) {
  const common = { observed, policy: 'Enforce' as const, adopts: () => false, order: VOICE_ROUTING_ORDER };
  const standing = planObjects({ ...common, desired: normally, owned }).items.filter(({ standing }) => OURS.includes(standing));
  const ours = new Set(standing.map(({ desired }) => identityOf(desired)));
  const known = new Set(owned.map(({ object }) => identityOf(object)));
  const rebuilt = standing
    .filter(({ desired }) => !known.has(identityOf(desired)))
    .map(({ desired }): Owned => ({ object: desired, state: 'Applied' }));
  // What existed before us stays unless the user says otherwise (design §2: Orphan for what we adopted); an announced create counts only if
  // what stands there is recognisably ours.
  const keepsAdopted = scope.site.spec.deletionPolicy !== 'Cleanup';
  const removable = owned.filter(({ state, object }) =>
    state === 'Adopted' ? !keepsAdopted : state !== 'Pending' || ours.has(identityOf(object)),
  );
  return planObjects({
    ...common,
    desired: [],
    owned: [...removable, ...rebuilt],
    shared: (object) => sharedWithSibling(object, scope, stores),
  });
}

function unseenStep(seen: Seen<unknown>, target: Target): RemovalStep {
  if (seen.state !== 'failed')
    return { done: false, reason: 'Removing', message: `Looking at ${target.system} ${target.id} before removing anything` };
  const how = 'annotate trunkline.dev/force-remove=true to give up on what is left there';
  return {
    done: false,
    reason: seen.error.reason as Reason,
    message: `${target.system} ${target.id} cannot be reached, so nothing is known to be gone: ${seen.error.message}; ${how}`,
    retry: seen.error,
  };
}

/** A route reachable from a granted policy silences people when it goes (telephony 7.1); what cannot be read counts as granted. */
function deletionHold(scope: SiteScope, works: readonly Work[]): string | undefined {
  if (isConfirmed(scope.site)) return undefined;
  const seen = works.find(({ target }) => target.system === 'teams-admin')?.seen;
  const view = seen?.state === 'seen' ? (seen.view as VoiceView) : undefined;
  return silenced(
    scope,
    works.flatMap(({ plan }) => plan?.removals ?? []),
    view,
    scope.site.metadata.name,
  );
}

/** The same for what an edit takes away: `deploy: false` on the Customer, or a trunk taken out of the spec (telephony 7.1). */
export function editHold(scope: SiteScope, removals: readonly OutsideObject[], view: VoiceView): string | undefined {
  const { site } = scope;
  if (isConfirmed(site)) return undefined;
  const kept = new Set(site.spec.trunks.map(({ name }) => name));
  const removed = (site.status?.trunks ?? []).map(({ name }) => name).filter((name) => !kept.has(name));
  const undeployed = scope.customer?.spec.deploy === false;
  if (!undeployed && removed.length > 0 && removed.every((trunk) => isConfirmed(site, `trunk/${trunk}`))) return undefined;
  const part = undeployed || removed[0] === undefined ? site.metadata.name : `${site.metadata.name}/trunk/${removed[0]}`;
  return silenced(scope, removals, view, part);
}

function silenced(
  scope: SiteScope,
  removals: readonly OutsideObject[],
  view: VoiceView | undefined,
  confirmation: string,
): string | undefined {
  const routing = removals.filter(({ kind }) => kind === 'VoiceRoutingPolicy' || kind === 'VoiceRoute');
  const policy = scope.site.status?.usageName ?? routing[0]?.name ?? '';
  const users = view?.grants === undefined ? undefined : (view.grants[policy.toLowerCase()] ?? 0);
  if (routing.length === 0 || users === 0) return undefined;
  const names = routing.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return `Removing ${names} would take outbound calling from ${users ?? 'an unknown number of'} users who have policy ${policy}; annotate trunkline.dev/confirm-delete=${confirmation} to go on`;
}
