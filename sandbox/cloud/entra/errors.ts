import { randomUUID } from 'node:crypto';

/** AADSTS number → OAuth error and HTTP status: microsoft-graph §1.9. */
const KNOWN = {
  7000215: ['invalid_client', 401],
  7000222: ['invalid_client', 401],
  7000216: ['invalid_client', 401],
  7000218: ['invalid_client', 401],
  700027: ['invalid_client', 401],
  700024: ['invalid_client', 401],
  700023: ['invalid_client', 401],
  700021: ['invalid_client', 401],
  7000112: ['unauthorized_client', 400],
  7000229: ['invalid_client', 401],
  700016: ['unauthorized_client', 400],
  900144: ['invalid_request', 400],
  90002: ['invalid_request', 400],
  900023: ['invalid_request', 400],
  9001023: ['invalid_request', 400],
  90014: ['invalid_request', 400],
  500011: ['invalid_resource', 400],
  70011: ['invalid_scope', 400],
  1002012: ['invalid_scope', 400],
  28002: ['invalid_scope', 400],
  70003: ['unsupported_grant_type', 400],
  50049: ['invalid_instance', 400],
  90033: ['temporarily_unavailable', 503],
} as const satisfies Record<number, readonly [string, number]>;

export type AadstsCode = keyof typeof KNOWN;

/** A refusal of the login host. `oauthError` overrides the usual OAuth error where the reference leaves it open. */
export class AadstsError extends Error {
  readonly code: AadstsCode;
  readonly error: string;
  readonly status: number;

  constructor(code: AadstsCode, description: string, { oauthError, cause }: { oauthError?: string; cause?: unknown } = {}) {
    super(description, { cause });
    this.name = 'AadstsError';
    const [usual, status] = KNOWN[code];
    this.code = code;
    this.error = oauthError ?? usual;
    this.status = status;
  }

  /** Body of microsoft-graph §1.9. */
  body(now: number, correlationId: string = randomUUID()): Record<string, unknown> {
    const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
    const trace = randomUUID();
    return {
      error: this.error,
      error_description: `AADSTS${this.code}: ${this.message} Trace ID: ${trace} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [this.code],
      timestamp,
      trace_id: trace,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${this.code}`,
    };
  }
}
