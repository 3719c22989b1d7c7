import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { device, range } from '../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN } from '../../test/support/controllers/story.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How often each is to be looked at by its settings: `verifyInterval` of a device, `tenantPollSeconds`. */
const EVERY_MS = { sbc: 5 * MINUTE_MS, entra: 10 * MINUTE_MS, graph: 10 * MINUTE_MS, teams: 10 * MINUTE_MS };
const SYSTEMS = Object.keys(EVERY_MS) as (keyof typeof EVERY_MS)[];

/** The same numbers in each run, spread evenly enough. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

async function houseWith(ranges: number, random: () => number): Promise<ControllersHouse> {
  const house = await deployedHouse({ random });
  for (let i = 1; i < ranges; i++) house.apply(range(`range-${i}`, { prefixes: [`+4144555${2000 + i}`], changePolicy: 'Report' }));
  await house.run(2 * MINUTE_MS);
  return house;
}

/** Reads of a system while nothing happens for so long, as the ms between them. */
async function gapsIn(house: ControllersHouse, ms: number): Promise<Record<keyof typeof EVERY_MS, number[]>> {
  const from = house.clock.monotonic();
  await house.run(ms);
  const gaps = (system: keyof typeof EVERY_MS): number[] => {
    const times = house.outside[system].readTimes.map(({ at }) => at).filter((at) => at >= from);
    return times.slice(1).map((at, i) => at - (times[i] ?? 0));
  };
  return { sbc: gaps('sbc'), entra: gaps('entra'), graph: gaps('graph'), teams: gaps('teams') };
}

describe('periodic looks', () => {
  it.each([
    { random: 'always 0', source: () => 0 },
    { random: 'always nearly 1', source: () => 0.999 },
    { random: 'mixed', source: seeded(7) },
    { random: 'mixed otherwise', source: seeded(11) },
  ])('come once an interval and at most a tenth later ($random)', async ({ source }) => {
    const gaps = await gapsIn(await houseWith(3, source), 4 * HOUR_MS);
    for (const system of SYSTEMS) {
      expect(gaps[system].length, system).toBeGreaterThan((4 * HOUR_MS) / EVERY_MS[system] / 1.15);
      expect(Math.min(...gaps[system]), system).toBeGreaterThanOrEqual(EVERY_MS[system]);
      expect(Math.max(...gaps[system]), system).toBeLessThanOrEqual(1.12 * EVERY_MS[system]);
    }
  });

  it('are as many with thirty ranges as with one (design §8)', async () => {
    const one = await gapsIn(await houseWith(1, seeded(3)), 3 * HOUR_MS);
    const many = await gapsIn(await houseWith(30, seeded(3)), 3 * HOUR_MS);
    for (const system of SYSTEMS) expect(Math.abs(many[system].length - one[system].length), system).toBeLessThanOrEqual(2);
  });

  it('follow verifyInterval, also a short one', async () => {
    const house = await houseWith(1, seeded(5));
    house.apply(device('sbc1', { verifyInterval: '1m' }));
    await house.run(10 * MINUTE_MS);
    const { sbc } = await gapsIn(house, HOUR_MS);
    expect(Math.min(...sbc)).toBeGreaterThanOrEqual(MINUTE_MS);
    expect(Math.max(...sbc)).toBeLessThanOrEqual(1.12 * MINUTE_MS);
  });

  it('show every range what became of its rules within a quarter of an hour, whoever had the device read', async () => {
    const house = await houseWith(12, seeded(9));
    const rules = house.outside.stateOf('sbc', 'acme/sbc1');
    const drifted = (): number => [...house.kinds.ranges.store.values()].filter(({ status }) => status?.drift !== undefined).length;
    for (let round = 0; round < 4; round++) {
      await house.run(HOUR_MS + round * 3 * MINUTE_MS);
      for (const [id, rule] of rules) if (!rule.name.endsWith(']')) rules.set(id, { ...rule, fields: { ...rule.fields, tag: 'other' } });
      await house.run(17 * MINUTE_MS);
      expect(drifted()).toBe(11);
      for (const [id, rule] of rules) rules.set(id, { ...rule, fields: { ...rule.fields, tag: FQDN } });
      await house.run(17 * MINUTE_MS);
      expect(drifted()).toBe(0);
    }
  });

  it('compare the ConfigMap of a range every five minutes (design §5)', async () => {
    const house = await deployedHouse({ random: seeded(13) });
    house.putConfigMap('numbers', { list: '+41445550700' });
    house.apply(range('listed', { prefixes: ['+41445550700'] }));
    house.edit('NumberRange', 'listed', { prefixes: undefined, prefixesFrom: { name: 'numbers', key: 'list' } });
    const numbers = ['+41445550700'];
    for (let round = 1; round <= 6; round++) {
      await house.run(HOUR_MS + round * 100_000);
      numbers.push(`+4144555${8000 + round}`);
      house.putConfigMap('numbers', { list: numbers.join('\n') });
      await house.run(5.7 * MINUTE_MS);
      // And the one rule of the office.
      expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(numbers.length + 1);
    }
  });
});
