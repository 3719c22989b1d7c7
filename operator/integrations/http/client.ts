import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { OperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { AllowList, HttpMethod } from './allow-list.ts';
import { ExchangeFailure } from './failure.ts';
import type { CallMetrics } from './metrics.ts';
import { type ExchangeRecorder, Masker, type Recordable } from './recording.ts';
import { type AnsweredStatus, failureOfNetwork, networkLabel, type SystemName } from './translate.ts';
import { createAgents, type PeerTrust } from './transport.ts';

/** What every client of one process shares. */
export interface HttpRuntime {
  readonly clock: Clock;
  /** `trunkline/<version>`; sent as User-Agent. */
  readonly userAgent: string;
  readonly metrics?: CallMetrics;
  readonly recorder?: ExchangeRecorder;
}

export interface HttpClientOptions extends SystemName {
  /** Origin that calls go to; a path in it is ignored. Nothing is ever sent to another origin. */
  readonly origin: string;
  readonly allow: AllowList;
  readonly recordable: Recordable;
  readonly trust?: PeerTrust;
  /** From the first byte sent to the last byte read; default 30 s. */
  readonly timeoutMs?: number;
  /** Default 16 MiB, after decompression. */
  readonly maxResponseBytes?: number;
  /** Default 4 MiB. */
  readonly maxRequestBytes?: number;
  /** Connections at a time; default 64 (design §4). */
  readonly maxSockets?: number;
}

export type HttpBody =
  | { readonly json: unknown }
  | { readonly form: Readonly<Record<string, string>> }
  | { readonly bytes: Uint8Array; readonly contentType: string };

export interface HttpRequest {
  readonly method: HttpMethod;
  /** Path with query below the origin, or an absolute URL of the same origin (page links). */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** An answer of whatever status; redirects are answers, they are not followed. */
export interface HttpResponse extends AnsweredStatus {
  /** The body as UTF-8 text; empty when there was none. */
  readonly text: string;
}

export interface HttpClient {
  /**
   * Sends one call, once: retries live in the queue. Throws OperatorError when the allow-list has no such call (nothing leaves the
   * process) or no whole answer came. Every status is returned; judging it is the caller's translation.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Drops idle connections. */
  close(): void;
}

/** The only place that makes HTTP clients for outside systems: one for each system, or device. */
export function createHttpClient(runtime: HttpRuntime, options: HttpClientOptions): HttpClient {
  return new AxiosClient(runtime, options);
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MIB = 1_048_576;

interface Prepared {
  readonly operation: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}

class AxiosClient implements HttpClient {
  readonly #runtime: HttpRuntime;
  readonly #options: HttpClientOptions;
  readonly #origin: string;
  readonly #agents: ReturnType<typeof createAgents>;
  readonly #axios: AxiosInstance;
  readonly #masker: Masker;

  constructor(runtime: HttpRuntime, options: HttpClientOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#origin = new URL(options.origin).origin;
    this.#agents = createAgents({ maxSockets: options.maxSockets ?? 64, ...options.trust });
    this.#masker = new Masker(options.recordable);
    this.#axios = axios.create({
      ...this.#agents,
      adapter: 'http',
      proxy: false,
      maxRedirects: 0,
      maxContentLength: options.maxResponseBytes ?? 16 * MIB,
      maxBodyLength: options.maxRequestBytes ?? 4 * MIB,
      responseType: 'arraybuffer',
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
    });
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const prepared = this.#prepare(request);
    const startedAt = this.#runtime.clock.now();
    const started = this.#runtime.clock.monotonic();
    const deadline = new AbortController();
    const cancelTimer = this.#runtime.clock.setTimer(request.timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS, () =>
      deadline.abort(),
    );
    const finish = (code: string, response?: HttpResponse): void => {
      const durationMs = this.#runtime.clock.monotonic() - started;
      this.#observe(prepared.operation, code, durationMs);
      this.#record(request, prepared, { startedAt, durationMs, code, response });
    };
    try {
      const signal = request.signal === undefined ? deadline.signal : AbortSignal.any([request.signal, deadline.signal]);
      const response = answerOf(request, prepared, await this.#exchange(request, prepared, signal));
      finish(String(response.status), response);
      return response;
    } catch (thrown) {
      const code = deadline.signal.aborted ? 'DEADLINE' : request.signal?.aborted === true ? 'ABORTED' : transportCode(thrown);
      finish(networkLabel(code));
      throw failureOfNetwork(this.#options, { operation: prepared.operation, method: request.method, code });
    } finally {
      cancelTimer();
    }
  }

  close(): void {
    this.#agents.httpAgent.destroy();
    this.#agents.httpsAgent.destroy();
  }

  #exchange(request: HttpRequest, { url, headers, body }: Prepared, signal: AbortSignal): Promise<AxiosResponse<Buffer>> {
    return this.#axios.request<Buffer>({
      method: request.method,
      url: url.href,
      headers,
      signal,
      ...(body === undefined ? {} : { data: body }),
    });
  }

  /** Origin and allow-list are checked here, before anything is opened or written. */
  #prepare(request: HttpRequest): Prepared {
    const url = this.#target(request);
    const verdict = this.#options.allow.judge(request.method, url, factsOf(request.body));
    if (!verdict.allowed) throw this.#forbidden(request.method, verdict.why);
    const encoded = request.body === undefined ? undefined : encode(request.body);
    return {
      operation: verdict.operation,
      url,
      body: encoded?.bytes,
      headers: {
        'User-Agent': this.#runtime.userAgent,
        Accept: 'application/json',
        ...(encoded === undefined ? {} : { 'Content-Type': encoded.contentType }),
        ...request.headers,
      },
    };
  }

  #target({ url: text, method }: HttpRequest): URL {
    const url = URL.parse(text, this.#origin);
    if (url === null) throw this.#forbidden(method, 'the address is not a URL');
    if (url.origin !== this.#origin) throw this.#forbidden(method, 'the address leaves the configured origin');
    if (url.username !== '' || url.password !== '') throw this.#forbidden(method, 'the address carries credentials');
    return url;
  }

  #forbidden(method: string, why: string): OperatorError {
    const { system, displayName } = this.#options;
    this.#observe('unlisted', 'forbidden', 0);
    return new OperatorError(`The operator never makes this call to ${displayName}: ${why}`, {
      kind: 'Terminal',
      reason: 'CallForbidden',
      cause: new ExchangeFailure({ system, operation: 'unlisted', method, code: 'FORBIDDEN' }),
    });
  }

  #observe(operation: string, code: string, durationMs: number): void {
    this.#runtime.metrics?.observe({ system: this.#options.system, operation, code, seconds: durationMs / 1_000 });
  }

  #record(request: HttpRequest, prepared: Prepared, outcome: Outcome): void {
    const { startedAt, durationMs, code, response } = outcome;
    this.#runtime.recorder?.record({
      system: this.#options.system,
      operation: prepared.operation,
      startedAt,
      durationMs,
      request: {
        method: request.method,
        url: this.#masker.url(prepared.url),
        ...this.#message(prepared.headers, prepared.body?.toString('utf8')),
      },
      ...(response === undefined
        ? { error: code }
        : { response: { status: response.status, ...this.#message(response.headers, response.text) } }),
    });
  }

  #message(headers: Readonly<Record<string, string>>, text: string | undefined) {
    const contentType = headers['Content-Type'] ?? headers['content-type'] ?? '';
    return {
      headers: this.#masker.headers(headers),
      contentType,
      ...(text === undefined || text === '' ? {} : { body: this.#masker.body(text, contentType) }),
    };
  }
}

