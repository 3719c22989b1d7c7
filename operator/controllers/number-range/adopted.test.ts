import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { customer, device, range, site, trunk } from '../../../test/support/controllers/objects.ts';
import { FQDN, house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import type { ObjectKey } from '../../api/meta.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { deviceTarget } from '../targets.ts';

const SBC = 'acme/sbc1';
const SECOND_SBC = 'acme/sbc2';
const PREFIX = '+414455501[00-49]';
const OTHER = '+41445550200';
const SECOND = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 });
const ADOPT = { annotations: { 'trunkline.dev/adopt': 'true' } };

function rule(tag: string, target = SBC, prefix = PREFIX): OutsideObject {
  return { system: 'sbc', target, kind: 'DialPlanRule', name: `TeamsTenants/${prefix}`, fields: { tag, ruleName: 'byhand' } };
}

/** Rules of a device as `<plan>/<prefix>=<tag>`. */
function rules(house: ControllersHouse, key = SBC): string[] {
  return [...house.outside.stateOf('sbc', key).values()].map(({ name, fields }) => `${name}=${fields['tag']}`).sort();
}

function states(house: ControllersHouse, name = 'office'): string[] {
  return (house.get('NumberRange', name).status?.footprint ?? []).map(({ target, state }) => `${target} ${state}`);
}

function meddle(house: ControllersHouse, object: OutsideObject): void {
  house.outside.put('sbc', object);
  house.delivery.invalidate(deviceTarget(object.target as ObjectKey));
}

/** Range office, which took over the rules that stood on both of its SBCs. */
async function adoptingHouse(found: readonly OutsideObject[] = [rule('old'), rule('old', SECOND_SBC)]): Promise<ControllersHouse> {
  const house = await newHouse();
  house.outside.addDevice(SECOND_SBC);
  house.outside.devices.get(SBC)?.dialPlans.push('NewTenants');
  for (const object of found) house.outside.put('sbc', object);
  house.apply(customer(), device(), device('sbc2'), site('zurich', { trunks: [trunk(), SECOND] }), range('office', {}, ADOPT));
  await house.run(30_000);
  expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  expect(states(house)).toEqual([`${SBC} Adopted`, `${SECOND_SBC} Adopted`]);
  house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': '' });
  await house.run();
  return house;
}

async function removed(house: ControllersHouse, ...names: string[]): Promise<void> {
  for (const name of names) {
    house.annotate('NumberRange', name, { 'trunkline.dev/confirm-delete': name });
    house.delete('NumberRange', name);
  }
  await house.run(120_000);
  for (const name of names) expect(house.find('NumberRange', name)).toBeUndefined();
}

const OURS = [`TeamsTenants/${PREFIX}=${FQDN}`];

