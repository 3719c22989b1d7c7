import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse } from '../../test/support/controllers/story.ts';
import type { Customer } from '../api/kinds.ts';

const MINUTE = 60_000;
const AUTH_FAILED = 'False/ClientSecretInvalid';

function app(clientId: string, name: string): NonNullable<Customer['spec']['authentication']> {
  return { method: 'AppRegistration', clientId, clientSecretRef: { name, key: 'secret' } };
}

/** A Customer whose spec has no directory id. */
function byDomain(name: string, named: Partial<Customer['spec']>, creationTimestamp?: string): Customer {
  const { spec, ...rest } = customer(name, {}, creationTimestamp === undefined ? {} : { creationTimestamp });
  const { tenantId: _none, ...others } = spec;
  return { ...rest, spec: { ...others, ...named } };
}

/** The customer's administrator makes a new client secret, and the provider puts it into the Secret. */
function rotate(house: ControllersHouse, secret: string): void {
  const tenant = house.outside.tenants.get(TENANT);
  if (tenant === undefined) throw new Error('no tenant');
  tenant.secret = secret;
  house.putSecret('app', { secret });
}

/** Who came to the tenant since then, each once. */
function visitors(house: ControllersHouse, since = 0): string[] {
  return [...new Set(house.outside.visits.slice(since).map(({ who }) => who))].sort();
}

describe('the Secret of a Customer', () => {
  it('that is missing is named, and serves as soon as it is there', async () => {
    const house = await newHouse();
    house.apply(customer('contoso', { authentication: app('app', 'later') }));
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('False/SecretNotFound');
    expect(house.message('Customer', 'contoso', 'Authenticated')).toContain('spec.authentication.clientSecretRef: Secret later');
    expect(house.get('Customer', 'contoso').status?.authentication).toMatchObject({
      credentialSet: false,
      lastVerificationStatus: 'TokenNotGenerated',
    });
    house.putSecret('later', { secret: 'right' });
    house.annotate('Customer', 'contoso', { 'trunkline.dev/reconcile-at': 'now' });
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });

  it('that lacks the key is told with the key', async () => {
    const house = await newHouse();
    house.putSecret('app', { other: 'right' });
    house.apply(customer());
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('False/SecretKeyMissing');
    expect(house.message('Customer', 'contoso', 'Authenticated')).toContain('has no key secret');
    expect(house.outside.visits).toEqual([]);
  });

  it('may be a certificate with its key', async () => {
    const house = await newHouse();
    house.putSecret('pair', { 'tls.crt': 'certificate', 'tls.key': 'right' });
    house.apply(customer('contoso', { authentication: { method: 'AppRegistration', clientId: 'app', certificateRef: { name: 'pair' } } }));
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });

  it('certificate without its key is refused and says which keys it needs', async () => {
    const house = await newHouse();
    house.putSecret('pair', { 'tls.crt': 'certificate' });
    house.apply(customer('contoso', { authentication: { method: 'AppRegistration', clientId: 'app', certificateRef: { name: 'pair' } } }));
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('False/SecretKeyMissing');
    expect(house.message('Customer', 'contoso', 'Authenticated')).toContain('tls.crt with tls.key');
  });

  it('that goes away leaves the last good credential in service, and says so', async () => {
    const house = await deployedHouse();
    house.kube.remove('secrets', 'acme', 'app');
    await house.run(12 * MINUTE);
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
    expect(house.message('Customer', 'contoso', 'Authenticated')).toContain('Signed in with the last good credential');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    house.apply(site('geneva'));
    await house.run(10_000);
    expect(house.ready('SiteLocation', 'geneva')).toBe('True/Deployed');
  });

  it('that goes away and a restart: nothing is left in memory, and it is told', async () => {
    const house = await deployedHouse();
    house.kube.remove('secrets', 'acme', 'app');
    await house.restart();
    await house.run(MINUTE);
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('False/SecretNotFound');
  });
});

