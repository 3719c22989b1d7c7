import { ANNOTATIONS } from '../api/group.ts';
import type { Customer, Invitation, NumberRange, SbcDevice, SiteLocation } from '../api/kinds.ts';
import { type Condition, type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import { addressOf } from './address-claims.ts';
import { claimedTenant, servingCustomer } from './customer-claims.ts';
import { conditionOf } from './finding.ts';
import { entryId } from './footprint-of.ts';
import { customerKeyOf, devicesInStatus, devicesOf, devicesServing, ledTo, NAMED_BY_DOMAIN, sbcKeyOf, siteKeyOf } from './indexes.ts';
import { siteScope } from './site-scope.ts';
import { INDEX, type Stores } from './stores.ts';

/** Which objects of a kind another object concerns: pure key mappings over the caches (style 2.1, watches). */
export function customerOf(object: SiteLocation | NumberRange | Invitation): ObjectKey[] {
  return [customerKeyOf(object)];
}

/** Where Customers share a tenant, the one with whose credential the work of this child is done: what rights it needs follows the child. */
export function servingCustomerOf(child: SiteLocation | NumberRange, stores: Stores): ObjectKey[] {
  const customer = stores.customers.get(customerKeyOf(child));
  const tenantId = customer && claimedTenant(customer);
  if (tenantId === undefined || stores.customers.byIndex(INDEX.tenant, tenantId.toLowerCase()).length < 2) return [];
  const serving = servingCustomer(tenantId, stores);
  return serving === undefined || serving === customer ? [] : [keyOf(serving)];
}

export function devicesOfSite(site: SiteLocation): ObjectKey[] {
  return devicesServing(site);
}

export function siteOfRange(range: NumberRange): ObjectKey[] {
  return [siteKeyOf(range)];
}

export function sitesOfCustomer(customer: Customer, stores: Stores): ObjectKey[] {
  return stores.sites.byIndex(INDEX.customer, keyOf(customer)).map(keyOf);
}

export function sitesOfDevice(device: SbcDevice, stores: Stores): ObjectKey[] {
  return stores.sites.byIndex(INDEX.device, keyOf(device)).map(keyOf);
}

export function rangesOfSite(site: SiteLocation, stores: Stores): ObjectKey[] {
  return stores.ranges.byIndex(INDEX.site, keyOf(site)).map(keyOf);
}

/** Of the sites whose trunks lead to the device, and those that have left rules there. */
export function rangesOfDevice(device: SbcDevice, stores: Stores): ObjectKey[] {
  const served = stores.sites.byIndex(INDEX.device, keyOf(device)).flatMap((site) => rangesOfSite(site, stores));
  return [...new Set([...served, ...stores.ranges.byIndex(INDEX.device, keyOf(device)).map(keyOf)])];
}

export function rangesOfCustomer(customer: Customer, stores: Stores): ObjectKey[] {
  return stores.ranges.byIndex(INDEX.customer, keyOf(customer)).map(keyOf);
}

export function invitationsOfCustomer(customer: Customer, stores: Stores): ObjectKey[] {
  return stores.invitations.byIndex(INDEX.customer, keyOf(customer)).map(keyOf);
}

/** Customers whose claims touch: the same short name or tenant. A refusal heals when the holder goes (design §2 Claims). */
export function rivalCustomers(customer: Customer, stores: Stores): ObjectKey[] {
  const sameName = stores.customers.byIndex(INDEX.shortName, customer.spec.shortName.toLowerCase());
  const tenantId = claimedTenant(customer);
  const sameTenant = tenantId === undefined ? [] : stores.customers.byIndex(INDEX.tenant, tenantId.toLowerCase());
  const maybeSame = tenantId === undefined ? [] : stores.customers.byIndex(INDEX.tenant, NAMED_BY_DOMAIN);
  return [...sameName, ...sameTenant, ...maybeSame].map(keyOf).filter((key) => key !== keyOf(customer));
}

/** SBCDevices of the same management address. A refusal heals when the holder goes. */
export function rivalDevices(device: SbcDevice, stores: Stores): ObjectKey[] {
  const rivals = stores.devices.byIndex(INDEX.address, addressOf(device));
  return rivals.map(keyOf).filter((key) => key !== keyOf(device));
}

/** Sites that may hold or want the same trunk names: the others on the same devices, and of the same names. Only looked at when a site comes or goes. */
export function rivalSites(site: SiteLocation, stores: Stores): ObjectKey[] {
  const names = siteScope(site, stores).trunks.flatMap(({ fqdn }) => fqdn ?? []);
  const rivals = [
    ...devicesOf(site).flatMap((device) => stores.sites.byIndex(INDEX.device, device)),
    ...names.flatMap((fqdn) => stores.sites.byIndex(INDEX.fqdn, fqdn)),
  ];
  return [...new Set(rivals.filter((other) => isRefused(other) && keyOf(other) !== keyOf(site)).map(keyOf))];
}

/** Ranges refused a pattern, or giving rules up, on the devices of the range that changed. */
export function rivalRanges(range: NumberRange, stores: Stores): ObjectKey[] {
  const site = stores.sites.get(siteKeyOf(range));
  const devices = site === undefined ? [] : devicesOf(site);
  const others = devices
    .flatMap((device) => stores.sites.byIndex(INDEX.device, device))
    .flatMap((other) => stores.ranges.byIndex(INDEX.site, keyOf(other)));
  return [...new Set(others.filter((other) => (isRefused(other) || givesUp(other)) && keyOf(other) !== keyOf(range)).map(keyOf))];
}

/** Other sites of the Customer that list an outside object that this one lists: one of them is about to take it over or away (design §3.10). */
export function sharingSites(site: SiteLocation, stores: Stores): ObjectKey[] {
  const listed = new Set(objectsOf(site));
  const others = stores.sites.byIndex(INDEX.customer, customerKeyOf(site)).filter((other) => keyOf(other) !== keyOf(site));
  return others.filter((other) => objectsOf(other).some((id) => listed.has(id))).map(keyOf);
}

function objectsOf({ status }: SiteLocation): string[] {
  return (status?.footprint ?? []).flatMap((entry) => entryId(entry) ?? []);
}

/** The same for ranges, one of which gives a pattern up that the other holds too. What stands in a ConfigMap is not known here. */
export function sharingRanges(range: NumberRange, stores: Stores): ObjectKey[] {
  const held = new Set(range.status?.held ?? []);
  const mayShare = ({ status }: NumberRange): boolean =>
    (status?.heldIn ?? range.status?.heldIn) !== undefined || (status?.held ?? []).some((pattern) => held.has(pattern));
  const others = stores.ranges.byIndex(INDEX.customer, customerKeyOf(range)).filter((other) => keyOf(other) !== keyOf(range));
  return others.filter((other) => (isLeaving(range) || isLeaving(other)) && mayShare(other)).map(keyOf);
}

function isLeaving(range: NumberRange): boolean {
  return givesUp(range) || (range.status?.footprint ?? []).some(({ state }) => state === 'Removing');
}

/** What an object lists as its own outside, or the state of it, moved. */
export function footprintMoved(before: SiteLocation | NumberRange | undefined, after: SiteLocation | NumberRange | undefined): boolean {
  const listed = (object: typeof before): string => JSON.stringify(object?.status?.footprint);
  return before?.status !== after?.status && listed(before) !== listed(after);
}

function isRefused(object: KubeObject<unknown, { readonly conditions?: readonly Condition[] }>): boolean {
  return conditionOf(object, 'Accepted')?.status === 'False';
}

/** Waits for somebody who takes over what it gives up (design §3.10). */
function givesUp(object: KubeObject<unknown, { readonly conditions?: readonly Condition[] }>): boolean {
  return object.status?.conditions?.some(({ reason }) => reason === 'AwaitingSuccessor') ?? false;
}

/** A child's or parent's news that others read: spec, life, finalizers, conditions and what status publishes. */
export function gatesMoved(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return (
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.finalizers?.length !== after.metadata.finalizers?.length ||
    before.status !== after.status
  );
}

/** As gatesMoved for a site, whose word that a trunk may go, or is given up, is one for its ranges too, given or taken back. */
export function siteMoved(before: SiteLocation | undefined, after: SiteLocation | undefined): boolean {
  return gatesMoved(before, after) || confirmationMoved(before, after);
}

/** As specMoved for a Customer whose deletion, confirmed or not, its ranges heed. */
export function customerMoved(before: Customer | undefined, after: Customer | undefined): boolean {
  return specMoved(before, after) || confirmationMoved(before, after);
}

function confirmationMoved(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  const said = (object: KubeObject | undefined): string =>
    [ANNOTATIONS.confirmDelete, ANNOTATIONS.forceRemove].map((name) => object?.metadata.annotations?.[name] ?? '').join(' ');
  return said(before) !== said(after);
}

/** As gatesMoved for an SBCDevice, whose counts and versions concern nobody else: a device may have thousands of ranges to wake. */
export function deviceGatesMoved(before: SbcDevice | undefined, after: SbcDevice | undefined): boolean {
  if (before === undefined || after === undefined || before.status === undefined || after.status === undefined) return true;
  return gatesMoved({ ...before, status: openings(before) }, { ...after, status: openings(after) });
}

/** What others read of a device's status, as text that can be compared. */
function openings({ status }: SbcDevice): string {
  const conditions = status?.conditions?.map(({ type, status: value, reason }) => [type, value, reason]);
  return JSON.stringify([conditions, status?.carrierTrunks, status?.dialect]);
}

/** As specMoved for a site of which a device counts the trunks, and waits for the last of them when it is to go. */
export function trunksMoved(before: SiteLocation | undefined, after: SiteLocation | undefined): boolean {
  const devices = (site: SiteLocation | undefined): string => (site === undefined ? '' : devicesServing(site).join());
  return specMoved(before, after) || devices(before) !== devices(after);
}

/**
 * The site of a range, and those that share a trunk name with it, while a trunk of it comes, moves to another SBC or leaves: what the range has
 * where decides how it goes on.
 */
export function sitesInTransit(range: NumberRange, stores: Stores): ObjectKey[] {
  const site = stores.sites.get(siteKeyOf(range));
  if (site === undefined) return [];
  const sharing = (site.status?.trunks ?? []).flatMap(({ fqdn }) => stores.sites.byIndex(INDEX.fqdn, fqdn));
  return [...new Set([site, ...sharing])].filter(isInTransit).map(keyOf);
}

function isInTransit(site: SiteLocation): boolean {
  const trunks = site.status?.trunks ?? [];
  const isServed = trunks.some(({ m365 }) => m365 === 'Deployed');
  return trunks.some((trunk) => {
    const wanted = site.spec.trunks.find(({ name }) => name === trunk.name);
    if (isServed && trunk.m365 === 'Pending') return true;
    return wanted === undefined || ledTo(trunk) !== sbcKeyOf(wanted, site);
  });
}

/** Where a range has its rules, with which tag, and whether they are as wanted there. */
export function placesMoved(before: NumberRange | undefined, after: NumberRange | undefined): boolean {
  const placesOf = (range: NumberRange | undefined): string =>
    JSON.stringify([
      range && conditionOf(range, 'Accepted')?.status,
      range?.status?.trunks?.map(({ device, tag, state, rules }) => [device, tag, state, rules]),
    ]);
  return placesOf(before) !== placesOf(after);
}

/** Rules were written or taken back: the device's counts move, and one that is to go may be free of them. */
export function rulesMoved(before: NumberRange | undefined, after: NumberRange | undefined): boolean {
  const rulesOf = (range: NumberRange | undefined): string =>
    JSON.stringify([range && devicesInStatus(range), range?.status?.trunks?.map(({ device, rules }) => [device, rules])]);
  return rulesOf(before) !== rulesOf(after);
}

export function devicesOfRange(range: NumberRange): ObjectKey[] {
  return devicesInStatus(range);
}

/** An object came or went, or its spec was edited; what its status says does not count. */
export function specMoved(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return before === undefined || after === undefined || before.metadata.generation !== after.metadata.generation;
}

/** Pause annotation and labels for grants; a namespace's status moves for reasons of its own. */
export function namespaceMoved(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    (before.metadata.annotations !== after.metadata.annotations || before.metadata.labels !== after.metadata.labels)
  );
}
