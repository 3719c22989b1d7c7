import type { Interval } from './interval-list.ts';

/** One pattern of a range, parsed: every number that begins with `stem` and a value between low and high of the given width (S212, S214). */
export interface Prefix {
  /** Normal form: what is written to the SBC and compared. */
  readonly text: string;
  /** Everything before the bracket, with its plus sign: `+4458799`. */
  readonly stem: string;
  /** Digits in the bracket; 0 for a single number. */
  readonly width: number;
  readonly low: number;
  readonly high: number;
  /** Digits without the plus sign, bracket included. */
  readonly digits: number;
  readonly isE164: boolean;
  /** How many numbers it stands for. */
  readonly count: number;
  /** Lowest and highest number as integers of `digits` digits, plus sign and leading zeros apart; 15 digits fit exactly. */
  readonly first: number;
  readonly last: number;
}

export interface PrefixProblem {
  /** What was written. */
  readonly value: string;
  /** Rule and remedy, one sentence without full stop. */
  readonly rule: string;
}

export type ParsedPrefix = { readonly prefix: Prefix } | { readonly problem: PrefixProblem };

const MAX_DIGITS = 15;
/** The widest bracket that is written; wider ones are split by their author (audiocodes-sbc §12.5). */
const MAX_WIDTH = 4;
const SHAPE = /^(\+?)(\d*)(?:\[(\d+)-(\d+)\])?$/;

/** Splits one input on `;`, which separates prefixes in what people paste (S212); blanks around a prefix do not count. */
export function splitPrefixes(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Parses `+4455896552`, `+44587996[01-20]` or an extension; any other notation is refused with the character and its position (S213). */
export function parsePrefix(value: string): ParsedPrefix {
  const text = value.trim();
  const strange = /[^+\d[\]-]/.exec(text);
  if (strange !== null) {
    return refuse(
      value,
      `"${strange[0]}" at position ${strange.index + 1} is not allowed; use digits, a leading + and one range in brackets such as [01-20]`,
    );
  }
  const match = SHAPE.exec(text);
  if (match === null) return refuse(value, 'is not a number with at most one bracket at its end; write +44587996[01-20]');
  const [, plus = '', digits = '', from, to] = match;
  if (digits === '') return refuse(value, 'has no digits before the bracket; a prefix begins with at least one digit');
  return from === undefined || to === undefined ? single(plus, digits, value) : ranged({ plus, digits, from, to, value });
}

function single(plus: string, digits: string, value: string): ParsedPrefix {
  if (digits.length > MAX_DIGITS) return refuse(value, `has ${digits.length} digits; E.164 allows ${MAX_DIGITS}`);
  const number = Number(digits.at(-1));
  const prefix: Prefix = {
    text: plus + digits,
    stem: plus + digits,
    width: 0,
    low: number,
    high: number,
    digits: digits.length,
    isE164: isE164(plus, digits),
    count: 1,
    first: Number(digits),
    last: Number(digits),
  };
  return { prefix };
}

interface RangedParts {
  readonly plus: string;
  readonly digits: string;
  readonly from: string;
  readonly to: string;
  readonly value: string;
}

function ranged({ plus, digits, from, to, value }: RangedParts): ParsedPrefix {
  if (from.length !== to.length)
    return refuse(value, `bounds ${from} and ${to} differ in length; write both with leading zeros, such as [01-20]`);
  if (from.length > MAX_WIDTH)
    return refuse(value, `the bracket is ${from.length} digits wide; at most ${MAX_WIDTH} are allowed, split the range`);
  if (Number(from) > Number(to)) return refuse(value, `the lower bound ${from} is above the upper bound ${to}; swap them`);
  const length = digits.length + from.length;
  if (length > MAX_DIGITS) return refuse(value, `gives numbers of ${length} digits; E.164 allows ${MAX_DIGITS}`);
  const text = `${plus}${digits}[${from}-${to}]`;
  const low = Number(from);
  const high = Number(to);
  const base = Number(digits) * 10 ** from.length;
  return {
    prefix: {
      text,
      stem: plus + digits,
      width: from.length,
      low,
      high,
      digits: length,
      isE164: isE164(plus, digits),
      count: high - low + 1,
      first: base + low,
      last: base + high,
    },
  };
}

/** E.164 numbers carry the plus sign and no country code begins with 0; the rest are extensions. */
function isE164(plus: string, digits: string): boolean {
  return plus === '+' && !digits.startsWith('0');
}

function refuse(value: string, rule: string): ParsedPrefix {
  return { problem: { value: value.trim(), rule } };
}

/** A pattern that somebody has found to be one before, as status has it; undefined: it is none. */
export function knownPrefix(text: string): Prefix | undefined {
  const parsed = parsePrefix(text);
  return 'prefix' in parsed ? parsed.prefix : undefined;
}

/** How two patterns of one dial plan stand to each other (telephony 6.1). `captures`: every number of the longer one also begins with a number of the shorter one. */
export type PrefixRelation = 'disjoint' | 'same' | 'crossing' | 'captures' | 'capturedBy';

/** Pure, and the same in both orders but for who captures whom; tested against every number written down. */
export function relation(left: Prefix, right: Prefix): PrefixRelation {
  if (left.stem.startsWith('+') !== right.stem.startsWith('+')) return 'disjoint';
  if (left.digits === right.digits) {
    if (left.text === right.text) return 'same';
    return overlaps(left, right) ? 'crossing' : 'disjoint';
  }
  const shorter = Math.min(left.digits, right.digits);
  if (!overlaps(cut(left, shorter), cut(right, shorter))) return 'disjoint';
  return left.digits < right.digits ? 'captures' : 'capturedBy';
}

/** The interval of numbers of this many digits that a pattern's numbers begin with, or that begin with them. */
export function cut({ first, last, digits }: Prefix, toDigits: number): Interval {
  if (toDigits <= digits) {
    const scale = 10 ** (digits - toDigits);
    return { first: Math.floor(first / scale), last: Math.floor(last / scale) };
  }
  const scale = 10 ** (toDigits - digits);
  return { first: first * scale, last: last * scale + scale - 1 };
}

function overlaps(left: Interval, right: Interval): boolean {
  return left.first <= right.last && right.first <= left.last;
}

/**
 * Whether calls to a whole number, parsed, go by the rule of a pattern: it is one of the pattern's numbers or longer than one that it begins with, since
 * a rule without `#` matches whatever begins so (audiocodes-sbc §12.3; numbers of one range differ in length in many countries, telephony 6.1).
 */
export function carries(prefix: Prefix, number: Prefix): boolean {
  const found = relation(prefix, number);
  return found === 'same' || found === 'crossing' || found === 'captures';
}

/** First pair that overlaps within one list; proper-prefix pairs are allowed (the longer rule wins on the SBC). */
export function firstOverlap(prefixes: readonly Prefix[]): readonly [Prefix, Prefix] | undefined {
  const spaces = new Map<string, Prefix[]>();
  for (const prefix of prefixes) {
    const space = `${prefix.stem.startsWith('+')}${prefix.digits}`;
    const list = spaces.get(space);
    if (list === undefined) spaces.set(space, [prefix]);
    else list.push(prefix);
  }
  for (const list of spaces.values()) {
    list.sort((left, right) => left.first - right.first);
    for (const [index, here] of list.entries()) {
      const before = list[index - 1];
      // Where any two overlap, two neighbours do.
      if (before !== undefined && overlaps(before, here)) return [before, here];
    }
  }
  return undefined;
}
