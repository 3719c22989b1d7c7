import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import type { NumberRange } from '../../api/kinds.ts';
import { patternsOf } from './patterns.ts';

const FROM = { prefixes: undefined, prefixesFrom: { name: 'numbers', key: 'list' } } as unknown as Partial<NumberRange['spec']>;

/** The normal forms, or the reason of the refusal. */
function result(spec: Partial<NumberRange['spec']>, source?: string): readonly string[] | string {
  const found = patternsOf(range('office', spec), source);
  return 'prefixes' in found ? found.prefixes.map(({ text }) => text) : found.refusal.reason;
}

describe('what a range asks for', () => {
  it.each<{ readonly why: string; readonly source: string | undefined }>([
    { why: 'the ConfigMap or its key is missing', source: undefined },
    { why: 'it is empty', source: '' },
    { why: 'it has blanks and separators only', source: ' \n;\r\n ; ' },
    { why: 'it has comments only', source: '# +41445550100\n  # moved' },
  ])('a source without prefixes is never "no numbers": $why (telephony 6.4)', ({ source }) => {
    expect(result(FROM, source)).toBe('PrefixesMissing');
  });

  it('[S212] reads lines and lists, with comments, and each prefix once', () => {
    const source = '+41445550100 # front desk\n+41445550101; +41445550102\r\n\n+41445550100';
    expect(result(FROM, source)).toEqual(['+41445550100', '+41445550101', '+41445550102']);
  });

  it('one bad line refuses all: nothing is taken for less than was meant', () => {
    expect(result(FROM, '+41445550100\n+4144555x')).toBe('PrefixSyntax');
  });

  it.each<{ readonly why: string; readonly spec: Partial<NumberRange['spec']>; readonly is: string | readonly string[] }>([
    { why: 'two of its own share numbers', spec: { prefixes: ['+414455501[00-49]', '+41445550120'] }, is: 'PrefixOverlap' },
    { why: 'an extension without saying so', spec: { prefixes: ['4711'] }, is: 'PrefixSyntax' },
    { why: 'an extension that is one', spec: { prefixes: ['4711'], usage: 'Extension' }, is: ['4711'] },
    { why: "a customer's own range of six digits", spec: { owner: 'Customer', prefixes: ['+414455[00-49]'] }, is: 'OwnerPrefixTooShort' },
    { why: 'of seven', spec: { owner: 'Customer', prefixes: ['+4144555[00-49]'] }, is: ['+4144555[00-49]'] },
    { why: 'the same six by the provider', spec: { owner: 'Provider', prefixes: ['+414455[00-49]'] }, is: ['+414455[00-49]'] },
  ])('$why: $is', ({ spec, is }) => {
    expect(result(spec)).toEqual(is);
  });

  it('ten thousand are taken, one more is not', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, n) => `+4144${String(n).padStart(7, '0')}`).join('\n');
    expect(result(FROM, lines(10_000))).toHaveLength(10_000);
    expect(result(FROM, lines(10_001))).toBe('PrefixSyntax');
  });
});
