import { z } from 'zod';
import { AllowList, type CallFacts, type CallRule } from '../http/allow-list.ts';
import type { Recordable } from '../http/recording.ts';
import type { SystemName } from '../http/translate.ts';

export const GRAPH: SystemName = { system: 'graph', displayName: 'Microsoft Graph' };

const VERSION = '/v1.0';

/** Reads that may go alone or inside a batch. Nothing in this release writes through Graph (telephony 7.4). */
const READS: readonly CallRule[] = [
  { operation: 'getOrganization', method: 'GET', path: `${VERSION}/organization` },
  { operation: 'listDomains', method: 'GET', path: `${VERSION}/domains` },
  { operation: 'listSubscribedSkus', method: 'GET', path: `${VERSION}/subscribedSkus` },
  { operation: 'listUsers', method: 'GET', path: `${VERSION}/users` },
  { operation: 'getUserConfiguration', method: 'GET', path: `${VERSION}/admin/teams/userConfigurations/{userId}` },
  { operation: 'listNumberAssignments', method: 'GET', path: `${VERSION}/admin/teams/telephoneNumberManagement/numberAssignments` },
];

const INNER_CALLS = new AllowList(READS);

export const GRAPH_CALLS = new AllowList([
  ...READS,
  { operation: 'batch', method: 'POST', path: `${VERSION}/$batch`, forbid: onlyAllowedInside },
]);

const BatchBody = z.strictObject({
  requests: z
    .array(
      z.strictObject({
        id: z.string(),
        method: z.string(),
        url: z.string().startsWith('/'),
        headers: z.record(z.string(), z.string()).optional(),
      }),
    )
    .min(1)
    .max(20),
});

/** A batch is only as allowed as each of its items: they would get past a list that looks at the envelope alone. */
function onlyAllowedInside({ body }: CallFacts): string | undefined {
  const batch = BatchBody.safeParse(body);
  if (!batch.success) return 'a batch holds 1 to 20 plain reads';
  for (const { method, url } of batch.data.requests) {
    const verdict = judgeInner(method, url);
    if (!verdict.allowed) return `in a batch: ${verdict.why}`;
  }
  return undefined;
}

/** The verdict on one item of a batch; its `operation` is what failures of the item are called. */
export function judgeInner(method: string, url: string) {
  return INNER_CALLS.judge(method, new URL(`https://batch.invalid${VERSION}${url}`), undefined);
}

/** Query values are percent-encoded here: the client library leaves `+` and `'` raw (microsoft-graph §2.0). */
function path(resource: string, query: Readonly<Record<string, string>>): string {
  const options = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return options.length === 0 ? resource : `${resource}?${options.join('&')}`;
}

export const ORGANIZATION_PATH = path('/organization', { $select: 'id,displayName,countryLetterCode' });
export const DOMAINS_PATH = path('/domains', { $select: 'id,isInitial,isVerified,supportedServices' });
/** Without options: what is documented for them is not what the metadata says (microsoft-graph §2.3). */
export const SKUS_PATH = '/subscribedSkus';
export const NUMBERS_PATH = path('/admin/teams/telephoneNumberManagement/numberAssignments', { $top: '1000' });

/** Advanced queries need this header and `$count=true` (microsoft-graph §2.4). */
export const ADVANCED_HEADERS = { ConsistencyLevel: 'eventual' } as const;

/** Users of one domain that are read at most. */
export const USERS_ASKED_FOR = 50;

/** The users of a domain, at most so many: enough to find one with a phone licence where there are any. */
export function usersOfDomainPath(domain: string): string {
  return path('/users', {
    $count: 'true',
    $select: 'id,userPrincipalName,assignedPlans',
    $top: String(USERS_ASKED_FOR),
    $filter: `endsWith(userPrincipalName,'@${domain.replaceAll("'", "''")}')`,
  });
}

export function userConfigurationPath(userId: string): string {
  return path(`/admin/teams/userConfigurations/${encodeURIComponent(userId)}`, {
    $select: 'id,userPrincipalName,isEnterpriseVoiceEnabled',
  });
}

const text = z.string().nullish();
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

/** A page of a collection. Documented samples show a single object in place of the list (microsoft-graph §3.1). */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    value: z.union([z.array(item), item.transform((one) => [one])]),
    '@odata.nextLink': z.string().optional(),
  });
}

export const OrganizationWire = z.object({ id: z.string(), displayName: text, countryLetterCode: text });

export const DomainWire = z.object({
  id: z.string(),
  isInitial: z.boolean().nullish(),
  isVerified: z.boolean().nullish(),
  supportedServices: list(z.string()),
});

const units = z
  .number()
  .nullish()
  .transform((count) => count ?? 0);

export const SkuWire = z.object({
  skuId: z.string(),
  skuPartNumber: z.string(),
  capabilityStatus: text,
  consumedUnits: units,
  prepaidUnits: z.object({ enabled: units, warning: units }),
  servicePlans: list(z.object({ servicePlanId: z.string(), servicePlanName: text })),
});

export const UserWire = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  assignedPlans: list(z.object({ servicePlanId: z.string(), capabilityStatus: text })),
});

export const UserConfigurationWire = z.object({ userPrincipalName: z.string(), isEnterpriseVoiceEnabled: z.boolean().nullish() });

export const NumberWire = z.object({ telephoneNumber: z.string(), numberType: text, assignmentTargetId: text });

export const BatchAnswerWire = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.string()).nullish(),
      body: z.unknown(),
    }),
  ),
});

/** The error envelope (microsoft-graph §4.4). */
export const ErrorWire = z.object({ error: z.object({ code: z.string().nullish(), message: text }) });

export const GRAPH_RECORDABLE: Recordable = {
  fields: [
    '@odata.nextLink',
    'assignedPlans',
    'assignmentTargetId',
    'capabilityStatus',
    'client-request-id',
    'code',
    'consumedUnits',
    'countryLetterCode',
    'enabled',
    'id',
    'isEnterpriseVoiceEnabled',
    'message',
    'method',
    'numberType',
    'request-id',
    'Retry-After',
    'servicePlanId',
    'servicePlanName',
    'skuId',
    'skuPartNumber',
    'status',
    'supportedServices',
    'telephoneNumber',
    'url',
    'userPrincipalName',
    'warning',
  ],
};
