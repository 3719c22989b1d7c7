import type { SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import { type Finding, holds, stalls, waits } from '../finding.ts';
import { isTerminating, type SiteScope, serviceOf, siteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import { claimants, sameTenant } from './claimants.ts';
import { isNewcomer, type Traces } from './newcomer.ts';
import { nameLedElsewhere } from './shared-name.ts';

/** Whether the site may exist at all: references, service, names, claims. `directory` and `traces`: the outside, as far as it is seen. */
export function accept(scope: SiteScope, stores: Stores, directory: Seen<DirectoryView> | undefined, traces: Traces): Finding {
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
      `spec.service: ${service} is accepted and not managed; sites belong to DirectRouting or OperatorConnect, name one of these`,
    );
  }
  const leaving = [customer, ...scope.trunks.flatMap((trunk) => trunk.device ?? [])].find(isTerminating);
  if (leaving !== undefined && isNewcomer(scope, stores, traces)) {
    return stalls('Accepted', 'ParentTerminating', `${leaving.kind} ${leaving.metadata.name} is being deleted and takes no new sites`);
  }
  const cordoned = scope.trunks.find((trunk) => trunk.device?.spec.cordoned === true);
  if (cordoned !== undefined && isNewcomer(scope, stores, traces)) {
    return waits(
      'Accepted',
      'Cordoned',
      `spec.trunks[${cordoned.spec.name}]: SBCDevice ${cordoned.deviceKey} is cordoned and takes no new sites; choose another or lift spec.cordoned`,
    );
  }
  const broken = scope.trunks.find((trunk) => trunk.problem !== undefined);
  return (
    broken?.problem ??
    labelClaim(scope, stores, directory) ??
    nameLedElsewhere(scope, stores) ??
    holds('Accepted', 'Accepted', 'The site and everything it refers to are valid')
  );
}

/**
 * Two tenants never hold one FQDN; sites of one tenant share it (telephony 2.2). A claim recorded in status beats one that is not, whatever
 * the age; then the one in whose tenant the name is a verified domain, which only one tenant can have; then the older object (design §2 Claims).
 */
function labelClaim(scope: SiteScope, stores: Stores, directory: Seen<DirectoryView> | undefined): Finding | undefined {
  for (const { fqdn, spec } of scope.trunks) {
    if (fqdn === undefined) continue;
    const isOurs = isVerified(fqdn, directory);
    const holder = rivals(scope, fqdn, stores).find((rival) => outranks(rival, scope.site, fqdn, isOurs));
    if (holder === undefined) continue;
    const who = holder.metadata.namespace === scope.site.metadata.namespace ? ` by SiteLocation ${holder.metadata.name}` : '';
    return stalls(
      'Accepted',
      'LabelTaken',
      `spec.trunks[${spec.name}]: ${fqdn} is already in use${who} for another tenant; set another spec.trunks[].label`,
    );
  }
  return undefined;
}

/** Whether status may record the name as granted: at once where nobody else wants it, else only to the tenant that has the domain. */
export function mayRecordName(fqdn: string, scope: SiteScope, stores: Stores, directory: Seen<DirectoryView> | undefined): boolean {
  return holdsName(scope.site, fqdn) || isVerified(fqdn, directory) || rivals(scope, fqdn, stores).length === 0;
}

function isVerified(fqdn: string, directory: Seen<DirectoryView> | undefined): boolean {
  return directory?.state === 'seen' && directory.view.domains.some((domain) => domain.isVerified && domain.name.toLowerCase() === fqdn);
}

function rivals({ site, tenantId, customer }: SiteScope, fqdn: string, stores: Stores): SiteLocation[] {
  const key = keyOf(site);
  const others = new Map(claimants(fqdn, stores).map((other) => [keyOf(other), other]));
  return [...others.values()].filter(
    (other) => keyOf(other) !== key && !sameTenant(other, { tenantId, customer }, stores) && mayClaim(other, fqdn, stores),
  );
}

/** By having it, or by a trunk to an SBC that lets the site in: what others do not grant, nobody keeps from them (design §2 Tenancy). */
function mayClaim(site: SiteLocation, fqdn: string, stores: Stores): boolean {
  return (
    holdsName(site, fqdn) ||
    siteScope(site, stores).trunks.some((trunk) => trunk.fqdn === fqdn && trunk.problem?.reason !== 'NamespaceNotGranted')
  );
}

function outranks(rival: SiteLocation, mine: SiteLocation, fqdn: string, isOurs: boolean): boolean {
  const [theirs, ours] = [holdsName(rival, fqdn), holdsName(mine, fqdn)];
  if (theirs !== ours) return theirs;
  return isOurs ? false : isOlder(rival, mine);
}

function holdsName(site: SiteLocation, fqdn: string): boolean {
  return site.status?.trunks?.some((trunk) => trunk.fqdn === fqdn) ?? false;
}

/** Whether a rival came first; of two of the same second, by name. */
export function isOlder(rival: SiteLocation, mine: SiteLocation): boolean {
  const [theirs, ours] = [rival.metadata.creationTimestamp ?? '', mine.metadata.creationTimestamp ?? ''];
  return theirs === ours ? keyOf(rival) < keyOf(mine) : theirs < ours;
}
