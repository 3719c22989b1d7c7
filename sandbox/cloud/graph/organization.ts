import { Hono } from 'hono';
import type { Tenant } from '../tenant.ts';
import { type GraphEnv, requirePermission } from './call.ts';
import { resourceNotFound } from './errors.ts';
import { type CollectionRules, collectionPage, singleRow } from './query.ts';

const RULES: CollectionRules = {
  type: 'microsoft.graph.organization',
  options: new Set(['$select']),
  defaultTop: 100,
  maxTop: 999,
  paging: 'skiptoken',
  properties: [
    'id',
    'displayName',
    'tenantType',
    'countryLetterCode',
    'defaultUsageLocation',
    'preferredLanguage',
    'createdDateTime',
    'onPremisesSyncEnabled',
    'partnerTenantType',
    'technicalNotificationMails',
    'assignedPlans',
    'provisionedPlans',
    'verifiedDomains',
  ],
};
const PERMISSIONS = ['Organization.Read.All', 'Directory.Read.All', 'User.Read.All'];

/** microsoft-graph §2.1. */
export function organizationRoutes(): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();
  app.get('/', (c) => {
    const tenant = requirePermission(c, ...PERMISSIONS);
    return c.json(collectionPage([rowOf(tenant)], RULES, { url: new URL(c.req.url), consistencyLevel: c.req.header('consistencylevel') }));
  });
  app.get('/:id', (c) => {
    const tenant = requirePermission(c, ...PERMISSIONS);
    if (c.req.param('id').toLowerCase() !== tenant.id) throw resourceNotFound(c.req.param('id'));
    return c.json(singleRow(rowOf(tenant), RULES, new URL(c.req.url)));
  });
  return app;
}

function rowOf(tenant: Tenant): Record<string, unknown> {
  const domains = tenant.domains.seenValues().filter((domain) => domain.isVerified);
  return {
    id: tenant.id,
    displayName: tenant.displayName,
    tenantType: 'AAD',
    countryLetterCode: tenant.countryLetterCode,
    defaultUsageLocation: tenant.countryLetterCode,
    preferredLanguage: 'en',
    createdDateTime: new Date(tenant.createdAt).toISOString(),
    onPremisesSyncEnabled: null,
    partnerTenantType: null,
    technicalNotificationMails: [],
    assignedPlans: [],
    provisionedPlans: [],
    verifiedDomains: domains.map(({ id, isDefault, isInitial, supportedServices }) => ({
      name: id,
      type: 'Managed',
      capabilities: supportedServices.join(', '), // one string, not a list (§2.1)
      isDefault,
      isInitial,
    })),
  };
}
