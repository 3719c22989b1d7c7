import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import type { OutsideObject } from '../domain/change/object.ts';
import { voiceTarget } from './targets.ts';

const DEVICE = 'acme/sbc1';
const POLL_MS = 17 * 60_000;
const TENANT_POLL_MS = 11 * 60_000;

function prefixes(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `+4144555${String(from + n).padStart(4, '0')}`);
}

function rules(house: ControllersHouse): OutsideObject[] {
  return [...house.outside.stateOf('sbc', DEVICE).values()];
}

/** Somebody, or a device that came back with an old configuration, has fewer rules than before. */
function lose(house: ControllersHouse, count: number): OutsideObject[] {
  const lost = rules(house).slice(0, count);
  for (const rule of lost) house.outside.drop('sbc', rule);
  return lost;
}

function hashIn(message: string): string {
  return /trunkline\.dev\/approve=(\w+)/.exec(message)?.[1] ?? '';
}

async function deviceHouse(...sizes: readonly number[]): Promise<ControllersHouse> {
  const house = await newHouse();
  house.apply(customer(), device(), site());
  house.apply(...sizes.map((size, index) => range(`r${index}`, { prefixes: prefixes(size, index * 100) })));
  await house.run(20_000);
  expect(rules(house)).toHaveLength(sizes.reduce((sum, size) => sum + size, 0));
  return house;
}

