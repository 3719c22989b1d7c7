import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import { deviceTarget, voiceTarget } from './targets.ts';

const BLOCK = '+414455501[00-49]';
const SINGLE = '+41445550200';

/**
 * Range office has lost a block by mistake, with the confirmation for it, and the removal waits: the script of another range hangs, so that the
 * lane of the device is busy for minutes.
 */
async function waitingRemoval(): Promise<ControllersHouse> {
  const house = await deployedHouse();
  house.edit('NumberRange', 'office', { prefixes: [BLOCK, SINGLE] });
  house.apply(range('other', { prefixes: ['+41445550300'] }));
  await house.run(20_000);
  house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
  house.outside.sbc.misbehave(deviceTarget('acme/sbc1'), { on: 'apply', how: 'hang' });
  house.edit('NumberRange', 'other', { prefixes: ['+41445550300', '+41445550301'] });
  await house.run(2_000);
  house.edit('NumberRange', 'office', { prefixes: [SINGLE] });
  await house.run(2_000);
  expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
  house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/patterns' });
  await house.run(2_000);
  expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/Deploying');
  expect(house.outside.writes.filter(({ action }) => action === 'remove')).toEqual([]);
  return house;
}

async function removedLater(house: ControllersHouse): Promise<string[]> {
  await house.run(1_200_000);
  return house.outside.writes.flatMap(({ action, name }) => (action === 'remove' ? [name] : []));
}

const STOPS = {
  'the range is suspended': ['Suspended', (house) => house.edit('NumberRange', 'office', { suspend: true })],
  'the namespace is paused': ['Paused', (house) => house.putNamespace('acme', { 'trunkline.dev/paused': 'true' })],
  'the device is locked': ['Locked', (house) => house.edit('SBCDevice', 'sbc1', { locked: true })],
  'the Customer is disabled': ['Disabled', (house) => house.edit('Customer', 'contoso', { enabled: false })],
} as const satisfies Record<string, readonly [string, (house: ControllersHouse) => void]>;

describe('a removal that waits for a busy device', () => {
  it('is sent once the device has time, if nobody changes his mind', async () => {
    const house = await waitingRemoval();
    expect(await removedLater(house)).toEqual([`TeamsTenants/${BLOCK}`]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it.each(Object.entries(STOPS))('is not sent when %s meanwhile, and goes on when that is lifted', async (_name, [reason, stop]) => {
    const house = await waitingRemoval();
    stop(house);
    await house.run(2_000);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe(`True/${reason}`);
    expect(await removedLater(house)).toEqual([]);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.edit('NumberRange', 'office', { suspend: false });
    house.putNamespace('acme');
    house.edit('SBCDevice', 'sbc1', { locked: false });
    house.edit('Customer', 'contoso', { enabled: true });
    expect(await removedLater(house)).toEqual([`TeamsTenants/${BLOCK}`]);
  });

  it('is not sent when the mistake is put right meanwhile', async () => {
    const house = await waitingRemoval();
    house.edit('NumberRange', 'office', { prefixes: [BLOCK, SINGLE] });
    expect(await removedLater(house)).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('is not sent when the confirmation is taken back meanwhile', async () => {
    const house = await waitingRemoval();
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': '' });
    expect(await removedLater(house)).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
  });

  it('is not sent when the range has become one that cannot be read', async () => {
    const house = await waitingRemoval();
    house.edit('NumberRange', 'office', { prefixes: undefined, prefixesFrom: { name: 'lost', key: 'prefixes' } });
    expect(await removedLater(house)).toEqual([]);
  });

  it('is replaced by what is wanted by then', async () => {
    const house = await waitingRemoval();
    house.edit('NumberRange', 'office', { prefixes: [BLOCK] });
    expect(await removedLater(house)).toEqual([`TeamsTenants/${SINGLE}`]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });
});

describe('the end of an object that waits for its clean-up', () => {
  it('takes nothing away when the pause comes before the device has time', async () => {
    const house = await waitingRemoval();
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(2_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/Removing');
    house.putNamespace('acme', { 'trunkline.dev/paused': 'true' });
    await house.run(2_000);
    expect(await removedLater(house)).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('False/Paused');
    house.putNamespace('acme');
    expect((await removedLater(house)).sort()).toEqual([`TeamsTenants/${BLOCK}`, `TeamsTenants/${SINGLE}`].sort());
    expect(house.find('NumberRange', 'office')).toBeUndefined();
  });

  it('ends although what was to go has gone by other hands while its removal waited', async () => {
    const house = await waitingRemoval();
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(2_000);
    for (const rule of [...house.outside.stateOf('sbc', 'acme/sbc1').values()]) house.outside.drop('sbc', rule);
    await house.run(1_200_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
  });
});

describe('a new site whose tenant is busy', () => {
  /** Site basel waits: a write for geneva hangs in the lane of their tenant. */
  async function waitingSite(): Promise<ControllersHouse> {
    const house = await deployedHouse();
    house.outside.teams.misbehave(voiceTarget(TENANT), { on: 'apply', how: 'hang' });
    house.apply(site('geneva'));
    await house.run(8_000);
    house.apply(site('basel'));
    await house.run(8_000);
    expect(house.condition('SiteLocation', 'basel', 'M365Deployed')).toBe('False/Deploying');
    return house;
  }

  function ofBasel(house: ControllersHouse): string[] {
    return [...house.outside.stateOf('teams', TENANT).values()].flatMap(({ name }) => (name.includes('basel') ? [name] : []));
  }

  it('makes nothing when it is suspended meanwhile', async () => {
    const house = await waitingSite();
    house.edit('SiteLocation', 'basel', { suspend: true });
    await house.run(1_200_000);
    expect(ofBasel(house)).toEqual([]);
    expect(house.condition('SiteLocation', 'basel', 'Reconciling')).toBe('True/Suspended');
  });

  it('makes nothing when it is let go meanwhile', async () => {
    const house = await waitingSite();
    house.edit('SiteLocation', 'basel', { deletionPolicy: 'Orphan' });
    house.delete('SiteLocation', 'basel');
    await house.run(1_200_000);
    expect(ofBasel(house)).toEqual([]);
  });

  it('is deployed when nothing comes in between', async () => {
    const house = await waitingSite();
    await house.run(1_200_000);
    expect(house.ready('SiteLocation', 'basel')).toBe('True/Deployed');
  });
});
