import { Refusal } from './schema.ts';

/** One position of a pattern. `size` is the number of texts it stands for: the smaller, the more specific (audiocodes-sbc §12.4). */
type Element =
  | { readonly kind: 'literal'; readonly char: string }
  | { readonly kind: 'wildcard'; readonly chars: RegExp; readonly size: number }
  | ({ readonly kind: 'set' } & NumberSet);

interface NumberSet {
  readonly width: number;
  readonly ranges: readonly (readonly [number, number])[];
}

/** A dial-plan prefix as the device understands it (audiocodes-sbc §12.3). */
export interface PrefixPattern {
  readonly elements: readonly Element[];
  /** Ends with `#`: nothing may follow. */
  readonly exact: boolean;
  /** `( … )`: the number must end so. */
  readonly suffix: NumberSet | undefined;
  /** Digits and characters that the prefix part covers. */
  readonly length: number;
  readonly wildcards: number;
  /** How many texts the prefix part stands for. */
  readonly size: number;
  /** Leading literal characters, lower case: the key of the lookup index. */
  readonly stem: string;
  /** Entries in brackets; all rules of a device together may hold a limited number (§12.2). */
  readonly groups: number;
}

const WILDCARDS: Readonly<Record<string, { readonly chars: RegExp; readonly size: number }>> = {
  x: { chars: /^[0-9]$/, size: 10 },
  z: { chars: /^[1-9]$/, size: 9 },
  n: { chars: /^[2-9]$/, size: 8 },
  '.': { chars: /^[0-9a-z]$/i, size: 36 },
};

/** Reads a pattern or refuses it with the reason. */
export function parsePrefix(pattern: string): PrefixPattern {
  if (pattern === '') throw new Refusal('prefix: a value is mandatory');
  if (pattern === '*') return finish([], false, undefined);
  const exact = pattern.endsWith('#');
  const { body, suffix } = splitSuffix(exact ? pattern.slice(0, -1) : pattern, pattern);
  const elements: Element[] = [];
  let rest = body;
  while (rest !== '') {
    const [element, used] = readElement(rest, elements.length === 0, pattern);
    elements.push(element);
    rest = rest.slice(used);
  }
  if (elements.length === 0 && suffix === undefined) throw invalid(pattern, 'nothing to match');
  return finish(elements, exact, suffix);
}

function splitSuffix(body: string, pattern: string): { body: string; suffix: NumberSet | undefined } {
  if (!body.endsWith(')')) return { body, suffix: undefined };
  const open = body.lastIndexOf('(');
  if (open < 0) throw invalid(pattern, "')' without '('");
  return { body: body.slice(0, open), suffix: readSet(body.slice(open + 1, -1), pattern) };
}

function readElement(rest: string, first: boolean, pattern: string): [Element, number] {
  const char = rest.charAt(0);
  if (char === '[') {
    const close = rest.indexOf(']');
    if (close < 0) throw invalid(pattern, "'[' without ']'");
    return [{ kind: 'set', ...readSet(rest.slice(1, close), pattern) }, close + 1];
  }
  if (rest.startsWith('\\\\') && rest.length > 2) return [{ kind: 'literal', char: rest.charAt(2) }, 3];
  const wildcard = WILDCARDS[char];
  if (wildcard !== undefined) return [{ kind: 'wildcard', ...wildcard }, 1];
  if (/^[0-9a-z]$/i.test(char) || (char === '+' && first)) return [{ kind: 'literal', char }, 1];
  throw invalid(pattern, `'${char}' is not allowed here`);
}

/** `n-m` or `a,b,n-m`; all numbers of one bracket have the same digit count. */
function readSet(body: string, pattern: string): NumberSet {
  const widths = new Set<number>();
  const ranges = body.split(',').map((part): readonly [number, number] => {
    const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (low === undefined || high === undefined) throw invalid(pattern, `'${part}' is not a number or a range`);
    widths.add(low.length).add(high.length);
    if (Number(low) > Number(high)) throw invalid(pattern, `${low} is above ${high}`);
    return [Number(low), Number(high)];
  });
  const [width, ...others] = widths;
  if (width === undefined || others.length > 0) throw invalid(pattern, 'numbers in brackets must have the same digit count');
  return { width, ranges };
}

function finish(elements: readonly Element[], exact: boolean, suffix: NumberSet | undefined): PrefixPattern {
  const literals = elements.findIndex(({ kind }) => kind !== 'literal');
  const leading = literals < 0 ? elements : elements.slice(0, literals);
  const sets = [...elements.filter((element) => element.kind === 'set'), ...(suffix === undefined ? [] : [suffix])];
  return {
    elements,
    exact,
    suffix,
    length: elements.reduce((sum, element) => sum + (element.kind === 'set' ? element.width : 1), 0),
    wildcards: elements.filter(({ kind }) => kind === 'wildcard').length,
    size: elements.reduce((product, element) => product * sizeOf(element), 1),
    stem: leading.map((element) => (element.kind === 'literal' ? element.char.toLowerCase() : '')).join(''),
    groups: sets.reduce((sum, { ranges }) => sum + ranges.length, 0),
  };
}

function sizeOf(element: Element): number {
  if (element.kind === 'literal') return 1;
  return element.kind === 'wildcard' ? element.size : element.ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0);
}

/** Whether a dialled number matches: as a prefix, unless the pattern ends with `#`. */
export function matchesPrefix(pattern: PrefixPattern, dialled: string): boolean {
  let at = 0;
  for (const element of pattern.elements) {
    const width = element.kind === 'set' ? element.width : 1;
    const part = dialled.slice(at, at + width);
    if (part.length < width || !matchesElement(element, part)) return false;
    at += width;
  }
  const rest = dialled.slice(at);
  if (pattern.suffix === undefined) return !pattern.exact || rest === '';
  const { width } = pattern.suffix;
  if (pattern.exact ? rest.length !== width : rest.length < width) return false;
  return inSet(pattern.suffix, rest.slice(-width));
}

function matchesElement(element: Element, part: string): boolean {
  if (element.kind === 'literal') return element.char.toLowerCase() === part.toLowerCase();
  return element.kind === 'wildcard' ? element.chars.test(part) : inSet(element, part);
}

function inSet({ ranges }: NumberSet, part: string): boolean {
  return /^\d+$/.test(part) && ranges.some(([low, high]) => Number(part) >= low && Number(part) <= high);
}

/**
 * Negative when `a` is the better match: a longer prefix, then (switchable, the last clause of §12.4 is not proven) sets before
 * wildcards, then the narrower set, then an end mark, then the longer suffix.
 */
export function compareSpecificity(a: PrefixPattern, b: PrefixPattern, setsBeatWildcards: boolean): number {
  return (
    b.length - a.length ||
    (setsBeatWildcards ? a.wildcards - b.wildcards : 0) ||
    a.size - b.size ||
    Number(b.exact) - Number(a.exact) ||
    (b.suffix?.width ?? 0) - (a.suffix?.width ?? 0)
  );
}

function invalid(pattern: string, why: string): Refusal {
  return new Refusal(`prefix: invalid value ${pattern}: ${why}`);
}
