import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { deployedHouse, FQDN } from '../../../test/support/controllers/story.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { deviceTarget } from '../targets.ts';

const SBC = 'acme/sbc1';
const NAME = 'TeamsTenants/+414455501[00-49]';

function rule(name: string, tag: string): OutsideObject {
  return { system: 'sbc', target: SBC, kind: 'DialPlanRule', name, fields: { tag, ruleName: 'byhand' } };
}

/** Names and tags of what is left after the range has gone. */
async function leftAfterRemoval(house: ControllersHouse): Promise<string[]> {
  house.delivery.invalidate(deviceTarget(SBC));
  house.delete('NumberRange', 'office');
  await house.run(60_000);
  expect(house.find('NumberRange', 'office')).toBeUndefined();
  return [...house.outside.stateOf('sbc', SBC).values()].map(({ name, fields }) => `${name}=${fields['tag']}`);
}

describe('a range that is deleted', () => {
  it.each([
    ['in another plan', `CustDialPlan/+414455501[00-49]`, FQDN],
    ['of another prefix', 'TeamsTenants/+414455502[00-49]', FQDN],
  ])("leaves a stranger's rule %s", async (_which, name, tag) => {
    const house = await deployedHouse();
    house.outside.put('sbc', rule(name, tag));
    expect(await leftAfterRemoval(house)).toEqual([`${name}=${tag}`]);
  });

  it("leaves a stranger's rule that took the place of its own", async () => {
    const house = await deployedHouse();
    house.outside.put('sbc', rule(NAME, 'else.example.net'));
    expect(await leftAfterRemoval(house)).toEqual([`${NAME}=else.example.net`]);
  });

  it('takes its own rule whatever the case of its tag and its name on the device', async () => {
    const house = await deployedHouse();
    house.outside.put('sbc', rule(NAME, FQDN.toUpperCase()));
    expect(await leftAfterRemoval(house)).toEqual([]);
  });

  it('finds its rules by the footprint alone, in a plan and under a tag that neither spec nor the list of trunks names any more', async () => {
    const house = await deployedHouse();
    await house.stop();
    const { trunks: _trunks, ...status } = house.get('NumberRange', 'office').status ?? {};
    house.kube.put('numberranges', { ...house.get('NumberRange', 'office'), status });
    house.edit('SBCDevice', 'sbc1', { dialPlans: { tenants: 'NewTenants' } });
    house.delete('NumberRange', 'office');
    await house.start();
    expect(await leftAfterRemoval(house)).toEqual([]);
  });

  it('is not gone by an old picture of the device: a rule that somebody put back after the last look goes too', async () => {
    const house = await deployedHouse();
    const [ours] = house.outside.stateOf('sbc', SBC).values();
    if (ours === undefined) throw new Error('the range has no rule');
    house.edit('NumberRange', 'office', { changePolicy: 'Report' });
    house.outside.drop('sbc', ours);
    house.delivery.invalidate(deviceTarget(SBC));
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': 'now' });
    await house.run(5_000);
    expect(house.get('NumberRange', 'office').status?.drift).toHaveLength(1);
    house.outside.put('sbc', ours);
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect([...house.outside.stateOf('sbc', SBC).values()]).toEqual([]);
  });
});
