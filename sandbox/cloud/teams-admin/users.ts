import { Hono } from 'hono';
import type { CloudBase } from '../stand-in.ts';
import type { Grant, Tenant, User } from '../tenant.ts';
import type { VoiceRules } from '../voice.ts';
import { type CallerEnv, jsonBody, refuseQuery } from './call.ts';
import { badRequest, ConfigApiError, notFound } from './errors.ts';
import type { ConfigStore } from './store.ts';
import { CONFIG_TYPES, keyOf } from './types.ts';

const PAGE_SIZE = 100;
/** teams-admin-api §19.1, as the module spells them. */
const LIST_QUERY = ['Filter', 'Select', 'PageSize', 'Skiptoken', 'includedefaultproperties', 'expandlocation', 'voiceuserquery'];
const GRANT_MEMBERS = new Set(['PolicyName', 'AdditionalParameters']);

/** Users as Teams knows them: teams-admin-api §19.1 and §19.2. */
export function userRoutes(users: TeamsUsers): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>();
  app.get('/', (c) => {
    refuseQuery(
      c,
      LIST_QUERY.map((name) => name.toLowerCase()),
    );
    return c.json(users.page(c.var.tenant, new URL(c.req.url)));
  });
  app.get('/:id', (c) => {
    refuseQuery(c);
    return c.json(users.shown(c.var.tenant, users.find(c.var.tenant, c.req.param('id'))));
  });
  return app;
}

/** Granting a policy to a user, and which are granted to groups: teams-admin-api §20. Writing to groups and tenants is proven by no source and not built. */
export function grantRoutes(users: TeamsUsers): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>();
  app.get('/groupPolicyAssignments/', (c) => {
    if (!users.listsGroups) throw notFound(`No resource matches the request URI ${c.req.path}.`);
    refuseQuery(c);
    return c.json(users.groupAssignments(c.var.tenant));
  });
  app.patch('/users/:id/policies/:type', async (c) => {
    const body = await jsonBody(c);
    const surplus = Object.keys(body).find((name) => !GRANT_MEMBERS.has(name));
    if (surplus !== undefined) throw badRequest(`A parameter ${surplus} does not exist.`);
    const { PolicyName: name } = body;
    if (name !== null && typeof name !== 'string') throw badRequest('PolicyName must be a string or null.');
    users.grant(c.var.tenant, users.find(c.var.tenant, c.req.param('id')), c.req.param('type'), name);
    return c.body(null, 204);
  });
  return app;
}

/** What Teams knows of users, and what it lets be granted to them. */
export class TeamsUsers {
  readonly #base: CloudBase;
  readonly #rules: VoiceRules;
  readonly #store: ConfigStore;
  readonly #grantVisible;
  readonly #casing;
  readonly #unknownPolicyStatus;
  readonly #pageForm;
  readonly #queryCase;
  readonly #groupGrantsInUsers;
  readonly #groupList;

