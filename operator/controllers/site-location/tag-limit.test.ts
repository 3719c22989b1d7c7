import { describe, expect, it } from 'vitest';
import { customer, device, range, site } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, house as newHouse } from '../../../test/support/controllers/story.ts';

describe('the longest tag that the SBC of a trunk takes', () => {
  it.each([
    { limit: FQDN.length, accepted: 'True/Accepted' },
    { limit: FQDN.length - 1, accepted: 'False/TagTooLong' },
  ])('of $limit characters: the site is $accepted', async ({ limit, accepted }) => {
    const house = await newHouse();
    house.apply(customer(), device('sbc1', { limits: { tagLength: limit } }), site());
    await house.run(30_000);
    expect(house.condition('SiteLocation', 'zurich', 'Accepted')).toBe(accepted);
    if (accepted.startsWith('True')) return;
    expect(house.message('SiteLocation', 'zurich', 'Accepted')).toBe(
      `spec.trunks[main].label: ${FQDN} has ${FQDN.length} characters, SBCDevice acme/sbc1 takes tags of ${limit}; set a shorter label`,
    );
    expect(house.outside.writes).toEqual([]);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
  });

  it('is nothing to a site of Operator Connect, whose tag is the tenant', async () => {
    const house = await newHouse();
    const services = [{ type: 'OperatorConnect' as const, licenseType: 'OCPro' as const, licensedUsers: 10 }];
    house.apply(
      customer('contoso', { services }),
      device('sbc1', { limits: { tagLength: 10 } }),
      site('zurich', { service: 'OperatorConnect' }),
    );
    await house.run(30_000);
    expect(house.condition('SiteLocation', 'zurich', 'Accepted')).toBe('True/Accepted');
  });

  it('set below a name in use, stops new ranges and nothing that stands', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { limits: { tagLength: FQDN.length - 1 } });
    house.apply(range('second', { prefixes: ['+4144555020[0-9]'] }));
    await house.run(30_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.condition('NumberRange', 'second', 'Accepted')).toBe('False/TagTooLong');
    expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(1);
  });
});
