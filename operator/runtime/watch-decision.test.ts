import { describe, expect, it } from 'vitest';
import { type Decision, decide, type EndHistory, type StreamEnd } from './watch-decision.ts';

const CALM: EndHistory = { silences: 1, shortLived: 0, errorEventsForMs: 0, relisting: false, sinceRelistMs: 600_000 };
const GONE: StreamEnd = { kind: 'http', code: 410, reason: 'Expired', causes: [] };
const http = (code: number, more: Partial<StreamEnd & { kind: 'http' }> = {}): StreamEnd => ({
  kind: 'http',
  code,
  reason: 'X',
  causes: [],
  ...more,
});
const errorEvent = (code: number, more: Partial<StreamEnd & { kind: 'errorEvent' }> = {}): StreamEnd => ({
  kind: 'errorEvent',
  code,
  reason: 'X',
  ...more,
});

describe('what follows the end of a watch', () => {
  it.each<[string, StreamEnd, Partial<EndHistory>, Omit<Decision, 'why'>]>([
    ['a stream that lived', { kind: 'closed', livedMs: 1_000, events: 0 }, {}, { next: 'watch', wait: 'none' }],
    ['a short one with events', { kind: 'closed', livedMs: 999, events: 1 }, {}, { next: 'watch', wait: 'none' }],
    ['a short one without any', { kind: 'closed', livedMs: 999, events: 0 }, {}, { next: 'watch', wait: 'backoff' }],
    ['many short ones', { kind: 'closed', livedMs: 1, events: 1 }, { shortLived: 3 }, { next: 'watch', wait: 'backoff' }],
    ['a broken connection', { kind: 'connection', error: new Error('reset') }, {}, { next: 'watch', wait: 'backoff' }],
    ['two silences', { kind: 'silence' }, { silences: 2 }, { next: 'watch', wait: 'none' }],
    ['three silences in a row', { kind: 'silence' }, { silences: 3 }, { next: 'watch', wait: 'none', dropConnections: true }],
    ['a server that is behind', { kind: 'stale' }, {}, { next: 'relist', wait: 'backoff', dropConnections: true }],
    ['a line that is no JSON', { kind: 'undecodable', error: new Error('x') }, {}, { next: 'relist', wait: 'backoff' }],
    ['410 after a long time', GONE, {}, { next: 'relist', wait: 'none' }],
    ['410 soon after a relist', GONE, { sinceRelistMs: 9_999 }, { next: 'relist', wait: 'backoff' }],
    ['410 to the relist itself', GONE, { relisting: true }, { next: 'relistFresh', wait: 'backoff' }],
    ['410 as an event', errorEvent(410), {}, { next: 'relist', wait: 'none' }],
    ['an error event', errorEvent(500), { errorEventsForMs: 59_999 }, { next: 'watch', wait: 'backoff' }],
    ['error events for a minute', errorEvent(500), { errorEventsForMs: 60_000 }, { next: 'relist', wait: 'backoff' }],
    ['an error event that says when', errorEvent(429, { retryAfterMs: 700 }), {}, { next: 'watch', wait: { exactMs: 700 } }],
    ['429 that says when', http(429, { retryAfterMs: 5_000 }), {}, { next: 'watch', wait: { exactMs: 5_000 } }],
    ['403', http(403), {}, { next: 'watch', wait: 'backoff' }],
    ['404', http(404), {}, { next: 'relistFresh', wait: { atLeastMs: 5_000 } }],
    ['a version too large', http(504, { causes: ['ResourceVersionTooLarge'] }), {}, { next: 'relistFresh', wait: 'backoff' }],
    ['another 504', http(504), {}, { next: 'watch', wait: 'backoff' }],
  ])('%s', (_title, end, history, expected) => {
    const { why, ...decision } = decide(end, { ...CALM, ...history });
    expect(decision).toEqual(expected);
    expect(why).toMatch(/^[a-z0-9-]+$/);
  });
});
