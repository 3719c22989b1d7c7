import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import type { Seen } from '../../delivery/delivery.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type { NumberAssignment, NumbersView } from '../../integrations/graph/port.ts';
import { type SilenceInput, silencing, sumOf } from './silence.ts';

const PATTERN = '+414455501[00-49]';
const HOW = 'do this to go on';

function seen(...assignments: Partial<NumberAssignment>[]): Seen<NumbersView> {
  const full = assignments.map((one): NumberAssignment => ({ number: '+41445550107', holder: 'anna', type: 'DirectRouting', ...one }));
  return { state: 'seen', view: { assignments: full }, readAt: 0, seq: 1 };
}

const FAILED: Seen<NumbersView> = {
  state: 'failed',
  error: new OperatorError('down', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' }),
  failedAt: 0,
  misses: 1,
};
const READING: Seen<NumbersView> = { state: 'reading' };

function verdict(input: Partial<SilenceInput>): string {
  return silencing({ range: range(), patterns: [PATTERN], essentials: false, numbers: seen(), how: HOW, ...input }).verdict;
}

describe('whether rules may go (telephony 7.1)', () => {
  it.each<{ readonly why: string; readonly input: Partial<SilenceInput>; readonly is: string }>([
    { why: 'nobody has a number of the pattern', input: {}, is: 'free' },
    { why: 'somebody has', input: { numbers: seen({}) }, is: 'held' },
    { why: 'somebody has one of another pattern', input: { numbers: seen({ number: '+41445550150' }) }, is: 'free' },
    { why: 'somebody has one with an extension', input: { numbers: seen({ number: '+41445550107;ext=12' }) }, is: 'held' },
    { why: 'somebody has a longer one that begins so', input: { numbers: seen({ number: '+41445550107123' }) }, is: 'held' },
    {
      why: 'somebody has a longer one that begins like its neighbour',
      input: { numbers: seen({ number: '+41445550150123' }) },
      is: 'free',
    },
    { why: 'somebody has one that is longer than E.164 allows', input: { numbers: seen({ number: '+4144555010712345678' }) }, is: 'held' },
    { why: 'what somebody has is no number', input: { numbers: seen({ number: 'unknown' }) }, is: 'free' },
    { why: 'a number that nobody holds is not assigned', input: { numbers: seen({ holder: undefined }) }, is: 'free' },
    { why: 'the second of two patterns has it', input: { patterns: ['+41445550200', PATTERN], numbers: seen({}) }, is: 'held' },
    { why: 'nothing goes', input: { patterns: [], numbers: seen({}) }, is: 'free' },
    { why: 'Essentials: every number counts as assigned', input: { essentials: true }, is: 'held' },
    { why: 'what cannot be read counts as assigned', input: { numbers: FAILED }, is: 'held' },
    { why: 'so does what nobody can be asked about', input: { numbers: undefined }, is: 'held' },
    { why: 'it is being read', input: { numbers: READING }, is: 'wait' },
  ])('$why: $is', ({ input, is }) => {
    expect(verdict(input)).toBe(is);
  });

  it('says how many, which, and how to go on', () => {
    const four = ['00', '01', '02', '03'].map((end) => ({ number: `+414455501${end}` }));
    const silence = silencing({ range: range(), patterns: [PATTERN], essentials: false, numbers: seen(...four), how: HOW });
    expect(silence).toEqual({
      verdict: 'held',
      message: '4 assigned numbers would be silenced (+41445550100, +41445550101, +41445550102, …); do this to go on',
    });
  });

  it('several parts together are held before they are looked at before they are free, and each message is told once', () => {
    const held = (message: string) => ({ verdict: 'held', message }) as const;
    expect(sumOf([])).toEqual({ verdict: 'free' });
    expect(sumOf([{ verdict: 'free' }, { verdict: 'wait' }])).toEqual({ verdict: 'wait' });
    expect(sumOf([{ verdict: 'wait' }, held('a'), held('b'), held('a'), { verdict: 'free' }])).toEqual(held('a; b'));
  });
});
