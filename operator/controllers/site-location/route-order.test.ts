import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, customer, device, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import type { ChangePolicy } from '../../domain/change/plan.ts';

const NAME = 'Unrestricted-zurich';
const PLACE = { system: 'teams-admin', target: TENANT, kind: 'VoiceRoute' };
const POLL_MS = 11 * 60_000;

/** Two trunks, the second one tried only when the first one fails. */
async function primaryAndBackup(changePolicy: ChangePolicy = 'Enforce'): Promise<ControllersHouse> {
  const house = await newHouse();
  house.outside.put('teams', { ...PLACE, name: 'LocalRoute', fields: { numberPattern: '^1', gateways: [], usages: [], priority: 0 } });
  house.apply(customer(), device(), site('zurich', { trunks: [trunk(), trunk('backup', { label: 'basel', priority: 2 })], changePolicy }));
  await house.run(10_000);
  expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  return house;
}

/** Route names in the order in which Microsoft tries them, each with its trunks. */
function tried(house: ControllersHouse): string[] {
  const routes = [...house.outside.stateOf('teams', TENANT).values()].filter(({ kind }) => kind === 'VoiceRoute');
  return routes
    .sort((left, right) => Number(left.fields['priority']) - Number(right.fields['priority']))
    .map(({ name, fields }) => `${name}: ${String(fields['gateways'])}`);
}

function setPriority(house: ControllersHouse, name: string, priority: number): void {
  const found = [...house.outside.stateOf('teams', TENANT).values()].find((object) => object.kind === 'VoiceRoute' && object.name === name);
  if (found === undefined) throw new Error(`there is no route ${name}`);
  house.outside.put('teams', { ...found, fields: { ...found.fields, priority } });
}

function priorityOf(house: ControllersHouse, name: string): unknown {
  return [...house.outside.stateOf('teams', TENANT).values()].find((object) => object.name === name)?.fields['priority'];
}

const ORDER = ['LocalRoute: ', `${NAME}: zurich.${CARRIER}`, `${NAME}-2: basel.${CARRIER}`];

describe('a site with a primary and a backup trunk', () => {
  it('gets a route for each, the primary one first, and is at rest', async () => {
    const house = await primaryAndBackup();
    expect(tried(house)).toEqual(ORDER);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('a first route that somebody removed comes back in front of the backup; foreign routes keep their priority', async () => {
    const house = await primaryAndBackup();
    house.outside.drop('teams', { ...PLACE, name: NAME });
    house.outside.put('teams', { ...PLACE, name: 'Theirs', fields: { numberPattern: '^9', gateways: [], usages: [], priority: 3 } });
    await house.run(POLL_MS);
    expect(tried(house)).toEqual([...ORDER, 'Theirs: ']);
    expect([priorityOf(house, 'LocalRoute'), priorityOf(house, 'Theirs')]).toEqual([0, 3]);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('also where somebody has taken the place of the removed one meanwhile', async () => {
    const house = await primaryAndBackup();
    house.outside.drop('teams', { ...PLACE, name: NAME });
    house.outside.put('teams', { ...PLACE, name: 'Theirs', fields: { numberPattern: '^9', gateways: [], usages: [], priority: 1 } });
    await house.run(POLL_MS);
    expect(tried(house)).toEqual(['LocalRoute: ', 'Theirs: ', ...ORDER.slice(1)]);
    expect([priorityOf(house, 'LocalRoute'), priorityOf(house, 'Theirs')]).toEqual([0, 1]);
    expect(house.get('SiteLocation', 'zurich').status?.drift).toBeUndefined();
  });

  it('an order that somebody turned round is put right in Enforce', async () => {
    const house = await primaryAndBackup();
    setPriority(house, NAME, 7);
    await house.run(POLL_MS);
    expect(tried(house)).toEqual(ORDER);
  });

  it('and only told in Report, with the route that is out of order', async () => {
    const house = await primaryAndBackup('Report');
    setPriority(house, NAME, 7);
    await house.run(POLL_MS);
    expect(tried(house)).toEqual([ORDER[0], ORDER[2], ORDER[1]]);
    expect(house.get('SiteLocation', 'zurich').status?.drift).toEqual([
      { ...PLACE, name: `${NAME}-2`, field: 'priority', before: '8', after: '2' },
    ]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('routes that others shift all together are in order, and nothing is written', async () => {
    const house = await primaryAndBackup();
    setPriority(house, `${NAME}-2`, 6);
    setPriority(house, NAME, 5);
    const before = house.outside.writes.length;
    await house.run(POLL_MS);
    expect(house.outside.writes.length).toBe(before);
  });
});
