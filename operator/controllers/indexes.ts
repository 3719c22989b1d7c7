import type { Customer, Invitation, NumberRange, SbcDevice, SiteLocation } from '../api/kinds.ts';
import type { ObjectKey } from '../api/meta.ts';
import type { IndexFunction } from '../runtime/store.ts';
import { addressOf } from './address-claims.ts';
import { claimedTenant, namedTenant } from './customer-claims.ts';
import { oursOutside } from './footprint-of.ts';
import { INDEX } from './stores.ts';

/** In the tenant index: Customers whose tenant is named by a domain and not recorded, as of one that was refused it. Whose it is, only a look tells. */
export const NAMED_BY_DOMAIN = 'named by a domain';

/** What caches are looked up by; pure functions of one object. */
export const CUSTOMER_INDEXES: Readonly<Record<string, IndexFunction<Customer>>> = {
  [INDEX.shortName]: (customer) => [customer.spec.shortName.toLowerCase()],
  [INDEX.tenant]: (customer) => [
    ...new Set([customer.spec.tenantId, customer.status?.tenantId].flatMap((tenantId) => tenantId?.toLowerCase() ?? [])),
    ...(claimedTenant(customer) === undefined && namedTenant(customer) !== undefined ? [NAMED_BY_DOMAIN] : []),
  ],
};

export const DEVICE_INDEXES: Readonly<Record<string, IndexFunction<SbcDevice>>> = {
  [INDEX.address]: (device) => [addressOf(device)],
};

export const SITE_INDEXES: Readonly<Record<string, IndexFunction<SiteLocation>>> = {
  [INDEX.customer]: (object) => [customerKeyOf(object)],
  [INDEX.device]: (site) => devicesServing(site),
  [INDEX.footprint]: (site) => [...new Set((site.status?.footprint ?? []).map(({ system, target }) => placeKey(system, target)))],
  [INDEX.fqdn]: (site) => [...new Set([...(site.status?.trunks ?? []).map(({ fqdn }) => fqdn), ...wantedNames(site)])],
};

export const RANGE_INDEXES: Readonly<Record<string, IndexFunction<NumberRange>>> = {
  [INDEX.customer]: (object) => [customerKeyOf(object)],
  [INDEX.site]: (range) => [siteKeyOf(range)],
  [INDEX.device]: (range) => devicesInStatus(range),
};

export const INVITATION_INDEXES: Readonly<Record<string, IndexFunction<Invitation>>> = {
  [INDEX.customer]: (object) => [customerKeyOf(object)],
};

/** One outside place, as the index of footprints has it. */
export function placeKey(system: string, target: string): string {
  return `${system}|${target.toLowerCase()}`;
}

/** Trunk names that the site's own spec says; one that takes its Customer's short name is found by that. */
function wantedNames({ spec }: SiteLocation): string[] {
  return spec.trunks.flatMap(({ fqdn, label = spec.siteName, carrierTrunk }) => {
    if (fqdn !== undefined) return [fqdn.toLowerCase()];
    return label === undefined || carrierTrunk === undefined ? [] : [`${label}.${carrierTrunk}`.toLowerCase()];
  });
}

/** The SBCDevice that a trunk of a site names; without a namespace it is the site's. */
export function sbcKeyOf(
  { sbcRef }: Pick<SiteLocation['spec']['trunks'][number], 'sbcRef'>,
  { metadata }: Pick<SiteLocation, 'metadata'>,
): ObjectKey {
  return `${sbcRef.namespace ?? metadata.namespace ?? ''}/${sbcRef.name}`;
}

/** A trunk as status knows it. */
export type KnownTrunk = NonNullable<NonNullable<SiteLocation['status']>['trunks']>[number];

/** The SBC that the name of a trunk leads to by status. */
export function ledTo(trunk: KnownTrunk | undefined): ObjectKey | undefined {
  return trunk?.sbcRef && `${trunk.sbcRef.namespace}/${trunk.sbcRef.name}`;
}

/** Devices of a site's trunks. */
export function devicesOf(site: SiteLocation): ObjectKey[] {
  return [...new Set(site.spec.trunks.map((trunk) => sbcKeyOf(trunk, site)))];
}

/** Devices of a site's trunks, and of those that have left its spec and of which something may stand in the tenant or in DNS. */
export function devicesServing(site: SiteLocation): ObjectKey[] {
  const known = (site.status?.trunks ?? []).flatMap((trunk) => ledTo(trunk) ?? []);
  return [...new Set([...devicesOf(site), ...known])];
}

/** Devices on which status knows rules that are the range's, whether or not a trunk still leads there. */
export function devicesInStatus(range: NumberRange): ObjectKey[] {
  const recorded = oursOutside(range).flatMap(({ system, target }) => (system === 'sbc' ? [target] : []));
  return [...new Set([...(range.status?.trunks ?? []).flatMap(({ device }) => device ?? []), ...recorded])] as ObjectKey[];
}

/** The Customer that an object names; references stay within the namespace. */
export function customerKeyOf({ metadata, spec }: SiteLocation | NumberRange | Invitation): ObjectKey {
  return `${metadata.namespace ?? ''}/${spec.customerRef.name}`;
}

/** The site that a range names. */
export function siteKeyOf(range: NumberRange): ObjectKey {
  return `${range.metadata.namespace ?? ''}/${range.spec.siteRef.name}`;
}