describe('a credential that changes', () => {
  it('a wrong secret that is corrected is tried within five minutes, not at the next look at the tenant', async () => {
    const house = await newHouse({ settings: { tenantPollMs: 60 * MINUTE } });
    house.putSecret('app', { secret: 'wrong' });
    house.apply(customer());
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe(AUTH_FAILED);
    house.putSecret('app', { secret: 'right' });
    await house.run(5.6 * MINUTE);
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });

  it('a wrong secret is not sent again and again', async () => {
    const house = await newHouse();
    house.putSecret('app', { secret: 'wrong' });
    house.apply(customer(), device(), site(), range());
    await house.run(30_000);
    const before = house.outside.visits.length;
    await house.run(9 * MINUTE);
    expect(house.outside.visits.length - before).toBeLessThanOrEqual(2);
  });

  it('reconcile-at reads the Secret and signs in with it at once', async () => {
    const house = await newHouse();
    house.putSecret('app', { secret: 'wrong' });
    house.apply(customer());
    await house.run();
    house.putSecret('app', { secret: 'right' });
    house.annotate('Customer', 'contoso', { 'trunkline.dev/reconcile-at': '1' });
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });

  it('another Secret in spec.authentication is signed in with at once', async () => {
    const house = await newHouse();
    house.putSecret('app', { secret: 'wrong' });
    house.putSecret('good', { secret: 'right' });
    house.apply(customer());
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe(AUTH_FAILED);
    house.edit('Customer', 'contoso', { authentication: app('app', 'good') });
    await house.run();
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });

  it('rotated in the tenant and in the Secret: the first refusal leads to the new one, without a failure in between', async () => {
    const house = await deployedHouse({ settings: { tenantPollMs: 2 * MINUTE } });
    const seen: string[] = [];
    const onStored = house.kube.onStored;
    house.kube.onStored = (object, plural) => {
      onStored?.(object, plural);
      if (plural === 'customers') seen.push(house.condition('Customer', 'contoso', 'Authenticated'));
    };
    rotate(house, 'next');
    await house.run(2.5 * MINUTE);
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
    expect(seen.filter((condition) => condition !== 'True/Successful')).toEqual([]);
    expect(house.outside.visits.at(-1)?.how).toBe('next');
  });

  it('a site whose write is refused has the Secret read again and goes on at once', async () => {
    const house = await deployedHouse();
    rotate(house, 'next');
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), trunk('second', { label: 'geneva' })] });
    await house.run(5_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.outside.visits.at(-1)?.how).toBe('next');
  });

  it('a device password that is corrected is tried within five minutes, whatever spec.verifyInterval', async () => {
    const house = await newHouse();
    house.putSecret('sbc', { username: 'Admin', password: 'wrong' });
    house.apply(device('sbc1', { verifyInterval: '1h' }));
    await house.run();
    expect(house.condition('SBCDevice', 'sbc1', 'Connected')).toMatch(/AuthenticationFailed$/);
    house.putSecret('sbc', { username: 'Admin', password: 'right' });
    await house.run(5.6 * MINUTE);
    expect(house.condition('SBCDevice', 'sbc1', 'Connected')).toBe('True/Connected');
  });

  it('a device that was reached the wrong way is asked at once when its spec is corrected', async () => {
    const house = await newHouse();
    const target = { system: 'sbc', id: 'acme/sbc1', lane: 'device/acme/sbc1' };
    house.outside.sbc.misbehave(target, { on: 'read', how: 'fail', times: 1_000 });
    house.apply(device('sbc1', { verifyInterval: '1m' }), site(), customer(), range());
    await house.run(20.5 * MINUTE);
    expect(house.condition('SBCDevice', 'sbc1', 'Connected')).toBe('False/ExternalSystemUnavailable');
    house.outside.sbc.recover(target);
    house.edit('SBCDevice', 'sbc1', { address: 'other.mgmt.example.net' });
    await house.run(2_000);
    expect(house.condition('SBCDevice', 'sbc1', 'Connected')).toBe('True/Connected');
  });
});

describe('reconcile-at on a range', () => {
  it('compares the Secrets of its devices and of its tenant, though they were read a moment ago', async () => {
    const house = await deployedHouse();
    const names: string[] = [];
    const read = house.kube.readSecret.bind(house.kube);
    house.kube.readSecret = (namespace, name) => {
      names.push(name);
      return read(namespace, name);
    };
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': 'now' });
    await house.run(2_000);
    expect([...new Set(names)].sort()).toEqual(['app', 'sbc']);
  });
});

