import { describe, expect, it } from 'vitest';
import { customer, device, range, site, trunk } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

describe('a site whose part on the SBC is not managed by this release', () => {
  it.each([
    ['sbc.pattern OwnIpGroup', { sbc: { pattern: 'OwnIpGroup' } }],
    [
      'gateway.model Registered',
      {
        gateway: { model: 'Registered' },
        sbc: { pattern: 'OwnIpGroup' },
        trunks: [{ name: 'main', sbcRef: { name: 'sbc1' }, fqdn: FQDN }],
      },
    ],
  ] as const)('%s: nothing is written outside for it or its ranges, and it says why', async (_what, spec) => {
    const house = await newHouse();
    house.apply(customer(), device(), site('zurich', spec as Parameters<typeof site>[1]), range());
    await house.run(60_000);
    expect(house.outside.writes).toEqual([]);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/NotManagedYet');
    expect(house.condition('SiteLocation', 'zurich', 'SBCDeployed')).toBe('False/NotManagedYet');
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/NotManagedYet');
    expect(house.message('SiteLocation', 'zurich', 'Ready')).toContain('spec.sbc.pattern');
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/SiteLocationNotReady');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('goes on once the pattern is one that is managed', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site('zurich', { sbc: { pattern: 'OwnIpGroup', baseline: 'Assumed' } }));
    await house.run(20_000);
    house.edit('SiteLocation', 'zurich', { sbc: { baseline: 'Assumed' } });
    await house.run(10_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('what stood before stays as it is, is not added to, and is still cleaned up', async () => {
    const house = await deployedHouse();
    const before = house.outside.picture();
    house.edit('SiteLocation', 'zurich', { sbc: { pattern: 'OwnIpGroup' }, trunks: [trunk(), trunk('more', { label: 'basel' })] });
    await house.run(20_000);
    expect(house.outside.picture()).toEqual(before);
    house.delete('NumberRange', 'office');
    house.delete('SiteLocation', 'zurich');
    await house.run(30_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(house.outside.picture()).toEqual([]);
  });
});
