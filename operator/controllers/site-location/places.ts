import type { SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Target } from '../../domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type Owned, wasAdopted } from '../../domain/change/plan.ts';
import { entryId, oursOutside, ownedAt } from '../footprint-of.ts';
import { customerKeyOf } from '../indexes.ts';
import { isTerminating, publishesRecords, rangesOf, type SiteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';
import { dnsTarget, voiceTarget } from '../targets.ts';

/** Where a site has, or may have, objects of its own; undefined: nowhere of this sort. */
export interface SitePlaces {
  readonly voice: Target | undefined;
  readonly dns: Target | undefined;
}

/** Places that the spec wants something at, and those where the footprint says that something of ours is left. */
export function sitePlaces({ site, routesInMicrosoft, tenantId, publishes }: SiteScope): SitePlaces {
  const footprint = oursOutside(site);
  const leftIn = footprint.find(({ system }) => system === 'teams-admin')?.target;
  const tenant = routesInMicrosoft ? tenantId : leftIn;
  const hasDns = publishes || footprint.some(({ system }) => system === 'dns');
  return {
    voice: tenant === undefined ? undefined : voiceTarget(tenant),
    dns: hasDns ? dnsTarget(site.metadata.namespace ?? '') : undefined,
  };
}

/** What is ours at a place by status. */
export function ownedThere({ site }: SiteScope, { system, id }: Target): Owned[] {
  return ownedAt(site, system, id);
}

/** Where it stands which other site has what. */
export type SharingStores = Pick<Stores, 'sites' | 'ranges'>;

const FOREIGN = 'somebody else';

/**
 * Usages have no description to carry a marker, so one of the derived name would always pass for ours. One that a route or policy of somebody
 * else names is theirs: it is shown to the planner as such, is `NameTaken` until adopted, and never removed.
 */
export function withUsageOwners(
  observed: readonly OutsideObject[],
  owned: readonly Owned[],
  isOurs: (marker: string | undefined) => boolean,
): OutsideObject[] {
  // What was only announced proves nothing: a stranger may have been faster with that name. What was released is known, whoever made it.
  const ours = new Set(owned.filter(({ state }) => state !== 'Pending').map(({ object }) => identityOf(object)));
  const foreign = observed.filter(
    ({ kind, ...object }) => NAMES_USAGES.includes(kind) && !isOurs(object.marker) && !ours.has(identityOf({ kind, ...object })),
  );
  const taken = new Set(foreign.flatMap(({ fields }) => usagesOf(fields['usages'])));
  return observed.map((object) =>
    object.kind === 'PstnUsage' && taken.has(object.name.toLowerCase()) ? { ...object, marker: FOREIGN } : object,
  );
}

const NAMES_USAGES: readonly string[] = ['VoiceRoute', 'VoiceRoutingPolicy'];

/** Usage names of a route or policy as Microsoft compares them; what is no list names none. */
export function usagesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map((usage) => String(usage).toLowerCase()) : [];
}

/**
 * An object that another site of the Customer lists too goes with the last of them (telephony 4.1). Of two that are being deleted neither is
 * the last by what it sees, so both take it away; one that still waits for its ranges is, as its ranges lead over the object.
 */
export function sharedWithSibling(object: Owned['object'], scope: SiteScope, stores: SharingStores): boolean {
  return siblings(scope, stores).some(
    (other) =>
      !(isTerminating(other) && isTerminating(scope.site) && rangesOf(other, stores).length === 0) &&
      oursOutside(other).some((entry) => isAbout(entry, object)),
  );
}

/** Whether another site of the Customer, which stays, publishes the name too, and goes on to. One that only names it publishes nothing. */
export function isPublishedBySibling(name: string, { site, customer }: SiteScope, { sites }: SharingStores): boolean {
  if (customer === undefined || customer.spec.deploy === false) return false;
  const others = sites
    .byIndex(INDEX.fqdn, name)
    .filter((other) => keyOf(other) !== keyOf(site) && customerKeyOf(other) === keyOf(customer));
  return others.some(
    (other) =>
      !isTerminating(other) &&
      publishesRecords(other, customer) &&
      keptNames(other).includes(name) &&
      (other.status?.footprint ?? []).some(({ system, state }) => system === 'dns' && (state === 'Applied' || state === 'Adopted')),
  );
}

