import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Finding, lineAt, type Source } from './sources.ts';

const LINK = /(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g;

/** The anchor that a heading gets on the web page. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
  const written = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...headings, ...written]);
}

/** The same length, with nothing in code: brackets there are no links. */
function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```|`[^`\n]*`/gm, (code) => code.replaceAll(/[^\n]/g, ' '));
}

/** Links between our own pages that lead nowhere. */
export function findDeadLinks(sources: readonly Source[], root: string): Finding[] {
  const pages = new Map(sources.filter(({ path }) => path.endsWith('.md')).map(({ path, text }) => [path, text]));
  return [...pages].flatMap(([path, text]) =>
    [...withoutCode(text).matchAll(LINK)].flatMap((match) => {
      const [target = '', anchor] = (match[1] ?? '').split('#');
      if (/^[a-z]+:/.test(target)) return [];
      const file = target === '' ? path : normalize(join(dirname(path), target)).replace(/\/$/, '');
      const page = pages.get(file);
      const isDead =
        !(pages.has(file) || existsSync(join(root, file))) || (anchor !== undefined && page !== undefined && !anchorsOf(page).has(anchor));
      return isDead ? [{ path, line: lineAt(text, match.index), says: `${match[1]} leads nowhere` }] : [];
    }),
  );
}
