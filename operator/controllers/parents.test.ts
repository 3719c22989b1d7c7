import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house } from '../../test/support/controllers/story.ts';
import type { Kind } from '../api/kinds.ts';

const OVER_BOTH = [trunk(), trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 })];

function rulesOn(built: ControllersHouse, key: string): number {
  return built.outside.stateOf('sbc', key).size;
}

/** A site over two SBCs whose second trunk is taken out, which nobody has confirmed yet: its rules still stand on sbc2. */
async function heldOnSecond(): Promise<ControllersHouse> {
  const built = await house();
  built.outside.addDevice('acme/sbc2');
  built.apply(
    customer(),
    device(),
    device('sbc2', { teams: { publicAddresses: ['203.0.113.20'] } }),
    site('zurich', { trunks: OVER_BOTH }),
    range(),
  );
  await built.run(20_000);
  built.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
  built.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
  await built.run(60_000);
  expect(rulesOn(built, 'acme/sbc2')).toBe(1);
  return built;
}

describe('an SBCDevice that no trunk leads to any more', () => {
  it('stays while rules of a range stand on it, and says whose', async () => {
    const built = await heldOnSecond();
    built.delete('SBCDevice', 'sbc2');
    await built.run(3_600_000);
    expect(built.ready('SBCDevice', 'sbc2')).toBe('False/ChildrenRemain');
    expect(built.message('SBCDevice', 'sbc2', 'Ready')).toContain('NumberRange office');
    expect(built.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/DeletionHeld');
  });

  it('goes by itself once the removal is confirmed and the rules are gone', async () => {
    const built = await heldOnSecond();
    built.delete('SBCDevice', 'sbc2');
    await built.run(60_000);
    built.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/second' });
    await built.run(60_000);
    expect(rulesOn(built, 'acme/sbc2')).toBe(0);
    expect(built.find('SBCDevice', 'sbc2')).toBeUndefined();
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('goes at once when nothing of anybody is left there', async () => {
    const built = await heldOnSecond();
    built.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/second' });
    await built.run(60_000);
    built.delete('SBCDevice', 'sbc2');
    await built.run(1_000);
    expect(built.find('SBCDevice', 'sbc2')).toBeUndefined();
  });
});

describe.each<[what: string, on: (built: ControllersHouse, kind: Kind, name: string) => void]>([
  ['deletionPolicy Orphan', (built, kind, name) => built.edit(kind, name, { deletionPolicy: 'Orphan' })],
  ['changePolicy Observe', (built, kind, name) => built.edit(kind, name, { changePolicy: 'Observe' })],
  ['force-remove', (built, kind, name) => built.annotate(kind, name, { 'trunkline.dev/force-remove': name })],
])('with %s', (_what, on) => {
  it('a site waits for its ranges all the same, and its SBCDevice and Customer for both', async () => {
    const built = await deployedHouse();
    const parents = [
      ['SiteLocation', 'zurich'],
      ['SBCDevice', 'sbc1'],
      ['Customer', 'contoso'],
    ] as const;
    for (const [kind, name] of parents) {
      on(built, kind, name);
      await built.run(5_000);
      built.delete(kind, name);
    }
    await built.run(60_000);
    for (const [kind, name] of parents) expect(built.ready(kind, name)).toBe('False/ChildrenRemain');
    expect(built.message('SiteLocation', 'zurich', 'Ready')).toContain('NumberRange office');
    built.delete('NumberRange', 'office');
    await built.run(60_000);
    for (const [kind, name] of parents) expect(built.find(kind, name)).toBeUndefined();
  });
});
