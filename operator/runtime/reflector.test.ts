import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { refuse, type ScriptedServer, type SeenRequest, scriptedServer } from '../../test/support/scripted-api-server.ts';
import type { KubeObject } from '../api/meta.ts';
import { ObjectCache } from './cache.ts';
import { silentLog } from './log.ts';
import { noMeters } from './meters.ts';
import { Reflector } from './reflector.ts';
import { HttpsTransport } from './transport.ts';

const COLLECTION = { group: 'test.trunkline.dev', version: 'v1', plural: 'widgets' };

function object(name: string, resourceVersion: number, extra: object = {}): object {
  const metadata = { name, namespace: 'ns', resourceVersion: String(resourceVersion), uid: `uid-${name}`, generation: 1 };
  return { apiVersion: 'test.trunkline.dev/v1', kind: 'Widget', metadata: { ...metadata, ...extra }, spec: {} };
}

function line(type: string, body: object): string {
  return `${JSON.stringify({ type, object: body })}\n`;
}

function bookmark(resourceVersion: number, annotations: Record<string, string> = {}): string {
  const metadata = { resourceVersion: String(resourceVersion), annotations };
  return line('BOOKMARK', { apiVersion: 'test.trunkline.dev/v1', kind: 'Widget', metadata });
}

const endMark = (resourceVersion: number): string => bookmark(resourceVersion, { 'k8s.io/initial-events-end': 'true' });
const isInitial = (request: SeenRequest): boolean => request.query['sendInitialEvents'] === 'true';

const PATIENCE_MS = 60_000;

