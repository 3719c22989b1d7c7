import { expect, it } from 'vitest';
import { formatSign, parseSign } from './sign.ts';

const MARKER = 'trunkline:prod/acme/SiteLocation/zurich';

it.each([
  { sign: {}, text: undefined },
  { sign: { marker: MARKER }, text: MARKER },
  { sign: { marker: MARKER, adopted: true }, text: `${MARKER} adopted` },
  { sign: { marker: 'Made by hand, adopted' }, text: 'Made by hand, adopted' },
  { sign: { marker: `see ${MARKER} adopted` }, text: `see ${MARKER} adopted` },
])('$text is written and read back as it was', ({ sign, text }) => {
  expect(formatSign(sign)).toBe(text);
  expect(parseSign(text)).toEqual(sign);
});

it('an empty description says nothing', () => {
  expect([parseSign(''), parseSign(null)]).toEqual([{}, {}]);
});
