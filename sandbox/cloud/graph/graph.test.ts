import { Agent } from 'node:https';
import { Client, GraphError, HTTPMessageHandler, type Middleware, PageIterator } from '@microsoft/microsoft-graph-client';
import axios, { type AxiosInstance } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestCloud, type TestCloud } from '../test-cloud.ts';

let cloud: TestCloud;
let graph: AxiosInstance;
let anna: string;

beforeEach(async () => {
  cloud = await startTestCloud();
  graph = await cloud.client('graph');
  anna = `anna.berg@${cloud.customer.domain}`;
});

afterEach(() => cloud.close());

const EVENTUAL = { headers: { ConsistencyLevel: 'eventual' } };

function withoutPermission(role: string): Promise<AxiosInstance> {
  cloud.microsoft.person.revokePermission(cloud.customer.tenantId, cloud.customer.clientId, role);
  return cloud.client('graph'); // roles are frozen in the former token
}

describe('Graph: who may call', () => {
  it('refuses a missing, malformed, foreign and expired token in its envelope', async () => {
    const bare = cloud.bare('graph', { 'client-request-id': 'c-1' });
    const refused = await bare.get('/v1.0/organization');
    expect([refused.status, refused.data.error.code, refused.headers['client-request-id']]).toEqual([
      401,
      'InvalidAuthenticationToken',
      'c-1',
    ]);
    expect(refused.data.error.innerError).toMatchObject({ 'client-request-id': 'c-1', 'request-id': refused.headers['request-id'] });
    expect((await bare.get('/v1.0/organization', { headers: { Authorization: 'Bearer a.b.c' } })).data.error.code).toBe(
      'InvalidAuthenticationToken',
    );
    const teams = { Authorization: `Bearer ${await cloud.token('teams')}` };
    expect((await bare.get('/v1.0/organization', { headers: teams })).data.error.message).toContain('Invalid audience');
    const [head, body, signature] = (await cloud.token('graph')).split('.');
    const forged = `${head}.${Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body ?? '', 'base64url').toString()), roles: ['Domain.ReadWrite.All'] })).toString('base64url')}.${signature}`;
    expect((await bare.get('/v1.0/organization', { headers: { Authorization: `Bearer ${forged}` } })).status).toBe(401);
    cloud.base.clock.advance(2 * 3_600_000);
    expect((await graph.get('/v1.0/organization')).data.error.message).toContain('expired');
  });

  it.each([
    ['/v1.0/domains', ['Domain.Read.All']],
    ['/v1.0/users', ['User.Read.All']],
    ['/v1.0/organization', ['Organization.Read.All', 'User.Read.All']],
    ['/v1.0/subscribedSkus', ['Organization.Read.All']],
    ['/v1.0/admin/teams/userConfigurations', ['TeamsUserConfiguration.Read.All']],
    ['/v1.0/admin/teams/telephoneNumberManagement/numberAssignments', ['TeamsTelephoneNumber.Read.All']],
  ])('refuses %s without %j, and not with a token from before', async (path, roles) => {
    let client = graph;
    for (const role of roles) client = await withoutPermission(role);
    const refused = await client.get(path);
    expect([refused.status, refused.data.error.code]).toEqual([403, 'Authorization_RequestDenied']);
    expect((await graph.get(path)).status).toBe(200);
  });

  it('refuses tokens that are out once the app was removed from the tenant', async () => {
    cloud.microsoft.person.revokeConsent(cloud.customer.tenantId, cloud.customer.clientId);
    expect((await graph.get('/v1.0/organization')).data.error.code).toBe('Authorization_IdentityNotFound');
  });

  it('refuses Teams administration outside the global cloud, and without a role when the switch says so', async () => {
    cloud.base.switches.set('graph.teamsNeedsDirectoryRole', true);
    cloud.microsoft.person.setDirectoryRole(
      cloud.customer.tenantId,
      cloud.customer.clientId,
      '69091246-20e8-4a56-aa4d-066075b2a7a8',
      false,
    );
    const path = '/v1.0/admin/teams/userConfigurations';
    expect((await graph.get(path)).status).toBe(403);
    cloud.base.switches.set('graph.teamsNeedsDirectoryRole', false);
    expect((await graph.get(path)).status).toBe(200);
    const tenant = cloud.microsoft.state.tenant(cloud.customer.tenantId);
    cloud.microsoft.state.tenants.set(tenant.id, { ...tenant, cloud: 'usgov' });
    expect((await graph.get('/v1.0/organization')).data.error.message).toContain('Invalid audience');
  });

  it('refuses paths, methods and versions that are not there', async () => {
    expect((await graph.get('/v1.0/nothing')).data.error).toMatchObject({
      code: 'BadRequest',
      message: "Resource not found for the segment 'nothing'.",
    });
    expect((await graph.get('/beta/organization')).status).toBe(400);
    expect((await graph.post(`/v1.0/domains/${cloud.customer.trunks[0]}/forceDelete`, {})).status).toBe(400);
    expect((await graph.post(`/v1.0/domains/${cloud.customer.trunks[0]}/promote`)).status).toBe(400);
    expect((await graph.delete('/v1.0/organization')).status).toBe(400);
  });
});

