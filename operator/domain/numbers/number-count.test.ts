import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { countE164 } from './number-count.ts';
import { type Prefix, parsePrefix } from './prefix.ts';

function prefixes(...texts: string[]): Prefix[] {
  return texts.map((text) => {
    const parsed = parsePrefix(text);
    if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem.rule}`);
    return parsed.prefix;
  });
}

describe('numbers that an Essentials customer is counted by', () => {
  it('[S258] are the distinct E.164 numbers of its patterns: overlaps once, extensions out', () => {
    expect(countE164(prefixes('+4455896552', '+44587996[01-20]', '+41589061[000-999]', '+4420366669[700-799]'))).toBe(1_121);
    expect(countE164(prefixes('+44587996[01-20]', '+44587996[11-30]', '+4458799615', '5755', '5'))).toBe(30);
    expect(countE164(prefixes('+44', '+445'))).toBe(2);
    expect(countE164([])).toBe(0);
  });

  const pattern = fc
    .record({
      stem: fc.integer({ min: 1, max: 30 }),
      width: fc.integer({ min: 1, max: 2 }),
      low: fc.nat(99),
      size: fc.nat(40),
      plus: fc.boolean(),
    })
    .map(({ stem, width, low, size, plus }) => {
      const top = 10 ** width - 1;
      const bound = (value: number): string => String(Math.min(value, top)).padStart(width, '0');
      return {
        plus,
        stem,
        width,
        from: Math.min(low, top),
        to: Math.min(low + size, top),
        text: `${plus ? '+' : ''}${stem}[${bound(low)}-${bound(low + size)}]`,
      };
    });

  it('[S258] agree with writing each number down once', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 10 }), (list) => {
        const numbers = list
          .filter(({ plus }) => plus)
          .flatMap(({ stem, width, from, to }) =>
            Array.from({ length: to - from + 1 }, (_, i) => `+${stem}${String(from + i).padStart(width, '0')}`),
          );
        expect(countE164(prefixes(...list.map(({ text }) => text)))).toBe(new Set(numbers).size);
      }),
    );
  });
});
