import { describe, expect, it } from 'vitest';
import { customer, device, range, site, TENANT } from '../../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

const OC_PRO = [{ type: 'OperatorConnect' as const, licenseType: 'OCPro' as const, licensedUsers: 10 }];

describe('a site of Operator Connect', () => {
  it.each([
    'OCPro',
    'OCEssentialsPlus',
    'OCEssentials',
  ] as const)('with %s gets nothing of Direct Routing: its rules lead to the tenant by its id', async (licenseType) => {
    const house = await newHouse();
    house.apply(customer('contoso', { services: [{ ...OC_PRO[0], type: 'OperatorConnect', licenseType }] }), device());
    house.apply(site('zurich', { service: 'OperatorConnect' }), range());
    await house.run(30_000);
    expect([...house.outside.stateOf('teams', TENANT).values()]).toEqual([]);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
    const rules = [...house.outside.stateOf('sbc', 'acme/sbc1').values()];
    expect(rules.map(({ name, fields }) => [name, fields['tag']])).toEqual([['OCDialPlan/+414455501[00-49]', TENANT]]);
    for (const type of ['DomainVerified', 'DomainActivated', 'M365Deployed'])
      expect(house.condition('SiteLocation', 'zurich', type)).toBe('Unknown/NotApplicable');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.message('SiteLocation', 'zurich', 'Ready')).toBe('The site is deployed on its SBCs');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('SiteLocation', 'zurich').status?.dns?.required).toEqual([]);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('says why there is no routing', async () => {
    const house = await newHouse();
    house.apply(customer('contoso', { services: OC_PRO }), device(), site('zurich', { service: 'OperatorConnect' }));
    await house.run(30_000);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toBe(
      'Operator Connect leads calls without domains, routes and policies of the site',
    );
  });

  it('is not made of a service that is not managed', async () => {
    const house = await newHouse();
    house.apply(customer('contoso', { services: [...OC_PRO, { type: 'DeviceManager' }] }), device());
    house.apply(site('zurich', { service: 'DeviceManager' }));
    await house.run(30_000);
    expect(house.condition('SiteLocation', 'zurich', 'Accepted')).toBe('False/ServiceTypeNotManaged');
    expect(house.outside.writes).toEqual([]);
  });
});
