import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse } from '../../test/support/controllers/story.ts';
import { FINALIZER } from '../api/group.ts';
import { KINDS } from '../api/kinds.ts';
import type { KubeObject } from '../api/meta.ts';

type Made = 'NumberRange' | 'SiteLocation';
const RULE = 'TeamsTenants/+414455501[00-49]';

function rules(house: ControllersHouse): string[] {
  return [...house.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ name }) => name);
}

function isProtected(house: ControllersHouse, kind: Made, name: string): boolean {
  return house.get(kind, name).metadata.finalizers?.includes(FINALIZER) === true;
}

function outsideWrites(house: ControllersHouse): number {
  return house.outside.writes.length + house.kube.writes.filter((write) => write.includes('dnsendpoints')).length;
}

/** What a cluster looks like after everything was applied anew from Git: no status, no finalizers, and all of it still stands outside. */
async function restored(house: ControllersHouse, spec: Partial<ReturnType<typeof range>['spec']> = {}): Promise<number> {
  await house.stop();
  for (const { plural } of Object.values(KINDS))
    for (const object of house.kube.all(plural)) {
      const { status: _status, ...rest } = object;
      const { finalizers: _finalizers, ...metadata } = rest.metadata;
      house.kube.put(plural, { ...rest, metadata } as KubeObject);
    }
  house.edit('NumberRange', 'office', spec);
  const writes = outsideWrites(house);
  await house.start();
  await house.run(60_000);
  return writes;
}

/** Range and site are applied anew after their deletion with Orphan, so that no write was needed. */
async function appliedAnew(house: ControllersHouse): Promise<void> {
  for (const [kind, name] of [
    ['NumberRange', 'office'],
    ['SiteLocation', 'zurich'],
  ] as const) {
    house.edit(kind, name, { deletionPolicy: 'Orphan' });
    await house.run(10_000);
    house.delete(kind, name);
    await house.run(10_000);
    expect(house.find(kind, name)).toBeUndefined();
  }
  house.apply(site(), range());
  await house.run(60_000);
}

describe('what is taken back without a write', () => {
  it('is protected from then on, and nothing was written outside for it', async () => {
    const house = await deployedHouse();
    const writes = await restored(house);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect([isProtected(house, 'NumberRange', 'office'), isProtected(house, 'SiteLocation', 'zurich')]).toEqual([true, true]);
    expect(outsideWrites(house)).toBe(writes);
  });

  it('asks before an assigned number falls silent, and goes once that is confirmed', async () => {
    const house = await deployedHouse();
    await appliedAnew(house);
    house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
    house.delete('NumberRange', 'office');
    house.delete('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/DeletionHeld');
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/ChildrenRemain');
    expect(rules(house)).toEqual([RULE]);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    await house.run(60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(house.outside.picture()).toEqual([]);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
  });

  it('asks before users lose the policy of a site that has no ranges', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site('zurich', { deletionPolicy: 'Orphan' }));
    await house.run(20_000);
    house.delete('SiteLocation', 'zurich');
    await house.run(10_000);
    house.apply(site());
    await house.run(60_000);
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant !== undefined) tenant.grants = { 'unrestricted-zurich': 5 };
    const standing = house.outside.picture();
    house.delete('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    expect(house.outside.picture()).toEqual(standing);
    expect(house.kube.all('dnsendpoints')).toHaveLength(1);
  });

  it('is protected also while nothing may be written outside', async () => {
    const house = await deployedHouse();
    await restored(house, { suspend: true });
    expect(isProtected(house, 'NumberRange', 'office')).toBe(true);
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/Suspended');
    expect(rules(house)).toEqual([RULE]);
  });

  it('is protected also while its place cannot be seen, by what status says', async () => {
    const house = await deployedHouse();
    await house.stop();
    const { finalizers: _finalizers, ...metadata } = house.get('NumberRange', 'office').metadata;
    house.kube.put('numberranges', { ...house.get('NumberRange', 'office'), metadata } as KubeObject);
    house.outside.devices.delete('acme/sbc1');
    await house.start();
    await house.run(10_000);
    expect(isProtected(house, 'NumberRange', 'office')).toBe(true);
  });

  it('is let go where nothing is ever written, and protected as soon as something may be', async () => {
    const house = await deployedHouse();
    await restored(house, { changePolicy: 'Observe' });
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(isProtected(house, 'NumberRange', 'office')).toBe(false);
    house.edit('NumberRange', 'office', { changePolicy: 'Report' });
    await house.run(10_000);
    expect(isProtected(house, 'NumberRange', 'office')).toBe(true);
  });
});
