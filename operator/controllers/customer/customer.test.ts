import { describe, expect, it } from 'vitest';
import { customer, device, invitation, range, site, TENANT } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, house } from '../../../test/support/controllers/story.ts';
import type { Customer } from '../../api/kinds.ts';
import { OperatorError } from '../../errors/operator-error.ts';

/** Without what only Plus and Pro have. */
function essentials(spec: Partial<Customer['spec']> = {}): Customer {
  const { authentication: _none, ...rest } = customer().spec;
  return { ...customer(), spec: { ...rest, services: [{ type: 'DirectRouting', licenseType: 'HostedEssentials' }], ...spec } };
}

describe('who a Customer is', () => {
  it('[S013] its id is the short name, in status and in mails', async () => {
    const built = await house();
    built.apply(customer('contoso', { shortName: 'Con-Tos', authentication: { method: 'AppRegistration' } }), invitation());
    await built.run(10_000);
    expect(built.get('Customer', 'contoso').status?.customerId).toBe('Con-Tos');
    const [mail] = built.outside.writes.filter(({ kind }) => kind === 'Mail');
    expect(mail?.fields.find(({ path }) => path === 'variables')?.after).toMatchObject({ CustomerId: 'Con-Tos' });
  });
});

describe('the tenant of a Customer', () => {
  it('[S077] [S078] is found by the domain that it had first, and its id is filled in', async () => {
    const built = await house();
    built.outside.tenants.get(TENANT)?.verifiedDomains.push('contoso.onmicrosoft.com');
    const { tenantId: _none, ...spec } = customer().spec;
    built.apply({ ...customer(), spec: { ...spec, m365: { domainOverride: 'contoso.onmicrosoft.com' } } });
    await built.run(10_000);
    expect(built.get('Customer', 'contoso').status?.tenantId).toBe(TENANT);
    expect(built.condition('Customer', 'contoso', 'TenantVerified')).toBe('True/Valid');
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
  });

  it('[S078] that Microsoft names differently is a mismatch, and nothing is written there', async () => {
    const other = '22222222-0000-0000-0000-000000000002';
    const built = await house();
    const tenant = built.outside.tenants.get(TENANT);
    if (tenant !== undefined) built.outside.tenants.set(other, tenant);
    built.apply(customer('contoso', { tenantId: other }), device(), site());
    await built.run(30_000);
    expect(built.ready('Customer', 'contoso')).toBe('False/TenantMismatch');
    expect(built.outside.writes.filter(({ system }) => system === 'teams-admin')).toEqual([]);
  });

  it.each([
    ['exists', TENANT, 'True/Valid'],
    ['does not exist', '33333333-0000-0000-0000-000000000003', 'False/TenantNotFound'],
  ])('[S082] of an Essentials customer is looked up without signing in: it %s', async (_what, tenantId, verdict) => {
    const built = await house();
    built.apply(essentials({ tenantId }));
    await built.run(10_000);
    expect(built.condition('Customer', 'contoso', 'TenantVerified')).toBe(verdict);
    expect(built.outside.visits).toEqual([]);
  });
});

