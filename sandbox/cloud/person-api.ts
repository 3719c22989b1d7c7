import { Hono } from 'hono';
import { z } from 'zod';
import type { Person } from './person.ts';
import { snapshotTenant } from './snapshot.ts';
import type { ConfigStore } from './teams-admin/store.ts';
import { CONFIG_TYPES } from './teams-admin/types.ts';
import type { CloudState, Tenant } from './tenant.ts';

const tenantId = z.string();
const user = z.string();
const appId = z.string();

interface Action {
  readonly input: z.ZodType;
  run(person: Person, input: never): unknown;
}

function action<T>(input: z.ZodType<T>, run: (person: Person, input: T) => unknown): Action {
  return { input, run };
}

const ACTIONS: Readonly<Record<string, Action>> = {
  putConfig: action(
    z.strictObject({ tenantId, type: z.string(), identity: z.string(), properties: z.record(z.string(), z.unknown()) }),
    (person, { tenantId: id, type, identity, properties }) => person.putConfig(id, type, identity, properties),
  ),
  deleteConfig: action(z.strictObject({ tenantId, type: z.string(), identity: z.string() }), (person, { tenantId: id, type, identity }) =>
    person.deleteConfig(id, type, identity),
  ),
  addUsages: action(z.strictObject({ tenantId, labels: z.array(z.string()) }), (person, { tenantId: id, labels }) =>
    person.addUsages(id, labels),
  ),
  removeUsages: action(z.strictObject({ tenantId, labels: z.array(z.string()) }), (person, { tenantId: id, labels }) =>
    person.removeUsages(id, labels),
  ),
  setGateway: action(z.strictObject({ tenantId, fqdn: z.string(), enabled: z.boolean() }), (person, { tenantId: id, fqdn, enabled }) =>
    person.setGateway(id, fqdn, enabled),
  ),
  grantPolicy: action(
    z.strictObject({ tenantId, user, policyType: z.string(), policyName: z.string().nullable() }),
    (person, { tenantId: id, user: name, policyType, policyName }) => person.grantPolicy(id, name, policyType, policyName),
  ),
  grantPolicyToGroup: action(
    z.strictObject({ tenantId, groupId: z.string(), members: z.array(user), policyType: z.string(), policyName: z.string().nullable() }),
    (person, { tenantId: id, groupId, members, policyType, policyName }) =>
      person.grantPolicyToGroup(id, groupId, members, policyType, policyName),
  ),
  assignNumber: action(
    z.strictObject({
      tenantId,
      user,
      telephoneNumber: z.string(),
      numberType: z.enum(['directRouting', 'callingPlan', 'operatorConnect']).optional(),
    }),
    (person, { tenantId: id, user: name, telephoneNumber, numberType }) => person.assignNumber(id, name, telephoneNumber, numberType),
  ),
  unassignNumber: action(z.strictObject({ tenantId, telephoneNumber: z.string() }), (person, { tenantId: id, telephoneNumber }) =>
    person.unassignNumber(id, telephoneNumber),
  ),
  deleteUser: action(z.strictObject({ tenantId, user }), (person, { tenantId: id, user: name }) => person.deleteUser(id, name)),
  setLicence: action(
    z.strictObject({ tenantId, user, sku: z.string(), assigned: z.boolean() }),
    (person, { tenantId: id, user: name, sku, assigned }) => person.setLicence(id, name, sku, assigned),
  ),
  setEnterpriseVoice: action(z.strictObject({ tenantId, user, on: z.boolean() }), (person, { tenantId: id, user: name, on }) =>
    person.setEnterpriseVoice(id, name, on),
  ),
  setSipDomain: action(
    z.strictObject({ tenantId, domain: z.string(), status: z.enum(['Enabled', 'Disabled']) }),
    (person, { tenantId: id, domain, status }) => person.setSipDomain(id, domain, status),
  ),
  revokeConsent: action(z.strictObject({ tenantId, appId }), (person, { tenantId: id, appId: app }) => person.revokeConsent(id, app)),
  grantConsent: action(
    z.strictObject({ tenantId, appId, graphRoles: z.array(z.string()) }),
    (person, { tenantId: id, appId: app, graphRoles }) => person.grantConsent(id, app, graphRoles),
  ),
  revokePermission: action(z.strictObject({ tenantId, appId, role: z.string() }), (person, { tenantId: id, appId: app, role }) =>
    person.revokePermission(id, app, role),
  ),
  setDirectoryRole: action(
    z.strictObject({ tenantId, appId, templateId: z.string(), assigned: z.boolean() }),
    (person, { tenantId: id, appId: app, templateId, assigned }) => person.setDirectoryRole(id, app, templateId, assigned),
  ),
  rotateSecret: action(z.strictObject({ appId, secret: z.string().optional() }), (person, { appId: app, secret }) => ({
    secret: person.rotateSecret(app, secret),
  })),
  expireSecrets: action(z.strictObject({ appId }), (person, { appId: app }) => person.expireSecrets(app)),
};

/**
 * `POST /<action>` for each thing a person may do, `GET /tenants`, `GET /tenants/<id>` for a snapshot, `GET /tenants/<id>/config/<type>` for
 * the objects of one type by name.
 */
export function personApi(person: Person, state: CloudState, store: ConfigStore): Hono {
  const app = new Hono();
  app.get('/tenants', (c) => c.json([...state.tenants.values()].map(({ id, displayName, cloud }) => ({ id, displayName, cloud }))));
  app.get('/tenants/:id', (c) => c.json(snapshotTenant(state.tenant(c.req.param('id')), store)));
  app.get('/tenants/:id/config/:type', (c) => c.json(configOf(state.tenant(c.req.param('id')), c.req.param('type'), store)));
  app.get('/actions', (c) => c.json(Object.keys(ACTIONS)));
  app.post('/:action', async (c) => {
    const found = ACTIONS[c.req.param('action')];
    if (found === undefined) throw new RangeError(`no such action: ${c.req.param('action')}; known: ${Object.keys(ACTIONS).join(', ')}`);
    const result = found.run(person, found.input.parse(await c.req.json()) as never);
    return result === undefined ? c.body(null, 204) : c.json(result);
  });
  return app;
}

function configOf(tenant: Tenant, typeName: string, store: ConfigStore): Record<string, unknown> {
  const type = CONFIG_TYPES.get(typeName);
  if (type === undefined) throw new RangeError(`no such type: ${typeName}; known: ${[...CONFIG_TYPES.keys()].join(', ')}`);
  return Object.fromEntries(
    store
      .of(tenant, type)
      .latestValues()
      .map(({ identity, properties }) => [identity, properties]),
  );
}
