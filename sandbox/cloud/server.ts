import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createAdaptorServer, type HttpBindings, type ServerType } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';
import type { Fault } from './faults.ts';
import type { CloudBase, ExchangeFacts, StandIn } from './stand-in.ts';

export interface StartOptions {
  /** 0 or absent = any free port. */
  readonly port?: number;
}

export interface RunningStandIn {
  readonly name: string;
  readonly port: number;
  /** Origin without trailing slash, by address so that no resolver is needed. */
  readonly url: string;
  /** Ends open exchanges and closes the port. */
  close(): Promise<void>;
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Serves a stand-in on 127.0.0.1 with faults and request log around it. */
export async function startStandIn(standIn: StandIn, base: CloudBase, { port = 0 }: StartOptions = {}): Promise<RunningStandIn> {
  const sockets = new SocketMap();
  const stopped = new AbortController();
  const serving: Serving = { standIn, base, sockets, stopped: stopped.signal };
  const server = createAdaptorServer({
    fetch: (request, env) => serveExchange(serving, request, env as HttpBindings), // never HTTP/2: see transportOf
    overrideGlobalObjects: false,
    ...(await transportOf(standIn, base)),
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const bound = await listen(server, port);
  return {
    name: standIn.name,
    port: bound,
    url: `${standIn.tls === 'plain' ? 'http' : 'https'}://127.0.0.1:${bound}`,
    close: async () => {
      stopped.abort();
      await closeAll(server, sockets);
    },
  };
}

/** Serves the admin API: plain HTTP on loopback, outside of faults and log. */
export async function startAdmin(app: Hono, port: number): Promise<RunningStandIn> {
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  const sockets = new SocketMap();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const bound = await listen(server, port);
  return { name: 'admin', port: bound, url: `http://127.0.0.1:${bound}`, close: () => closeAll(server, sockets) };
}

async function listen(server: ServerType, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function closeAll(server: ServerType, sockets: SocketMap): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  sockets.destroyAll();
  await closed;
}

async function transportOf({ name, hosts = [], tls }: StandIn, { ca }: CloudBase) {
  if (tls === 'plain') return { createServer: createHttpServer };
  const { certPem, keyPem } = tls ?? (await ca.issue({ names: ['localhost', name, ...hosts], addresses: ['127.0.0.1'] }));
  return { createServer: createHttpsServer, serverOptions: { cert: certPem, key: keyPem } };
}

interface Serving {
  readonly standIn: StandIn;
  readonly base: CloudBase;
  readonly sockets: SocketMap;
  readonly stopped: AbortSignal;
}

interface Outcome {
  readonly response: Response;
  /** 0 = nothing was sent. */
  readonly status: number;
  readonly fault?: string;
}

async function serveExchange(serving: Serving, request: Request, env: HttpBindings): Promise<Response> {
  const { standIn, base } = serving;
  const { pathname, search } = new URL(request.url);
  const path = pathname + search;
  const facts: ExchangeFacts = {
    target: standIn.targetOf?.(request),
    write: standIn.isWrite?.(request) ?? !READS.has(request.method),
    recordInner: (inner) => base.log.record({ ...inner, standIn: standIn.name, batched: true }),
  };
  const requestBody = base.log.keepsBodies ? await request.clone().text() : undefined;
  const fault = base.faults.take({ standIn: standIn.name, target: facts.target, method: request.method, path, write: facts.write });
  if (base.faults.latencyMs > 0) await pause(base.faults.latencyMs, serving.stopped);
  const outcome = await carryOut(serving, request, env, facts, fault);
  const responseBody = base.log.keepsBodies && outcome.status !== 0 ? await readableBody(outcome.response) : undefined;
  base.log.record({
    standIn: standIn.name,
    ...(facts.target === undefined ? {} : { target: facts.target }),
    method: request.method,
    path,
    status: outcome.status,
    write: facts.write,
    ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
    ...correlationOf(request),
    ...(requestBody === undefined ? {} : { requestBody }),
    ...(responseBody === undefined ? {} : { responseBody }),
  });
  return outcome.response;
}

function correlationOf(request: Request): { correlationId?: string } {
  const id = request.headers.get('client-request-id') ?? request.headers.get('x-ms-correlation-id');
  return id === null ? {} : { correlationId: id };
}

/** Compressed or binary bodies are no use in a log. */
async function readableBody(response: Response): Promise<string | undefined> {
  if (response.body === null || response.headers.has('content-encoding')) return undefined;
  return response.clone().text();
}

async function carryOut(serving: Serving, request: Request, env: HttpBindings, facts: ExchangeFacts, fault?: Fault): Promise<Outcome> {
  const work = async (): Promise<Response> => {
    try {
      return await serving.standIn.app.fetch(request, { ...env, facts });
    } catch (error) {
      console.error(`sandbox ${serving.standIn.name}: ${request.method} ${request.url} failed in the stand-in itself`, error);
      return new Response('the stand-in itself failed, see its log\n', { status: 500 });
    }
  };
  if (fault === undefined) {
    const response = await work();
    return { response, status: response.status };
  }
  const silent = { response: RESPONSE_ALREADY_SENT, status: 0, fault: fault.id };
  switch (fault.kind) {
    case 'status':
    case 'throttle': {
      const response = await failureOf(serving.standIn, request, fault);
      return { response, status: response.status, fault: fault.id };
    }
    case 'delay': {
      await pause(fault.delayMs ?? 0, serving.stopped);
      const response = await work();
      return { response, status: response.status, fault: fault.id };
    }
    case 'hang':
      await hangUp(env.incoming, serving.stopped);
      return silent;
    case 'reset':
      serving.sockets.reset(env.incoming);
      return silent;
    case 'noEffect':
      return { response: new Response(null, { status: 204 }), status: 204, fault: fault.id };
    case 'lostAnswer':
      await work();
      serving.sockets.reset(env.incoming);
      return silent;
  }
}

async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopped }).catch(() => undefined); // stopping ends the wait
}

/** The failure that a `status` or `throttle` fault asks for, in the stand-in's own shape where it has one. */
async function failureOf(standIn: Pick<StandIn, 'failure'>, request: Request, fault: Fault): Promise<Response> {
  const status = fault.kind === 'throttle' ? 429 : (fault.status ?? 500);
  const shaped =
    fault.body === undefined
      ? await (standIn.failure?.(status, request) ?? new Response(`injected failure ${status}\n`, { status }))
      : Response.json(fault.body, { status });
  const headers = new Headers(shaped.headers);
  if (fault.retryAfter !== undefined && fault.retryAfter !== null) headers.set('Retry-After', String(fault.retryAfter));
  return new Response(shaped.body, { status, headers });
}

/** Waits until the peer gives up or the stand-in stops. */
async function hangUp(incoming: IncomingMessage, stopped: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    incoming.socket.once('close', () => resolve());
    stopped.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Raw connections by peer port: a reset must go out below TLS, or the peer sees an orderly end. */
class SocketMap {
  readonly #byPort = new Map<number, Socket>();

  add(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    this.#byPort.set(port, socket);
    socket.once('close', () => this.#byPort.delete(port));
  }

  reset(incoming: IncomingMessage): void {
    this.#byPort.get(incoming.socket.remotePort ?? 0)?.resetAndDestroy();
  }

  destroyAll(): void {
    for (const socket of this.#byPort.values()) socket.destroy();
  }
}
