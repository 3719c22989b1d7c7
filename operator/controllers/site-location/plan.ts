import type { SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { siteDnsEndpoint } from '../../domain/routing/dns-records.ts';
import { voiceRouting } from '../../domain/routing/voice-routing.ts';
import { INDEX, type Stores } from '../deps.ts';
import { conditionOf, type Finding, holds, satisfies, stalls, waits } from '../finding.ts';
import { type Gate, gate, isTerminating, protectedBy, type SiteScope, serviceOf } from '../site-scope.ts';

/** Whether the site may exist at all: references, service, names, claims. Reads caches only. */
export function accept(scope: SiteScope, stores: Stores): Finding {
  const { site, customer } = scope;
  if (customer === undefined) {
    return waits(
      'Accepted',
      'CustomerNotFound',
      `spec.customerRef: Customer ${site.spec.customerRef.name} does not exist in namespace ${site.metadata.namespace}; create it`,
    );
  }
  const service = site.spec.service ?? 'DirectRouting';
  if (serviceOf(site, customer) === undefined) {
    return stalls(
      'Accepted',
      'ServiceNotFound',
      `spec.service: Customer ${customer.metadata.name} has no service ${service}; add it to the Customer's spec.services`,
    );
  }
  if (service !== 'DirectRouting' && service !== 'OperatorConnect') {
    return stalls(
      'Accepted',
      'ServiceTypeNotManaged',
      `spec.service: ${service} is accepted and not managed; sites belong to DirectRouting or OperatorConnect`,
    );
  }
  const isNew = site.status?.footprint === undefined;
  const leaving = [customer, ...scope.trunks.flatMap((trunk) => trunk.device ?? [])].find(isTerminating);
  if (isNew && leaving !== undefined) {
    return stalls('Accepted', 'ParentTerminating', `${leaving.kind} ${leaving.metadata.name} is being deleted and takes no new sites`);
  }
  const cordoned = scope.trunks.find((trunk) => trunk.device?.spec.cordoned === true);
  if (isNew && cordoned !== undefined) {
    return waits(
      'Accepted',
      'Cordoned',
      `spec.trunks[${cordoned.spec.name}]: SBCDevice ${cordoned.deviceKey} is cordoned and takes no new sites; choose another or lift spec.cordoned`,
    );
  }
  const broken = scope.trunks.find((trunk) => trunk.problem !== undefined);
  return broken?.problem ?? labelClaim(scope, stores) ?? holds('Accepted', 'Accepted', 'The site and everything it refers to are valid');
}

/**
 * Two tenants never hold one FQDN; sites of one tenant share it (telephony 2.2). A claim recorded in status beats one that is not, whatever
 * the age; between two that are not, the older object, then the name (design §2 Claims).
 */
function labelClaim(scope: SiteScope, stores: Stores): Finding | undefined {
  for (const trunk of scope.trunks) {
    const holder =
      trunk.fqdn === undefined
        ? undefined
        : rivals(scope, trunk.fqdn, stores).find((rival) => outranks(rival, scope.site, trunk.fqdn ?? ''));
    if (holder === undefined) continue;
    const who = holder.metadata.namespace === scope.site.metadata.namespace ? ` by SiteLocation ${holder.metadata.name}` : '';
    return stalls(
      'Accepted',
      'LabelTaken',
      `spec.trunks[${trunk.spec.name}]: ${trunk.fqdn} is already in use${who} for another tenant; set another spec.trunks[].label`,
    );
  }
  return undefined;
}

function rivals({ site, tenantId, customer }: SiteScope, fqdn: string, stores: Stores): SiteLocation[] {
  const key = keyOf(site);
  return stores.sites
    .byIndex(INDEX.fqdn, fqdn)
    .filter((other) => keyOf(other) !== key && !sameTenant(other, { tenantId, customer }, stores));
}

function sameTenant(other: SiteLocation, { tenantId, customer }: Pick<SiteScope, 'tenantId' | 'customer'>, stores: Stores): boolean {
  const owner = stores.customers.get(`${other.metadata.namespace ?? ''}/${other.spec.customerRef.name}`);
  if (owner !== undefined && customer !== undefined && keyOf(owner) === keyOf(customer)) return true;
  const theirs = other.status?.tenantId ?? owner?.status?.tenantId ?? owner?.spec.tenantId;
  return theirs !== undefined && theirs.toLowerCase() === tenantId?.toLowerCase();
}

function outranks(rival: SiteLocation, mine: SiteLocation, fqdn: string): boolean {
  const granted = (site: SiteLocation): boolean => site.status?.trunks?.some((trunk) => trunk.fqdn === fqdn) ?? false;
  if (granted(rival) !== granted(mine)) return granted(rival);
  const [theirs, ours] = [rival.metadata.creationTimestamp ?? '', mine.metadata.creationTimestamp ?? ''];
  return theirs === ours ? keyOf(rival) < keyOf(mine) : theirs < ours;
}

/** What must hold before the site writes anything outside (design §2, references wait on named gates). The first closed one is told. */
export function siteGate(scope: SiteScope): Gate {
  const { customer, essentials, routesInMicrosoft, trunks } = scope;
  if (customer === undefined) return { reason: 'CustomerNotReady', message: 'The Customer does not exist' };
  const needed = essentials ? ['Accepted'] : ['Accepted', 'Authenticated', 'Authorized', 'Licensed'];
  const customerGate = needed.map((type) => gate(customer, type)).find((closed) => closed !== undefined);
  if (customerGate !== undefined) return customerGate;
  for (const trunk of trunks.filter(({ state }) => state === 'Active')) {
    const deviceGate = trunk.device && gate(trunk.device, 'Connected');
    const closed = deviceGate ?? (routesInMicrosoft ? carrierGate(trunk) : undefined) ?? baselineGate(scope, trunk);
    if (closed !== undefined) return closed;
  }
  return protectedBy([customer, ...trunks.flatMap((trunk) => trunk.device ?? [])]);
}

function carrierGate({ spec, device }: SiteScope['trunks'][number]): Gate {
  if (spec.carrierTrunk === undefined) return undefined;
  const carrier = device?.status?.carrierTrunks?.find(({ fqdn }) => fqdn.toLowerCase() === spec.carrierTrunk?.toLowerCase());
  if (carrier?.ready === true) return undefined;
  const why =
    carrier === undefined
      ? `SBCDevice ${device?.metadata.name} does not list it in spec.carrierTrunks`
      : `it is not ready: ${carrier.reason}`;
  return { reason: 'CarrierTrunkNotReady', message: `spec.trunks[${spec.name}].carrierTrunk ${spec.carrierTrunk}: ${why}` };
}

function baselineGate({ site }: SiteScope, { device }: SiteScope['trunks'][number]): Gate {
  const shared = (site.spec.sbc?.pattern ?? 'SharedTags') === 'SharedTags';
  if (!shared || device === undefined || site.spec.sbc?.baseline === 'Assumed' || satisfies(conditionOf(device, 'TeamsBaseline')))
    return undefined;
  return gate(device, 'TeamsBaseline');
}

/** `Unrestricted-<site>`; with the short name in front where another site of this tenant holds that (telephony 4.1). Fixed at first use. */
export function usageName(scope: SiteScope, stores: Stores): string {
  const { site, siteName, tenantId, customer } = scope;
  if (site.status?.usageName !== undefined) return site.status.usageName;
  const plain = `Unrestricted-${siteName}`;
  const clash = tenantSites(tenantId, stores).some(
    (other) => keyOf(other) !== keyOf(site) && other.status?.usageName?.toLowerCase() === plain.toLowerCase(),
  );
  return clash ? `Unrestricted-${customer?.spec.shortName ?? ''}-${siteName}` : plain;
}

function tenantSites(tenantId: string | undefined, stores: Stores): SiteLocation[] {
  if (tenantId === undefined) return [];
  return stores.customers
    .byIndex(INDEX.tenant, tenantId.toLowerCase())
    .flatMap((customer) => stores.sites.byIndex(INDEX.customer, keyOf(customer)));
}

export interface SiteDesire {
  readonly voice: readonly OutsideObject[];
  readonly dns: readonly OutsideObject[];
}

/** What the site wants outside: pure, from spec and the names fixed in status. */
export function desiredObjects(scope: SiteScope, name: string, marker: string): SiteDesire {
  const { site, tenantId, routesInMicrosoft } = scope;
  const trunks = scope.trunks.flatMap((trunk) => (trunk.fqdn === undefined ? [] : [{ ...trunk, fqdn: trunk.fqdn }]));
  const voice = routesInMicrosoft && tenantId !== undefined ? voiceRouting({ tenantId: tenantId.toLowerCase(), name, marker, trunks }) : [];
  const endpoint = siteDnsEndpoint({
    namespace: site.metadata.namespace ?? '',
    name: endpointName(site),
    marker,
    trunks: trunks.map(({ fqdn, device }) => ({ fqdn, publicAddresses: device?.spec.teams?.publicAddresses ?? [] })),
  });
  return { voice, dns: endpoint === undefined || scope.essentials || site.spec.dns?.mode === 'Manual' ? [] : [endpoint] };
}

export function endpointName(site: SiteLocation): string {
  return `trunkline-${site.metadata.name}`;
}
