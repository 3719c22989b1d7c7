import { type Finding, linesOf, type Source } from './sources.ts';

interface Rule {
  readonly says: string;
  readonly pattern: RegExp;
  readonly appliesTo: (path: string) => boolean;
}

const isCode = (path: string): boolean => /\.(ts|mjs|go|sh|ya?ml|tpl)$|(^|\/)(run|Dockerfile)$/.test(path);
const isTest = (path: string): boolean => path.endsWith('.test.ts');
const isText = (path: string): boolean => !/(^package-lock\.json|\/go\.(mod|sum))$/.test(path);

/** Spelt in two parts, so that this file does not accuse itself. */
const word = (first: string, second: string): string => first + second;

const RULES: readonly Rule[] = [
  {
    says: 'unfinished work is a task or a test, not a marker',
    pattern: new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('XX', 'X')}|${word('HA', 'CK')})\\b`),
    appliesTo: (path) => isCode(path) || path.endsWith('.md'),
  },
  {
    says: 'every test runs',
    pattern: /\b(it|test|describe)\.(only|skip|todo|fails|skipIf|runIf)\b|\b[fx](it|describe)\(/,
    appliesTo: isTest,
  },
  { says: 'a merge was not finished', pattern: /^(<{7}|>{7}|\|{7})( |$)|^={7}$/, appliesTo: isText },
  {
    says: 'a docstring stands before what it is about, on a line of its own',
    pattern: /\/\*\* .*\*\/\s*[;,]/,
    appliesTo: (path) => path.endsWith('.ts'),
  },
  { says: 'no debugger statement', pattern: /^\s*debugger;/, appliesTo: (path) => /\.(ts|mjs)$/.test(path) },
];

/** What people leave behind while they work. */
export function findLeftovers(sources: readonly Source[]): Finding[] {
  return sources.flatMap((source) =>
    RULES.filter(({ appliesTo }) => appliesTo(source.path)).flatMap(({ pattern, says }) =>
      linesOf(source)
        .filter(({ text }) => pattern.test(text))
        .map(({ line, text }) => ({ path: source.path, line, says: `${says}: ${text.trim().slice(0, 100)}` })),
    ),
  );
}
