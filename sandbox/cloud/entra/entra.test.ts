import { generateKeyPairSync, randomUUID, webcrypto } from 'node:crypto';
import { Agent } from 'node:https';
import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node';
import axios from 'axios';
import { createRemoteJWKSet, customFetch, decodeJwt, importPKCS8, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxClock } from '../clock.ts';
import { Directory } from '../directory.ts';
import { type RunningStandIn, startStandIn } from '../server.ts';
import { type CloudBase, createCloudBase } from '../stand-in.ts';
import { type AppRegistration, CloudState, type ServicePrincipal, type Tenant } from '../tenant.ts';
import { entraStandIn } from './app.ts';
import { TEAMS_ADMINISTRATOR, TEAMS_APP_ID } from './resources.ts';
import { TokenService } from './tokens.ts';

const GRAPH_SCOPE = 'https://graph.microsoft.com/.default';
const TEAMS_SCOPE = `${TEAMS_APP_ID}/.default`;

let base: CloudBase;
let state: CloudState;
let directory: Directory;
let tokens: TokenService;
let entra: RunningStandIn;
let tenant: Tenant;
let app: AppRegistration;
let principal: ServicePrincipal;
let secret: string;
let network: INetworkModule;

beforeEach(async () => {
  base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual', startAt: Date.now() }) });
  state = new CloudState(base.clock);
  directory = new Directory(state, base);
  tokens = await TokenService.create(base.clock);
  entra = await startStandIn(entraStandIn({ state, base, tokens }), base);
  tenant = state.addTenant({ displayName: 'Acme' });
  directory.verifyDomain(directory.addDomain(tenant, 'acme.example'), { settled: true });
  app = directory.registerApp({ displayName: 'Trunkline', homeTenantId: tenant.id });
  secret = directory.addSecret(app).text;
  principal = directory.consent(tenant, app, ['Organization.Read.All', 'User.Read.All']);
  network = networkOf(base.ca.certPem);
});

afterEach(() => entra.close());

/** MSAL's own wire format over a client that trusts the sandbox CA. */
function networkOf(ca: string): INetworkModule {
  const http = axios.create({ httpsAgent: new Agent({ ca }), validateStatus: () => true, timeout: 60_000 });
  const answer = (response: { status: number; headers: object; data: unknown }) => ({
    status: response.status,
    headers: response.headers as Record<string, string>,
    body: response.data as never,
  });
  return {
    sendGetRequestAsync: async (url, options) => answer(await http.get(url, { headers: options?.headers ?? {} })),
    sendPostRequestAsync: async (url, options) => answer(await http.post(url, options?.body, { headers: options?.headers ?? {} })),
  };
}

interface Credential {
  readonly clientSecret?: string;
  readonly clientCertificate?: { readonly thumbprintSha256: string; readonly privateKey: string };
}

function msal(credential: Credential, tenantName = tenant.id, clientId = app.appId): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: { clientId, authority: `${entra.url}/${tenantName}`, knownAuthorities: [new URL(entra.url).host], ...credential },
    system: { networkClient: network, disableInternalRetries: true },
  });
}

async function refusal(client: ConfidentialClientApplication, scope = GRAPH_SCOPE) {
  const error: unknown = await client.acquireTokenByClientCredential({ scopes: [scope] }).catch((thrown: unknown) => thrown);
  const { errorNo, errorCode, status, message } = error as { errorNo: string | number; errorCode: string; status: number; message: string };
  return { errorNo: String(errorNo), errorCode, status, message };
}

async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const http = axios.create({ httpsAgent: new Agent({ ca: base.ca.certPem }), validateStatus: () => true });
  return http.post(`${entra.url}${path}`, new URLSearchParams(form).toString(), { headers });
}

async function get(path: string) {
  return axios.get(`${entra.url}${path}`, { httpsAgent: new Agent({ ca: base.ca.certPem }), validateStatus: () => true });
}

