import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site } from '../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, house, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import type { OutsideObject } from '../domain/change/object.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { deviceTarget } from './targets.ts';

const FLASH_FULL = new OperatorError('SBC acme/sbc1 has the changes but did not save them; they would be lost at its next restart', {
  kind: 'Retryable',
  reason: 'SaveFailed',
});

function flashIsFull(built: ControllersHouse, isFull: boolean): void {
  const sbc = built.outside.devices.get('acme/sbc1');
  if (sbc === undefined) throw new Error('there is no acme/sbc1');
  sbc.savesNot = isFull ? FLASH_FULL : undefined;
}

/** A range whose rules are in the running configuration of a device that does not save. */
async function unsavedHouse(): Promise<ControllersHouse> {
  const built = await house();
  built.apply(customer(), device(), site());
  await built.run(10_000);
  flashIsFull(built, true);
  built.apply(range());
  await built.run(60_000);
  expect(built.outside.stateOf('sbc', 'acme/sbc1').size).toBe(1);
  return built;
}

describe('rules that an SBC has and did not save', () => {
  it('are not deployed for as long as it does not save: the range and the SBCDevice say so, for hours', async () => {
    const built = await unsavedHouse();
    for (let hours = 0; hours < 3; hours += 1) {
      expect(built.ready('NumberRange', 'office')).toBe('Unknown/SaveFailed');
      expect(built.message('NumberRange', 'office', 'SBCDeployed')).toContain('lost at its next restart');
      expect(built.condition('SBCDevice', 'sbc1', 'ManagementHealthy')).toBe('False/SaveFailed');
      await built.run(3_600_000);
    }
  });

  it('are told once, and the script is sent once: what is missing is the save', async () => {
    const built = await unsavedHouse();
    await built.run(10 * 60_000);
    expect(await writesWhileNothingHappens(built)).toEqual([]);
    expect(built.outside.sbc.batches).toHaveLength(1);
  });

  it('are asked to be saved again soon at first, then ever more rarely, however rarely the device is looked at otherwise', async () => {
    const built = await unsavedHouse();
    built.edit('SBCDevice', 'sbc1', { verifyInterval: '24h' });
    await built.run(1_000);
    const looks: number[] = [];
    for (const ms of [10 * 60_000, 2 * 3_600_000]) {
      const before = built.outside.sbc.readTimes.length;
      await built.run(ms);
      looks.push(built.outside.sbc.readTimes.length - before);
    }
    const [soon = 0, later = 0] = looks;
    expect(soon).toBeGreaterThanOrEqual(3);
    expect(later / 12).toBeLessThan(soon);
  });

  it('are deployed by themselves once the device saves', async () => {
    const built = await unsavedHouse();
    flashIsFull(built, false);
    await built.run(16 * 60_000);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(built.condition('SBCDevice', 'sbc1', 'ManagementHealthy')).toBe('True/Healthy');
  });

  it('are not deployed after a restart of the operator either', async () => {
    const built = await unsavedHouse();
    await built.restart();
    await built.run(20 * 60_000);
    expect(built.ready('NumberRange', 'office')).toBe('Unknown/SaveFailed');
    flashIsFull(built, false);
    await built.run(16 * 60_000);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
  });
});

describe('a removal that an SBC did not save', () => {
  it('is not over: the range stays until the device has saved', async () => {
    const built = await deployedHouse();
    flashIsFull(built, true);
    built.delete('NumberRange', 'office');
    await built.run(60_000);
    expect(built.outside.stateOf('sbc', 'acme/sbc1').size).toBe(0);
    for (const ms of [0, 3_600_000]) {
      await built.run(ms);
      expect(built.ready('NumberRange', 'office')).toBe('False/SaveFailed');
    }
    await built.restart();
    await built.run(20 * 60_000);
    expect(built.ready('NumberRange', 'office')).toBe('False/SaveFailed');
    flashIsFull(built, false);
    await built.run(3_600_000);
    expect(built.find('NumberRange', 'office')).toBeUndefined();
  });
});

/** The device restarts, and has again what it saved last. */
function restarts(built: ControllersHouse, saved: readonly OutsideObject[]): void {
  flashIsFull(built, false);
  const had = [...built.outside.stateOf('sbc', 'acme/sbc1').values()];
  for (const rule of had) built.outside.drop('sbc', rule);
  for (const rule of saved) built.outside.put('sbc', rule);
  const sbc = built.outside.devices.get('acme/sbc1');
  if (sbc !== undefined) sbc.unsavedOurs = false;
  built.delivery.invalidate(deviceTarget('acme/sbc1'));
}

describe('rules that an SBC had not saved when it restarted', () => {
  const tags = (built: ControllersHouse): unknown[] =>
    [...built.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ fields }) => fields['tag']);

  it('are written anew also under a policy that corrects no drift: nobody else has taken them away', async () => {
    const built = await unsavedHouse();
    built.edit('NumberRange', 'office', { changePolicy: 'Report' });
    await built.run(60_000);
    restarts(built, []);
    await built.run(16 * 60_000);
    expect(tags(built)).toEqual([FQDN]);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(built.get('NumberRange', 'office').status?.drift).toBeUndefined();
    expect(await writesWhileNothingHappens(built)).toEqual([]);
  });

  it('get the tag anew that they had before in what was saved', async () => {
    const built = await deployedHouse();
    const saved = [...built.outside.stateOf('sbc', 'acme/sbc1').values()];
    built.edit('SBCDevice', 'sbc1', { extraTags: ['vip'] });
    flashIsFull(built, true);
    built.edit('NumberRange', 'office', { tag: 'vip', changePolicy: 'Report' });
    await built.run(5 * 60_000);
    expect(tags(built)).toEqual(['vip']);
    restarts(built, saved);
    await built.run(16 * 60_000);
    expect(tags(built)).toEqual(['vip']);
    expect(built.get('NumberRange', 'office').status?.drift).toBeUndefined();
  });

  it('are ours all the time: they follow an edit while they are not saved', async () => {
    const built = await unsavedHouse();
    built.edit('SBCDevice', 'sbc1', { extraTags: ['vip'] });
    built.edit('NumberRange', 'office', { tag: 'vip' });
    await built.run(5 * 60_000);
    expect(tags(built)).toEqual(['vip']);
    expect(built.condition('NumberRange', 'office', 'Accepted')).toBe('True/Accepted');
    built.delete('NumberRange', 'office');
    flashIsFull(built, false);
    await built.run(20 * 60_000);
    expect(tags(built)).toEqual([]);
  });
});
