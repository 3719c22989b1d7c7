import { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { adminApp } from './admin.ts';
import { SandboxClock } from './clock.ts';
import { type CloudBase, createCloudBase, type StandIn } from './stand-in.ts';

let base: CloudBase;
let app: Hono;

beforeEach(async () => {
  base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual', startAt: 0 }) });
  const admin = new Hono().post('/break', (c) => c.json({ broken: true }));
  const standIn: StandIn = { name: 'demo', app: new Hono(), admin, snapshot: (target) => ({ target: target ?? 'all' }) };
  app = adminApp(base, [standIn], () => ({ demo: 'https://127.0.0.1:1' }));
});

async function send(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const response = await app.request(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
}

describe('admin API', () => {
  it('arms, lists and clears faults and refuses broken ones', async () => {
    expect(await send('POST', '/faults', { kind: 'hang', target: 't1' })).toEqual({ status: 201, json: { id: 'fault-1' } });
    expect((await send('GET', '/faults')).json).toMatchObject([{ id: 'fault-1', left: 'until cleared' }]);
    expect((await send('POST', '/faults', { kind: 'nonsense' })).status).toBe(400);
    expect((await send('POST', '/faults')).status).toBe(400);
    expect((await send('DELETE', '/faults/fault-1')).status).toBe(204);
    expect((await send('DELETE', '/faults/fault-1')).status).toBe(404);
  });

  it('puts the outside world at a distance', async () => {
    expect((await send('PUT', '/latency', { ms: 50 })).json).toEqual({ ms: 50 });
    expect([base.faults.latencyMs, (await send('PUT', '/latency', { ms: -1 })).status, (await send('GET', '/latency')).json]).toEqual([
      50,
      400,
      { ms: 50 },
    ]);
  });

  it('shows and moves the clock', async () => {
    expect((await send('POST', '/clock/advance', { ms: 1_000 })).json).toEqual({ mode: 'manual', now: '1970-01-01T00:00:01.000Z' });
    expect((await send('POST', '/clock/advance', { ms: -1 })).status).toBe(400);
  });

  it('sets profile, delays and switches, and names what does not exist', async () => {
    base.consistency.define('grant', 40_000, 'x');
    base.switches.define('flag', [false, true], 'x');
    expect((await send('PATCH', '/consistency', { profile: 'realistic', delays: { grant: 7 } })).json).toMatchObject({
      profile: 'realistic',
      delays: [{ name: 'grant', ms: 7, realisticMs: 40_000 }],
    });
    expect((await send('PATCH', '/switches', { flag: true })).json).toMatchObject([{ name: 'flag', value: true }]);
    expect(await send('PATCH', '/switches', { flga: true })).toEqual({ status: 400, json: { error: 'no such switch: flga; known: flag' } });
    expect((await send('DELETE', '/switches')).status).toBe(204);
  });

  it('filters the log and its counters, and resets both', async () => {
    base.log.record({ standIn: 'demo', target: 't1', method: 'PUT', path: '/a', status: 204, write: true });
    base.log.record({ standIn: 'demo', target: 't2', method: 'GET', path: '/a', status: 200, write: false });
    expect((await send('GET', '/log?write=true')).json).toMatchObject([{ target: 't1', seq: 1, at: 0 }]);
    expect((await send('GET', '/log?afterSeq=1&path=a')).json).toMatchObject([{ target: 't2' }]);
    expect((await send('GET', '/counts?target=t1')).json).toMatchObject({ reads: 0, writes: 1 });
    await send('DELETE', '/log');
    expect((await send('GET', '/counts')).json).toEqual({ reads: 0, writes: 0, by: [] });
  });

  it('mounts what a stand-in adds, its snapshot, the endpoints and the CA', async () => {
    expect((await send('POST', '/stand-ins/demo/break')).json).toEqual({ broken: true });
    expect((await send('GET', '/snapshot?target=t1')).json).toEqual({ demo: { target: 't1' } });
    expect((await send('GET', '/endpoints')).json).toEqual({ demo: 'https://127.0.0.1:1' });
    expect(await (await app.request('/ca.pem')).text()).toContain('BEGIN CERTIFICATE');
    expect((await send('GET', '/nothing')).status).toBe(404);
  });
});
