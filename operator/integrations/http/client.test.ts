import { X509Certificate } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { SandboxCa } from '../../../sandbox/cloud/ca.ts';
import { SystemClock } from '../../runtime/system-clock.ts';
import { AllowList } from './allow-list.ts';
import { createHttpClient, type HttpClientOptions, type HttpRuntime } from './client.ts';
import { openHarRecorder } from './har.ts';
import type { CallObservation } from './metrics.ts';

const TOKEN = 'MARKER-TOKEN-5f1e';
const allow = new AllowList([
  { operation: 'listThings', method: 'GET', path: '/things' },
  { operation: 'postThing', method: 'POST', path: '/things' },
]);

let servers: Server[] = [];
const seen: string[] = [];

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
  seen.length = 0;
});

async function serve(handler: RequestListener, tls?: { certPem: string; keyPem: string }): Promise<string> {
  const listener: RequestListener = (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    handler(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer({ cert: tls.certPem, key: tls.keyPem }, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(origin: string, options: Partial<HttpClientOptions> = {}, runtime: Partial<HttpRuntime> = {}) {
  return createHttpClient(
    { clock: new SystemClock(), userAgent: 'trunkline/test', ...runtime },
    { system: 'demo', displayName: 'Demo', origin, allow, recordable: { fields: ['name'] }, ...options },
  );
}

const list = { method: 'GET', url: '/things', headers: { Authorization: `Bearer ${TOKEN}` } } as const;

describe('http client', () => {
  it('returns every status and does not follow redirects', async () => {
    const origin = await serve((_, response) => response.writeHead(302, { Location: '/elsewhere' }).end());
    const answer = await clientOf(origin).send(list);
    expect(answer).toMatchObject({ status: 302, operation: 'listThings' });
    expect(seen).toEqual(['GET /things']);
  });

  it('refuses unlisted calls, other origins and credentials in the address before anything leaves', async () => {
    const origin = await serve((_, response) => response.end('{}'));
    const other = await serve((_, response) => response.end('{}'));
    const client = clientOf(origin);
    for (const url of ['/secret', `${other}/things`, origin.replace('http://', 'http://u:p@').concat('/things')]) {
      await expect(client.send({ ...list, url })).rejects.toMatchObject({ kind: 'Terminal', reason: 'CallForbidden' });
    }
    await expect(client.send({ ...list, method: 'DELETE' })).rejects.toMatchObject({ reason: 'CallForbidden' });
    expect(seen).toEqual([]);
  });

  it('gives up at the deadline, on abort, on a reset and on a body over the ceiling, with nothing of the request in the error', async () => {
    const origin = await serve((request, response) => {
      const how = request.headers['x-how'];
      if (how === 'reset') request.socket.resetAndDestroy();
      else if (how === 'large') response.end('x'.repeat(5_000));
    });
    const client = clientOf(origin, { maxResponseBytes: 1_000 });
    const failing = async (how: string, extra: object) =>
      client.send({ ...list, headers: { ...list.headers, 'x-how': how }, ...extra }).then(
        () => expect.fail('must fail'),
        (error: unknown) => error,
      );
    const failures = {
      deadline: await failing('hang', { timeoutMs: 20 }),
      aborted: await failing('hang', { signal: AbortSignal.timeout(20) }),
      reset: await failing('reset', {}),
      large: await failing('large', {}),
    };
    expect(failures).toMatchObject({
      deadline: { kind: 'Retryable', reason: 'ExternalSystemUnavailable', cause: { code: 'DEADLINE' } },
      aborted: { kind: 'Retryable', reason: 'Interrupted' },
      reset: { kind: 'Retryable', reason: 'ExternalSystemUnavailable', cause: { code: 'ECONNRESET' } },
      large: { kind: 'Retryable', reason: 'UnexpectedResponse' },
    });
    expect(inspect(failures, { depth: 20, showHidden: true })).not.toContain(TOKEN);
  });

  it('tells metrics the operation and outcome of each call', async () => {
    const origin = await serve((_, response) => response.writeHead(503).end());
    const seenCalls: CallObservation[] = [];
    const client = clientOf(origin, {}, { metrics: { observe: (call) => seenCalls.push(call) } });
    await client.send(list);
    await client.send({ ...list, url: '/nope' }).catch(() => undefined);
    expect(seenCalls).toMatchObject([
      { system: 'demo', operation: 'listThings', code: '503' },
      { system: 'demo', operation: 'unlisted', code: 'forbidden' },
    ]);
  });

  it('verifies certificates: own CA, pinned fingerprint, and nothing sent to a peer that has neither', async () => {
    const ca = await SandboxCa.create();
    const issued = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
    const origin = await serve((_, response) => response.end('{}'), issued);
    const fingerprint = new X509Certificate(issued.certPem).fingerprint256;
    const good = [
      { caPem: ca.certPem },
      { fingerprint },
      { fingerprint: fingerprint.replaceAll(':', '').toLowerCase(), caPem: ca.certPem },
    ];
    for (const trust of good) expect((await clientOf(origin, { trust }).send(list)).status).toBe(200);
    seen.length = 0;
    const strangers = await SandboxCa.create('stranger');
    const bad = [{}, { caPem: strangers.certPem }, { fingerprint: 'ab'.repeat(32) }, { fingerprint, caPem: strangers.certPem }];
    for (const trust of bad) {
      await expect(clientOf(origin, { trust }).send(list)).rejects.toMatchObject({ kind: 'Auth', reason: 'CertificateUntrusted' });
    }
    expect(seen).toEqual([]);
  });

  it('records HAR 1.2 that is complete after every entry and holds no secret', async () => {
    const origin = await serve((_, response) =>
      response
        .writeHead(200, { 'Content-Type': 'application/json', 'Set-Cookie': TOKEN, 'request-id': 'r-1' })
        .end(JSON.stringify({ name: 'kept', other: TOKEN, nested: [{ name: 'too', key: TOKEN }] })),
    );
    const file = join(tmpdir(), `trunkline-${process.pid}-${Math.random()}.har`);
    const recorder = await openHarRecorder(file, '0.1.0');
    const client = clientOf(origin, {}, { recorder });
    await client.send({ ...list, url: `/things?$top=5&code=${TOKEN}` });
    await client.send({ method: 'POST', url: '/things', body: { form: { name: 'n', client_secret: TOKEN } } });
    await client.send({ method: 'POST', url: '/things', body: { bytes: Buffer.from(TOKEN), contentType: 'text/plain' } });
    await recorder.close();
    const text = await readFile(file, 'utf8');
    await rm(file);
    expect(text).not.toContain(TOKEN);
    const har = JSON.parse(text) as { log: { version: string; entries: Record<string, never>[] } };
    expect(har.log.version).toBe('1.2');
    expect(har.log.entries).toHaveLength(3);
    expect(har.log.entries[0]).toMatchObject({
      request: { method: 'GET', url: `${origin}/things?$top=5&code=***` },
      response: { status: 200, content: { text: '{"name":"kept","other":"***","nested":[{"name":"too","key":"***"}]}' } },
      _operation: 'listThings',
    });
    expect(har.log.entries[1]).toMatchObject({ request: { postData: { text: 'name=n&client_secret=***' } } });
  });
});
