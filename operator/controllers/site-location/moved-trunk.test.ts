import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { device, range, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

const OLD = '203.0.113.10';
const NEW = '203.0.113.20';

/** Site zurich on sbc1, and an sbc2 for the same carrier trunk. */
async function twoDevices(spec: Parameters<typeof device>[1] = {}): Promise<ControllersHouse> {
  const house = await deployedHouse();
  house.outside.addDevice('acme/sbc2');
  house.apply(device('sbc2', { teams: { publicAddresses: [NEW] }, ...spec }));
  await house.run(10_000);
  return house;
}

function move(house: ControllersHouse, name = 'main'): void {
  house.edit('SiteLocation', 'zurich', { trunks: [trunk(name, { sbcRef: { name: 'sbc2' } })] });
}

function targets(house: ControllersHouse): string[] {
  const endpoints = house.kube
    .all('dnsendpoints')
    .flatMap(({ spec }) => (spec as { readonly endpoints: readonly { readonly targets: readonly string[] }[] }).endpoints);
  return endpoints.flatMap((endpoint) => endpoint.targets);
}

function tags(house: ControllersHouse, name: string): unknown[] {
  return [...house.outside.stateOf('sbc', `acme/${name}`).values()].map(({ fields }) => fields['tag']);
}

function leadsTo(house: ControllersHouse): unknown[] {
  return (house.get('SiteLocation', 'zurich').status?.trunks ?? []).map(({ sbcRef }) => sbcRef?.name);
}

describe('a trunk whose sbcRef changes', () => {
  it.each([
    'main',
    'renamed',
  ])('moves by its rules, then by its record, then its old rules go; the trunk is called %s then', async (name) => {
    const house = await twoDevices();
    const order: string[] = [];
    const stored = house.kube.onStored;
    house.kube.onStored = (object, plural) => {
      if (plural === 'dnsendpoints')
        order.push(`record to ${targets(house)}: ${tags(house, 'sbc1').length} and ${tags(house, 'sbc2').length} rules`);
      stored?.(object, plural);
    };
    move(house, name);
    await house.run(60_000);
    expect(order).toEqual([`record to ${NEW}: 1 and 1 rules`]);
    expect(tags(house, 'sbc2')).toEqual([FQDN]);
    expect(tags(house, 'sbc1')).toEqual([]);
    expect(leadsTo(house)).toEqual(['sbc2']);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('keeps its record while the new SBC does not take the rules, and tells what it waits for', async () => {
    const house = await twoDevices({ locked: true });
    move(house);
    await house.run(60_000);
    expect(targets(house)).toEqual([OLD]);
    expect(tags(house, 'sbc1')).toEqual([FQDN]);
    expect(tags(house, 'sbc2')).toEqual([]);
    expect(leadsTo(house)).toEqual(['sbc1']);
    expect(house.condition('SiteLocation', 'zurich', 'Reconciling')).toBe('True/TrunkMoving');
    expect(house.message('SiteLocation', 'zurich', 'Reconciling')).toMatch(/spec.trunks\[main\].sbcRef.*acme\/sbc1.*office.*acme\/sbc2/);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.edit('SBCDevice', 'sbc2', { locked: false });
    await house.run(60_000);
    expect(targets(house)).toEqual([NEW]);
    expect(tags(house, 'sbc1')).toEqual([]);
    expect(house.condition('SiteLocation', 'zurich', 'Reconciling')).toBe('');
  });

  it('waits for every range of the site that has rules, and for none that never had', async () => {
    const house = await twoDevices();
    house.apply(range('second', { prefixes: ['+4144555020[0-9]'] }));
    await house.run(10_000);
    house.edit('NumberRange', 'second', { suspend: true });
    house.apply(range('third', { prefixes: ['+4144555030[0-9]'], suspend: true }));
    await house.run(10_000);
    move(house);
    await house.run(60_000);
    expect(targets(house)).toEqual([OLD]);
    expect(house.message('SiteLocation', 'zurich', 'Reconciling')).toContain('NumberRange second has');
    house.edit('NumberRange', 'second', { suspend: false });
    await house.run(60_000);
    expect(targets(house)).toEqual([NEW]);
  });

  it('keeps its record also when the operator has lost what it knew of the site', async () => {
    const house = await twoDevices({ locked: true });
    move(house);
    await house.run(60_000);
    house.wipeStatus('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(targets(house)).toEqual([OLD]);
    expect(tags(house, 'sbc1')).toEqual([FQDN]);
    house.edit('SBCDevice', 'sbc2', { locked: false });
    await house.run(60_000);
    expect(targets(house)).toEqual([NEW]);
    expect(leadsTo(house)).toEqual(['sbc2']);
  });

  it('leaves an SBC that does not answer any more: the record follows the rules, what is left there waits', async () => {
    const house = await twoDevices();
    house.outside.devices.delete('acme/sbc1');
    await house.run(20 * 60_000);
    move(house);
    await house.run(60_000);
    expect(targets(house)).toEqual([NEW]);
    expect(tags(house, 'sbc2')).toEqual([FQDN]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('leaves its name on the rules of an SBC where the trunk that stays is not known to Microsoft', async () => {
    const house = await twoDevices({ locked: true });
    const idle = trunk('idle', { label: 'not-there-yet', priority: 2 });
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), idle] });
    await house.run(20_000);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk('main', { sbcRef: { name: 'sbc2' } }), idle] });
    await house.run(60_000);
    expect(tags(house, 'sbc1')).toEqual([FQDN]);
    expect(targets(house)).toContain(OLD);
  });

  it('says by hand where its record is to lead, at the same time', async () => {
    const house = await twoDevices({ locked: true });
    house.edit('SiteLocation', 'zurich', { dns: { mode: 'Manual' } });
    await house.run(20_000);
    const required = () => house.get('SiteLocation', 'zurich').status?.dns?.required?.flatMap(({ values }) => values);
    move(house);
    await house.run(60_000);
    expect(required()).toEqual([OLD]);
    house.edit('SBCDevice', 'sbc2', { locked: false });
    await house.run(60_000);
    expect(required()).toEqual([NEW]);
  });

  it('leads where its record does while a removal of the record is held', async () => {
    const house = await twoDevices();
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant === undefined) throw new Error('no tenant');
    tenant.grants = { 'unrestricted-zurich': 50 };
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(60_000);
    move(house);
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect([targets(house), leadsTo(house)]).toEqual([[OLD], ['sbc1']]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/undeploy' });
    await house.run(60_000);
    expect([targets(house), leadsTo(house)]).toEqual([[], ['sbc2']]);
  });

  it('moves at once where the site has no numbers', async () => {
    const house = await twoDevices({ locked: true });
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    move(house);
    await house.run(20_000);
    expect(targets(house)).toEqual([NEW]);
  });
});
