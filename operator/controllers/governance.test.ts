import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';

const EXTRA = ['+414455501[00-49]', '+41445550200'];
const PARENTS = [
  ['NumberRange', 'office'],
  ['SiteLocation', 'zurich'],
  ['Customer', 'contoso'],
  ['SBCDevice', 'sbc1'],
] as const;

function rules(house: ControllersHouse): number {
  return house.outside.stateOf('sbc', 'acme/sbc1').size;
}

describe('whose policy holds: the most restrictive of range, site, Customer and device', () => {
  it.each(PARENTS)('suspend on %s %s stops writing and is told; lifting it goes on', async (kind, name) => {
    const house = await deployedHouse();
    house.edit(kind, name, { suspend: true });
    await house.run();
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(10_000);
    expect(rules(house)).toBe(1);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/Suspended');
    expect(house.get('NumberRange', 'office').status?.observedGeneration).toBe(house.get('NumberRange', 'office').metadata.generation);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.edit(kind, name, { suspend: false });
    await house.run(10_000);
    expect(rules(house)).toBe(2);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it.each(PARENTS)('changePolicy Observe on %s %s stops writing', async (kind, name) => {
    const house = await deployedHouse();
    house.edit(kind, name, { changePolicy: 'Observe' });
    await house.run();
    house.edit('NumberRange', 'office', { changePolicy: kind === 'NumberRange' ? 'Observe' : 'Enforce', prefixes: EXTRA });
    await house.run(10_000);
    expect(rules(house)).toBe(1);
    expect(house.ready('NumberRange', 'office')).toBe('False/NotDeployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it.each(PARENTS)('changePolicy Approve on %s %s fails closed', async (kind, name) => {
    const house = await deployedHouse();
    house.edit(kind, name, { changePolicy: 'Approve' });
    await house.run();
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(10_000);
    expect(rules(house)).toBe(1);
    expect(house.ready('NumberRange', 'office')).toBe('False/NotManagedYet');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('Approve');
  });

  it('fields that restrict writing and are not managed fail closed and are named', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { changeWindows: [{ cron: '0 2 * * *', duration: '2h' }] });
    await house.run();
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(10_000);
    expect(rules(house)).toBe(1);
    expect(house.ready('NumberRange', 'office')).toBe('False/NotManagedYet');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('spec.changeWindows');
  });

  it.each([
    ['serviceState', { serviceState: 'Suspended' }],
    ['rollout', { rollout: { wave: 'late' } }],
    ['changePolicy', { changePolicy: 'Approve' }],
  ] as const)('a Customer whose %s is not managed is not Ready, and neither is what hangs on it', async (_field, spec) => {
    const house = await deployedHouse();
    house.edit('Customer', 'contoso', spec);
    await house.run(10_000);
    expect(house.ready('Customer', 'contoso')).toBe('False/NotManagedYet');
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/NotManagedYet');
    expect(house.ready('NumberRange', 'office')).toBe('False/NotManagedYet');
  });

  it('a paused namespace is observed and not written', async () => {
    const house = await deployedHouse();
    house.putNamespace('acme', { 'trunkline.dev/paused': 'true' });
    await house.run();
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(10_000);
    expect(rules(house)).toBe(1);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/Paused');
    house.putNamespace('acme');
    await house.run(10_000);
    expect(rules(house)).toBe(2);
  });

  it('an operator started with --actuation=Paused writes nothing outside and says so', async () => {
    const house = await newHouse({ settings: { actuation: 'Paused' } });
    house.apply(customer(), device(), site(), range());
    await house.run(30_000);
    expect(house.outside.writes).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/Paused');
    expect(house.kube.all('dnsendpoints')).toEqual([]);
  });

  it("the chart's default holds where no spec says anything", async () => {
    const house = await newHouse({ settings: { defaultChangePolicy: 'Observe' } });
    house.apply(customer(), device(), site(), range());
    await house.run(30_000);
    expect(house.outside.writes).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/NotDeployed');
    house.edit('SiteLocation', 'zurich', { changePolicy: 'Enforce' });
    await house.run(10_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('a locked device is not written, and Ready stays with what is deployed', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { locked: true });
    await house.run();
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(10_000);
    expect(rules(house)).toBe(1);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/Locked');
  });

  it.each([
    ['locked', { locked: true }, 'Locked'],
    ['suspended', { suspend: true }, 'Suspended'],
  ] as const)('a device that no trunk leads to any more and that is %s keeps its rules', async (_how, spec, reason) => {
    const house = await newHouse();
    house.outside.addDevice('acme/sbc2');
    const second = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva' });
    house.apply(customer(), device(), device('sbc2'), site('zurich', { trunks: [trunk(), second] }), range());
    await house.run(20_000);
    const left = (): number => house.outside.stateOf('sbc', 'acme/sbc2').size;
    expect(left()).toBe(1);
    house.edit('SBCDevice', 'sbc2', spec);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(30_000);
    expect(left()).toBe(1);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe(`True/${reason}`);
    house.delete('NumberRange', 'office');
    await house.run(30_000);
    expect(left()).toBe(1);
    expect(house.ready('NumberRange', 'office')).toBe(`False/${reason}`);
    house.edit('SBCDevice', 'sbc2', { locked: false, suspend: false });
    await house.run(30_000);
    expect(left()).toBe(0);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
  });

  it('a disabled Customer says so and nothing is written for it', async () => {
    const house = await deployedHouse();
    house.edit('Customer', 'contoso', { enabled: false });
    await house.run();
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(10_000);
    expect(house.ready('Customer', 'contoso')).toBe('False/Disabled');
    expect(rules(house)).toBe(1);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/Disabled');
  });
});