describe('signing in', () => {
  it('[S057] a Secret without a client id is told in the known words', async () => {
    const built = await house();
    const past = customer('contoso', { authentication: { method: 'AppRegistration', clientSecretRef: { name: 'app', key: 'secret' } } });
    built.apply(past);
    await built.run(10_000);
    expect(built.ready('Customer', 'contoso')).toBe('False/ClientIdMissing');
    expect(built.message('Customer', 'contoso', 'Ready')).toContain(
      'No ClientId was specified. Something went wrong while verifying M365 credentials!',
    );
  });

  it('is told by one event when it is refused, and the state of what stands is kept', async () => {
    const built = await deployedHouse();
    const tenant = built.outside.tenants.get(TENANT);
    if (tenant !== undefined) tenant.secret = 'rotated';
    await built.run(60 * 60_000);
    const refused = built.condition('Customer', 'contoso', 'Authenticated');
    expect(refused).toMatch(/^False\//);
    expect(built.ready('Customer', 'contoso')).toBe(refused);
    const reason = refused.slice('False/'.length);
    expect((await built.events('contoso')).filter((told) => told === reason)).toEqual([reason]);
    expect(built.condition('SiteLocation', 'zurich', 'SBCDeployed')).toBe('True/Deployed');
  });

  it.each([
    ['Teams Telephony Administrator', 'aa38014f-0993-46e9-9b45-30501a20909d', 'Skype for Business Administrator'],
    ['Skype for Business Administrator', '75941009-915a-4869-abe7-691bff18279e', 'Teams Telephony Administrator'],
  ])('[S090] with %s alone the pair is incomplete; the message names the other', async (held, claim, missing) => {
    const built = await house();
    const tenant = built.outside.tenants.get(TENANT);
    if (tenant !== undefined) tenant.directoryRoles = [claim];
    built.apply(customer(), device(), site());
    await built.run(10_000);
    expect(built.condition('Customer', 'contoso', 'Authorized')).toBe('False/RolePairIncomplete');
    expect(built.message('Customer', 'contoso', 'Authorized')).toContain(`${missing} on its service principal beside ${held}`);
    expect(built.get('Customer', 'contoso').status?.roles).toMatchObject([
      { name: missing, state: 'Missing', holder: 'service principal' },
    ]);
  });
});

describe('a role that only onboarding needs', () => {
  it('[S088] is told once the customer is deployed, and not before', async () => {
    const built = await house();
    const tenant = built.outside.tenants.get(TENANT);
    if (tenant === undefined) throw new Error('no tenant');
    tenant.directoryRoles = [...tenant.directoryRoles, '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3'];
    built.apply(customer());
    await built.run(10_000);
    expect(built.condition('Customer', 'contoso', 'Authorized')).toBe('True/RightsSufficient');
    built.apply(device(), site(), range());
    await built.run(700_000); // told with the next look at the tenant
    expect(built.condition('Customer', 'contoso', 'Authorized')).toBe('True/OnboardingRoleStillAssigned');
    expect(built.message('Customer', 'contoso', 'Authorized')).toContain('Application Administrator');
    expect(built.get('Customer', 'contoso').status?.roles).toMatchObject([
      { name: 'Teams Administrator', state: 'Present' },
      { name: 'Application Administrator', state: 'Surplus' },
    ]);
    expect(built.ready('Customer', 'contoso')).toBe('True/Ready');
  });
});

describe('how a Customer lets us in', () => {
  const waiting = () => customer('contoso', { authentication: { method: 'AppRegistration' } });

  it('[S070] by a link that is sent to its administrator', async () => {
    const built = await house();
    built.apply(waiting(), invitation());
    await built.run(10_000);
    expect(built.outside.writes.map(({ kind }) => kind)).toEqual(['Mail']);
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('False/InvitationOpen');
  });

  it('[S070] or by an app registration that is known, without any invitation', async () => {
    const built = await house();
    built.apply(waiting());
    await built.run(10_000);
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('False/ConsentRequired');
    built.apply(customer());
    await built.run(10_000);
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('True/Successful');
    expect(built.outside.writes).toEqual([]);
  });

  it('[S084] credentials stay in their Secrets: no object, event or change has them', async () => {
    const built = await house();
    const [secret, password] = ['tenant-credential-4711', 'device-credential-0815'];
    const [tenant, sbc] = [built.outside.tenants.get(TENANT), built.outside.devices.get('acme/sbc1')];
    if (tenant !== undefined) tenant.secret = secret;
    if (sbc !== undefined) sbc.password = password;
    built.putSecret('app', { secret });
    built.putSecret('sbc', { username: 'Admin', password });
    built.apply(customer(), device(), site(), range());
    await built.run(30_000);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
    if (tenant !== undefined) tenant.secret = 'another';
    await built.run(60 * 60_000);
    expect(built.ready('Customer', 'contoso')).toMatch(/^False/);
    const stored = ['customers', 'sitelocations', 'sbcdevices', 'numberranges', 'dnsendpoints', 'configmaps', 'events', 'leases'];
    const told = JSON.stringify([stored.map((plural) => built.kube.all(plural)), built.outside.writes]);
    expect(told).toContain('contoso');
    for (const credential of [secret, password]) expect(told).not.toContain(credential);
  });
});

describe('a site', () => {
  it('[S039] whose Customer does not exist waits for it and goes on when it comes', async () => {
    const built = await house();
    built.apply(device(), site());
    await built.run(10_000);
    expect(built.condition('SiteLocation', 'zurich', 'Accepted')).toBe('False/CustomerNotFound');
    built.apply(customer());
    await built.run(30_000);
    expect(built.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('[S153] [S184] without default routing is deployed on the SBC alone; the Microsoft state is empty and in nobody’s way', async () => {
    const built = await house();
    built.apply(customer(), device(), site('zurich', { m365: { defaultRouting: false } }), range());
    await built.run(30_000);
    expect(built.condition('SiteLocation', 'zurich', 'SBCDeployed')).toBe('True/Deployed');
    expect(built.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('Unknown/NotApplicable');
    expect([built.ready('SiteLocation', 'zurich'), built.ready('NumberRange', 'office')]).toEqual(['True/Deployed', 'True/Deployed']);
    expect(built.outside.writes.map(({ system }) => system)).toEqual(['sbc']);
  });

  it('[S153] the two states are independent: a tenant that cannot be read says nothing about the SBC', async () => {
    const built = await deployedHouse();
    built.outside.teams.misbehave(
      { system: 'teams-admin', id: TENANT, lane: '' },
      { on: 'read', how: 'fail', times: 10_000, error: unreachable() },
    );
    await built.run(3 * 60 * 60_000);
    expect(built.condition('SiteLocation', 'zurich', 'M365Deployed')).toMatch(/^Unknown\//);
    expect(built.condition('SiteLocation', 'zurich', 'SBCDeployed')).toBe('True/Deployed');
  });

  it('[S170] is reached over the gateway that has its full domain name', async () => {
    const built = await deployedHouse();
    const route = [...built.outside.stateOf('teams', TENANT).values()].find(({ kind }) => kind === 'VoiceRoute');
    expect(route?.fields['gateways']).toEqual([FQDN]);
    expect(built.get('SiteLocation', 'zurich').status?.trunks).toMatchObject([{ fqdn: FQDN, routeName: 'Unrestricted-zurich' }]);
  });
});

function unreachable(): OperatorError {
  return new OperatorError('Microsoft Teams does not answer', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
}
