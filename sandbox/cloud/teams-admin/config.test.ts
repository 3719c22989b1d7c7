import type { AxiosInstance } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestCloud, type TestCloud } from '../test-cloud.ts';

let cloud: TestCloud;
let teams: AxiosInstance;

const CONFIG = '/Skype.Policy/configurations';
const TRUNK = 'zurich.teams.carrier.example';
const USAGES = `${CONFIG}/OnlinePstnUsages/configuration/Global`;

beforeEach(async () => {
  cloud = await startTestCloud();
  teams = await cloud.client('teams');
});

afterEach(() => cloud.close());

async function addUsages(...labels: string[]): Promise<void> {
  const { data } = await teams.get(USAGES);
  expect((await teams.put(USAGES, { Usage: [...data.Usage, ...labels] })).status).toBe(204);
}

async function addRoute(identity = 'Unrestricted-zurich', change: Record<string, unknown> = {}) {
  const body = { Identity: identity, NumberPattern: '.*', OnlinePstnUsages: ['Unrestricted-zurich'], OnlinePstnGatewayList: [TRUNK] };
  return teams.post(`${CONFIG}/OnlineVoiceRoute`, { ...body, ...change });
}

async function list(type: string): Promise<Record<string, unknown>[]> {
  return (await teams.get(`${CONFIG}/${type}`)).data;
}

async function setUpRouting(): Promise<void> {
  await addUsages('Unrestricted-zurich');
  expect((await addRoute()).status).toBe(200);
  const policy = { Identity: 'Unrestricted-zurich', OnlinePstnUsages: ['Unrestricted-zurich'] };
  expect((await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, policy)).status).toBe(200);
}

