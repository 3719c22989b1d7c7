import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLineUri, isE164, parseLineUri } from './line-uri.ts';
import { pairRules, pairUp, type RegisteredUser } from './registered-users.ts';

describe('[S221] line URIs', () => {
  it.each([
    ['tel:+41430002000', 'tel:+41430002000'],
    ['TEL:+41430002000', 'tel:+41430002000'],
    ['Tel:+41430002000;EXT=2000', 'tel:+41430002000;ext=2000'],
    [' +41430002000 ', 'tel:+41430002000'],
  ])('%s is stored as %s', (text, stored) => {
    const parsed = parseLineUri(text);
    expect(parsed && formatLineUri(parsed)).toBe(stored);
  });

  it.each([
    'tel:41430002000',
    'sip:+41430002000@x',
    'tel:+0430002000',
    'tel:+1234567890123456',
    'tel:+41430002000;ext=',
    'tel:+4143;phone-context=x',
    '',
  ])('%s is none', (text) => {
    expect(parseLineUri(text)).toBeUndefined();
  });

  it('survive a round trip', () => {
    const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));
    fc.assert(
      fc.property(digits(14), fc.option(digits(10), { nil: undefined }), (rest, extension) => {
        const uri = { number: `+4${rest}`, ...(extension === undefined ? {} : { extension }) };
        expect(parseLineUri(formatLineUri(uri))).toEqual(uri);
      }),
    );
  });

  it.each([
    ['+41', true],
    ['+123456789012345', true],
    ['+1234567890123456', false],
    ['+0123', false],
    ['41430002000', false],
    ['+', false],
  ])('[S215] %s is E.164: %s', (text, isOne) => {
    expect(isE164(text)).toBe(isOne);
  });
});

describe('[S176] registered users are pairs of rules', () => {
  const anna = { number: '+41430005755', extension: '5755' };

  it('the extension leads to the number without plus sign, the number to the extension', () => {
    expect(pairRules(anna)).toEqual([
      { prefix: '5755', tag: '41430005755' },
      { prefix: '+41430005755', tag: '5755' },
    ]);
  });

  it('finds pairs whatever the order of the rows, and tells halves apart', () => {
    const [extension, number] = pairRules(anna);
    const strayTag = { prefix: '600', tag: '41430000600' };
    const strayNumber = { prefix: '+41430000700', tag: '700' };
    const found = pairUp([number, strayTag, extension, strayNumber]);
    expect(found.pairs.map(({ user }) => user)).toEqual([anna]);
    expect(found.halves).toEqual([strayTag, strayNumber]);
  });

  it('loses no rule and invents none', () => {
    const user = fc.record({ number: fc.constantFrom('+411', '+412', '+413'), extension: fc.constantFrom('1', '2', '3') });
    fc.assert(
      fc.property(fc.uniqueArray(user, { selector: ({ number }) => number }), fc.nat(5), (users: RegisteredUser[], drop) => {
        const unique = users.filter((each, i) => users.findIndex((other) => other.extension === each.extension) === i);
        const rules = unique.flatMap(pairRules).filter((_, i) => i !== drop);
        const { pairs, halves } = pairUp(rules);
        expect(pairs.length * 2 + halves.length).toBe(rules.length);
        expect(halves.length).toBe(drop < unique.length * 2 ? 1 : 0);
      }),
    );
  });
});
