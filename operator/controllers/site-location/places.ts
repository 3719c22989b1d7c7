import { keyOf } from '../../api/meta.ts';
import type { Target } from '../../domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import type { Owned } from '../../domain/change/plan.ts';
import { ownedAt } from '../footprint-of.ts';
import { customerKeyOf } from '../indexes.ts';
import { isTerminating, rangesOf, type SiteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';
import { dnsTarget, voiceTarget } from '../targets.ts';

/** Where a site has, or may have, objects of its own; undefined: nowhere of this sort. */
export interface SitePlaces {
  readonly voice: Target | undefined;
  readonly dns: Target | undefined;
}

/** Places that the spec wants something at, and those where the footprint says that something is left. */
export function sitePlaces({ site, routesInMicrosoft, tenantId, publishes }: SiteScope): SitePlaces {
  const footprint = site.status?.footprint ?? [];
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
  // What was only announced proves nothing: a stranger may have been faster with that name.
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
  const id = identityOf(object);
  const siblings = scope.customer === undefined ? [] : stores.sites.byIndex(INDEX.customer, keyOf(scope.customer));
  return siblings.some(
    (other) =>
      keyOf(other) !== keyOf(scope.site) &&
      !(isTerminating(other) && isTerminating(scope.site) && rangesOf(other, stores).length === 0) &&
      (other.status?.footprint ?? []).some((entry) => entry.name !== undefined && identityOf({ ...entry, name: entry.name }) === id),
  );
}

/** Whether another site of the Customer, which stays, publishes the name too. */
export function isPublishedBySibling(name: string, { site, customer }: SiteScope, { sites }: SharingStores): boolean {
  return sites.byIndex(INDEX.fqdn, name).some((other) => {
    const isSibling =
      keyOf(other) !== keyOf(site) && !isTerminating(other) && customer !== undefined && customerKeyOf(other) === keyOf(customer);
    return isSibling && (other.status?.trunks ?? []).some(({ fqdn }) => fqdn === name);
  });
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