describe('Graph: tenant, licences and users', () => {
  it('shows the organization with its verified domains', async () => {
    const { data } = await graph.get('/v1.0/organization?$select=id,verifiedDomains');
    expect(data.value).toHaveLength(1);
    expect(data.value[0].id).toBe(cloud.customer.tenantId);
    expect(data.value[0].verifiedDomains.map((domain: { name: string }) => domain.name)).toEqual([
      'nordwind.onmicrosoft.com',
      'nordwind.example',
      ...cloud.customer.trunks,
    ]);
    expect((await graph.get(`/v1.0/organization/${cloud.customer.tenantId}`)).data.displayName).toBe('Nordwind AG');
    expect((await graph.get('/v1.0/organization/other')).status).toBe(404);
    expect((await graph.get('/v1.0/organization?$select=colour')).data.error.message).toContain("'colour'");
    expect((await graph.get('/v1.0/organization?$expand=x')).status).toBe(400);
  });

  it('counts seats by who holds a licence', async () => {
    const seats = async () =>
      Object.fromEntries(
        (await graph.get('/v1.0/subscribedSkus')).data.value.map((sku: Record<string, unknown>) => [
          sku['skuPartNumber'],
          sku['consumedUnits'],
        ]),
      );
    expect(await seats()).toEqual({ SPE_E5: 2, SPE_E3: 1, PHONESYSTEM_VIRTUALUSER: 2 });
    cloud.microsoft.person.setLicence(cloud.customer.tenantId, anna, 'SPE_E5', false);
    expect(await seats()).toEqual({ SPE_E5: 1, SPE_E3: 1, PHONESYSTEM_VIRTUALUSER: 2 });
    expect((await graph.get("/v1.0/subscribedSkus?$filter=skuPartNumber eq 'SPE_E5'")).status).toBe(400);
    expect(Object.keys((await graph.get('/v1.0/subscribedSkus?$select=skuId')).data.value[0])).toEqual(['skuId']);
    cloud.base.switches.set('graph.selectOnSkus', 'ignored');
    expect(Object.keys((await graph.get('/v1.0/subscribedSkus?$select=skuId')).data.value[0]).length).toBeGreaterThan(5);
  });

  it('returns the default fields of a user, more by $select, and 404 for nobody', async () => {
    const { data: user } = await graph.get(`/v1.0/users/${anna}`);
    expect([user.displayName, user.usageLocation]).toEqual(['Anna Berg', undefined]);
    const { data: more } = await graph.get(`/v1.0/users/${user.id}?$select=usageLocation,assignedLicenses`);
    expect(more).toEqual({ usageLocation: 'CH', assignedLicenses: [{ skuId: '06ebc4ee-1bb5-47dd-8120-11324bc54e06', disabledPlans: [] }] });
    expect((await graph.get('/v1.0/users/nobody@nordwind.example')).data.error.code).toBe('Request_ResourceNotFound');
  });

  it.each([
    ["userPrincipalName eq 'Anna.Berg@nordwind.example'", 1],
    ["startsWith(displayName,'Voice activation')", 2],
    ['accountEnabled eq false', 2],
    ["usageLocation in ('CH','DE') and accountEnabled eq true", 3],
    ["(displayName eq 'Anna Berg' or displayName eq 'Intern') and accountEnabled eq true", 2],
    ['assignedLicenses/any(l:l/skuId eq 06ebc4ee-1bb5-47dd-8120-11324bc54e06)', 2],
    ['createdDateTime ge 2026-01-01T00:00:00Z', 5],
  ])('filters users by %s', async (filter, count) => {
    expect((await graph.get('/v1.0/users', { params: { $filter: filter } })).data.value).toHaveLength(count);
  });

  it.each([
    ["endsWith(userPrincipalName,'@zurich.teams.carrier.example')", 1],
    ["not startsWith(displayName,'Voice')", 3],
    ["userType ne 'Guest'", 5],
    ['assignedLicenses/$count eq 0', 0],
  ])('answers the advanced filter %s only with ConsistencyLevel and $count', async (filter, count) => {
    const refused = await graph.get('/v1.0/users', { params: { $filter: filter, $count: 'true' } });
    expect(refused.data.error.code).toBe('Request_UnsupportedQuery');
    expect((await graph.get('/v1.0/users', { params: { $filter: filter }, ...EVENTUAL })).data.error.code).toBe('Request_UnsupportedQuery');
    const { data } = await graph.get('/v1.0/users', { params: { $filter: filter, $count: 'true' }, ...EVENTUAL });
    expect([data['@odata.count'], data.value.length]).toEqual([count, count]);
  });

  it.each([
    "jobTitle eq 'x'",
    'displayName',
    "displayName like 'x'",
    "displayName eq 'x",
    'displayName eq',
    "(displayName eq 'x'",
    'assignedPlans/any(p:q/service eq 1)',
  ])('refuses the filter %s', async (filter) => {
    expect((await graph.get('/v1.0/users', { params: { $filter: filter } })).data.error.code).toBe('Request_UnsupportedQuery');
  });

  it('counts users as text, and orders and limits them', async () => {
    expect((await graph.get('/v1.0/users/$count')).status).toBe(400);
    expect((await graph.get('/v1.0/users/$count', EVENTUAL)).data).toBe(5);
    const { data } = await graph.get('/v1.0/users?$orderby=displayName desc&$top=1');
    expect(data.value[0].displayName).toMatch(/zurich/);
    for (const query of ['$top=0', '$top=1000', '$top=x', '$skip=1', '$search="x"', 'colour=red', '$skiptoken=xyz']) {
      expect((await graph.get(`/v1.0/users?${query}`)).status, query).toBe(400);
    }
    expect((await graph.get('/v1.0/users?$skiptoken=xyz')).data.error.code).toBe('Directory_ExpiredPageToken');
  });

  it('shows a new user late, and later still in advanced queries', async () => {
    cloud.base.consistency.setProfile('realistic');
    const tenant = cloud.microsoft.state.tenant(cloud.customer.tenantId);
    const { id } = cloud.microsoft.directory.addUser(tenant, { userPrincipalName: `new@${cloud.customer.domain}` });
    const indexed = async () =>
      (await graph.get('/v1.0/users', { params: { $filter: `id eq '${id}'`, $count: 'true' }, ...EVENTUAL })).data.value.length;
    expect((await graph.get(`/v1.0/users/${id}`)).status).toBe(404);
    cloud.base.clock.advance(20_000);
    expect([(await graph.get(`/v1.0/users/${id}`)).status, await indexed()]).toEqual([200, 0]);
    cloud.base.clock.advance(40_000);
    expect(await indexed()).toBe(1);
  });
});