describe('Teams admin API: default routing of a site', () => {
  it('takes usage, route and policy in this order and leaves the tenant as it was after removal in reverse order', async () => {
    const before = cloud.microsoft.snapshot(cloud.customer.tenantId);
    await setUpRouting();
    expect(await list('OnlineVoiceRoute')).toMatchObject([
      { Identity: 'LocalRoute', Priority: 0 },
      { Identity: 'Unrestricted-zurich', Name: 'Unrestricted-zurich', NumberPattern: '.*', Priority: 1, OnlinePstnGatewayList: [TRUNK] },
    ]);
    expect(await list('OnlineVoiceRoutingPolicy')).toMatchObject([
      { Identity: 'Global', OnlinePstnUsages: [], RouteType: 'BYOT' },
      { Identity: 'Tag:Receptionists' },
      { Identity: 'Tag:Unrestricted-zurich', OnlinePstnUsages: ['Unrestricted-zurich'], ConfigId: 'Unrestricted-zurich' },
    ]);
    expect((await teams.delete(`${CONFIG}/OnlineVoiceRoutingPolicy/configuration/Unrestricted-zurich`)).status).toBe(204);
    expect((await teams.delete(`${CONFIG}/OnlineVoiceRoute/configuration/Unrestricted-zurich`)).status).toBe(204);
    expect((await teams.put(USAGES, { Usage: ['Reception'] })).status).toBe(204);
    expect(cloud.microsoft.snapshot(cloud.customer.tenantId)).toEqual(before);
  });

  it('refuses a route or policy that names an unknown usage', async () => {
    expect((await addRoute()).data).toMatchObject({
      code: 'BadRequest',
      message: 'Cannot find specified OnlinePstnUsage "Unrestricted-zurich".',
    });
    const policy = await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, { Identity: 'x', OnlinePstnUsages: ['nothing'] });
    expect([policy.status, policy.data.message]).toEqual([400, 'Cannot find specified OnlinePstnUsage "nothing".']);
  });

  it.each([
    ['not verified here', 'other.teams.carrier.example'],
    ['two labels below the base', 'a.zurich.teams.carrier.example'],
    ['the base itself, which is a gateway elsewhere', 'teams.carrier.example'],
    ['one label', 'zurich'],
  ])('refuses a derived trunk that is %s', async (_name, fqdn) => {
    await addUsages('Unrestricted-zurich');
    const refused = await addRoute('r', { OnlinePstnGatewayList: [fqdn] });
    expect([refused.status, refused.data.message]).toEqual([400, `Cannot find specified Gateway "${fqdn}".`]);
  });

  it('refuses a derived trunk once the provider gateway is disabled, absent or of another cloud', async () => {
    await addUsages('Unrestricted-zurich');
    const { person, state } = cloud.microsoft;
    person.setGateway(cloud.provider.tenantId, cloud.provider.carrierTrunk, false);
    expect((await addRoute()).status).toBe(400);
    person.setGateway(cloud.provider.tenantId, cloud.provider.carrierTrunk, true);
    expect((await addRoute()).status).toBe(200);
    const provider = state.tenant(cloud.provider.tenantId);
    state.tenants.set(provider.id, { ...provider, cloud: 'usgov' });
    expect((await addRoute('second')).status).toBe(400);
    person.deleteConfig(cloud.provider.tenantId, 'OnlinePSTNGateway', cloud.provider.carrierTrunk);
    expect((await addRoute('third')).status).toBe(400);
  });

  it('refuses a derived trunk whose domain has no voice-enabled user, at once or once it is gone', async () => {
    await addUsages('Unrestricted-zurich');
    const { person } = cloud.microsoft;
    const activation = `dr-activation@${TRUNK}`;
    person.setEnterpriseVoice(cloud.customer.tenantId, activation, false);
    expect((await addRoute()).status).toBe(400);
    person.setEnterpriseVoice(cloud.customer.tenantId, activation, true);
    expect((await addRoute()).status).toBe(200);
    person.deleteUser(cloud.customer.tenantId, activation);
    expect((await addRoute('survives')).status).toBe(200);
    cloud.base.switches.set('teams.activationSurvivesItsUser', false);
    expect((await addRoute('dies')).status).toBe(400);
  });

  it('refuses a trunk whose SIP domain was disabled', async () => {
    await addUsages('Unrestricted-zurich');
    cloud.microsoft.person.setSipDomain(cloud.customer.tenantId, TRUNK, 'Disabled');
    expect((await addRoute()).status).toBe(400);
  });

  it('refuses a pattern that is no regular expression, and a bridge number beside gateways', async () => {
    await addUsages('Unrestricted-zurich');
    expect((await addRoute('r', { NumberPattern: '(' })).data.message).toContain('not a valid regular expression');
    expect((await addRoute('r', { BridgeSourcePhoneNumber: '+41' })).data.message).toContain('BridgeSourcePhoneNumber');
  });

  it('gives priorities: the next free one, and in-use ones in both ways', async () => {
    await addUsages('Unrestricted-zurich');
    await addRoute('first');
    await addRoute('second', { Priority: 1 });
    const priorities = async () =>
      Object.fromEntries((await list('OnlineVoiceRoute')).map((route) => [route['Identity'], route['Priority']]));
    expect(await priorities()).toEqual({ LocalRoute: 0, first: 2, second: 1 });
    cloud.base.switches.set('teams.routePriorityInUse', 'keeps');
    await addRoute('third', { Priority: 1 });
    expect(await priorities()).toEqual({ LocalRoute: 0, first: 2, second: 1, third: 1 });
  });
});

