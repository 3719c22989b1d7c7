/** Why a stream, or the attempt to open one, is over. */
export type StreamEnd =
  | { readonly kind: 'closed'; readonly livedMs: number; readonly events: number }
  | { readonly kind: 'connection'; readonly error: unknown }
  | { readonly kind: 'silence' }
  | {
      readonly kind: 'http';
      readonly code: number;
      readonly reason: string;
      readonly causes: readonly string[];
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'errorEvent'; readonly code: number; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly kind: 'undecodable'; readonly error: unknown }
  /** The server is behind what we have seen already. */
  | { readonly kind: 'stale' };

/** What happened in a row before this end; the reflector keeps it. */
export interface EndHistory {
  readonly silences: number;
  /** Streams in a row that lived less than a second though they brought events. */
  readonly shortLived: number;
  /** Milliseconds since ERROR events other than 410 began without a good event in between. */
  readonly errorEventsForMs: number;
  /** The connection that ended was to bring a new picture, not to follow one. */
  readonly relisting: boolean;
  /** Since the last complete picture. */
  readonly sinceRelistMs: number;
}

export interface Decision {
  /** `watch` resumes at the last resourceVersion; `relist` starts from a new picture; `relistFresh` the same without naming a version. */
  readonly next: 'watch' | 'relist' | 'relistFresh';
  readonly wait: 'none' | 'backoff' | { readonly exactMs: number } | { readonly atLeastMs: number };
  readonly dropConnections?: true;
  /** Label of the restart metric. */
  readonly why: string;
}

const MIN_LIFE_MS = 1000;
const SHORT_LIVED_LIMIT = 3;
const SILENCES_BEFORE_NEW_CONNECTIONS = 3;
const ERROR_EVENTS_BEFORE_RELIST_MS = 60_000;
const MISSING_CRD_WAIT_MS = 5000;
const CALM_AFTER_RELIST_MS = 10_000;

/** The decision table of operator-practice D6. */
export function decide(end: StreamEnd, history: EndHistory): Decision {
  switch (end.kind) {
    case 'closed':
      return closed(end, history);
    case 'connection':
      return { next: 'watch', wait: 'backoff', why: 'connection' };
    case 'silence': {
      const calm: Decision = { next: 'watch', wait: 'none', why: 'silence' };
      return history.silences >= SILENCES_BEFORE_NEW_CONNECTIONS ? { ...calm, dropConnections: true } : calm;
    }
    case 'stale':
      return { next: 'relist', wait: 'backoff', dropConnections: true, why: 'stale' };
    case 'undecodable':
      return { next: 'relist', wait: 'backoff', why: 'undecodable' };
    case 'errorEvent':
      return errorEvent(end, history);
    case 'http':
      return http(end, history);
  }
}

function closed(end: StreamEnd & { kind: 'closed' }, history: EndHistory): Decision {
  if (end.livedMs >= MIN_LIFE_MS) return { next: 'watch', wait: 'none', why: 'ended' };
  const isFlood = end.events === 0 || history.shortLived >= SHORT_LIVED_LIMIT;
  return { next: 'watch', wait: isFlood ? 'backoff' : 'none', why: 'short' };
}

function errorEvent(end: StreamEnd & { kind: 'errorEvent' }, history: EndHistory): Decision {
  if (isGone(end.code, end.reason)) return gone(history);
  if (end.retryAfterMs !== undefined) return { next: 'watch', wait: { exactMs: end.retryAfterMs }, why: 'throttled' };
  const next = history.errorEventsForMs >= ERROR_EVENTS_BEFORE_RELIST_MS ? 'relist' : 'watch';
  return { next, wait: 'backoff', why: 'error-event' };
}

function http(end: StreamEnd & { kind: 'http' }, history: EndHistory): Decision {
  if (isGone(end.code, end.reason)) return gone(history);
  if (isTooLarge(end)) return { next: 'relistFresh', wait: 'backoff', why: 'version-too-large' };
  if (end.retryAfterMs !== undefined) return { next: 'watch', wait: { exactMs: end.retryAfterMs }, why: 'throttled' };
  if (end.code === 404) return { next: 'relistFresh', wait: { atLeastMs: MISSING_CRD_WAIT_MS }, why: 'not-served' };
  return { next: 'watch', wait: 'backoff', why: `http-${end.code}` };
}

/** At once the first time; a server that answers 410 again and again must not be flooded (operator-practice D2). */
function gone(history: EndHistory): Decision {
  if (history.relisting) return { next: 'relistFresh', wait: 'backoff', why: 'gone' };
  return { next: 'relist', wait: history.sinceRelistMs < CALM_AFTER_RELIST_MS ? 'backoff' : 'none', why: 'gone' };
}

function isGone(code: number, reason: string): boolean {
  return code === 410 || reason === 'Expired' || reason === 'Gone';
}

/** The message says it too, but only reason and cause are stable (KEP-3157). */
function isTooLarge(end: { readonly code: number; readonly reason: string; readonly causes: readonly string[] }): boolean {
  return (end.code === 504 || end.code === 500) && end.causes.includes('ResourceVersionTooLarge');
}
