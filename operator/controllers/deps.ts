import type { Customer, Invitation, NumberRange, SbcDevice, SiteLocation } from '../api/kinds.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { OpenMark } from '../delivery/open-mark.ts';
import type { Target } from '../domain/change/driver.ts';
import type { ChangePolicy } from '../domain/change/plan.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Kube } from '../runtime/kube.ts';
import type { ObjectStore } from '../runtime/store.ts';
import type { Credentials } from './credentials.ts';

/** Caches of everything that reconcilers resolve. */
export interface Stores {
  readonly customers: ObjectStore<Customer>;
  readonly sites: ObjectStore<SiteLocation>;
  readonly devices: ObjectStore<SbcDevice>;
  readonly ranges: ObjectStore<NumberRange>;
  readonly invitations: ObjectStore<Invitation>;
  readonly namespaces: ObjectStore<KubeObject>;
}

/** What the provider decides for the whole installation; from the operator's configuration. */
export interface ControllerSettings {
  /** Part of every ownership marker; kept across clusters (design §3, footprint). */
  readonly installation: string;
  readonly defaultChangePolicy: ChangePolicy;
  readonly actuation: 'Active' | 'Paused';
  readonly operatorVersion: string;
  /** How often a tenant is looked at for drift, in ms. */
  readonly tenantPollMs: number;
  /** How long a removal waits for an object that takes over exactly what goes, in ms (design §3.10). */
  readonly successorWaitMs: number;
  /** Where invited administrators sign in; mails carry it (S061). */
  readonly portalUrl: string | undefined;
  readonly providerName: string;
  /** How long an Invitation is good for whose spec does not say it (S112). */
  readonly invitationLifeMs: number;
}

export interface ControllerDeps {
  readonly stores: Stores;
  readonly delivery: Delivery;
  readonly credentials: Credentials;
  readonly kube: Kube;
  readonly clock: Clock;
  readonly settings: ControllerSettings;
  readonly openMarks: OpenMarkLook;
}

/** What an earlier process may still have on the wire to a target; nothing is written there until its deadline (design §4 Marks). */
export interface OpenMarkLook {
  openOn(target: Target, signal: AbortSignal): Promise<OpenMark | undefined>;
}

/** Index names that the runtime builds and reconcilers look objects up by. */
export const INDEX = {
  /** Sites, ranges, invitations by `namespace/name` of their Customer. */
  customer: 'customer',
  /** Ranges by `namespace/name` of their SiteLocation. */
  site: 'site',
  /** Sites by `namespace/name` of each trunk's SBCDevice; ranges by that of each on which status knows rules of theirs. */
  device: 'device',
  /** Customers by lower-case short name. */
  shortName: 'shortName',
  /** Customers by lower-case tenant id. */
  tenant: 'tenant',
  /** Sites by `<system>|<target>` of every place where their footprint lists something. */
  footprint: 'footprint',
  /** Sites by lower-case FQDN of each trunk, fixed in status or wanted by spec. */
  fqdn: 'fqdn',
} as const;
