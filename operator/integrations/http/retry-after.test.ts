import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-01-10T09:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    ['2.128', 2_128],
    ['30', 30_000],
    ['0', 1_000],
    ['99999', 300_000],
    ['Sat, 10 Jan 2026 09:00:20 GMT', 20_000],
    ['Sat, 10 Jan 2026 08:00:00 GMT', 1_000],
    ['Sat, 10 Jan 2027 08:00:00 GMT', 300_000],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });
});
