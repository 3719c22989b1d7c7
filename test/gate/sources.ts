import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './place.ts';

/** A text file of the project. */
export interface Source {
  /** Relative to the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What a check has against the project. */
export interface Finding {
  readonly path: string;
  /** From 1; absent: the file as a whole. */
  readonly line?: number;
  readonly says: string;
}

/** Everything that is in Git or would go into the next commit; binary files left out. */
export function projectSources(): Source[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
  return [...new Set(paths)]
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}

/** Lines of a source with their numbers. */
export function linesOf(source: Source): { readonly line: number; readonly text: string }[] {
  return source.text.split('\n').map((text, index) => ({ line: index + 1, text }));
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

export function describeFinding({ path, line, says }: Finding): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${says}`;
}
