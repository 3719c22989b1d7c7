import { describe, expect, it } from 'vitest';
import { customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse } from '../../test/support/controllers/story.ts';
import { KINDS } from '../api/kinds.ts';

describe('what survives a loss', () => {
  it('all status wiped: everything is taken back without an outside write', async () => {
    const house = await deployedHouse();
    const before = house.outside.writes.length;
    const dns = house.kube.writes.filter((write) => write.includes('dnsendpoints')).length;
    await house.restartWithoutStatus();
    await house.run(30_000);
    expect(house.outside.writes.length).toBe(before);
    expect(house.kube.writes.filter((write) => write.includes('dnsendpoints')).length).toBe(dns);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(await house.events('zurich')).toContain('FootprintRebuilt');
    expect(await house.events('office')).toContain('FootprintRebuilt');
  });

  it.each([
    'Customer',
    'SBCDevice',
    'SiteLocation',
    'NumberRange',
  ] as const)('the status of a %s wiped under a running operator is said again at once, without an outside write', async (kind) => {
    const house = await deployedHouse();
    const name = house.kube.all(KINDS[kind].plural)[0]?.metadata.name ?? '';
    const ready = house.ready(kind, name);
    const before = house.outside.writes.length;
    house.wipeStatus(kind, name);
    await house.run(5_000);
    expect(house.ready(kind, name)).toBe(ready);
    expect(house.outside.writes.slice(before)).toEqual([]);
  });

  it('all objects deleted with Orphan and applied again: no outside write', async () => {
    const house = await deployedHouse();
    const before = house.outside.picture();
    const writes = house.outside.writes.length;
    const objects = [customer(), device(), site(), range()];
    for (const [kind, name] of [
      ['NumberRange', 'office'],
      ['SiteLocation', 'zurich'],
      ['Customer', 'contoso'],
      ['SBCDevice', 'sbc1'],
    ] as const)
      house.edit(kind, name, { deletionPolicy: 'Orphan' });
    await house.run();
    for (const [kind, name] of [
      ['NumberRange', 'office'],
      ['SiteLocation', 'zurich'],
      ['Customer', 'contoso'],
      ['SBCDevice', 'sbc1'],
    ] as const)
      house.delete(kind, name);
    await house.run(60_000);
    expect(house.find('Customer', 'contoso')).toBeUndefined();
    expect(house.find('SBCDevice', 'sbc1')).toBeUndefined();
    house.apply(...objects);
    await house.run(30_000);
    expect(house.outside.picture()).toEqual(before);
    expect(house.outside.writes.length).toBe(writes);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('an older backup restored: only the difference in spec is written', async () => {
    const house = await deployedHouse();
    const old = house.get('NumberRange', 'office');
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', '+41445550200'] });
    await house.run(10_000);
    expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(2);
    const before = house.outside.writes.length;
    await house.stop();
    house.kube.put('numberranges', { ...house.get('NumberRange', 'office'), spec: old.spec, ...(old.status && { status: old.status }) });
    await house.start();
    await house.run(10_000);
    expect(house.outside.writes.slice(before)).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('two ranges that a restore lets hold the same rule: the younger gives it up and leaves it to the older', async () => {
    const house = await deployedHouse();
    const before = house.outside.writes.length;
    house.apply({
      ...range('copy', {}, { creationTimestamp: '2030-01-01T00:00:00Z' }),
      status: house.get('NumberRange', 'office').status ?? {},
    });
    await house.run(2_000_000);
    expect(house.condition('NumberRange', 'copy', 'Accepted')).toBe('False/PatternHeld');
    expect(house.get('NumberRange', 'copy').status?.held).toEqual([]);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.outside.writes.slice(before)).toEqual([]);
  });

  it('status wiped before deletion: everything of ours goes all the same', async () => {
    const house = await newHouse();
    const empty = house.outside.picture();
    house.apply(customer(), device(), site(), range());
    await house.run(10_000);
    await house.stop();
    house.wipeAllStatus();
    for (const [kind, name] of [
      ['NumberRange', 'office'],
      ['SiteLocation', 'zurich'],
      ['Customer', 'contoso'],
      ['SBCDevice', 'sbc1'],
    ] as const)
      house.delete(kind, name);
    await house.start();
    await house.run(180_000);
    expect(house.find('Customer', 'contoso')).toBeUndefined();
    expect(house.find('SBCDevice', 'sbc1')).toBeUndefined();
    expect(house.outside.picture()).toEqual(empty);
    expect(house.kube.all('dnsendpoints')).toEqual([]);
  });

  it('a site whose name had to give way keeps that name when status is lost', async () => {
    const house = await newHouse();
    house.apply(customer('contoso', { tenantSharing: 'Allowed' }), device(), site());
    await house.run(10_000);
    house.apply(
      customer('fabrikam'),
      site('geneva', { customerRef: { name: 'fabrikam' }, siteName: 'zurich', trunks: [trunk('main', { label: 'geneva' })] }),
    );
    await house.run(20_000);
    expect(house.get('SiteLocation', 'geneva').status?.usageName).toBe('Unrestricted-fabrikam-zurich');
    const before = house.outside.writes.length;
    await house.restartWithoutStatus();
    await house.run(30_000);
    expect(house.outside.writes.length).toBe(before);
    expect(house.get('SiteLocation', 'geneva').status?.usageName).toBe('Unrestricted-fabrikam-zurich');
    expect(house.get('SiteLocation', 'zurich').status?.usageName).toBe('Unrestricted-zurich');
    expect(house.outside.stateOf('teams', TENANT).size).toBe(6);
  });

  it('two sites that want one name at the same moment end with two names', async () => {
    const house = await newHouse();
    house.apply(
      customer('contoso', { tenantSharing: 'Allowed' }),
      customer('fabrikam', {}, { creationTimestamp: '2026-02-01T00:00:00Z' }),
      device(),
      site(),
      site('geneva', { customerRef: { name: 'fabrikam' }, siteName: 'zurich', trunks: [trunk('main', { label: 'geneva' })] }),
    );
    await house.run(30_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('SiteLocation', 'geneva')).toBe('True/Deployed');
    expect(house.outside.stateOf('teams', TENANT).size).toBe(6);
  });
});
