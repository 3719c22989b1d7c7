import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { carries, knownPrefix, type Prefix, type PrefixRelation, relation } from './prefix.ts';
import { PrefixSet } from './prefix-set.ts';

const WAYS: readonly PrefixRelation[] = ['same', 'crossing', 'captures', 'capturedBy'];

function prefix(text: string): Prefix {
  const found = knownPrefix(text);
  if (found === undefined) throw new Error(`${text} is no prefix`);
  return found;
}

/** Short ones of few digits, so that many of them meet. */
const anyPrefix = fc
  .tuple(fc.constantFrom('', '+'), fc.stringMatching(/^[12]{1,4}$/), fc.option(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(9))))
  .map(([plus, digits, bracket]) => {
    const [low, more] = bracket ?? [0, 0];
    return prefix(`${plus}${digits}${bracket === null ? '' : `[${low}-${Math.min(9, low + more)}]`}`);
  });

describe('a set of prefixes', () => {
  it('says what comparing with each of them says', () => {
    fc.assert(
      fc.property(fc.array(anyPrefix, { maxLength: 40 }), anyPrefix, fc.subarray([...WAYS]), (all, other, ways) => {
        const way = (one: Prefix, two: Prefix): boolean => ways.includes(relation(one, two));
        expect(new PrefixSet(all).some(other, way)).toBe(all.some((one) => way(one, other)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('looks at what touches the number, however many there are', () => {
    let reads = 0;
    const counting = (text: string): Prefix => {
      const { digits, ...rest } = prefix(text);
      return {
        ...rest,
        get digits() {
          reads += 1;
          return digits;
        },
      };
    };
    const readsOf = (count: number): number => {
      const set = new PrefixSet(Array.from({ length: count }, (_, index) => counting(`+41445${100_000 + index}`)));
      reads = 0;
      expect(set.some(prefix('+41445100700'), carries)).toBe(true);
      expect(set.some(prefix('+41446100700'), carries)).toBe(false);
      return reads;
    };
    expect(readsOf(20_000)).toBeLessThan(readsOf(1_000) * 2);
  });
});