describe('a tenant that several name', () => {
  it('a Customer that is refused the tenant never signs in there, sees nothing of it, and takes nothing from its holder', async () => {
    const house = await deployedHouse();
    house.putNamespace('rival');
    house.putSecret('app', { secret: 'stolen' }, 'rival');
    const before = house.outside.visits.length;
    house.apply(
      customer('intruder', { authentication: app('evil', 'app') }, { namespace: 'rival', creationTimestamp: '2020-01-01T00:00:00Z' }),
      device('sbc1', {}, { namespace: 'rival' }),
      site('zurich', { customerRef: { name: 'intruder' } }, { namespace: 'rival' }),
      range('office', { customerRef: { name: 'intruder' } }, { namespace: 'rival' }),
    );
    await house.run(15 * MINUTE);
    expect(house.condition('Customer', 'intruder', 'Accepted', 'rival')).toBe('False/TenantInUse');
    expect(house.condition('Customer', 'intruder', 'Authenticated', 'rival')).toBe('False/WaitingForAcceptance');
    const { tenantId, subscribedSkus, permissions } = house.get('Customer', 'intruder', 'rival').status ?? {};
    expect({ tenantId, subscribedSkus, permissions }).toEqual({});
    expect(house.get('SiteLocation', 'zurich', 'rival').status?.tenantId).toBeUndefined();
    expect(visitors(house, before)).toEqual([`app@${TENANT}`]);
    expect(house.ready('Customer', 'contoso')).toMatch(/^True/);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('a Customer that is refused its short name does not touch the tenant either, though nobody else has it', async () => {
    const house = await deployedHouse();
    const other = '22222222-0000-0000-0000-000000000002';
    house.outside.addTenant(other);
    house.apply(customer('copy', { shortName: 'CONTOSO', tenantId: other }), site('geneva', { customerRef: { name: 'copy' } }));
    await house.run(15 * MINUTE);
    expect(house.condition('Customer', 'copy', 'Accepted')).toBe('False/ShortNameNotUnique');
    expect(house.condition('Customer', 'copy', 'Authenticated')).toBe('False/WaitingForAcceptance');
    expect(visitors(house)).toEqual([`app@${TENANT}`]);
    house.edit('Customer', 'copy', { shortName: 'copy' });
    await house.run();
    expect(house.condition('Customer', 'copy', 'Authenticated')).toBe('True/Successful');
    expect(visitors(house)).toEqual([`app@${TENANT}`, `app@${other}`]);
  });

  it('a Customer refused its short name does not keep the tenant from somebody else', async () => {
    const house = await deployedHouse();
    const other = '22222222-0000-0000-0000-000000000002';
    house.outside.addTenant(other);
    house.apply(customer('copy', { shortName: 'contoso', tenantId: other }, { creationTimestamp: '2026-02-01T00:00:00Z' }));
    house.apply(customer('fabrikam', { tenantId: other }, { creationTimestamp: '2026-03-01T00:00:00Z' }));
    await house.run();
    expect(house.condition('Customer', 'fabrikam', 'Accepted')).toBe('True/Accepted');
    expect(house.condition('Customer', 'fabrikam', 'Authenticated')).toBe('True/Successful');
  });

  it.each([
    ['spec.m365.domainOverride', { m365: { domainOverride: `zurich.${CARRIER}` } }],
    ['spec.tenantId', { tenantId: `zurich.${CARRIER}` }],
  ])('a domain in %s that turns out to belong to somebody else is refused like a tenant id', async (path, named) => {
    const house = await deployedHouse();
    house.putSecret('stolen', { secret: 'stolen' });
    const before = house.outside.visits.length;
    house.apply(byDomain('intruder', { ...named, authentication: app('evil', 'stolen') }, '2020-01-01T00:00:00Z'));
    await house.run(15 * MINUTE);
    expect(house.condition('Customer', 'intruder', 'Accepted')).toBe('False/TenantInUse');
    expect(house.message('Customer', 'intruder', 'Accepted')).toContain(path);
    expect(house.get('Customer', 'intruder').status?.tenantId).toBeUndefined();
    expect(visitors(house, before)).toEqual([`app@${TENANT}`]);
    expect(house.ready('Customer', 'contoso')).toMatch(/^True/);
    house.edit('Customer', 'contoso', { tenantSharing: 'Allowed' });
    await house.run(5000);
    expect(house.condition('Customer', 'intruder', 'Accepted')).toBe('True/Accepted');
  });

  it.each([
    { m365: { domainOverride: `zurich.${CARRIER}` } },
    { tenantId: `zurich.${CARRIER}` },
  ])('a tenant found by its domain is signed in to as soon as it is known (%o)', async (named) => {
    const house = await newHouse();
    house.apply(byDomain('contoso', named));
    await house.run();
    expect(house.get('Customer', 'contoso').status?.tenantId).toBe(TENANT);
    expect(house.condition('Customer', 'contoso', 'TenantVerified')).toBe('True/Valid');
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });
});

describe('a tenant that two Customers share', () => {
  /** contoso, which shares, deployed; fabrikam with an app of its own and a site. */
  async function shared(secret: string): Promise<ControllersHouse> {
    const house = await newHouse();
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant !== undefined) tenant.otherApps['second'] = 'right';
    house.putSecret('second', { secret });
    house.apply(customer('contoso', { tenantSharing: 'Allowed' }), device(), site());
    await house.run(10_000);
    house.apply(
      customer('fabrikam', { authentication: app('second', 'second') }),
      site('geneva', { customerRef: { name: 'fabrikam' }, trunks: [trunk('main', { label: 'geneva' })] }),
    );
    await house.run(20_000);
    return house;
  }

  it("works with the holder's credential for both; the other's is proven beside it", async () => {
    const house = await shared('right');
    expect(house.condition('Customer', 'fabrikam', 'Authenticated')).toBe('True/Successful');
    expect(house.ready('SiteLocation', 'geneva')).toBe('True/Deployed');
    const ofWork = house.outside.visits.filter(({ connection }) => connection === TENANT).map(({ who }) => who);
    expect([...new Set(ofWork)]).toEqual([`app@${TENANT}`]);
    expect(house.outside.visits.filter(({ who }) => who === `second@${TENANT}`).map(({ connection }) => connection)).toContain(
      `${TENANT}#acme/fabrikam`,
    );
  });

  it('asks of the holder also the rights that the other needs, as soon as it needs them', async () => {
    const house = await shared('right');
    const needed = (): string[] =>
      (house.get('Customer', 'contoso').status?.permissions ?? []).filter(({ neededNow }) => neededNow).map(({ name }) => name);
    house.delete('SiteLocation', 'zurich');
    await house.run(MINUTE);
    expect(needed()).not.toContain('TeamsTelephoneNumber.Read.All');
    expect(house.get('Customer', 'contoso').status?.roles).toMatchObject([{ name: 'Teams Administrator' }]);
    house.apply(range('lake', { customerRef: { name: 'fabrikam' }, siteRef: { name: 'geneva' } }));
    await house.run(10_000);
    expect(needed()).toContain('TeamsTelephoneNumber.Read.All');
    house.delete('SiteLocation', 'geneva');
    house.delete('NumberRange', 'lake');
    await house.run(MINUTE);
    expect(house.get('Customer', 'contoso').status?.roles).toEqual([]);
  });

  it("is not disturbed by the other's wrong secret, and the other's is told", async () => {
    const house = await shared('wrong');
    expect(house.condition('Customer', 'fabrikam', 'Authenticated')).toBe(AUTH_FAILED);
    expect(house.ready('SiteLocation', 'geneva')).toBe('False/CustomerNotReady');
    await house.run(15 * MINUTE);
    expect(house.ready('Customer', 'contoso')).toMatch(/^True/);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('goes on with the other credential when the holder is gone', async () => {
    const house = await shared('right');
    house.delete('SiteLocation', 'zurich');
    house.delete('Customer', 'contoso');
    await house.run(3 * MINUTE);
    expect(house.find('Customer', 'contoso')).toBeUndefined();
    const before = house.outside.visits.length;
    house.apply(site('basel', { customerRef: { name: 'fabrikam' }, trunks: [trunk('main', { label: 'basel' })] }));
    await house.run(MINUTE);
    expect(house.ready('SiteLocation', 'basel')).toBe('True/Deployed');
    expect(visitors(house, before)).toEqual([`second@${TENANT}`]);
  });
});

describe("the provider's own tenant", () => {
  it("that is a Customer's too: neither credential replaces the other", async () => {
    const house = await newHouse();
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant !== undefined) {
      tenant.otherApps['carrier'] = 'carrier-secret';
      tenant.verifiedDomains.push(CARRIER);
    }
    house.outside.put('teams', {
      system: 'teams-admin',
      target: TENANT,
      kind: 'PstnGateway',
      name: CARRIER,
      fields: { enabled: true, mediaBypass: false, sipSignalingPort: 5061 },
    });
    house.putSecret('carrier', { clientId: 'carrier', clientSecret: 'carrier-secret' });
    const verify = { fqdn: CARRIER, mode: 'Verify' as const, tenantId: TENANT, authenticationSecretRef: { name: 'carrier' } };
    house.apply(device('sbc1', { carrierTrunks: [verify] }), customer(), site());
    await house.run(20_000);
    expect(house.condition('SBCDevice', 'sbc1', 'CarrierTrunkReady')).toMatch(/^True/);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    await house.run(30 * MINUTE);
    const connections = (who: string): string[] => [
      ...new Set(house.outside.visits.filter((visit) => visit.who === `${who}@${TENANT}`).map(({ connection }) => connection)),
    ];
    expect(connections('app')).toEqual([TENANT]);
    expect(connections('carrier')).toEqual([`${TENANT}#carrier/acme/carrier`]);
    expect(house.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });
});
