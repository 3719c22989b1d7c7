import { createHash } from 'node:crypto';
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Clock } from './clock.ts';
import type { ClusterAccess, Credentials } from './kube-config.ts';
import { type Meters, noMeters } from './meters.ts';

/** Connections are kept apart, so that a burst of writes or a long watch never delays the renewal of the lease (operator-practice D3). */
export type Channel = 'requests' | 'watches' | 'lease';

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Default `requests`. */
  readonly channel?: Channel;
  /** Until the whole answer is in; for streams until the headers are in. Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface KubeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface KubeStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly chunks: AsyncIterable<Buffer>;
  /** Ends the stream; resolves when its socket is closed. */
  close(): Promise<void>;
}

/** Raw HTTP to one API server. Failures to get any answer are KubeConnectionError; an abort rejects with the signal's reason. */
export interface KubeTransport {
  send(request: KubeRequest): Promise<KubeAnswer>;
  stream(request: KubeRequest): Promise<KubeStream>;
  /** New connections (and name look-ups) for a channel from now on; what is under way on old ones goes on. */
  dropConnections(channel: Channel): void;
  close(): void;
}

/** No answer came: refused, reset, name or TLS failure, or not in time. */
export class KubeConnectionError extends Error {
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super(`the Kubernetes API server gave no answer (${code})`, { cause });
    this.name = 'KubeConnectionError';
    this.code = code;
  }
}

export interface TransportOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** `trunkline/<version> (<component>)`: cluster administrators see and rate us by it. */
  readonly userAgent: string;
  readonly meters?: Meters;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const TCP_KEEP_ALIVE_MS = 30_000;
const MAX_SOCKETS: Record<Channel, number> = { requests: 16, watches: Number.POSITIVE_INFINITY, lease: 2 };
const DURATION_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

type AnyAgent = http.Agent | https.Agent;

/** Plain node:https: measured to cost least of the transports that Node offers (operator-practice D13). */
export class HttpsTransport implements KubeTransport {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #meters: Meters;
  readonly #agents = new Map<Channel, { readonly agent: AnyAgent; readonly identity: string }>();

  constructor(options: TransportOptions) {
    this.#access = options.access;
    this.#clock = options.clock;
    this.#userAgent = options.userAgent;
    this.#meters = options.meters ?? noMeters;
  }

  async send(request: KubeRequest): Promise<KubeAnswer> {
    const answer = await this.#sendOnce(request);
    if (answer.status !== 401) return answer;
    this.#access.dropCredentials(); // the token may have been renewed a moment ago
    return this.#sendOnce(request);
  }

