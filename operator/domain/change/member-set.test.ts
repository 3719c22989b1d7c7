import { describe, expect, it } from 'vitest';
import { memberBits, membersOf } from './member-set.ts';

const LIST = Array.from({ length: 1_003 }, (_, n) => `item ${n}`);

describe('a set as bits over a list', () => {
  it.each<[string, (index: number) => boolean]>([
    ['nothing', () => false],
    ['all', () => true],
    ['every third', (index) => index % 3 === 0],
    ['the first and the last', (index) => index === 0 || index === LIST.length - 1],
  ])('is read back as it was: %s', (_what, isIn) => {
    const members = LIST.filter((_item, index) => isIn(index));
    expect(membersOf(LIST, memberBits(LIST, new Set(members)))).toEqual(members);
  });

  it('takes a sixth of a byte for an item, wherever the members lie', () => {
    const every = (step: number): string => memberBits(LIST, new Set(LIST.filter((_item, index) => index % step === 0)));
    expect(every(2).length).toBeLessThan(LIST.length / 5);
    expect(every(2)).toHaveLength(every(1000).length);
  });

  it('has no members beyond its list', () => {
    expect(membersOf(LIST.slice(0, 2), memberBits(LIST, new Set(LIST)))).toEqual(LIST.slice(0, 2));
    expect(membersOf(LIST, memberBits(LIST.slice(0, 2), new Set(LIST)))).toEqual(LIST.slice(0, 2));
  });
});
