import type { CustomerSpec, CustomerStatus } from './generated/customer.gen.ts';
import type { InvitationSpec, InvitationStatus } from './generated/invitation.gen.ts';
import type { NumberRangeSpec, NumberRangeStatus } from './generated/number-range.gen.ts';
import type { SbcDeviceSpec, SbcDeviceStatus } from './generated/sbc-device.gen.ts';
import type { SiteLocationSpec, SiteLocationStatus } from './generated/site-location.gen.ts';
import type { KubeObject } from './meta.ts';

export type {
  CustomerSpec,
  CustomerStatus,
  InvitationSpec,
  InvitationStatus,
  NumberRangeSpec,
  NumberRangeStatus,
  SbcDeviceSpec,
  SbcDeviceStatus,
  SiteLocationSpec,
  SiteLocationStatus,
};

/** A custom resource as it comes from the API server; types are generated from crds/. */
export type Customer = KubeObject<CustomerSpec, CustomerStatus>;
export type SiteLocation = KubeObject<SiteLocationSpec, SiteLocationStatus>;
export type SbcDevice = KubeObject<SbcDeviceSpec, SbcDeviceStatus>;
export type NumberRange = KubeObject<NumberRangeSpec, NumberRangeStatus>;
export type Invitation = KubeObject<InvitationSpec, InvitationStatus>;

/** Our five kinds with their types. */
export interface KindTypes {
  readonly Customer: Customer;
  readonly SiteLocation: SiteLocation;
  readonly SBCDevice: SbcDevice;
  readonly NumberRange: NumberRange;
  readonly Invitation: Invitation;
}

export type Kind = keyof KindTypes;

export interface KindNames {
  readonly kind: Kind;
  readonly plural: string;
  readonly shortName: string;
}

/** Names of the kinds as the API server knows them; drives informers, RBAC and their tests. */
export const KINDS = {
  Customer: { kind: 'Customer', plural: 'customers', shortName: 'cust' },
  SiteLocation: { kind: 'SiteLocation', plural: 'sitelocations', shortName: 'site' },
  SBCDevice: { kind: 'SBCDevice', plural: 'sbcdevices', shortName: 'sbc' },
  NumberRange: { kind: 'NumberRange', plural: 'numberranges', shortName: 'nr' },
  Invitation: { kind: 'Invitation', plural: 'invitations', shortName: 'inv' },
} as const satisfies Readonly<Record<Kind, KindNames>>;
