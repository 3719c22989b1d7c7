import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { refuse, type ScriptedServer, scriptedServer } from '../../test/support/scripted-api-server.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { KubeClient } from './kube-client.ts';
import { HttpsTransport, KubeConnectionError } from './transport.ts';

const REF = { group: 'test.trunkline.dev', version: 'v1', plural: 'widgets', namespace: 'ns', name: 'a' };

describe('HttpsTransport and KubeClient', () => {
  let clock: FakeClock;
  let server: ScriptedServer;
  let transport: HttpsTransport;
  let kube: KubeClient;

  beforeEach(async () => {
    clock = new FakeClock();
    server = await scriptedServer();
    transport = new HttpsTransport({ access: server.access, clock, userAgent: 'trunkline/test' });
    kube = new KubeClient(transport);
  });

  async function failure(call: Promise<unknown>): Promise<OperatorError> {
    const thrown = await call.catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(OperatorError);
    return thrown as OperatorError;
  }

  it.each([
    [409, 'Conflict', { kind: 'Retryable', reason: 'Conflict' }],
    [403, 'Forbidden', { kind: 'Auth', reason: 'KubernetesForbidden' }],
    [401, 'Unauthorized', { kind: 'Auth', reason: 'KubernetesUnauthorized' }],
    [422, 'Invalid', { kind: 'Terminal', reason: 'KubernetesRejected' }],
    [500, 'InternalError', { kind: 'Retryable', reason: 'KubernetesUnavailable' }],
    [429, 'TooManyRequests', { kind: 'Throttled', reason: 'Throttled', retryAfterMs: 3000 }],
  ])('tells %i as what it means, without the server’s own words', async (code, reason, expected) => {
    server.script = (_request, response) => refuse(response, code, reason, {}, { 'Retry-After': '3' });
    const error = await failure(kube.get(REF));
    expect(error).toMatchObject(expected);
    expect(error.message).toContain('get widgets ns/a');
    expect(error.message).not.toContain('(test)');
  });

  it('takes 404 for absence', async () => {
    server.script = (_request, response) => refuse(response, 404, 'NotFound');
    expect(await kube.get(REF)).toBeUndefined();
    expect(await kube.readSecret('ns', 'a')).toBeUndefined();
    expect(await kube.delete(REF)).toBe(false);
  });

  it('decodes a Secret', async () => {
    const data = { password: Buffer.from('pässword').toString('base64') };
    server.script = (_request, response) =>
      void response.end(JSON.stringify({ metadata: { uid: 'u', resourceVersion: '7' }, type: 'Opaque', data }));
    expect(await kube.readSecret('ns', 'a')).toEqual({
      uid: 'u',
      resourceVersion: '7',
      type: 'Opaque',
      annotations: {},
      data: { password: 'pässword' },
    });
  });

  it('writes status and finalizers with uid and version, and never the rest', async () => {
    server.script = (_request, response) => void response.end('{"metadata":{}}');
    const target = { ref: REF, apiVersion: 'test.trunkline.dev/v1', kind: 'Widget', uid: 'u', resourceVersion: '7' };
    await kube.applyStatus(target, { seenSize: 1 }, 'trunkline-status');
    await kube.setFinalizers(target, ['x'], 'trunkline-meta');
    const [status, finalizers] = server.requests;
    expect(status).toMatchObject({ method: 'PATCH', query: { fieldManager: 'trunkline-status', force: 'true' } });
    expect(status?.path).toBe('/apis/test.trunkline.dev/v1/namespaces/ns/widgets/a/status');
    expect(JSON.parse(status?.body ?? '')).toEqual({
      apiVersion: 'test.trunkline.dev/v1',
      kind: 'Widget',
      metadata: { name: 'a', uid: 'u', resourceVersion: '7' },
      status: { seenSize: 1 },
    });
    expect(JSON.parse(finalizers?.body ?? '')).toEqual({ metadata: { uid: 'u', resourceVersion: '7', finalizers: ['x'] } });
  });

  it('uses few connections for many requests', async () => {
    server.script = (_request, response) => void response.end('{}');
    await Promise.all(Array.from({ length: 200 }, () => kube.get(REF)));
    expect(server.requests).toHaveLength(200);
    expect(server.openSockets).toBeLessThanOrEqual(16);
  });

  it('keeps the lease’s connections apart from those that are stuck', async () => {
    server.script = (request, response) => {
      if (request.path.includes('leases')) response.end('{}');
    };
    const stopping = new AbortController();
    const stuck = Array.from({ length: 40 }, () => kube.get(REF, stopping.signal).catch(() => undefined));
    await kube.read({ ...REF, plural: 'leases' }, { channel: 'lease' });
    stopping.abort();
    await Promise.all(stuck);
  });

  it('gives up after the time it is given', async () => {
    server.script = () => undefined;
    const call = transport.send({ method: 'GET', path: '/', timeoutMs: 5000 }).catch((error: unknown) => error);
    await settle(50);
    await clock.advance(4999);
    await clock.advance(1);
    const thrown = await call;
    expect(thrown).toBeInstanceOf(KubeConnectionError);
    expect((thrown as KubeConnectionError).code).toBe('timeout');
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends with the caller’s reason when it is aborted, before, during and after a connection was reused', async () => {
    server.script = (_request, response) => void response.end('{}');
    await kube.get(REF);
    server.script = () => undefined;
    const stopping = new AbortController();
    const call = transport.send({ method: 'GET', path: '/', signal: stopping.signal });
    await new Promise((resolve) => setTimeout(resolve, 20));
    stopping.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(transport.send({ method: 'GET', path: '/', signal: stopping.signal })).rejects.toThrow('enough');
    expect(clock.pendingTimers).toBe(0);
  });

  it('repeats a request whose idle connection the server had just closed', async () => {
    let isFirst = true;
    server.script = (_request, response) => {
      if (isFirst) response.end('{}');
      else response.end('{"again":true}');
      isFirst = false;
    };
    await kube.get(REF);
    server.script = (_request, response) => {
      server.script = (_again, second) => void second.end('{"again":true}');
      response.socket?.destroy();
    };
    expect(await kube.read(REF)).toEqual({ again: true });
  });

  it('refuses a server whose certificate another authority signed', async () => {
    const { credentials } = server.access;
    server.access.credentials = async function other() {
      return { ...(await credentials.call(this)), tls: {} };
    };
    const error = await failure(kube.get(REF));
    expect(error.reason).toBe('KubernetesUnavailable');
    expect((error.cause as KubeConnectionError).code).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
  });

  it('sends its token and user agent, and renews the token once on 401', async () => {
    server.script = (request, response) =>
      request.authorization === 'Bearer renewed' ? response.end('{}') : refuse(response, 401, 'Unauthorized');
    const drop = server.access.dropCredentials.bind(server.access);
    server.access.dropCredentials = () => {
      drop();
      server.access.token = 'renewed';
    };
    expect(await kube.get(REF)).toEqual({});
    expect(server.access.drops).toBe(1);
  });
});
