import { describe, expect, it } from 'vitest';
import { SystemClock } from '../runtime/system-clock.ts';
import { ENTRA_CALLS } from './entra/calls.ts';
import { GRAPH_CALLS } from './graph/wire.ts';
import type { AllowList } from './http/allow-list.ts';
import { createHttpClient } from './http/client.ts';
import { TEAMS_ADMIN_CALLS } from './teams-admin/wire.ts';

type Call = readonly [method: string, path: string, body?: unknown];

const titled = (calls: readonly Call[]) => calls.map((call) => ({ call, title: JSON.stringify(call) }));

const GRAPH_READS = [
  '/v1.0/organization',
  '/v1.0/domains?$top=5',
  '/v1.0/subscribedSkus',
  '/v1.0/users?$filter=x',
  '/v1.0/admin/teams/userConfigurations/u-1',
];

/** Telephony 7.4, and what lies next to it. */
const GRAPH_NEVER: readonly Call[] = [
  ['POST', '/v1.0/domains/acme.example/forceDelete', { disableUserAccounts: false }],
  ['POST', '/v1.0/domains/acme.example/promote'],
  ['PATCH', '/v1.0/domains/acme.example', { isDefault: true }],
  ['POST', '/beta/domains/acme.example/verify', { forceTakeover: true }],
  ['DELETE', '/v1.0/domains/acme.example'],
  ['POST', '/v1.0/users', {}],
  ['DELETE', '/v1.0/users/u-1'],
  ['PATCH', '/v1.0/users/u-1', { accountEnabled: false }],
  ['POST', '/v1.0/users/u-1/assignLicense', { addLicenses: [], removeLicenses: [] }],
  ['POST', '/v1.0/admin/teams/telephoneNumberManagement/numberAssignments/unassignNumber', {}],
  ['POST', '/v1.0/admin/teams/policy/userAssignments/assign', {}],
  ['POST', '/v1.0/roleManagement/directory/roleAssignments', {}],
];

const POLICIES = '/Skype.Policy/configurations/OnlineVoiceRoutingPolicy';
const ROUTES = '/Skype.Policy/configurations/OnlineVoiceRoute';
const USAGES = '/Skype.Policy/configurations/OnlinePstnUsages/configuration/Global';

const TEAMS_NEVER: readonly Call[] = [
  ['PUT', `${POLICIES}/configuration/Global`, { OnlinePstnUsages: [] }],
  ['PUT', `${POLICIES}/configuration/%47lobal`, { OnlinePstnUsages: [] }],
  ['PUT', `${POLICIES}/configuration/Tag:GLOBAL`, { OnlinePstnUsages: [] }],
  ['PUT', `${POLICIES}/configuration/ours`, { Identity: 'Global', OnlinePstnUsages: [] }],
  ['DELETE', `${POLICIES}/configuration/Global`],
  ['POST', POLICIES, { Identity: 'global' }],
  ['POST', POLICIES, {}],
  ['POST', POLICIES],
  ['PUT', `${ROUTES}/configuration/LocalRoute`, { Priority: 1 }],
  ['DELETE', `${ROUTES}/configuration/localroute`],
  ['POST', ROUTES, { Name: 'LocalRoute' }],
  ['PATCH', '/Skype.Policy/tenants/policies/OnlineVoiceRoutingPolicy', { PolicyName: 'ours' }],
  ['PATCH', '/Skype.Policy/groupPolicyAssignments/g-1/policyTypes/OnlineVoiceRoutingPolicy', { PolicyName: 'ours' }],
  ['PUT', USAGES, { Usage: { Replace: [] } }],
  ['PUT', USAGES, { Usage: null }],
  ['PUT', USAGES, {}],
  ['DELETE', USAGES],
  ['POST', '/Skype.Policy/configurations/OnlinePstnUsages', { Usage: [] }],
  ['POST', '/Skype.Policy/configurations/OnlinePSTNGateway', { Identity: 'a.example' }],
  ['PUT', '/Skype.Policy/configurations/OnlinePSTNGateway/configuration/a.example', { Enabled: false }],
  ['DELETE', '/Skype.Policy/configurations/OnlinePSTNGateway/configuration/a.example'],
  ['POST', '/Teams.Tenant/VerifiedSipDomains', { DomainName: 'a.example', Action: 'Disable' }],
  ['PATCH', '/Teams.User/users/u-1'],
];

