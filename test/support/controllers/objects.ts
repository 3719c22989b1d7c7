import { API_VERSION } from '../../../operator/api/group.ts';
import type { Customer, Invitation, NumberRange, SbcDevice, SiteLocation } from '../../../operator/api/kinds.ts';
import type { KubeObject } from '../../../operator/api/meta.ts';

export const NAMESPACE = 'acme';
export const TENANT = '11111111-0000-0000-0000-000000000001';
export const CARRIER = 'voice.example.net';

interface Meta {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
}

function object<T extends KubeObject>(kind: string, name: string, spec: unknown, { namespace = NAMESPACE, ...meta }: Meta = {}): T {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace, ...meta }, spec } as T;
}

export function customer(name = 'contoso', spec: Partial<Customer['spec']> = {}, meta?: Meta): Customer {
  return object(
    'Customer',
    name,
    {
      fullName: `${name} Ltd`,
      shortName: name,
      services: [{ type: 'DirectRouting', licenseType: 'HostedPro', licensedUsers: 10 }],
      tenantId: TENANT,
      authentication: { method: 'AppRegistration', clientId: 'app', clientSecretRef: { name: 'app', key: 'secret' } },
      ...spec,
    },
    meta,
  );
}

export function device(name = 'sbc1', spec: Partial<SbcDevice['spec']> = {}, meta?: Meta): SbcDevice {
  return object(
    'SBCDevice',
    name,
    {
      address: `${name}.mgmt.example.net`,
      credentialsSecretRef: { name: 'sbc' },
      carrierTrunks: [{ fqdn: CARRIER, mode: 'Declared' }],
      teams: { publicAddresses: ['203.0.113.10'] },
      dialPlans: { tenants: 'TeamsTenants', customers: 'CustDialPlan', operatorConnect: 'OCDialPlan' },
      ...spec,
    },
    meta,
  );
}

type Trunk = SiteLocation['spec']['trunks'][number];

export function trunk(name = 'main', spec: Partial<Trunk> = {}): Trunk {
  return { name, sbcRef: { name: 'sbc1' }, carrierTrunk: CARRIER, ...spec };
}

export function site(name = 'zurich', spec: Partial<SiteLocation['spec']> = {}, meta?: Meta): SiteLocation {
  return object(
    'SiteLocation',
    name,
    {
      customerRef: { name: 'contoso' },
      siteName: name,
      configuration: 'SipTrunk',
      trunks: [trunk()],
      emergency: { mode: 'CustomerManaged' },
      sbc: { baseline: 'Assumed' },
      ...spec,
    },
    meta,
  );
}

export function range(name = 'office', spec: Partial<NumberRange['spec']> = {}, meta?: Meta): NumberRange {
  return object(
    'NumberRange',
    name,
    { customerRef: { name: 'contoso' }, siteRef: { name: 'zurich' }, prefixes: ['+414455501[00-49]'], ...spec },
    meta,
  );
}

export function invitation(name = 'hello', spec: Partial<Invitation['spec']> = {}, meta?: Meta): Invitation {
  return object(
    'Invitation',
    name,
    { customerRef: { name: 'contoso' }, email: 'it@contoso.example', flow: 'AppRegistration', ...spec },
    meta,
  );
}