/** Names in use of the trunks that the spec still has. */
function keptNames({ spec, status }: SiteLocation): string[] {
  const wanted = new Set(spec.trunks.map((trunk) => trunk.name));
  return (status?.trunks ?? []).flatMap(({ name, fqdn }) => (wanted.has(name) ? [fqdn] : []));
}

/**
 * Whether another site of the Customer knows the object as one that existed before us. So it is for whoever takes it over from that one (design
 * §3.10), and nobody of us removes it.
 */
export function adoptedBySibling(object: Owned['object'], scope: SiteScope, stores: SharingStores): boolean {
  return siblings(scope, stores).some((other) =>
    (other.status?.footprint ?? []).some((entry) => (entry.state === 'Released' || wasAdopted(entry)) && isAbout(entry, object)),
  );
}

/** Whether a site of the Customer that is being deleted had adopted the object, and leaves it to its namesake. */
export function givenUpBySibling(object: Owned['object'], scope: SiteScope, stores: SharingStores): boolean {
  const leaving = isTerminating(scope.site) ? [] : siblings(scope, stores).filter(isTerminating);
  return leaving.some((other) => oursOutside(other).some((entry) => wasAdopted(entry) && isAbout(entry, object)));
}

/** Whether an object that we made, by all that the site knows, is not the site's to remove: others have it, or knew it before us. */
export function staysWithOthers(object: Owned['object'], scope: SiteScope, stores: SharingStores): boolean {
  return sharedWithSibling(object, scope, stores) || adoptedBySibling(object, scope, stores);
}

/** What existed before us stays when it is not wanted any more, unless the user says otherwise (design §2: Orphan for what we adopted). */
export function keptAsFound(owned: readonly Owned[], { spec }: SiteLocation): Owned[] {
  return owned.filter((entry) => entry.state === 'Released' || (wasAdopted(entry) && spec.deletionPolicy !== 'Cleanup'));
}

function siblings({ site, customer }: SiteScope, { sites }: Pick<SharingStores, 'sites'>): SiteLocation[] {
  const all = customer === undefined ? [] : sites.byIndex(INDEX.customer, keyOf(customer));
  return all.filter((other) => keyOf(other) !== keyOf(site));
}

type Entry = NonNullable<NonNullable<SiteLocation['status']>['footprint']>[number];

function isAbout(entry: Entry, object: Owned['object']): boolean {
  return entryId(entry) === identityOf(object);
}

/**
 * Whether something that is ours by marker or name, and that status does not know, shows that it existed before us. A usage says nothing of itself.
 * One that nothing of ours names was there before. Else it counts as what the route or policy is that names it: with one that was adopted it
 * stays in any case (see servesKept).
 */
export function showsAdoption(
  object: OutsideObject,
  observed: readonly OutsideObject[],
  isOurs: (marker: string | undefined) => boolean,
): boolean {
  if (object.kind !== 'PstnUsage') return object.adopted === true;
  const naming = observed.filter(
    ({ kind, marker, fields }) =>
      NAMES_USAGES.includes(kind) && isOurs(marker) && usagesOf(fields['usages']).includes(object.name.toLowerCase()),
  );
  return naming.length === 0 || naming.some(({ adopted }) => adopted === true);
}

/** Whether an object that we made, and no longer want, serves somebody else by now. */
export function servesOthers(object: Owned['object'], observed: readonly OutsideObject[]): boolean {
  return observed.some((other) => identityOf(other) === identityOf(object) && other.marker === FOREIGN);
}

/**
 * Whether a usage that we made is named by a route or policy that existed before us and stays: it stays with it, as Microsoft refuses to remove
 * a usage in use (teams-admin-api §31).
 */
export function servesKept(object: Owned['object'], kept: readonly Owned[], observed: readonly OutsideObject[]): boolean {
  if (object.kind !== 'PstnUsage') return false;
  const staying = new Set(kept.map((entry) => identityOf(entry.object)));
  return observed.some(
    (other) =>
      NAMES_USAGES.includes(other.kind) &&
      staying.has(identityOf(other)) &&
      usagesOf(other.fields['usages']).includes(object.name.toLowerCase()),
  );
}
