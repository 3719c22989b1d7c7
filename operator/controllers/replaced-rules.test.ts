import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { deviceTarget } from './targets.ts';

const SBC = 'acme/sbc1';
const PREFIX = '+414455501[00-49]';
const OLD = `TeamsTenants/${PREFIX}`;
const NEW = `NewTenants/${PREFIX}`;

/** Every rule of a device as `<plan>/<prefix>=<tag>`. */
function rules(house: ControllersHouse, key = SBC): string[] {
  return [...house.outside.stateOf('sbc', key).values()].map(({ name, fields }) => `${name}=${fields['tag']}`).sort();
}

function assign(house: ControllersHouse, number = '+41445550107'): void {
  house.outside.tenants.get(TENANT)?.assignments.push({ number, holder: 'anna', type: 'DirectRouting' });
}

function remap(house: ControllersHouse, tenants = 'NewTenants'): void {
  house.edit('SBCDevice', 'sbc1', { dialPlans: { tenants, customers: 'CustDialPlan', operatorConnect: 'OCDialPlan' } });
}

/** A house whose device has a second dial plan for tenants, not used yet. */
async function twoPlans(): Promise<ControllersHouse> {
  const house = await deployedHouse();
  house.outside.devices.get(SBC)?.dialPlans.push('NewTenants');
  house.delivery.invalidate(deviceTarget(SBC));
  await house.run();
  return house;
}