describe('Teams admin API: the usage list', () => {
  it('takes the whole array, and drops what is no array in silence', async () => {
    for (const wrong of ['Reception', { Add: ['x'] }, null, ['x', 1], 7]) {
      cloud.base.switches.set('teams.clearByNull', 'ignored');
      expect((await teams.put(USAGES, { Usage: wrong })).status).toBe(204);
    }
    expect((await teams.get(USAGES)).data.Usage).toEqual(['Reception']);
  });

  it('takes list modifiers when the switch says so', async () => {
    cloud.base.switches.set('teams.usageListModifiers', 'accepted');
    await teams.put(USAGES, { Usage: { Add: ['a', 'b'] } });
    await teams.put(USAGES, { Usage: { Remove: ['A'] } });
    expect((await teams.get(USAGES)).data.Usage).toEqual(['Reception', 'b']);
  });

  it.each([
    ['refused', 400, ['Reception', 'Unrestricted-zurich'], ['Unrestricted-zurich']],
    ['cascaded', 204, ['Reception'], []],
    ['accepted', 204, ['Reception'], ['Unrestricted-zurich']],
  ])('answers removal of a used label as %s', async (outcome, status, usages, left) => {
    await setUpRouting();
    cloud.base.switches.set('teams.usageInUse', outcome);
    expect((await teams.put(USAGES, { Usage: ['Reception'] })).status).toBe(status);
    expect((await teams.get(USAGES)).data.Usage).toEqual(usages);
    expect((await list('OnlineVoiceRoute'))[1]?.['OnlinePstnUsages']).toEqual(left);
  });

  it('refuses a label twice, in another case too unless the switch says exact', async () => {
    expect((await teams.put(USAGES, { Usage: ['Reception', 'reception'] })).status).toBe(400);
    cloud.base.switches.set('teams.usageUniqueness', 'exact');
    expect((await teams.put(USAGES, { Usage: ['Reception', 'reception'] })).status).toBe(204);
    expect((await teams.put(USAGES, { Usage: ['Reception', 'Reception'] })).status).toBe(400);
  });

  it('has no second instance', async () => {
    expect((await teams.post(`${CONFIG}/OnlinePstnUsages`, { Identity: 'Other', Usage: [] })).status).toBe(400);
    expect((await teams.put(`${CONFIG}/OnlinePstnUsages/configuration/Other`, { Usage: [] })).status).toBe(404);
  });
});

describe('Teams admin API: deletion order', () => {
  it.each([
    'users',
    'users or groups',
  ])('refuses to delete a policy assigned to %s until the removed grant has taken effect', async (text) => {
    cloud.base.switches.set('teams.assignedPolicyText', text);
    await setUpRouting();
    const anna = `anna.berg@${cloud.customer.domain}`;
    const grants = `/Skype.Policy/users/${anna}/policies/OnlineVoiceRoutingPolicy`;
    expect((await teams.patch(grants, { PolicyName: 'unrestricted-ZURICH' })).status).toBe(204);
    const policy = `${CONFIG}/OnlineVoiceRoutingPolicy/configuration/Tag:Unrestricted-zurich`;
    const refused = await teams.delete(policy);
    expect([refused.status, refused.data.message]).toEqual([400, expect.stringContaining(`is currently assigned to one or more ${text}.`)]);
    cloud.base.consistency.override('teams.grantVisible', 40_000);
    await teams.patch(grants, { PolicyName: null });
    expect((await teams.delete(policy)).status).toBe(400);
    cloud.base.clock.advance(40_000);
    expect((await teams.delete(policy)).status).toBe(204);
  });

  it('refuses to delete a gateway that a route names', async () => {
    const provider = cloud.provider.tenantId;
    cloud.microsoft.person.setDirectoryRole(provider, cloud.provider.clientId, '69091246-20e8-4a56-aa4d-066075b2a7a8', true);
    const own = await cloud.client('teams', 'provider');
    const route = { Identity: 'Carrier', NumberPattern: '.*', OnlinePstnGatewayList: [cloud.provider.carrierTrunk] };
    expect((await own.post(`${CONFIG}/OnlineVoiceRoute`, route)).status).toBe(200);
    const gateway = `${CONFIG}/OnlinePSTNGateway/configuration/${cloud.provider.carrierTrunk}`;
    expect((await own.delete(gateway)).data.message).toContain('is used by voice route Carrier');
    await own.delete(`${CONFIG}/OnlineVoiceRoute/configuration/Carrier`);
    expect((await own.delete(gateway)).status).toBe(204);
  });

  it('answers 404 for what is not there', async () => {
    for (const path of [
      'OnlineVoiceRoute/configuration/none',
      'OnlinePSTNGateway/configuration/none',
      'OnlineVoiceRoutingPolicy/configuration/none',
    ]) {
      expect((await teams.delete(`${CONFIG}/${path}`)).status).toBe(404);
      expect((await teams.get(`${CONFIG}/${path}`)).status).toBe(404);
      expect((await teams.put(`${CONFIG}/${path}`, { Description: 'x' })).status).toBe(404);
    }
  });

  it('resets or refuses deletion of Global, and never removes it', async () => {
    await teams.put(`${CONFIG}/OnlineVoiceRoutingPolicy/configuration/Global`, { Description: 'changed' });
    cloud.base.switches.set('teams.deleteGlobal', 'refused');
    expect((await teams.delete(`${CONFIG}/OnlineVoiceRoutingPolicy/configuration/Global`)).status).toBe(400);
    cloud.base.switches.set('teams.deleteGlobal', 'resets');
    expect((await teams.delete(`${CONFIG}/OnlineVoiceRoutingPolicy/configuration/Global`)).status).toBe(204);
    expect((await list('OnlineVoiceRoutingPolicy'))[0]).toMatchObject({ Identity: 'Global', Description: null });
  });
});

