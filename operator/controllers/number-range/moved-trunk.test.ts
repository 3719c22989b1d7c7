import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { device, range, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

const rules = (house: ControllersHouse, name: string): number => house.outside.stateOf('sbc', `acme/${name}`).size;

/** A range with an assigned number, all of whose rules are on the SBC to which its trunk moves; the record waits for another range. */
async function halfMoved(): Promise<ControllersHouse> {
  const house = await deployedHouse();
  house.outside.addDevice('acme/sbc2');
  house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
  house.apply(device('sbc2', { teams: { publicAddresses: ['203.0.113.20'] } }), range('second', { prefixes: ['+4144555020[0-9]'] }));
  await house.run(20_000);
  house.edit('NumberRange', 'second', { suspend: true });
  await house.run(10_000);
  house.edit('SiteLocation', 'zurich', { trunks: [trunk('main', { sbcRef: { name: 'sbc2' } })] });
  await house.run(60_000);
  expect([rules(house, 'sbc1'), rules(house, 'sbc2')]).toEqual([2, 1]);
  return house;
}

describe('a range with assigned numbers, while its trunk moves to another SBC (telephony 2.5)', () => {
  it('asks nothing before the record has moved: its old rules serve calls until then', async () => {
    const house = await halfMoved();
    expect(house.get('NumberRange', 'office').status?.confirmation).toBeUndefined();
    expect(house.condition('NumberRange', 'office', 'Stalled')).toBe('');
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/TrunkMoving');
    expect(house.message('NumberRange', 'office', 'Reconciling')).toMatch(/acme\/sbc1.*SiteLocation zurich/);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('asks then, and its old rules go by that word', async () => {
    const house = await halfMoved();
    house.edit('NumberRange', 'second', { suspend: false });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(rules(house, 'sbc1')).toBe(1);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/trunk/main' });
    await house.run(60_000);
    expect(rules(house, 'sbc1')).toBe(0);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('');
  });

  it('of a Customer that is not deployed any more asks once for all of it', async () => {
    const house = await halfMoved();
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(60_000);
    expect(house.get('NumberRange', 'office').status?.confirmation?.wanted).toEqual(['office/undeploy']);
  });
});
