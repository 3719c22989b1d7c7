import type { SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { type MarkerParts, parseMarker } from '../../domain/naming/marker.ts';
import { customerKeyOf } from '../indexes.ts';
import { isTerminating, type SiteScope, siteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';
import { isOlder } from './accept.ts';

/** The owner of a site's objects, as it stands in their descriptions. */
export interface Ownership {
  readonly marker: string;
  readonly installation: string;
}

/**
 * Name of the site's usage, routes and policy: `Unrestricted-<site>`, or with the short name in front of the site where another site of the
 * tenant has or sooner gets the plain one (telephony 4.1). Fixed in status at first use; after a loss of status the name that carries our
 * marker in the tenant. Undefined: cannot be told before the tenant is seen, or others have both.
 */
export function usageName(
  scope: SiteScope,
  stores: Stores,
  ownership: Ownership,
  observed: readonly OutsideObject[] | undefined,
): string | undefined {
  const fixed = scope.site.status?.usageName;
  if (fixed !== undefined) return fixed;
  if (observed === undefined) return undefined;
  const names = namesFor(scope);
  const marked = names.find((name) => named(observed, name).some(({ marker }) => marker === ownership.marker));
  return (
    marked ?? names.find((name) => isFree(name, namesOfOthers(scope, stores), () => isSiblings(name, observed, ownership, scope, stores)))
  );
}

function isFree(name: string, taken: ReadonlySet<string>, isMarked: () => boolean): boolean {
  return !taken.has(name.toLowerCase()) && !isMarked();
}

/** Names that the other sites of the tenant have, or get before this one: those of status, then by age what each of the older ones finds free. */
function namesOfOthers(scope: SiteScope, stores: Stores): ReadonlySet<string> {
  const others = tenantSites(scope.tenantId, stores).filter((other) => keyOf(other) !== keyOf(scope.site) && !givesWay(other, scope));
  const taken = new Set(others.flatMap(({ status }) => status?.usageName?.toLowerCase() ?? []));
  const older = others.filter((other) => other.status?.usageName === undefined && isOlder(other, scope.site));
  for (const other of older.sort((left, right) => (isOlder(left, right) ? -1 : 1))) {
    const theirs = siteScope(other, stores);
    const name = theirs.routesInMicrosoft ? namesFor(theirs).find((candidate) => !taken.has(candidate.toLowerCase())) : undefined;
    if (name !== undefined) taken.add(name.toLowerCase());
  }
  return taken;
}

/** The names that a site may have, the best first. */
export function namesFor({ siteName, customer }: Pick<SiteScope, 'siteName' | 'customer'>): readonly string[] {
  return [`Unrestricted-${siteName}`, `Unrestricted-${customer?.spec.shortName ?? ''}-${siteName}`];
}

/**
 * Whether a marker names an object of ours that is gone, or goes and is of the same Customer; what it left may pass to a namesake in its
 * namespace (design §3, footprint and renames).
 */
export function isOrphanOf(marker: string, { installation }: Ownership, scope: SiteScope, stores: Stores): boolean {
  const parts = siteMarker(marker, installation);
  if (parts === undefined) return false;
  const owner = stores.sites.get(parts.key);
  return parts.key.startsWith(`${scope.site.metadata.namespace}/`) && (owner === undefined || givesWay(owner, scope));
}

/** A site that is being deleted gives its name to the next one of the same Customer. */
export function givesWay(other: SiteLocation, { site }: SiteScope): boolean {
  const isSameCustomer = customerKeyOf(other) === customerKeyOf(site);
  return isTerminating(other) && !isTerminating(site) && isSameCustomer && keyOf(other) !== keyOf(site);
}

/** The DNSEndpoint that a site publishes its records in. */
export function endpointName(site: SiteLocation): string {
  return `trunkline-${site.metadata.name}`;
}

function named(observed: readonly OutsideObject[], name: string): OutsideObject[] {
  return observed.filter((object) => object.name.toLowerCase() === name.toLowerCase());
}

/** Another site of ours, still there, has it in the tenant already. A stranger's object does not count: that is `NameTaken`. */
function isSiblings(
  name: string,
  observed: readonly OutsideObject[],
  { installation }: Ownership,
  scope: SiteScope,
  stores: Stores,
): boolean {
  return named(observed, name).some(({ marker }) => {
    const parts = marker === undefined ? undefined : siteMarker(marker, installation);
    const owner = parts && stores.sites.get(parts.key);
    return owner !== undefined && !givesWay(owner, scope);
  });
}

/** A marker of one of our sites; undefined: of nobody that is a site of this installation. */
export function siteMarker(marker: string, installation: string): MarkerParts | undefined {
  const parts = parseMarker(marker);
  return parts?.kind === 'SiteLocation' && parts.installation === installation ? parts : undefined;
}

function tenantSites(tenantId: string | undefined, stores: Stores): SiteLocation[] {
  if (tenantId === undefined) return [];
  return stores.customers
    .byIndex(INDEX.tenant, tenantId.toLowerCase())
    .flatMap((customer) => stores.sites.byIndex(INDEX.customer, keyOf(customer)));
}
