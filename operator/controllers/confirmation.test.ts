import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, NAMESPACE, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import type { Kind } from '../api/kinds.ts';
import { OperatorError } from '../errors/operator-error.ts';

const CONFIRM = 'trunkline.dev/confirm-delete';
const KEEPS = ['+4144555019'];

/** Anna has a number of the range, and may call by the policy of the site. */
async function inhabitedHouse(): Promise<ControllersHouse> {
  const house = await deployedHouse();
  inhabit(house);
  return house;
}

function inhabit(house: ControllersHouse, grants: Record<string, number> = { 'unrestricted-zurich': 1 }): void {
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant === undefined) throw new Error('there is no tenant');
  tenant.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
  tenant.grants = grants;
}

async function confirm(house: ControllersHouse, kind: Kind, name: string, value: string | undefined): Promise<void> {
  const { metadata } = house.get(kind, name);
  const { [CONFIRM]: _old, ...others } = metadata.annotations ?? {};
  const annotations = value === undefined ? others : { ...others, [CONFIRM]: value };
  house.apply({ ...house.get(kind, name), metadata: { ...metadata, annotations } });
  await house.run(10_000);
}

async function removePrefix(house: ControllersHouse): Promise<void> {
  house.edit('NumberRange', 'office', { prefixes: KEEPS });
  await house.run(40_000);
}

async function undeploy(house: ControllersHouse): Promise<void> {
  house.edit('Customer', 'contoso', { deploy: false });
  await house.run(40_000);
}

/** Microsoft keeps a policy that somebody has; the confirmation was about those who had it. */
async function takePolicyAway(house: ControllersHouse): Promise<void> {
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant !== undefined) tenant.grants = {};
  house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/reconcile-at': String(house.clock.monotonic()) });
  await house.run(30_000);
}

function rules(house: ControllersHouse, sbc = 'sbc1'): string[] {
  return [...house.outside.stateOf('sbc', `${NAMESPACE}/${sbc}`).values()].map(({ name }) => name.replace('TeamsTenants/', '')).sort();
}

function teams(house: ControllersHouse): string[] {
  return [...house.outside.stateOf('teams', TENANT).values()].map(({ kind, name }) => `${kind} ${name}`).sort();
}

