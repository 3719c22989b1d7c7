import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import type { SbcDevice } from '../api/kinds.ts';

const SECOND = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 });
const OLD = '+414455501[00-49]';
const NEW = '+41445559999';
const HOUR = 3_600_000;

/** A site on two SBCs. */
async function onTwo(state: 'Active' | 'Standby' = 'Active'): Promise<ControllersHouse> {
  const house = await newHouse();
  house.outside.addDevice('acme/sbc2');
  house.apply(customer(), device(), device('sbc2', { teams: { publicAddresses: ['203.0.113.20'] } }));
  house.apply(site('zurich', { trunks: [trunk(), { ...SECOND, state }] }));
  await house.run(20_000);
  return house;
}

/** The same with a range, deployed on both; then the second SBC dies. */
async function secondLost(state: 'Active' | 'Standby' = 'Active'): Promise<ControllersHouse> {
  const house = await onTwo(state);
  house.apply(range());
  await house.run(20_000);
  expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  lose(house);
  await house.run(HOUR);
  return house;
}

function lose(house: ControllersHouse): NonNullable<ReturnType<ControllersHouse['outside']['devices']['get']>> {
  const facts = house.outside.devices.get('acme/sbc2');
  if (facts === undefined) throw new Error('there is no second SBC');
  house.outside.devices.delete('acme/sbc2');
  return facts;
}

function rules(house: ControllersHouse, name = 'sbc1'): string[] {
  return [...house.outside.stateOf('sbc', `acme/${name}`).values()].map((rule) => rule.name.replace('TeamsTenants/', '')).sort();
}

describe('a range of which one SBC of two is lost (telephony 2.1)', () => {
  it('stays Ready with the other one, and says what is lost', async () => {
    const house = await secondLost();
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.condition('SiteLocation', 'zurich', 'Degraded')).toBe('True/TrunkLost');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/SBCDeviceNotReady');
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toContain('SBCDevice acme/sbc2 cannot be read');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it.each(['Active', 'Standby'] as const)('%s: gets its edits on the other one, both what comes and what goes', async (state) => {
    const house = await secondLost(state);
    house.edit('NumberRange', 'office', { prefixes: [OLD, NEW] });
    await house.run(60_000);
    expect(rules(house)).toEqual([OLD, NEW]);
    house.edit('NumberRange', 'office', { prefixes: [NEW] });
    await house.run(60_000);
    expect(rules(house)).toEqual([NEW]);
    // What still stands on the lost one stays claimed until it is read back as gone.
    expect(house.get('NumberRange', 'office').status?.held).toEqual([OLD, NEW]);
    await house.run(HOUR);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('is not Ready while numbers are missing on the lost one, unless calls do not come by its trunk', async () => {
    const house = await secondLost();
    house.edit('NumberRange', 'office', { prefixes: [OLD, NEW] });
    await house.run(HOUR);
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/SBCDeviceNotReady');
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toMatch(/1 rules? to write.*SBCDevice acme\/sbc2/);
    const standby = await secondLost('Standby');
    standby.edit('NumberRange', 'office', { prefixes: [OLD, NEW] });
    await standby.run(HOUR);
    expect(standby.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(standby.condition('NumberRange', 'office', 'Reconciling')).toBe('True/SBCDeviceNotReady');
  });

  it('does not count as deployed on the lost one while numbers are missing there: no route is to lead to half of them', async () => {
    const house = await secondLost('Standby');
    const stateOnLost = (): unknown => house.get('NumberRange', 'office').status?.trunks?.find(({ name }) => name === 'second')?.state;
    expect(stateOnLost()).toBe('Deployed');
    house.edit('NumberRange', 'office', { prefixes: [OLD, NEW] });
    await house.run(HOUR);
    expect(stateOnLost()).toBe('Pending');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('has everything on the lost one too once that is back', async () => {
    const house = await onTwo();
    house.apply(range());
    await house.run(20_000);
    const facts = lose(house);
    await house.run(HOUR);
    house.edit('NumberRange', 'office', { prefixes: [NEW] });
    await house.run(HOUR);
    house.outside.devices.set('acme/sbc2', facts);
    await house.run(HOUR);
    expect([rules(house), rules(house, 'sbc2')]).toEqual([[NEW], [NEW]]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('');
    expect(house.get('NumberRange', 'office').status?.held).toEqual([NEW]);
  });

  it('that comes meanwhile is served by the other one, and is not Ready before both have it', async () => {
    const house = await onTwo();
    lose(house);
    await house.run(HOUR);
    house.apply(range());
    await house.run(60_000);
    expect(rules(house)).toEqual([OLD]);
    expect(house.ready('NumberRange', 'office')).toBe('Unknown/Unreachable');
  });

  it('still asks on the other one before an assigned number falls silent', async () => {
    const house = await secondLost();
    house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
    house.edit('NumberRange', 'office', { prefixes: [NEW] });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(rules(house)).toEqual([OLD, NEW]);
  });

  it('takes no number that somebody has on the lost one', async () => {
    const house = await onTwo();
    house.apply(
      site('other', { trunks: [{ ...SECOND, label: 'other' }] }),
      range('theirs', { siteRef: { name: 'other' }, prefixes: [NEW] }),
    );
    await house.run(20_000);
    lose(house);
    await house.run(HOUR);
    house.apply(range('office', { prefixes: [OLD, NEW] }));
    await house.run(60_000);
    expect(house.get('NumberRange', 'office').status?.refused).toMatchObject([{ pattern: NEW, reason: 'PatternHeld' }]);
    expect(rules(house)).toEqual([OLD]);
  });

  it('waits with the lost one alone after a restart, when that one has never been read', async () => {
    const house = await secondLost();
    await house.stop();
    house.edit('NumberRange', 'office', { prefixes: [OLD, NEW] });
    await house.start();
    await house.run(60_000);
    expect(rules(house)).toEqual([OLD, NEW]);
  });
});

describe('a range of which one SBC of two takes no writes', () => {
  it.each<[string, Partial<SbcDevice['spec']>]>([
    ['is locked', { locked: true }],
  ])('that %s: has its edits on the other one', async (_how, spec) => {
    const house = await onTwo();
    house.apply(range());
    await house.run(20_000);
    house.edit('SBCDevice', 'sbc2', spec);
    house.edit('NumberRange', 'office', { prefixes: [OLD, NEW] });
    await house.run(60_000);
    expect([rules(house), rules(house, 'sbc2')]).toEqual([[OLD, NEW], [OLD]]);
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/Locked');
    const tasks = house.get('NumberRange', 'office').status?.tasks ?? [];
    expect(
      tasks
        .map(({ state }) => state)
        .slice(0, 2)
        .sort(),
    ).toEqual(['Queued', 'Succeeded']);
    house.edit('SBCDevice', 'sbc2', { locked: false });
    await house.run(60_000);
    expect(rules(house, 'sbc2')).toEqual([OLD, NEW]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });
});
