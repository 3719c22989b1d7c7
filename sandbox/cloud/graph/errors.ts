import { randomUUID } from 'node:crypto';

export interface ErrorDetail {
  readonly code: string;
  readonly target?: string;
  readonly message: string;
}

/** A refusal of Graph in the envelope of microsoft-graph §4.4. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[];

  constructor(
    status: number,
    code: string,
    message: string,
    { details = [], cause }: { details?: readonly ErrorDetail[]; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'GraphError';
    this.status = status;
    this.code = code;
    this.details = details;
  }

  body(now: number, requestId: string, clientRequestId = requestId): Record<string, unknown> {
    const date = new Date(now).toISOString().slice(0, 19);
    const throttled = this.status === 429 ? { code: '429', message: 'Please retry after', status: '429' } : {};
    const innerError = { ...throttled, date, 'request-id': requestId, 'client-request-id': clientRequestId };
    const details = this.details.length === 0 ? {} : { details: this.details };
    return { error: { code: this.code, message: this.message, ...details, innerError } };
  }
}

export function badRequest(message: string, details: readonly ErrorDetail[] = []): GraphError {
  return new GraphError(400, 'Request_BadRequest', message, { details });
}

/** A query that Graph cannot answer this way (microsoft-graph §2.0). */
export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message);
}

/** Absent, or not yet replicated (microsoft-graph §2.0). */
export function resourceNotFound(name: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** A path that this version of Graph does not have. */
export function unknownSegment(segment: string): GraphError {
  return new GraphError(400, 'BadRequest', `Resource not found for the segment '${segment}'.`);
}

/** What an injected failure looks like (microsoft-graph §2.0, §4.3). */
export function injectedFailure(status: number): GraphError {
  if (status === 429) return new GraphError(429, 'TooManyRequests', 'Please retry again later.');
  const codes: Readonly<Record<number, string>> = {
    401: 'InvalidAuthenticationToken',
    403: 'Authorization_RequestDenied',
    503: 'ServiceUnavailable',
    504: 'GatewayTimeout',
  };
  return new GraphError(status, codes[status] ?? 'InternalServerError', 'The service is temporarily unable to process your request.');
}

export function newRequestId(): string {
  return randomUUID();
}