describe('the device names another dial plan for the role of a range', () => {
  it('with assigned numbers: the new rule is made, the old one stays until it is confirmed', async () => {
    const house = await twoPlans();
    assign(house);
    remap(house);
    await house.run(60_000);
    expect(rules(house)).toEqual([`${NEW}=${FQDN}`, `${OLD}=${FQDN}`]);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.get('NumberRange', 'office').status?.trunks).toMatchObject([{ dialPlan: 'TeamsTenants' }]);
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('confirm-delete=office/patterns');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/patterns' });
    await house.run(10_000);
    expect(rules(house)).toEqual([`${NEW}=${FQDN}`]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'office').status?.trunks).toMatchObject([{ dialPlan: 'NewTenants', state: 'Deployed' }]);
  });

  it('without any: the old rule goes in a later script than the one that makes the new one', async () => {
    const house = await twoPlans();
    const before = house.outside.sbc.batches.length;
    remap(house);
    await house.run(60_000);
    expect(rules(house)).toEqual([`${NEW}=${FQDN}`]);
    const scripts = house.outside.sbc.batches.slice(before).map(({ changes }) => changes.map(({ action, name }) => `${action} ${name}`));
    expect(scripts).toEqual([[`create ${NEW}`], [`remove ${OLD}`]]);
    await house.run(20 * 60_000); // the device counts its rules at its next look
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('the new rule is refused: the old one stays and is told', async () => {
    const house = await twoPlans();
    const error = new OperatorError('the table is full', { kind: 'Terminal', reason: 'LimitExceeded' });
    house.outside.sbc.refuses.set(`sbc|${SBC}|DialPlanRule|${NEW.toLowerCase()}`, error);
    remap(house);
    await house.run(1_000_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
    expect(house.ready('NumberRange', 'office')).toBe('False/LimitExceeded');
    expect(house.get('NumberRange', 'office').status?.trunks).toMatchObject([{ dialPlan: 'TeamsTenants', tag: FQDN }]);
    house.outside.sbc.refuses.clear();
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(10_000);
    expect(rules(house)).toEqual([`${NEW}=${FQDN}`]);
  });

  it('the device has no such plan: nothing goes', async () => {
    const house = await deployedHouse();
    remap(house);
    await house.run(1_000_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
  });

  it('its numbers stay claimed in the old plan while the old rule stands there', async () => {
    const house = await twoPlans();
    assign(house);
    remap(house);
    await house.run(10_000);
    house.edit('SBCDevice', 'sbc1', { dialPlans: { tenants: 'NewTenants', customers: 'TeamsTenants' } });
    house.apply(range('second', { dialPlan: 'customers' }));
    await house.run(10_000);
    expect(house.condition('NumberRange', 'second', 'Accepted')).toBe('False/PatternHeld');
  });
});

describe('a pattern that replaces others with the same numbers', () => {
  const WIDE = '+4144555[0000-1999]';
  const WIDE_RULE = `TeamsTenants/${WIDE}`;

  it('comes first, and the others go once it stands', async () => {
    const house = await deployedHouse();
    const before = house.outside.sbc.batches.length;
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-89]'] });
    await house.run(60_000);
    const scripts = house.outside.sbc.batches.slice(before).map(({ changes }) => changes.map(({ action, name }) => `${action} ${name}`));
    expect(scripts).toEqual([['create TeamsTenants/+414455501[00-89]'], [`remove ${OLD}`]]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('is refused by the device: the others stay, and it is told', async () => {
    const house = await deployedHouse();
    const error = new OperatorError('SBC sbc1 does not take it: at most 3 digits in brackets', {
      kind: 'Terminal',
      reason: 'ScriptRejected',
    });
    house.outside.sbc.refuses.set(`sbc|${SBC}|DialPlanRule|${WIDE_RULE.toLowerCase()}`, error);
    house.edit('NumberRange', 'office', { prefixes: [WIDE] });
    await house.run(1_000_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
    expect(house.ready('NumberRange', 'office')).toBe('False/ScriptRejected');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('at most 3 digits');
    house.edit('NumberRange', 'office', { prefixes: [PREFIX] });
    await house.run(60_000);
    expect([rules(house), house.ready('NumberRange', 'office')]).toEqual([[`${OLD}=${FQDN}`], 'True/Deployed']);
  });
});

describe('a range under another tag', () => {
  it('is rewritten in place: its number is never without a rule, and a refused tag leaves the old one', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { extraTags: ['special'] });
    house.outside.sbc.refuses.set(
      `sbc|${SBC}|DialPlanRule|${OLD.toLowerCase()}`,
      new OperatorError('the tag cannot be written', { kind: 'Terminal', reason: 'ScriptRejected' }),
    );
    assign(house);
    const before = house.outside.writes.length;
    house.edit('NumberRange', 'office', { tag: 'special' });
    await house.run(60_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
    expect(house.get('NumberRange', 'office').status?.trunks).toMatchObject([{ tag: FQDN }]);
    house.outside.sbc.refuses.clear();
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(10_000);
    expect(rules(house)).toEqual([`${OLD}=special`]);
    expect(house.get('NumberRange', 'office').status?.trunks).toMatchObject([{ tag: 'special' }]);
    expect(new Set(house.outside.writes.slice(before).map(({ action }) => action))).toEqual(new Set(['update']));
  });

  it('in Report it is a change of the spec, not drift, also when it had to wait', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { extraTags: ['special'], locked: true });
    house.edit('NumberRange', 'office', { tag: 'special', changePolicy: 'Report' });
    await house.run(60_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
    house.edit('SBCDevice', 'sbc1', { locked: undefined });
    await house.run(10_000);
    expect(rules(house)).toEqual([`${OLD}=special`]);
  });
});

describe('a range that is deleted while an edit of it has not been carried out', () => {
  it.each([
    ['its device names another dial plan', (house: ControllersHouse) => remap(house)],
    ['it has another tag', (house: ControllersHouse) => house.edit('NumberRange', 'office', { tag: 'special' })],
  ])('leaves nothing behind: %s', async (_name, edit) => {
    const house = await twoPlans();
    house.edit('SBCDevice', 'sbc1', { locked: true, extraTags: ['special'] });
    await house.run(5_000);
    edit(house);
    await house.run(30_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    house.edit('SBCDevice', 'sbc1', { locked: undefined });
    await house.run(60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(rules(house)).toEqual([]);
  });

  it('leaves nothing behind either when only half of it was carried out', async () => {
    const house = await newHouse();
    house.apply(customer(), device('sbc1', { extraTags: ['special'] }), site(), range('office', { prefixes: [PREFIX, '+41445550200'] }));
    await house.run(20_000);
    house.outside.sbc.refuses.set(
      `sbc|${SBC}|DialPlanRule|teamstenants/+41445550200`,
      new OperatorError('the tag cannot be written', { kind: 'Terminal', reason: 'ScriptRejected' }),
    );
    house.edit('NumberRange', 'office', { tag: 'special' });
    await house.run(60_000);
    expect(rules(house)).toEqual([`TeamsTenants/+41445550200=${FQDN}`, `${OLD}=special`].sort());
    house.outside.sbc.refuses.clear();
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(rules(house)).toEqual([]);
  });
});

describe('a rule that somebody else had made and the range adopted', () => {
  const foreign = { system: 'sbc', target: SBC, kind: 'DialPlanRule', name: OLD, fields: { tag: 'old.tag', ruleName: 'byhand' } };

  async function adopted(): Promise<ControllersHouse> {
    const house = await newHouse();
    house.outside.put('sbc', foreign);
    house.apply(customer(), device(), site(), range('office', {}, { annotations: { 'trunkline.dev/adopt': 'true' } }));
    await house.run(30_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
    return house;
  }

  it('stays adopted, and stays on the device when the range is deleted', async () => {
    const house = await adopted();
    await house.run(2_000_000);
    expect(house.get('NumberRange', 'office').status?.footprint).toMatchObject([{ state: 'Adopted', members: [PREFIX] }]);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
  });

  it('goes with the range when spec.deletionPolicy says so', async () => {
    const house = await adopted();
    house.edit('NumberRange', 'office', { deletionPolicy: 'Cleanup' });
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    expect(rules(house)).toEqual([]);
  });

  it('is let go, not removed, when its prefix leaves the spec; nobody has to confirm what silences nobody', async () => {
    const house = await adopted();
    assign(house);
    house.edit('NumberRange', 'office', { prefixes: ['+41445550200'] });
    await house.run(60_000);
    expect(rules(house)).toEqual([`TeamsTenants/+41445550200=${FQDN}`, `${OLD}=${FQDN}`].sort());
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'office').status?.held).toEqual(['+41445550200']);
  });

  it('is not taken over again and again: a later edit of it is drift, which Report only tells', async () => {
    const house = await adopted();
    house.edit('NumberRange', 'office', { changePolicy: 'Report' });
    await house.run(10_000);
    house.outside.put('sbc', foreign);
    await house.run(2_000_000);
    expect(rules(house)).toEqual([`${OLD}=old.tag`]);
    expect(house.get('NumberRange', 'office').status?.drift).toMatchObject([{ field: 'tag', before: FQDN, after: 'old.tag' }]);
    expect(house.get('NumberRange', 'office').status?.footprint).toMatchObject([{ state: 'Adopted' }]);
  });
});

describe('confirming one part of what goes', () => {
  const SECOND = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 });
  const OTHER = '+414455502[00-49]';

  async function twoTrunks(): Promise<ControllersHouse> {
    const house = await newHouse();
    house.outside.addDevice('acme/sbc2');
    house.apply(customer(), device(), device('sbc2'), site('zurich', { trunks: [trunk(), SECOND] }));
    house.apply(range('office', { prefixes: [PREFIX, OTHER] }));
    await house.run(20_000);
    expect([rules(house).length, rules(house, 'acme/sbc2').length]).toEqual([2, 2]);
    assign(house, '+41445550201');
    return house;
  }

  it('a confirmed trunk takes its own rules and no prefix that is pending with it', async () => {
    const house = await twoTrunks();
    house.edit('NumberRange', 'office', { prefixes: [PREFIX] });
    await house.run(30_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/second' });
    await house.run(1_200_000);
    expect(rules(house)).toHaveLength(2);
    expect(rules(house, 'acme/sbc2')).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('confirm-delete=office/patterns');
  });

  it('confirmed prefixes take nothing off a trunk that is pending with them', async () => {
    const house = await twoTrunks();
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    house.edit('NumberRange', 'office', { prefixes: [PREFIX] });
    await house.run(60_000);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office/patterns' });
    await house.run(60_000);
    expect(rules(house)).toEqual([`${OLD}=${FQDN}`]);
    expect(rules(house, 'acme/sbc2')).toHaveLength(2);
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toContain('confirm-delete=office/trunk/second');
  });

  it('a trunk whose device nothing leads to any more keeps its rules while no other has the number', async () => {
    const house = await twoTrunks();
    house.outside.tenants.get(TENANT)?.assignments.splice(0);
    for (const rule of house.outside.stateOf('sbc', SBC).values()) house.outside.drop('sbc', rule);
    house.edit('NumberRange', 'office', { changePolicy: 'Report' });
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(10_000);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(rules(house, 'acme/sbc2')).toHaveLength(2);
    house.edit('NumberRange', 'office', { changePolicy: 'Enforce' });
    await house.run(60_000);
    expect(rules(house)).toHaveLength(2);
    expect(rules(house, 'acme/sbc2')).toEqual([]);
  });
});
