import type { Customer } from '../api/kinds.ts';
import { keyOf } from '../api/meta.ts';
import { hasMicrosoftPart } from '../domain/licensing/transitions.ts';
import { INDEX, type Stores } from './stores.ts';

type Customers = Pick<Stores, 'customers'>;

/** Essentials only: no Microsoft part, so neither authentication nor permissions (design §3). */
export function isEssentials(customer: Customer): boolean {
  const managed = customer.spec.services.filter(({ type }) => type === 'DirectRouting' || type === 'OperatorConnect');
  return managed.every(({ licenseType }) => !hasMicrosoftPart(licenseType));
}

const DIRECTORY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the tenant is looked up by: a directory id, or a domain that has yet to tell whose it is. */
export function namedTenant({ spec }: Customer): string | undefined {
  return spec.tenantId ?? spec.m365?.domainOverride;
}

/** The directory id in the spec; undefined when it names none, or a domain. */
export function namedDirectory({ spec }: Customer): string | undefined {
  return spec.tenantId !== undefined && DIRECTORY_ID.test(spec.tenantId) ? spec.tenantId : undefined;
}

/** The tenant that this Customer claims: as its spec says, else as it was discovered and granted. */
export function claimedTenant(customer: Customer): string | undefined {
  return namedDirectory(customer) ?? customer.status?.tenantId;
}

/** The Customer that has the short name instead of this one; undefined: nobody else does (design §2 Claims). */
export function shortNameHolder(mine: Customer, { customers }: Customers): Customer | undefined {
  const hasIt = ({ spec, status }: Customer): boolean => status?.claims?.shortName?.toLowerCase() === spec.shortName.toLowerCase();
  return firstBut(mine, ranked(customers.byIndex(INDEX.shortName, mine.spec.shortName.toLowerCase()), hasIt));
}

/** The Customer that has the tenant instead of this one, whether it shares it or not; undefined: this one has it, or nobody. */
export function tenantHolder(mine: Customer, tenantId: string, stores: Customers): Customer | undefined {
  return firstBut(mine, claimantsOf(tenantId, stores));
}

/** Whether every claim of this Customer is granted: what `Accepted` says, without waiting until it is written down. */
export function isGranted(customer: Customer, stores: Customers): boolean {
  if (shortNameHolder(customer, stores) !== undefined) return false;
  const tenantId = claimedTenant(customer);
  const holder = tenantId === undefined ? undefined : tenantHolder(customer, tenantId, stores);
  return holder === undefined || sharesTenant(holder);
}

export function sharesTenant({ spec }: Customer): boolean {
  return spec.tenantSharing === 'Allowed';
}

/**
 * The Customer whose credential all work in this tenant is done with: its holder, or, where the holder names none and shares the tenant, the
 * next in rank that does. One at a time and the same for everybody who asks, since routes, numbers and locks belong to the tenant and not to
 * a Customer (telephony 4.1). Undefined: no accepted Customer names a credential.
 */
export function servingCustomer(tenantId: string, stores: Customers): Customer | undefined {
  const claimants = claimantsOf(tenantId, stores);
  const [holder] = claimants;
  if (holder === undefined) return undefined;
  return (sharesTenant(holder) ? claimants : [holder]).find(namesCredential);
}

/**
 * The Customers whose work in their tenant is done with this one's credential: itself, and, where it serves a tenant that is shared, every
 * accepted one with a Microsoft part there (telephony 4.1).
 */
export function servedBy(customer: Customer, stores: Customers): Customer[] {
  const tenantId = claimedTenant(customer);
  const serving = tenantId === undefined ? undefined : servingCustomer(tenantId, stores);
  if (tenantId === undefined || serving === undefined || keyOf(serving) !== keyOf(customer)) return [customer];
  const isServed = (other: Customer): boolean => keyOf(other) !== keyOf(customer) && !isEssentials(other) && isGranted(other, stores);
  return [customer, ...stores.customers.byIndex(INDEX.tenant, tenantId.toLowerCase()).filter(isServed)];
}

function namesCredential(customer: Customer): boolean {
  const { method, clientId, clientSecretRef, certificateRef } = customer.spec.authentication ?? {};
  const hasProof = clientSecretRef !== undefined || certificateRef !== undefined;
  return !isEssentials(customer) && method === 'AppRegistration' && clientId !== undefined && hasProof;
}

/** By rank. A Customer that is refused its short name is no claimant: it will never work in the tenant as it is. */
function claimantsOf(tenantId: string, stores: Customers): Customer[] {
  const id = tenantId.toLowerCase();
  const named = stores.customers.byIndex(INDEX.tenant, id).filter((customer) => shortNameHolder(customer, stores) === undefined);
  return ranked(named, ({ status }) => status?.tenantId?.toLowerCase() === id);
}

/** Whoever *has* it first: recorded in status before not recorded, then the older, then the name. */
function ranked(candidates: readonly Customer[], hasIt: (customer: Customer) => boolean): Customer[] {
  const rank = (customer: Customer): string =>
    [hasIt(customer) ? 0 : 1, customer.metadata.creationTimestamp ?? '', keyOf(customer)].join('|');
  if (candidates.length < 2) return [...candidates];
  const byRank = candidates.map((customer): readonly [string, Customer] => [rank(customer), customer]);
  return byRank.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, customer]) => customer);
}

function firstBut(mine: Customer, [first]: readonly Customer[]): Customer | undefined {
  return first === undefined || keyOf(first) === keyOf(mine) ? undefined : first;
}
