import { GROUP, VERSION } from '../api/group.ts';
import { type Customer, type Invitation, KINDS, type Kind, type NumberRange, type SbcDevice, type SiteLocation } from '../api/kinds.ts';
import { type KubeObject, keyOf } from '../api/meta.ts';
import { CustomerReconciler } from '../controllers/customer/reconciler.ts';
import type { ControllerDeps } from '../controllers/deps.ts';
import { CUSTOMER_INDEXES, DEVICE_INDEXES, INVITATION_INDEXES, RANGE_INDEXES, SITE_INDEXES } from '../controllers/indexes.ts';
import { InvitationReconciler } from '../controllers/invitation/reconciler.ts';
import { NumberRangeReconciler } from '../controllers/number-range/reconciler.ts';
import { SbcDeviceReconciler } from '../controllers/sbc-device/reconciler.ts';
import { SiteLocationReconciler } from '../controllers/site-location/reconciler.ts';
import { INDEX, type Stores } from '../controllers/stores.ts';
import * as wakes from '../controllers/watches.ts';
import { type Controller, watching } from '../runtime/controller.ts';
import { controller } from '../runtime/kind-controller.ts';
import type { IndexFunction } from '../runtime/store.ts';
import { type FedKind, type WatchedKind, watchedKind } from '../runtime/watched-kind.ts';

/** Every watched kind with its cache; made before anything that reads them. */
export interface WatchedKinds {
  readonly customers: WatchedKind<Customer>;
  readonly sites: WatchedKind<SiteLocation>;
  readonly devices: WatchedKind<SbcDevice>;
  readonly ranges: WatchedKind<NumberRange>;
  readonly invitations: WatchedKind<Invitation>;
  readonly namespaces: WatchedKind<KubeObject>;
}

