import { type Context, Hono } from 'hono';
import type { CloudBase } from '../stand-in.ts';
import type { TeamsUsers } from '../teams-admin/users.ts';
import type { Tenant, User } from '../tenant.ts';
import type { VoiceRules } from '../voice.ts';
import type { GraphEnv, TeamsInGraph } from './call.ts';
import { resourceNotFound } from './errors.ts';
import { type CollectionRules, collectionPage, singleRow } from './query.ts';

const READ = 'TeamsUserConfiguration.Read.All';
/** `$filter` and `$expand` are named by the documentation without saying what works (microsoft-graph §3.3): not understood here. */
const RULES: CollectionRules = {
  type: 'microsoft.graph.teamsAdministration.teamsUserConfiguration',
  options: new Set(['$select', '$top', '$orderby']),
  defaultTop: 100,
  maxTop: 999,
  paging: 'skiptoken',
  properties: [
    'id',
    'userPrincipalName',
    'tenantId',
    'accountType',
    'featureTypes',
    'isEnterpriseVoiceEnabled',
    'telephoneNumbers',
    'effectivePolicyAssignments',
    'createdDateTime',
    'modifiedDateTime',
  ],
};

export interface UserConfigurationDeps {
  readonly base: CloudBase;
  readonly rules: VoiceRules;
  readonly users: TeamsUsers;
  readonly teams: TeamsInGraph;
}

/** Users as Teams has provisioned them: microsoft-graph §3.3. */
export function userConfigurationRoutes({ base, rules, users, teams }: UserConfigurationDeps): Hono<GraphEnv> {
  const listsResourceAccounts = base.switches.define(
    'graph.resourceAccountsInUserConfigurations',
    [false, true],
    'microsoft-graph §3.3, §7.5',
  );
  const app = new Hono<GraphEnv>();
  const visible = (tenant: Tenant): User[] => rules.teamsUsers(tenant).filter((user) => user.kind === 'User' || listsResourceAccounts());
  const rowOf = (c: Context<GraphEnv>, tenant: Tenant, user: User): Record<string, unknown> => ({
    id: user.id,
    userPrincipalName: user.userPrincipalName,
    tenantId: tenant.id,
    accountType: accountType(rules.accountType(user), c.req.header('prefer')),
    featureTypes: rules.featureTypes(user),
    isEnterpriseVoiceEnabled: user.enterpriseVoice && rules.hasVoicePlan(user),
    telephoneNumbers: tenant.numbers
      .seenValues()
      .filter((number) => number.targetId === user.id)
      .map(({ telephoneNumber, category }) => ({ telephoneNumber, assignmentCategory: category })),
    effectivePolicyAssignments: users.effectiveAssignments(tenant, user).map(({ policyType, policyAssignment }) => ({
      policyType,
      policyAssignment: { ...policyAssignment, assignmentType: 'direct' },
    })),
    createdDateTime: new Date(user.createdAt).toISOString(),
    modifiedDateTime: new Date(user.createdAt).toISOString(),
  });
  app.get('/', (c) => {
    const tenant = teams.require(c, READ);
    const rows = visible(tenant).map((user) => rowOf(c, tenant, user));
    return c.json(collectionPage(rows, RULES, { url: new URL(c.req.url), consistencyLevel: undefined }));
  });
  app.get('/:id', (c) => {
    const tenant = teams.require(c, READ);
    const user = visible(tenant).find(({ id }) => id === c.req.param('id').toLowerCase());
    if (user === undefined) throw resourceNotFound(c.req.param('id'));
    return c.json(singleRow(rowOf(c, tenant, user), RULES, new URL(c.req.url)));
  });
  return app;
}

/** `ineligibleUser` is told only to callers that ask for members beyond the first enum (microsoft-graph §3.3). */
function accountType(type: 'User' | 'ResourceAccount' | 'IneligibleUser', prefer = ''): string {
  if (type === 'IneligibleUser') return prefer.includes('include-unknown-enum-members') ? 'ineligibleUser' : 'unknownFutureValue';
  return type === 'User' ? 'user' : 'resourceAccount';
}
