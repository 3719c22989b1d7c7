import { OperatorError } from '../errors/operator-error.ts';
import { type KubeAnswer, KubeConnectionError } from './transport.ts';

/** metav1.Status, the part that decides. */
export interface KubeStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: readonly { readonly reason?: string }[] };
}

const CONFLICT = 'Conflict';

/** The body of an answer as Status; an empty one when it is something else (a proxy's page, say). */
export function parseStatus(body: string): KubeStatus {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {}; // not JSON: the HTTP status is all there is to know
  }
}

/** Milliseconds that the server asks us to stay away; header before body. */
export function retryAfterMs(headers: { readonly 'retry-after'?: string | undefined }, status: KubeStatus): number | undefined {
  const header = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(header)) return Math.max(0, header * 1000);
  const seconds = status.details?.retryAfterSeconds;
  return seconds === undefined ? undefined : seconds * 1000;
}

/** A refused request as the taxonomy sees it. `what` names verb and resource, never content: server messages may quote what was sent. */
export function failureOf(answer: KubeAnswer, what: string): OperatorError {
  const status = parseStatus(answer.body);
  const cause = new Error(`HTTP ${answer.status} ${status.reason ?? ''}`.trim());
  const wait = retryAfterMs(answer.headers, status);
  if (answer.status === 409)
    return new OperatorError(`${what}: the object changed meanwhile`, { kind: 'Retryable', reason: CONFLICT, cause });
  if (answer.status === 401) {
    return new OperatorError(`${what}: the Kubernetes API server does not know the operator's credentials`, {
      kind: 'Auth',
      reason: 'KubernetesUnauthorized',
      remedy: 'Check the service account token or the kubeconfig',
      cause,
    });
  }
  if (answer.status === 403) {
    return new OperatorError(`${what}: the operator's role does not allow it`, {
      kind: 'Auth',
      reason: 'KubernetesForbidden',
      remedy: 'Grant the verb in the ClusterRole of the chart',
      cause,
    });
  }
  if (answer.status === 429 || (answer.status === 503 && wait !== undefined)) {
    const retry = wait === undefined ? {} : { retryAfterMs: wait };
    return new OperatorError(`${what}: the Kubernetes API server is busy`, { kind: 'Throttled', reason: 'Throttled', ...retry, cause });
  }
  if (answer.status === 400 || answer.status === 413 || answer.status === 422) {
    return new OperatorError(`${what}: the Kubernetes API server refused the content`, {
      kind: 'Terminal',
      reason: 'KubernetesRejected',
      remedy: 'Check that the installed CRDs belong to this release',
      cause: new Error(`HTTP ${answer.status} ${status.reason ?? ''}: ${(status.message ?? '').slice(0, 500)}`),
    });
  }
  return new OperatorError(`${what}: the Kubernetes API server failed`, { kind: 'Retryable', reason: 'KubernetesUnavailable', cause });
}

/** What a thrown transport error means to a caller of the Kubernetes API. Aborts pass through. */
export function connectionFailure(thrown: unknown, what: string): unknown {
  if (!(thrown instanceof KubeConnectionError)) return thrown;
  return new OperatorError(`${what}: the Kubernetes API server gave no answer`, {
    kind: 'Retryable',
    reason: 'KubernetesUnavailable',
    cause: thrown,
  });
}

/** Whether somebody else has written the object first. */
export function isConflict(thrown: unknown): boolean {
  return thrown instanceof OperatorError && thrown.reason === CONFLICT;
}