describe('taking patterns of assigned numbers out of a range', () => {
  it('goes on once office/patterns is given after it was asked for', async () => {
    const house = await inhabitedHouse();
    await removePrefix(house);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain(`annotate ${CONFIRM}=office/patterns to go on`);
    await confirm(house, 'NumberRange', 'office', 'office/patterns');
    expect(rules(house)).toEqual(KEEPS);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'office').status?.confirmation).toBeUndefined();
  });

  it.each(['office', 'office/undeploy', 'office/trunk/main', 'other/patterns', 'true'])('is not confirmed by %s', async (value) => {
    const house = await inhabitedHouse();
    await removePrefix(house);
    await confirm(house, 'NumberRange', 'office', value);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(rules(house)).toHaveLength(2);
  });

  it('is not confirmed by what stood there before; taken away and set again it is, also across restarts', async () => {
    const house = await inhabitedHouse();
    await confirm(house, 'NumberRange', 'office', 'office/patterns');
    await removePrefix(house);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('since before this was asked');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await house.restart();
    await house.run(10_000);
    expect(rules(house)).toHaveLength(2);
    await confirm(house, 'NumberRange', 'office', undefined);
    await house.restart();
    await confirm(house, 'NumberRange', 'office', 'office/patterns');
    expect(rules(house)).toEqual(KEEPS);
  });

  it('is not confirmed by the edit itself: the same apply cannot answer what nobody has asked yet', async () => {
    const house = await inhabitedHouse();
    const { metadata } = house.get('NumberRange', 'office');
    const both = range('office', { prefixes: KEEPS }, { annotations: { [CONFIRM]: 'office/patterns' } });
    house.apply({ ...both, metadata: { ...metadata, ...both.metadata } });
    await house.run(40_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    await confirm(house, 'NumberRange', 'office', 'office');
    await confirm(house, 'NumberRange', 'office', 'office,office/patterns');
    expect(rules(house)).toEqual(KEEPS);
  });

  it.each([
    'office/patterns',
    'office/patterns office/trunk/other',
    'office/old,office/patterns,office',
  ])('a word that stood there before is no answer when the annotation becomes "%s"', async (value) => {
    const house = await inhabitedHouse();
    await confirm(house, 'NumberRange', 'office', 'office/old office/patterns');
    await removePrefix(house);
    await confirm(house, 'NumberRange', 'office', value);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('office/patterns since before this was asked');
    expect(rules(house)).toHaveLength(2);
  });

  it('an answer holds for the very removal: taking out more asks again', async () => {
    const house = await inhabitedHouse();
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', ...KEEPS, '+4144555018'] });
    await house.run(10_000);
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', ...KEEPS] });
    house.outside.tenants.get(TENANT)?.assignments.push({ number: '+4144555018', holder: 'ben', type: 'DirectRouting' });
    await house.run(40_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    house.edit('SBCDevice', 'sbc1', { locked: true });
    await confirm(house, 'NumberRange', 'office', 'office/patterns');
    await removePrefix(house);
    house.edit('SBCDevice', 'sbc1', { locked: false });
    await house.run(40_000);
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/DeletionHeld');
    expect(rules(house)).toHaveLength(3);
  });

  it('a confirmation that is taken back in time stops it', async () => {
    const house = await inhabitedHouse();
    await removePrefix(house);
    house.edit('SBCDevice', 'sbc1', { locked: true });
    await confirm(house, 'NumberRange', 'office', 'office/patterns');
    await confirm(house, 'NumberRange', 'office', undefined);
    house.edit('SBCDevice', 'sbc1', { locked: false });
    await house.run(40_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(rules(house)).toHaveLength(2);
  });
});

describe('deploy: false where people depend on it', () => {
  it('is not confirmed by names that every manifest carries; site and range ask for undeploy', async () => {
    const house = await inhabitedHouse();
    await confirm(house, 'Customer', 'contoso', 'contoso');
    await confirm(house, 'SiteLocation', 'zurich', 'zurich');
    await confirm(house, 'NumberRange', 'office', 'office');
    const before = house.outside.picture();
    await undeploy(house);
    expect(house.outside.picture()).toEqual(before);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain(`${CONFIRM}=zurich/undeploy`);
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toContain(`${CONFIRM}=office/undeploy`);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await confirm(house, 'NumberRange', 'office', 'office,office/undeploy');
    await confirm(house, 'SiteLocation', 'zurich', 'zurich,zurich/undeploy');
    await takePolicyAway(house);
    expect(house.outside.picture()).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/Undeployed');
  });

  it('asks again the next time: an answer is used up with what it confirmed', async () => {
    const house = await inhabitedHouse();
    await undeploy(house);
    await confirm(house, 'NumberRange', 'office', 'office/undeploy');
    await confirm(house, 'SiteLocation', 'zurich', 'zurich/undeploy');
    await takePolicyAway(house);
    expect(house.outside.picture()).toEqual([]);
    house.edit('Customer', 'contoso', { deploy: true });
    await house.run(30_000);
    inhabit(house);
    const before = house.outside.picture();
    expect(before).toHaveLength(4);
    await undeploy(house);
    expect(house.outside.picture()).toEqual(before);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain('zurich/undeploy since before this was asked');
  });

  it('[S034] where nobody does, takes back what was made and keeps the objects; true makes the same again', async () => {
    const house = await deployedHouse();
    const before = house.outside.picture();
    await undeploy(house);
    await house.run(20 * 60_000);
    expect(house.outside.picture()).toEqual([]);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/Undeployed');
    expect(house.ready('NumberRange', 'office')).toBe('False/Undeployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.edit('Customer', 'contoso', { deploy: true });
    await house.run(60_000);
    expect(house.outside.picture()).toEqual(before);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });
});

describe('defaultRouting: false where people have the policy', () => {
  it('is not confirmed by the name of the site; zurich/routing does, once asked for', async () => {
    const house = await inhabitedHouse();
    await confirm(house, 'SiteLocation', 'zurich', 'zurich,zurich/undeploy');
    const before = teams(house);
    house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: false } });
    await house.run(20_000);
    expect(teams(house)).toEqual(before);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain(`${CONFIRM}=zurich/routing`);
    await confirm(house, 'SiteLocation', 'zurich', 'zurich,zurich/routing');
    await takePolicyAway(house);
    expect(teams(house)).toEqual([]);
  });
});

