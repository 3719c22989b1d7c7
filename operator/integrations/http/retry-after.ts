/** What the taxonomy grants a Throttled failure: shorter would hammer, longer would forget (style 2.4). */
const MIN_RETRY_AFTER_MS = 1_000;
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * Milliseconds of a Retry-After header, in either form: seconds (Graph sends fractions) or an HTTP date. Bounded to 1 s … 5 min.
 * Undefined when the header is absent or means nothing. `nowMs` is the sender's clock where its Date header tells it.
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === '') return undefined;
  const asked = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : untilDate(text, nowMs);
  if (asked === undefined) return undefined;
  return Math.ceil(Math.min(MAX_RETRY_AFTER_MS, Math.max(MIN_RETRY_AFTER_MS, asked)));
}

function untilDate(text: string, nowMs: number): number | undefined {
  if (!/[a-z]{3}/i.test(text)) return undefined; // Date.parse reads numbers such as "-5" as years
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at - nowMs;
}