describe('a device that suddenly shows much less of ours (telephony 6.4)', () => {
  it('is not written to, is read again each minute, and Ready stays', async () => {
    const house = await deviceHouse(15, 15);
    const before = house.outside.writes.length;
    lose(house, 7);
    await house.run(POLL_MS);
    expect(house.outside.writes.length).toBe(before);
    for (const name of ['r0', 'r1']) {
      expect(house.ready('NumberRange', name)).toBe('True/Deployed');
      expect(house.condition('NumberRange', name, 'Reconciling')).toBe('True/ObservationSuspect');
      expect(house.message('NumberRange', name, 'Reconciling')).toContain('lacks 7 of 30 objects of kind DialPlanRule');
    }
    const reads = house.outside.sbc.readTimes.length;
    await house.run(10 * 60_000);
    const more = house.outside.sbc.readTimes.length - reads;
    expect(more).toBeGreaterThanOrEqual(9);
    expect(more).toBeLessThanOrEqual(13);
    expect(house.outside.writes.length).toBe(before);
  });

  it('is repaired in full once its SBCDevice carries the hash that the message shows, and not with another hash', async () => {
    const house = await deviceHouse(15, 15);
    lose(house, 20);
    await house.run(POLL_MS);
    const hash = hashIn(house.message('NumberRange', 'r0', 'Reconciling'));
    house.annotate('SBCDevice', 'sbc1', { 'trunkline.dev/approve': `${hash.slice(1)}0` });
    await house.run(150_000);
    expect(rules(house)).toHaveLength(10);
    house.annotate('SBCDevice', 'sbc1', { 'trunkline.dev/approve': hash });
    await house.run(150_000);
    expect(rules(house)).toHaveLength(30);
    expect(house.condition('NumberRange', 'r1', 'Reconciling')).toBe('');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('an approval is for what was missing then: more that goes missing is suspect again', async () => {
    const house = await deviceHouse(30);
    house.edit('SBCDevice', 'sbc1', { locked: true });
    lose(house, 10);
    await house.run(POLL_MS);
    const hash = hashIn(house.message('NumberRange', 'r0', 'Reconciling'));
    house.annotate('SBCDevice', 'sbc1', { 'trunkline.dev/approve': hash });
    await house.run(150_000);
    expect(house.condition('NumberRange', 'r0', 'Reconciling')).toBe('True/Locked');
    lose(house, 5);
    await house.run(POLL_MS);
    house.edit('SBCDevice', 'sbc1', { locked: false });
    await house.run(150_000);
    expect(house.condition('NumberRange', 'r0', 'Reconciling')).toBe('True/ObservationSuspect');
    expect(rules(house)).toHaveLength(15);
  });

  it('goes on by itself when the rules are back', async () => {
    const house = await deviceHouse(30);
    const lost = lose(house, 10);
    await house.run(POLL_MS);
    expect(house.condition('NumberRange', 'r0', 'Reconciling')).toBe('True/ObservationSuspect');
    for (const rule of lost.slice(0, 8)) house.outside.put('sbc', rule);
    await house.run(150_000);
    expect(rules(house)).toHaveLength(30);
    expect(house.condition('NumberRange', 'r0', 'Reconciling')).toBe('');
  });

  it('neither ends the removal of a range nor has rules removed', async () => {
    const house = await deviceHouse(30);
    const lost = lose(house, 30);
    house.annotate('NumberRange', 'r0', { 'trunkline.dev/confirm-delete': 'r0', 'trunkline.dev/reconcile-at': '1' });
    house.delete('NumberRange', 'r0');
    await house.run(POLL_MS);
    expect(house.ready('NumberRange', 'r0')).toBe('False/ObservationSuspect');
    for (const rule of lost) house.outside.put('sbc', rule);
    await house.run(150_000);
    expect(house.find('NumberRange', 'r0')).toBeUndefined();
    expect(rules(house)).toEqual([]);
  });

  it('does not release a prefix that was taken out of the spec meanwhile', async () => {
    const house = await deviceHouse(30);
    const lost = lose(house, 30);
    await house.run(POLL_MS);
    house.edit('NumberRange', 'r0', { prefixes: prefixes(29, 1) });
    await house.run(POLL_MS);
    expect(house.get('NumberRange', 'r0').status?.held).toContain('+41445550000');
    for (const rule of lost) house.outside.put('sbc', rule);
    await house.run(150_000);
    expect(rules(house).map(({ name }) => name)).not.toContain('TeamsTenants/+41445550000');
    expect(house.get('NumberRange', 'r0').status?.held).toHaveLength(29);
  });

  it('grants nothing from a configuration that was read incompletely', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site());
    await house.run(10_000);
    const facts = house.outside.devices.get(DEVICE);
    if (facts === undefined) throw new Error('no device');
    facts.gaps = ['the ini has no end'];
    await house.run(POLL_MS);
    house.apply(range());
    await house.run(150_000);
    expect(house.get('NumberRange', 'office').status?.held ?? []).toEqual([]);
    expect(rules(house)).toEqual([]);
    facts.gaps = [];
    await house.run(POLL_MS);
    expect(rules(house)).toHaveLength(1);
  });

  it('is not made suspect by removals of our own', async () => {
    const house = await deviceHouse(40, 10);
    house.annotate('NumberRange', 'r0', { 'trunkline.dev/confirm-delete': 'r0' });
    house.delete('NumberRange', 'r0');
    await house.run(60_000);
    expect(house.find('NumberRange', 'r0')).toBeUndefined();
    expect(rules(house)).toHaveLength(10);
    house.edit('NumberRange', 'r1', { prefixes: prefixes(11, 100) });
    await house.run(10_000);
    expect(rules(house)).toHaveLength(11);
    expect(house.ready('NumberRange', 'r1')).toBe('True/Deployed');
  });
});

const SITES = 20;

/** Twenty sites of one customer: twenty usages, routes and policies in one tenant, and twenty DNSEndpoints. */
async function tenantHouse(): Promise<ControllersHouse> {
  const house = await newHouse();
  const names = Array.from({ length: SITES }, (_, n) => `site${n}`);
  const domains = names.map((name) => `${name}.${CARRIER}`);
  house.outside.addTenant(TENANT, { verifiedDomains: domains, voiceDomains: domains });
  house.apply(customer(), device(), ...names.map((name) => site(name)));
  await house.run(60_000);
  for (const name of names) expect(house.ready('SiteLocation', name)).toBe('True/Deployed');
  return house;
}

function objectsOf(house: ControllersHouse, kind: string): OutsideObject[] {
  return [...house.outside.stateOf('teams', TENANT).values()].filter((object) => object.kind === kind);
}