describe('Graph: Teams administration', () => {
  it('tells who has enterprise voice, with features and direct policies', async () => {
    cloud.microsoft.person.grantPolicy(cloud.customer.tenantId, anna, 'OnlineVoiceRoutingPolicy', 'Receptionists');
    const { data } = await graph.get('/v1.0/admin/teams/userConfigurations');
    const voice = data.value.filter((user: { isEnterpriseVoiceEnabled: boolean }) => user.isEnterpriseVoiceEnabled);
    expect(voice.map((user: { userPrincipalName: string }) => user.userPrincipalName)).toEqual(
      cloud.customer.trunks.map((trunk) => `dr-activation@${trunk}`),
    );
    const shown = data.value.find((user: { userPrincipalName: string }) => user.userPrincipalName === anna);
    expect(shown).toMatchObject({ accountType: 'user', featureTypes: expect.arrayContaining(['PhoneSystem']) });
    expect(shown.effectivePolicyAssignments).toMatchObject([
      {
        policyType: 'OnlineVoiceRoutingPolicy',
        policyAssignment: { displayName: 'Receptionists', assignmentType: 'direct', policyId: expect.stringMatching(/^[\w-]{43}$/) },
      },
    ]);
    expect((await graph.get(`/v1.0/admin/teams/userConfigurations/${shown.id}?$select=id`)).data).toEqual({ id: shown.id });
    expect((await graph.get('/v1.0/admin/teams/userConfigurations/none')).status).toBe(404);
    expect((await graph.get("/v1.0/admin/teams/userConfigurations?$filter=accountType eq 'user'")).status).toBe(400);
  });

  it('hides or lists resource accounts, and names ineligible users only to those who ask', async () => {
    const { person } = cloud.microsoft;
    person.addUser(cloud.customer.tenantId, {
      userPrincipalName: 'queue@nordwind.example',
      kind: 'ResourceAccount',
      licences: ['PHONESYSTEM_VIRTUALUSER'],
    });
    person.addUser(cloud.customer.tenantId, { userPrincipalName: 'guestless@nordwind.example' });
    const types = async (headers = {}) =>
      (await graph.get('/v1.0/admin/teams/userConfigurations', { headers })).data.value
        .slice(5)
        .map((user: { accountType: string }) => user.accountType);
    expect(await types()).toEqual(['unknownFutureValue']);
    cloud.base.switches.set('graph.resourceAccountsInUserConfigurations', true);
    expect(await types({ Prefer: 'include-unknown-enum-members' })).toEqual(['resourceAccount', 'ineligibleUser']);
  });

  it('lists who holds which number, with filter, $top and $skip', async () => {
    const { person } = cloud.microsoft;
    for (const i of [1, 2, 3])
      person.assignNumber(cloud.customer.tenantId, anna, `+4144555000${i}`, i === 3 ? 'callingPlan' : 'directRouting');
    person.unassignNumber(cloud.customer.tenantId, '+41445550002');
    const path = '/v1.0/admin/teams/telephoneNumberManagement/numberAssignments';
    const numbers = async (query: string) =>
      (await graph.get(`${path}${query}`)).data.value.map((row: { telephoneNumber: string }) => row.telephoneNumber);
    const { data } = await graph.get(`${path}?$top=2`);
    expect(data.value).toMatchObject([
      { telephoneNumber: '+41445550001', numberType: 'directRouting', assignmentStatus: 'userAssigned', assignmentCategory: 'primary' },
      { telephoneNumber: '+41445550002', assignmentStatus: 'unassigned', assignmentTargetId: null },
    ]);
    expect(data['@odata.nextLink']).toContain('skip=2');
    expect((await graph.get(data['@odata.nextLink'])).data.value).toHaveLength(1);
    expect(await numbers("?$filter=numberType eq 'callingPlan'")).toEqual(['+41445550003']);
    expect(await numbers("?$filter=telephoneNumber eq '%2B41445550001'")).toEqual(['+41445550001']);
    expect(await numbers("?$filter=telephoneNumber eq '+41445550001'")).toEqual([]); // a raw plus is a space (§2.0)
    expect(await numbers("?$filter=assignmentStatus eq 'unassigned' and capabilities/any(c:c eq 'userAssignment')")).toEqual([
      '+41445550002',
    ]);
    expect((await graph.get(`${path}?$filter=city eq 'Zurich'`)).status).toBe(400);
    expect((await graph.get(`${path}?$top=1001`)).status).toBe(400);
    expect((await graph.get(`${path}/${data.value[0].id}`)).data.telephoneNumber).toBe('+41445550001');
    expect((await graph.get(`${path}/none`)).status).toBe(404);
    expect((await graph.post(`${path}/assignNumber`, {})).status).toBe(400);
  });
});

