import { randomUUID } from 'node:crypto';
import { Client, type Context, type Middleware } from '@microsoft/microsoft-graph-client';
import type { z } from 'zod';
import { OperatorError, toOperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import { sendAuthorized, type TokenSource } from '../entra/tokens.ts';
import type { HttpMethod } from '../http/allow-list.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { CloudEndpoints } from '../http/clouds.ts';
import { ExchangeFailure } from '../http/failure.ts';
import { checkShape, readJson, tryJson } from '../http/read-json.ts';
import { unexpectedResponse } from '../http/translate.ts';
import { translateGraphFailure } from './translate.ts';
import { BatchAnswerWire, GRAPH, judgeInner, pageOf } from './wire.ts';

export interface GraphSessionDeps {
  readonly http: HttpClient;
  readonly tokens: TokenSource;
  readonly cloud: CloudEndpoints;
  readonly clock: Clock;
}

/** One read inside a batch. */
export interface BatchItem {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PageOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** No further page is read once there are so many. */
  readonly enough?: number;
}

/** Items of a batch that were answered with success or with 404, in the order asked; `undefined` = 404. */
export type BatchAnswers = readonly (HttpResponse | undefined)[];

const BATCH_SIZE = 20;
/** Beyond this a list is not one that the operator should hold in memory; 200 pages of 1,000 numbers. */
const MAX_PAGES = 200;

/** Calls to Graph for one tenant, through the Graph client with our own chain: no retries and no redirects in it. */
export class GraphSession {
  readonly #deps: GraphSessionDeps;
  readonly #tenantId: string;
  readonly #signal: AbortSignal;

  constructor(deps: GraphSessionDeps, tenantId: string, signal: AbortSignal) {
    this.#deps = deps;
    this.#tenantId = tenantId;
    this.#signal = signal;
  }

  /** All pages of a collection, or as many as it takes to have `enough`. Headers go with every page (microsoft-graph §4.2). */
  async list<T extends z.ZodType>(
    url: string,
    item: T,
    { headers = {}, enough = Number.POSITIVE_INFINITY }: PageOptions = {},
  ): Promise<z.infer<T>[]> {
    const found: z.infer<T>[] = [];
    const page = pageOf(item);
    let next: string | undefined = url;
    for (let count = 0; next !== undefined && found.length < enough; count++) {
      const answer = await this.#call('GET', next, headers);
      if (count >= MAX_PAGES) throw unexpectedResponse(GRAPH, answer, `${answer.operation}: more than ${MAX_PAGES} pages`);
      const read: z.infer<typeof page> = readJson(GRAPH, answer, page);
      found.push(...(read.value as z.infer<T>[]));
      next = this.#nextLink(read['@odata.nextLink'], answer);
    }
    return found;
  }

  /** A collection whose first page came in a batch; its further pages are followed outside (microsoft-graph §4.1). */
  async rest<T extends z.ZodType>(first: HttpResponse, item: T, options: PageOptions = {}): Promise<z.infer<T>[]> {
    const page = readJson(GRAPH, first, pageOf(item));
    const next = this.#nextLink(page['@odata.nextLink'], first);
    const value = page.value as z.infer<T>[];
    const { enough = Number.POSITIVE_INFINITY } = options;
    if (next === undefined || value.length >= enough) return value;
    return [...value, ...(await this.list(next, item, { ...options, enough: enough - value.length }))];
  }

  /** Reads up to 20 a call. Throws for the first item that failed otherwise than by 404; throttling of any item goes first. */
  async batch(items: readonly BatchItem[]): Promise<BatchAnswers> {
    const answers: (HttpResponse | undefined)[] = [];
    for (let from = 0; from < items.length; from += BATCH_SIZE) {
      answers.push(...(await this.#oneBatch(items.slice(from, from + BATCH_SIZE))));
    }
    return answers;
  }

  async #oneBatch(items: readonly BatchItem[]): Promise<(HttpResponse | undefined)[]> {
    const requests = items.map(({ url, headers }, index) => ({
      id: String(index + 1),
      method: 'GET',
      url,
      ...(headers === undefined ? {} : { headers }),
    }));
    const envelope = await this.#call('POST', '/$batch', {}, { requests });
    const { responses } = readJson(GRAPH, envelope, BatchAnswerWire);
    const byId = new Map(responses.map((response) => [response.id, response]));
    const answers = items.map(({ url }, index): HttpResponse => {
      const response = byId.get(String(index + 1));
      if (response === undefined) throw unexpectedResponse(GRAPH, envelope, 'batch: an item has no answer');
      return {
        ...itemFacts(url),
        status: response.status,
        headers: lowerCased(response.headers ?? {}),
        text: JSON.stringify(response.body ?? null),
      };
    });
    const failed = answers.filter(({ status }) => status >= 400 && status !== 404);
    const first = failed.find(({ status }) => status === 429) ?? failed[0];
    if (first !== undefined) throw this.#failure({ ...first, headers: { ...idsOf(envelope), ...first.headers } });
    return answers.map((answer) => (answer.status === 404 ? undefined : answer));
  }

  async #call(method: 'GET' | 'POST', url: string, headers: Readonly<Record<string, string>>, body?: unknown): Promise<HttpResponse> {
    const sender = new GraphSender(this.#deps, this.#tenantId, this.#signal);
    const client = Client.initWithMiddleware({ middleware: sender, baseUrl: this.#deps.cloud.graph, defaultVersion: 'v1.0' });
    const request = client.api(url).headers({ ...headers });
    // The library's errors carry the answer's body, the transport's the request: what came of the call is told by our own sender alone.
    const isRead = await (method === 'GET' ? request.get() : request.post(body)).then(
      () => true,
      () => false,
    );
    if (sender.failure !== undefined) throw sender.failure;
    if (sender.answer === undefined) throw sentNothing(method);
    if (sender.answer.status >= 300) throw this.#failure(sender.answer);
    if (!isRead) throw unexpectedResponse(GRAPH, sender.answer, `${sender.answer.operation}: not JSON`);
    return sender.answer;
  }

  #failure(answer: HttpResponse): OperatorError {
    return translateGraphFailure(answer, this.#deps.clock.now());
  }

  /** A link to another origin would carry the tenant's token away. */
  #nextLink(link: string | undefined, answer: HttpResponse): string | undefined {
    if (link === undefined) return undefined;
    if (URL.parse(link)?.origin !== this.#deps.cloud.graph) {
      throw unexpectedResponse(GRAPH, answer, `${answer.operation}: the next page lies at another origin`);
    }
    return link;
  }
}

function sentNothing(method: string): OperatorError {
  const cause = new ExchangeFailure({ system: GRAPH.system, operation: 'unlisted', method, code: 'NOT_SENT' });
  return new OperatorError('The Graph client failed before it sent anything', { kind: 'Retryable', reason: 'InternalError', cause });
}

/** The whole chain: token, telemetry, and our own HTTP client. Made for one call, so that it can tell what came of it. */
class GraphSender implements Middleware {
  answer: HttpResponse | undefined;
  failure: OperatorError | undefined;
  readonly #deps: GraphSessionDeps;
  readonly #tenantId: string;
  readonly #signal: AbortSignal;

  constructor(deps: GraphSessionDeps, tenantId: string, signal: AbortSignal) {
    this.#deps = deps;
    this.#tenantId = tenantId;
    this.#signal = signal;
  }

  async execute(context: Context): Promise<void> {
    const { http, tokens } = this.#deps;
    const url = typeof context.request === 'string' ? context.request : context.request.url;
    const method = (context.options?.method ?? 'GET') as HttpMethod;
    const json = typeof context.options?.body === 'string' ? tryJson(context.options.body) : undefined;
    const headers = { ...plainHeaders(context.options?.headers), 'client-request-id': randomUUID() };
    try {
      this.answer = await sendAuthorized(tokens, { tenantId: this.#tenantId, resource: 'graph', signal: this.#signal }, (token) =>
        http.send({
          method,
          url,
          signal: this.#signal,
          headers: { ...headers, Authorization: `Bearer ${token}` },
          ...(json === undefined ? {} : { body: { json } }),
        }),
      );
    } catch (thrown) {
      this.failure = toOperatorError(thrown);
      throw this.failure;
    }
    const { status, text } = this.answer;
    const hasBody = text !== '' && status !== 204;
    context.response = new Response(hasBody ? text : null, { status, headers: { 'Content-Type': 'application/json' } });
  }
}

/** What the library sets beside ours is its own advertising; only the query's headers go on. */
function plainHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => typeof value === 'string' && name === 'ConsistencyLevel'),
  ) as Record<string, string>;
}

function itemFacts(url: string): { readonly operation: string; readonly method: string } {
  const verdict = judgeInner('GET', url);
  return { operation: verdict.allowed ? verdict.operation : 'unlisted', method: 'GET' };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function idsOf({ headers }: HttpResponse): Record<string, string> {
  const id = headers['request-id'];
  return id === undefined ? {} : { 'request-id': id };
}

/** The shape of one item of a batch. */
export function readItem<T>(answer: HttpResponse, schema: z.ZodType<T>): T {
  return checkShape(GRAPH, answer, tryJson(answer.text), schema);
}
