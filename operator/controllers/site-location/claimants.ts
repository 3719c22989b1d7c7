import type { SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { customerKeyOf } from '../indexes.ts';
import { type SiteScope, siteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';

/** Sites that have the name or want it: by status, by spec, and by the short name that a site without a label takes. */
export function claimants(fqdn: string, stores: Stores): SiteLocation[] {
  const label = fqdn.slice(0, fqdn.indexOf('.'));
  const namesakes = stores.customers
    .byIndex(INDEX.shortName, label)
    .flatMap((customer) => stores.sites.byIndex(INDEX.customer, keyOf(customer)))
    .filter((site) => site.spec.siteName === undefined && siteScope(site, stores).trunks.some((trunk) => trunk.fqdn === fqdn));
  return [...stores.sites.byIndex(INDEX.fqdn, fqdn), ...namesakes];
}

/** Whether a site belongs to the tenant of another, as far as it is known. */
export function sameTenant(other: SiteLocation, { tenantId, customer }: Pick<SiteScope, 'tenantId' | 'customer'>, stores: Stores): boolean {
  const owner = stores.customers.get(customerKeyOf(other));
  if (owner !== undefined && customer !== undefined && keyOf(owner) === keyOf(customer)) return true;
  const theirs = other.status?.tenantId ?? owner?.status?.tenantId ?? owner?.spec.tenantId;
  return theirs !== undefined && theirs.toLowerCase() === tenantId?.toLowerCase();
}
