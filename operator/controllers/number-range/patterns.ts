import type { NumberRange } from '../../api/kinds.ts';
import { firstOverlap, type Prefix, parsePrefix, splitPrefixes } from '../../domain/numbers/prefix.ts';
import { type Finding, stalls, waits } from '../finding.ts';

/** What a range asks for: its patterns, or why they cannot be used. */
export type Patterns = { readonly prefixes: readonly Prefix[] } | { readonly refusal: Finding };

/** Fewest digits before the bracket that a customer's own range may have (design §2 Tenancy). */
const CUSTOMER_DIGITS = 7;
const MAX_PATTERNS = 10_000;

/**
 * The patterns of a range in normal form. `source` is the text of `prefixesFrom`, undefined when ConfigMap or key is missing. A missing or
 * empty source is never read as "no numbers" (telephony 6.4).
 */
export function patternsOf(range: NumberRange, source: string | undefined): Patterns {
  const { prefixes, prefixesFrom } = range.spec;
  const path = prefixesFrom === undefined ? 'spec.prefixes' : `spec.prefixesFrom (ConfigMap ${prefixesFrom.name}, key ${prefixesFrom.key})`;
  const texts = prefixesFrom === undefined ? (prefixes ?? []).flatMap(splitPrefixes) : linesOf(source);
  if (texts.length === 0) {
    return { refusal: waits('Accepted', 'PrefixesMissing', `${path}: there are no prefixes; restore them, nothing is removed meanwhile`) };
  }
  if (texts.length > MAX_PATTERNS) {
    return {
      refusal: stalls(
        'Accepted',
        'PrefixSyntax',
        `${path}: ${texts.length} prefixes, at most ${MAX_PATTERNS} are allowed; split the range`,
      ),
    };
  }
  const parsed = texts.map((text) => ({ text, result: parsePrefix(text) }));
  for (const { result } of parsed) {
    if ('problem' in result)
      return { refusal: stalls('Accepted', 'PrefixSyntax', `${path}: "${result.problem.value}": ${result.problem.rule}`) };
  }
  const found = unique(parsed.flatMap(({ result }) => ('prefix' in result ? [result.prefix] : [])));
  return ruleBroken(range, found, path) ?? { prefixes: found };
}

function linesOf(source: string | undefined): string[] {
  return (source ?? '')
    .split(/\r?\n/)
    .map((line) => line.replace(/#\s.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap(splitPrefixes);
}

function unique(prefixes: readonly Prefix[]): Prefix[] {
  return [...new Map(prefixes.map((prefix) => [prefix.text, prefix])).values()];
}

function ruleBroken({ spec }: NumberRange, prefixes: readonly Prefix[], path: string): Patterns | undefined {
  const overlap = firstOverlap(prefixes);
  if (overlap !== undefined) {
    const [left, right] = overlap;
    return {
      refusal: stalls('Accepted', 'PrefixOverlap', `${path}: ${left.text} and ${right.text} share numbers; remove one or narrow it`),
    };
  }
  const extension = prefixes.find((prefix) => !prefix.isE164);
  if (extension !== undefined && spec.usage !== 'Extension' && spec.dialPlan !== 'registeredUsers') {
    return {
      refusal: stalls(
        'Accepted',
        'PrefixSyntax',
        `${path}: ${extension.text} does not begin with + and a country code; correct it, or set spec.usage: Extension for extensions`,
      ),
    };
  }
  const broad = spec.owner === 'Customer' ? prefixes.find((prefix) => prefix.digits - prefix.width < CUSTOMER_DIGITS) : undefined;
  if (broad === undefined) return undefined;
  const digits = broad.digits - broad.width;
  return {
    refusal: stalls(
      'Accepted',
      'OwnerPrefixTooShort',
      `${path}: ${broad.text} has ${digits} digits before the bracket; a range with owner: Customer needs at least ${CUSTOMER_DIGITS}; use a longer prefix`,
    ),
  };
}
