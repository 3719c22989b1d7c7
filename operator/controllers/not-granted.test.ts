import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { house as newHouse } from '../../test/support/controllers/story.ts';
import type { Customer } from '../api/kinds.ts';

const OTHER_TENANT = '22222222-0000-0000-0000-000000000002';
const NUMBER = '+414455501[00-49]';
/** Older than everything else: between claims that nobody has been granted, age decides. */
const THERE = { namespace: 'evil', creationTimestamp: '2026-01-01T00:00:00Z' };
const FOREIGN = trunk('main', { sbcRef: { name: 'sbc1', namespace: 'acme' } });

/** A Customer that needs no tenant and no credential to be accepted. */
function essentials(): Customer {
  const services = [{ type: 'DirectRouting', licenseType: 'HostedEssentials', licensedUsers: 10 }] as const;
  const made = customer('evil', { services: [...services] }, THERE);
  const { tenantId: _tenant, authentication: _sign, ...spec } = made.spec;
  return { ...made, spec };
}

function evilSite(trunks = [FOREIGN], spec: Partial<Parameters<typeof site>[1]> = {}) {
  return site('evil', { customerRef: { name: 'evil' }, trunks, ...spec }, THERE);
}

function squat(prefixes: string[]) {
  return range('squat', { customerRef: { name: 'evil' }, siteRef: { name: 'evil' }, prefixes }, THERE);
}

/** Namespace `acme` with a device that it shares with nobody, and a namespace `evil` beside it. */
async function neighbours(): Promise<ControllersHouse> {
  const house = await newHouse();
  house.putNamespace('evil');
  house.apply(device(), customer(), site());
  await house.run(20_000);
  return house;
}

/** As neighbours, and `evil` has a device of its own, on which it has the number. */
async function neighbourWithDevice(): Promise<ControllersHouse> {
  const house = await neighbours();
  house.outside.addDevice('evil/own');
  house.putSecret('sbc', { username: 'Admin', password: 'right' }, 'evil');
  house.apply(range(), device('own', {}, THERE), essentials());
  house.apply(evilSite([trunk('main', { sbcRef: { name: 'own' } })]), squat([NUMBER]));
  await house.run(20_000);
  return house;
}

function rules(house: ControllersHouse, key = 'acme/sbc1'): string[] {
  return [...house.outside.stateOf('sbc', key).values()].map(({ name, fields }) => `${name} ${String(fields['tag'])}`);
}

