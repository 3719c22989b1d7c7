import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, trunk } from '../../test/support/controllers/objects.ts';
import { house as newHouse } from '../../test/support/controllers/story.ts';

const OTHER_TENANT = '22222222-0000-0000-0000-000000000002';
const [OLD, YOUNG] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];
const NUMBER = '+41445550100';

/** Two customers in two namespaces, each with a tenant and a site, on one device that all may use. */
async function twoCustomers(): Promise<ControllersHouse> {
  const house = await newHouse();
  house.putNamespace('globex');
  house.outside.addTenant(OTHER_TENANT, { verifiedDomains: [`globex.${CARRIER}`], voiceDomains: [`globex.${CARRIER}`] });
  house.putSecret('app', { secret: 'right' }, 'globex');
  const there = { namespace: 'globex' };
  house.apply(device('sbc1', { allowedNamespaces: { from: 'All' } }), customer(), site());
  house.apply(customer('globex', { tenantId: OTHER_TENANT }, there));
  const shared = trunk('main', { sbcRef: { name: 'sbc1', namespace: 'acme' } });
  house.apply(site('globex', { customerRef: { name: 'globex' }, trunks: [shared] }, there));
  await house.run(20_000);
  return house;
}

function theirs(prefixes: string[], creationTimestamp: string, more: Parameters<typeof range>[1] = {}) {
  const spec = { customerRef: { name: 'globex' }, siteRef: { name: 'globex' }, prefixes, ...more };
  return range('theirs', spec, { namespace: 'globex', creationTimestamp });
}

function ours(prefixes: string[], creationTimestamp: string) {
  return range('office', { prefixes }, { creationTimestamp });
}

function tags(house: ControllersHouse): string[] {
  return [...house.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ name, fields }) => `${name} ${String(fields['tag'])}`).sort();
}

