import { expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { house as newHouse } from '../../test/support/controllers/story.ts';

const LABELS = { sbc1: 'zurich', sbc2: 'geneva', sbc3: 'basel', sbc4: 'bern' };
const DEVICES = Object.keys(LABELS);

/** Enough to be too many for lists of them by device and state. */
function patterns(from: number): string[] {
  return Array.from({ length: 60 }, (_, n) => `+41445${String(555_000 + 2 * n + from)}[0000-0001]`);
}

function rulesOn(house: ControllersHouse, name: string): string[] {
  return [...house.outside.stateOf('sbc', `acme/${name}`).values()].map((rule) => rule.name.replace('TeamsTenants/', '')).sort();
}

it('every pattern of a range with four SBCs may be replaced at once, and what is held is told in a small status', async () => {
  const house = await newHouse();
  for (const name of DEVICES.slice(1)) house.outside.addDevice(`acme/${name}`);
  const trunks = Object.entries(LABELS).map(([name, label]) => trunk(name, { sbcRef: { name }, label }));
  house.apply(customer(), ...DEVICES.map((name) => device(name)), site('zurich', { trunks }), range('office', { prefixes: patterns(0) }));
  await house.run(60_000);
  const numbers = patterns(0).map((pattern) => pattern.replace('[0000-0001]', '0000'));
  house.outside.tenants
    .get(TENANT)
    ?.assignments.push(...numbers.map((number) => ({ number, holder: number, type: 'DirectRouting' as const })));
  house.edit('NumberRange', 'office', { prefixes: patterns(1) });
  await house.run(60_000);
  expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
  const both = [...patterns(0), ...patterns(1)].sort();
  for (const name of DEVICES) expect(rulesOn(house, name)).toEqual(both);
  const { held, footprint } = house.get('NumberRange', 'office').status ?? {};
  expect(held).toEqual(both);
  expect(JSON.stringify(footprint).length).toBeLessThan(JSON.stringify(held).length / 2);
  house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/patterns' });
  await house.run(60_000);
  for (const name of DEVICES) expect(rulesOn(house, name)).toEqual(patterns(1).sort());
  expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  expect(house.get('NumberRange', 'office').status?.held).toEqual(patterns(1).sort());
});

it('of many prefixes that take numbers of another range status names the first fifty', async () => {
  const house = await newHouse();
  house.apply(customer(), device(), site(), range('wide', { prefixes: ['+41445'] }), range('office', { prefixes: patterns(0) }));
  await house.run(20_000);
  expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('True/PrefixCaptures');
  expect(house.get('NumberRange', 'office').status?.captures).toHaveLength(50);
});
