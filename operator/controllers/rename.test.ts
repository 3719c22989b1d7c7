import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';

const PATTERN = '+414455501[00-49]';
const MINUTE_MS = 60_000;
/** As the operator comes (config/load.ts). */
const WAITING = { settings: { successorWaitMs: 30_000 } };

const voice = (house: ControllersHouse): string[] => [...house.outside.stateOf('teams', TENANT).keys()];
const rules = (house: ControllersHouse): number => house.outside.stateOf('sbc', 'acme/sbc1').size;

/** What was written to tenants and devices since. */
function writesSince(house: ControllersHouse): () => string[] {
  const before = house.outside.writes.length;
  return () => house.outside.writes.slice(before).map(({ action, kind, name }) => `${action} ${kind} ${name}`);
}

describe('a range under another name', () => {
  it('takes the rules over without a write when the old one is deleted first', async () => {
    const house = await deployedHouse(WAITING);
    const written = writesSince(house);
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/AwaitingSuccessor');
    house.apply(range('zurich-office'));
    await house.run(15_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(house.ready('NumberRange', 'zurich-office')).toBe('True/Deployed');
    expect(house.get('NumberRange', 'zurich-office').status).toMatchObject({
      held: [PATTERN],
      footprint: [{ state: 'Applied', count: 1 }],
    });
    await house.run(5 * MINUTE_MS);
    expect(written()).toEqual([]);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('takes them over when the new one is there before', async () => {
    const house = await deployedHouse(WAITING);
    house.apply(range('zurich-office'));
    await house.run(10_000);
    expect(house.condition('NumberRange', 'zurich-office', 'Accepted')).toBe('False/PatternHeld');
    const written = writesSince(house);
    house.delete('NumberRange', 'office');
    await house.run(15_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(house.ready('NumberRange', 'zurich-office')).toBe('True/Deployed');
    expect(written()).toEqual([]);
  });

  it('leaves assigned numbers alone: nobody is silenced, so nobody has to confirm', async () => {
    const house = await deployedHouse(WAITING);
    house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550100', type: 'DirectRouting', holder: 'anna' });
    const written = writesSince(house);
    house.delete('NumberRange', 'office');
    await house.run(20_000);
    expect(house.condition('NumberRange', 'office', 'Stalled')).toBe('True/DeletionHeld');
    house.apply(range('zurich-office'));
    await house.run(MINUTE_MS);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(house.ready('NumberRange', 'zurich-office')).toBe('True/Deployed');
    expect(written()).toEqual([]);
  });

  it('nobody comes: the rules go after 30 s, and a restart does not begin the wait anew', async () => {
    const house = await deployedHouse(WAITING);
    house.delete('NumberRange', 'office');
    await house.run(20_000);
    await house.restart();
    await house.run(5000);
    expect(rules(house)).toBe(1);
    await house.run(15_000);
    expect(rules(house)).toBe(0);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
  });

  it('another Customer does not inherit', async () => {
    const house = await deployedHouse(WAITING);
    house.apply(
      customer('fabrikam', {
        tenantId: '22222222-0000-0000-0000-000000000002',
        services: [{ type: 'DirectRouting', licenseType: 'HostedEssentials', licensedUsers: 1 }],
      }),
      site('basel', { customerRef: { name: 'fabrikam' } }),
      range('theirs', { customerRef: { name: 'fabrikam' }, siteRef: { name: 'basel' } }),
    );
    await house.run(10_000);
    const written = writesSince(house);
    house.delete('NumberRange', 'office');
    await house.run(20_000);
    expect(house.condition('NumberRange', 'theirs', 'Accepted')).toBe('False/PatternHeld');
    await house.run(5 * MINUTE_MS);
    expect(written().map((write) => write.split(' ')[0])).toEqual(['remove', 'create']);
    expect(house.get('NumberRange', 'theirs').status?.held).toEqual([PATTERN]);
  });
});

describe('a pattern that moves from one range to another', () => {
  const MOVED = '+41445550200';

  async function twoRanges(): Promise<ControllersHouse> {
    const house = await deployedHouse(WAITING);
    house.apply(range('service', { prefixes: ['+41445550300'] }));
    house.edit('NumberRange', 'office', { prefixes: [PATTERN, MOVED] });
    await house.run(MINUTE_MS);
    expect(rules(house)).toBe(3);
    return house;
  }

  for (const order of [
    ['office', 'service'],
    ['service', 'office'],
  ]) {
    it(`goes over without a write, ${order[0]} edited first`, async () => {
      const house = await twoRanges();
      const written = writesSince(house);
      for (const name of order) {
        house.edit('NumberRange', name, { prefixes: name === 'office' ? [PATTERN] : ['+41445550300', MOVED] });
        await house.run(8000);
      }
      await house.run(MINUTE_MS);
      expect(house.get('NumberRange', 'office').status?.held).toEqual([PATTERN]);
      expect(house.get('NumberRange', 'service').status?.held).toEqual([MOVED, '+41445550300']);
      for (const name of order) expect(house.ready('NumberRange', name)).toBe('True/Deployed');
      expect(written()).toEqual([]);
      expect(await writesWhileNothingHappens(house)).toEqual([]);
    });
  }

  it('is removed after 30 s when nobody wants it, and again after it came back', async () => {
    const house = await twoRanges();
    for (let round = 0; round < 2; round++) {
      house.edit('NumberRange', 'office', { prefixes: [PATTERN] });
      await house.run(25_000);
      expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/AwaitingSuccessor');
      expect(rules(house)).toBe(3);
      await house.run(15_000);
      expect(rules(house)).toBe(2);
      expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
      house.edit('NumberRange', 'office', { prefixes: [PATTERN, MOVED] });
      await house.run(15_000);
      expect(rules(house)).toBe(3);
    }
  });
});

describe('a site under another name', () => {
  const renamed = () => site('zurich-hq', { siteName: 'zurich' });
  const ofRenamed = () => range('hq-office', { siteRef: { name: 'zurich-hq' } });

  for (const first of ['deleted', 'created']) {
    it(`keeps usage, route, policy and rules without a write, ${first} first`, async () => {
      const house = await deployedHouse(WAITING);
      const before = voice(house);
      const written = writesSince(house);
      if (first === 'created') house.apply(renamed(), ofRenamed());
      house.delete('NumberRange', 'office');
      house.delete('SiteLocation', 'zurich');
      await house.run(5000);
      if (first === 'deleted') house.apply(renamed(), ofRenamed());
      await house.run(5 * MINUTE_MS);
      expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
      expect(house.find('NumberRange', 'office')).toBeUndefined();
      expect(house.ready('SiteLocation', 'zurich-hq')).toBe('True/Deployed');
      expect(house.ready('NumberRange', 'hq-office')).toBe('True/Deployed');
      expect(house.get('SiteLocation', 'zurich-hq').status?.usageName).toBe('Unrestricted-zurich');
      expect(voice(house)).toEqual(before);
      expect(written().filter((write) => !write.includes('DNSEndpoint'))).toEqual([]);
      expect(await writesWhileNothingHappens(house)).toEqual([]);
    });
  }

  it('its usage passes on too when the old one was let go with Orphan', async () => {
    const house = await deployedHouse(WAITING);
    house.edit('SiteLocation', 'zurich', { deletionPolicy: 'Orphan' });
    house.edit('NumberRange', 'office', { deletionPolicy: 'Orphan' });
    await house.run();
    house.delete('NumberRange', 'office');
    house.delete('SiteLocation', 'zurich');
    await house.run(10_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    const written = writesSince(house);
    house.apply(renamed(), ofRenamed());
    await house.run(MINUTE_MS);
    expect(house.ready('SiteLocation', 'zurich-hq')).toBe('True/Deployed');
    expect(written().filter((write) => !write.includes('DNSEndpoint'))).toEqual([]);
  });
});

describe('a site and the one that took over from it', () => {
  const MANUAL = { dns: { mode: 'Manual' } } as const;

  it('leave nothing behind when both go at the same time', async () => {
    const house = await newHouse(WAITING);
    const empty = house.outside.picture();
    house.apply(customer(), device(), site('zurich', MANUAL), range());
    await house.run(MINUTE_MS);
    house.delete('SiteLocation', 'zurich');
    await house.run();
    house.apply(site('zurich-hq', { ...MANUAL, siteName: 'zurich' }));
    house.apply(range('hq-office', { siteRef: { name: 'zurich-hq' }, prefixes: ['+41445550300'] }));
    await house.run(MINUTE_MS);
    for (const name of ['zurich', 'zurich-hq'])
      expect(house.get('SiteLocation', name).status?.footprint).toContainEqual(expect.objectContaining({ kind: 'PstnUsage' }));
    // The API server shows both as going until somebody else has let go of them too.
    for (const name of ['zurich', 'zurich-hq']) {
      const found = house.get('SiteLocation', name);
      const finalizers = [...(found.metadata.finalizers ?? []), 'example.net/backup'];
      house.kube.put('sitelocations', { ...found, metadata: { ...found.metadata, finalizers } });
    }
    house.delete('SiteLocation', 'zurich-hq');
    for (const name of ['office', 'hq-office']) house.delete('NumberRange', name);
    await house.run(5 * MINUTE_MS);
    for (const name of ['zurich', 'zurich-hq']) expect(house.get('SiteLocation', name).metadata.finalizers).toEqual(['example.net/backup']);
    expect(house.outside.picture()).toEqual(empty);
  });

  it('leave what ranges still lead to, until those have gone', async () => {
    const house = await deployedHouse(WAITING);
    house.delete('SiteLocation', 'zurich');
    await house.run();
    house.apply(site('zurich-hq', { siteName: 'zurich' }));
    await house.run(MINUTE_MS);
    const before = voice(house);
    house.delete('SiteLocation', 'zurich-hq');
    await house.run(5 * MINUTE_MS);
    expect(house.find('SiteLocation', 'zurich-hq')).toBeUndefined();
    expect(voice(house)).toEqual(before);
    house.delete('NumberRange', 'office');
    await house.run(5 * MINUTE_MS);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(voice(house)).toEqual([]);
  });
});

describe('deleting everything', () => {
  it('waits for nobody: no object of a Customer that goes can come', async () => {
    const house = await newHouse(WAITING);
    const empty = house.outside.picture();
    house.apply(customer(), device(), site(), range());
    await house.run(MINUTE_MS);
    for (const [kind, name] of [
      ['Customer', 'contoso'],
      ['SBCDevice', 'sbc1'],
      ['SiteLocation', 'zurich'],
      ['NumberRange', 'office'],
    ] as const)
      house.delete(kind, name);
    await house.run(25_000);
    expect(house.find('Customer', 'contoso')).toBeUndefined();
    expect(house.outside.picture()).toEqual(empty);
  });

  it('site and range: one wait for both', async () => {
    const house = await deployedHouse(WAITING);
    house.delete('SiteLocation', 'zurich');
    house.delete('NumberRange', 'office');
    await house.run(29_000);
    expect([rules(house), voice(house).length]).toEqual([1, 3]);
    await house.run(20_000);
    expect([rules(house), voice(house).length]).toEqual([0, 0]);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
  });

  it('does not wait where the installation says so', async () => {
    const house = await deployedHouse({ settings: { successorWaitMs: 0 } });
    house.delete('NumberRange', 'office');
    await house.run(10_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(rules(house)).toBe(0);
  });
});