describe('a rule that stood there before the range stays when the range is deleted', () => {
  it.each<{ readonly after: string; readonly detour: (house: ControllersHouse) => Promise<void> }>([
    {
      after: 'deploy: false and true again',
      detour: async (house) => {
        house.edit('Customer', 'contoso', { deploy: false });
        await house.run(60_000);
        house.edit('Customer', 'contoso', { deploy: true });
      },
    },
    {
      after: 'deploy: false',
      detour: async (house) => {
        house.edit('Customer', 'contoso', { deploy: false });
        await house.run(60_000);
        expect(house.get('NumberRange', 'office').status?.held).toEqual([]);
      },
    },
    {
      after: 'its prefix left the spec and came back',
      detour: async (house) => {
        house.edit('NumberRange', 'office', { prefixes: [OTHER] });
        await house.run(60_000);
        house.edit('NumberRange', 'office', { prefixes: [PREFIX] });
      },
    },
    {
      after: 'its prefix left the spec',
      detour: async (house) => {
        house.edit('NumberRange', 'office', { prefixes: [OTHER] });
      },
    },
    {
      after: 'the second trunk was taken out and put back',
      detour: async (house) => {
        house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
        await house.run(60_000);
        house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
      },
    },
    {
      after: 'the device had another plan for the role for a while',
      detour: async (house) => {
        house.edit('SBCDevice', 'sbc1', { dialPlans: { tenants: 'NewTenants' } });
        await house.run(60_000);
        expect(rules(house)).toEqual([`NewTenants/${PREFIX}=${FQDN}`, ...OURS]);
        house.edit('SBCDevice', 'sbc1', { dialPlans: { tenants: 'TeamsTenants' } });
      },
    },
    {
      after: 'a restart with all status lost',
      detour: async (house) => {
        await house.restartWithoutStatus();
      },
    },
    {
      after: 'deploy: false, with its status lost then',
      detour: async (house) => {
        house.edit('Customer', 'contoso', { deploy: false });
        await house.run(60_000);
        await house.restartWithoutStatus();
      },
    },
    {
      after: 'the range was let go with Orphan and applied again',
      detour: async (house) => {
        house.edit('NumberRange', 'office', { deletionPolicy: 'Orphan' });
        await removed(house, 'office');
        house.apply(range());
      },
    },
    {
      after: 'the range was deleted and applied again',
      detour: async (house) => {
        await removed(house, 'office');
        house.apply(range());
      },
    },
    {
      after: 'its removal under Cleanup was asked for and taken back',
      detour: async (house) => {
        house.edit('NumberRange', 'office', { deletionPolicy: 'Cleanup', suspend: true, prefixes: [OTHER] });
        await house.run(60_000);
        house.edit('NumberRange', 'office', { deletionPolicy: undefined, prefixes: [PREFIX] });
        await house.run(60_000);
        house.edit('NumberRange', 'office', { suspend: false });
      },
    },
  ])('after $after', async ({ detour }) => {
    const house = await adoptingHouse();
    await detour(house);
    // Long enough for the devices to count their rules anew.
    await house.run(1_200_000);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await removed(house, 'office');
    expect(rules(house)).toEqual(OURS);
    expect(rules(house, SECOND_SBC)).toEqual([`TeamsTenants/${PREFIX}=geneva.voice.example.net`]);
  });

  it('after it moved to another range', async () => {
    const house = await adoptingHouse();
    house.apply(range('service', { prefixes: [OTHER] }));
    await house.run(30_000);
    house.edit('NumberRange', 'office', { prefixes: ['+41445550300'] });
    house.edit('NumberRange', 'service', { prefixes: [OTHER, PREFIX] });
    await house.run(120_000);
    expect(house.get('NumberRange', 'service').status?.held).toContain(PREFIX);
    await removed(house, 'office', 'service');
    expect(rules(house)).toEqual(OURS);
  });

  it('after the range came back under another name', async () => {
    const house = await adoptingHouse();
    house.apply(range('renamed'));
    await removed(house, 'office');
    expect(house.ready('NumberRange', 'renamed')).toBe('True/Deployed');
    await removed(house, 'renamed');
    expect(rules(house)).toEqual(OURS);
  });

  it('when it had exactly the wanted tag and was adopted without a write', async () => {
    const house = await adoptingHouse([rule(FQDN), rule('geneva.voice.example.net', SECOND_SBC)]);
    expect(house.outside.writes.filter(({ system }) => system === 'sbc')).toEqual([]);
    await removed(house, 'office');
    expect(rules(house)).toEqual(OURS);
  });

  it('when it had exactly the wanted tag and nobody said that it is to be adopted', async () => {
    const house = await newHouse();
    house.outside.put('sbc', rule(FQDN));
    house.apply(customer(), device(), site(), range());
    await house.run(30_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(states(house)).toEqual([`${SBC} Adopted`]);
    expect(house.outside.writes.filter(({ system }) => system === 'sbc')).toEqual([]);
    await removed(house, 'office');
    expect(rules(house)).toEqual(OURS);
  });
});

describe('a rule that was adopted and is not wanted now', () => {
  async function released(): Promise<ControllersHouse> {
    const house = await adoptingHouse();
    house.edit('NumberRange', 'office', { prefixes: [OTHER] });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    return house;
  }

  it('is remembered, and is no claim: another range may take it over by a word of its own', async () => {
    const house = await released();
    expect(states(house)).toEqual([`${SBC} Applied`, `${SBC} Released`, `${SECOND_SBC} Applied`, `${SECOND_SBC} Released`]);
    house.apply(site('basel', { trunks: [trunk()] }), range('theirs', { siteRef: { name: 'basel' } }, ADOPT));
    await house.run(60_000);
    expect(house.ready('NumberRange', 'theirs')).toBe('True/Deployed');
    expect(rules(house)).toContain(`TeamsTenants/${PREFIX}=basel.voice.example.net`);
  });

  it('is forgotten when somebody removes it: one that is made anew is ours', async () => {
    const house = await released();
    for (const key of [SBC, SECOND_SBC] as const) {
      house.outside.drop('sbc', rule('any', key));
      house.delivery.invalidate(deviceTarget(key));
    }
    await house.run(2_000_000);
    expect(states(house)).toEqual([`${SBC} Applied`, `${SECOND_SBC} Applied`]);
    house.edit('NumberRange', 'office', { prefixes: [PREFIX] });
    await house.run(60_000);
    expect(rules(house)).toEqual(OURS);
    await removed(house, 'office');
    expect(rules(house)).toEqual([]);
  });

  it('and that somebody has changed meanwhile is his: it is told when it is wanted again', async () => {
    const house = await released();
    meddle(house, rule('his'));
    await house.run(2_000_000);
    expect(house.get('NumberRange', 'office').status?.drift).toBeUndefined();
    house.edit('NumberRange', 'office', { prefixes: [PREFIX] });
    await house.run(60_000);
    expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/NameTaken');
    house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': `DialPlanRule/TeamsTenants/${PREFIX}` });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    await removed(house, 'office');
    expect(rules(house)).toEqual(OURS);
  });

  it('and that stands as it was left follows the spec when it is wanted again', async () => {
    const house = await released();
    house.edit('SBCDevice', 'sbc1', { extraTags: ['vip'] });
    house.edit('SBCDevice', 'sbc2', { extraTags: ['vip'] });
    house.edit('NumberRange', 'office', { prefixes: [PREFIX], tag: 'vip' });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(rules(house)).toEqual([`TeamsTenants/${PREFIX}=vip`]);
    await removed(house, 'office');
    expect(rules(house)).toEqual([`TeamsTenants/${PREFIX}=vip`]);
  });

  it('on a device that no trunk leads to any more is no reason to look at that device', async () => {
    const house = await adoptingHouse();
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(states(house)).toEqual([`${SBC} Adopted`, `${SECOND_SBC} Released`]);
    expect(house.get('NumberRange', 'office').status?.trunks?.map(({ name }) => name)).toEqual(['main']);
    house.outside.devices.delete(SECOND_SBC);
    house.edit('NumberRange', 'office', { prefixes: [PREFIX, OTHER] });
    await house.run(2_000_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(states(house)).toContain(`${SECOND_SBC} Released`);
    await removed(house, 'office');
  });

  it('does not keep an undeployed site from taking back its routing', async () => {
    const house = await adoptingHouse();
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(120_000);
    expect(states(house)).toEqual([`${SBC} Released`, `${SECOND_SBC} Released`]);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
  });

  it('is not missed when somebody takes much of it away', async () => {
    const many = Array.from({ length: 40 }, (_, n) => `+414460000${n + 10}`);
    const house = await newHouse();
    for (const prefix of many) house.outside.put('sbc', rule('old', SBC, prefix));
    house.apply(customer(), device(), site(), range('office', { prefixes: many }, ADOPT));
    await house.run(30_000);
    house.edit('NumberRange', 'office', { prefixes: [OTHER] });
    await house.run(60_000);
    for (const prefix of many) house.outside.drop('sbc', rule('any', SBC, prefix));
    house.delivery.invalidate(deviceTarget(SBC));
    house.edit('NumberRange', 'office', { prefixes: [PREFIX] });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(states(house)).toEqual([`${SBC} Applied`]);
  });

  it('is not removed by a deletionPolicy that says Cleanup afterwards', async () => {
    const house = await released();
    house.edit('NumberRange', 'office', { deletionPolicy: 'Cleanup' });
    await house.run(60_000);
    await removed(house, 'office');
    expect(rules(house)).toEqual(OURS);
  });
});

it('a rule of ours is known as ours after a loss of status, also where its tag was another one when it was made', async () => {
  const house = await newHouse();
  house.apply(customer(), device('sbc1', { extraTags: ['vip'] }), site(), range());
  await house.run(30_000);
  house.edit('NumberRange', 'office', { tag: 'vip' });
  await house.run(60_000);
  await house.restartWithoutStatus();
  await house.run(60_000);
  expect(states(house)).toEqual([`${SBC} Applied`]);
  await removed(house, 'office');
  expect(rules(house)).toEqual([]);
});

it('a rule of ours is known as ours under another short name', async () => {
  const house = await newHouse();
  house.apply(customer(), device(), site(), range('office', { deletionPolicy: 'Orphan' }));
  await house.run(30_000);
  for (const [kind, name] of [
    ['NumberRange', 'office'],
    ['SiteLocation', 'zurich'],
    ['Customer', 'contoso'],
  ] as const)
    house.delete(kind, name);
  await house.run(60_000);
  expect(rules(house)).toEqual(OURS);
  house.apply(customer('contoso', { shortName: 'cts' }), site(), range());
  await house.run(30_000);
  expect(states(house)).toEqual([`${SBC} Applied`]);
  await removed(house, 'office');
  expect(rules(house)).toEqual([]);
});

it('more adopted rules than a list holds stay adopted, and held, while they are not wanted', async () => {
  const prefixes = Array.from({ length: 600 }, (_, n) => `+4144600${String(n).padStart(4, '0')}`);
  const house = await newHouse();
  for (const prefix of prefixes) house.outside.put('sbc', rule('old', SBC, prefix));
  house.apply(customer(), device(), site(), range('office', { prefixes }, ADOPT));
  await house.run(30_000);
  house.edit('Customer', 'contoso', { deploy: false });
  await house.run(60_000);
  expect(states(house)).toEqual([`${SBC} Adopted`]);
  expect(house.get('NumberRange', 'office').status?.held).toEqual(prefixes);
  house.edit('Customer', 'contoso', { deploy: true });
  await house.run(60_000);
  await removed(house, 'office');
  expect(rules(house)).toHaveLength(600);
});

describe('more adopted rules than can be remembered by name', () => {
  async function manyAdopted(): Promise<ControllersHouse> {
    const prefixes = Array.from({ length: 250 }, (_, n) => `+4144600${String(n).padStart(4, '0')}`);
    const house = await newHouse();
    house.outside.addDevice(SECOND_SBC);
    for (const prefix of prefixes) for (const key of [SBC, SECOND_SBC]) house.outside.put('sbc', rule('old', key, prefix));
    house.apply(customer(), device(), device('sbc2'), site('zurich', { trunks: [trunk(), SECOND] }), range('office', { prefixes }, ADOPT));
    await house.run(60_000);
    expect(states(house)).toEqual([`${SBC} Adopted`, `${SECOND_SBC} Adopted`]);
    return house;
  }

  it('are done with when they are not wanted any more: nothing is going to remove them', async () => {
    const house = await manyAdopted();
    house.edit('NumberRange', 'office', { prefixes: [OTHER] });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'office').status?.trunks?.map(({ state }) => state)).toEqual(['Deployed', 'Deployed']);
    expect(states(house)).toEqual([`${SBC} Adopted`, `${SBC} Applied`, `${SECOND_SBC} Adopted`, `${SECOND_SBC} Applied`]);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await removed(house, 'office');
    expect([rules(house).length, rules(house, SECOND_SBC).length]).toEqual([250, 250]);
  });

  it('are forgotten on an SBC to which no trunk leads any more: its SBCDevice can go, they stay', async () => {
    const house = await manyAdopted();
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'office').status?.trunks?.map(({ name }) => name)).toEqual(['main']);
    expect(states(house)).toEqual([`${SBC} Adopted`]);
    house.delete('SBCDevice', 'sbc2');
    await house.run(120_000);
    expect(house.find('SBCDevice', 'sbc2')).toBeUndefined();
    expect(rules(house, SECOND_SBC)).toHaveLength(250);
  });

  it('are known as what was there before when that trunk comes back', async () => {
    const house = await manyAdopted();
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(states(house)).toEqual([`${SBC} Adopted`, `${SECOND_SBC} Adopted`]);
  });
});

