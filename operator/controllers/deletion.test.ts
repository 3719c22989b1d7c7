import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { site, TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import { voiceTarget } from './targets.ts';

const NUMBER = '+41445550107';

function assign(house: ControllersHouse): void {
  house.outside.tenants.get(TENANT)?.assignments.push({ number: NUMBER, holder: 'anna', type: 'DirectRouting' });
}

/** Both ways in which rules of a range go. */
const REMOVALS = {
  'the range is deleted': (house: ControllersHouse) => house.delete('NumberRange', 'office'),
  'its spec loses a prefix': (house: ControllersHouse) => house.edit('NumberRange', 'office', { prefixes: ['+41445550200'] }),
} as const;

function rules(house: ControllersHouse): string[] {
  return [...house.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ name }) => name);
}

/** An edit that changes nothing but makes the operator look at the range. */
async function lookAgain(house: ControllersHouse, verifyInterval: string): Promise<void> {
  house.edit('SBCDevice', 'sbc1', { verifyInterval });
  await house.run();
}

describe.each(Object.entries(REMOVALS))('a removal that would silence telephones: %s', (_name, remove) => {
  it('sees a number that was assigned a moment ago, although who holds which number was read just before', async () => {
    const house = await deployedHouse();
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', '+41445550200'] });
    await house.run();
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]'] });
    await house.run();
    expect(rules(house)).toEqual(['TeamsTenants/+414455501[00-49]']);
    assign(house);
    remove(house);
    await house.run();
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain(NUMBER);
    expect(rules(house)).toContain('TeamsTenants/+414455501[00-49]');
  });

  it('sees a number that is longer than the pattern of its rule', async () => {
    const house = await deployedHouse();
    house.outside.tenants.get(TENANT)?.assignments.push({ number: `${NUMBER}123`, holder: 'anna', type: 'DirectRouting' });
    remove(house);
    await house.run();
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(rules(house)).toContain('TeamsTenants/+414455501[00-49]');
  });

  it('is told once: looking again, also after a restart, writes nothing', async () => {
    const house = await deployedHouse();
    assign(house);
    remove(house);
    await house.run(10_000);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    const before = house.allWrites;
    await house.restart();
    await house.run(10_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.allWrites).toBe(before);
  });

  it('reads who holds which number once in a while, not at each look', async () => {
    const house = await deployedHouse();
    assign(house);
    remove(house);
    await house.run();
    const reads = house.outside.numbers.readTimes.length;
    for (const verifyInterval of ['11m', '12m', '13m', '14m']) await lookAgain(house, verifyInterval);
    expect(house.outside.numbers.readTimes.length).toBe(reads);
    await house.run(15_000);
    await lookAgain(house, '15m');
    expect(house.outside.numbers.readTimes.length).toBeLessThanOrEqual(reads + 1);
  });

  it('goes on by itself once nobody has the number any more', async () => {
    const house = await deployedHouse();
    assign(house);
    remove(house);
    await house.run(10_000);
    house.outside.tenants.get(TENANT)?.assignments.splice(0);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': 'now' });
    await house.run(10_000);
    expect(rules(house)).not.toContain('TeamsTenants/+414455501[00-49]');
  });
});

describe('a site of which users have the policy', () => {
  it('is held for a grant of a moment ago, and is told once', async () => {
    const house = await deployedHouse();
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant !== undefined) tenant.grants = { 'unrestricted-zurich': 2 };
    house.delete('SiteLocation', 'zurich');
    await house.run(10_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    const before = house.allWrites;
    await house.restart();
    await house.run(10_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    expect(house.allWrites).toBe(before);
  });
});

describe('a removal that would take routing from users', () => {
  it("[S183] sees a policy that was granted after the last look, although a sibling's write was read back since", async () => {
    const house = await deployedHouse();
    await house.run(400_000);
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant === undefined) throw new Error('no tenant');
    tenant.grants = { 'unrestricted-zurich': 3 };
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    house.outside.teams.misbehave(voiceTarget(TENANT), { on: 'read', how: 'hang' });
    house.delete('SiteLocation', 'zurich');
    await house.run(1_000);
    house.apply(site('geneva'));
    await house.run(20_000);
    expect(house.condition('SiteLocation', 'geneva', 'M365Deployed')).toBe('True/Deployed');
    await house.run(300_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    expect(house.message('SiteLocation', 'zurich', 'Ready')).toContain('3 users');
  });
});
