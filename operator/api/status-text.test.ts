import { expect, it } from 'vitest';
import { shortened } from './status-text.ts';

it.each([
  ['four', 4, 'four'],
  ['fifth', 4, 'fif…'],
  ['', 4, ''],
])('"%s" with %i characters at most is "%s"', (text, longest, is) => {
  expect(shortened(text, longest)).toBe(is);
});
