import { type FailureKind, OperatorError } from '../../errors/operator-error.ts';
import { ExchangeFailure } from './failure.ts';
import { retryAfterMs } from './retry-after.ts';

/** How a system is called in messages, e.g. `Microsoft Graph`. */
export interface SystemName {
  readonly system: string;
  readonly displayName: string;
}

/** The parts of an answer that translation looks at. */
export interface AnsweredStatus {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly operation: string;
  readonly method: string;
}

interface Class {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly says: string;
  readonly remedy?: string;
}

const UNAVAILABLE: Class = { kind: 'Retryable', reason: 'ExternalSystemUnavailable', says: 'is not available' };
const THROTTLED: Class = { kind: 'Throttled', reason: 'Throttled', says: 'asks for fewer calls' };
const CHANGED: Class = { kind: 'Retryable', reason: 'ObservedChanged', says: 'was changed by someone else at the same time' };
const UNEXPECTED: Class = { kind: 'Retryable', reason: 'UnexpectedResponse', says: 'gave an answer that the operator does not understand' };

const BY_STATUS: Readonly<Record<number, Class>> = {
  401: { kind: 'Auth', reason: 'AuthenticationFailed', says: 'refuses the credentials', remedy: 'Check the credentials' },
  403: {
    kind: 'Auth',
    reason: 'PermissionDenied',
    says: 'refuses this call for lack of rights',
    remedy: 'Grant the missing role or permission',
  },
  404: { kind: 'Terminal', reason: 'OutsideObjectMissing', says: 'does not have the object' },
  408: UNAVAILABLE,
  409: CHANGED,
  412: CHANGED,
  423: CHANGED,
  429: THROTTLED,
  509: THROTTLED,
};

/** The class of a status where the system's own error body tells no better. */
export function failureOfStatus(name: SystemName, answer: AnsweredStatus, nowMs: number, code?: string): OperatorError {
  const wait = retryAfterMs(answer.headers['retry-after'], senderNow(answer.headers, nowMs));
  const { kind, reason, says, remedy } = classOf(answer.status, wait !== undefined);
  const correlationId = correlationIdOf(answer.headers);
  return new OperatorError(`${name.displayName} ${says}`, {
    kind,
    reason,
    ...(remedy === undefined ? {} : { remedy }),
    ...(wait === undefined || kind !== 'Throttled' ? {} : { retryAfterMs: wait }),
    ...(correlationId === undefined ? {} : { correlationId }),
    cause: new ExchangeFailure({ system: name.system, ...exchangeFacts(answer), ...(code === undefined ? {} : { code }) }),
  });
}

export function exchangeFacts({ operation, method, status }: AnsweredStatus): { operation: string; method: string; status: number } {
  return { operation, method, status };
}

function classOf(status: number, hasRetryAfter: boolean): Class {
  if (status === 503 && hasRetryAfter) return THROTTLED;
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return UNAVAILABLE;
  if (status >= 400) return { kind: 'Terminal', reason: 'InvalidConfiguration', says: 'rejects the request as invalid' };
  return UNEXPECTED;
}

/** Retry-After dates are meant on the sender's clock. */
function senderNow(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const at = Date.parse(headers['date'] ?? '');
  return Number.isNaN(at) ? nowMs : at;
}

const CORRELATION_HEADERS = ['request-id', 'x-ms-correlation-id', 'x-ms-request-id', 'client-request-id'];

export function correlationIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  return CORRELATION_HEADERS.map((name) => headers[name]).find((id) => id !== undefined && id !== '');
}

interface NetworkFacts {
  readonly operation: string;
  readonly method: string;
  /** What the transport calls it: ECONNRESET, ETIMEDOUT … */
  readonly code: string;
}

const CERTIFICATE_CODES = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'FINGERPRINT_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Codes that stand for themselves in metrics and messages; all others are one class, so that the label set stays closed. */
const NETWORK_SAYS: Readonly<Record<string, string>> = {
  DEADLINE: 'did not answer in time',
  ECONNABORTED: 'broke the connection',
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke the connection',
  EAI_AGAIN: 'cannot be found: its name does not resolve at the moment',
  ENOTFOUND: 'cannot be found: its name does not resolve',
  EPIPE: 'broke the connection',
  ETIMEDOUT: 'did not answer in time',
  RESPONSE_TOO_LARGE: 'sent more than the operator accepts',
};

/** A failure without an answer: the work may or may not have been done outside. */
export function failureOfNetwork(name: SystemName, facts: NetworkFacts): OperatorError {
  const cause = new ExchangeFailure({ system: name.system, ...facts });
  if (facts.code === 'ABORTED') {
    return new OperatorError(`The call to ${name.displayName} was given up because the operator ran out of time for it or is stopping`, {
      kind: 'Retryable',
      reason: 'Interrupted',
      cause,
    });
  }
  if (isCertificateProblem(facts.code)) {
    return new OperatorError(`${name.displayName} presents a TLS certificate that is not trusted (${facts.code})`, {
      kind: 'Auth',
      reason: 'CertificateUntrusted',
      remedy: 'Check the certificate, its names and dates, and the certificate authority or fingerprint that is configured',
      cause,
    });
  }
  const reason = facts.code === 'RESPONSE_TOO_LARGE' ? 'UnexpectedResponse' : 'ExternalSystemUnavailable';
  return new OperatorError(`${name.displayName} ${NETWORK_SAYS[facts.code] ?? 'cannot be reached'}`, { kind: 'Retryable', reason, cause });
}

/** Label for metrics from a transport code; a closed set. */
export function networkLabel(code: string): string {
  if (isCertificateProblem(code)) return 'certificate';
  if (code === 'ABORTED') return 'aborted';
  return code in NETWORK_SAYS ? code.toLowerCase() : 'network';
}

function isCertificateProblem(code: string): boolean {
  return CERTIFICATE_CODES.has(code);
}

/** An answer that does not have the shape that its documentation promises. `detail` names paths and types, never values. */
export function unexpectedResponse(name: SystemName, answer: AnsweredStatus, detail: string): OperatorError {
  const correlationId = correlationIdOf(answer.headers);
  return new OperatorError(`${name.displayName} gave an answer that the operator does not understand: ${detail}`, {
    kind: 'Retryable',
    reason: 'UnexpectedResponse',
    ...(correlationId === undefined ? {} : { correlationId }),
    cause: new ExchangeFailure({ system: name.system, ...exchangeFacts(answer) }),
  });
}
