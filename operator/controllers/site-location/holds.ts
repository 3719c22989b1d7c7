import { ANNOTATIONS } from '../../api/group.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import type { Plan } from '../../domain/change/plan.ts';
import { gatewaysOf, servingTrunks } from '../../domain/routing/voice-routing.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { confirmationOf, isDeletionConfirmed } from '../confirmation.ts';
import { entryId, oursOutside } from '../footprint-of.ts';
import { FREE, type Silence, type Verdict } from '../silence.ts';
import type { SiteScope } from '../site-scope.ts';
import { isPublishedBySibling, type SharingStores, sharedWithSibling, usagesOf } from './places.ts';

/**
 * A route reachable from a granted policy silences people when it goes, and so do the records that a route leads over, also one that stays
 * because it was adopted (telephony 7.1). What another site has taken over leads over that one's records.
 */
export function deletionSilence(scope: SiteScope, stores: SharingStores, removals: readonly OutsideObject[], view: VoiceView): Verdict {
  const { site } = scope;
  if (isDeletionConfirmed(site)) return FREE;
  const records = removals.filter(({ system }) => system === 'dns').map(({ kind, name }) => `${kind} ${name}`);
  const ours = records.length === 0 ? [] : routedBy(scope, view).filter((object) => !sharedWithSibling(object, scope, stores));
  const names = records.length === 0 ? [] : (site.status?.trunks ?? []).map(({ fqdn }) => fqdn);
  const routed = [...ours, ...strangersOver(names, scope, stores, view)];
  return silenced({ going: removals, records, routed }, view, `annotate ${ANNOTATIONS.confirmDelete}=${site.metadata.name} to go on`);
}

/**
 * The same for what an edit takes away: `deploy: false` on the Customer, routing switched off, or a trunk taken out of the spec, whether its
 * route goes or only narrows to the trunks that are left. A confirmation given before it was asked for counts for none of these.
 */
export function editSilence(scope: SiteScope, stores: SharingStores, plan: Pick<Plan, 'removals' | 'items'>, view: VoiceView): Silence {
  const { site } = scope;
  const going = [...plan.removals, ...narrowedRoutes(scope, plan)];
  const withdrawn = leavingRecords(scope);
  const lent = lentNames(scope, withdrawn.length > 0);
  const strangers = strangersOver(lent, scope, stores, view);
  const records = withdrawn.length > 0 || strangers.length === 0 ? withdrawn : lent.map((name) => `record ${name}`);
  if (going.length + records.length === 0) return FREE;
  const before = site.status?.confirmation;
  const isHandedOver = withdrawn.length > 0 && publishesElsewhere(scope);
  const parts = [...(going.length === 0 && isHandedOver ? [] : partsOf(scope, going)), ...(isHandedOver ? ['dns'] : [])];
  const confirmation = confirmationOf({ object: site, parts, what: trunksHash(scope), asked: before });
  const leaving = { going, records, routed: [...(withdrawn.length === 0 ? [] : routedBy(scope, view)), ...strangers] };
  const verdict = parts.every((part) => confirmation.isGiven(part)) ? FREE : silenced(leaving, view, confirmation.how);
  return { ...verdict, asked: verdict.verdict === 'held' || confirmation.isAsked ? confirmation.record : undefined };
}

/** Endpoints that we have published, where the spec wants none any more: for another publisher, without a Microsoft part, or undeployed. */
function leavingRecords(scope: SiteScope): string[] {
  const { site, customer } = scope;
  if (scope.publishes && customer?.spec.deploy !== false) return [];
  return oursOutside(site).flatMap(({ system, kind, name }) => (system === 'dns' ? [`${kind} ${name}`] : []));
}

/** Somebody else is to publish the records from now on (`dns.mode: Manual`), which is a question of its own. */
function publishesElsewhere({ site, customer }: SiteScope): boolean {
  return site.spec.dns?.mode === 'Manual' && customer?.spec.deploy !== false;
}

/** Names that lose their record: of all trunks, or of those that the spec has taken out and no other trunk has. */
function lentNames(scope: SiteScope, isAll: boolean): string[] {
  const removed = new Set(removedTrunks(scope));
  const wanted = new Set(scope.trunks.map(({ fqdn }) => fqdn));
  const known = scope.site.status?.trunks ?? [];
  return known.filter(({ name, fqdn }) => isAll || (removed.has(name) && !wanted.has(fqdn))).map(({ fqdn }) => fqdn);
}

/** Routes that are not the site's and lead over its names, as a customer may make, or we have let go: they depend on the records alone. */
function strangersOver(names: readonly string[], scope: SiteScope, stores: SharingStores, view: VoiceView): OutsideObject[] {
  const going = new Set(names.filter((name) => !isPublishedBySibling(name, scope, stores)));
  if (going.size === 0) return [];
  const ours = new Set(routedBy(scope, view).map(identityOf));
  const routes = view.objects.filter((object) => object.kind === 'VoiceRoute' && !ours.has(identityOf(object)));
  return routes.filter(({ fields }) => gatewaysOf(fields['gateways']).some((gateway) => going.has(gateway)));
}

/** Without records the names of the trunks lead nowhere: all that the site has in the tenant is at stake. */
function routedBy({ site }: SiteScope, view: VoiceView): OutsideObject[] {
  const ours = new Set(oursOutside(site).map(entryId));
  return view.objects.filter((object) => ours.has(identityOf(object)));
}