describe('a tenant that suddenly shows much less of ours', () => {
  it('is not written to until its Customer carries the hash, and then repaired in full', async () => {
    const house = await tenantHouse();
    const before = house.outside.writes.length;
    for (const route of objectsOf(house, 'VoiceRoute').slice(0, 12)) house.outside.drop('teams', route);
    await house.run(TENANT_POLL_MS);
    await house.run(5 * 60_000);
    expect(house.outside.writes.length).toBe(before);
    expect(house.ready('SiteLocation', 'site0')).toBe('True/Deployed');
    expect(house.condition('SiteLocation', 'site0', 'Reconciling')).toBe('True/ObservationSuspect');
    const message = house.message('SiteLocation', 'site19', 'Reconciling');
    expect(message).toContain('lacks 12 of 20 objects of kind VoiceRoute');
    house.annotate('Customer', 'contoso', { 'trunkline.dev/approve': hashIn(message) });
    await house.run(180_000);
    expect(objectsOf(house, 'VoiceRoute')).toHaveLength(SITES);
    expect(house.condition('SiteLocation', 'site0', 'Reconciling')).toBe('');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('is not made suspect by a loss of fewer than 20 or of a fifth', async () => {
    const house = await tenantHouse();
    for (const route of objectsOf(house, 'VoiceRoute').slice(0, 4)) house.outside.drop('teams', route);
    await house.run(TENANT_POLL_MS);
    expect(objectsOf(house, 'VoiceRoute')).toHaveLength(SITES);
  });

  it('neither ends the removal of a site nor lets its address records go', async () => {
    const house = await tenantHouse();
    await house.run(TENANT_POLL_MS); // what we wrote ourselves a moment ago would be taken for not visible yet
    const routes = objectsOf(house, 'VoiceRoute');
    for (const route of routes) house.outside.drop('teams', route);
    house.delete('SiteLocation', 'site0');
    await house.run(180_000);
    expect(house.ready('SiteLocation', 'site0')).toBe('False/ObservationSuspect');
    expect(house.kube.all('dnsendpoints')).toHaveLength(SITES);
    for (const route of routes) house.outside.put('teams', route);
    await house.run(180_000);
    expect(house.find('SiteLocation', 'site0')).toBeUndefined();
    expect(house.kube.all('dnsendpoints')).toHaveLength(SITES - 1);
    expect(objectsOf(house, 'VoiceRoute')).toHaveLength(SITES - 1);
  });

  it('goes with all its sites, one after the other, without a word about it', async () => {
    const house = await tenantHouse();
    for (let n = 0; n < SITES; n++) house.delete('SiteLocation', `site${n}`);
    await house.run(300_000);
    expect(house.outside.stateOf('teams', TENANT).size).toBe(0);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
  });

  it('an incomplete answer stops everything for the tenant, however little we own there', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site());
    await house.run(10_000);
    const before = house.outside.picture();
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant === undefined) throw new Error('no tenant');
    tenant.gaps = ['the voice routing policies lack Global'];
    house.delivery.invalidate(voiceTarget(TENANT));
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(180_000);
    expect(house.outside.picture()).toEqual(before);
    expect(house.kube.all('dnsendpoints')).toHaveLength(1);
    tenant.gaps = [];
    await house.run(180_000);
    expect(house.outside.stateOf('teams', TENANT).size).toBe(0);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
  });

  it('DNS records that are missing at once are judged by themselves, and told as Degraded', async () => {
    const house = await tenantHouse();
    const before = house.kube.writes.filter((write) => write.includes('dnsendpoints')).length;
    for (let n = 0; n < 6; n++) house.kube.remove('dnsendpoints', 'acme', `trunkline-site${n}`);
    await house.run(TENANT_POLL_MS);
    expect(house.kube.writes.filter((write) => write.includes('dnsendpoints')).length).toBe(before);
    expect(house.condition('SiteLocation', 'site0', 'Degraded')).toBe('True/ObservationSuspect');
    const hash = hashIn(house.message('SiteLocation', 'site0', 'Degraded'));
    house.annotate('Customer', 'contoso', { 'trunkline.dev/approve': hash });
    await house.run(180_000);
    expect(house.kube.all('dnsendpoints')).toHaveLength(SITES);
    expect(house.condition('SiteLocation', 'site0', 'Degraded')).toBe('False/AllTrunksServing');
  });
});
