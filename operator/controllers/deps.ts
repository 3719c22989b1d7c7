import type { Delivery } from '../delivery/delivery.ts';
import type { OpenMark } from '../delivery/open-mark.ts';
import type { Target } from '../domain/change/driver.ts';
import type { ChangePolicy } from '../domain/change/plan.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Kube } from '../runtime/kube.ts';
import type { Credentials } from './credentials.ts';
import type { Stores } from './stores.ts';

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
