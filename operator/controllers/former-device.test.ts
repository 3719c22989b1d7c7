import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';

const SECOND = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 });
const FORCE = 'trunkline.dev/force-remove';

/** Site and range on two SBCs. */
async function onTwo(): Promise<ControllersHouse> {
  const house = await newHouse();
  house.outside.addDevice('acme/sbc2');
  house.apply(customer(), device(), device('sbc2'), site('zurich', { trunks: [trunk(), SECOND] }), range());
  await house.run(20_000);
  return house;
}

/** The second one is gone for good, and its trunk is taken out. */
async function leftBehind(before: (house: ControllersHouse) => void = () => {}): Promise<ControllersHouse> {
  const house = await onTwo();
  before(house);
  house.outside.devices.delete('acme/sbc2');
  house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
  await house.run(3 * 3_600_000);
  return house;
}

function devicesIn(house: ControllersHouse): string[] {
  const { footprint = [], trunks = [] } = house.get('NumberRange', 'office').status ?? {};
  return [...new Set([...footprint.map(({ target }) => target), ...trunks.flatMap(({ device: key }) => key ?? [])])].sort();
}

function rulesOn(house: ControllersHouse, name: string): number {
  return house.outside.stateOf('sbc', `acme/${name}`).size;
}

/** What events say is left outside of what the range gave up. */
async function forcedEvents(house: ControllersHouse): Promise<string[]> {
  await house.run(1);
  const events = house.kube.all('events').map((event) => event as unknown as { readonly reason: string; readonly note: string });
  return events.flatMap(({ reason, note }) => (reason === 'ForceRemoved' ? [note] : []));
}

describe('an SBC that cannot be seen and to which no trunk leads any more', () => {
  it('does not keep a range from being Ready, which tells that something is left there and how to give it up', async () => {
    const house = await leftBehind();
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/FormerSbcUnreachable');
    const message = house.message('NumberRange', 'office', 'Reconciling');
    expect(message).toContain('SBCDevice acme/sbc2');
    expect(message).toContain(`annotate ${FORCE}=office/trunk/second`);
    expect(devicesIn(house)).toEqual(['acme/sbc1', 'acme/sbc2']);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it.each([
    ['NumberRange', 'office', 'office/trunk/second'],
    ['SiteLocation', 'zurich', 'zurich/trunk/second'],
  ] as const)('is given up by a word on the %s, an event tells what is left, and its SBCDevice may go', async (kind, name, word) => {
    const house = await leftBehind();
    house.annotate(kind, name, { [FORCE]: word });
    await house.run(10_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('');
    expect(devicesIn(house)).toEqual(['acme/sbc1']);
    expect(await forcedEvents(house)).toEqual([expect.stringContaining('acme/sbc2: DialPlanRule TeamsTenants (1)')]);
    house.delete('SBCDevice', 'sbc2');
    await house.run(120_000);
    expect(house.find('SBCDevice', 'sbc2')).toBeUndefined();
  });

  it('asks for a confirmation where numbers are assigned, or is given up all the same', async () => {
    const assign = (house: ControllersHouse): void => {
      house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
    };
    const house = await leftBehind(assign);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/trunk/second' });
    await house.run(10_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/FormerSbcUnreachable');
    const other = await leftBehind(assign);
    other.annotate('NumberRange', 'office', { [FORCE]: 'office/trunk/second' });
    await other.run(10_000);
    expect(other.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(devicesIn(other)).toEqual(['acme/sbc1']);
  });

  it('is cleaned up after all when it comes back', async () => {
    const house = await onTwo();
    const facts = house.outside.devices.get('acme/sbc2');
    if (facts === undefined) throw new Error('no device');
    house.outside.devices.delete('acme/sbc2');
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(3_600_000);
    house.outside.devices.set('acme/sbc2', facts);
    await house.run(3_600_000);
    expect(rulesOn(house, 'sbc2')).toBe(0);
    expect(devicesIn(house)).toEqual(['acme/sbc1']);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('');
  });
});

describe('the word that gives up an SBC', () => {
  it('gives up nothing on one that can be seen: what is left there is removed', async () => {
    const house = await onTwo();
    house.annotate('NumberRange', 'office', { [FORCE]: 'office/trunk/second' });
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(120_000);
    expect(rulesOn(house, 'sbc2')).toBe(0);
    expect(await forcedEvents(house)).toEqual([]);
  });

  it('gives up nothing while a trunk leads there, nor of the other trunks, nor anything when it is "true"', async () => {
    const house = await onTwo();
    house.outside.devices.delete('acme/sbc2');
    house.annotate('NumberRange', 'office', { [FORCE]: 'office/trunk/second' });
    await house.run(3_600_000);
    expect(devicesIn(house)).toEqual(['acme/sbc1', 'acme/sbc2']);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/SBCDeviceNotReady');
    const other = await leftBehind();
    for (const word of ['true', 'office', 'office/trunk/main', 'second']) {
      other.annotate('NumberRange', 'office', { [FORCE]: word });
      await other.run(10_000);
      expect(devicesIn(other)).toEqual(['acme/sbc1', 'acme/sbc2']);
    }
  });
});