interface Outcome {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly code: string;
  readonly response: HttpResponse | undefined;
}

function answerOf({ method }: HttpRequest, { operation }: Prepared, { status, headers, data }: AxiosResponse<Buffer>): HttpResponse {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && value !== null) plain[name.toLowerCase()] = String(value);
  }
  return { status, headers: plain, text: Buffer.from(data ?? '').toString('utf8'), operation, method };
}

function factsOf(body: HttpBody | undefined): unknown {
  if (body === undefined || 'bytes' in body) return undefined;
  return 'json' in body ? body.json : body.form;
}

function encode(body: HttpBody): { readonly bytes: Buffer; readonly contentType: string } {
  if ('json' in body) return { bytes: Buffer.from(JSON.stringify(body.json)), contentType: 'application/json' };
  if ('form' in body) {
    return {
      bytes: Buffer.from(new URLSearchParams(body.form).toString()),
      contentType: 'application/x-www-form-urlencoded;charset=utf-8',
    };
  }
  return { bytes: Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.byteLength), contentType: body.contentType };
}

/** The transport's code for what happened; never the thrown thing itself, which carries the request and its token. */
function transportCode(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return 'UNKNOWN';
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  if (typeof message === 'string' && message.startsWith('maxContentLength')) return 'RESPONSE_TOO_LARGE';
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'UNKNOWN';
}
