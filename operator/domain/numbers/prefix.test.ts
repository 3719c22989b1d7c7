import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { ClaimBook, type PlacedClaim } from './claim-book.ts';
import { carries, firstOverlap, type Prefix, parsePrefix, relation, splitPrefixes } from './prefix.ts';

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem.rule}`);
  return parsed.prefix;
}

function problem(text: string): string {
  const parsed = parsePrefix(text);
  return 'problem' in parsed ? parsed.problem.rule : 'accepted';
}

describe('prefix notation', () => {
  it.each([
    ['[S212] a single number', '+4455896552', 1],
    ['[S212] a range of twenty', '+44587996[01-20]', 20],
    ['[S214] three digits', '+41589061[000-999]', 1000],
    ['[S214] part of three digits', '+4420366669[700-799]', 100],
    ['an extension', '5755', 1],
  ])('%s: %s stands for %i numbers', (_title, text, count) => {
    expect(prefix(text).count).toBe(count);
  });

  it('[S212] +44587996[01-20] is 01 to 20 with leading zeros, without 00', () => {
    const all = Array.from({ length: 100 }, (_, i) => `+44587996${String(i).padStart(2, '0')}`);
    expect(all.filter((number) => carries(prefix('+44587996[01-20]'), prefix(number)))).toEqual(all.slice(1, 21));
  });

  it('[S212] splits a pasted list on ";" and keeps one rule a prefix', () => {
    expect(splitPrefixes(' +4455896552 ; +44587996[01-20];')).toEqual(['+4455896552', '+44587996[01-20]']);
  });

  it.each(['x', 'n', 'z', '#', '.', '*', ','])('[S213] refuses %s and names character and position', (character) => {
    expect(problem(`+4415${character}`)).toContain(`"${character}" at position 6`);
  });

  it.each([
    ['[S214] bounds of different width', '+44[1-20]', 'differ in length'],
    ['[S214] low above high', '+44[20-10]', 'above the upper bound'],
    ['[S214] more than 15 digits', '+123456789012[0000-9999]', '15'],
    ['[S213] two brackets', '+44[1-2][3-4]', 'at most one bracket'],
    ['[S213] text after the bracket', '+44[1-2]5', 'at most one bracket'],
    ['no digits', '+', 'no digits'],
    ['only a bracket', '[01-20]', 'no digits'],
    ['a bracket of five digits', '+44[00000-99999]', 'at most 4'],
  ])('%s is refused with rule and remedy', (_title, text, rule) => {
    expect(problem(text)).toContain(rule);
  });
});

describe('overlap', () => {
  it.each<[string, string, string]>([
    ['+4458[01-20]', '+4458[01-20]', 'same'],
    ['+4458[01-20]', '+4458[15-30]', 'crossing'],
    ['+4458[01-20]', '+445815', 'crossing'],
    ['+4458[01-20]', '+4458[21-30]', 'disjoint'],
    ['+4458', '+445815', 'captures'],
    ['+445815', '+4458', 'capturedBy'],
    ['+4458[1-2]', '+445815', 'captures'],
    ['+4458[1-2]', '+445835', 'disjoint'],
    ['4458', '+4458', 'disjoint'],
    ['0012', '012', 'disjoint'],
  ])('%s and %s: %s', (left, right, found) => {
    expect(relation(prefix(left), prefix(right))).toBe(found);
  });

  /** Every number of a pattern, written down one by one. */
  const expand = ({ stem, width, low, high }: Prefix): string[] =>
    width === 0 ? [stem] : Array.from({ length: high - low + 1 }, (_, i) => stem + String(low + i).padStart(width, '0'));

  const anyPrefix = fc
    .record({ stem: fc.integer({ min: 1, max: 40 }), width: fc.integer({ min: 0, max: 2 }), low: fc.nat(99), size: fc.nat(30) })
    .map(({ stem, width, low, size }) => {
      if (width === 0) return prefix(`+${stem}`);
      const top = 10 ** width - 1;
      const from = Math.min(low, top);
      return prefix(`+${stem}[${String(from).padStart(width, '0')}-${String(Math.min(from + size, top)).padStart(width, '0')}]`);
    });

  it('agrees with comparing the expanded numbers one by one', () => {
    fc.assert(
      fc.property(anyPrefix, anyPrefix, (left, right) => {
        const numbers = expand(right);
        const shared = expand(left).some((number) => numbers.includes(number));
        const found = relation(left, right);
        expect(found === 'same' || found === 'crossing').toBe(shared);
        const covers = expand(left).some((number) => numbers.some((other) => other !== number && other.startsWith(number)));
        expect(found === 'captures').toBe(covers);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the first overlapping pair of a list, if there is one', () => {
    fc.assert(
      fc.property(fc.array(anyPrefix, { maxLength: 12 }), (list) => {
        const pairs = list.flatMap((left, index) => list.slice(index + 1).map((right) => relation(left, right)));
        expect(firstOverlap(list) !== undefined).toBe(pairs.some((found) => found === 'same' || found === 'crossing'));
      }),
    );
  });

  it.each([
    ['one of its numbers', '+445815', true],
    ['a longer number that begins with one of them', '+4458150', true],
    ['a longer number that begins with none', '+4458210', false],
    ['its neighbour', '+445821', false],
    ['a shorter number', '+44581', false],
    ['one without plus sign', '445815', false],
  ])('a rule carries %s: %s %s (audiocodes-sbc §12.3)', (_what, number, is) => {
    expect(carries(prefix('+4458[01-20]'), prefix(number))).toBe(is);
  });
});

describe('claims', () => {
  const claim = (owner: string, text: string, more: Partial<PlacedClaim> = {}): PlacedClaim => ({
    owner,
    place: 'sbc|plan',
    prefix: prefix(text),
    granted: false,
    since: '2026-01-01',
    ...more,
  });

  it('a granted claim beats an older one that is not, and age decides between two that are not', () => {
    const book = new ClaimBook();
    const young = claim('b', '+4458[01-20]', { since: '2026-02-01', granted: true });
    const old = claim('a', '+445815');
    book.put('a', [old]);
    book.put('b', [young]);
    expect(book.rivals('sbc|plan', old).holder?.owner).toBe('b');
    expect(book.rivals('sbc|plan', young).holder).toBeUndefined();
    const asking = { ...young, granted: false };
    book.put('b', [asking]);
    expect(book.rivals('sbc|plan', asking).holder?.owner).toBe('a');
  });

  it('says who captures whom, and another plan is another place', () => {
    const book = new ClaimBook();
    book.put('a', [claim('a', '+4458')]);
    expect(book.rivals('sbc|plan', claim('b', '+445815')).capturing.map(({ owner }) => owner)).toEqual(['a']);
    expect(book.rivals('sbc|plan', claim('b', '+44')).captured.map(({ owner }) => owner)).toEqual(['a']);
    expect(book.rivals('sbc|other', claim('b', '+4458')).holder).toBeUndefined();
  });

  it('forgets what an owner no longer claims', () => {
    const book = new ClaimBook();
    book.put('a', [claim('a', '+4458')]);
    book.put('a', []);
    expect(book.rivals('sbc|plan', claim('b', '+4458')).holder).toBeUndefined();
  });

  it('agrees with looking at every pair', () => {
    const texts = fc.constantFrom('+44', '+445', '+4458', '+4458[0-9]', '+4458[00-49]', '+445815', '+31', '+312[0-5]');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ owner: fc.constantFrom('a', 'b', 'c', 'd'), text: texts }), {
          selector: ({ owner, text }) => owner + text,
        }),
        (entries) => {
          const claims = entries.map(({ owner, text }) => claim(owner, text));
          const book = new ClaimBook();
          for (const owner of ['a', 'b', 'c', 'd'])
            book.put(
              owner,
              claims.filter((one) => one.owner === owner),
            );
          for (const mine of claims) {
            const others = claims.filter(({ owner }) => owner !== mine.owner);
            const clash = others.filter(
              (other) => ['same', 'crossing'].includes(relation(mine.prefix, other.prefix)) && other.owner < mine.owner,
            );
            expect(book.rivals('sbc|plan', mine).holder !== undefined).toBe(clash.length > 0);
          }
        },
      ),
    );
  });
});
