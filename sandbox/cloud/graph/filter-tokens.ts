import { unsupportedQuery } from './errors.ts';

export interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  readonly text: string;
}

const PATTERN = /\s*(?:'((?:[^']|'')*)'|([(),:])|([^\s(),:']+(?::[^\s(),:']+)*))/y;

/** Splits `$filter` into words, quoted texts and signs. A time such as `2026-01-01T00:00:00Z` stays one word. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < filter.trimEnd().length) {
    const match = PATTERN.exec(filter);
    if (match === null) throw unsupportedQuery('Invalid filter clause.');
    tokens.push(...tokensOf(match));
  }
  return tokens;
}

function tokensOf([, text, sign, word]: RegExpExecArray): Token[] {
  if (text !== undefined) return [{ kind: 'text', text: text.replaceAll("''", "'") }];
  if (sign !== undefined) return [{ kind: 'sign', text: sign }];
  if (word === undefined) throw unsupportedQuery('Invalid filter clause.');
  // `p:p/servicePlanId` is the lambda of any(), not a time.
  const lambda = /^([a-z]\w*):(.+)$/i.exec(word);
  if (lambda === null || /^\d/.test(word)) return [{ kind: 'word', text: word }];
  const [, variable = '', rest = ''] = lambda;
  return [
    { kind: 'word', text: variable },
    { kind: 'sign', text: ':' },
    { kind: 'word', text: rest },
  ];
}
