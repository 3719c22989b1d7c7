import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import { OperatorError } from '../errors/operator-error.ts';

const PATTERN = '+414455501[00-49]';
const OTHER = '+41445550700';
const MINUTE_MS = 60_000;
const DEVICE = { system: 'sbc', id: 'acme/sbc1', lane: '' };
const CLOUD = { system: 'teams-admin', id: TENANT, lane: '' };
/** As the operator comes (config/load.ts). */
const WAITING = { settings: { successorWaitMs: 30_000 } };

const prefixes = (house: ControllersHouse): string[] =>
  [...house.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ name }) => name.slice(name.indexOf('/') + 1)).sort();
const voice = (house: ControllersHouse): string[] => [...house.outside.stateOf('teams', TENANT).values()].map(({ kind }) => kind).sort();
const VOICE = ['PstnUsage', 'VoiceRoute', 'VoiceRoutingPolicy'];

function writesSince(house: ControllersHouse): () => string[] {
  const before = house.outside.writes.length;
  return () => house.outside.writes.slice(before).map(({ action, kind, name }) => `${action} ${kind} ${name}`);
}

/** The office has two patterns and gives one up, by an edit or with its end. */
async function holder(): Promise<ControllersHouse> {
  const house = await deployedHouse(WAITING);
  house.edit('NumberRange', 'office', { prefixes: [PATTERN, OTHER] });
  await house.run(10_000);
  expect(prefixes(house)).toEqual([PATTERN, OTHER]);
  return house;
}

function giveUp(house: ControllersHouse, how: 'edit' | 'deletion'): void {
  if (how === 'deletion') house.delete('NumberRange', 'office');
  else house.edit('NumberRange', 'office', { prefixes: [OTHER] });
}

const CASES = (['edit', 'deletion'] as const).flatMap((how) => (['Enforce', 'Report'] as const).map((policy) => ({ how, policy })));

describe('a range that wants a pattern whose removal by its holder', () => {
  for (const { how, policy } of CASES) {
    it(`is on the wire (${how}) has it again in seconds, under ${policy}`, async () => {
      const house = await holder();
      house.outside.sbc.misbehave(DEVICE, { on: 'apply', how: 'deaf' });
      giveUp(house, how);
      await house.run(35_000);
      const written = writesSince(house);
      house.apply(range('heir', { changePolicy: policy }));
      await house.run(10_000);
      expect(house.ready('NumberRange', 'heir')).toBe('False/Deploying');
      expect(house.get('NumberRange', 'heir').status?.footprint).toMatchObject([{ state: 'Pending', members: [PATTERN] }]);
      house.outside.sbc.wakeTheDeaf();
      await house.run(3000);
      expect(prefixes(house)).toContain(PATTERN);
      expect(house.ready('NumberRange', 'heir')).toBe('True/Deployed');
      expect(written()).toEqual([`create DialPlanRule TeamsTenants/${PATTERN}`]);
      expect(house.get('NumberRange', 'heir').status?.drift).toBeUndefined();
      expect(await writesWhileNothingHappens(house)).toEqual([]);
    });

    it(`waits for the device (${how}) takes it over without a write, under ${policy}`, async () => {
      const house = await holder();
      house.edit('NumberRange', 'office', { prefixes: [PATTERN, OTHER, '+41445550800'] });
      house.outside.sbc.misbehave(DEVICE, { on: 'apply', how: 'deaf' });
      house.apply(range('busy', { prefixes: ['+41445550900'] }));
      await house.run(5000);
      giveUp(house, how);
      await house.run(35_000);
      const written = writesSince(house);
      house.apply(range('heir', { changePolicy: policy, prefixes: [PATTERN] }));
      await house.run(5000);
      house.outside.sbc.wakeTheDeaf();
      await house.run(MINUTE_MS);
      expect(written().filter((write) => write.includes(PATTERN))).toEqual([]);
      expect(prefixes(house)).toContain(PATTERN);
      expect(house.ready('NumberRange', 'heir')).toBe('True/Deployed');
      expect(await writesWhileNothingHappens(house)).toEqual([]);
    });
  }

  it('is refused by the device has it at once', async () => {
    const house = await holder();
    const device = house.outside.devices.get('acme/sbc1');
    if (device === undefined) throw new Error('no device');
    device.refuses = new OperatorError('The line is refused', { kind: 'Terminal', reason: 'ScriptRejected' });
    giveUp(house, 'edit');
    await house.run(40_000);
    const written = writesSince(house);
    house.apply(range('heir'));
    await house.run(10_000);
    expect(house.ready('NumberRange', 'heir')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'office').status?.held).toEqual([OTHER]);
    expect(written()).toEqual([]);
  });

  it('is about to be sent never loses it, whenever it comes', async () => {
    for (let at = 29_000; at <= 31_600; at += 130) {
      const house = await holder();
      giveUp(house, 'edit');
      await house.run(at);
      house.apply(range('heir', { changePolicy: 'Report' }));
      await house.run(10_000);
      expect(`${at} ${prefixes(house).join(' ')}`).toBe(`${at} ${PATTERN} ${OTHER}`);
      expect(house.ready('NumberRange', 'heir')).toBe('True/Deployed');
      await house.stop();
    }
  });

  it('goes on after its end was forced has it again, also under the same name', async () => {
    for (const name of ['office', 'heir']) {
      const house = await holder();
      house.outside.sbc.misbehave(DEVICE, { on: 'apply', how: 'deaf' });
      giveUp(house, 'deletion');
      await house.run(35_000);
      house.annotate('NumberRange', 'office', { 'trunkline.dev/force-remove': 'true' });
      await house.run(1000);
      expect(house.find('NumberRange', 'office')).toBeUndefined();
      house.apply(range(name, { changePolicy: 'Report' }));
      await house.run(10_000);
      expect(house.ready('NumberRange', name)).toBe('False/Deploying');
      house.outside.sbc.wakeTheDeaf();
      await house.run(3000);
      expect(prefixes(house)).toEqual([PATTERN]);
      expect(house.ready('NumberRange', name)).toBe('True/Deployed');
    }
  });
});

