import { type Finding, linesOf, type Source } from './sources.ts';

const MAX_LINES = 300;

/** Code files that deserve a second look because they are long; a report, not a rule. */
export function findLongFiles(sources: readonly Source[]): Finding[] {
  return sources
    .filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.gen.ts'))
    .map((source) => ({ path: source.path, lines: linesOf(source).length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => ({ path, says: `${lines} lines; look twice above ${MAX_LINES}` }));
}
