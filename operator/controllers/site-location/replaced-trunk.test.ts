import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

const NEW = `new.${CARRIER}`;

/** Site zurich, of which 5 people have the policy. */
async function usedHouse(): Promise<ControllersHouse> {
  const house = await deployedHouse();
  tenantOf(house).grants = { 'unrestricted-zurich': 5 };
  return house;
}

function tenantOf(house: ControllersHouse) {
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant === undefined) throw new Error('no tenant');
  return tenant;
}

function gateways(house: ControllersHouse): unknown[] {
  return [...house.outside.stateOf('teams', TENANT).values()].flatMap(({ kind, fields }) =>
    kind === 'VoiceRoute' ? [fields['gateways']] : [],
  );
}

function published(house: ControllersHouse): string[] {
  const records = house.kube.all('dnsendpoints').map(({ spec }) => spec as { readonly endpoints: readonly { readonly dnsName: string }[] });
  return records.flatMap(({ endpoints }) => endpoints.map(({ dnsName }) => dnsName)).sort();
}

function trunkNames(house: ControllersHouse): unknown[] {
  return (house.get('SiteLocation', 'zurich').status?.trunks ?? []).map(({ name }) => name).sort();
}

function replaceTrunk(house: ControllersHouse, label: string): void {
  house.edit('SiteLocation', 'zurich', { trunks: [trunk('new', { label })] });
}

describe('a trunk in the place of another, which Microsoft does not know yet', () => {
  it('changes nothing of what the old one serves: its record, its route and the claim to its name stay', async () => {
    const house = await usedHouse();
    replaceTrunk(house, 'new');
    await house.run(60_000);
    expect(gateways(house)).toEqual([[FQDN]]);
    expect(published(house)).toEqual([NEW, FQDN]);
    expect(trunkNames(house)).toEqual(['main', 'new']);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DomainNotActivated');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('takes over when it is known, and the old one goes once that is confirmed: route first, then the record', async () => {
    const house = await usedHouse();
    replaceTrunk(house, 'new');
    await house.run(60_000);
    tenantOf(house).verifiedDomains = [FQDN, NEW];
    tenantOf(house).voiceDomains = [FQDN, NEW];
    await house.run(20 * 60_000);
    expect(gateways(house)).toEqual([[FQDN]]);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect(published(house)).toEqual([NEW, FQDN]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/main' });
    await house.run(60_000);
    expect(gateways(house)).toEqual([[NEW]]);
    expect(published(house)).toEqual([NEW]);
    expect(trunkNames(house)).toEqual(['new']);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('is the same where the app may not read users: nobody knows whether the new name is active', async () => {
    const house = await usedHouse();
    tenantOf(house).voiceDomains = undefined;
    await house.run(15 * 60_000);
    replaceTrunk(house, 'geneva');
    await house.run(60_000);
    expect(gateways(house)).toEqual([[FQDN]]);
    expect(published(house)).toEqual([`geneva.${CARRIER}`, FQDN]);
    expect(trunkNames(house)).toEqual(['main', 'new']);
  });

  it('leaves no trace when the edit is taken back', async () => {
    const house = await usedHouse();
    replaceTrunk(house, 'new');
    await house.run(60_000);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(gateways(house)).toEqual([[FQDN]]);
    expect(published(house)).toEqual([FQDN]);
    expect(trunkNames(house)).toEqual(['main']);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });
});
