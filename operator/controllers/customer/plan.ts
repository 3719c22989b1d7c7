import type { Customer } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { TenantStep } from '../../domain/permissions/due-permissions.ts';
import { INDEX, type Stores } from '../deps.ts';
import { type Finding, holds, stalls } from '../finding.ts';
import { siteScope } from '../site-scope.ts';

/** Essentials only: no Microsoft part, so neither authentication nor permissions (design §3). */
export function isEssentials(customer: Customer): boolean {
  const managed = customer.spec.services.filter(({ type }) => type === 'DirectRouting' || type === 'OperatorConnect');
  return managed.every(({ licenseType }) => licenseType === 'HostedEssentials' || licenseType === 'OCEssentials');
}

/** Whether this Customer may exist beside the others: short name and tenant are claims (design §2 Claims, telephony 4.1). */
export function accept(customer: Customer, stores: Stores): Finding {
  const nameHolder = holderOf(customer, stores.customers.byIndex(INDEX.shortName, customer.spec.shortName.toLowerCase()), hasShortName);
  if (nameHolder !== undefined) {
    // A name in use elsewhere is told only as such: one provider namespace must not learn the names of another (design §2 Tenancy).
    const who = nameHolder.metadata.namespace === customer.metadata.namespace ? ` by Customer ${nameHolder.metadata.name}` : '';
    return stalls(
      'Accepted',
      'ShortNameNotUnique',
      `spec.shortName: ${customer.spec.shortName} is already in use${who}; choose another (names compare without case)`,
    );
  }
  const tenantHolder = customer.spec.tenantId === undefined ? undefined : olderOnTenant(customer, customer.spec.tenantId, stores);
  if (tenantHolder !== undefined && tenantHolder.spec.tenantSharing !== 'Allowed') {
    const who =
      tenantHolder.metadata.namespace === customer.metadata.namespace
        ? `Customer ${tenantHolder.metadata.name}`
        : 'a Customer of another namespace';
    return stalls(
      'Accepted',
      'TenantInUse',
      `spec.tenantId: ${customer.spec.tenantId} belongs to ${who}; set spec.tenantSharing: Allowed there to share the tenant`,
    );
  }
  const unmanaged = customer.spec.services
    .filter(({ type }) => type !== 'DirectRouting' && type !== 'OperatorConnect')
    .map(({ type }) => type);
  if (unmanaged.length === customer.spec.services.length) {
    return {
      ...holds('Accepted', 'ServiceTypeNotManaged', `spec.services: ${unmanaged.join(', ')} is accepted and not managed by this operator`),
    };
  }
  return holds('Accepted', 'Accepted', 'Names, services and licences are valid');
}

/** Whoever *has* it wins: recorded in status before not recorded, then the older, then the name. */
function holderOf(mine: Customer, candidates: readonly Customer[], granted: (customer: Customer) => boolean): Customer | undefined {
  return candidates
    .filter((other) => keyOf(other) !== keyOf(mine))
    .find((other) => (granted(other) === granted(mine) ? isOlder(other, mine) : granted(other)));
}

function hasShortName(customer: Customer): boolean {
  return customer.status?.claims?.shortName?.toLowerCase() === customer.spec.shortName.toLowerCase();
}

function olderOnTenant(mine: Customer, tenantId: string, stores: Stores): Customer | undefined {
  const granted = (customer: Customer): boolean => customer.status?.tenantId?.toLowerCase() === tenantId.toLowerCase();
  return holderOf(mine, stores.customers.byIndex(INDEX.tenant, tenantId.toLowerCase()), granted);
}

function isOlder(left: Customer, right: Customer): boolean {
  const [theirs, ours] = [left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? ''];
  return theirs === ours ? keyOf(left) < keyOf(right) : theirs < ours;
}

/** What is due in the tenant now, and so what rights are needed now (design §3.3). */
export function dueSteps(customer: Customer, stores: Stores): TenantStep[] {
  const routed = stores.sites.byIndex(INDEX.customer, keyOf(customer)).some((site) => siteScope(site, stores).routesInMicrosoft);
  const numbered = stores.ranges.byIndex(INDEX.customer, keyOf(customer)).length > 0;
  const base: TenantStep[] = ['readTenant', 'readDomains', 'readLicenses'];
  return [...base, ...(routed ? (['readVoiceUsers', 'configureVoice'] as const) : []), ...(numbered ? (['readNumbers'] as const) : [])];
}