/** Looks in real time, for what crosses a socket. */
async function until(what: string, holds: () => boolean, between: () => Promise<void> = async () => undefined): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${what}`);
    await between();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('Reflector', () => {
  let clock: FakeClock;
  let server: ScriptedServer;
  let cache: ObjectCache<KubeObject>;
  let stopping: AbortController;
  let running: Promise<void>;
  let reflector: Reflector;
  let streams: ServerResponse[];
  const seen: string[] = [];

  beforeEach(async () => {
    clock = new FakeClock();
    server = await scriptedServer();
    cache = new ObjectCache();
    seen.length = 0;
    streams = [];
    cache.onChange((key, before, after) => seen.push(`${after === undefined ? 'gone' : before === undefined ? 'new' : 'changed'} ${key}`));
    stopping = new AbortController();
  });

  function start(): void {
    const transport = new HttpsTransport({ access: server.access, clock, userAgent: 'test' });
    const options = { collection: COLLECTION, transport, sink: cache.feed(), clock, random: () => 0.5, log: silentLog, meters: noMeters };
    reflector = new Reflector(options);
    running = reflector.run(stopping.signal);
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await running;
  }

  /** Serves a picture of `objects` at `version` to initial requests, keeps the stream open, and leaves watches to `watch`. */
  function serve(objects: () => object[], version: number, watch: (request: SeenRequest, response: ServerResponse) => void): void {
    server.script = (request, response) => {
      if (!isInitial(request)) return watch(request, response);
      response.writeHead(200);
      for (const one of objects()) response.write(line('ADDED', one));
      response.write(endMark(version));
      streams.push(response);
    };
  }

  const keepOpen = (_request: SeenRequest, response: ServerResponse): void => {
    response.writeHead(200);
    response.flushHeaders();
    streams.push(response);
  };

  const last = (): ServerResponse => streams.at(-1) as ServerResponse;

  /** Looks while the fake clock goes on: for what takes time on both sides, such as a back-off that begins when an answer has crossed the socket. */
  const untilInTime = (what: string, holds: () => boolean): Promise<void> => until(what, holds, () => clock.advance(1000));

  async function synced(): Promise<void> {
    await until('synced', () => cache.synced);
    await settle();
  }

  it('takes the streamed list as one picture, then follows events', async () => {
    serve(() => [object('a', 5), object('b', 3)], 10, keepOpen);
    start();
    await synced();
    expect(server.requests[0]?.query).toMatchObject({ watch: '1', allowWatchBookmarks: 'true', resourceVersionMatch: 'NotOlderThan' });
    last().write(line('MODIFIED', object('a', 11)) + line('DELETED', object('b', 12)) + line('ADDED', object('c', 13)));
    await until('events', () => seen.length === 5);
    expect(seen).toEqual(['new ns/a', 'new ns/b', 'changed ns/a', 'gone ns/b', 'new ns/c']);
    expect(server.requests).toHaveLength(1);
    await stop();
  });

  it('is not synced by an initial list that breaks off, and starts again from nothing', async () => {
    let tries = 0;
    server.script = (_request, response) => {
      tries++;
      response.writeHead(200);
      response.write(line('ADDED', object('a', 5)));
      if (tries === 1) {
        response.write(line('ADDED', object('ghost', 6)), () => response.socket?.destroy());
        return;
      }
      response.write(endMark(9));
    };
    start();
    await until('first try', () => tries === 1);
    await until('back-off timer', () => reflector.health().trouble !== undefined && clock.pendingTimers > 0);
    expect(cache.synced).toBe(false);
    await clock.advance(2000);
    await synced();
    expect([...cache.keys()]).toEqual(['ns/a']);
    await stop();
  });

  it('drops a silent connection after 70 s and resumes at the last version', async () => {
    serve(() => [object('a', 5)], 10, keepOpen);
    start();
    await synced();
    await clock.advance(69_000);
    expect(server.requests).toHaveLength(1);
    await clock.advance(1001);
    await until('second request', () => server.requests.length === 2);
    expect(server.requests[1]?.query).toMatchObject({ resourceVersion: '10' });
    expect(server.requests[1]?.query['sendInitialEvents']).toBeUndefined();
    await stop();
  });

  it('takes a bookmark as a sign of life and resumes after it', async () => {
    serve(() => [object('a', 5)], 10, keepOpen);
    start();
    await synced();
    await clock.advance(60_000);
    last().write(bookmark(50));
    await until('bookmark', () => reflector.version === '50');
    await clock.advance(60_000);
    expect(server.requests).toHaveLength(1);
    last().end();
    await until('second request', () => server.requests.length === 2);
    expect(server.requests[1]?.query['resourceVersion']).toBe('50');
    await stop();
  });

  it('survives a break in mid-line without showing half an object', async () => {
    serve(() => [], 10, keepOpen);
    start();
    await synced();
    const text = line('ADDED', object('a', 11));
    last().write(text.slice(0, 40), () => last().socket?.destroy());
    await until('back-off timer', () => clock.pendingTimers > 0 && reflector.health().trouble !== undefined);
    expect(cache.size).toBe(0);
    await clock.advance(2000);
    await until('second request', () => server.requests.length === 2);
    expect(server.requests[1]?.query['resourceVersion']).toBe('10');
    last().write(text);
    await until('object', () => cache.size === 1);
    await stop();
  });

  it('puts lines together again wherever they were cut, also inside a UTF-8 sequence', async () => {
    serve(() => [], 10, keepOpen);
    start();
    await synced();
    const bytes = Buffer.from(line('ADDED', object('a', 11, { annotations: { note: 'Müller – 😀 – \u2028 end' } })));
    for (const byte of bytes) {
      last().write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('object', () => cache.size === 1);
    expect(cache.get('ns/a')?.metadata.annotations?.['note']).toBe('Müller – 😀 – \u2028 end');
    await stop();
  });

  it('takes 16 events in one chunk in their order', async () => {
    serve(() => [], 10, keepOpen);
    start();
    await synced();
    last().write(Array.from({ length: 16 }, (_, i) => line('ADDED', object(`w${i}`, 11 + i))).join(''));
    await until('objects', () => cache.size === 16);
    expect(reflector.version).toBe('26');
    await stop();
  });

  it('takes an object of 1 MiB', async () => {
    serve(() => [object('big', 5, { annotations: { fill: 'x'.repeat(1024 * 1024) } })], 10, keepOpen);
    start();
    await synced();
    expect(cache.get('ns/big')?.metadata.annotations?.['fill']).toHaveLength(1024 * 1024);
    await stop();
  });

  it.each([
    ['an ERROR event 410', (response: ServerResponse) => void response.writeHead(200).end(line('ERROR', { code: 410, reason: 'Expired' }))],
    ['HTTP 410', (response: ServerResponse) => refuse(response, 410, 'Expired')],
  ])('relists after %s, not older than what it has, and tells what went missing', async (_name, gone) => {
    let objects = [object('a', 5), object('b', 6)];
    serve(
      () => objects,
      10,
      (_request, response) => gone(response),
    );
    start();
    await synced();
    objects = [object('b', 6), object('c', 8)];
    last().end();
    await untilInTime('second picture', () => cache.get('ns/c') !== undefined);
    expect(seen).toEqual(['new ns/a', 'new ns/b', 'gone ns/a', 'new ns/c']);
    const relist = server.requests.filter(isInitial)[1];
    expect(relist?.query).toMatchObject({ resourceVersion: '10', resourceVersionMatch: 'NotOlderThan' });
    await stop();
  });

  it('lists without naming a version when that one is too large for the server', async () => {
    let asked = 0;
    server.script = (request, response) => {
      if (!isInitial(request)) return refuse(response, 410, 'Gone');
      asked++;
      if (request.query['resourceVersion'] === '10')
        return refuse(response, 504, 'Timeout', { causes: [{ reason: 'ResourceVersionTooLarge' }] });
      response.writeHead(200);
      response.write(endMark(asked === 1 ? 10 : 12));
      streams.push(response);
    };
    start();
    await synced();
    last().end();
    await untilInTime('newer version', () => reflector.version === '12');
    await stop();
  });

  it('keeps its place through ERROR 500, and relists only when they go on for a minute', async () => {
    serve(
      () => [object('a', 5)],
      10,
      (_request, response) => void response.writeHead(200).end(line('ERROR', { code: 500, reason: 'InternalError' })),
    );
    start();
    await synced();
    last().end();
    await until('first error', () => reflector.health().trouble !== undefined);
    expect(server.requests.filter(isInitial)).toHaveLength(1);
    const begunAt = clock.monotonic();
    await untilInTime('relisted', () => server.requests.filter(isInitial).length > 1);
    expect(clock.monotonic() - begunAt).toBeGreaterThanOrEqual(60_000);
    await stop();
  });

  it.each([
    ['header', {}, { 'Retry-After': '7' }],
    ['body', { retryAfterSeconds: 7 }, {}],
  ])('waits exactly what a 429 asks for in its %s, plus jitter', async (_where, details, headers) => {
    let refusals = 0;
    serve(
      () => [],
      10,
      (request, response) => {
        if (refusals++ === 0) refuse(response, 429, 'TooManyRequests', details, headers as Record<string, string>);
        else keepOpen(request, response);
      },
    );
    start();
    await synced();
    await clock.advance(2000);
    last().end();
    await until('refusal', () => refusals === 1 && clock.nextTimerIn !== undefined && reflector.health().trouble !== undefined);
    expect(clock.nextTimerIn).toBeCloseTo(7350, -1);
    await clock.advance(7400);
    await until('second try', () => refusals === 2);
    expect(server.requests.at(-1)?.query['resourceVersion']).toBe('10');
    await stop();
  });

  it('stays calm through two minutes of 503, then goes on where it was', async () => {
    let isUp = false;
    serve(
      () => [object('a', 5)],
      10,
      (request, response) => (isUp ? keepOpen(request, response) : refuse(response, 503, 'ServiceUnavailable')),
    );
    start();
    await synced();
    last().end();
    for (let i = 0; i < 120; i++) {
      await clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(server.requests.length).toBeLessThan(12);
    isUp = true;
    await untilInTime('resumed', () => streams.length === 2);
    expect(server.requests.filter(isInitial)).toHaveLength(1);
    expect(cache.size).toBe(1);
    await stop();
  });

  it('renews its token on 401 and tries again at once', async () => {
    const rotate = server.access.dropCredentials.bind(server.access);
    server.access.dropCredentials = () => {
      rotate();
      server.access.token = 'second-token';
    };
    server.script = (request, response) => {
      if (request.authorization !== 'Bearer second-token') return refuse(response, 401, 'Unauthorized');
      response.writeHead(200);
      response.write(endMark(10));
    };
    start();
    await synced();
    expect(server.requests).toHaveLength(2);
    await stop();
  });

  it('says what is forbidden, keeps asking slowly, and syncs once it is granted', async () => {
    let isGranted = false;
    server.script = (_request, response) => {
      if (!isGranted) return refuse(response, 403, 'Forbidden');
      response.writeHead(200);
      response.write(endMark(10));
    };
    start();
    await until('refusal', () => reflector.health().trouble !== undefined);
    expect(reflector.health().trouble).toContain('forbidden: list and watch widgets');
    isGranted = true;
    await clock.advance(60_000);
    await synced();
    expect(reflector.health()).toMatchObject({ synced: true, trouble: undefined });
    await stop();
  });

  it('says that the CRD is missing, waits at least 5 s, and finds the kind when it is there again', async () => {
    let isServed = true;
    server.script = (request, response) => {
      if (!isServed) return refuse(response, 404, 'NotFound');
      response.writeHead(200);
      if (isInitial(request))
        response.write((server.requests.length === 1 ? line('ADDED', object('a', 5)) : '') + endMark(server.requests.length * 10));
      streams.push(response);
    };
    start();
    await synced();
    isServed = false;
    last().end();
    await until('refusal', () => reflector.health().trouble !== undefined && clock.nextTimerIn !== undefined);
    expect(reflector.health().trouble).toContain('install the CRDs');
    expect(clock.nextTimerIn).toBeGreaterThanOrEqual(5000 - 1);
    expect(cache.size).toBe(1); // what is not served is not thereby deleted
    isServed = true;
    await clock.advance(60_000);
    await until('relisted', () => cache.size === 0);
    expect(seen).toEqual(['new ns/a', 'gone ns/a']);
    await stop();
  });

  it.each([
    ['closes at once', ''],
    ['sends one event and closes', line('MODIFIED', object('a', 11))],
  ])('does not flood a server that %s, for ever', async (_name, text) => {
    let version = 11;
    serve(
      () => [object('a', 5)],
      10,
      (_request, response) => void response.writeHead(200).end(text === '' ? '' : line('MODIFIED', object('a', version++))),
    );
    start();
    await synced();
    last().end();
    const tick = async (): Promise<void> => {
      await clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    };
    for (let i = 0; i < 120; i++) await tick();
    const settled = server.requests.length;
    for (let i = 0; i < 300; i++) await tick();
    expect(server.requests.length - settled).toBeLessThanOrEqual(11); // 300 s at one in 30 s and a rest
    await stop();
  });

  it('does not flood a server that answers every watch with 410', async () => {
    serve(
      () => [object('a', 5)],
      10,
      (_request, response) => refuse(response, 410, 'Gone'),
    );
    server.script = ((inner) => (request: SeenRequest, response: ServerResponse) => {
      inner(request, response);
      if (isInitial(request)) setTimeout(() => response.end(), 1);
    })(server.script);
    start();
    await synced();
    for (let i = 0; i < 300; i++) {
      await clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(server.requests.length).toBeLessThan(60);
    await stop();
  });

  describe('on a server without streaming lists', () => {
    function serveList(pages: (request: SeenRequest, response: ServerResponse) => void, watch = keepOpen): void {
      server.script = (request, response) => {
        if (isInitial(request)) return refuse(response, 422, 'Invalid');
        if (request.query['watch'] === '1') return watch(request, response);
        pages(request, response);
      };
    }

    function page(response: ServerResponse, items: object[], version: number, token = ''): void {
      const metadata = { resourceVersion: String(version), ...(token === '' ? {} : { continue: token }) };
      response.end(JSON.stringify({ kind: 'WidgetList', apiVersion: 'test.trunkline.dev/v1', metadata, items }));
    }

    it('lists in pages, then watches from the version of the list', async () => {
      serveList((request, response) => {
        if (request.query['continue'] === undefined) page(response, [object('a', 5)], 10, 'more');
        else page(response, [object('b', 6)], 10);
      });
      start();
      await synced();
      await until('watch', () => streams.length === 1);
      expect(seen).toEqual(['new ns/a', 'new ns/b']);
      expect(server.requests.at(-1)?.query).toMatchObject({ watch: '1', resourceVersion: '10' });
      expect(server.requests[1]?.query).toMatchObject({ limit: '500' });
      await stop();
    });

    it('starts over without pages when a page has expired', async () => {
      serveList((request, response) => {
        if (request.query['limit'] === undefined) return page(response, [object('a', 5), object('b', 6), object('c', 7)], 12);
        const at = request.query['continue'] ?? '';
        if (at === 'third') return refuse(response, 410, 'Expired');
        page(response, [object(at === '' ? 'a' : 'gone-since', 5)], 10, at === '' ? 'second' : 'third');
      });
      start();
      await synced();
      expect([...cache.keys()].sort()).toEqual(['ns/a', 'ns/b', 'ns/c']);
      expect(reflector.version).toBe('12');
      await stop();
    });

    it('finds out by silence that the end mark never comes', async () => {
      server.script = (request, response) => {
        if (request.query['watch'] !== '1') return page(response, [object('a', 5)], 10);
        response.writeHead(200);
        response.write(line('ADDED', object('half', 5)));
        streams.push(response);
      };
      start();
      await until('stream', () => streams.length === 1);
      await untilInTime('synced', () => cache.synced);
      expect([...cache.keys()]).toEqual(['ns/a']);
      await stop();
    });

    it('refuses a list older than what it has seen', async () => {
      let lists = 0;
      serveList(
        (_request, response) => {
          lists++;
          page(response, lists === 2 ? [] : [object('a', 5)], lists === 2 ? 7 : 10 + lists);
        },
        (request, response) => (streams.length < 1 ? keepOpen(request, response) : refuse(response, 410, 'Gone')),
      );
      start();
      await synced();
      await until('watch', () => streams.length === 1);
      last().end();
      await untilInTime('third list', () => lists >= 3);
      expect(seen).toEqual(['new ns/a']);
      await stop();
    });
  });

  it('leaves a server that is behind what it has seen', async () => {
    serve(() => [object('a', 5)], 10, keepOpen);
    start();
    await synced();
    last().write(line('MODIFIED', object('a', 20)) + line('MODIFIED', object('a', 15)));
    await until('left', () => reflector.health().trouble !== undefined);
    expect(reflector.health().trouble).toContain('behind');
    expect(cache.get('ns/a')?.metadata.resourceVersion).toBe('20');
    await stop();
  });

  it('tells a new object of an old name as deletion and creation', async () => {
    serve(() => [object('a', 5)], 10, keepOpen);
    start();
    await synced();
    last().write(line('ADDED', object('a', 12, { uid: 'another' })));
    await until('events', () => seen.length === 3);
    expect(seen).toEqual(['new ns/a', 'gone ns/a', 'new ns/a']);
    await stop();
  });

  it('goes on after a consumer has thrown', async () => {
    const failures: string[] = [];
    cache.reportListenerErrors((key) => failures.push(key));
    cache.onChange((key) => {
      if (key === 'ns/bad') throw new Error('consumer');
    });
    serve(() => [object('bad', 5)], 10, keepOpen);
    start();
    await synced();
    last().write(line('ADDED', object('good', 11)));
    await until('event', () => seen.includes('new ns/good'));
    expect(failures).toEqual(['ns/bad']);
    await stop();
  });

  it('relists after a line that is no event', async () => {
    serve(() => [object('a', 5)], 10, keepOpen);
    start();
    await synced();
    last().write('{"type":"MODIF\n');
    await until('left', () => reflector.health().trouble !== undefined);
    await clock.advance(3000);
    await until('relisted', () => server.requests.filter(isInitial).length === 2);
    await stop();
  });

  it('does not mind a jump of the wall clock', async () => {
    serve(() => [object('a', 5)], 10, keepOpen);
    start();
    await synced();
    clock.jumpWall(3_600_000);
    await clock.advance(30_000);
    clock.jumpWall(-7_200_000);
    await clock.advance(30_000);
    expect(server.requests).toHaveLength(1);
    await stop();
  });

  describe('stopped', () => {
    async function expectSilence(): Promise<void> {
      const before = seen.length;
      await stop();
      await until('no socket left', () => server.openSockets === 0);
      expect(clock.pendingTimers).toBe(0);
      for (const stream of streams) stream.write(line('ADDED', object('late', 99)));
      await settle();
      expect(seen).toHaveLength(before);
    }

    it('while connecting, leaves no socket and no timer', async () => {
      server.script = () => undefined; // never answers
      start();
      await until('request', () => server.requests.length === 1);
      await expectSilence();
    });

    it('while following, leaves no socket and no timer', async () => {
      serve(() => [object('a', 5)], 10, keepOpen);
      start();
      await synced();
      await expectSilence();
    });

    it('while listing, leaves no timer', async () => {
      server.script = (request, response) => {
        if (isInitial(request)) refuse(response, 400, 'BadRequest');
      };
      start();
      await until('list', () => server.requests.length === 2);
      await stop();
      expect(clock.pendingTimers).toBe(0);
      expect(cache.size).toBe(0);
    });

    it('while backing off, leaves no timer', async () => {
      server.script = (_request, response) => refuse(response, 500, 'InternalError');
      start();
      await until('back-off', () => reflector.health().trouble !== undefined && clock.pendingTimers === 1);
      await stop();
      expect(clock.pendingTimers).toBe(0);
    });
  });
});
