import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT } from '../../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import type { Customer } from '../../api/kinds.ts';
import type { OutsideObject } from '../../domain/change/object.ts';

const NAME = 'Unrestricted-zurich';
const PLACE = { system: 'teams-admin', target: TENANT, name: NAME } as const;
const USAGE: OutsideObject = { ...PLACE, kind: 'PstnUsage', fields: {} };
const ROUTE: OutsideObject = {
  ...PLACE,
  kind: 'VoiceRoute',
  fields: { numberPattern: '^99', gateways: ['zurich.voice.example.net'], usages: [NAME], priority: 0 },
};
const POLICY: OutsideObject = { ...PLACE, kind: 'VoiceRoutingPolicy', fields: { usages: [NAME] } };

/** Site zurich over what the customer's own administrators had made under its names before. */
async function adoptingHouse(...found: readonly OutsideObject[]): Promise<ControllersHouse> {
  const house = await newHouse();
  for (const object of found) house.outside.put('teams', object);
  house.apply(customer(), device(), site('zurich', {}, { annotations: { 'trunkline.dev/adopt': 'true' } }), range());
  await house.run(20_000);
  expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  return house;
}

function grant(house: ControllersHouse, users: number): void {
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant === undefined) throw new Error('no tenant');
  tenant.grants = { [NAME.toLowerCase()]: users };
}

async function withoutRanges(house: ControllersHouse): Promise<void> {
  house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
  house.delete('NumberRange', 'office');
  await house.run(30_000);
}

const kinds = (house: ControllersHouse): string[] => [...house.outside.stateOf('teams', TENANT).values()].map(({ kind }) => kind).sort();
const records = (house: ControllersHouse): number => house.kube.all('dnsendpoints').length;

describe('the address records of a site that adopted its routing, which people use', () => {
  it('stay when the site is deleted, until that is confirmed', async () => {
    const house = await adoptingHouse(USAGE, ROUTE, POLICY);
    grant(house, 50);
    await withoutRanges(house);
    house.delete('SiteLocation', 'zurich');
    await house.run(120_000);
    expect(records(house)).toBe(1);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    expect(house.message('SiteLocation', 'zurich', 'Ready')).toMatch(/DNSEndpoint trunkline-zurich .* 50 users .*confirm-delete=zurich /);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich' });
    await house.run(30_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(records(house)).toBe(0);
    expect(kinds(house)).toEqual(['PstnUsage', 'VoiceRoute', 'VoiceRoutingPolicy']);
  });

  it('go with the site where nobody has the policy', async () => {
    const house = await adoptingHouse(USAGE, ROUTE, POLICY);
    await withoutRanges(house);
    house.delete('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(records(house)).toBe(0);
  });

  it.each(['before', 'after'])('stay under deploy: false until that is confirmed, granted %s it', async (when) => {
    const house = await adoptingHouse(USAGE, ROUTE, POLICY);
    // The rules of the range stay for now, and with them what the site has.
    house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550107', holder: 'anna', type: 'DirectRouting' });
    if (when === 'before') grant(house, 50);
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(30_000);
    grant(house, 50);
    await house.run(1_000_000);
    await withoutRanges(house);
    await house.run(1_000_000);
    expect(records(house)).toBe(1);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/undeploy' });
    await house.run(60_000);
    expect(records(house)).toBe(0);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).not.toContain('DeletionHeld');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('are held, not only unwritten, when the Customer asks for Essentials', async () => {
    const house = await adoptingHouse(USAGE, ROUTE, POLICY);
    grant(house, 50);
    const services: Customer['spec']['services'] = [{ type: 'DirectRouting', licenseType: 'HostedEssentials', licensedUsers: 10 }];
    house.edit('Customer', 'contoso', { services, authentication: undefined });
    await house.run(120_000);
    expect(records(house)).toBe(1);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toMatch(/DNSEndpoint trunkline-zurich .* 50 users .*zurich\/routing/);
  });
});

describe('a usage that the site made for a route that it adopted', () => {
  const before: OutsideObject = { ...ROUTE, fields: { ...ROUTE.fields, usages: ['International'] } };
  const others: OutsideObject = { ...USAGE, name: 'International' };

  it('stays with the route when the site is deleted', async () => {
    const house = await adoptingHouse(others, before);
    await withoutRanges(house);
    house.delete('SiteLocation', 'zurich');
    await house.run(120_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(kinds(house)).toEqual(['PstnUsage', 'PstnUsage', 'VoiceRoute']);
  });

  it('goes with the route under deletionPolicy Cleanup', async () => {
    const house = await adoptingHouse(others, before);
    house.edit('SiteLocation', 'zurich', { deletionPolicy: 'Cleanup' });
    await withoutRanges(house);
    house.delete('SiteLocation', 'zurich');
    await house.run(120_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect([...house.outside.stateOf('teams', TENANT).values()]).toEqual([others]);
  });

  it('stays with the route under deploy: false, and nothing is tried again and again', async () => {
    const house = await adoptingHouse(others, before);
    await withoutRanges(house);
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(120_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/Undeployed');
    expect(kinds(house)).toEqual(['PstnUsage', 'PstnUsage', 'VoiceRoute']);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });
});