/** What is to be confirmed, by what the spec says: everything, routing, or the trunks that lose their route. */
function partsOf(scope: SiteScope, going: readonly OutsideObject[]): string[] {
  if (scope.customer?.spec.deploy === false) return ['undeploy'];
  if (!scope.routesInMicrosoft) return ['routing'];
  const leaving = new Set(going.filter(({ kind }) => kind === 'VoiceRoute').flatMap(({ fields }) => gatewaysOf(fields['gateways'])));
  const idle = scope.trunks.filter(({ fqdn, state }) => state !== 'Active' && fqdn !== undefined && leaving.has(fqdn));
  const trunks = [...removedTrunks(scope), ...idle.map(({ spec }) => spec.name)];
  return trunks.length === 0 ? ['routing'] : trunks.map((name) => `trunk/${name}`);
}

/** Routes as they are, out of which a removed trunk would be taken. */
export function narrowedRoutes(scope: SiteScope, { items }: Pick<Plan, 'items'>): OutsideObject[] {
  const names = new Set(removedTrunks(scope));
  const gone = new Set((scope.site.status?.trunks ?? []).filter(({ name }) => names.has(name)).map(({ fqdn }) => fqdn));
  return items.flatMap(({ desired, observed, writes }) => {
    if (!writes || observed?.kind !== 'VoiceRoute') return [];
    const left = new Set(gatewaysOf(desired.fields['gateways']));
    return gatewaysOf(observed.fields['gateways']).some((gateway) => gone.has(gateway) && !left.has(gateway)) ? [observed] : [];
  });
}

/** What an edit takes away in the tenant, by name; empty: nothing, as far as spec and status tell. */
export function takenAway(scope: SiteScope): string[] {
  const { site, customer, routesInMicrosoft } = scope;
  const isRouted = oursOutside(site).some(({ system }) => system === 'teams-admin');
  return [
    ...(customer?.spec.deploy === false ? ['deploy'] : []),
    ...(isRouted && !routesInMicrosoft ? ['routing'] : []),
    ...leavingRecords(scope),
    ...[...removedTrunks(scope), ...retiredTrunks(scope)].map((name) => `trunk ${name}`),
  ];
}

/** Trunks that stand in a route and by the spec shall carry no new calls any more. */
function retiredTrunks({ site, trunks }: SiteScope): string[] {
  const serving = new Set(servingTrunks(trunks));
  const routed = (site.status?.trunks ?? []).filter(({ m365 }) => m365 === 'Deployed' || m365 === 'Removing').map(({ name }) => name);
  return trunks.filter((trunk) => !serving.has(trunk) && routed.includes(trunk.spec.name)).map(({ spec }) => spec.name);
}

/** Trunks that status still has and the spec no longer. */
export function removedTrunks({ site }: SiteScope): string[] {
  const kept = new Set(site.spec.trunks.map(({ name }) => name));
  return (site.status?.trunks ?? []).map(({ name }) => name).filter((name) => !kept.has(name));
}

/** Also the same trunk, taken out again after it was put back, is another question. */
export function trunksHash({ trunks }: SiteScope): string {
  return contentHash(trunks.map(({ spec, state }) => [spec.name, state]));
}

interface Leaving {
  readonly going: readonly OutsideObject[];
  /** Endpoints with address records, by kind and name. */
  readonly records: readonly string[];
  /** What leads over these records, though it stays itself. */
  readonly routed: readonly OutsideObject[];
}

/** Who could not call any more, by every policy that leads to what goes: ours, and others that name our usage. */
function silenced({ going, records, routed }: Leaving, view: VoiceView, how: string): Verdict {
  const routing = going.filter(isRouting);
  const policies = policiesLeadingTo([...routing, ...routed.filter(isRouting)], view);
  const users = usersOf(policies, view);
  if (policies.length === 0 || users === 'nobody') return FREE;
  const names = [...routing.map(({ kind, name }) => `${kind} ${name}`), ...records].join(', ');
  const message = `Removing ${names} would take outbound calling from ${users} who have policy ${policies.join(', ')}; ${how}`;
  return { verdict: 'held', message };
}

function isRouting({ kind }: OutsideObject): boolean {
  return kind === 'VoiceRoutingPolicy' || kind === 'VoiceRoute';
}

function policiesLeadingTo(routing: readonly OutsideObject[], { objects }: VoiceView): string[] {
  const usages = new Set(routing.flatMap(({ fields }) => usagesOf(fields['usages'])));
  const leading = objects.filter(
    ({ kind, fields }) => kind === 'VoiceRoutingPolicy' && usagesOf(fields['usages']).some((usage) => usages.has(usage)),
  );
  const going = routing.filter(({ kind }) => kind === 'VoiceRoutingPolicy');
  return [...new Set([...going, ...leading].map(({ name }) => name))].sort();
}

/** `Global` holds for everybody without a policy of their own; what cannot be read counts as granted. */
function usersOf(policies: readonly string[], { grants }: VoiceView): string {
  if (policies.some((name) => name.toLowerCase() === 'global')) return 'all users of the tenant without a policy of their own,';
  if (grants === undefined) return 'an unknown number of users';
  const users = policies.reduce((sum, name) => sum + (grants[name.toLowerCase()] ?? 0), 0);
  return users === 0 ? 'nobody' : `${users} users`;
}