describe('Entra with MSAL Node over a real socket', () => {
  it('gives an app with a secret a signed token that carries the granted roles of that resource', async () => {
    const result = await msal({ clientSecret: secret }).acquireTokenByClientCredential({ scopes: [GRAPH_SCOPE] });
    const fetcher: typeof fetch = async (url) => Response.json((await get(new URL(String(url)).pathname)).data);
    const keys = createRemoteJWKSet(new URL(`${entra.url}/${tenant.id}/discovery/v2.0/keys`), { [customFetch]: fetcher });
    const { payload } = await jwtVerify(result?.accessToken ?? '', keys, { audience: 'https://graph.microsoft.com' });
    expect(payload).toMatchObject({
      iss: `https://sts.windows.net/${tenant.id}/`,
      tid: tenant.id,
      appid: app.appId,
      oid: principal.id,
      idtyp: 'app',
      roles: ['Organization.Read.All', 'User.Read.All'],
    });
    expect(base.log.list({ method: 'POST' })).toMatchObject([{ standIn: 'entra', target: tenant.id, status: 200, write: false }]);
    expect(JSON.stringify(base.log.list())).not.toContain(secret);
  });

  it('gives a Teams token without roles claim, with the directory roles in wids', async () => {
    directory.assignRole(principal, TEAMS_ADMINISTRATOR);
    const result = await msal({ clientSecret: secret }).acquireTokenByClientCredential({ scopes: [TEAMS_SCOPE] });
    const claims = decodeJwt(result?.accessToken ?? '');
    expect([claims.aud, claims['roles'], claims['wids']]).toEqual([TEAMS_APP_ID, undefined, expect.arrayContaining([TEAMS_ADMINISTRATOR])]);
  });

  it('resolves the tenant by verified domain', async () => {
    const result = await msal({ clientSecret: secret }, 'acme.example').acquireTokenByClientCredential({ scopes: [GRAPH_SCOPE] });
    expect(decodeJwt(result?.accessToken ?? '')['tid']).toBe(tenant.id);
  });

  it('accepts a certificate assertion and refuses one of an unregistered key', async () => {
    const registered = await selfSigned();
    directory.addCertificate(app, registered.certPem, base.clock.now() + 60_000);
    const result = await msal({ clientCertificate: registered.credential }).acquireTokenByClientCredential({ scopes: [GRAPH_SCOPE] });
    expect(decodeJwt(result?.accessToken ?? '')['appid']).toBe(app.appId);
    const foreign = await selfSigned();
    expect(await refusal(msal({ clientCertificate: foreign.credential }))).toMatchObject({ errorNo: '700027', status: 401 });
    const mixed = { ...foreign.credential, thumbprintSha256: registered.credential.thumbprintSha256 };
    expect(await refusal(msal({ clientCertificate: mixed }))).toMatchObject({
      errorNo: '700027',
      message: expect.stringContaining('signature'),
    });
    base.clock.advance(60_000);
    expect(await refusal(msal({ clientCertificate: registered.credential }))).toMatchObject({
      message: expect.stringContaining('expired'),
    });
  });

  it('refuses a wrong, an expired and a not yet replicated secret in the real words', async () => {
    expect(await refusal(msal({ clientSecret: 'wrong' }))).toMatchObject({ errorNo: '7000215', errorCode: 'invalid_client', status: 401 });
    base.clock.advance(3 * 365 * 86_400_000);
    expect(await refusal(msal({ clientSecret: secret }))).toMatchObject({ errorNo: '7000222', errorCode: 'invalid_client', status: 401 });
    base.consistency.setProfile('realistic');
    const fresh = directory.addSecret(app).text;
    expect(await refusal(msal({ clientSecret: fresh }))).toMatchObject({ errorNo: '7000215' });
    base.clock.advance(60_000);
    await expect(msal({ clientSecret: fresh }).acquireTokenByClientCredential({ scopes: [GRAPH_SCOPE] })).resolves.toBeTruthy();
  });

  it('refuses an unknown app, and one of another tenant that is not multi-tenant', async () => {
    expect(await refusal(msal({ clientSecret: secret }, tenant.id, randomUUID()))).toMatchObject({ errorNo: '700016', status: 400 });
    const other = state.addTenant({ displayName: 'Other' });
    expect(await refusal(msal({ clientSecret: secret }, other.id))).toMatchObject({ errorNo: '700016' });
  });

  it.each([
    [700016, 'unauthorized_client', 400],
    [7000229, 'invalid_client', 401],
  ])('refuses an app that was not consented to, as %i', async (code, errorCode, status) => {
    base.switches.set('entra.missingServicePrincipalCode', code);
    tenant.servicePrincipals.delete(app.appId);
    expect(await refusal(msal({ clientSecret: secret }))).toMatchObject({ errorNo: String(code), errorCode, status });
  });

  it('issues a token without roles claim when nothing was granted, and freezes roles at issue', async () => {
    principal.grants = [];
    const client = msal({ clientSecret: secret });
    const first = await client.acquireTokenByClientCredential({ scopes: [GRAPH_SCOPE] });
    directory.consent(tenant, app, ['Domain.Read.All']);
    const cached = await client.acquireTokenByClientCredential({ scopes: [GRAPH_SCOPE] });
    const fresh = await client.acquireTokenByClientCredential({ scopes: [GRAPH_SCOPE], skipCache: true });
    expect([first, cached, fresh].map((result) => decodeJwt(result?.accessToken ?? '')['roles'])).toEqual([
      undefined,
      undefined,
      ['Domain.Read.All'],
    ]);
  });

  it('refuses a disabled app, a missing resource and a resource of another cloud', async () => {
    principal.enabled = false;
    expect(await refusal(msal({ clientSecret: secret }))).toMatchObject({ errorNo: '7000112', errorCode: 'unauthorized_client' });
    principal.enabled = true;
    tenant.hasTeams = false;
    expect(await refusal(msal({ clientSecret: secret }), TEAMS_SCOPE)).toMatchObject({ errorNo: '500011', errorCode: 'invalid_resource' });
    expect(await refusal(msal({ clientSecret: secret }), 'https://graph.microsoft.us/.default')).toMatchObject({ errorNo: '500011' });
  });

  it('lets MSAL see an injected throttling as its own error', async () => {
    base.faults.add({ standIn: 'entra', kind: 'throttle', retryAfter: 7, method: 'POST', times: 1 });
    expect(await refusal(msal({ clientSecret: secret }))).toMatchObject({ errorNo: '90033', status: 429 });
  });
});