describe('a namespace that an SBC does not grant (design §2 Tenancy)', () => {
  it('claims no number there, however old its objects are', async () => {
    const house = await neighbours();
    house.apply(essentials(), evilSite(), squat([NUMBER]));
    await house.run(60_000);
    expect(house.condition('NumberRange', 'squat', 'Accepted', 'evil')).toBe('False/SiteLocationNotReady');
    expect(house.message('NumberRange', 'squat', 'Accepted', 'evil')).toContain('does not grant namespace evil');
    house.apply(range());
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'squat', 'evil').status?.held ?? []).toEqual([]);
  });

  it('claims no name there', async () => {
    const house = await newHouse();
    house.putNamespace('evil');
    house.outside.addTenant(OTHER_TENANT);
    house.putSecret('app', { secret: 'right' }, 'evil');
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant !== undefined) tenant.verifiedDomains = [];
    house.apply(device(), customer(), customer('evil', { tenantId: OTHER_TENANT }, THERE), evilSite([FOREIGN], { siteName: 'zurich' }));
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'evil', 'Accepted', 'evil')).toBe('False/NamespaceNotGranted');
    house.apply(site());
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'zurich', 'Accepted')).toBe('True/Accepted');
  });

  it('takes nothing from a running customer by what it has elsewhere', async () => {
    const house = await neighbourWithDevice();
    expect(house.ready('NumberRange', 'squat', 'evil')).toBe('True/Deployed');
    const own = trunk('main', { sbcRef: { name: 'own' } });
    house.edit('SiteLocation', 'evil', { trunks: [own, { ...FOREIGN, name: 'other', label: 'x' }] }, 'evil');
    house.wipeStatus('NumberRange', 'office');
    await house.run(20 * 60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(rules(house)).toEqual([`TeamsTenants/${NUMBER} zurich.${CARRIER}`]);
    // What it has on its own device stays its own.
    expect(rules(house, 'evil/own')).toEqual([`TeamsTenants/${NUMBER} evil.${CARRIER}`]);
    expect(house.condition('NumberRange', 'squat', 'SBCDeployed', 'evil')).toBe('True/Deployed');
  });

  it('sees nothing of what others have there, and costs the SBC no look', async () => {
    const house = await neighbours();
    house.apply(range('office', { prefixes: [NUMBER, '+41445552000'] }));
    const fields = { tag: `secretcustomer.${CARRIER}`, ruleName: 'x' };
    house.outside.put('sbc', { system: 'sbc', target: 'acme/sbc1', kind: 'DialPlanRule', name: 'TeamsTenants/+41449990000', fields });
    await house.run(20_000);
    const reads = house.outside.sbc.readTimes.length;
    house.apply(essentials(), evilSite(), squat(['+41', '+41449990000']));
    await house.run(60_000);
    expect(JSON.stringify(house.get('NumberRange', 'squat', 'evil').status)).not.toMatch(/secretcustomer|44555|office/);
    expect(house.outside.sbc.readTimes.length).toBe(reads);
  });

  it('does not hold the deletion of the SBCDevice', async () => {
    const house = await newHouse();
    house.putNamespace('evil');
    house.apply(device(), essentials(), evilSite(), squat([NUMBER]));
    await house.run(20_000);
    expect(house.get('SBCDevice', 'sbc1').status?.sitesCount).toBe(0);
    house.delete('SBCDevice', 'sbc1');
    await house.run(20_000);
    expect(house.find('SBCDevice', 'sbc1')).toBeUndefined();
  });

  it('is served as soon as it is granted', async () => {
    const house = await neighbours();
    house.apply(essentials(), evilSite(), squat(['+41445552000']));
    await house.run(20_000);
    house.edit('SBCDevice', 'sbc1', { allowedNamespaces: { from: 'All' } });
    await house.run(60_000);
    expect(house.ready('NumberRange', 'squat', 'evil')).toBe('True/Deployed');
    expect(rules(house)).toEqual([`TeamsTenants/+41445552000 evil.${CARRIER}`]);
  });
});

describe('a namespace that was granted and is not any more', () => {
  async function withdrawn(): Promise<ControllersHouse> {
    const house = await neighbours();
    house.edit('SBCDevice', 'sbc1', { allowedNamespaces: { from: 'All' } });
    house.apply(essentials(), evilSite(), squat([NUMBER]));
    await house.run(20_000);
    house.edit('SBCDevice', 'sbc1', { allowedNamespaces: { from: 'Same' } });
    await house.run(20_000);
    return house;
  }

  it('keeps what it has, and writes nothing more', async () => {
    const house = await withdrawn();
    house.apply(range());
    house.edit('NumberRange', 'squat', { prefixes: [NUMBER, '+41445552000'] }, 'evil');
    await house.run(20 * 60_000);
    expect(house.condition('SiteLocation', 'evil', 'Accepted', 'evil')).toBe('False/NamespaceNotGranted');
    expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/PatternHeld');
    expect(rules(house)).toEqual([`TeamsTenants/${NUMBER} evil.${CARRIER}`]);
  });

  it('is cleaned up after when its objects are deleted', async () => {
    const house = await withdrawn();
    house.delete('NumberRange', 'squat', 'evil');
    house.delete('SiteLocation', 'evil', 'evil');
    house.annotate('NumberRange', 'squat', { 'trunkline.dev/confirm-delete': 'squat' }, 'evil');
    await house.run(60_000);
    expect(house.find('SiteLocation', 'evil', 'evil')).toBeUndefined();
    expect(rules(house)).toEqual([]);
  });
});
