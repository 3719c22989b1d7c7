import { z } from 'zod';
import type { Faults } from '../faults.ts';
import type { ExchangeFacts } from '../stand-in.ts';
import { badRequest, GraphError, injectedFailure, newRequestId } from './errors.ts';

const MAX_REQUESTS = 20;
/** Headers that items carry, in the spelling of JSON, where case counts. */
const ITEM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'Content-Type',
  'retry-after': 'Retry-After',
  location: 'Location',
};

const BatchRequest = z.strictObject({
  id: z.string().min(1),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  url: z.string().regex(/^\/(?!\$batch)/, 'a batch holds relative requests and no batch'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
});
const Envelope = z.strictObject({ requests: z.array(BatchRequest) });
type BatchRequest = z.infer<typeof BatchRequest>;

interface BatchResponse {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export interface BatchDeps {
  /** Answers one inner request as if it had come alone. */
  readonly dispatch: (request: Request) => Promise<Response>;
  readonly faults: Faults;
  readonly facts: ExchangeFacts;
  readonly now: () => number;
}

/** `$batch`, microsoft-graph §4.1: each item is refused, throttled and counted by itself; the envelope is 200 whenever it parses. */
export async function runBatch(outer: Request, payload: unknown, deps: BatchDeps): Promise<Response> {
  const requests = checkedRequests(payload);
  const done = new Map<string, BatchResponse>();
  for (const request of requests) {
    const failed = request.dependsOn?.some((id) => (done.get(id)?.status ?? 0) >= 400) === true;
    done.set(request.id, failed ? failedDependency(request.id, deps) : await answerOne(outer, request, deps));
  }
  return Response.json({ responses: [...done.values()] });
}

function checkedRequests(payload: unknown): BatchRequest[] {
  const parsed = Envelope.safeParse(payload);
  if (!parsed.success) throw new GraphError(400, 'BadRequest', `Invalid batch payload format: ${z.prettifyError(parsed.error)}`);
  const { requests } = parsed.data;
  if (requests.length === 0 || requests.length > MAX_REQUESTS) {
    throw new GraphError(400, 'BadRequest', `Number of batch request steps must be between 1 and ${MAX_REQUESTS}.`);
  }
  const ids = requests.map(({ id }) => id.toLowerCase());
  if (new Set(ids).size < ids.length) throw new GraphError(400, 'BadRequest', 'Request ids in a batch must be unique.');
  for (const [i, { id, dependsOn = [], body, headers = {} }] of requests.entries()) {
    if (dependsOn.some((other) => !ids.slice(0, i).includes(other.toLowerCase())))
      throw new GraphError(400, 'BadRequest', `dependsOn of request '${id}' names no earlier request.`);
    const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
    if (body !== undefined && !typed) throw badRequest(`Request '${id}' has a body and needs a Content-Type header.`);
  }
  return requests;
}

async function answerOne(outer: Request, item: BatchRequest, deps: BatchDeps): Promise<BatchResponse> {
  const path = `/v1.0${item.url}`;
  const write = item.method !== 'GET';
  const fault = deps.faults.take({ standIn: 'graph', target: deps.facts.target, method: item.method, path, write });
  const status = fault?.kind === 'throttle' ? 429 : fault?.kind === 'status' ? (fault.status ?? 500) : undefined;
  // Only an answer can be injected inside a batch; the connection is the envelope's.
  const response = status === undefined ? await dispatchOne(outer, item, path, deps) : injected(status, fault?.retryAfter, deps);
  deps.facts.recordInner({
    ...(deps.facts.target === undefined ? {} : { target: deps.facts.target }),
    method: item.method,
    path,
    status: response.status,
    write,
    ...(fault === undefined ? {} : { fault: fault.id }),
  });
  return toItem(item.id, response);
}

async function dispatchOne(outer: Request, item: BatchRequest, path: string, { dispatch }: BatchDeps): Promise<Response> {
  const headers = new Headers(item.headers);
  headers.set('Authorization', outer.headers.get('authorization') ?? '');
  const body = item.body === undefined ? {} : { body: JSON.stringify(item.body) };
  return dispatch(new Request(new URL(path, outer.url), { method: item.method, headers, ...body }));
}

function injected(status: number, retryAfter: number | null | undefined, { now }: BatchDeps): Response {
  const headers: Record<string, string> = retryAfter === undefined || retryAfter === null ? {} : { 'Retry-After': String(retryAfter) };
  return Response.json(injectedFailure(status).body(now(), newRequestId()), { status, headers });
}

function failedDependency(id: string, { now }: BatchDeps): BatchResponse {
  const body = new GraphError(424, 'FailedDependency', 'A request on which this one depends has failed.').body(now(), newRequestId());
  return { id, status: 424, headers: { 'Content-Type': 'application/json' }, body };
}

async function toItem(id: string, response: Response): Promise<BatchResponse> {
  const text = await response.text();
  const headers = Object.fromEntries(
    [...response.headers].flatMap(([name, value]) => (ITEM_HEADERS[name] === undefined ? [] : [[ITEM_HEADERS[name], value]])),
  );
  if (text === '') return { id, status: response.status, headers };
  return { id, status: response.status, headers, body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text };
}
