import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppCredential, connectionId, type EntraDriver, type IdentityView } from '../../operator/integrations/entra/port.ts';
import { sendAuthorized } from '../../operator/integrations/entra/tokens.ts';
import { TEAMS_ADMINISTRATOR } from '../../sandbox/cloud/entra/resources.ts';
import { OPERATOR_PERMISSIONS, QUICKSTART } from '../../sandbox/cloud/seed.ts';
import { appCertificate, type MicrosoftCloud, startMicrosoftCloud } from './microsoft-cloud.ts';

const signal = new AbortController().signal;
let cloud: MicrosoftCloud;
let driver: EntraDriver;

beforeEach(async () => {
  cloud = await startMicrosoftCloud();
  driver = cloud.drivers.entra;
});

afterEach(() => cloud.close());

const read = (id: string = cloud.tenant.id): Promise<IdentityView> => driver.read({ system: 'entra', id, lane: `tenant/${id}` }, signal);
const tokenCalls = (): number => cloud.base.log.list({ standIn: 'entra', method: 'POST' }).length;

async function refusal(credential: AppCredential = cloud.credential, tenantId: string = cloud.tenant.id) {
  cloud.connections.connect(tenantId, credential);
  const { signIns } = await read(tenantId);
  const graph = signIns?.graph;
  return graph?.state === 'refused' ? graph.error : expect.fail(`not refused but ${graph?.state}`);
}

