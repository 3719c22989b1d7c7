import { describe, expect, it } from 'vitest';
import { compareSpecificity, matchesPrefix, parsePrefix } from './prefix-pattern.ts';

describe('prefix notation of the device (audiocodes-sbc §12.3)', () => {
  it.each([
    ['+4143', '+41430001234', true],
    ['+41589061[000-999]', '+41589061000', true],
    ['+41589061[000-999]', '+4158906199', false],
    ['+44587996[01-20]', '+4458799600', false],
    ['+44587996[01-20]', '+4458799620', true],
    ['+44587996[01-20]', '+44587996201', true],
    ['5[2-4,7]#', '53', true],
    ['5[2-4,7]#', '531', false],
    ['5[2-4,7]#', '56', false],
    ['+4143000x', '+41430009', true],
    ['z1', '01', false],
    ['n', '1', false],
    ['.', 'a', true],
    ['*', '', true],
    ['\\\\*55', '*55', true],
    ['00(23,45)', '0012345', true],
    ['00(23,45)', '0012346', false],
    ['ABC', 'abc1', true],
  ])('%s against %s is %s', (pattern, dialled, expected) => {
    expect(matchesPrefix(parsePrefix(pattern), dialled)).toBe(expected);
  });

  it.each([
    ['', 'mandatory'],
    ['+4143[1-20]', 'same digit count'],
    ['+4143[20-10]', 'above'],
    ['+4143[20-', "without ']'"],
    ['41+43', 'not allowed here'],
    ['4*', 'not allowed here'],
    ['41-43', 'not allowed here'],
    ['4)', "without '('"],
    ['#', 'nothing to match'],
    ['[a]', 'not a number'],
  ])('refuses %s', (pattern, message) => {
    expect(() => parsePrefix(pattern)).toThrow(message);
  });

  it.each([
    ['longer before shorter', '+41430001', '+4143'],
    ['narrower set before wider', '532[2-4]', '532[1-9]'],
    ['digit before set', '5323', '532[3-4]'],
    ['set before wildcard', '532[0-9]', '532x'],
    ['end mark before prefix', '532#', '532'],
    ['longer suffix first', '53(123)', '53(12)'],
  ])('%s', (_, better, worse) => {
    expect(compareSpecificity(parsePrefix(better), parsePrefix(worse), true)).toBeLessThan(0);
    expect(compareSpecificity(parsePrefix(worse), parsePrefix(better), true)).toBeGreaterThan(0);
  });

  it('ranks a set of ten like a wildcard where the last clause of §12.4 does not hold', () => {
    expect(compareSpecificity(parsePrefix('532[0-9]'), parsePrefix('532x'), false)).toBe(0);
  });

  it('counts numeric groups and finds the stem', () => {
    expect(parsePrefix('+4143[1,2,4-6](23)')).toMatchObject({ groups: 4, stem: '+4143', length: 6 });
  });
});
