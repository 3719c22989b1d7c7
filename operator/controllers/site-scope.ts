import type { Customer, NumberRange, SbcDevice, SiteLocation } from '../api/kinds.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import { hasMicrosoftPart } from '../domain/licensing/transitions.ts';
import { derivedTrunkName, fitsTag } from '../domain/routing/trunk-names.ts';
import { claimedTenant, isGranted } from './customer-claims.ts';
import { type Finding, stalls, waits } from './finding.ts';
import type { Governed } from './governance.ts';
import { customerKeyOf, type KnownTrunk, ledTo, sbcKeyOf } from './indexes.ts';
import { INDEX, type Stores } from './stores.ts';

type TrunkSpec = SiteLocation['spec']['trunks'][number];

/** One trunk of a site with everything it refers to. */
export interface TrunkScope {
  readonly spec: TrunkSpec;
  readonly state: 'Active' | 'Draining' | 'Standby';
  readonly priority: number;
  readonly deviceKey: ObjectKey;
  /**
   * Undefined: it does not exist, or does not grant the site's namespace, so that nothing is looked at, claimed or shown there (design §2 Tenancy).
   * One that granted it once serves what status knows, until that is taken back by its owner.
   */
  readonly device: SbcDevice | undefined;
  /** Fixed in status at first use, else derived now; undefined while it cannot be derived. */
  readonly fqdn: string | undefined;
  /** Why this trunk cannot be used at all. */
  readonly problem: Finding | undefined;
}

/** A site with its references, as one pass sees them. */
export interface SiteScope {
  readonly site: SiteLocation;
  readonly customer: Customer | undefined;
  readonly siteName: string;
  /** Once used, fixed in status; before that the Customer's, as soon as it is granted to it. */
  readonly tenantId: string | undefined;
  /** Essentials has no Microsoft part (design §3). */
  readonly essentials: boolean;
  /** Direct Routing with a Microsoft part: only then do names of trunks lead calls between tenant and SBC (design §3). */
  readonly usesTrunkNames: boolean;
  /** True when usages, routes and policies are ours to make: trunk names in use and `m365.defaultRouting`. */
  readonly routesInMicrosoft: boolean;
  /** True when the address records of the trunks are ours to publish. */
  readonly publishes: boolean;
  readonly trunks: readonly TrunkScope[];
  /** Whose suspend and changePolicy hold for a write: site, Customer, every trunk's device. */
  readonly chain: readonly [SiteLocation, ...Governed[]];
}

/** Resolves a site's references from the caches; what does not exist is told by its trunk, or is undefined. */
export function siteScope(site: SiteLocation, stores: Stores): SiteScope {
  const customer = stores.customers.get(customerKeyOf(site));
  const service = serviceOf(site, customer);
  const siteName = site.spec.siteName ?? customer?.spec.shortName ?? site.metadata.name;
  const essentials = !hasMicrosoftPart(service?.licenseType);
  const usesTrunkNames = leadsByTrunkNames(site, customer);
  const trunks = site.spec.trunks.map((trunk) => trunkScope(trunk, site, siteName, stores));
  const devices = trunks.flatMap((trunk) => trunk.device ?? []);
  return {
    site,
    customer,
    siteName,
    tenantId: site.status?.tenantId ?? grantedTenant(customer, stores),
    essentials,
    usesTrunkNames,
    routesInMicrosoft: usesTrunkNames && (site.spec.m365?.defaultRouting ?? true),
    publishes: publishesRecords(site, customer),
    trunks,
    chain: [site, ...(customer === undefined ? [] : [customer]), ...new Set(devices)],
  };
}

/** Somebody else's tenant is not even looked at: what a refused Customer names concerns its children as little as itself. */
function grantedTenant(customer: Customer | undefined, stores: Stores): string | undefined {
  return customer !== undefined && isGranted(customer, stores) ? (customer.status?.tenantId ?? claimedTenant(customer)) : undefined;
}