describe('a word that stands in adopt', () => {
  it('is used up once all that is wanted is in place: it takes over nothing that comes later', async () => {
    const house = await newHouse();
    house.outside.put('sbc', rule('old'));
    house.apply(customer(), device(), site(), range('office', {}, ADOPT));
    await house.run(30_000);
    expect(rules(house)).toEqual(OURS);
    meddle(house, rule('his', SBC, OTHER));
    await house.run();
    house.edit('NumberRange', 'office', { prefixes: [PREFIX, OTHER] });
    await house.run(60_000);
    expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/NameTaken');
    expect(rules(house)).toContain(`TeamsTenants/${OTHER}=his`);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': '' });
    await house.run();
    house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': 'true' });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(rules(house)).toContain(`TeamsTenants/${OTHER}=${FQDN}`);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('counts while something of what it is about is not in place yet', async () => {
    const house = await newHouse();
    house.outside.put('sbc', rule('old'));
    house.apply(customer(), device(), site(), range('office', { suspend: true }, ADOPT));
    await house.run(30_000);
    expect(rules(house)).toEqual([`TeamsTenants/${PREFIX}=old`]);
    house.edit('NumberRange', 'office', { suspend: false });
    await house.run(30_000);
    expect(rules(house)).toEqual(OURS);
  });
});
