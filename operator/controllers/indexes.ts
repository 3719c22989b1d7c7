import type { Customer, Invitation, NumberRange, SiteLocation } from '../api/kinds.ts';
import type { IndexFunction } from '../runtime/store.ts';
import { INDEX } from './deps.ts';

/** What caches are looked up by; pure functions of one object. */
export const CUSTOMER_INDEXES: Readonly<Record<string, IndexFunction<Customer>>> = {
  [INDEX.shortName]: (customer) => [customer.spec.shortName.toLowerCase()],
  [INDEX.tenant]: (customer) => [
    ...new Set([customer.spec.tenantId, customer.status?.tenantId].flatMap((tenantId) => tenantId?.toLowerCase() ?? [])),
  ],
};

export const SITE_INDEXES: Readonly<Record<string, IndexFunction<SiteLocation>>> = {
  [INDEX.customer]: (site) => [`${site.metadata.namespace ?? ''}/${site.spec.customerRef.name}`],
  [INDEX.device]: (site) => devicesOf(site),
  [INDEX.footprint]: (site) => [...new Set((site.status?.footprint ?? []).map(({ system, target }) => placeKey(system, target)))],
  [INDEX.fqdn]: (site) => [...new Set([...(site.status?.trunks ?? []).map(({ fqdn }) => fqdn), ...wantedNames(site)])],
};

export const RANGE_INDEXES: Readonly<Record<string, IndexFunction<NumberRange>>> = {
  [INDEX.customer]: (range) => [`${range.metadata.namespace ?? ''}/${range.spec.customerRef.name}`],
  [INDEX.site]: (range) => [siteKeyOf(range)],
};

export const INVITATION_INDEXES: Readonly<Record<string, IndexFunction<Invitation>>> = {
  [INDEX.customer]: (invitation) => [`${invitation.metadata.namespace ?? ''}/${invitation.spec.customerRef.name}`],
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

/** Devices of a site's trunks. */
export function devicesOf(site: SiteLocation): string[] {
  const namespace = site.metadata.namespace ?? '';
  return [...new Set(site.spec.trunks.map(({ sbcRef }) => `${sbcRef.namespace ?? namespace}/${sbcRef.name}`))];
}

export function siteKeyOf(range: NumberRange): `${string}/${string}` {
  return `${range.metadata.namespace ?? ''}/${range.spec.siteRef.name}`;
}