describe('two customers in two namespaces want one number in the same plan (design §2 Claims)', () => {
  it('the one who has it keeps it, whatever the age, and nothing is told of whom', async () => {
    const house = await twoCustomers();
    house.apply(ours([NUMBER], YOUNG));
    await house.run(20_000);
    house.apply(theirs([NUMBER], OLD));
    await house.run(20_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'theirs', 'Accepted', 'globex')).toBe('False/PatternHeld');
    // The device is the one that their own trunk names.
    const message = house.message('NumberRange', 'theirs', 'Accepted', 'globex').replace('SBCDevice acme/sbc1', '');
    expect(message).not.toMatch(/office|contoso|acme/);
    expect(tags(house)).toEqual([`TeamsTenants/${NUMBER} zurich.${CARRIER}`]);
  });

  it.each([
    ['the older one', YOUNG, OLD, 'globex'],
    ['of the same age the first by name', OLD, OLD, 'zurich'],
  ])('of two who come at once it is %s', async (_who, oursAt, theirsAt, label) => {
    const house = await twoCustomers();
    house.apply(ours([NUMBER], oursAt), theirs([NUMBER], theirsAt));
    await house.run(20_000);
    expect(tags(house)).toEqual([`TeamsTenants/${NUMBER} ${label}.${CARRIER}`]);
  });

  it('an edit is refused for the pattern that is held elsewhere alone, and heals when the holder goes', async () => {
    const house = await twoCustomers();
    house.apply(ours([NUMBER], OLD), theirs(['+41445550200'], OLD));
    await house.run(20_000);
    const spec = { prefixes: ['+41445550200', NUMBER, '+41445550300'] };
    house.edit('NumberRange', 'theirs', spec, 'globex');
    await house.run(20_000);
    expect(house.get('NumberRange', 'theirs', 'globex').status).toMatchObject({
      held: ['+41445550200', '+41445550300'],
      refused: [{ pattern: NUMBER, reason: 'PatternHeld' }],
    });
    expect(tags(house)).toHaveLength(3);
    house.delete('NumberRange', 'office');
    await house.run(120_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(house.ready('NumberRange', 'theirs', 'globex')).toBe('True/Deployed');
    expect(tags(house)).toContain(`TeamsTenants/${NUMBER} globex.${CARRIER}`);
  });

  it('after a loss of all status the one whom the device shows has it, whatever the age', async () => {
    const house = await twoCustomers();
    house.apply(ours([NUMBER], YOUNG));
    await house.run(20_000);
    await house.stop();
    house.wipeAllStatus();
    house.apply(theirs([NUMBER], OLD));
    await house.start();
    await house.run(60_000);
    expect(tags(house)).toEqual([`TeamsTenants/${NUMBER} zurich.${CARRIER}`]);
    expect(house.condition('NumberRange', 'theirs', 'Accepted', 'globex')).toMatch(/^False\//);
  });

  it('nothing is granted before the device has been read in this process', async () => {
    const house = await twoCustomers();
    await house.stop();
    const facts = house.outside.devices.get('acme/sbc1');
    if (facts === undefined) throw new Error('no device');
    house.outside.devices.delete('acme/sbc1');
    house.apply(ours([NUMBER], OLD));
    await house.start();
    await house.run(60_000);
    expect(house.get('NumberRange', 'office').status?.held ?? []).toEqual([]);
    house.outside.devices.set('acme/sbc1', facts);
    await house.run(20 * 60_000);
    expect(house.get('NumberRange', 'office').status?.held).toEqual([NUMBER]);
  });

  it('the same number may stand in two plans', async () => {
    const house = await twoCustomers();
    house.apply(ours([NUMBER], OLD), theirs([NUMBER], YOUNG, { dialPlan: 'customers' }));
    await house.run(20_000);
    expect(tags(house)).toEqual([`CustDialPlan/${NUMBER} globex.${CARRIER}`, `TeamsTenants/${NUMBER} zurich.${CARRIER}`]);
  });

  it('a shorter prefix is allowed with a warning, and refused to a range that the customer owns', async () => {
    const house = await twoCustomers();
    house.apply(ours([NUMBER], OLD), theirs(['+414455501'], YOUNG));
    await house.run(20_000);
    expect(house.condition('NumberRange', 'theirs', 'Accepted', 'globex')).toBe('True/PrefixCaptures');
    expect(tags(house)).toHaveLength(2);
    const owned = await twoCustomers();
    owned.apply(ours([NUMBER], OLD), theirs(['+414455501'], YOUNG, { owner: 'Customer' }));
    await owned.run(20_000);
    expect(owned.condition('NumberRange', 'theirs', 'Accepted', 'globex')).toBe('False/PrefixCaptures');
    expect(tags(owned)).toEqual([`TeamsTenants/${NUMBER} zurich.${CARRIER}`]);
  });
});

describe('short names and trunk names', () => {
  it('a short name stays with the Customer that has it, and heals when that goes', async () => {
    const house = await newHouse();
    house.apply(customer('young', { shortName: 'contoso' }, { creationTimestamp: YOUNG }));
    await house.run();
    house.apply(customer('old', { shortName: 'CONTOSO', tenantId: OTHER_TENANT }, { creationTimestamp: OLD }));
    await house.run();
    expect(house.condition('Customer', 'young', 'Accepted')).toBe('True/Accepted');
    expect(house.condition('Customer', 'old', 'Accepted')).toBe('False/ShortNameNotUnique');
    house.delete('Customer', 'young');
    await house.run();
    expect(house.condition('Customer', 'old', 'Accepted')).toBe('True/Accepted');
  });

  it('a trunk name stays with the tenant that has it, and heals when that goes', async () => {
    const house = await twoCustomers();
    const label = trunk('main', { sbcRef: { name: 'sbc1', namespace: 'acme' }, label: 'zurich' });
    const rival = { customerRef: { name: 'globex' }, trunks: [label] };
    house.apply(site('rival', rival, { namespace: 'globex', creationTimestamp: '2020-01-01T00:00:00Z' }));
    await house.run(20_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.condition('SiteLocation', 'rival', 'Accepted', 'globex')).toBe('False/LabelTaken');
    house.delete('SiteLocation', 'zurich');
    await house.run(120_000);
    expect(house.condition('SiteLocation', 'rival', 'Accepted', 'globex')).toBe('True/Accepted');
  });
});

it('[S224] ten thousand numbers leave a status of a few kilobytes, with their count', async () => {
  const house = await newHouse();
  const prefixes = Array.from({ length: 10_000 }, (_, n) => `+41445${String(n * 7).padStart(6, '0')}`);
  house.putConfigMap('numbers', { list: prefixes.join('\n') });
  // All of it stands already, as after a move of the operator: what is measured is the status, not ten thousand writes.
  for (const [n, prefix] of prefixes.entries()) {
    const fields = { tag: `zurich.${CARRIER}`, ruleName: `contoso-${n}` };
    house.outside.put('sbc', { system: 'sbc', target: 'acme/sbc1', kind: 'DialPlanRule', name: `TeamsTenants/${prefix}`, fields });
  }
  const { prefixes: _none, ...spec } = range().spec;
  house.apply(customer(), device(), site(), { ...range(), spec: { ...spec, prefixesFrom: { name: 'numbers', key: 'list' } } });
  await house.run(120_000);
  const { status } = house.get('NumberRange', 'office');
  expect(status).toMatchObject({ counts: { numbers: 10_000 }, heldIn: { count: 10_000 } });
  expect(Buffer.byteLength(JSON.stringify(status))).toBeLessThan(16 * 1024);
  for (const rule of [...house.outside.stateOf('sbc', 'acme/sbc1').values()].slice(0, 1_500)) house.outside.drop('sbc', rule);
  house.edit('Customer', 'contoso', { changePolicy: 'Report' });
  await house.run(20 * 60_000);
  const drifted = house.get('NumberRange', 'office').status;
  expect(drifted?.drift).toHaveLength(50);
  expect(drifted?.driftTotals).toEqual({ objects: 1_500, fields: 1_500 });
});
