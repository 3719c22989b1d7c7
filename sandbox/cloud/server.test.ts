import { Agent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { SandboxClock } from './clock.ts';
import { type RunningStandIn, startStandIn } from './server.ts';
import { type CloudBase, createCloudBase, type StandInEnv } from './stand-in.ts';

let running: RunningStandIn | undefined;

interface Fixture {
  readonly base: CloudBase;
  readonly http: AxiosInstance;
  /** What the stand-in has actually done. */
  readonly done: string[];
}

async function start(): Promise<Fixture> {
  const base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }) });
  const done: string[] = [];
  const app = new Hono<StandInEnv>();
  app.get('/things', (c) => c.json({ value: [] }));
  app.put('/things/:name', async (c) => {
    done.push(`${c.req.param('name')}=${await c.req.text()}`);
    return c.body(null, 204);
  });
  running = await startStandIn(
    { name: 'demo', app, targetOf: (r) => r.headers.get('x-tenant') ?? undefined, failure: (s) => Response.json({ oops: s }) },
    base,
  );
  const http = axios.create({
    baseURL: running.url,
    httpsAgent: new Agent({ ca: base.ca.certPem }),
    validateStatus: () => true,
    timeout: 60_000,
  });
  return { base, http, done };
}

afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe('stand-in server', () => {
  it('serves HTTPS that only a client trusting the sandbox CA accepts', async () => {
    const { http } = await start();
    expect((await http.get('/things')).data).toEqual({ value: [] });
    await expect(http.get('/things', { httpsAgent: new Agent() })).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('answers an injected status in the stand-in own shape, and only as often as asked', async () => {
    const { base, http, done } = await start();
    base.faults.add({ kind: 'status', status: 503, retryAfter: 2.5, path: '^/things/a', times: 1 });
    const failed = await http.put('/things/a', 'x');
    expect([failed.status, failed.headers['retry-after'], failed.data]).toEqual([503, '2.5', { oops: 503 }]);
    expect(done).toEqual([]);
    expect((await http.put('/things/a', 'x')).status).toBe(204);
    expect(done).toEqual(['a=x']);
  });

  it('throttles one target with or without Retry-After and leaves the others alone', async () => {
    const { base, http } = await start();
    base.faults.add({ kind: 'throttle', target: 'T1' });
    const throttled = await http.get('/things', { headers: { 'x-tenant': 't1' } });
    expect([throttled.status, throttled.headers['retry-after']]).toEqual([429, undefined]);
    expect((await http.get('/things', { headers: { 'x-tenant': 't2' } })).status).toBe(200);
  });

  it('does the work and loses the answer', async () => {
    const { base, http, done } = await start();
    base.faults.add({ kind: 'lostAnswer', writesOnly: true, times: 1 });
    expect((await http.get('/things')).status).toBe(200);
    await expect(http.put('/things/a', 'x')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(done).toEqual(['a=x']);
    expect(base.log.list({ write: true })).toMatchObject([{ status: 0, fault: 'fault-1', method: 'PUT' }]);
  });

  it('says that it is done without doing the work', async () => {
    const { base, http, done } = await start();
    base.faults.add({ kind: 'noEffect', writesOnly: true, times: 1 });
    expect([(await http.put('/things/a', 'x')).status, done]).toEqual([204, []]);
    expect(base.log.list({ write: true })).toMatchObject([{ status: 204, fault: 'fault-1' }]);
    expect([(await http.put('/things/a', 'y')).status, done]).toEqual([204, ['a=y']]);
  });

  it('resets without doing the work', async () => {
    const { base, http, done } = await start();
    base.faults.add({ kind: 'reset', times: 1 });
    await expect(http.put('/things/a', 'x')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(done).toEqual([]);
  });

  it('hangs until the client gives up', async () => {
    const { base, http, done } = await start();
    base.faults.add({ kind: 'hang', times: 1 });
    await expect(http.put('/things/a', 'x', { timeout: 50 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
    expect(done).toEqual([]);
  });

  it('delays by real milliseconds and lets the first ones pass when told to', async () => {
    const { base, http } = await start();
    base.faults.add({ kind: 'delay', delayMs: 60, skip: 1 });
    const time = async (): Promise<number> => {
      const before = performance.now();
      await http.get('/things');
      return performance.now() - before;
    };
    await time();
    expect(await time()).toBeGreaterThanOrEqual(55);
    base.faults.clear();
    base.faults.latencyMs = 60;
    expect(await time()).toBeGreaterThanOrEqual(55);
  });

  it('closes while an exchange hangs', async () => {
    const { base, http } = await start();
    base.faults.add({ kind: 'hang', times: 1 });
    const ended = expect(http.get('/things')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => base.faults.list()).toEqual([]); // it has arrived and hangs
    await Promise.all([running?.close(), ended]);
    running = undefined;
  });

  it('counts reads and writes for each target, and forgets them on reset', async () => {
    const { base, http } = await start();
    const headers = { 'x-tenant': 't1' };
    await http.get('/things?x=1', { headers });
    await http.get('/things?x=2', { headers });
    await http.put('/things/a', 'client_secret=very-secret&x=1', { headers: { ...headers, 'content-type': 'text/plain' } });
    expect(base.log.counts()).toEqual([
      { standIn: 'demo', target: 't1', method: 'GET', path: '/things', write: false, count: 2 },
      { standIn: 'demo', target: 't1', method: 'PUT', path: '/things/a', write: true, count: 1 },
    ]);
    expect(base.log.writes({ target: 't1' })).toBe(1);
    expect(base.log.list({ write: true })[0]?.requestBody).toBe('client_secret=***&x=1');
    base.log.reset();
    expect(base.log.reads() + base.log.writes()).toBe(0);
  });
});
