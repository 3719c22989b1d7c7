import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDefinitions } from '../../../crds/definitions.ts';
import { CARRIER, customer, device, range, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, house as newHouse } from '../../../test/support/controllers/story.ts';
import type { Customer, SiteLocation } from '../../api/kinds.ts';

const ESSENTIALS: Partial<Customer['spec']> = {
  services: [{ type: 'DirectRouting', licenseType: 'HostedEssentials', licensedUsers: 10 }],
  authentication: undefined as never,
};

/** An Essentials customer has no Microsoft part, and so no authentication. */
function essentialsCustomer(): Customer {
  const { spec, ...rest } = customer('contoso', ESSENTIALS);
  const { authentication: _none, ...kept } = spec;
  return { ...rest, spec: kept };
}

function withoutSiteName(name: string, spec: Partial<SiteLocation['spec']> = {}): SiteLocation {
  const { spec: full, ...rest } = site(name, spec);
  const { siteName: _none, ...kept } = full;
  return { ...rest, spec: kept };
}

describe('the name of a site in its tenant', () => {
  it("[S014] is derived from the customer's short name where the site has none of its own", async () => {
    const house = await newHouse();
    const tenant = house.outside.tenants.get(TENANT);
    tenant?.verifiedDomains.push(`contoso.${CARRIER}`);
    tenant?.voiceDomains?.push(`contoso.${CARRIER}`);
    house.apply(customer(), device(), withoutSiteName('zurich'));
    await house.run(10_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.get('SiteLocation', 'zurich').status).toMatchObject({ usageName: 'Unrestricted-contoso', siteName: 'contoso' });
    expect([...house.outside.stateOf('teams', TENANT).values()].map(({ name }) => name)).toEqual(Array(3).fill('Unrestricted-contoso'));
  });

  it('[S014] has the short name in front of it where another site of the tenant has the plain one', async () => {
    const house = await deployedHouse();
    house.apply(site('other', { siteName: 'zurich', trunks: [trunk('main', { label: 'basel' })] }));
    await house.run(10_000);
    expect(house.get('SiteLocation', 'zurich').status?.usageName).toBe('Unrestricted-zurich');
    expect(house.get('SiteLocation', 'other').status?.usageName).toBe('Unrestricted-contoso-zurich');
  });
});

describe('a site of an Essentials customer', () => {
  it('[S179] without a range says that no dial plan leads to it, with one it does not; Ready is unchanged', async () => {
    const house = await newHouse();
    house.apply(essentialsCustomer(), device(), site());
    await house.run(10_000);
    expect(house.condition('SiteLocation', 'zurich', 'Verified')).toBe('False/NoDialPlanPrefixes');
    expect(house.message('SiteLocation', 'zurich', 'Verified')).toContain('SiteLocation zurich');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    house.apply(range());
    await house.run(10_000);
    expect(house.condition('SiteLocation', 'zurich', 'Verified')).toBe('Unknown/NotManagedYet');
    house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    expect(house.condition('SiteLocation', 'zurich', 'Verified')).toBe('False/NoDialPlanPrefixes');
    expect(house.outside.teams.batches).toEqual([]);
  });

  it('[S179] of another licence does not say so: Microsoft leads calls to it', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site());
    await house.run(10_000);
    expect(house.condition('SiteLocation', 'zurich', 'Verified')).toBe('Unknown/NotManagedYet');
  });
});

describe('a device and its sites', () => {
  it('[S165] counts the sites of which a trunk leads to it, each once', async () => {
    const house = await deployedHouse();
    house.outside.addDevice('acme/sbc2');
    house.apply(device('sbc2'));
    house.apply(
      site('geneva', {
        trunks: [trunk(), trunk('second', { label: 'basel' }), trunk('third', { sbcRef: { name: 'sbc2' }, label: 'bern' })],
      }),
    );
    await house.run(10_000);
    expect(house.get('SBCDevice', 'sbc1').status?.sitesCount).toBe(2);
    expect(house.get('SBCDevice', 'sbc2').status?.sitesCount).toBe(1);
    house.delete('SiteLocation', 'geneva');
    await house.run(10_000);
    expect(house.get('SBCDevice', 'sbc1').status?.sitesCount).toBe(1);
    expect(house.get('SBCDevice', 'sbc2').status?.sitesCount).toBe(0);
  });

  it('[S168] the list of sites tells customer, configuration, gateway, device and both deployment states', async () => {
    const house = await deployedHouse();
    const definition = readDefinitions(join(import.meta.dirname, '../../../crds')).find(({ spec }) => spec.names.kind === 'SiteLocation');
    const columns = definition?.spec.versions[0]?.additionalPrinterColumns ?? [];
    const shown = Object.fromEntries(columns.map(({ name, jsonPath }) => [name, valueAt(jsonPath, house.get('SiteLocation', 'zurich'))]));
    expect(shown).toMatchObject({
      Customer: 'contoso',
      Configuration: 'SipTrunk',
      Gateway: FQDN,
      Device: 'sbc1',
      SBC: 'True',
      M365: 'True',
    });
  });
});

/** The little of JSONPath that printer columns use: members, an index, and a condition by its type. */
function valueAt(path: string, object: unknown): unknown {
  const steps = [...path.matchAll(/\.(\w+)|\[(\d+)\]|\[\?\(@\.type=="(\w+)"\)\]/g)];
  return steps.reduce<unknown>((at, [, member, index, type]) => {
    if (type !== undefined) return (at as { type: string }[] | undefined)?.find((one) => one.type === type);
    return (at as Record<string, unknown> | undefined)?.[member ?? index ?? ''];
  }, object);
}

describe('templates of the SBC part', () => {
  it('[S180] that this release does not carry out are listed, never ignored silently', async () => {
    const house = await deployedHouse();
    house.edit('SiteLocation', 'zurich', { sbc: { baseline: 'Assumed', template: 'our-own' } });
    await house.run(10_000);
    expect(house.condition('SiteLocation', 'zurich', 'SpecManaged')).toBe('False/NotManagedYet');
    expect(house.message('SiteLocation', 'zurich', 'SpecManaged')).toContain('spec.sbc.template');
  });
});

describe('before the customer is authenticated', () => {
  it('[S047] nothing is written to Microsoft, the site waits for it and goes on by itself', async () => {
    const house = await newHouse();
    house.putSecret('app', { secret: 'wrong' });
    house.apply(customer(), device(), site());
    await house.run(30 * 60_000);
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toMatch(/^False\//);
    expect(house.outside.writes).toEqual([]);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).not.toMatch(/^True/);
    house.putSecret('app', { secret: 'right' });
    await house.run(30 * 60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.outside.teams.batches).not.toEqual([]);
  });
});
