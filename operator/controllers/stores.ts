import type { Customer, Invitation, NumberRange, SbcDevice, SiteLocation } from '../api/kinds.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ObjectStore } from '../runtime/store.ts';

/** Caches of everything that reconcilers resolve. */
export interface Stores {
  readonly customers: ObjectStore<Customer>;
  readonly sites: ObjectStore<SiteLocation>;
  readonly devices: ObjectStore<SbcDevice>;
  readonly ranges: ObjectStore<NumberRange>;
  readonly invitations: ObjectStore<Invitation>;
  readonly namespaces: ObjectStore<KubeObject>;
}

/** Index names that the runtime builds and reconcilers look objects up by. */
export const INDEX = {
  /** Sites, ranges, invitations by `namespace/name` of their Customer. */
  customer: 'customer',
  /** Ranges by `namespace/name` of their SiteLocation. */
  site: 'site',
  /** Sites by `namespace/name` of the SBCDevice of each trunk, also one that has not left status; ranges by that of each where status knows rules. */
  device: 'device',
  /** Customers by lower-case short name. */
  shortName: 'shortName',
  /** Customers by lower-case tenant id. */
  tenant: 'tenant',
  /** Sites by `<system>|<target>` of every place where their footprint lists something. */
  footprint: 'footprint',
  /** SBCDevices by management address, `host:port` in normal form. */
  address: 'address',
  /** Sites by lower-case FQDN of each trunk, fixed in status or wanted by spec. */
  fqdn: 'fqdn',
} as const;
