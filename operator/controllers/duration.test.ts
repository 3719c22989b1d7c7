import { describe, expect, it } from 'vitest';
import { durationMs, durationWithin } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    ['0s', 30_000],
    ['29s', 30_000],
    ['30s', 30_000],
    ['24h', 86_400_000],
    ['720h', 86_400_000],
  ])('%s within 30s and 24h is %i ms', (text, ms) => {
    expect(durationWithin(text, '30s', '24h')).toBe(ms);
  });

  it('that is absent has no bounds either', () => {
    expect(durationWithin(undefined, '30s', '24h')).toBeUndefined();
  });
});
