/** How the operator goes on after a failure (design §4, style 2.4). Closed set: anything else is a bug and counts as Retryable/InternalError. */
export type FailureKind = 'Retryable' | 'Throttled' | 'DependencyNotReady' | 'Auth' | 'Terminal';

export interface FailureDetail {
  readonly kind: FailureKind;
  /** CamelCase, listed in api/reasons.ts with its entry in the error catalogue. */
  readonly reason: string;
  /** What the reader does next; one sentence. */
  readonly remedy?: string;
  /** Milliseconds until the outside system wants to be asked again. */
  readonly retryAfterMs?: number;
  /** RFC 3339; when waiting becomes overdue. */
  readonly expectedBy?: string;
  /** The outside system's own id of the failed request; for logs, never for conditions (it changes on every try). */
  readonly correlationId?: string;
  readonly cause?: unknown;
}

/** The only error class that crosses a folder border. The message is shown to users: stable, without ids, times or secrets. */
export class OperatorError extends Error {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly expectedBy: string | undefined;
  readonly correlationId: string | undefined;

  constructor(message: string, detail: FailureDetail) {
    super(message, { cause: detail.cause });
    this.name = 'OperatorError';
    this.kind = detail.kind;
    this.reason = detail.reason;
    this.remedy = detail.remedy;
    this.retryAfterMs = detail.retryAfterMs;
    this.expectedBy = detail.expectedBy;
    this.correlationId = detail.correlationId;
  }
}

/** Everything thrown becomes an OperatorError: ours as it is, a stranger as Retryable/InternalError with the stranger as cause. */
export function toOperatorError(thrown: unknown): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  return new OperatorError('An unexpected internal error occurred; the operator log has the details', {
    kind: 'Retryable',
    reason: 'InternalError',
    cause: thrown,
  });
}
