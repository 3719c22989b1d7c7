import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, trunk } from '../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';

const OTHER_TENANT = '22222222-0000-0000-0000-000000000002';
const SECOND = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 });
const OURS = '+4144555[0050-0059]';
const ALSO_OURS = '+41445558000';

/** Contoso leads to sbc1 and has the older range; globex, in a namespace of its own, leads to sbc2. Each holds its numbers on its own device. */
async function apart(theirPattern: string): Promise<ControllersHouse> {
  const house = await newHouse();
  house.outside.addDevice('acme/sbc2');
  house.putNamespace('globex');
  house.outside.addTenant(OTHER_TENANT, { verifiedDomains: [`globex.${CARRIER}`], voiceDomains: [`globex.${CARRIER}`] });
  house.putSecret('app', { secret: 'right' }, 'globex');
  const there = { namespace: 'globex' };
  const forAll = { allowedNamespaces: { from: 'All' as const } };
  const theirTrunk = trunk('main', { sbcRef: { name: 'sbc2', namespace: 'acme' } });
  house.apply(device('sbc1', forAll), device('sbc2', forAll), customer(), site());
  house.apply(customer('globex', { tenantId: OTHER_TENANT }, there));
  house.apply(site('globex', { customerRef: { name: 'globex' }, trunks: [theirTrunk] }, there));
  await house.run(20_000);
  const theirs = { customerRef: { name: 'globex' }, siteRef: { name: 'globex' }, prefixes: [theirPattern] };
  house.apply(range('office', { prefixes: [OURS, ALSO_OURS] }, { creationTimestamp: '2026-01-01T00:00:00Z' }));
  house.apply(range('theirs', theirs, { ...there, creationTimestamp: '2026-02-01T00:00:00Z' }));
  await house.run(20_000);
  expect([house.ready('NumberRange', 'office'), house.ready('NumberRange', 'theirs', 'globex')]).toEqual([
    'True/Deployed',
    'True/Deployed',
  ]);
  return house;
}

function rulesOn(house: ControllersHouse, name: string): string[] {
  const rules = [...house.outside.stateOf('sbc', `acme/${name}`).values()];
  return rules.map((rule) => `${rule.name.replace('TeamsTenants/', '')} ${String(rule.fields['tag']).replace(`.${CARRIER}`, '')}`).sort();
}

const AT_HOME = [`${OURS} zurich`, `${ALSO_OURS} zurich`].sort();

describe.each([
  ['crossing', '+4144555[0055-0149]'],
  ['wider', '+4144555[0050-0149]'],
  ['identical', OURS],
])('a trunk to a device where another customer holds numbers of the range: %s (design §2 Claims)', (_how, theirPattern) => {
  it('leaves these numbers with who has them there, though the range is older, and keeps its own where it has them', async () => {
    const house = await apart(theirPattern);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
    await house.run(3_600_000);
    expect(rulesOn(house, 'sbc2')).toEqual([`${theirPattern} globex`, `${ALSO_OURS} geneva`].sort());
    expect(rulesOn(house, 'sbc1')).toEqual(AT_HOME);
    expect(house.ready('NumberRange', 'theirs', 'globex')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/PatternHeld');
    expect(house.message('NumberRange', 'office', 'Accepted')).toContain('SBCDevice acme/sbc2');
    expect(house.get('NumberRange', 'office').status?.held).toEqual([OURS, ALSO_OURS].sort());
    // Neither record nor route is led to an SBC that lacks numbers of the range.
    expect(house.get('NumberRange', 'office').status?.trunks).toMatchObject([
      { name: 'main', rules: 2, state: 'Deployed' },
      { name: 'second', rules: 1, state: 'Pending' },
    ]);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('still repairs the range where it has them, gives it the numbers when the holder goes, and cleans up after itself alone', async () => {
    const house = await apart(theirPattern);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
    await house.run(60_000);
    house.outside.drop('sbc', { system: 'sbc', target: 'acme/sbc1', kind: 'DialPlanRule', name: `TeamsTenants/${OURS}` });
    await house.run(3_600_000);
    expect(rulesOn(house, 'sbc1')).toEqual(AT_HOME);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(120_000);
    expect(rulesOn(house, 'sbc2')).toEqual([`${theirPattern} globex`]);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
    house.delete('NumberRange', 'theirs', 'globex');
    await house.run(3_600_000);
    expect(rulesOn(house, 'sbc2')).toEqual([`${OURS} geneva`, `${ALSO_OURS} geneva`].sort());
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });
});

it('a range that has a number nowhere yet gets it on all of its devices or on none', async () => {
  const house = await apart(OURS);
  house.edit('NumberRange', 'office', { prefixes: [ALSO_OURS] });
  await house.run(120_000);
  house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
  house.edit('NumberRange', 'office', { prefixes: [OURS, ALSO_OURS] });
  await house.run(120_000);
  expect(rulesOn(house, 'sbc1')).toEqual([`${ALSO_OURS} zurich`]);
  expect(house.get('NumberRange', 'office').status).toMatchObject({ held: [ALSO_OURS], refused: [{ pattern: OURS }] });
});

it('a trunk to a device that cannot be read yet gets nothing there, and the range keeps what it has', async () => {
  const house = await apart(OURS);
  const facts = house.outside.devices.get('acme/sbc2');
  if (facts === undefined) throw new Error('no device');
  house.outside.devices.delete('acme/sbc2');
  await house.stop();
  house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
  await house.start();
  await house.run(1_200_000);
  expect(rulesOn(house, 'sbc1')).toEqual(AT_HOME);
  house.outside.devices.set('acme/sbc2', facts);
  await house.run(3_600_000);
  expect(rulesOn(house, 'sbc2')).toEqual([`${OURS} globex`, `${ALSO_OURS} geneva`].sort());
});

it('a refusal that names objects with the longest names there are still fits into status', async () => {
  const house = await newHouse();
  const [long, other] = ['d'.repeat(253), 'r'.repeat(253)];
  house.outside.addDevice(`acme/${long}`);
  house.apply(
    customer(),
    device(long, { address: 'sbc.example.net' }),
    site('zurich', { trunks: [trunk('main', { sbcRef: { name: long } })] }),
    range(other, { prefixes: [OURS] }),
  );
  await house.run(20_000);
  house.apply(range('office', { prefixes: [OURS] }));
  await house.run(20_000);
  expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/PatternHeld');
  const [refused] = house.get('NumberRange', 'office').status?.refused ?? [];
  expect(refused?.message).toHaveLength(512);
  expect(house.message('NumberRange', 'office', 'Accepted')).toContain('remove it here or there');
});