/** Whether the address records of a site's trunks are ours to publish. */
export function publishesRecords(site: SiteLocation, customer: Customer | undefined): boolean {
  return leadsByTrunkNames(site, customer) && site.spec.dns?.mode !== 'Manual';
}

function leadsByTrunkNames(site: SiteLocation, customer: Customer | undefined): boolean {
  return hasMicrosoftPart(serviceOf(site, customer)?.licenseType) && (site.spec.service ?? 'DirectRouting') === 'DirectRouting';
}

/** The service of the Customer that a site belongs to; a site without one is DirectRouting. */
export function serviceOf(site: SiteLocation, customer: Customer | undefined) {
  return customer?.spec.services.find((service) => service.type === (site.spec.service ?? 'DirectRouting'));
}

/** What status says of a trunk; of one that came under another name, what it says of the FQDN. */
export function knownTrunk(
  { spec, fqdn }: Pick<TrunkScope, 'spec' | 'fqdn'>,
  { status }: Pick<SiteLocation, 'status'>,
): KnownTrunk | undefined {
  return status?.trunks?.find(({ name }) => name === spec.name) ?? status?.trunks?.find((trunk) => trunk.fqdn === fqdn);
}

/** Whether a trunk of the site leads, or led, to an SBC by status: only one that granted the site's namespace gets there. */
export function hasTrunkTo(device: string, { status }: Pick<SiteLocation, 'status'>): boolean {
  return (status?.trunks ?? []).some((trunk) => ledTo(trunk) === device);
}

/** Whether a name of the site still leads to an SBC that the spec has moved it away from: its rules there serve calls until it does not (telephony 2.5). */
export function isLeftBehind({ site, trunks }: Pick<SiteScope, 'site' | 'trunks'>, device: string): boolean {
  return (site.status?.trunks ?? []).some((known) => {
    const wanted = trunks.filter(({ fqdn }) => fqdn === known.fqdn);
    return ledTo(known) === device && wanted.length > 0 && wanted.every(({ deviceKey }) => deviceKey !== device);
  });
}

function trunkScope(spec: TrunkSpec, site: SiteLocation, siteName: string, stores: Stores): TrunkScope {
  const namespace = site.metadata.namespace ?? '';
  const deviceKey = sbcKeyOf(spec, site);
  const named = trunkFqdn(spec, siteName);
  const found = stores.devices.get(deviceKey);
  const fixed = site.status?.trunks?.find((trunk) => trunk.name === spec.name)?.fqdn;
  const isTag = site.spec.service !== 'OperatorConnect';
  const problem = trunkProblem({ spec, deviceKey, device: found, named, fixed, namespace, stores, isTag });
  return {
    spec,
    state: spec.state ?? 'Active',
    priority: spec.priority ?? 1,
    deviceKey,
    device: hasTrunkTo(deviceKey, site) || (found !== undefined && grantsNamespace(found, namespace, stores)) ? found : undefined,
    fqdn: fixed ?? ('fqdn' in named ? named.fqdn : undefined),
    problem,
  };
}

function trunkFqdn(spec: TrunkSpec, siteName: string): ReturnType<typeof derivedTrunkName> {
  if (spec.fqdn !== undefined) return { fqdn: spec.fqdn.toLowerCase() };
  if (spec.carrierTrunk === undefined) return { problem: 'LabelRequired', value: '' };
  return derivedTrunkName({ carrierTrunk: spec.carrierTrunk, ...(spec.label === undefined ? {} : { label: spec.label }) }, siteName);
}

interface TrunkCheck {
  readonly spec: TrunkSpec;
  readonly deviceKey: ObjectKey;
  readonly device: SbcDevice | undefined;
  readonly named: ReturnType<typeof derivedTrunkName>;
  readonly fixed: string | undefined;
  readonly namespace: string;
  readonly stores: Stores;
  /** Its name is to be the tag of rules. */
  readonly isTag: boolean;
}