describe('removing a trunk that people use', () => {
  async function twoDevices(): Promise<ControllersHouse> {
    const house = await newHouse();
    house.outside.addDevice('acme/sbc2');
    const backup = trunk('backup', { sbcRef: { name: 'sbc2' }, label: 'basel', priority: 2 });
    house.apply(customer(), device(), device('sbc2'), site('zurich', { trunks: [trunk(), backup] }), range());
    await house.run(20_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    inhabit(house);
    return house;
  }

  it('is held on site and range; one confirmation at the site is enough for both', async () => {
    const house = await twoDevices();
    const before = house.outside.picture();
    await confirm(house, 'SiteLocation', 'zurich', 'zurich');
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(house.outside.picture()).toEqual(before);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain(`${CONFIRM}=zurich/trunk/backup`);
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toContain(`${CONFIRM}=office/trunk/backup`);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await confirm(house, 'SiteLocation', 'zurich', 'zurich/trunk/backup');
    await house.run(60_000);
    expect(teams(house)).toEqual(['PstnUsage', 'VoiceRoute', 'VoiceRoutingPolicy'].map((kind) => `${kind} Unrestricted-zurich`));
    expect(rules(house, 'sbc2')).toEqual([]);
    expect(rules(house)).toHaveLength(1);
    expect(house.get('SiteLocation', 'zurich').status?.trunks?.map(({ name }) => name)).toEqual(['main']);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('together with patterns asks for both; answered in one go, the one that takes longer is not asked again', async () => {
    const house = await twoDevices();
    house.edit('NumberRange', 'office', { prefixes: KEEPS });
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toContain(`${CONFIRM}=office/patterns,office/trunk/backup`);
    const backup = house.outside.devices.get('acme/sbc2');
    if (backup === undefined) throw new Error('there is no device');
    backup.refuses = new OperatorError('Not now', { kind: 'DependencyNotReady', reason: 'ForeignUnsavedChanges' });
    await confirm(house, 'NumberRange', 'office', 'office/patterns,office/trunk/backup');
    expect(rules(house)).toEqual(KEEPS);
    expect(rules(house, 'sbc2')).not.toEqual([]);
    backup.refuses = undefined;
    await house.run(20 * 60_000);
    expect(rules(house, 'sbc2')).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('at the site is no confirmation when it stood there before', async () => {
    const house = await twoDevices();
    await confirm(house, 'SiteLocation', 'zurich', 'zurich/trunk/backup');
    const before = house.outside.picture();
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(house.outside.picture()).toEqual(before);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    await confirm(house, 'SiteLocation', 'zurich', 'zurich,zurich/trunk/backup');
    await house.run(60_000);
    expect(house.outside.picture()).toEqual(before);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    await confirm(house, 'SiteLocation', 'zurich', 'zurich');
    await confirm(house, 'SiteLocation', 'zurich', 'zurich,zurich/trunk/backup');
    await house.run(60_000);
    expect(rules(house, 'sbc2')).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('where only its numbers are at stake the site may confirm for its ranges all the same', async () => {
    const house = await twoDevices();
    inhabit(house, {});
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(rules(house, 'sbc2')).toHaveLength(1);
    await confirm(house, 'SiteLocation', 'zurich', 'zurich/trunk/backup');
    await house.run(40_000);
    expect(rules(house, 'sbc2')).toEqual([]);
  });

  it('that goes to Standby asks for the same word', async () => {
    const house = await twoDevices();
    const standby = trunk('backup', { sbcRef: { name: 'sbc2' }, label: 'basel', priority: 2, state: 'Standby' });
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), standby] });
    await house.run(20_000);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain(`${CONFIRM}=zurich/trunk/backup`);
    await confirm(house, 'SiteLocation', 'zurich', 'zurich/trunk/backup');
    await house.run(20_000);
    expect(teams(house)).not.toContain('VoiceRoute Unrestricted-zurich-2');
    expect(rules(house, 'sbc2')).toHaveLength(1);
    expect(house.get('SiteLocation', 'zurich').status?.trunks).toMatchObject([
      { name: 'main', m365: 'Deployed' },
      { name: 'backup', fqdn: `basel.${CARRIER}`, m365: 'NotApplicable' },
    ]);
  });
});

describe('deleting', () => {
  it('is confirmed by the name alone, also when a manifest carried it from the beginning', async () => {
    const house = await inhabitedHouse();
    await confirm(house, 'NumberRange', 'office', 'office');
    await confirm(house, 'SiteLocation', 'zurich', 'zurich');
    house.delete('NumberRange', 'office');
    house.delete('SiteLocation', 'zurich');
    await house.run(90_000);
    await takePolicyAway(house);
    await house.run(60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(house.outside.picture()).toEqual([]);
  });

  it('is not confirmed by a part', async () => {
    const house = await inhabitedHouse();
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    await confirm(house, 'NumberRange', 'office', 'office/undeploy,office/patterns');
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(rules(house)).toHaveLength(1);
  });
});