  async #sendOnce(request: KubeRequest): Promise<KubeAnswer> {
    const startedAt = this.#clock.monotonic();
    const exchange = await this.#open(request);
    try {
      const { response } = exchange;
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      if (!response.complete) throw new KubeConnectionError('ECONNRESET');
      return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') };
    } catch (thrown) {
      throw exchange.failure(thrown);
    } finally {
      exchange.finish();
      this.#meters
        .histogram('rest_client_request_duration_seconds', 'Request latency to the Kubernetes API server', DURATION_BUCKETS, {
          verb: request.method,
          host: this.#access.server.host,
        })
        .observe((this.#clock.monotonic() - startedAt) / 1000);
    }
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const first = await this.#streamOnce(request);
    if (first.status !== 401) return first;
    await first.close();
    this.#access.dropCredentials();
    return this.#streamOnce(request);
  }

  async #streamOnce(request: KubeRequest): Promise<KubeStream> {
    const exchange = await this.#open({ channel: 'watches', ...request });
    exchange.headersArrived();
    const { response } = exchange;
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      chunks: response,
      close: () => {
        exchange.finish();
        response.destroy();
        return closed;
      },
    };
  }

  dropConnections(channel: Channel): void {
    const dropped = this.#agents.get(channel)?.agent;
    this.#agents.delete(channel);
    for (const idle of Object.values(dropped?.freeSockets ?? {})) for (const socket of idle ?? []) socket.destroy();
  }

  close(): void {
    for (const { agent } of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #open(request: KubeRequest): Promise<Exchange> {
    request.signal?.throwIfAborted();
    const credentials = await this.#access.credentials();
    try {
      return await this.#connect(request, credentials);
    } catch (thrown) {
      // The server closed an idle connection just as we used it; nothing was processed (Node documents this retry).
      if (thrown instanceof KubeConnectionError && thrown.cause instanceof StaleSocket) return this.#connect(request, credentials);
      throw thrown;
    }
  }

  #connect(request: KubeRequest, credentials: Credentials): Promise<Exchange> {
    const exchange = new Exchange(request, this.#clock);
    const count = (code: string): void =>
      this.#meters
        .counter('rest_client_requests_total', 'Requests to the Kubernetes API server', {
          code,
          method: request.method,
          host: this.#access.server.host,
        })
        .inc();
    const options = this.#requestOptions(request, credentials);
    return exchange.start(this.#access.server.protocol === 'http:' ? http.request(options) : https.request(options), count);
  }

  #requestOptions(request: KubeRequest, credentials: Credentials): https.RequestOptions {
    const { server } = this.#access;
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query).toString()}`;
    const body = request.body;
    return {
      agent: this.#agentFor(request.channel ?? 'requests', credentials),
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port === '' ? (server.protocol === 'http:' ? 80 : 443) : Number(server.port),
      method: request.method,
      path: `${server.pathname.replace(/\/$/, '')}${request.path}${query}`,
      headers: {
        Accept: request.accept ?? 'application/json',
        'User-Agent': this.#userAgent,
        ...credentials.headers,
        ...(body === undefined
          ? {}
          : { 'Content-Type': request.contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      },
      ...credentials.tls,
    };
  }

  /** New certificates on disk give new agents; exchanges under way end on the old ones. */
  #agentFor(channel: Channel, credentials: Credentials): AnyAgent {
    if (credentials.proxy !== undefined) return credentials.proxy;
    const identity = identityOf(credentials);
    const known = this.#agents.get(channel);
    if (known?.identity === identity) return known.agent;
    const options = { keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE_MS, maxSockets: MAX_SOCKETS[channel], scheduling: 'lifo' as const };
    const agent = this.#access.server.protocol === 'http:' ? new http.Agent(options) : new https.Agent({ ...options, ...credentials.tls });
    this.#agents.set(channel, { agent, identity });
    return agent;
  }
}

const identities = new WeakMap<Credentials, string>();

function identityOf(credentials: Credentials): string {
  const known = identities.get(credentials);
  if (known !== undefined) return known;
  const { ca, cert, key, servername } = credentials.tls;
  const hash = createHash('sha256');
  for (const part of [ca, cert, key, servername]) hash.update(part ?? '').update('\0');
  const identity = hash.digest('hex');
  identities.set(credentials, identity);
  return identity;
}

class StaleSocket extends Error {}

/** One request on the wire with its deadline and its link to the caller's signal; both are taken off when it is over. */
class Exchange {
  readonly #request: KubeRequest;
  readonly #cancelTimer: () => void;
  #client: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #timedOut = false;

  constructor(request: KubeRequest, clock: Clock) {
    this.#request = request;
    this.#cancelTimer = clock.setTimer(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, () => {
      this.#timedOut = true;
      this.#client?.destroy();
    });
  }

  get response(): IncomingMessage {
    if (this.#response === undefined) throw new Error('the exchange has no response yet');
    return this.#response;
  }

  start(client: ClientRequest, count: (code: string) => void): Promise<Exchange> {
    this.#client = client;
    this.#request.signal?.addEventListener('abort', this.#onAbort, { once: true });
    return new Promise((resolve, reject) => {
      client.once('response', (response) => {
        this.#response = response;
        count(String(response.statusCode ?? 0));
        resolve(this);
      });
      client.on('error', (error: NodeJS.ErrnoException) => {
        if (this.#response !== undefined) return; // the reader of the body sees it
        this.finish();
        count('<error>');
        const isOurs = this.#timedOut || this.#request.signal?.aborted === true;
        const isStale = client.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE') && !isOurs;
        reject(isStale ? new KubeConnectionError(error.code ?? 'ECONNRESET', new StaleSocket()) : this.failure(error));
      });
      client.end(this.#request.body);
    });
  }

  /** From here on the stream's reader decides how long it waits. */
  headersArrived(): void {
    this.#cancelTimer();
  }

  finish(): void {
    this.#cancelTimer();
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
  }

  failure(thrown: unknown): unknown {
    const signal = this.#request.signal;
    if (signal?.aborted) return signal.reason;
    if (this.#timedOut) return new KubeConnectionError('timeout');
    if (thrown instanceof KubeConnectionError) return thrown;
    return new KubeConnectionError((thrown as NodeJS.ErrnoException).code ?? 'connection', thrown);
  }

  readonly #onAbort = (): void => {
    this.#client?.destroy();
  };
}
