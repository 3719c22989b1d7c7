import { existsSync, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxClock } from './clock.ts';
import { type Cloud, startCloud } from './main.ts';
import { QUICKSTART, seedCustomer, seedProvider, seedTenants } from './seed.ts';

let cloud: Cloud;
let admin: AxiosInstance;
let outside: AxiosInstance;

beforeEach(async () => {
  cloud = await startCloud({ clock: new SandboxClock({ mode: 'manual' }) });
  admin = axios.create({ baseURL: cloud.endpoints.admin, validateStatus: () => true });
  outside = axios.create({ httpsAgent: new Agent({ ca: cloud.caPem }), validateStatus: () => true });
});

afterEach(() => cloud.stop());

async function teamsToken(): Promise<string> {
  const { tenantId, clientId, clientSecret } = QUICKSTART.customer;
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: '48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default',
  };
  const { data } = await outside.post(`${cloud.endpoints.entra}/${tenantId}/oauth2/v2.0/token`, new URLSearchParams(form).toString());
  return data.access_token;
}

describe('the whole cloud', () => {
  it('tells its endpoints and its CA, and every HTTPS one is signed by it', async () => {
    expect(readFileSync(cloud.caPath, 'utf8')).toBe(cloud.caPem);
    expect((await admin.get('/ca.pem')).data).toBe(cloud.caPem);
    const { data: endpoints } = await admin.get('/endpoints');
    expect({ ...endpoints, admin: cloud.endpoints.admin }).toEqual(cloud.endpoints);
    for (const part of ['entra', 'graph', 'teamsAdmin', 'sbc1', 'sbc2'] as const) {
      expect((await outside.get(`${cloud.endpoints[part]}/`)).status, part).toBeGreaterThanOrEqual(400);
    }
  });

  it('lets a person act through the admin API and shows it in the tenant', async () => {
    const { tenantId } = QUICKSTART.customer;
    const before = cloud.snapshot();
    expect((await admin.post('/microsoft/addUsages', { tenantId, labels: ['Foreign'] })).status).toBe(204);
    expect((await admin.get(`/microsoft/tenants/${tenantId}`)).data).toEqual(cloud.microsoft.snapshot(tenantId));
    const headers = { Authorization: `Bearer ${await teamsToken()}` };
    const usages = `${cloud.endpoints.teamsAdmin}/Skype.Policy/configurations/OnlinePstnUsages/configuration/Global`;
    expect((await outside.get(usages, { headers })).data.Usage).toEqual(['Reception', 'Foreign']);
    expect((await admin.get(`/microsoft/tenants/${tenantId}/config/OnlinePstnUsages`)).data.Global.Usage).toEqual(['Reception', 'Foreign']);
    expect((await admin.get(`/microsoft/tenants/${tenantId}/config/Colours`)).data.error).toContain('no such type: Colours');
    await admin.post('/microsoft/removeUsages', { tenantId, labels: ['Foreign'] });
    expect(cloud.snapshot()).toEqual(before);
    expect(cloud.base.log.writes()).toBe(0); // a person's acts are not exchanges
  });

  it.each([
    ['rotateSecret', { appId: QUICKSTART.customer.clientId, secret: 'next' }, '7000215'],
    ['expireSecrets', { appId: QUICKSTART.customer.clientId }, '7000222'],
    ['revokeConsent', { tenantId: QUICKSTART.customer.tenantId, appId: QUICKSTART.customer.clientId }, '700016'],
  ])('takes sign-in away by %s', async (action, input, code) => {
    expect((await admin.post(`/microsoft/${action}`, input)).status).toBeLessThan(300);
    const { tenantId, clientId, clientSecret } = QUICKSTART.customer;
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'https://graph.microsoft.com/.default',
    };
    const { data } = await outside.post(`${cloud.endpoints.entra}/${tenantId}/oauth2/v2.0/token`, new URLSearchParams(form).toString());
    expect(data.error_codes).toEqual([Number(code)]);
  });

  it('refuses acts that make no sense, by name', async () => {
    expect((await admin.post('/microsoft/explode', {})).data.error).toContain('no such action: explode');
    expect((await admin.post('/microsoft/addUsages', { tenantId: 'x', labels: [] })).data.error).toContain('no such tenant');
    expect((await admin.post('/microsoft/addUsages', { tenantId: 'x' })).status).toBe(400);
    const route = { tenantId: QUICKSTART.customer.tenantId, type: 'OnlineVoiceRoute', identity: 'r' };
    expect((await admin.post('/microsoft/putConfig', { ...route, properties: { Colour: 'red' } })).data.error).toContain(
      'no property Colour',
    );
    expect((await admin.post('/microsoft/deleteConfig', route)).data.error).toContain('no such OnlineVoiceRoute: r');
  });

  it('verifies a domain by what its own DNS publishes', async () => {
    const tenant = cloud.microsoft.state.tenant(QUICKSTART.customer.tenantId);
    const domain = cloud.microsoft.directory.addDomain(tenant, 'basel.teams.carrier.example');
    expect(await cloud.microsoft.state.lookupTxt(domain.id)).toEqual([]);
    cloud.dns.zones.set({ name: domain.id, type: 'TXT', ttl: 60, values: [`MS=${domain.challenge}`] });
    expect(await cloud.microsoft.state.lookupTxt(domain.id)).toEqual([`MS=${domain.challenge}`]);
  });

  it('aims faults at any part and counts for all of them', async () => {
    await admin.post('/faults', { standIn: 'sbc2', kind: 'status', status: 503 });
    expect((await outside.get(`${cloud.endpoints.sbc2}/api/v1/status`)).status).toBe(503);
    expect((await outside.get(`${cloud.endpoints.sbc1}/api/v1/status`)).status).not.toBe(503);
    expect((await admin.get('/counts?standIn=sbc2')).data).toMatchObject({ reads: 1, writes: 0 });
  });

  it('shows arrived mail on a page', async () => {
    expect((await outside.get(`${cloud.endpoints.mailbox}/`)).headers['content-type']).toContain('text/html');
    expect(cloud.endpoints.smtp).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('leaves nothing behind', async () => {
    await cloud.stop();
    expect(existsSync(cloud.caPath)).toBe(false);
    await expect(outside.get(`${cloud.endpoints.graph}/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(admin.get('/endpoints')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('seeds', () => {
  it('makes a thousand customers whose trunks all carry calls', async () => {
    const empty = await startCloud({
      seed: ({ microsoft }) => {
        seedProvider(microsoft, QUICKSTART.provider);
        const seeds = seedTenants(microsoft, 1_000);
        const last = seeds.at(-1);
        const tenant = microsoft.state.tenant(last?.tenantId ?? '');
        expect(last?.trunks.every((trunk) => microsoft.rules.acceptsTrunk(tenant, trunk))).toBe(true);
        expect(new Set(seeds.flatMap((seed) => seed.trunks)).size).toBe(2_000);
      },
    });
    await empty.stop();
  });

  it('adds a customer of its own making', async () => {
    const own = {
      tenantId: '99999999-0000-4000-8000-000000000009',
      displayName: 'Own',
      domain: 'own.example',
      clientId: 'own-app',
      clientSecret: 'x',
    };
    seedCustomer(cloud.microsoft, { ...own, trunks: ['own.teams.carrier.example'] });
    const { status, data } = await outside.get(`${cloud.endpoints.entra}/own.example/v2.0/.well-known/openid-configuration`);
    expect([status, data.issuer]).toEqual([200, `${cloud.endpoints.entra}/${own.tenantId}/v2.0`]);
  });
});