const judge = (list: AllowList, [method, path, body]: Call) => list.judge(method, new URL(path, 'https://host.example'), body);
const batch = (...items: readonly (readonly [string, string])[]) => ({
  requests: items.map(([method, url], i) => ({ id: String(i), method, url })),
});

describe('calls that never leave the process', () => {
  it.each(titled(GRAPH_NEVER))('Graph: $title', ({ call }) => {
    expect(judge(GRAPH_CALLS, call)).toMatchObject({ allowed: false });
    const [method, path] = call;
    const inside = batch(['GET', '/organization'], [method, path.replace('/v1.0', '')]);
    expect(judge(GRAPH_CALLS, ['POST', '/v1.0/$batch', inside])).toMatchObject({ allowed: false });
  });

  it.each(titled(TEAMS_NEVER))('Teams: $title', ({ call }) => {
    expect(judge(TEAMS_ADMIN_CALLS, call)).toMatchObject({ allowed: false });
  });

  it('are refused by the client, not only by the list', async () => {
    const client = createHttpClient(
      { clock: new SystemClock(), userAgent: 'trunkline/test' },
      {
        system: 'teams-admin',
        displayName: 'Microsoft Teams',
        origin: 'https://127.0.0.1:1',
        allow: TEAMS_ADMIN_CALLS,
        recordable: { fields: [] },
      },
    );
    await expect(client.send({ method: 'DELETE', url: `${POLICIES}/configuration/Global` })).rejects.toMatchObject({
      reason: 'CallForbidden',
    });
    await expect(client.send({ method: 'DELETE', url: `${POLICIES}/configuration/ours` })).rejects.toMatchObject({
      reason: 'ExternalSystemUnavailable',
    });
  });
});

describe('calls that may leave', () => {
  it('and are no reads are these, and no others', () => {
    expect(GRAPH_CALLS.writes).toEqual(['POST /v1.0/$batch']); // reads only, see below
    expect(ENTRA_CALLS.writes).toEqual(['POST /{tenant}/oauth2/v2.0/token']);
    expect(TEAMS_ADMIN_CALLS.writes).toEqual([
      `POST ${ROUTES}`,
      `PUT ${ROUTES}/configuration/{identity}`,
      `DELETE ${ROUTES}/configuration/{identity}`,
      `POST ${POLICIES}`,
      `PUT ${POLICIES}/configuration/{identity}`,
      `DELETE ${POLICIES}/configuration/{identity}`,
      `PUT ${USAGES}`,
    ]);
  });

  it.each(GRAPH_READS)('Graph: GET %s, alone and in a batch', (path) => {
    expect(judge(GRAPH_CALLS, ['GET', path])).toMatchObject({ allowed: true });
    expect(judge(GRAPH_CALLS, ['POST', '/v1.0/$batch', batch(['GET', path.replace('/v1.0', '')])])).toEqual({
      allowed: true,
      operation: 'batch',
    });
  });

  it('Graph: no batch that is empty, too long or carries bodies', () => {
    const items = Array.from({ length: 21 }, () => ['GET', '/organization'] as const);
    expect(judge(GRAPH_CALLS, ['POST', '/v1.0/$batch', batch(...items)]).allowed).toBe(false);
    expect(judge(GRAPH_CALLS, ['POST', '/v1.0/$batch', batch()]).allowed).toBe(false);
    const withBody = { requests: [{ id: '1', method: 'GET', url: '/organization', body: {} }] };
    expect(judge(GRAPH_CALLS, ['POST', '/v1.0/$batch', withBody]).allowed).toBe(false);
  });

  it.each([
    ['POST', ROUTES, { Identity: 'Unrestricted-zurich' }],
    ['PUT', `${POLICIES}/configuration/Globalisation`, { OnlinePstnUsages: [] }],
    ['PUT', `${POLICIES}/configuration/Tag%3Aours`, { OnlinePstnUsages: ['a'] }],
    ['DELETE', `${ROUTES}/configuration/Unrestricted%20zurich`],
    ['PUT', USAGES, { Usage: [] }],
    ['GET', '/Teams.User/users?PageSize=500'],
  ] as const)('Teams: %s %s', (...call) => {
    expect(judge(TEAMS_ADMIN_CALLS, call)).toMatchObject({ allowed: true });
  });
});
