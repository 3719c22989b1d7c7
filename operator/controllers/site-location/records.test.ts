import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { customer, device, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import { voiceTarget } from '../targets.ts';

const AWAY = new OperatorError('no answer', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });

/** Site zurich, of which 50 people have the policy. */
async function usedHouse(): Promise<ControllersHouse> {
  const house = await deployedHouse();
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant === undefined) throw new Error('no tenant');
  tenant.grants = { 'unrestricted-zurich': 50 };
  return house;
}

function records(house: ControllersHouse): unknown[] {
  return house.kube.all('dnsendpoints').map(({ spec }) => spec);
}

function routes(house: ControllersHouse): unknown[] {
  return [...house.outside.stateOf('teams', TENANT).values()].flatMap(({ kind, fields }) =>
    kind === 'VoiceRoute' ? [fields['gateways']] : [],
  );
}

async function withoutRanges(house: ControllersHouse): Promise<void> {
  house.annotate('NumberRange', 'office', { 'trunkline.dev/confirm-delete': 'office' });
  house.delete('NumberRange', 'office');
  await house.run(30_000);
}

describe('the address records of a site that people use', () => {
  it('stay when the addresses vanish from the device; that is told, and healed by setting them again', async () => {
    const house = await usedHouse();
    const before = records(house);
    house.edit('SBCDevice', 'sbc1', { teams: undefined });
    await house.run(60_000);
    expect(records(house)).toEqual(before);
    expect(house.condition('SiteLocation', 'zurich', 'Degraded')).toBe('True/PublicAddressMissing');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.edit('SBCDevice', 'sbc1', { teams: { publicAddresses: ['203.0.113.99'] } });
    await house.run(10_000);
    expect(JSON.stringify(records(house))).toContain('203.0.113.99');
    expect(house.condition('SiteLocation', 'zurich', 'Degraded')).toBe('False/AllTrunksServing');
  });

  it('stay under deploy: false when a restart has not seen the tenant yet, and are held then', async () => {
    const house = await usedHouse();
    await withoutRanges(house);
    const before = records(house);
    await house.stop();
    house.edit('Customer', 'contoso', { deploy: false });
    await house.start();
    await house.run(60_000);
    expect(records(house)).toEqual(before);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
  });

  it('stay under deploy: false while the tenant cannot be read', async () => {
    const house = await usedHouse();
    await withoutRanges(house);
    const before = records(house);
    house.outside.teams.misbehave(voiceTarget(TENANT), { on: 'read', how: 'fail', times: 1_000, error: AWAY });
    await house.run(700_000);
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(60_000);
    expect(records(house)).toEqual(before);
  });
});

