import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { deviceTarget } from './targets.ts';

describe('status.tasks', () => {
  it('[S156] lists what was done for a site and a range, newest first, with attempts and result', async () => {
    const house = await deployedHouse();
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', '+41445550200'] });
    await house.run(10_000);
    const { tasks = [] } = house.get('NumberRange', 'office').status ?? {};
    expect(tasks.map(({ type, state, attempts, result }) => [type, state, attempts, result])).toEqual([
      ['Deploy', 'Succeeded', 1, '1 object changed and read back'],
      ['Deploy', 'Succeeded', 1, '1 object changed and read back'],
    ]);
    expect(tasks[0]?.lastExecuted).toMatch(/^2026-/);
    const ofSite = house.get('SiteLocation', 'zurich').status?.tasks ?? [];
    expect(ofSite.map(({ id, state }) => `${id.split('-')[0]} ${state}`).sort()).toEqual(['dns Succeeded', 'teams Succeeded']);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('a try that fails again and again is one entry, and no news', async () => {
    const house = await newHouse();
    const sbc = house.outside.devices.get('acme/sbc1');
    if (sbc === undefined) throw new Error('the house has no device acme/sbc1');
    sbc.refuses = new OperatorError('The SBC refuses the script', { kind: 'Terminal', reason: 'ScriptRejected' });
    house.apply(customer(), device(), site(), range());
    await house.run(60_000);
    const failed = house.get('NumberRange', 'office').status?.tasks;
    expect(failed).toMatchObject([{ state: 'Failed', result: 'The SBC refuses the script', attempts: 1 }]);
    const before = house.statusWrites;
    await house.run(6 * 3_600_000);
    expect(house.statusWrites).toBe(before);
    sbc.refuses = undefined;
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(20_000);
    const { tasks = [] } = house.get('NumberRange', 'office').status ?? {};
    expect(tasks).toMatchObject([{ id: failed?.[0]?.id, state: 'Succeeded', attempts: 2 }]);
  });

  it('keeps 20', async () => {
    const house = await deployedHouse();
    for (let count = 1; count <= 22; count++) {
      house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', `+414455502${String(count).padStart(2, '0')}`] });
      await house.run(10_000);
    }
    expect(house.get('NumberRange', 'office').status?.tasks).toHaveLength(20);
  });

  it('is settled after a restart in the middle', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site(), range());
    for (let step = 0; step < 40; step++) {
      await house.run(100);
      if (house.get('NumberRange', 'office').status?.tasks?.[0]?.state === 'Executing') break;
    }
    expect(house.get('NumberRange', 'office').status?.tasks).toMatchObject([{ state: 'Executing' }]);
    await house.restart();
    await house.run(20_000);
    expect(house.get('NumberRange', 'office').status?.tasks).toMatchObject([{ state: 'Succeeded' }]);
  });
});

/** Range office has one prefix more to write, and the script of range other hangs on the device, for minutes. */
async function waitingHouse(): Promise<ControllersHouse> {
  const house = await deployedHouse();
  house.outside.sbc.misbehave(deviceTarget('acme/sbc1'), { on: 'apply', how: 'hang' });
  house.apply(range('other', { prefixes: ['+41445550300'] }));
  await house.run(3_000);
  house.edit('NumberRange', 'office', { prefixes: [BLOCK, '+41445550200'] });
  await house.run(3_000);
  expect(tasksOf(house)).toEqual(['Deploy Executing', 'Deploy Succeeded']);
  return house;
}

const BLOCK = '+414455501[00-49]';

function tasksOf(house: ControllersHouse): string[] {
  return (house.get('NumberRange', 'office').status?.tasks ?? []).map(({ type, state }) => `${type} ${state}`);
}

describe('a task whose work was taken back before it was sent', () => {
  it('is none any more when an edit makes the spec unreadable', async () => {
    const house = await waitingHouse();
    house.edit('NumberRange', 'office', { prefixes: ['+41-garbage'] });
    await house.run(3_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/PrefixSyntax');
    expect(tasksOf(house)).toEqual(['Deploy Succeeded']);
    house.delete('NumberRange', 'other');
    await house.run(1_200_000);
    expect(house.get('Customer', 'contoso').status?.queue).toMatchObject({ queued: 0, executing: 0 });
  });

  it('has not succeeded when an edit wants again what is there', async () => {
    const house = await waitingHouse();
    house.edit('NumberRange', 'office', { prefixes: [BLOCK] });
    await house.run(3_000);
    expect(tasksOf(house)).toEqual(['Deploy Succeeded']);
    await house.run(1_200_000);
    expect(tasksOf(house)).toEqual(['Deploy Succeeded']);
  });

  it('waits while it is held', async () => {
    const house = await waitingHouse();
    house.edit('NumberRange', 'office', { suspend: true });
    await house.run(3_000);
    expect(tasksOf(house)).toEqual(['Deploy Queued', 'Deploy Succeeded']);
  });
});

describe('the removal of an object', () => {
  it('[S156] of a range is a task: it waits while it is held, and is carried out after that', async () => {
    const house = await deployedHouse();
    house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(tasksOf(house)).toEqual(['Remove Queued', 'Deploy Succeeded']);
    expect(house.get('Customer', 'contoso').status?.queue).toMatchObject({ queued: 1, executing: 0 });
    house.outside.sbc.misbehave(deviceTarget('acme/sbc1'), { on: 'apply', how: 'hang' });
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    await house.run(10_000);
    expect(tasksOf(house)).toEqual(['Remove Executing', 'Deploy Succeeded']);
    expect(house.get('Customer', 'contoso').status?.queue).toMatchObject({ queued: 0, executing: 1 });
  });

  it('[S156] of a site is one task in the tenant and one for its records', async () => {
    const house = await deployedHouse();
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    house.putNamespace('acme', { 'trunkline.dev/paused': 'true' });
    house.delete('SiteLocation', 'zurich');
    await house.run(10_000);
    const open = (house.get('SiteLocation', 'zurich').status?.tasks ?? []).filter(({ state }) => state === 'Queued');
    expect(open.map(({ id, type }) => `${id.split('-')[0]} ${type}`).sort()).toEqual(['dns Remove', 'teams Remove']);
  });
});

describe('Customer.status.queue', () => {
  it('[S155] counts what waits for a hold, and nothing when all is done', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site(), range('office', { suspend: true }));
    await house.run(30_000);
    expect(house.get('Customer', 'contoso').status?.queue).toEqual({ queued: 1, executing: 0, replicationInProgress: false });
    house.edit('NumberRange', 'office', { suspend: false });
    await house.run(10_000);
    expect(house.get('Customer', 'contoso').status?.queue).toEqual({ queued: 0, executing: 0, replicationInProgress: false });
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });
});
