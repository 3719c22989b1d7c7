import type { Change, FieldChange } from '../domain/change/change-set.ts';
import type { Target } from '../domain/change/driver.ts';
import type { FailureKind, OperatorError } from '../errors/operator-error.ts';

/** What delivery counts. Supplied by the composition root; a hook must neither throw nor wait. */
export interface DeliveryMetrics {
  /** One call of a driver has ended. */
  callFinished(call: {
    readonly system: string;
    readonly operation: 'read' | 'apply';
    readonly result: 'ok' | FailureKind;
    readonly durationMs: number;
  }): void;
  throttled(system: string, target: string): void;
  /** The circuit breaker of a lane changed its state. */
  breakerMoved(lane: string, state: 'closed' | 'open'): void;
  changeFinished(system: string, action: Change['action'], result: 'applied' | 'failed' | 'skipped'): void;
  inFlight(calls: number): void;
  /** Something failed that no owner waits for: a mark that could not be cleared, work that ended long after its deadline. */
  trouble(where: string, error: OperatorError): void;
}

/** One change that was really written outside; a change found done already has none. Secrets are masked. */
export interface AuditRecord {
  /** RFC 3339, when the write was confirmed. */
  readonly at: string;
  readonly owner: string;
  readonly system: string;
  readonly target: string;
  readonly kind: string;
  readonly name: string;
  readonly action: Change['action'];
  readonly fields: readonly FieldChange[];
}

/** Tells the metrics of one ended call; `answered` also when it was refused for single changes only. */
export function countCall(
  metrics: DeliveryMetrics,
  target: Target,
  operation: 'read' | 'apply',
  health: 'answered' | 'silent' | OperatorError,
  durationMs: number,
): void {
  const result = health === 'answered' || health === 'silent' ? 'ok' : health.kind;
  metrics.callFinished({ system: target.system, operation, result, durationMs });
  if (result === 'Throttled') metrics.throttled(target.system, target.id);
}

const ignore = (): void => undefined;

/** Counts nothing; for command-line tools and tests. */
export const NO_METRICS: DeliveryMetrics = {
  callFinished: ignore,
  throttled: ignore,
  breakerMoved: ignore,
  changeFinished: ignore,
  inFlight: ignore,
  trouble: ignore,
};