function trunkProblem({ spec, deviceKey, device, named, fixed, namespace, stores, isTag }: TrunkCheck): Finding | undefined {
  const path = `spec.trunks[${spec.name}]`;
  if (device === undefined) {
    return waits(
      'Accepted',
      'SBCDeviceNotFound',
      `${path}.sbcRef: SBCDevice ${deviceKey} does not exist; create it or correct the reference`,
    );
  }
  if (!grantsNamespace(device, namespace, stores)) {
    return waits(
      'Accepted',
      'NamespaceNotGranted',
      `${path}.sbcRef: SBCDevice ${deviceKey} does not grant namespace ${namespace}; its owner sets spec.allowedNamespaces`,
    );
  }
  if ('problem' in named) return namingProblem(named, path);
  // Of a name in use the ranges tell it: what stands goes on.
  if (isTag && fixed === undefined && !fitsTag(named.fqdn, device.spec.limits?.tagLength)) return tagProblem(named.fqdn, device, path);
  if (fixed !== undefined && fixed !== named.fqdn) {
    return stalls(
      'Accepted',
      'NameFixed',
      `${path} would now be ${named.fqdn}, but ${fixed} is in use; names are fixed at first use: delete the site with deletionPolicy Orphan, create it anew and adopt`,
    );
  }
  return undefined;
}

function namingProblem(named: { readonly problem: 'LabelRequired' | 'FqdnTooLong'; readonly value: string }, path: string): Finding {
  return named.problem === 'LabelRequired'
    ? stalls(
        'Accepted',
        'DnsLabelInvalid',
        `${path}.label: "${named.value}" is not a DNS label (a-z, 0-9 and inner hyphens, at most 63); set one that is`,
      )
    : stalls(
        'Accepted',
        'FqdnTooLong',
        `${path}.label: ${named.value} has ${named.value.length} characters, a trunk name may have 48; set a shorter one`,
      );
}

function tagProblem(fqdn: string, device: SbcDevice, path: string): Finding {
  return stalls(
    'Accepted',
    'TagTooLong',
    `${path}.label: ${fqdn} has ${fqdn.length} characters, SBCDevice ${keyOf(device)} takes tags of ${device.spec.limits?.tagLength}; set a shorter label`,
  );
}

/** Grants as Gateway API does for routes; absent means the device's own namespace (design §2, Tenancy). */
export function grantsNamespace(device: SbcDevice, namespace: string, stores: Pick<Stores, 'namespaces'>): boolean {
  if (device.metadata.namespace === namespace) return true;
  const allowed = device.spec.allowedNamespaces;
  if (allowed?.from === 'All') return true;
  if (allowed?.from !== 'Selector') return false;
  const labels = stores.namespaces.get(`/${namespace}`)?.metadata.labels ?? {};
  const { matchLabels = {}, matchExpressions = [] } = allowed.selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((rule) => matches(labels[rule.key], rule))
  );
}

function matches(value: string | undefined, rule: { readonly operator: string; readonly values?: readonly string[] }): boolean {
  switch (rule.operator) {
    case 'In':
      return value !== undefined && (rule.values ?? []).includes(value);
    case 'NotIn':
      return value === undefined || !(rule.values ?? []).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Whether somebody has asked for its deletion; what does not exist does not terminate. */
export function isTerminating(object: KubeObject | undefined): boolean {
  return object?.metadata.deletionTimestamp !== undefined;
}

/** Objects that wait for their children to go say which (design §3.9: the first five and the total). */
export function blockers(children: readonly KubeObject[]): string {
  const named = children.slice(0, 5).map((child) => `${child.kind} ${child.metadata.name}`);
  return children.length > named.length
    ? `${named.join(', ')} and ${children.length - named.length} more (${children.length} in all)`
    : named.join(', ');
}

/** The ranges that name the site. */
export function rangesOf(site: SiteLocation, stores: Pick<Stores, 'ranges'>): readonly NumberRange[] {
  return stores.ranges.byIndex(INDEX.site, keyOf(site));
}
