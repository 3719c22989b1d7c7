import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countE164, NumberSet } from './number-set.ts';
import { expand, type Prefix, parsePrefix } from './prefix.ts';

function prefixes(...texts: string[]): Prefix[] {
  return texts.map((text) => {
    const parsed = parsePrefix(text);
    if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem.rule}`);
    return parsed.prefix;
  });
}

describe('numbers of a set of patterns', () => {
  it('[S258] counts distinct E.164 numbers: overlaps once, extensions out', () => {
    expect(countE164(prefixes('+4455896552', '+44587996[01-20]', '+41589061[000-999]', '+4420366669[700-799]'))).toBe(1_121);
    expect(countE164(prefixes('+44587996[01-20]', '+44587996[11-30]', '+4458799615', '5755', '5'))).toBe(30);
    expect(countE164(prefixes('+44', '+445'))).toBe(2);
    expect(countE164([])).toBe(0);
  });

  it('[S224] counts ten thousand patterns exactly', () => {
    const many = prefixes(...Array.from({ length: 10_000 }, (_, i) => `+4143${String(i).padStart(5, '0')}[00-99]`));
    expect(new NumberSet(many).size).toBe(1_000_000);
    expect(new NumberSet([...many, ...many]).has('+41430999950')).toBe(true);
  });

  it('keeps leading zeros and the plus sign apart', () => {
    const set = new NumberSet(prefixes('0012', '12', '+12'));
    expect([set.size, set.has('0012'), set.has('012'), set.has('12'), set.has('+12'), set.has('+0012')]).toEqual([
      3,
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(set.has('no number')).toBe(false);
  });

  const pattern = fc
    .record({
      stem: fc.integer({ min: 1, max: 30 }),
      width: fc.integer({ min: 0, max: 2 }),
      low: fc.nat(99),
      size: fc.nat(40),
      plus: fc.boolean(),
    })
    .map(({ stem, width, low, size, plus }) => {
      const top = 10 ** width - 1;
      const bound = (value: number): string => String(Math.min(value, top)).padStart(width, '0');
      return prefixes(`${plus ? '+' : ''}${stem}${width === 0 ? '' : `[${bound(low)}-${bound(low + size)}]`}`);
    });

  it('agrees with the expanded numbers', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 10 }), fc.integer({ min: 1, max: 4_000 }), fc.boolean(), (lists, probe, plus) => {
        const list = lists.flat();
        const expanded = new Set(list.flatMap((each) => [...expand(each)]));
        const set = new NumberSet(list);
        expect(set.size).toBe(expanded.size);
        const number = `${plus ? '+' : ''}${probe}`;
        expect(set.has(number)).toBe(expanded.has(number));
        for (const each of expanded) expect(set.has(each)).toBe(true);
      }),
    );
  });
});