describe('Entra token endpoint', () => {
  const form = () => ({ client_id: app.appId, client_secret: secret, grant_type: 'client_credentials', scope: GRAPH_SCOPE });

  it('accepts HTTP Basic', async () => {
    const { client_id, client_secret, ...rest } = form();
    const basic = Buffer.from(`${client_id}:${encodeURIComponent(client_secret)}`).toString('base64');
    expect((await post(`/${tenant.id}/oauth2/v2.0/token`, rest, { Authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it.each([
    ['no scope', { scope: '' }, 900144, 'invalid_request', 400],
    ['a scope without /.default', { scope: 'https://graph.microsoft.com/User.Read.All' }, 1002012, 'invalid_scope', 400],
    ['two resources', { scope: `${GRAPH_SCOPE} ${TEAMS_SCOPE}` }, 70011, 'invalid_scope', 400],
    ['another grant type', { grant_type: 'password' }, 70003, 'unsupported_grant_type', 400],
    ['no grant type', { grant_type: '' }, 900144, 'invalid_request', 400],
    ['no client id', { client_id: '' }, 900144, 'invalid_request', 400],
    ['no credential', { client_secret: '' }, 7000218, 'invalid_client', 401],
    [
      'an assertion that is no JWT',
      { client_assertion: 'x', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' },
      700027,
      'invalid_client',
      401,
    ],
    ['an assertion without type', { client_assertion: 'x' }, 90014, 'invalid_request', 400],
  ])('refuses %s', async (_name, change, code, error, status) => {
    const answer = await post(`/${tenant.id}/oauth2/v2.0/token`, { ...form(), ...change }, { 'client-request-id': 'c-1' });
    expect([answer.status, answer.data.error, answer.data.error_codes]).toEqual([status, error, [code]]);
    expect(answer.data).toMatchObject({ correlation_id: 'c-1', error_description: expect.stringMatching(`^AADSTS${code}: `) });
  });

  it('refuses shared tenant names and malformed ones', async () => {
    expect((await post('/common/oauth2/v2.0/token', form())).data.error_codes).toEqual([9001023]);
    expect((await post('/not a tenant/oauth2/v2.0/token', form())).data.error_codes).toEqual([900023]);
  });

  it('reads a form and nothing else', async () => {
    const http = axios.create({ httpsAgent: new Agent({ ca: base.ca.certPem }), validateStatus: () => true });
    for (const contentType of ['multipart/form-data', 'application/json']) {
      const answer = await http.post(`${entra.url}/${tenant.id}/oauth2/v2.0/token`, form(), { headers: { 'Content-Type': contentType } });
      expect([answer.status, answer.data.error_codes]).toEqual([400, [900144]]);
    }
  });

  interface AssertionChange {
    readonly aud?: string;
    readonly iss?: string;
    /** Seconds from now; null = no such claim. */
    readonly exp?: number | null;
    readonly jti?: string | null;
  }

  async function assertion({ aud, iss, exp = 300, jti = randomUUID() }: AssertionChange = {}) {
    const { certPem, credential } = await selfSigned();
    directory.addCertificate(app, certPem, base.clock.now() + 60_000);
    const now = Math.floor(base.clock.now() / 1000);
    const unsigned = new SignJWT(jti === null ? {} : { jti })
      .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': Buffer.from(credential.thumbprintSha256, 'hex').toString('base64url') })
      .setAudience(aud ?? `${entra.url}/${tenant.id}/oauth2/v2.0/token`)
      .setIssuer(iss ?? app.appId)
      .setSubject(app.appId);
    if (exp !== null) unsigned.setExpirationTime(now + exp);
    return unsigned.sign(await importPKCS8(credential.privateKey, 'PS256'));
  }

  async function signIn(client_assertion: string) {
    const { client_secret: _unused, ...rest } = form();
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const { status, data } = await post(`/${tenant.id}/oauth2/v2.0/token`, { ...rest, client_assertion, client_assertion_type });
    return [status, data.error_codes];
  }

  it.each([
    ['another audience', { aud: 'https://elsewhere.test/token' }, 700023],
    ['another client', { iss: randomUUID() }, 700021],
    ['a time long past', { exp: -4_000 }, 700024],
    ['no end', { exp: null }, 700027],
    ['no id', { jti: null }, 700027],
  ])('refuses an assertion with %s', async (_name, change: AssertionChange, code) => {
    expect(await signIn(await assertion(change))).toEqual([401, [code]]);
  });

  it('takes an assertion once, or as often as it comes when the switch says so', async () => {
    const once = await assertion();
    expect(await signIn(once)).toEqual([200, undefined]);
    expect(await signIn(once)).toEqual([401, [700027]]);
    base.switches.set('entra.reusedAssertion', 'accepted');
    expect(await signIn(once)).toEqual([200, undefined]);
  });
});

describe('Entra discovery', () => {
  it('tells the GUID of a domain in its issuer', async () => {
    expect((await get('/acme.example/v2.0/.well-known/openid-configuration')).data).toMatchObject({
      issuer: `${entra.url}/${tenant.id}/v2.0`,
      token_endpoint: `${entra.url}/acme.example/oauth2/v2.0/token`,
    });
    expect((await get('/organizations/v2.0/.well-known/openid-configuration')).data.issuer).toBe(`${entra.url}/{tenantid}/v2.0`);
  });

  it.each(['invalid_tenant', 'invalid_request'])('refuses an unknown tenant with AADSTS90002 as %s', async (error) => {
    base.switches.set('entra.unknownTenantError', error);
    const { status, data } = await get('/nobody.example/v2.0/.well-known/openid-configuration');
    expect([status, data.error, data.error_codes]).toEqual([400, error, [90002]]);
  });

  it('knows no instance but Microsoft own ones, and no other path', async () => {
    expect((await get('/common/discovery/instance?api-version=1.1')).data).toMatchObject({
      error: 'invalid_instance',
      error_codes: [50049],
    });
    expect((await get(`/${tenant.id}/oauth2/token`)).status).toBe(404);
  });
});

async function selfSigned() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const x509 = await import('@peculiar/x509');
  const alg = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const signing = await webcrypto.subtle.importKey('pkcs8', der, alg, true, ['sign']);
  const jwk = await webcrypto.subtle.exportKey('jwk', signing);
  const publicKey = await webcrypto.subtle.importKey('jwk', { kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '' }, alg, true, ['verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=operator',
    signingAlgorithm: alg,
    keys: { privateKey: signing, publicKey },
  });
  const thumbprintSha256 = Buffer.from(await webcrypto.subtle.digest('SHA-256', cert.rawData)).toString('hex');
  return { certPem: cert.toString('pem'), credential: { thumbprintSha256, privateKey: pem } };
}
