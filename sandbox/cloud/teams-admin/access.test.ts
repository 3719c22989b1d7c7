import type { AxiosInstance } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestCloud, type TestCloud } from '../test-cloud.ts';

const ROUTES = '/Skype.Policy/configurations/OnlineVoiceRoute';
const TEAMS_ADMINISTRATOR = '69091246-20e8-4a56-aa4d-066075b2a7a8';
const TELEPHONY_ADMINISTRATOR = 'aa38014f-0993-46e9-9b45-30501a20909d';

let cloud: TestCloud;
let teams: AxiosInstance;
let anna: string;

beforeEach(async () => {
  cloud = await startTestCloud();
  teams = await cloud.client('teams');
  anna = `anna.berg@${cloud.customer.domain}`;
});

afterEach(() => cloud.close());

describe('Teams admin API: who may call', () => {
  it('refuses a missing, malformed, foreign and expired token with 401', async () => {
    expect((await cloud.bare('teams').get(ROUTES)).status).toBe(401);
    expect((await cloud.bare('teams', { Authorization: 'Bearer a.b.c' }).get(ROUTES)).status).toBe(401);
    const forGraph = { Authorization: `Bearer ${await cloud.token('graph')}` };
    expect((await cloud.bare('teams', forGraph).get(ROUTES)).data.message).toContain('another audience');
    cloud.base.clock.advance(2 * 3_600_000);
    expect((await teams.get(ROUTES)).data).toMatchObject({ code: 'Unauthorized', message: expect.stringContaining('expired') });
  });

  it('refuses a token whose app holds no role with 40301, also while the role is on its way', async () => {
    const { person } = cloud.microsoft;
    const { tenantId, clientId } = cloud.customer;
    person.setDirectoryRole(tenantId, clientId, TEAMS_ADMINISTRATOR, false);
    const refused = await teams.get(ROUTES, { headers: { 'X-MS-Correlation-Id': 'corr-1' } });
    expect([refused.status, refused.data]).toEqual([
      403,
      {
        code: 'Forbidden',
        message: 'You are not authorized to perform this action',
        action: 'Please refer to documentation. CorrelationId: corr-1',
        errorCode: 40301,
      },
    ]);
    cloud.base.consistency.override('teams.roleEffective', 600_000);
    cloud.microsoft.directory.assignRole(person.principal(tenantId, clientId), TEAMS_ADMINISTRATOR);
    expect((await teams.get(ROUTES)).status).toBe(403);
    cloud.base.clock.advance(600_000);
    expect((await teams.get(ROUTES)).status).toBe(200);
  });

  it('lets a narrow role in only when the switch says so, and can take roles from the token', async () => {
    const { person } = cloud.microsoft;
    const { tenantId, clientId } = cloud.customer;
    cloud.base.switches.set('teams.roleSource', 'token');
    person.setDirectoryRole(tenantId, clientId, TEAMS_ADMINISTRATOR, false);
    expect((await teams.get(ROUTES)).status).toBe(200);
    cloud.base.switches.set('teams.roleSource', 'directory');
    person.setDirectoryRole(tenantId, clientId, TELEPHONY_ADMINISTRATOR, true);
    expect((await teams.get(ROUTES)).status).toBe(403);
    cloud.base.switches.set('teams.narrowRolesSuffice', true);
    expect((await teams.get(ROUTES)).status).toBe(200);
  });

  it('lets a reader read and not write', async () => {
    const reader = await cloud.client('teams', 'provider');
    expect((await reader.get('/Skype.Policy/configurations/OnlinePSTNGateway')).data).toMatchObject([
      { Identity: 'teams.carrier.example', Enabled: true, SipSignalingPort: 5061, MediaBypass: false },
    ]);
    expect((await reader.put(`${ROUTES}/configuration/LocalRoute`, { Description: 'x' })).status).toBe(403);
  });

  it('keeps tenants apart: the token alone says which one is meant', async () => {
    const reader = await cloud.client('teams', 'provider');
    expect((await teams.get('/Skype.Policy/configurations/OnlinePSTNGateway')).data).toEqual([]);
    expect((await reader.get('/Teams.Tenant/tenants')).data.tenantId).toBe(cloud.provider.tenantId);
    expect(cloud.base.log.list({ standIn: 'teams-admin' }).map((exchange) => exchange.target)).toEqual([
      cloud.customer.tenantId,
      cloud.provider.tenantId,
    ]);
  });
});