describe('Graph with its own client', () => {
  /** Sends what the client built to the stand-in, over a socket that trusts the sandbox CA. */
  class Loopback implements Middleware {
    async execute(context: Parameters<Middleware['execute']>[0]): Promise<void> {
      const url = String(context.request);
      const answer = await axios.get<string>(url, {
        headers: Object.fromEntries(new Headers(context.options?.headers as Record<string, string>)),
        httpsAgent: new Agent({ ca: cloud.base.ca.certPem }),
        responseType: 'text',
        transformResponse: (data: string) => data,
        validateStatus: () => true,
      });
      context.response = new Response(answer.data, {
        status: answer.status,
        headers: { 'Content-Type': String(answer.headers['content-type']) },
      });
    }
  }

  it('pages through all users by https links of its own, and raises GraphError', async () => {
    expect(HTTPMessageHandler).toBeDefined(); // the chain's usual end, replaced here
    const client = Client.initWithMiddleware({
      baseUrl: `${cloud.url('graph')}/`,
      customHosts: new Set(['127.0.0.1']),
      middleware: new Loopback(),
    });
    const headers = { Authorization: `Bearer ${await cloud.token('graph')}` };
    const first = await client.api('/users').top(2).headers(headers).get();
    const seen: string[] = [];
    const collect = (user: { userPrincipalName: string }): boolean => {
      seen.push(user.userPrincipalName);
      return true;
    };
    await new PageIterator(client, first, collect, { headers }).iterate();
    expect(seen).toHaveLength(5);
    expect(first['@odata.nextLink']).toMatch(new RegExp(`^${cloud.url('graph')}/v1\\.0/users`));
    const failure: unknown = await client
      .api('/users/nobody')
      .headers(headers)
      .get()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GraphError);
    expect(failure).toMatchObject({ statusCode: 404, code: 'Request_ResourceNotFound' });
  });
});

describe('Graph: empty pages', () => {
  it.each([
    '/v1.0/users',
    '/v1.0/domains',
    '/v1.0/admin/teams/userConfigurations',
    '/v1.0/admin/teams/telephoneNumberManagement/numberAssignments',
  ])('%s may begin with one, and goes on as it would have begun', async (path) => {
    cloud.microsoft.person.assignNumber(cloud.customer.tenantId, anna, '+41445550001');
    const whole = (await graph.get(path)).data.value;
    cloud.base.switches.set('graph.emptyPages', 'first');
    const { data } = await graph.get(path);
    expect([data.value, whole.length > 0]).toEqual([[], true]);
    expect((await graph.get(data['@odata.nextLink'])).data.value).toEqual(whole);
  });

  it('and one object or a list without pages is as it was', async () => {
    cloud.base.switches.set('graph.emptyPages', 'first');
    expect((await graph.get('/v1.0/subscribedSkus')).data.value.length).toBeGreaterThan(0);
    expect((await graph.get(`/v1.0/users/${anna}`)).data.userPrincipalName).toBe(anna);
  });
});