  constructor(base: CloudBase, rules: VoiceRules, store: ConfigStore) {
    this.#base = base;
    this.#rules = rules;
    this.#store = store;
    this.#grantVisible = base.consistency.define('teams.grantVisible', 40_000, 'teams-admin-api §20: 30-45 s');
    this.#casing = base.switches.define('teams.userCasing', ['camel', 'pascal'], 'teams-admin-api §19.1: accept both');
    this.#groupGrantsInUsers = base.switches.define(
      'teams.groupGrantsInUsers',
      ['shown', 'hidden'],
      'teams-admin-api §20: the documentation contradicts itself',
    );
    this.#groupList = base.switches.define('teams.groupAssignmentList', ['served', 'absent'], 'teams-admin-api §20: not proven live');
    this.#pageForm = base.switches.define(
      'teams.userPages',
      ['skipToken', 'nextLink', '@odata.nextLink'],
      'teams-admin-api §5.3: "next link / skip token", which of them and how it is spelt is open',
    );
    this.#queryCase = base.switches.define('teams.userQueryCase', ['any', 'exact'], 'teams-admin-api §5.3: tolerance of case');
    this.#unknownPolicyStatus = base.switches.define('teams.unknownPolicyGrantStatus', [400, 404], 'teams-admin-api §20');
  }

  /** By object id, UPN or SIP address; 404 until Teams has provisioned the user (teams-admin-api §5.2). */
  find(tenant: Tenant, name: string): User {
    const wanted = name.toLowerCase().replace(/^sip:/, '');
    const user = this.#rules
      .teamsUsers(tenant)
      .find(({ id, userPrincipalName }) => id === wanted || userPrincipalName.toLowerCase() === wanted);
    if (user === undefined) throw notFound(`User "${name}" was not found.`);
    return user;
  }

  /** `{ users, … }` with a token or a link to the next page: teams-admin-api §5.3. */
  page(tenant: Tenant, url: URL): Record<string, unknown> {
    const misspelt = [...url.searchParams.keys()].find((name) => !LIST_QUERY.includes(name));
    if (misspelt !== undefined && this.#queryCase() === 'exact') throw badRequest(`The query option ${misspelt} is not supported here.`);
    const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
    // The grammar of the REST filter is UNVERIFIED (§19.1): none is understood, so nobody can come to depend on one.
    if (query.has('filter')) throw badRequest('The filter is not valid.');
    const size = positive(query.get('pagesize'), PAGE_SIZE);
    const from = positive(query.get('skiptoken'), 0);
    const all = this.#rules.teamsUsers(tenant);
    const select = query.get('select')?.toLowerCase().split(',');
    const users = all.slice(from, from + size).map((user) => picked(this.shown(tenant, user), select));
    return { users, ...(from + size < all.length ? this.#continuation(url, String(from + size)) : {}) };
  }

  #continuation(url: URL, token: string): Record<string, string> {
    const form = this.#pageForm();
    if (form === 'skipToken') return { skipToken: token };
    const next = new URL(url);
    for (const name of [...next.searchParams.keys()]) if (name.toLowerCase() === 'skiptoken') next.searchParams.delete(name);
    next.searchParams.set('Skiptoken', token);
    return { [form]: next.href };
  }

  shown(tenant: Tenant, user: User): Record<string, unknown> {
    const numbers = tenant.numbers.seenValues().filter((number) => number.targetId === user.id);
    const primary = numbers.find((number) => number.category === 'primary');
    const eligible = this.#rules.accountType(user) !== 'IneligibleUser';
    const camel = {
      objectId: user.id,
      userPrincipalName: user.userPrincipalName,
      sipAddress: eligible ? `sip:${user.userPrincipalName}` : null,
      displayName: user.displayName,
      alias: user.mailNickname,
      accountType: this.#rules.accountType(user),
      accountEnabled: user.accountEnabled,
      isSipEnabled: eligible,
      enterpriseVoiceEnabled: user.enterpriseVoice && this.#rules.hasVoicePlan(user),
      lineUri: primary === undefined ? null : `tel:${primary.telephoneNumber}`,
      onPremLineUri: user.onPremLineUri,
      telephoneNumbers: numbers.map(({ telephoneNumber, category }) => ({ telephoneNumber, assignmentCategory: category })),
      featureTypes: this.#rules.featureTypes(user),
      hostingProvider: eligible ? 'sipfed.online.lync.com' : null,
      interpretedUserType: eligible ? 'PureOnlineTeamsOnlyUser' : 'PureOnlineNoTeamsUser',
      userValidationErrors: [],
      usageLocation: user.usageLocation,
      softDeletionTimestamp: null,
      whenCreated: new Date(user.createdAt).toISOString(),
      effectivePolicyAssignments: this.effectiveAssignments(tenant, user),
    };
    return this.#casing() === 'camel' ? camel : pascal(camel);
  }

  /** Grants that have taken effect; a direct one wins over a group's (teams-admin-api §20), absence means the tenant's default. */
  effectiveAssignments(tenant: Tenant, user: User): { policyType: string; policyAssignment: Record<string, unknown> }[] {
    const direct = tenant.grants.seenValues().filter((grant) => grant.userId === user.id);
    const types = new Set(direct.map(({ policyType }) => policyType));
    const shown = this.#groupGrantsInUsers() === 'shown' ? tenant.groupGrants.seenValues() : [];
    const ofGroups = shown
      .filter(({ memberIds, policyType }) => memberIds.includes(user.id) && !types.has(policyType))
      .sort((left, right) => right.rank - left.rank);
    const winners = new Map(ofGroups.map((grant) => [grant.policyType, grant]));
    return [...direct, ...winners.values()].map((grant) => ({
      policyType: grant.policyType,
      policyAssignment: {
        assignmentType: 'groupId' in grant ? 'Group' : 'Direct',
        displayName: grant.name,
        policyId: this.#policyId(tenant, grant.policyType, grant.name),
        groupId: 'groupId' in grant ? grant.groupId : null,
      },
    }));
  }

  get listsGroups(): boolean {
    return this.#groupList() === 'served';
  }

  /** teams-admin-api §20, the group list. */
  groupAssignments(tenant: Tenant): Record<string, unknown>[] {
    return tenant.groupGrants.seenValues().map(({ groupId, policyType, name, rank, createdAt }) => ({
      GroupId: groupId,
      PolicyType: policyType,
      PolicyName: name,
      Priority: rank,
      CreatedTime: new Date(createdAt).toISOString(),
      CreatedBy: 'admin',
    }));
  }

  /** A grant to a group as a person makes it; `null` takes it away. */
  grantToGroup(
    tenant: Tenant,
    group: { readonly id: string; readonly memberIds: readonly string[] },
    policyType: string,
    name: string | null,
  ): void {
    const key = `${group.id}/${policyType}`;
    if (name === null) {
      tenant.groupGrants.delete(key);
      return;
    }
    const type = CONFIG_TYPES.get(policyType);
    const policy = type === undefined ? undefined : this.#store.of(tenant, type).latest(keyOf(type, name));
    if (policy === undefined) throw new RangeError(`no such ${policyType}: ${name}`);
    const rank = tenant.groupGrants.latestValues().filter((grant) => grant.policyType === policyType).length + 1;
    const bare = policy.identity.replace(/^Tag:/, '');
    tenant.groupGrants.set(key, {
      groupId: group.id,
      memberIds: group.memberIds,
      policyType,
      name: bare,
      rank,
      createdAt: this.#base.clock.now(),
    });
  }

  /** `null` or empty takes the direct grant away. Users without a phone plan accept grants too (teams-admin-api §20). */
  grant(tenant: Tenant, user: User, policyType: string, name: string | null, { settled = false } = {}): void {
    const type = CONFIG_TYPES.get(policyType);
    if (type?.scope !== 'policy') throw badRequest(`"${policyType}" is not a user policy.`);
    const key = `${user.id}/${policyType}`;
    const delayMs = settled ? 0 : this.#grantVisible();
    if (name === null || name === '') {
      tenant.grants.delete(key, delayMs);
      return;
    }
    const policy = this.#store.of(tenant, type).latest(keyOf(type, name));
    // A policy just made is not grantable yet, and Grant wants the bare name (§20, §26.2).
    if (policy === undefined || (!settled && policy.grantableFrom > this.#base.clock.now()) || /^tag:/i.test(name)) {
      throw new ConfigApiError(
        this.#unknownPolicyStatus(),
        'BadRequest',
        `Policy "${name}" is not a user policy. You can assign only a user policy to a specific user.`,
      );
    }
    const grant: Grant = { userId: user.id, policyType, name: policy.identity.replace(/^Tag:/, '') };
    tenant.grants.set(key, grant, delayMs);
  }

  #policyId(tenant: Tenant, policyType: string, name: string): string | null {
    const type = CONFIG_TYPES.get(policyType);
    return type === undefined ? null : (this.#store.of(tenant, type).latest(keyOf(type, name))?.policyId ?? null);
  }
}

function positive(text: string | undefined, absent: number): number {
  if (text === undefined) return absent;
  if (!/^\d{1,6}$/.test(text)) throw badRequest(`"${text}" is not a valid number.`);
  return Number(text);
}

/** Names that are always returned, and those asked for (teams-admin-api §19.3). */
function picked(user: Record<string, unknown>, select: readonly string[] | undefined): Record<string, unknown> {
  if (select === undefined) return user;
  const always = ['objectid', 'userprincipalname', 'alias', 'accountenabled', 'displayname'];
  return Object.fromEntries(
    Object.entries(user).filter(([name]) => always.includes(name.toLowerCase()) || select.includes(name.toLowerCase())),
  );
}

function pascal(value: unknown): Record<string, unknown>;
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => pascal(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.charAt(0).toUpperCase() + name.slice(1), pascal(inner)]));
}