export function watchedKinds(): WatchedKinds {
  return {
    customers: ours<Customer>('Customer', CUSTOMER_INDEXES),
    sites: ours<SiteLocation>('SiteLocation', SITE_INDEXES),
    devices: ours<SbcDevice>('SBCDevice', DEVICE_INDEXES),
    ranges: ours<NumberRange>('NumberRange', RANGE_INDEXES),
    invitations: ours<Invitation>('Invitation', INVITATION_INDEXES),
    namespaces: watchedKind<KubeObject>({ group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', clusterScoped: true }),
  };
}

function ours<T extends KubeObject>(kind: Kind, indexes: Readonly<Record<string, IndexFunction<T>>>): WatchedKind<T> {
  return watchedKind<T>({ group: GROUP, version: VERSION, plural: KINDS[kind].plural, kind, indexes });
}

export function storesOf(kinds: WatchedKinds): Stores {
  return {
    customers: kinds.customers.store,
    sites: kinds.sites.store,
    devices: kinds.devices.store,
    ranges: kinds.ranges.store,
    invitations: kinds.invitations.store,
    namespaces: kinds.namespaces.store,
  };
}

export function fedKinds(kinds: WatchedKinds): FedKind[] {
  return Object.values(kinds) as unknown as FedKind[];
}

export interface ControllerTimes {
  readonly concurrency: number;
  readonly resyncMs: number;
}

/** The five controllers and what wakes each; the whole wiring of kinds is here. */
export function createControllers(kinds: WatchedKinds, deps: ControllerDeps, times: ControllerTimes): Controller[] {
  const { stores } = deps;
  const { customers, sites, devices, ranges, invitations, namespaces } = kinds;
  const ranged = new NumberRangeReconciler(deps);
  feedClaims(kinds, ranged);
  const inNamespace = <T extends KubeObject>(store: Iterable<T>, namespace: KubeObject) =>
    [...store].filter((object) => object.metadata.namespace === namespace.metadata.name).map(keyOf);
  return [
    controller({
      kind: customers,
      reconciler: new CustomerReconciler(deps),
      ...times,
      watches: [
        watching({ kind: customers, keys: (customer) => wakes.rivalCustomers(customer, stores), when: wakes.specMoved }),
        watching({ kind: sites, keys: wakes.customerOf, when: wakes.gatesMoved }),
        watching({ kind: ranges, keys: wakes.customerOf, when: wakes.gatesMoved }),
        watching({ kind: sites, keys: (site) => wakes.servingCustomerOf(site, stores), when: wakes.specMoved }),
        watching({ kind: ranges, keys: (range) => wakes.servingCustomerOf(range, stores), when: wakes.specMoved }),
        watching({ kind: invitations, keys: wakes.customerOf, when: wakes.gatesMoved }),
        watching({ kind: namespaces, keys: (namespace) => inNamespace(stores.customers.values(), namespace), when: wakes.namespaceMoved }),
      ],
    }),
    controller({
      kind: devices,
      reconciler: new SbcDeviceReconciler(deps),
      ...times,
      watches: [
        watching({ kind: devices, keys: (device) => wakes.rivalDevices(device, stores), when: wakes.specMoved }),
        watching({ kind: sites, keys: wakes.devicesOfSite, when: wakes.trunksMoved }),
        watching({ kind: ranges, keys: wakes.devicesOfRange, when: wakes.rulesMoved }),
      ],
    }),
    controller({
      kind: sites,
      reconciler: new SiteLocationReconciler(deps),
      ...times,
      watches: [
        watching({ kind: sites, keys: (site) => wakes.rivalSites(site, stores), when: wakes.specMoved }),
        watching({ kind: sites, keys: (site) => wakes.sharingSites(site, stores), when: wakes.footprintMoved }),
        watching({ kind: customers, keys: (customer) => wakes.sitesOfCustomer(customer, stores), when: wakes.gatesMoved }),
        watching({ kind: devices, keys: (device) => wakes.sitesOfDevice(device, stores), when: wakes.deviceGatesMoved }),
        watching({ kind: ranges, keys: wakes.siteOfRange, when: wakes.specMoved }),
        watching({ kind: ranges, keys: (range) => wakes.sitesInTransit(range, stores), when: wakes.placesMoved }),
        watching({ kind: namespaces, keys: (namespace) => inNamespace(stores.sites.values(), namespace), when: wakes.namespaceMoved }),
      ],
    }),
    controller({
      kind: ranges,
      reconciler: ranged,
      ...times,
      watches: [
        watching({ kind: ranges, keys: (range) => wakes.rivalRanges(range, stores), when: wakes.gatesMoved }),
        watching({ kind: ranges, keys: (range) => wakes.sharingRanges(range, stores), when: wakes.footprintMoved }),
        watching({ kind: sites, keys: (site) => wakes.rangesOfSite(site, stores), when: wakes.siteMoved }),
        watching({ kind: devices, keys: (device) => wakes.rangesOfDevice(device, stores), when: wakes.deviceGatesMoved }),
        watching({ kind: customers, keys: (customer) => wakes.rangesOfCustomer(customer, stores), when: wakes.customerMoved }),
        watching({ kind: namespaces, keys: (namespace) => inNamespace(stores.ranges.values(), namespace), when: wakes.namespaceMoved }),
      ],
    }),
    controller({
      kind: invitations,
      reconciler: new InvitationReconciler(deps),
      ...times,
      watches: [
        watching({ kind: customers, keys: (customer) => wakes.invitationsOfCustomer(customer, stores), when: wakes.gatesMoved }),
        watching({
          kind: namespaces,
          keys: (namespace) => inNamespace(stores.invitations.values(), namespace),
          when: wakes.namespaceMoved,
        }),
      ],
    }),
  ];
}

/** Claims follow the caches, so that no worker starts before every claim is in the book (design §2 Claims). */
function feedClaims({ ranges, sites, devices }: WatchedKinds, { claims }: NumberRangeReconciler): void {
  ranges.store.onChange((key) => claims.refresh(key));
  sites.store.onChange((key, before, after) => {
    if (wakes.specMoved(before, after)) claims.refreshSite(key);
  });
  devices.store.onChange((_key, before, after) => {
    if (!wakes.specMoved(before, after)) return;
    const device = after ?? before;
    for (const site of device === undefined ? [] : sites.store.byIndex(INDEX.device, keyOf(device))) claims.refreshSite(keyOf(site));
  });
}