describe('finding the tenant', () => {
  it('learns the id from a domain, without credentials', async () => {
    expect(await read('NORDWIND.example')).toEqual({ tenant: { state: 'found', tenantId: cloud.tenant.id } });
  });

  it.each(['invalid_tenant', 'invalid_request'])('tells an unknown tenant whichever error it is called (%s)', async (error) => {
    cloud.base.switches.set('entra.unknownTenantError', error);
    for (const id of [randomUUID(), 'nobody.example', 'organizations', 'a/../b']) {
      expect(await read(id)).toMatchObject({ tenant: { state: 'notFound', error: { kind: 'Terminal', reason: 'TenantNotFound' } } });
    }
  });

  it('throws an outage instead of calling the tenant unknown', async () => {
    cloud.base.faults.add({ standIn: 'entra', kind: 'status', status: 503, times: 1 });
    await expect(read()).rejects.toMatchObject({ kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
    cloud.base.faults.add({ standIn: 'entra', kind: 'reset', times: 1 });
    await expect(read()).rejects.toMatchObject({ kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
  });
});

describe('signing in', () => {
  it('signs in to both resources by secret and shows what was granted', async () => {
    const { principal } = cloud;
    cloud.microsoft.directory.assignRole(principal, TEAMS_ADMINISTRATOR, { settled: true });
    cloud.connections.connect(cloud.tenant.id.toUpperCase(), cloud.credential);
    const { signIns } = await read('nordwind.example');
    expect(signIns).toMatchObject({
      graph: { state: 'signedIn', roles: [...OPERATOR_PERMISSIONS] },
      'teams-admin': { state: 'signedIn', roles: [], directoryRoles: expect.arrayContaining([TEAMS_ADMINISTRATOR]) },
    });
  });

  it('keeps two credentials for one tenant apart, each under its own connection', async () => {
    const { tenant, connections, credential } = cloud;
    const other = connectionId(tenant.id, 'acme/other');
    const wrong: AppCredential = { clientId: credential.clientId, proof: { kind: 'secret', secret: 'wrong' } };
    expect(connections.connect(tenant.id, credential)).toBe(true);
    expect(connections.connect(tenant.id, credential)).toBe(false);
    expect(connections.connect(other, wrong)).toBe(true);
    expect((await read(other)).signIns).toMatchObject({ graph: { state: 'refused' }, 'teams-admin': { state: 'refused' } });
    expect((await read()).signIns).toMatchObject({ graph: { state: 'signedIn' }, 'teams-admin': { state: 'signedIn' } });
    expect((await read(connectionId('nordwind.example', 'acme/third'))).signIns).toBeUndefined();
  });

  it('[S067] asks for exactly the two .default scopes, and for no other grant', async () => {
    cloud.connections.connect(cloud.tenant.id, cloud.credential);
    await read();
    const forms = cloud.base.log.list({ standIn: 'entra', method: 'POST' }).map(({ requestBody }) => new URLSearchParams(requestBody));
    expect(forms.map((form) => form.get('grant_type'))).toEqual(['client_credentials', 'client_credentials']);
    expect(forms.map((form) => form.get('scope')).sort()).toEqual([
      '48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default',
      'https://graph.microsoft.com/.default',
    ]);
  });

  it('signs in by certificate, and refuses a key that is not the certificate own before sending anything', async () => {
    const registered = await appCertificate();
    const other = await appCertificate();
    cloud.microsoft.directory.addCertificate(cloud.app, registered.certificatePem, Date.now() + 3_600_000);
    const clientId = cloud.app.appId;
    cloud.connections.connect(cloud.tenant.id, { clientId, proof: { kind: 'certificate', ...registered } });
    expect((await read()).signIns).toMatchObject({ graph: { state: 'signedIn' }, 'teams-admin': { state: 'signedIn' } });

    expect(await refusal({ clientId, proof: { kind: 'certificate', ...other } })).toMatchObject({
      kind: 'Auth',
      reason: 'ClientCertificateInvalid',
    });
    const sent = tokenCalls();
    const mixed = { certificatePem: registered.certificatePem, privateKeyPem: other.privateKeyPem };
    expect(await refusal({ clientId, proof: { kind: 'certificate', ...mixed } })).toMatchObject({
      kind: 'Auth',
      reason: 'CredentialInvalid',
    });
    const noPem = { certificatePem: 'MARKER-CERT', privateKeyPem: 'MARKER-KEY' };
    const error = await refusal({ clientId, proof: { kind: 'certificate', ...noPem } });
    expect(error).toMatchObject({ kind: 'Auth', reason: 'CredentialInvalid' });
    expect(inspect(error, { depth: 20 })).not.toContain('MARKER');
    expect(tokenCalls()).toBe(sent);
  });

  it('tells a wrong from an expired secret, with what to do about it', async () => {
    const wrong = await refusal({ clientId: cloud.app.appId, proof: { kind: 'secret', secret: 'MARKER-WRONG-SECRET' } });
    expect(wrong).toMatchObject({ kind: 'Auth', reason: 'ClientSecretInvalid', remedy: expect.stringContaining('Secret') });
    expect(wrong.correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(inspect(wrong, { depth: 20 })).not.toContain('MARKER-WRONG-SECRET');
    expect(wrong.message).not.toContain(wrong.correlationId);
    cloud.base.clock.advance(3 * 365 * 86_400_000);
    expect(await refusal()).toMatchObject({ kind: 'Auth', reason: 'ClientSecretExpired' });
  });

  it.each([
    [700016, 'ApplicationNotFound'],
    [7000229, 'EnterpriseApplicationRemoved'],
  ])('tells missing consent (AADSTS%i) as %s', async (code, reason) => {
    cloud.base.switches.set('entra.missingServicePrincipalCode', code);
    cloud.tenant.servicePrincipals.delete(cloud.app.appId);
    expect(await refusal()).toMatchObject({ kind: 'Auth', reason, remedy: expect.stringContaining('consent') });
  });

  it('tells an unknown app, a disabled one and a tenant without Teams apart', async () => {
    expect(await refusal({ ...cloud.credential, clientId: randomUUID() })).toMatchObject({ reason: 'ApplicationNotFound' });
    const { principal } = cloud;
    principal.enabled = false;
    expect(await refusal()).toMatchObject({ reason: 'ApplicationDisabled' });
    principal.enabled = true;
    cloud.tenant.hasTeams = false;
    const { signIns } = await read();
    expect(signIns).toMatchObject({
      graph: { state: 'signedIn' },
      'teams-admin': { state: 'refused', error: { kind: 'Auth', reason: 'ResourceNotInTenant' } },
    });
  });

  it('reads a token without roles as "nothing granted"', async () => {
    const { principal } = cloud;
    principal.grants = [];
    cloud.connections.connect(cloud.tenant.id, cloud.credential);
    expect((await read()).signIns).toMatchObject({ graph: { state: 'signedIn', roles: [] } });
  });

  it('throws throttling with its wait, and asks the service again afterwards instead of a memory of it', async () => {
    cloud.connections.connect(cloud.tenant.id, cloud.credential);
    cloud.tokens.connect(cloud.tenant.id, cloud.credential);
    cloud.base.faults.add({ standIn: 'entra', kind: 'throttle', retryAfter: 7, method: 'POST', times: 1 });
    const token = () => cloud.tokens.tokenOf(cloud.tenant.id, 'graph', signal);
    await expect(token()).rejects.toMatchObject({ kind: 'Throttled', retryAfterMs: 7_000 });
    expect(await token()).toBeTruthy();
    expect((await read()).signIns).toMatchObject({ graph: { state: 'signedIn' } });
  });
});

describe('tokens', () => {
  const token = () => cloud.tokens.tokenOf(cloud.tenant.id, 'graph', signal);

  it('are fetched once for many askers, renewed five minutes early, and dropped with the credential', async () => {
    cloud.tokens.connect(cloud.tenant.id, cloud.credential);
    const [first, second] = await Promise.all([token(), token()]);
    expect([first === second, tokenCalls()]).toEqual([true, 1]);
    cloud.base.clock.advance(4_100_000); // of 4,500 s
    expect(await token()).toBe(first);
    cloud.base.clock.advance(150_000);
    expect(await token()).not.toBe(first);
    expect(tokenCalls()).toBe(2);
    cloud.tokens.connect(cloud.tenant.id, { ...cloud.credential });
    await token();
    expect(tokenCalls()).toBe(2);
    const rotated = cloud.microsoft.directory.addSecret(cloud.app, { settled: true }).text;
    cloud.tokens.connect(cloud.tenant.id, { clientId: cloud.app.appId, proof: { kind: 'secret', secret: rotated } });
    await token();
    expect(tokenCalls()).toBe(3);
    cloud.tokens.refresh(cloud.tenant.id);
    await token();
    expect(tokenCalls()).toBe(4);
  });

  it('are told as gone when no credential is known', async () => {
    await expect(token()).rejects.toMatchObject({ kind: 'Auth', reason: 'CredentialsGone' });
    cloud.tokens.connect(cloud.tenant.id, cloud.credential);
    cloud.tokens.disconnect(cloud.tenant.id);
    expect(cloud.tokens.isConnected(cloud.tenant.id)).toBe(false);
    await expect(token()).rejects.toMatchObject({ reason: 'CredentialsGone' });
  });

  it('are dropped on a 401 and tried once more, then the 401 stands', async () => {
    cloud.tokens.connect(cloud.tenant.id, cloud.credential);
    const used: string[] = [];
    const answer = await sendAuthorized(cloud.tokens, { tenantId: cloud.tenant.id, resource: 'graph', signal }, async (bearer) => {
      used.push(bearer);
      cloud.base.clock.advance(1_000); // tokens of one second are equal
      return { status: 401, headers: {}, text: '', operation: 'x', method: 'GET' };
    });
    expect([answer.status, used.length, used[0] === used[1], tokenCalls()]).toEqual([401, 2, false, 2]);
  });

  it('do not wait for a login host that hangs longer than their asker', async () => {
    cloud.tokens.connect(cloud.tenant.id, cloud.credential);
    cloud.base.faults.add({ standIn: 'entra', kind: 'hang', times: 1 });
    await expect(cloud.tokens.tokenOf(cloud.tenant.id, 'graph', AbortSignal.timeout(50))).rejects.toMatchObject({
      reason: 'Interrupted',
    });
  });
});

describe('recording', () => {
  it('keeps neither secret nor assertion nor token', async () => {
    cloud.tokens.connect(cloud.tenant.id, cloud.credential);
    const bearer = await cloud.tokens.tokenOf(cloud.tenant.id, 'graph', signal);
    const pair = await appCertificate();
    cloud.microsoft.directory.addCertificate(cloud.app, pair.certificatePem, Date.now() + 3_600_000);
    cloud.connections.connect(cloud.tenant.id, { clientId: cloud.app.appId, proof: { kind: 'certificate', ...pair } });
    await read();
    const text = JSON.stringify(cloud.recorded);
    expect(cloud.recorded.length).toBeGreaterThan(2);
    expect(text).toContain('client_credentials');
    for (const secret of [QUICKSTART.customer.clientSecret, bearer, bearer.split('.')[2] ?? '', pair.privateKeyPem.slice(40, 80)])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/client_assertion=ey/);
  });
});
