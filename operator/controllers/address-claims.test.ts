import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';

const ADDRESS = 'sbc1.mgmt.example.net';
const GLOBEX = { namespace: 'globex' };
const OTHER_TENANT = '22222222-0000-0000-0000-000000000002';

/** Customer globex in a namespace of its own, with an SBCDevice for the very SBC that acme/sbc1 manages already. */
async function globexToo(built: ControllersHouse, address = ADDRESS): Promise<void> {
  built.putNamespace('globex');
  built.putSecret('app', { secret: 'right' }, 'globex');
  built.putSecret('sbc', { username: 'Admin', password: 'right' }, 'globex');
  const names = [`globex.${CARRIER}`];
  built.outside.addTenant(OTHER_TENANT, { verifiedDomains: names, voiceDomains: names });
  built.outside.addDevice('globex/sbc1');
  built.apply(device('sbc1', { address }, GLOBEX), customer('globex', { tenantId: OTHER_TENANT }, GLOBEX));
  built.apply(site('globex', { customerRef: { name: 'globex' } }, GLOBEX));
  built.apply(range('theirs', { customerRef: { name: 'globex' }, siteRef: { name: 'globex' }, prefixes: ['+4144555[0050-0149]'] }, GLOBEX));
  await built.run(60_000);
}

function callsTo(built: ControllersHouse, key: string): number {
  return built.outside.logins.filter((device) => device === key).length;
}

describe('one SBC as two SBCDevices', () => {
  it.each([
    ADDRESS,
    'SBC1.Mgmt.Example.NET',
    `${ADDRESS}:443`,
  ])('%s: the younger is refused, and neither it nor what uses it calls the SBC', async (address) => {
    const built = await deployedHouse();
    await globexToo(built, address);
    expect(built.condition('SBCDevice', 'sbc1', 'Connected', 'globex')).toBe('False/AddressInUse');
    expect(built.condition('SBCDevice', 'sbc1', 'Stalled', 'globex')).toBe('True/AddressInUse');
    expect(callsTo(built, 'globex/sbc1')).toBe(0);
    expect(built.ready('NumberRange', 'theirs', 'globex')).not.toMatch(/^True/);
    expect(built.ready('SBCDevice', 'sbc1')).toBe('True/Ready');
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(built)).toEqual([]);
  });

  it('is told with field, value, rule and remedy, and without the name of what is in another namespace', async () => {
    const built = await deployedHouse();
    await globexToo(built);
    const far = built.message('SBCDevice', 'sbc1', 'Connected', 'globex');
    for (const part of [`spec.address ${ADDRESS}`, 'already in use', 'one SBC has one SBCDevice', 'spec.allowedNamespaces'])
      expect(far).toContain(part);
    expect(far).not.toContain('acme');
    built.apply(device('twin', { address: ADDRESS }));
    await built.run(10_000);
    expect(built.message('SBCDevice', 'twin', 'Connected')).toContain('already in use by SBCDevice sbc1');
  });

  it('who has reached it keeps it, also from an older one that is edited to its address', async () => {
    const built = await house();
    built.outside.addDevice('acme/older');
    built.apply(device('older'));
    await built.run(10_000);
    built.apply(device(), customer(), site(), range());
    await built.run(10_000);
    built.edit('SBCDevice', 'older', { address: ADDRESS });
    await built.run(10_000);
    expect(built.condition('SBCDevice', 'older', 'Connected')).toBe('False/AddressInUse');
    expect(built.get('SBCDevice', 'older').status?.version).toBeUndefined();
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
    const calls = callsTo(built, 'acme/older');
    await built.run(3_600_000);
    expect(callsTo(built, 'acme/older')).toBe(calls);
  });

  it('heals by itself when the other goes, or gets another address', async () => {
    const built = await house();
    built.apply(device());
    await built.run(10_000);
    built.outside.addDevice('acme/twin');
    built.apply(device('twin', { address: ADDRESS }));
    await built.run(10_000);
    built.edit('SBCDevice', 'sbc1', { address: 'elsewhere.example.net' });
    await built.run(10_000);
    expect(built.ready('SBCDevice', 'twin')).toBe('True/Ready');
    built.edit('SBCDevice', 'sbc1', { address: ADDRESS });
    await built.run(10_000);
    expect(built.condition('SBCDevice', 'sbc1', 'Connected')).toBe('False/AddressInUse');
    built.delete('SBCDevice', 'twin');
    await built.run(10_000);
    expect(built.ready('SBCDevice', 'sbc1')).toBe('True/Ready');
  });

  it('after a loss of all status the older has it, and the other calls nobody', async () => {
    const built = await deployedHouse();
    await globexToo(built);
    await built.restartWithoutStatus();
    await built.run(60_000);
    expect(built.condition('SBCDevice', 'sbc1', 'Connected', 'globex')).toBe('False/AddressInUse');
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(callsTo(built, 'globex/sbc1')).toBe(0);
  });
});
