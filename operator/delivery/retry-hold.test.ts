import { describe, expect, it } from 'vitest';
import { retryHoldMs } from './retry-hold.ts';

describe('how long failed changes are not sent again', () => {
  it.each([1, 2, 3, 4, 20])('grows with passing failures (%i in a row), to five minutes', (times) => {
    expect(retryHoldMs({ kind: 'Retryable', retryAfterMs: undefined }, times)).toBe([0, 1000, 2000, 4000][times - 1] ?? 300_000);
  });

  it('is what the outside system asks for', () => {
    expect(retryHoldMs({ kind: 'Throttled', retryAfterMs: 7000 }, 1)).toBe(7000);
    expect(retryHoldMs({ kind: 'DependencyNotReady', retryAfterMs: 5000 }, 3)).toBe(5000);
  });

  it.each([
    'DependencyNotReady',
    'Auth',
    'Terminal',
  ] as const)('is a minute for %s, which a person may have put right meanwhile', (kind) => {
    expect(retryHoldMs({ kind, retryAfterMs: undefined }, 9)).toBe(60_000);
  });
});