describe('Teams admin API: writes', () => {
  it.each([
    ['empty', 200, ''],
    ['object', 201, { Identity: 'Tag:p' }],
    ['array', 200, [{ Identity: 'Tag:p' }]],
  ])('answers a create with %s', async (outcome, status, body) => {
    cloud.base.switches.set('teams.createAnswer', outcome);
    const answer = await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, { Identity: 'p', OnlinePstnUsages: [] });
    expect(answer.status).toBe(status);
    if (typeof body === 'string') expect(answer.data).toBe(body);
    else expect(answer.data).toMatchObject(body);
  });

  it.each([400, 409])('refuses an identity that exists, in any case, with %i', async (status) => {
    cloud.base.switches.set('teams.conflictStatus', status);
    for (const Identity of ['receptionists', 'Tag:Receptionists', 'GLOBAL']) {
      const answer = await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, { Identity });
      expect([answer.status, answer.data.message]).toEqual([status, expect.stringContaining('already exists')]);
    }
  });

  it('finds policies with and without Tag:, and routes only by their plain name', async () => {
    expect((await teams.get(`${CONFIG}/OnlineVoiceRoutingPolicy/configuration/tag%3ARECEPTIONISTS`)).data.Identity).toBe(
      'Tag:Receptionists',
    );
    expect((await teams.get(`${CONFIG}/OnlineVoiceRoute/configuration/localroute`)).data.Identity).toBe('LocalRoute');
    expect((await teams.get(`${CONFIG}/OnlineVoiceRoute/configuration/Tag:LocalRoute`)).status).toBe(404);
  });

  it('merges a PUT and answers 204 though a property is unknown or of the wrong type', async () => {
    const policy = `${CONFIG}/OnlineVoiceRoutingPolicy/configuration/Receptionists`;
    expect(
      (await teams.put(policy, { Description: 'Managed', OnlinePstnUsages: 'Reception', Unknown: 1, Identity: 'tag:receptionists' }))
        .status,
    ).toBe(204);
    expect((await teams.get(policy)).data).toMatchObject({
      Identity: 'Tag:Receptionists',
      Description: 'Managed',
      OnlinePstnUsages: ['Reception'],
    });
    cloud.base.switches.set('teams.updateStatus', 200);
    expect((await teams.put(policy, { Description: null })).status).toBe(200);
    expect((await teams.get(policy)).data.Description).toBe(null);
    cloud.base.switches.set('teams.clearByNull', 'ignored');
    await teams.put(policy, { Description: 'again' });
    await teams.put(policy, { Description: null });
    expect((await teams.get(policy)).data.Description).toBe('again');
  });

  it.each([
    [
      'another Identity in the body',
      'put',
      `${CONFIG}/OnlineVoiceRoutingPolicy/configuration/Receptionists`,
      { Identity: 'other', Description: 'x' },
    ],
    ['another Name in the body', 'put', `${CONFIG}/OnlineVoiceRoute/configuration/LocalRoute`, { Name: 'other', Description: 'x' }],
    ['an Identity and a Name that differ', 'post', `${CONFIG}/OnlineVoiceRoute`, { Identity: 'one', Name: 'other', NumberPattern: '.*' }],
    ['a blank Identity', 'post', `${CONFIG}/OnlineVoiceRoute`, { Identity: ' \t', NumberPattern: '.*' }],
  ] as const)('refuses %s, and does nothing', async (_name, method, path, body) => {
    const before = cloud.microsoft.snapshot(cloud.customer.tenantId);
    expect((await teams[method](path, body)).status).toBe(400);
    expect(cloud.microsoft.snapshot(cloud.customer.tenantId)).toEqual(before);
  });

  it('takes an Identity and a Name that say the same', async () => {
    expect((await teams.post(`${CONFIG}/OnlineVoiceRoute`, { Identity: 'Same', Name: 'same', NumberPattern: '.*' })).status).toBe(200);
  });

  it.each([
    ['both', [200, 200]],
    ['bare', [200, 404]],
    ['tagged', [404, 200]],
  ])('knows a policy in a path in %s form(s)', async (form, [bare, tagged]) => {
    cloud.base.switches.set('teams.policyUrlForm', form);
    const path = (name: string) => `${CONFIG}/OnlineVoiceRoutingPolicy/configuration/${encodeURIComponent(name)}`;
    const statuses = async (name: string) => {
      const written = (await teams.put(path(name), { Description: name })).status;
      return [(await teams.get(path(name))).status, written === 204 ? 200 : written];
    };
    expect(await statuses('Receptionists')).toEqual([bare, bare]);
    expect(await statuses('Tag:Receptionists')).toEqual([tagged, tagged]);
    expect((await teams.get(path('Global'))).status).toBe(200);
    const refused = bare === 404 ? 'Receptionists' : 'Tag:Receptionists';
    if (form !== 'both') expect((await teams.delete(path(refused))).status).toBe(404);
    expect((await teams.delete(path(bare === 404 ? 'Tag:Receptionists' : 'Receptionists'))).status).toBe(204);
  });

  it('can answer one PUT with success and do nothing', async () => {
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'noEffect', method: 'PUT', times: 1 });
    for (const [label, left] of [
      ['lost', []],
      ['kept', ['kept']],
    ] as const) {
      expect((await teams.put(USAGES, { Usage: ['Reception', label] })).status).toBe(204);
      expect((await teams.get(USAGES)).data.Usage).toEqual(['Reception', ...left]);
    }
  });

  it('can answer a PUT with success and do nothing', async () => {
    cloud.base.switches.set('teams.putEffect', 'none');
    expect((await teams.put(USAGES, { Usage: ['lost'] })).status).toBe(204);
    expect((await teams.get(USAGES)).data.Usage).toEqual(['Reception']);
  });

  it('refuses or ignores unknown properties on create, and wrong types always', async () => {
    const body = { Identity: 'p', Colour: 'red' };
    expect((await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, body)).data.message).toContain('Colour');
    cloud.base.switches.set('teams.unknownPropertyOnCreate', 'ignored');
    expect((await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, body)).status).toBe(200);
    expect((await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, { Identity: 'q', OnlinePstnUsages: 'x' })).status).toBe(400);
    expect((await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, {})).data.message).toContain('Identity is required');
  });

  it('creates by PUT only when the switch says so', async () => {
    cloud.base.switches.set('teams.putAbsent', 'creates');
    expect((await teams.put(`${CONFIG}/OnlineVoiceRoutingPolicy/configuration/fresh`, {})).status).toBe(204);
    expect((await list('OnlineVoiceRoutingPolicy')).map((policy) => policy['Identity'])).toContain('Tag:fresh');
  });

  it('shows a write to readers only after its delay, and checks against the truth', async () => {
    cloud.base.consistency.override('teams.configReadable', 5_000);
    await addUsages('late');
    expect((await teams.get(USAGES)).data.Usage).toEqual(['Reception']);
    expect((await teams.post(`${CONFIG}/OnlineVoiceRoutingPolicy`, { Identity: 'p', OnlinePstnUsages: ['late'] })).status).toBe(200);
    cloud.base.clock.advance(5_000);
    expect((await teams.get(USAGES)).data.Usage).toEqual(['Reception', 'late']);
  });
});

