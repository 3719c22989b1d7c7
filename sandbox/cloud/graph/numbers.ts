import { Hono } from 'hono';
import type { NumberRecord, Tenant } from '../tenant.ts';
import type { GraphEnv, TeamsInGraph } from './call.ts';
import { resourceNotFound } from './errors.ts';
import { type CollectionRules, collectionPage, refuseQuery } from './query.ts';

const READ = ['TeamsTelephoneNumber.Read.All', 'TeamsTelephoneNumber.ReadWrite.All'] as const;
const FIELDS = [
  'id',
  'telephoneNumber',
  'operatorId',
  'numberType',
  'activationState',
  'capabilities',
  'assignmentStatus',
  'assignmentTargetId',
  'assignmentCategory',
  'portInStatus',
  'isoCountryCode',
  'city',
  'numberSource',
  'locationId',
  'civicAddressId',
  'networkSiteId',
  'supportedCustomerActions',
  'reverseNumberLookupOptions',
];

/** microsoft-graph §3.1: filter on every field but id and city, `$top` 500 to 1000, `$skip`. */
const RULES: CollectionRules = {
  type: 'microsoft.graph.teamsAdministration.numberAssignment',
  options: new Set(['$filter', '$top', '$skip']),
  defaultTop: 500,
  maxTop: 1000,
  paging: 'skip',
  properties: FIELDS,
  filter: {
    resource: 'numberAssignment',
    properties: new Set(FIELDS.filter((field) => field !== 'id' && field !== 'city')),
    advanced: new Set(),
  },
};

/** Who holds which number. Assigning is not built: nobody here may call it yet. */
export function numberRoutes(teams: TeamsInGraph): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();
  app.get('/numberAssignments', (c) => {
    const tenant = teams.require(c, ...READ);
    const rows = records(tenant).map((record) => rowOf(tenant, record));
    return c.json(collectionPage(rows, RULES, { url: new URL(c.req.url), consistencyLevel: undefined }));
  });
  app.get('/numberAssignments/:id', (c) => {
    const tenant = teams.require(c, ...READ);
    refuseQuery(new URL(c.req.url));
    const found = records(tenant).find((record) => idOf(tenant, record) === c.req.param('id'));
    if (found === undefined) throw resourceNotFound(c.req.param('id'));
    return c.json(rowOf(tenant, found));
  });
  return app;
}

function records(tenant: Tenant): NumberRecord[] {
  return tenant.numbers.seenValues().sort((a, b) => a.telephoneNumber.localeCompare(b.telephoneNumber));
}

function idOf(tenant: Tenant, { telephoneNumber }: NumberRecord): string {
  return Buffer.from(`${tenant.id}|${telephoneNumber}`).toString('base64url');
}

function rowOf(tenant: Tenant, record: NumberRecord): Record<string, unknown> {
  const target = record.targetId === null ? undefined : tenant.users.latest(record.targetId);
  const assigned = target?.kind === 'ResourceAccount' ? 'voiceApplicationAssigned' : 'userAssigned';
  return {
    id: idOf(tenant, record),
    telephoneNumber: record.telephoneNumber,
    operatorId: '00000000-0000-0000-0000-000000000000',
    numberType: record.numberType,
    activationState: 'activated',
    capabilities: ['userAssignment', 'voiceApplicationAssignment'],
    assignmentStatus: record.targetId === null ? 'unassigned' : assigned,
    assignmentTargetId: record.targetId,
    assignmentCategory: record.targetId === null ? null : record.category,
    portInStatus: null,
    isoCountryCode: tenant.countryLetterCode,
    city: null,
    numberSource: record.source,
    locationId: null,
    civicAddressId: null,
    networkSiteId: null,
    supportedCustomerActions: ['locationUpdate'],
    reverseNumberLookupOptions: [],
  };
}
