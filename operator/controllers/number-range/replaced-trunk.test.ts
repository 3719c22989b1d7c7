import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

const NEW = `new.${CARRIER}`;

function tags(house: ControllersHouse): unknown[] {
  return [...house.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ fields }) => fields['tag']);
}

/** A user with a name in the domain of the new trunk becomes voice-enabled; the tenant is looked at again in its time. */
async function activate(house: ControllersHouse, name: string): Promise<void> {
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant === undefined) throw new Error('no tenant');
  tenant.verifiedDomains = [...(tenant.verifiedDomains ?? []), name];
  tenant.voiceDomains = [...(tenant.voiceDomains ?? []), name];
  await house.run(20 * 60_000);
}

describe('the rules of an SBC, when a trunk comes that Microsoft does not know yet', () => {
  it.each([
    { how: 'beside the one that stands, to be tried first', trunks: [trunk('main', { priority: 2 }), trunk('new', { label: 'new' })] },
    { how: 'in the place of the one that stands', trunks: [trunk('new', { label: 'new' })] },
  ])('$how, keep their tag until its domain is active', async ({ trunks }) => {
    const house = await deployedHouse();
    house.edit('SiteLocation', 'zurich', { trunks });
    await house.run(60_000);
    expect(tags(house)).toEqual([FQDN]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await activate(house, NEW);
    expect(tags(house)).toEqual([NEW]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('keep it too when the operator has lost what it knew of the range', async () => {
    const house = await deployedHouse();
    house.apply(site('zurich', { trunks: [trunk('main', { priority: 2 }), trunk('new', { label: 'new' })] }));
    await house.run(60_000);
    house.wipeStatus('NumberRange', 'office');
    await house.run(60_000);
    expect(tags(house)).toEqual([FQDN]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('change over to a trunk that is known at once, and to an Active one from one that drains', async () => {
    const house = await deployedHouse();
    const second = trunk('second', { label: 'geneva', priority: 2 });
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), second] });
    await house.run(60_000);
    expect(tags(house)).toEqual([FQDN]);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk('main', { state: 'Draining' }), second] });
    await house.run(60_000);
    expect(tags(house)).toEqual([`geneva.${CARRIER}`]);
  });
});
