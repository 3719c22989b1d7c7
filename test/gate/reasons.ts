import type { ReasonEntry } from '../../operator/api/reasons/entry.ts';
import { REASONS } from '../../operator/api/reasons.ts';
import { type Finding, lineAt, type Source } from './sources.ts';

const CAMEL = /'([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)*)'/g;
/** What follows `reason:`, up to the end of the member: one literal, a choice between literals, a union of literals in a type. */
const MEMBER = /\breason\??:((?:\s*\|)?[^,;{}]*)/g;
const REASON_TYPE = /\btype \w*Reason\w* =([^;]*);/g;
const DECLARATION = /\bfunction (\w+)(?:<[^>]*>)?\(([^)]*)\)/g;

interface Use {
  readonly reason: string;
  readonly offset: number;
}

function literalsIn(text: string, start: number): Use[] {
  return [...text.matchAll(CAMEL)].map((match) => ({ reason: match[1] ?? '', offset: start + match.index }));
}

/** A condition of a choice compares; only what is chosen is a reason. */
function withoutComparisons(text: string): string {
  return text.replaceAll(/[=!]==\s*'[^']*'/g, (found) => ' '.repeat(found.length));
}

/** Arguments of the call whose parenthesis opens at `open`, with where each starts. */
function argumentsAt(text: string, open: number): { readonly text: string; readonly start: number }[] {
  const found: { text: string; start: number }[] = [];
  const plain = withoutStrings(text.slice(open));
  let depth = 0;
  let start = 1;
  for (const { 0: character, index } of plain.matchAll(/[()[\]{},]/g)) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    const ends = depth === 0 || (depth === 1 && character === ',');
    if (!ends) continue;
    found.push({ text: text.slice(open + start, open + index), start: open + start });
    if (depth === 0) return found;
    start = index + 1;
  }
  return found;
}

/** The same length, with nothing in its literals. */
function withoutStrings(text: string): string {
  return text.replaceAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, (found) => ' '.repeat(found.length));
}

/** Functions of the file that take a reason by position, as `row(status, reason, message)` does. */
function callsWithReasons({ text }: Source): Use[] {
  return [...text.matchAll(DECLARATION)].flatMap(([, name = '', parameters = '']) => {
    const position = parameters.split(',').findIndex((parameter) => /^\s*reason\??: string/.test(parameter));
    if (position === -1) return [];
    return [...text.matchAll(new RegExp(`(?<!function )\\b${name}\\(`, 'g'))].flatMap((call) => {
      const argument = argumentsAt(text, call.index + call[0].length - 1)[position];
      return argument === undefined ? [] : literalsIn(withoutComparisons(argument.text), argument.start);
    });
  });
}

/** Every reason that a file spells out, whatever its declared type. */
export function reasonsIn(source: Source): Use[] {
  const spelt = [...source.text.matchAll(MEMBER), ...source.text.matchAll(REASON_TYPE)].flatMap((match) => {
    const [whole, text = ''] = match;
    return literalsIn(withoutComparisons(text), match.index + whole.length - text.length);
  });
  return [...spelt, ...callsWithReasons(source)];
}

/** Reasons that the operator gives and the error catalogue does not explain. */
export function findUnexplainedReasons(
  sources: readonly Source[],
  explained: ReadonlySet<string> = new Set(Object.keys(REASONS)),
): Finding[] {
  return sources
    .filter(({ path }) => /^operator\/.*(?<!\.test|\.gen)\.ts$/.test(path))
    .flatMap((source) =>
      reasonsIn(source)
        .filter(({ reason }) => !explained.has(reason))
        .map(({ reason, offset }) => ({
          path: source.path,
          line: lineAt(source.text, offset),
          says: `reason ${reason} has no entry in operator/api/reasons`,
        })),
    );
}

/** Entries that nothing in the operator can give and that do not say so, and those that say so although something can. */
export function findUnusedReasons(
  sources: readonly Source[],
  entries: Readonly<Record<string, Pick<ReasonEntry, 'isLater'>>> = REASONS,
): Finding[] {
  const path = 'operator/api/reasons';
  const code = sources.filter((source) => /^operator\/.*(?<!\.test|\.gen)\.ts$/.test(source.path) && !source.path.startsWith(path));
  return Object.entries(entries).flatMap(([reason, { isLater = false }]) => {
    const isNamed = code.some(({ text }) => text.includes(`'${reason}'`));
    if (isNamed !== isLater) return [];
    const says = isNamed ? 'is given by now and still marked as later' : 'is explained and never given; take it out, or mark it as later';
    return [{ path: `${path}.ts`, says: `reason ${reason} ${says}` }];
  });
}
