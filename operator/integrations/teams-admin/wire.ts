import { z } from 'zod';
import type { Change } from '../../domain/change/change-set.ts';
import type { Json } from '../../domain/change/object.ts';
import { formatSign } from '../../domain/change/sign.ts';
import { AllowList, type CallFacts, type CallRule } from '../http/allow-list.ts';
import type { Recordable } from '../http/recording.ts';
import type { SystemName } from '../http/translate.ts';

/**
 * Every path and body of the Teams admin API that the operator uses, and no other. The service has no published contract
 * (teams-admin-api, head); when it changes, this file changes.
 */
export const TEAMS_ADMIN: SystemName = { system: 'teams-admin', displayName: 'Microsoft Teams' };

/** Configuration types, case-exact (teams-admin-api §4 rule 1). */
export const CONFIG_TYPE = {
  PstnGateway: 'OnlinePSTNGateway',
  PstnUsage: 'OnlinePstnUsages',
  VoiceRoute: 'OnlineVoiceRoute',
  VoiceRoutingPolicy: 'OnlineVoiceRoutingPolicy',
} as const;

export type ConfigKind = keyof typeof CONFIG_TYPE;
/** Kinds whose objects are made and removed one by one; usages are one list, gateways are only read. */
export type WrittenKind = 'VoiceRoute' | 'VoiceRoutingPolicy';

const CONFIGURATIONS = '/Skype.Policy/configurations';
const USERS = '/Teams.User/users';
/** With the slash at its end, as the module calls it (teams-admin-api §20). */
export const GROUP_ASSIGNMENTS = '/Skype.Policy/groupPolicyAssignments/';
/** Rows asked for at a time; the answer's token decides whether there are more (teams-admin-api §5.3). */
const USERS_PAGE_SIZE = 500;

export function typePath(kind: ConfigKind): string {
  return `${CONFIGURATIONS}/${CONFIG_TYPE[kind]}`;
}

export function instancePath(kind: ConfigKind, identity: string): string {
  return `${typePath(kind)}/configuration/${encodeURIComponent(identity)}`;
}

export function usersPath(skipToken?: string): string {
  const query = new URLSearchParams({ PageSize: String(USERS_PAGE_SIZE), ...(skipToken === undefined ? {} : { Skiptoken: skipToken }) });
  return `${USERS}?${query.toString()}`;
}

export function userPath(objectId: string): string {
  return `${USERS}/${encodeURIComponent(objectId)}`;
}

const READS: readonly CallRule[] = [
  ...(Object.keys(CONFIG_TYPE) as ConfigKind[]).map(
    (kind): CallRule => ({ operation: `list${kind}s`, method: 'GET', path: typePath(kind) }),
  ),
  { operation: 'listUsers', method: 'GET', path: USERS },
  { operation: 'listGroupPolicyAssignments', method: 'GET', path: GROUP_ASSIGNMENTS },
  { operation: 'getUser', method: 'GET', path: `${USERS}/{objectId}` },
];

const WRITES: readonly CallRule[] = (['VoiceRoute', 'VoiceRoutingPolicy'] as const).flatMap((kind): CallRule[] => [
  { operation: `create${kind}`, method: 'POST', path: typePath(kind), forbid: protectedInstance },
  { operation: `update${kind}`, method: 'PUT', path: `${typePath(kind)}/configuration/{identity}`, forbid: protectedInstance },
  { operation: `remove${kind}`, method: 'DELETE', path: `${typePath(kind)}/configuration/{identity}`, forbid: protectedInstance },
]);

/** The usage list is replaced as a whole; what it may leave out is checked where the list was read (usage-list.ts). */
const USAGE_LIST: CallRule = {
  operation: 'replacePstnUsages',
  method: 'PUT',
  path: instancePath('PstnUsage', 'Global'),
  forbid: ({ body }) => (UsageListBody.safeParse(body).success ? undefined : 'a usage list is a list of labels and nothing else'),
};

export const TEAMS_ADMIN_CALLS = new AllowList([...READS, ...WRITES, USAGE_LIST]);

/** `Global` policies and `LocalRoute` are the tenant's own (telephony 7.4). */
export function isProtected(identity: string): boolean {
  const bare = identity.trim().replace(/^tag:/i, '').toLowerCase();
  return bare === 'global' || bare === 'localroute';
}

