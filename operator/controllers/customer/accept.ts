import type { Customer } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { shortNameProblem } from '../../domain/naming/short-name.ts';
import type { TenantStep } from '../../domain/permissions/due-permissions.ts';
import { servedBy, sharesTenant, shortNameHolder, tenantHolder } from '../customer-claims.ts';
import { type Finding, holds, stalls } from '../finding.ts';
import { siteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';
import { licenceRefusal } from './licences.ts';

/**
 * Whether this Customer may exist beside the others: short name and tenant are claims (design §2 Claims, telephony 4.1). `tenantId`: what
 * the spec says, else what the domain was found to belong to.
 */
export function accept(customer: Customer, tenantId: string | undefined, stores: Stores): Finding {
  // The API server refuses both; an object that came past it, or is older than the rule, must not be worked for either (S001–S004, S022).
  const unusable = shortNameRefusal(customer) ?? licenceRefusal(customer);
  if (unusable !== undefined) return unusable;
  const nameHolder = shortNameHolder(customer, stores);
  if (nameHolder !== undefined) {
    // A name in use elsewhere is told only as such: one provider namespace must not learn the names of another (design §2 Tenancy).
    const who = isNeighbour(nameHolder, customer) ? ` by Customer ${nameHolder.metadata.name}` : '';
    return stalls(
      'Accepted',
      'ShortNameNotUnique',
      `spec.shortName: ${customer.spec.shortName} is already in use${who}; choose another (names compare without case)`,
    );
  }
  const holder = tenantId === undefined ? undefined : tenantHolder(customer, tenantId, stores);
  if (holder !== undefined && !sharesTenant(holder)) {
    const who = isNeighbour(holder, customer) ? `Customer ${holder.metadata.name}` : 'a Customer of another namespace';
    const path = customer.spec.tenantId === undefined ? 'spec.m365.domainOverride' : 'spec.tenantId';
    return stalls(
      'Accepted',
      'TenantInUse',
      `${path}: ${tenantId} belongs to ${who}; set spec.tenantSharing: Allowed there to share the tenant`,
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

function shortNameRefusal({ spec }: Customer): Finding | undefined {
  const problem = shortNameProblem(spec.shortName);
  return problem && stalls('Accepted', problem.reason, `spec.shortName: ${spec.shortName} ${problem.message}`);
}

function isNeighbour(left: Customer, right: Customer): boolean {
  return left.metadata.namespace === right.metadata.namespace;
}

/**
 * What is due in the tenant now, and so what rights are needed now (design §3.3): by the sites and ranges of every Customer whose work is
 * done with this one's credential.
 */
export function dueSteps(customer: Customer, stores: Stores): TenantStep[] {
  const served = servedBy(customer, stores).map(keyOf);
  const routed = served.some((key) => stores.sites.byIndex(INDEX.customer, key).some((site) => siteScope(site, stores).routesInMicrosoft));
  const numbered = served.some((key) => stores.ranges.byIndex(INDEX.customer, key).length > 0);
  const base: TenantStep[] = ['readTenant', 'readDomains', 'readLicenses'];
  return [...base, ...(routed ? (['readVoiceUsers', 'configureVoice'] as const) : []), ...(numbered ? (['readNumbers'] as const) : [])];
}
