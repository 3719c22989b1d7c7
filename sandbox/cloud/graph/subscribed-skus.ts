import { Hono } from 'hono';
import { PLANS, skuOf } from '../licences.ts';
import type { CloudBase } from '../stand-in.ts';
import type { Subscription, Tenant } from '../tenant.ts';
import { type GraphEnv, requirePermission } from './call.ts';
import { GraphError } from './errors.ts';

/** microsoft-graph §2.3: one page, no filter; `$select` is documented and perhaps not honoured. */
export function subscribedSkuRoutes({ switches }: CloudBase): Hono<GraphEnv> {
  const select = switches.define('graph.selectOnSkus', ['honoured', 'ignored'], 'microsoft-graph §2.3');
  const app = new Hono<GraphEnv>();
  app.get('/', (c) => {
    const tenant = requirePermission(c, 'LicenseAssignment.Read.All', 'Organization.Read.All', 'Directory.Read.All');
    const { $select: wanted, ...others } = c.req.query();
    const [surplus] = Object.keys(others);
    if (surplus !== undefined)
      throw new GraphError(400, 'Request_BadRequest', `The query option '${surplus}' is not supported for subscribedSkus.`);
    const rows = [...tenant.subscriptions.values()].map((subscription) => rowOf(tenant, subscription));
    const names = wanted === undefined || select() === 'ignored' ? undefined : new Set(wanted.split(',').map((name) => name.trim()));
    return c.json({
      '@odata.context': `${new URL(c.req.url).origin}/v1.0/$metadata#subscribedSkus`,
      value: names === undefined ? rows : rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)))),
    });
  });
  return app;
}

function seatsUsed(tenant: Tenant, skuId: string): number {
  return tenant.users.latestValues().filter((user) => user.licences.some((licence) => licence.skuId === skuId)).length;
}

function rowOf(tenant: Tenant, { skuId, enabled, warning, suspended, capabilityStatus }: Subscription): Record<string, unknown> {
  const { skuPartNumber, plans } = skuOf(skuId);
  return {
    id: `${tenant.id}_${skuId}`,
    accountId: tenant.id,
    accountName: tenant.displayName,
    appliesTo: 'User',
    capabilityStatus,
    consumedUnits: seatsUsed(tenant, skuId),
    prepaidUnits: { enabled, suspended, warning, lockedOut: 0 },
    skuId,
    skuPartNumber,
    subscriptionIds: [],
    servicePlans: plans.map((plan) => ({
      servicePlanId: PLANS[plan].servicePlanId,
      servicePlanName: PLANS[plan].servicePlanName,
      provisioningStatus: 'Success',
      appliesTo: 'User',
    })),
  };
}