describe('Teams admin API: what is refused as a request', () => {
  it('answers 40003 for types that the tenant does not have, 404 for others, case-exact', async () => {
    expect((await teams.get('/Skype.Policy/configurations/TenantDialPlan')).data).toMatchObject({ code: 'ClientError', errorCode: 40003 });
    expect((await teams.get('/Skype.Policy/configurations/OnlineVoiceRoutes')).status).toBe(404);
    expect((await teams.get('/Skype.Policy/configurations/onlinevoiceroute')).status).toBe(404);
    expect((await teams.get('/Skype.Policy/tenants/policies')).status).toBe(404);
    expect((await teams.get('/nothing')).status).toBe(404);
  });

  it('refuses query options, wrong media types and bodies that are no object', async () => {
    expect((await teams.get(`${ROUTES}?$filter=x`)).status).toBe(400);
    expect((await teams.post(ROUTES, 'Identity=x', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).status).toBe(415);
    for (const body of ['[]', '{', '"x"']) {
      expect((await teams.post(ROUTES, body, { headers: { 'Content-Type': 'application/json' } })).status).toBe(400);
    }
  });

  it('takes no query where one object is read, and answers in JSON alone', async () => {
    expect((await teams.get(`${ROUTES}/configuration/LocalRoute?$select=Identity`)).status).toBe(400);
    for (const accept of ['', 'text/html', '*/*']) expect((await teams.get(ROUTES, { headers: { Accept: accept } })).status).toBe(406);
    expect((await teams.get(ROUTES, { headers: { Accept: 'text/html, application/json;q=0.9' } })).status).toBe(200);
  });

  it('warns in a header of what was written when the switch says so', async () => {
    const path = `${ROUTES}/configuration/LocalRoute`;
    const warning = async () => (await teams.put(path, { Description: 'x' })).headers['x-ms-configapi-powershell-warningmessage'];
    expect(await warning()).toBeUndefined();
    cloud.base.switches.set('teams.warningHeader', 'present');
    expect(await warning()).toContain('some time');
    expect((await teams.get(ROUTES)).headers['x-ms-configapi-powershell-warningmessage']).toBeUndefined();
  });

  it.each([
    ['PUT', '/Skype.Policy/configurations/OnlineVoiceRoutingPolicy/configuration/Tag%3AGLOBAL', { Description: 'x' }],
    ['DELETE', `${ROUTES}/configuration/localroute`, undefined],
    ['POST', ROUTES, { Name: ' LocalRoute' }],
    ['PUT', '/Skype.Policy/configurations/OnlinePstnUsages/configuration/Global', { Usage: [] }],
    ['PATCH', '/Skype.Policy/tenants/policies/OnlineVoiceRoutingPolicy', { PolicyName: 'x' }],
    ['PUT', '/Teams.Tenant/VerifiedSipDomains', {}],
  ])('counts %s %s %j among what is never called', async (method, url, data) => {
    await teams.request({ method, url, data });
    expect(cloud.microsoft.state.forbidden).toEqual([`${method} ${decodeURIComponent(url)}`]);
  });

  it('counts nothing of what may be called', async () => {
    await teams.put('/Skype.Policy/configurations/OnlinePstnUsages/configuration/Global', { Usage: ['Reception', 'A'] });
    await teams.post(ROUTES, { Identity: 'Globals', NumberPattern: '.*' });
    await teams.get(`${ROUTES}/configuration/LocalRoute`);
    expect(cloud.microsoft.state.forbidden).toEqual([]);
  });

  it('compresses answers, error bodies included, for clients that say so', async () => {
    const plain = await teams.get(ROUTES, { headers: { 'Accept-Encoding': 'identity' } });
    const zipped = await teams.get(ROUTES, { headers: { 'Accept-Encoding': 'gzip' }, decompress: false, responseType: 'arraybuffer' });
    const brotli = await teams.get('/nothing', {
      headers: { 'Accept-Encoding': 'br, gzip, deflate' },
      decompress: false,
      responseType: 'arraybuffer',
    });
    expect([plain, zipped, brotli].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', 'br']);
    expect((await teams.get('/nothing', { headers: { 'Accept-Encoding': 'br' } })).data.code).toBe('NotFound');
  });

  it('shows an injected throttling in its own shape', async () => {
    cloud.base.faults.add({ standIn: 'teams-admin', target: cloud.customer.tenantId, kind: 'throttle', retryAfter: 3 });
    const throttled = await teams.get(ROUTES);
    expect([throttled.status, throttled.headers['retry-after'], throttled.data.message]).toEqual([
      429,
      '3',
      expect.stringContaining('Too many requests'),
    ]);
    expect((await (await cloud.client('teams', 'provider')).get(ROUTES)).status).toBe(200);
  });
});

describe('Teams admin API: users, grants and tenant', () => {
  it('lists users in pages with what a licence gives them', async () => {
    const first = (await teams.get('/Teams.User/users?PageSize=2')).data;
    expect([first.users.length, first.skipToken]).toEqual([2, '2']);
    const rest = (await teams.get(`/Teams.User/users?PageSize=9&Skiptoken=${first.skipToken}`)).data;
    expect(rest.skipToken).toBeUndefined();
    const shown = [...first.users, ...rest.users].map((user) => [
      user.userPrincipalName,
      user.accountType,
      user.enterpriseVoiceEnabled,
      user.featureTypes,
    ]);
    expect(shown).toEqual([
      ['dr-activation@zurich.teams.carrier.example', 'User', true, ['VoiceApp', 'PhoneSystem']],
      ['dr-activation@geneva.teams.carrier.example', 'User', true, ['VoiceApp', 'PhoneSystem']],
      [anna, 'User', false, ['Teams', 'PhoneSystem', 'AudioConferencing']],
      [`luc.morel@${cloud.customer.domain}`, 'User', false, ['Teams', 'PhoneSystem', 'AudioConferencing']],
      [`intern@${cloud.customer.domain}`, 'User', false, ['Teams']],
    ]);
    expect((await teams.get("/Teams.User/users?Filter=LineUri ne ''")).status).toBe(400);
    expect((await teams.get('/Teams.User/users?PageSize=many')).status).toBe(400);
    expect((await teams.get('/Teams.User/users?Select=lineUri')).data.users[0]).not.toHaveProperty('featureTypes');
  });

  it.each(['nextLink', '@odata.nextLink'])('can lead to the next page by a link of its own (%s)', async (form) => {
    cloud.base.switches.set('teams.userPages', form);
    const first = (await teams.get('/Teams.User/users?PageSize=2')).data;
    expect([first.users.length, first.skipToken]).toEqual([2, undefined]);
    const second = (await teams.get(first[form])).data;
    const third = (await teams.get(second[form])).data;
    expect([second.users.length, third.users.length, third[form]]).toEqual([2, 1, undefined]);
  });

  it('takes other spellings of query names unless the switch says that case counts', async () => {
    expect((await teams.get('/Teams.User/users?pagesize=2')).data.users).toHaveLength(2);
    cloud.base.switches.set('teams.userQueryCase', 'exact');
    expect((await teams.get('/Teams.User/users?pagesize=2')).status).toBe(400);
    expect((await teams.get('/Teams.User/users?PageSize=2')).data.users).toHaveLength(2);
  });

  it('shows a user late, a licence late, and both casings', async () => {
    cloud.base.consistency.setProfile('realistic');
    const user = cloud.microsoft.directory.addUser(cloud.microsoft.state.tenant(cloud.customer.tenantId), {
      userPrincipalName: `new@${cloud.customer.domain}`,
      licences: ['SPE_E5'],
    });
    expect((await teams.get(`/Teams.User/users/${user.id}`)).status).toBe(404);
    cloud.base.clock.advance(30 * 60_000);
    expect((await teams.get(`/Teams.User/users/${user.id}`)).data).toMatchObject({ accountType: 'IneligibleUser', sipAddress: null });
    cloud.base.clock.advance(15 * 60_000);
    cloud.base.switches.set('teams.userCasing', 'pascal');
    expect((await teams.get(`/Teams.User/users/${user.id}`)).data).toMatchObject({
      AccountType: 'User',
      FeatureTypes: expect.arrayContaining(['PhoneSystem']),
    });
  });

  it('grants late, by bare name of a policy that is there long enough, and shows it as direct', async () => {
    cloud.base.consistency.setProfile('realistic');
    const path = `/Skype.Policy/users/${anna}/policies/OnlineVoiceRoutingPolicy`;
    await teams.post('/Skype.Policy/configurations/OnlineVoiceRoutingPolicy', { Identity: 'New', OnlinePstnUsages: [] });
    expect((await teams.patch(path, { PolicyName: 'New' })).data.message).toContain('is not a user policy');
    cloud.base.clock.advance(20_000);
    expect((await teams.patch(path, { PolicyName: 'Tag:New' })).status).toBe(400);
    cloud.base.switches.set('teams.unknownPolicyGrantStatus', 404);
    expect((await teams.patch(path, { PolicyName: 'None' })).status).toBe(404);
    expect((await teams.patch(path, { PolicyName: 'new' })).status).toBe(204);
    const assigned = async () => (await teams.get(`/Teams.User/users/sip:${anna}`)).data.effectivePolicyAssignments;
    expect(await assigned()).toEqual([]);
    cloud.base.clock.advance(40_000);
    expect(await assigned()).toMatchObject([
      { policyType: 'OnlineVoiceRoutingPolicy', policyAssignment: { assignmentType: 'Direct', displayName: 'New' } },
    ]);
    await teams.patch(path, { PolicyName: '' });
    cloud.base.clock.advance(40_000);
    expect(await assigned()).toEqual([]);
  });

  it('refuses grants of other types, to unknown users, and with unknown members', async () => {
    expect((await teams.patch(`/Skype.Policy/users/${anna}/policies/OnlineVoiceRoute`, { PolicyName: 'x' })).data.message).toContain(
      'is not a user policy',
    );
    expect(
      (await teams.patch('/Skype.Policy/users/nobody@x/policies/OnlineVoiceRoutingPolicy', { PolicyName: 'Receptionists' })).status,
    ).toBe(404);
    const path = `/Skype.Policy/users/${anna}/policies/OnlineVoiceRoutingPolicy`;
    expect((await teams.patch(path, { PolicyName: 'Receptionists', Rank: 1 })).status).toBe(400);
    expect((await teams.patch(path, {})).status).toBe(400);
  });

  it('lists SIP domains once Teams has heard of them', async () => {
    cloud.base.consistency.setProfile('realistic');
    const { directory, state } = cloud.microsoft;
    const tenant = state.tenant(cloud.customer.tenantId);
    directory.verifyDomain(directory.addDomain(tenant, 'basel.teams.carrier.example'));
    const names = async () => (await teams.get('/Teams.Tenant/VerifiedSipDomains')).data.map((domain: { Name: string }) => domain.Name);
    expect(await names()).not.toContain('basel.teams.carrier.example');
    cloud.base.clock.advance(45 * 60_000);
    expect(await names()).toContain('basel.teams.carrier.example');
    expect((await teams.get('/Teams.Tenant/VerifiedSipDomains?Domain=Zurich.teams.carrier.example')).data).toEqual([
      { Name: 'zurich.teams.carrier.example', Status: 'Enabled' },
    ]);
    expect((await teams.get('/Teams.Tenant/serviceDiscovery')).data).toMatchObject({ Headers: { 'X-MS-Forest': '0a' } });
  });

  it('tells numbers on the admin-centre surface only to its application, its tenant, in pages', async () => {
    cloud.microsoft.person.assignNumber(cloud.customer.tenantId, anna, '+41445550001');
    const path = `/Skype.TelephoneNumberMgmt/Tenants/${cloud.customer.tenantId}/telephone-numbers`;
    const headers = { 'x-ms-tnm-applicationid': '045268c0-445e-4ac1-9157-d58f67b167d9' };
    expect((await teams.get(path)).status).toBe(403);
    expect((await teams.get(path.replace(cloud.customer.tenantId, cloud.provider.tenantId), { headers })).status).toBe(403);
    expect((await teams.get(`${path}?top=1000`, { headers })).status).toBe(400);
    expect((await teams.get(`${path}?skip=0&top=999&locale=en-US`, { headers })).data.TelephoneNumbers).toMatchObject([
      { TelephoneNumber: '+41445550001', NumberType: 'DirectRouting' },
    ]);
    expect((await teams.get(`/Teams.User/users/${anna}`)).data).toMatchObject({
      lineUri: 'tel:+41445550001',
      enterpriseVoiceEnabled: true,
    });
  });
});
