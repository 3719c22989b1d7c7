import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partOf, readDefinitions, type Schema } from '../../crds/definitions.ts';
import { customer, device, range, site } from '../../test/support/controllers/objects.ts';
import { house as newHouse } from '../../test/support/controllers/story.ts';
import { KINDS, type Kind } from '../api/kinds.ts';
import { UNMANAGED, unmanagedPaths } from './managed-fields.ts';

/** Fields that this release acts on, or that only tell objects apart. A new field of a CRD goes here or into UNMANAGED. */
const SHARED = ['suspend', 'changePolicy', 'deletionPolicy'];
const MANAGED: Readonly<Record<Kind, readonly string[]>> = {
  Customer: [
    'fullName',
    'shortName',
    'services[].type',
    'services[].licenseType',
    'services[].licensedUsers',
    'deploy',
    'enabled',
    'tenantId',
    'tenantSharing',
    'authentication.method',
    'authentication.clientId',
    'authentication.clientSecretRef',
    'authentication.certificateRef',
    'authentication.clientSecretExpiresAt',
    'm365.domainOverride',
  ],
  SiteLocation: [
    'customerRef',
    'service',
    'siteName',
    'configuration',
    'trunks[].name',
    'trunks[].sbcRef',
    'trunks[].carrierTrunk',
    'trunks[].label',
    'trunks[].fqdn',
    'trunks[].priority',
    'trunks[].state',
    'dns',
    'gateway.model',
    'm365.defaultRouting',
    'sbc.pattern',
    'sbc.baseline',
  ],
  SBCDevice: [
    'vendor',
    'address',
    'https',
    'tls',
    'credentialsSecretRef',
    'locked',
    'cordoned',
    'allowedNamespaces',
    'carrierTrunks[].fqdn',
    'carrierTrunks[].tenantId',
    'carrierTrunks[].authenticationSecretRef',
    'carrierTrunks[].sipSignalingPort',
    'carrierTrunks[].mediaBypass',
    'carrierTrunks[].pidfLo',
    'carrierTrunks[].mode',
    'teams.publicAddresses',
    'limits.dialPlanRules',
    'limits.tagLength',
    'dialPlans',
    'extraTags',
    'saveForeign',
    'verifyInterval',
  ],
  NumberRange: ['customerRef', 'siteRef', 'prefixes', 'prefixesFrom', 'dialPlan', 'tag', 'usage', 'owner'],
  Invitation: ['customerRef', 'email', 'type', 'expiresAfter', 'revoked', 'reminder', 'template'],
};

const kinds = Object.keys(KINDS) as Kind[];
const covers = (path: string, leaf: string): boolean => leaf === path || leaf.startsWith(`${path}.`) || leaf.startsWith(`${path}[]`);

describe('every field of a CRD is acted on or listed', () => {
  it.each(kinds)('%s', (kind) => {
    const leaves = leavesOf(kind);
    const managed = [...SHARED, ...MANAGED[kind]];
    const neither = leaves.filter((leaf) => ![...managed, ...UNMANAGED[kind]].some((path) => covers(path, leaf)));
    const both = leaves.filter((leaf) => [managed, UNMANAGED[kind]].every((paths) => paths.some((path) => covers(path, leaf))));
    const unknown = [...managed, ...UNMANAGED[kind]].filter((path) => !leaves.some((leaf) => covers(path, leaf)));
    expect({ neither, both, unknown }).toEqual({ neither: [], both: [], unknown: [] });
  });
});

describe('SpecManaged', () => {
  it('lists what is set in lists too, and not what says nothing', () => {
    const spec = {
      services: [{ type: 'DirectRouting' }, { type: 'OperatorConnect', clientSecretRef: { name: 'a', key: 'b' } }],
      admin: { sendInvitation: false },
      serviceState: 'Active',
      changeWindows: [],
      userTemplates: [{ name: 'all' }],
    };
    const [finding] = unmanagedPaths('Customer', spec);
    expect(finding).toMatchObject({ status: 'False', reason: 'NotManagedYet' });
    expect(finding?.message).toMatch(/: spec\.services\[\]\.clientSecretRef, spec\.userTemplates$/);
  });

  const window = [{ cron: '0 22 * * *', duration: '4h' }];
  it.each([
    ['Customer', 'contoso', 'serviceState', 'Suspended'],
    ['Customer', 'contoso', 'changeWindows', window],
    ['Customer', 'contoso', 'rollout', { wave: 'late' }],
    ['Customer', 'contoso', 'changePolicy', 'Approve'],
    ['SiteLocation', 'zurich', 'serviceState', 'OutboundBarred'],
    ['SiteLocation', 'zurich', 'changePolicy', 'Approve'],
    ['SBCDevice', 'sbc1', 'changeWindows', window],
    ['SBCDevice', 'sbc1', 'changePolicy', 'Approve'],
    ['NumberRange', 'office', 'cutover', { from: 'None' }],
    ['NumberRange', 'office', 'changePolicy', 'Approve'],
  ] as const)('%s %s with %s: fails closed, the object is not Ready and nothing that hangs on it is written', async (kind, name, field, value) => {
    const house = await newHouse();
    house.apply(customer(), device(), site(), range());
    house.edit(kind, name, { [field]: value } as object);
    await house.run(60_000);
    expect(house.ready(kind, name)).toBe('False/NotManagedYet');
    const written = house.outside.writes.map((change) => change.kind);
    expect(written.filter((what) => kind !== 'NumberRange' || what === 'DialPlanRule')).toEqual([]);
  });
});

function leavesOf(kind: Kind): string[] {
  const definition = readDefinitions(join(import.meta.dirname, '../../crds')).find(({ spec }) => spec.names.kind === kind);
  if (definition === undefined) throw new Error(`no CRD for ${kind}`);
  return Object.entries(partOf(definition, 'spec').properties ?? {}).flatMap(([name, schema]) => leaves(name, schema));
}

function leaves(path: string, schema: Schema): string[] {
  const at = schema.items?.properties === undefined ? schema : schema.items;
  const prefix = at === schema ? path : `${path}[]`;
  if (at.properties === undefined) return [path];
  return Object.entries(at.properties).flatMap(([name, child]) => leaves(`${prefix}.${name}`, child));
}
