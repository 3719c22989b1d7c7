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

/** How two patterns of one dial plan stand to each other (telephony 6.1). `captures`: every number of the longer one also begins with a number of the shorter one. */
export type PrefixRelation = 'disjoint' | 'same' | 'crossing' | 'captures' | 'capturedBy';

export function relation(left: Prefix, right: Prefix): PrefixRelation {
  if (left.stem.startsWith('+') !== right.stem.startsWith('+')) return 'disjoint';
  if (left.digits === right.digits) {
    if (left.text === right.text) return 'same';
    return overlaps(interval(left, left.digits), interval(right, left.digits)) ? 'crossing' : 'disjoint';
  }
  const shorter = Math.min(left.digits, right.digits);
  if (!overlaps(interval(left, shorter), interval(right, shorter))) return 'disjoint';
  return left.digits < right.digits ? 'captures' : 'capturedBy';
}

type Interval = readonly [bigint, bigint];

/** Lowest and highest number, cut to their first `digits` digits. A leading 1 keeps leading zeros. */
function interval(prefix: Prefix, digits: number): Interval {
  const stem = prefix.stem.replace('+', '');
  const [low, high] = prefix.width === 0 ? [stem, stem] : [stem + pad(prefix.low, prefix.width), stem + pad(prefix.high, prefix.width)];
  return [BigInt(`1${low.slice(0, digits)}`), BigInt(`1${high.slice(0, digits)}`)];
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function overlaps([leftLow, leftHigh]: Interval, [rightLow, rightHigh]: Interval): boolean {
  return leftLow <= rightHigh && rightLow <= leftHigh;
}

/** Whether a whole number (`+31201234567`) is one that the pattern stands for. */
export function containsNumber(prefix: Prefix, number: string): boolean {
  const parsed = parsePrefix(number);
  if (!('prefix' in parsed) || parsed.prefix.digits !== prefix.digits) return false;
  const found = relation(prefix, parsed.prefix);
  return found === 'same' || found === 'crossing';
}

/** The numbers of a pattern, in order. Lazy: a pattern may stand for 10,000. */
export function* expand(prefix: Prefix): Generator<string> {
  if (prefix.width === 0) {
    yield prefix.stem;
    return;
  }
  for (let value = prefix.low; value <= prefix.high; value += 1) yield prefix.stem + pad(value, prefix.width);
}

/** First pair that overlaps within one list; proper-prefix pairs are allowed (the longer rule wins on the SBC). */
export function firstOverlap(prefixes: readonly Prefix[]): readonly [Prefix, Prefix] | undefined {
  const sorted = [...prefixes].map((prefix) => ({ prefix, interval: interval(prefix, prefix.digits), plus: prefix.stem.startsWith('+') }));
  sorted.sort(
    (left, right) =>
      left.prefix.digits - right.prefix.digits || Number(left.plus) - Number(right.plus) || (left.interval[0] < right.interval[0] ? -1 : 1),
  );
  for (let index = 1; index < sorted.length; index += 1) {
    const [before, here] = [sorted[index - 1], sorted[index]];
    if (before === undefined || here === undefined) continue;
    if (before.prefix.digits === here.prefix.digits && before.plus === here.plus && here.interval[0] <= before.interval[1])
      return [before.prefix, here.prefix];
  }
  return undefined;
}
