import type { AxiosInstance } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestCloud, type TestCloud } from '../test-cloud.ts';

let cloud: TestCloud;
let graph: AxiosInstance;

const NEW = 'basel.teams.carrier.example';
const published = new Map<string, string[]>();

beforeEach(async () => {
  cloud = await startTestCloud();
  published.clear();
  cloud.microsoft.state.lookupTxt = async (name) => published.get(name) ?? [];
  cloud.microsoft.person.grantConsent(cloud.customer.tenantId, cloud.customer.clientId, ['Domain.ReadWrite.All']);
  graph = await cloud.client('graph');
});

afterEach(() => cloud.close());

async function challenge(client: AxiosInstance = graph): Promise<string> {
  const { data } = await client.get(`/v1.0/domains/${NEW}/verificationDnsRecords`);
  return data.value[0].text;
}

describe('Graph: domains', () => {
  it('adds, proves and removes a domain', async () => {
    const added = await graph.post('/v1.0/domains', { id: NEW });
    expect([added.status, added.data.isVerified]).toEqual([201, false]);
    const { data } = await graph.get(`/v1.0/domains/${NEW}/verificationDnsRecords`);
    expect(data.value).toMatchObject([
      { '@odata.type': '#microsoft.graph.domainDnsTxtRecord', label: NEW, recordType: 'Txt', text: expect.stringMatching(/^MS=ms\d{8}$/) },
      { recordType: 'Mx', label: NEW },
    ]);
    const refused = await graph.post(`/v1.0/domains/${NEW}/verify`);
    expect([refused.status, refused.data.error.message]).toEqual([
      400,
      expect.stringMatching(/^Domain verification failed with the following error:/),
    ]);
    published.set(NEW, ['other', await challenge()]);
    expect((await graph.post(`/v1.0/domains/${NEW}/verify`)).data.isVerified).toBe(true);
    expect((await graph.post(`/v1.0/domains/${NEW}/verify`)).data.error.message).toBe('Domain is already verified.');
    expect((await graph.get(`/v1.0/domains/${NEW}`)).data.supportedServices).toContain('OfficeCommunicationsOnline');
    expect((await graph.delete(`/v1.0/domains/${NEW}`)).status).toBe(204);
    expect((await graph.get(`/v1.0/domains/${NEW}`)).data.error.code).toBe('Request_ResourceNotFound');
  });

  it('verifies a subdomain of a root of the same tenant by itself', async () => {
    expect((await graph.post('/v1.0/domains', { id: 'voice.nordwind.example' })).data.isVerified).toBe(true);
  });

  it('gives every tenant its own challenge', async () => {
    await graph.post('/v1.0/domains', { id: NEW });
    cloud.microsoft.person.grantConsent(cloud.provider.tenantId, cloud.provider.clientId, ['Domain.ReadWrite.All']);
    const provider = await cloud.client('graph', 'provider');
    cloud.microsoft.directory.addDomain(cloud.microsoft.state.tenant(cloud.provider.tenantId), NEW);
    expect(await challenge(provider)).not.toBe(await challenge());
  });

  it.each([400, 409])('refuses a domain that is there already, with %i', async (status) => {
    cloud.base.switches.set('graph.duplicateDomainStatus', status);
    const refused = await graph.post('/v1.0/domains', { id: cloud.customer.domain });
    expect([refused.status, refused.data.error.details[0].code]).toEqual([status, 'ObjectConflict']);
  });

  it.each([
    ['verify', 201],
    ['post', 400],
  ])('refuses a domain verified elsewhere on %s', async (on, status) => {
    cloud.base.switches.set('graph.foreignDomainRefusedOn', on);
    expect((await graph.post('/v1.0/domains', { id: cloud.provider.carrierTrunk })).status).toBe(status);
    if (on === 'verify')
      expect((await graph.post(`/v1.0/domains/${cloud.provider.carrierTrunk}/verify`)).data.error.message).toContain(
        'another organization',
      );
  });

  it('refuses deletion while a user or soft-deleted user refers to it, and of the initial and default ones', async () => {
    const [trunk = ''] = cloud.customer.trunks;
    const path = `/v1.0/domains/${trunk}`;
    expect((await graph.get(`${path}/domainNameReferences`)).data.value).toHaveLength(1);
    expect((await graph.delete(path)).status).toBe(400);
    cloud.microsoft.person.deleteUser(cloud.customer.tenantId, `dr-activation@${trunk}`);
    expect((await graph.delete(path)).status).toBe(400);
    cloud.base.switches.set('graph.softDeletedUserKeepsDomain', false);
    expect((await graph.delete(path)).status).toBe(204);
    expect((await graph.delete('/v1.0/domains/nordwind.onmicrosoft.com')).status).toBe(400);
    expect((await graph.delete(`/v1.0/domains/${cloud.customer.domain}`)).status).toBe(400);
  });

  it('lets services be set on verified domains only, and only those that may be', async () => {
    const path = `/v1.0/domains/${cloud.customer.domain}`;
    expect((await graph.patch(path, { supportedServices: ['Email'] })).status).toBe(204);
    expect(
      (await graph.get(`${path}/serviceConfigurationRecords`)).data.value.map((record: { recordType: string }) => record.recordType),
    ).toEqual(['Mx']);
    expect((await graph.patch(path, { supportedServices: ['Email', 'OfficeCommunicationsOnline'] })).status).toBe(204);
    expect((await graph.get(`${path}/serviceConfigurationRecords`)).data.value).toHaveLength(3);
    expect((await graph.patch(path, { supportedServices: ['Intune'] })).status).toBe(400);
    expect((await graph.patch(path, { isDefault: true })).status).toBe(400);
    await graph.post('/v1.0/domains', { id: NEW });
    expect((await graph.patch(`/v1.0/domains/${NEW}`, { supportedServices: ['Email'] })).status).toBe(400);
    expect((await graph.get(`/v1.0/domains/${NEW}/serviceConfigurationRecords`)).status).toBe(400);
  });

  it('takes no parameter when proving a domain', async () => {
    await graph.post('/v1.0/domains', { id: NEW });
    published.set(NEW, [await challenge()]);
    const path = `/v1.0/domains/${NEW}/verify`;
    expect((await graph.post(path, { forceTakeover: true })).data.error.message).toContain('forceTakeover');
    expect((await graph.post(path, 'x=1', { headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
    expect((await graph.post(`${path}?x=1`)).status).toBe(400);
    expect((await graph.post(path, {})).data.isVerified).toBe(true);
  });

  it('refuses bad names, surplus properties, other media types and writes without permission', async () => {
    expect((await graph.post('/v1.0/domains', { id: 'not a domain' })).status).toBe(400);
    expect((await graph.post('/v1.0/domains', { id: NEW, isDefault: true })).data.error.message).toContain('isDefault');
    expect((await graph.post('/v1.0/domains', 'id=x', { headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
    cloud.microsoft.person.revokePermission(cloud.customer.tenantId, cloud.customer.clientId, 'Domain.ReadWrite.All');
    expect((await (await cloud.client('graph')).post('/v1.0/domains', { id: NEW })).status).toBe(403);
  });
});

describe('Graph: what is never called', () => {
  it.each([
    ['POST', '/domains/nordwind.example/forceDelete', { disableUserAccounts: false }],
    ['POST', '/domains/nordwind.example/promote', undefined],
    ['PATCH', '/domains/nordwind.example', { isDefault: true }],
    ['PATCH', '/domains/nordwind.example', { supportedServices: ['Email'] }],
    ['POST', '/domains/nordwind.example/verify', { forceTakeover: true }],
  ])('%s %s %j is counted, alone and in a batch', async (method, url, data) => {
    await graph.request({ method, url: `/v1.0${url}`, data });
    const item = { id: '1', method, url, ...(data === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: data }) };
    await graph.post('/v1.0/$batch', { requests: [item] });
    expect(cloud.microsoft.state.forbidden).toEqual([`${method} /v1.0${url}`, `${method} /v1.0${url}`]);
  });

  it('nothing of what may be called is counted', async () => {
    await graph.post('/v1.0/domains', { id: NEW });
    await graph.post(`/v1.0/domains/${NEW}/verify`);
    await graph.patch(`/v1.0/domains/${NEW}`, { supportedServices: ['Email', 'OfficeCommunicationsOnline'] });
    await graph.delete(`/v1.0/domains/${NEW}`);
    expect(cloud.microsoft.state.forbidden).toEqual([]);
  });
});

describe('Graph: batches', () => {
  const get = (id: string, url: string, more = {}) => ({ id, method: 'GET', url, ...more });

  it('answers each item by itself under one 200, and counts items, not the envelope', async () => {
    cloud.base.log.reset();
    const { status, data } = await graph.post('/v1.0/$batch', {
      requests: [
        get('1', '/organization?$select=id'),
        get('2', '/users/nobody'),
        get('3', '/nothing'),
        { id: '4', method: 'DELETE', url: `/domains/${cloud.customer.domain}` },
      ],
    });
    expect([status, data.responses.map((item: { id: string; status: number }) => [item.id, item.status])]).toEqual([
      200,
      [
        ['1', 200],
        ['2', 404],
        ['3', 400],
        ['4', 400],
      ],
    ]);
    expect(data.responses[0].body.value).toEqual([{ id: cloud.customer.tenantId }]);
    expect([cloud.base.log.writes(), cloud.base.log.list({ write: true })[0]?.path]).toEqual([1, `/v1.0/domains/${cloud.customer.domain}`]);
  });

  it('throttles single items with their own Retry-After', async () => {
    cloud.base.faults.add({ standIn: 'graph', path: '^/v1.0/users', kind: 'throttle', retryAfter: 2.128, times: 1 });
    const { status, data } = await graph.post('/v1.0/$batch', { requests: [get('a', '/users'), get('b', '/organization')] });
    expect([status, data.responses[0].status, data.responses[0].headers['Retry-After'], data.responses[1].status]).toEqual([
      200,
      429,
      '2.128',
      200,
    ]);
    expect(data.responses[0].body.error).toMatchObject({ code: 'TooManyRequests', innerError: { code: '429' } });
  });

  it('fails what depends on a failed item with 424', async () => {
    const { data } = await graph.post('/v1.0/$batch', {
      requests: [get('1', '/users/nobody'), get('2', '/organization', { dependsOn: ['1'] })],
    });
    expect(data.responses[1]).toMatchObject({ status: 424, body: { error: { code: 'FailedDependency' } } });
  });

  it.each([
    ['no requests', { requests: [] }],
    ['21 requests', { requests: Array.from({ length: 21 }, (_, i) => get(String(i), '/organization')) }],
    ['an id twice', { requests: [get('a', '/organization'), get('A', '/organization')] }],
    ['an absolute URL', { requests: [get('1', 'https://graph.microsoft.com/v1.0/organization')] }],
    [
      'a batch in a batch',
      { requests: [{ id: '1', method: 'POST', url: '/$batch', headers: { 'Content-Type': 'application/json' }, body: { requests: [] } }] },
    ],
    ['a body without Content-Type', { requests: [{ id: '1', method: 'POST', url: '/domains', body: { id: NEW } }] }],
    ['an unknown dependency', { requests: [get('1', '/organization', { dependsOn: ['0'] })] }],
    ['an unknown member', { requests: [get('1', '/organization', { colour: 'red' })] }],
    ['an envelope with more in it', { requests: [get('1', '/organization')], colour: 'red' }],
    ['no envelope', []],
  ])('refuses %s', async (_name, payload) => {
    expect((await graph.post('/v1.0/$batch', payload)).status).toBe(400);
  });

  it('refuses an envelope of another media type, and one with a query', async () => {
    const envelope = { requests: [get('1', '/organization')] };
    const text = JSON.stringify(envelope);
    expect((await graph.post('/v1.0/$batch', text, { headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
    expect((await graph.post('/v1.0/$batch?x=1', envelope)).status).toBe(400);
    expect(cloud.base.log.list({ standIn: 'graph', path: 'organization' })).toEqual([]);
  });
});