describe('a site that wants what another one of the Customer', () => {
  const renamed = (changePolicy: 'Enforce' | 'Report') => site('zurich-hq', { siteName: 'zurich', changePolicy });

  async function alone(): Promise<ControllersHouse> {
    const house = await deployedHouse(WAITING);
    house.delete('NumberRange', 'office');
    await house.run(40_000);
    return house;
  }

  for (const policy of ['Enforce', 'Report'] as const) {
    it(`is removing from the tenant has it again in seconds, under ${policy}`, async () => {
      const house = await alone();
      house.outside.teams.misbehave(CLOUD, { on: 'apply', how: 'deaf' });
      house.delete('SiteLocation', 'zurich');
      await house.run(35_000);
      house.apply(renamed(policy));
      await house.run(10_000);
      expect(house.condition('SiteLocation', 'zurich-hq', 'M365Deployed')).toBe('False/Deploying');
      house.outside.teams.wakeTheDeaf();
      await house.run(5000);
      expect(voice(house)).toEqual(VOICE);
      expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
      expect(house.ready('SiteLocation', 'zurich-hq')).toBe('True/Deployed');
      expect(house.get('SiteLocation', 'zurich-hq').status).toMatchObject({ usageName: 'Unrestricted-zurich' });
      expect(house.get('SiteLocation', 'zurich-hq').status?.drift).toBeUndefined();
      expect(await writesWhileNothingHappens(house)).toEqual([]);
    });
  }

  it('of the same name was still removing when its end was forced has it again in seconds', async () => {
    const house = await alone();
    house.outside.teams.misbehave(CLOUD, { on: 'apply', how: 'deaf' });
    house.delete('SiteLocation', 'zurich');
    await house.run(35_000);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/force-remove': 'true' });
    await house.run(1000);
    house.apply(site('zurich', { changePolicy: 'Report' }));
    await house.run(10_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/Deploying');
    house.outside.teams.wakeTheDeaf();
    await house.run(5000);
    expect(voice(house)).toEqual(VOICE);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.kube.all('dnsendpoints').map(({ metadata }) => metadata.name)).toEqual(['trunkline-zurich']);
  });

  it('is about to remove never loses it, whenever it comes', async () => {
    for (let at = 29_000; at <= 31_000; at += 130) {
      const house = await alone();
      house.delete('SiteLocation', 'zurich');
      await house.run(at);
      house.apply(renamed('Report'));
      await house.run(10_000);
      expect([at, ...voice(house)]).toEqual([at, ...VOICE]);
      expect(house.ready('SiteLocation', 'zurich-hq')).toBe('True/Deployed');
      await house.stop();
    }
  });
});

describe('a name that a site of another tenant has', () => {
  it('is not given on before its removal has ended', async () => {
    const house = await deployedHouse(WAITING);
    const other = '22222222-0000-0000-0000-000000000002';
    house.outside.addTenant(other);
    house.apply(
      customer('fabrikam', { tenantId: other }),
      site('hq', { customerRef: { name: 'fabrikam' }, trunks: [trunk('main', { label: 'zurich' })] }),
    );
    house.delete('NumberRange', 'office');
    await house.run(40_000);
    house.outside.teams.misbehave(CLOUD, { on: 'apply', how: 'deaf' });
    house.delete('SiteLocation', 'zurich');
    await house.run(MINUTE_MS);
    expect(house.condition('SiteLocation', 'hq', 'Accepted')).toBe('False/LabelTaken');
    expect(house.kube.all('dnsendpoints').map(({ metadata }) => metadata.name)).not.toContain('trunkline-hq');
    house.outside.teams.wakeTheDeaf();
    await house.run(MINUTE_MS);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(house.condition('SiteLocation', 'hq', 'Accepted')).toBe('True/Accepted');
  });
});

describe('what was taken over without a write', () => {
  it('goes with its new object, as everything that is ours', async () => {
    const house = await deployedHouse(WAITING);
    house.delete('NumberRange', 'office');
    await house.run(5000);
    house.apply(range('heir'));
    await house.run(MINUTE_MS);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    house.delete('NumberRange', 'heir');
    await house.run(MINUTE_MS);
    expect(house.find('NumberRange', 'heir')).toBeUndefined();
    expect(prefixes(house)).toEqual([]);
  });
});