describe('records that somebody else shall publish from now on', () => {
  it('stay until that is confirmed, where people have the policy', async () => {
    const house = await usedHouse();
    const before = records(house);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich' });
    house.edit('SiteLocation', 'zurich', { dns: { mode: 'Manual' } });
    await house.run(60_000);
    expect(records(house)).toEqual(before);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toMatch(/DNSEndpoint trunkline-zurich .* 50 users .*zurich\/dns/);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/dns' });
    await house.run(10_000);
    expect(records(house)).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('go at once where nobody has it, and the routes stay', async () => {
    const house = await deployedHouse();
    const before = routes(house);
    house.edit('SiteLocation', 'zurich', { dns: { mode: 'Manual' } });
    await house.run(20_000);
    expect(records(house)).toEqual([]);
    expect(routes(house)).toEqual(before);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('stay while nobody can tell who has it', async () => {
    const house = await usedHouse();
    const before = records(house);
    house.outside.teams.misbehave(voiceTarget(TENANT), { on: 'read', how: 'fail', times: 1_000, error: AWAY });
    house.edit('SiteLocation', 'zurich', { dns: { mode: 'Manual' } });
    await house.run(600_000);
    expect(records(house)).toEqual(before);
  });
});

describe('records that lead a route of the customer beside ours', () => {
  const SECOND = trunk('second', { label: 'geneva', priority: 2 });
  const THEIRS = { system: 'teams-admin', target: TENANT, name: 'theirs' } as const;

  async function sharedHouse(): Promise<ControllersHouse> {
    const house = await deployedHouse();
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
    await house.run(20_000);
    const gateways = ['geneva.voice.example.net'];
    house.outside.put('teams', {
      ...THEIRS,
      kind: 'VoiceRoute',
      fields: { numberPattern: '^9', gateways, usages: ['theirs'], priority: 9 },
    });
    house.outside.put('teams', { ...THEIRS, kind: 'VoiceRoutingPolicy', fields: { usages: ['theirs'] } });
    house.delivery.invalidate(voiceTarget(TENANT));
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant === undefined) throw new Error('no tenant');
    tenant.grants = { theirs: 7 };
    return house;
  }

  it('stay when their trunk is taken out, until that is confirmed', async () => {
    const house = await sharedHouse();
    const before = records(house);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(60_000);
    expect(records(house)).toEqual(before);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toMatch(
      /geneva\.voice\.example\.net.* 7 users .*theirs.*zurich\/trunk\/second/,
    );
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/second' });
    await house.run(60_000);
    expect(JSON.stringify(records(house))).not.toContain('geneva');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('stay when the site is deleted, until that is confirmed', async () => {
    const house = await sharedHouse();
    await withoutRanges(house);
    const before = records(house);
    house.delete('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(records(house)).toEqual(before);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich' });
    await house.run(60_000);
    expect(records(house)).toEqual([]);
  });
});

describe('routing that is switched off while people use it', () => {
  it('is held by one word, which holds while who uses it is read again', async () => {
    const house = await usedHouse();
    house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: false } });
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/routing' });
    await house.run(60_000);
    expect(routes(house)).toEqual([]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });
});

describe('several removals at once', () => {
  it('the word for one of them confirms none of the others', async () => {
    const house = await usedHouse();
    house.outside.addDevice('acme/sbc2');
    house.apply(device('sbc2'));
    const second = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 });
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), second] });
    await house.run(60_000);
    const before = [...house.outside.stateOf('teams', TENANT).keys()].sort();
    expect(routes(house)).toHaveLength(2);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()], m365: { defaultRouting: false }, dns: { mode: 'Manual' } });
    await house.run(10_000);
    for (const word of ['zurich/trunk/second', 'zurich/routing', 'zurich/dns,zurich/trunk/second']) {
      house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': word });
      await house.run(30_000);
      expect([...house.outside.stateOf('teams', TENANT).keys()].sort()).toEqual(before);
      expect(records(house)).toHaveLength(1);
    }
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/dns,zurich/routing' });
    await house.run(30_000);
    expect(routes(house)).toEqual([]);
    expect(records(house)).toEqual([]);
  });
});

describe('a trunk that is drained', () => {
  it('keeps the route of the site while there is no Active one, and says so', async () => {
    const house = await deployedHouse();
    const before = routes(house);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk('main', { state: 'Draining' })] });
    await house.run(60_000);
    expect(routes(house)).toEqual(before);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain('trunk main is Draining and keeps its calls');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('hands over once there is', async () => {
    const house = await deployedHouse();
    house.outside.addDevice('acme/sbc2');
    house.edit('SiteLocation', 'zurich', { trunks: [trunk('main', { state: 'Draining' }), trunk('second', { label: 'geneva' })] });
    await house.run(60_000);
    expect(routes(house)).toEqual([['geneva.voice.example.net']]);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).not.toContain('Draining');
  });
});

describe('a DNSEndpoint of the wanted name that is not ours', () => {
  it('is told with what takes it over, and is taken over then', async () => {
    const house = await newHouse();
    const theirs = [{ dnsName: FQDN, recordType: 'A', targets: ['203.0.113.99'] }];
    house.kube.put('dnsendpoints', {
      apiVersion: 'externaldns.k8s.io/v1alpha1',
      kind: 'DNSEndpoint',
      metadata: { name: 'trunkline-zurich', namespace: 'acme' },
      spec: { endpoints: theirs },
    });
    house.apply(customer(), device(), site());
    await house.run(30_000);
    expect(records(house)).toEqual([{ endpoints: theirs }]);
    expect(house.condition('SiteLocation', 'zurich', 'Degraded')).toBe('True/NameTaken');
    expect(house.message('SiteLocation', 'zurich', 'Degraded')).toContain('trunkline.dev/adopt=DNSEndpoint/trunkline-zurich ');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/adopt': 'DNSEndpoint/trunkline-zurich' });
    await house.run(30_000);
    expect(JSON.stringify(records(house))).toContain('203.0.113.10');
    expect(house.condition('SiteLocation', 'zurich', 'Degraded')).toBe('False/AllTrunksServing');
  });
});
