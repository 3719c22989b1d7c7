import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import type { FaultInput } from './faults.ts';
import type { ExchangeFilter } from './request-log.ts';
import type { CloudBase, StandIn } from './stand-in.ts';

const Switching = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const ConsistencyChange = z.strictObject({
  profile: z.enum(['zero', 'realistic']).optional(),
  delays: z.record(z.string(), z.number().min(0)).optional(),
});
const Latency = z.strictObject({ ms: z.int().min(0).max(60_000) });
const Advance = z.strictObject({ ms: z.number().min(0) });

/**
 * The admin API: the hand of a rehearsing person or a test. Plain HTTP on loopback, JSON.
 * `/endpoints` `/ca.pem` `/log` `/counts` `/faults` `/latency` `/clock` `/consistency` `/switches` `/snapshot`, and what each stand-in adds under
 * `/stand-ins/<name>`. `mounts` are further routes by their first path segment.
 */
export function adminApp(
  base: CloudBase,
  standIns: readonly StandIn[],
  endpoints: () => Readonly<Record<string, string>>,
  mounts: Readonly<Record<string, Hono>> = {},
): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    return c.json(
      { error: message },
      error instanceof z.ZodError || error instanceof RangeError || error instanceof SyntaxError ? 400 : 500,
    );
  });
  app.notFound((c) => c.json({ error: `no such admin call: ${c.req.method} ${c.req.path}` }, 404));
  app.get('/endpoints', (c) => c.json(endpoints()));
  app.get('/ca.pem', (c) => c.text(base.ca.certPem));
  addLogRoutes(app, base);
  addFaultRoutes(app, base);
  addTimeRoutes(app, base);
  addStandInRoutes(app, standIns);
  for (const [name, mount] of Object.entries(mounts)) app.route(`/${name}`, mount);
  return app;
}

function filterOf(query: Record<string, string>): ExchangeFilter {
  const { write, afterSeq, standIn, target, method, path } = query;
  return {
    ...(standIn === undefined ? {} : { standIn }),
    ...(target === undefined ? {} : { target }),
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(write === undefined ? {} : { write: write === 'true' }),
    ...(afterSeq === undefined ? {} : { afterSeq: Number(afterSeq) }),
  };
}

function addLogRoutes(app: Hono, { log }: CloudBase): void {
  app.get('/log', (c) => c.json(log.list(filterOf(c.req.query()))));
  app.get('/counts', (c) =>
    c.json({
      reads: log.reads(filterOf(c.req.query())),
      writes: log.writes(filterOf(c.req.query())),
      by: log.counts(filterOf(c.req.query())),
    }),
  );
  app.delete('/log', (c) => {
    log.reset();
    return c.body(null, 204);
  });
}

function addFaultRoutes(app: Hono, { faults }: CloudBase): void {
  app.get('/faults', (c) => c.json(faults.list()));
  app.post('/faults', async (c) => c.json({ id: faults.add(await c.req.json<FaultInput>()) }, 201));
  app.get('/latency', (c) => c.json({ ms: faults.latencyMs }));
  app.put('/latency', async (c) => {
    faults.latencyMs = Latency.parse(await c.req.json()).ms;
    return c.json({ ms: faults.latencyMs });
  });
  app.delete('/faults', (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.delete('/faults/:id', (c) => (faults.clear(c.req.param('id')) ? c.body(null, 204) : c.json({ error: 'no such fault' }, 404)));
}

function addTimeRoutes(app: Hono, { clock, consistency, switches }: CloudBase): void {
  app.get('/clock', (c) => c.json({ mode: clock.mode, now: new Date(clock.now()).toISOString() }));
  app.post('/clock/advance', async (c) => {
    clock.advance(Advance.parse(await c.req.json()).ms);
    return c.json({ mode: clock.mode, now: new Date(clock.now()).toISOString() });
  });
  app.get('/consistency', (c) => c.json({ profile: consistency.profile, delays: consistency.list() }));
  app.patch('/consistency', async (c) => {
    const { profile, delays = {} } = ConsistencyChange.parse(await c.req.json());
    if (profile !== undefined) consistency.setProfile(profile);
    for (const [name, ms] of Object.entries(delays)) consistency.override(name, ms);
    return c.json({ profile: consistency.profile, delays: consistency.list() });
  });
  app.get('/switches', (c) => c.json(switches.list()));
  app.patch('/switches', async (c) => {
    for (const [name, value] of Object.entries(Switching.parse(await c.req.json()))) switches.set(name, value);
    return c.json(switches.list());
  });
  app.delete('/switches', (c) => {
    switches.reset();
    return c.body(null, 204);
  });
}

function addStandInRoutes(app: Hono, standIns: readonly StandIn[]): void {
  app.get('/snapshot', (c) => {
    const target = c.req.query('target');
    return c.json(Object.fromEntries(standIns.flatMap(({ name, snapshot }) => (snapshot ? [[name, snapshot(target)]] : []))));
  });
  for (const { name, admin } of standIns) {
    if (admin !== undefined) app.route(`/stand-ins/${name}`, admin);
  }
}
