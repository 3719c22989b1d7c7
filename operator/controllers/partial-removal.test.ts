import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';

const NAME = 'Unrestricted-zurich';
const PREFIX = '+414455501[00-49]';
const SECOND = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva' });

function rules(house: ControllersHouse, key: string): string[] {
  return [...house.outside.stateOf('sbc', key).values()].map(({ name }) => name).sort();
}

function gateways(house: ControllersHouse): unknown[] {
  return [...house.outside.stateOf('teams', TENANT).values()].flatMap(({ kind, fields }) =>
    kind === 'VoiceRoute' ? [fields['gateways']] : [],
  );
}

function published(house: ControllersHouse): string[] {
  const records = house.kube.all('dnsendpoints').map(({ spec }) => spec as { readonly endpoints: readonly { readonly dnsName: string }[] });
  return records.flatMap(({ endpoints }) => endpoints.map(({ dnsName }) => dnsName)).sort();
}

function assignNumber(house: ControllersHouse, number = '+41445550107'): void {
  house.outside.tenants.get(TENANT)?.assignments.push({ number, holder: 'anna', type: 'DirectRouting' });
}

function grantPolicy(house: ControllersHouse, users: number): void {
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant !== undefined) tenant.grants = { [NAME.toLowerCase()]: users };
}

/** A site with two trunks on two devices, the second of the same priority or behind the first. */
async function twoTrunks(priority: number): Promise<ControllersHouse> {
  const house = await newHouse();
  house.outside.addDevice('acme/sbc2');
  house.apply(customer(), device(), device('sbc2', { teams: { publicAddresses: ['203.0.113.20'] } }));
  house.apply(site('zurich', { trunks: [trunk(), { ...SECOND, priority }] }), range());
  await house.run(20_000);
  expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  expect(rules(house, 'acme/sbc2')).toHaveLength(1);
  return house;
}

describe.each([
  ['of the same priority', 1],
  ['behind the first one', 2],
])('a trunk %s is taken out of a site', (_which, priority) => {
  it('whose policy users have: route, records, rules and the claim to the name stay until it is confirmed by its name', async () => {
    const house = await twoTrunks(priority);
    grantPolicy(house, 3);
    assignNumber(house);
    const before = { outside: house.outside.picture(), dns: published(house) };
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(30 * 60_000);
    expect({ outside: house.outside.picture(), dns: published(house) }).toEqual(before);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain('confirm-delete=zurich/trunk/second');
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/DeletionHeld');
    expect(house.get('SiteLocation', 'zurich').status?.trunks?.map(({ name }) => name)).toEqual(['main', 'second']);
    expect(await writesWhileNothingHappens(house)).toEqual([]);

    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/second' });
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(60_000);
    expect(gateways(house)).toEqual([[`zurich.${CARRIER}`]]);
    expect(published(house)).toEqual([`zurich.${CARRIER}`]);
    expect(rules(house, 'acme/sbc2')).toEqual([]);
    expect(rules(house, 'acme/sbc1')).toHaveLength(1);
    expect(house.get('SiteLocation', 'zurich').status?.trunks?.map(({ name }) => name)).toEqual(['main']);
    expect(house.get('NumberRange', 'office').status?.trunks?.map(({ name }) => name)).toEqual(['main']);
    for (const [kind, name] of [
      ['SiteLocation', 'zurich'],
      ['NumberRange', 'office'],
    ] as const)
      expect(house.ready(kind, name)).toBe('True/Deployed');
  });

  it('goes without a question when nobody loses anything', async () => {
    const house = await twoTrunks(priority);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(gateways(house)).toEqual([[`zurich.${CARRIER}`]]);
    expect(rules(house, 'acme/sbc2')).toEqual([]);
    expect(published(house)).toEqual([`zurich.${CARRIER}`]);
  });
});

describe('several parts at once', () => {
  it('a confirmed trunk confirms no prefix that goes with the same breath', async () => {
    const house = await twoTrunks(1);
    assignNumber(house);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    house.edit('NumberRange', 'office', { prefixes: ['+41445550200'] });
    await house.run(60_000);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/second' });
    await house.run(60_000);
    expect(rules(house, 'acme/sbc1')).toContain(`TeamsTenants/${PREFIX}`);
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toContain('confirm-delete=office/patterns');
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/patterns' });
    await house.run(60_000);
    expect(rules(house, 'acme/sbc1')).toEqual(['TeamsTenants/+41445550200']);
    expect(rules(house, 'acme/sbc2')).toEqual([]);
  });
});

describe('spec.deploy: false', () => {
  it('takes nothing from people before it is confirmed, and everything after', async () => {
    const house = await deployedHouse();
    grantPolicy(house, 3);
    assignNumber(house);
    const before = { outside: house.outside.picture(), dns: published(house) };
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(30 * 60_000);
    expect({ outside: house.outside.picture(), dns: published(house) }).toEqual(before);
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/DeletionHeld');
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    grantPolicy(house, 0);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/undeploy' });
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/undeploy', 'trunkline.dev/reconcile-at': '1' });
    await house.run(15 * 60_000);
    expect(house.outside.picture()).toEqual([]);
    expect(published(house)).toEqual([]);
    expect(house.get('NumberRange', 'office').status?.held).toEqual([]);
  });

  it('leaves the address records while the tenant cannot be read', async () => {
    const house = await deployedHouse();
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant === undefined) throw new Error('no tenant');
    tenant.secret = 'another';
    house.edit('Customer', 'contoso', { deploy: false });
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(30 * 60_000);
    expect(published(house)).toEqual([`zurich.${CARRIER}`]);
  });
});
