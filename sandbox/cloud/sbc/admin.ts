import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import type { SbcDevice } from './device.ts';
import { PersonAtDevice } from './person.ts';
import { Refusal } from './schema.ts';
import { TABLES } from './tables.ts';

const TableNames = z.array(z.enum(TABLES.map(({ name }) => name)));
const Rule = z.strictObject({ plan: z.string(), prefix: z.string(), tag: z.string(), name: z.string().exactOptional() });
const Change = z.strictObject({ plan: z.string(), prefix: z.string(), tag: z.string().exactOptional(), name: z.string().exactOptional() });
const Damage = z.strictObject({
  withoutTables: TableNames.exactOptional(),
  emptiedTables: TableNames.exactOptional(),
  cutAfter: z.int().min(0).exactOptional(),
});
const AlarmBody = z.strictObject({
  description: z.string(),
  severity: z.enum(['Critical', 'Major', 'Minor', 'Warning', 'Indeterminate', 'Cleared']),
  source: z.string().default('Board#1'),
  oid: z.string().exactOptional(),
});
const State = z.strictObject({
  locked: z.boolean().optional(),
  resetNeeded: z.boolean().optional(),
  upgradeStatus: z.string().optional(),
  keyDescription: z.string().optional(),
});
const InviteBody = z.strictObject({
  from: z.string(),
  to: z.string(),
  sipInterface: z.string(),
  sourceAddress: z.string(),
  transport: z.enum(['udp', 'tcp', 'tls']),
  contactHost: z.string().exactOptional(),
  fromHost: z.string().exactOptional(),
  requestHost: z.string().exactOptional(),
  assertedIdentity: z.string().exactOptional(),
});

/** What a person does at this device: `/stand-ins/<name>/…` of the admin API. Edits by hand stay unsaved until `POST /save`. */
export function sbcAdmin(device: SbcDevice): Hono {
  const app = new Hono();
  app.onError((error) => {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    const status = error instanceof z.ZodError || error instanceof Refusal || error instanceof SyntaxError ? 400 : 500;
    return error instanceof HTTPException ? error.getResponse() : Response.json({ error: message }, { status });
  });
  app.get('/', (c) =>
    c.json({ name: device.name, dialect: device.dialect.name, saveNeeded: device.saveNeeded, counters: device.counters }),
  );
  addRuleRoutes(app, device);
  addHealthRoutes(app, device);
  addTimeRoutes(app, device);
  app.post('/invite', async (c) => c.json(device.routeInvite(InviteBody.parse(await c.req.json()))));
  return app;
}

function addRuleRoutes(app: Hono, device: SbcDevice): void {
  const person = new PersonAtDevice(device);
  app.get('/rules/:plan', (c) => c.json(person.rules(c.req.param('plan')).map(({ index, values }) => ({ index, ...values }))));
  app.post('/rules', async (c) => c.json(person.addRule(Rule.parse(await c.req.json())), 201));
  app.patch('/rules', async (c) => {
    const { plan, prefix, ...change } = Change.parse(await c.req.json());
    person.changeRule(plan, prefix, change);
    return c.body(null, 204);
  });
  app.delete('/rules', async (c) => {
    const { plan, prefix } = Change.parse(await c.req.json());
    person.removeRule(plan, prefix);
    return c.body(null, 204);
  });
  app.post('/script', async (c) => c.json(person.type(await c.req.text())));
  app.post('/save', (c) => {
    person.save();
    return c.body(null, 204);
  });
}

function addHealthRoutes(app: Hono, device: SbcDevice): void {
  app.post('/alarms', async (c) => c.json(device.alarms.raise(AlarmBody.parse(await c.req.json())), 201));
  app.delete('/alarms/:id', (c) => (device.alarms.clear(c.req.param('id')) ? c.body(null, 204) : c.json({ error: 'no such alarm' }, 404)));
  app.put('/proxy-sets/:index', async (c) => {
    const { online } = z.strictObject({ online: z.boolean() }).parse(await c.req.json());
    if (online) device.offlineProxySets.delete(Number(c.req.param('index')));
    else device.offlineProxySets.add(Number(c.req.param('index')));
    return c.body(null, 204);
  });
  app.patch('/state', async (c) => {
    const { locked, resetNeeded, upgradeStatus, keyDescription } = State.parse(await c.req.json());
    if (locked !== undefined) device.isLocked = locked;
    if (resetNeeded !== undefined) device.resetNeeded = resetNeeded;
    if (upgradeStatus !== undefined) device.upgradeStatus = upgradeStatus;
    if (keyDescription !== undefined) device.license = { ...device.license, keyDescription };
    return c.body(null, 204);
  });
}

function addTimeRoutes(app: Hono, device: SbcDevice): void {
  app.put('/ini-damage', async (c) => {
    device.iniDamage = Damage.parse(await c.req.json());
    return c.body(null, 204);
  });
  app.post('/synchronise', async (c) => {
    device.startSync(z.strictObject({ ms: z.number().min(0) }).parse(await c.req.json()).ms);
    return c.body(null, 204);
  });
  app.post('/restart', (c) => {
    device.restart();
    return c.body(null, 204);
  });
}
