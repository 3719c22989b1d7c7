import type { OperatorError } from '../errors/operator-error.ts';

/** A refusal that lasts until somebody does something: asked again this often, since not every remedy sends an event. */
const REFUSED_MS = 60_000;
const THROTTLED_MS = 30_000;
const BACKOFF = { firstMs: 1_000, longestMs: 300_000 };

/**
 * How long the same changes are not sent again after they failed `times` times in a row, ms. A pass may come for a dozen reasons, also because
 * of what the failure itself moved: without a hold each of them would be a try. The first passing failure is tried again at once, on a fresh
 * read: most often somebody else was faster.
 */
export function retryHoldMs(error: Pick<OperatorError, 'kind' | 'retryAfterMs'>, times: number): number {
  switch (error.kind) {
    case 'Retryable':
      return times <= 1 ? 0 : Math.min(BACKOFF.longestMs, BACKOFF.firstMs * 2 ** (times - 2));
    case 'Throttled':
      return error.retryAfterMs ?? THROTTLED_MS;
    default:
      return error.retryAfterMs ?? REFUSED_MS;
  }
}