function protectedInstance({ params, body }: CallFacts): string | undefined {
  const named = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const names = [params['identity'], named['Identity'], named['Name']].filter((name) => name !== undefined);
  const isHarmless = names.length > 0 && names.every((name) => typeof name === 'string' && !isProtected(name));
  return isHarmless ? undefined : 'Global policies and LocalRoute are never written';
}

const UsageListBody = z.strictObject({ Usage: z.array(z.string().min(1)) });

export function usageListBody(labels: readonly string[]): z.infer<typeof UsageListBody> {
  return { Usage: [...labels] };
}

/** Field of ours → property of the service (teams-admin-api §8, §9). */
const PROPERTIES: Readonly<Record<WrittenKind, Readonly<Record<string, string>>>> = {
  VoiceRoute: { numberPattern: 'NumberPattern', gateways: 'OnlinePstnGatewayList', usages: 'OnlinePstnUsages', priority: 'Priority' },
  VoiceRoutingPolicy: { usages: 'OnlinePstnUsages' },
};

/** Only what changes is sent: PUT merges (teams-admin-api §4 rule 3). The marker rides along with every write. */
export function changedProperties(change: Change & { readonly kind: WrittenKind }): Record<string, Json> {
  const names = PROPERTIES[change.kind];
  const properties: Record<string, Json> = {};
  for (const { path, after } of change.fields) {
    const name = names[path];
    if (name !== undefined && after !== undefined) properties[name] = after;
  }
  const sign = formatSign(change);
  return { ...properties, ...(sign === undefined ? {} : { Description: sign }) };
}

/** The bare name: the service adds `Tag:` to policies by itself (rule 7). */
export function creationBody(change: Change & { readonly kind: WrittenKind }): Record<string, Json> {
  return { Identity: change.name, ...changedProperties(change) };
}

const text = z.string().nullish();
const labels = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

export const GatewayWire = z.object({
  Identity: z.string(),
  Enabled: z.boolean().nullish(),
  SipSignalingPort: z.number().nullish(),
  MediaBypass: z.boolean().nullish(),
});
export const UsagesWire = z.object({ Identity: z.string(), Usage: labels });
export const RouteWire = z.object({
  Identity: z.string(),
  NumberPattern: text,
  OnlinePstnGatewayList: labels,
  OnlinePstnUsages: labels,
  Priority: z.number().nullish(),
  Description: text,
});
export const PolicyWire = z.object({ Identity: z.string(), OnlinePstnUsages: labels, Description: text });

/** Accepts both casings (teams-admin-api §19.1): names are compared with a small first letter. */
function anyCase<T extends z.ZodType>(schema: T) {
  return z.preprocess(decapitalised, schema);
}

function decapitalised(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.charAt(0).toLowerCase() + name.slice(1), member]));
}

const AssignmentWire = anyCase(
  z.object({ policyType: z.string(), policyAssignment: anyCase(z.object({ displayName: text, assignmentType: text })) }),
);

export const GroupAssignmentWire = anyCase(z.object({ groupId: z.string(), policyType: z.string(), policyName: z.string() }));

export const UserWire = anyCase(
  z.object({
    objectId: z.string(),
    userPrincipalName: z.string(),
    enterpriseVoiceEnabled: z.boolean().nullish(),
    featureTypes: labels,
    effectivePolicyAssignments: z.array(AssignmentWire).nullish(),
  }),
);

export const UsersPageWire = anyCase(z.object({ users: z.array(UserWire), skipToken: text, nextLink: text, '@odata.nextLink': text }));

/** Error bodies in the four forms that were seen (teams-admin-api §5.1); all members optional, the body may be anything. */
export const ErrorWire = anyCase(
  z.object({
    message: z.string().optional().catch(undefined),
    code: z.string().optional().catch(undefined),
    errorCode: z.coerce.number().optional().catch(undefined),
    error: anyCase(z.object({ message: z.string().optional(), code: z.string().optional() }))
      .optional()
      .catch(undefined),
  }),
);

export const TEAMS_ADMIN_RECORDABLE: Recordable = {
  fields: [
    'action',
    'code',
    'Description',
    'Enabled',
    'enterpriseVoiceEnabled',
    'errorCode',
    'featureTypes',
    'Fqdn',
    'Identity',
    'MediaBypass',
    'message',
    'Name',
    'NumberPattern',
    'OnlinePstnGatewayList',
    'OnlinePstnUsages',
    'PageSize',
    'policyName',
    'policyType',
    'Priority',
    'RouteType',
    'SipSignalingPort',
    'Skiptoken',
    'Usage',
  ],
};