describe('Teams admin API: gateways', () => {
  const gateways = `${CONFIG}/OnlinePSTNGateway`;

  it('creates one in a serving domain, disabled unless told otherwise', async () => {
    expect((await teams.post(gateways, { Fqdn: `sbc.${cloud.customer.domain}`, SipSignalingPort: 5067 })).status).toBe(200);
    expect((await teams.get(`${gateways}/configuration/SBC.${cloud.customer.domain}`)).data).toMatchObject({
      Identity: `sbc.${cloud.customer.domain}`,
      Fqdn: `sbc.${cloud.customer.domain}`,
      Enabled: false,
      FailoverTimeSeconds: 10,
      SendSipOptions: true,
    });
  });

  it.each([
    [
      'of another domain',
      { Fqdn: 'sbc.elsewhere.example' },
      'Can not use the "sbc.elsewhere.example" domain as it was not configured for this tenant',
    ],
    ['below onmicrosoft.com', { Fqdn: 'sbc.nordwind.onmicrosoft.com' }, 'not configured for this tenant'],
    ['with a wildcard', { Fqdn: '*.nordwind.example' }, 'not configured for this tenant'],
    ['too long', { Fqdn: `${'a'.repeat(60)}.nordwind.example` }, 'longer than 63'],
    ['without port', { Fqdn: 'sbc.nordwind.example', SipSignalingPort: undefined }, 'SipSignalingPort is required'],
    ['with port 0', { Fqdn: 'sbc.nordwind.example', SipSignalingPort: 0 }, 'not between 1 and 65535'],
    ['with an unknown bypass mode', { Fqdn: 'sbc.nordwind.example', BypassMode: 'Sometimes' }, 'is not one of None'],
    ['with IPv6 and media bypass', { Fqdn: 'sbc.nordwind.example', IPAddressVersion: 'IPv6', MediaBypass: true }, 'IPv6'],
    ['with LBR but no site', { Fqdn: 'sbc.nordwind.example', GatewaySiteLbrEnabled: true }, 'requires GatewaySiteId'],
  ])('refuses one %s', async (_name, change, message) => {
    const answer = await teams.post(gateways, { SipSignalingPort: 5067, ...change });
    expect([answer.status, answer.data.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each([
    ['correct', 'OutboundTeamsNumberTranslationRules', 'OutbundTeamsNumberTranslationRules'],
    ['misspelt', 'OutbundTeamsNumberTranslationRules', 'OutboundTeamsNumberTranslationRules'],
  ])('takes the %s spelling of the outbound rules and drops the other', async (spelling, taken, dropped) => {
    cloud.base.switches.set('teams.outboundRuleSpelling', spelling);
    await teams.post(gateways, { Fqdn: 'sbc.nordwind.example', SipSignalingPort: 5067 });
    const gateway = `${gateways}/configuration/sbc.nordwind.example`;
    await teams.put(gateway, { [dropped]: ['Lost'] });
    await teams.put(gateway, { [taken]: ['StripPrefix'] });
    const { data } = await teams.get(gateway);
    expect([data[taken], data[dropped]]).toEqual([['StripPrefix'], undefined]);
  });
});
