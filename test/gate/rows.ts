import { type Finding, lineAt, type Source } from './sources.ts';

/** How soon a user needs what a row asks for. */
export const PRIORITIES = ['core', 'important', 'later', 'not applicable'] as const;
export type Priority = (typeof PRIORITIES)[number];

const LAST_ROW = 385;

/** Rows of the requirements that are not core. */
const LESS_URGENT: Readonly<Record<Exclude<Priority, 'core'>, string>> = {
  important:
    '11 17 24 30 33 35-38 40 42 54 58 64 66-67 72 76 86-87 93 103-104 113 120 124-125 134-136 150-152 156-157 160 164 171-172 177 181 192-193 196 199-201 203-205 207-209 211 218-219 223 225-226 229-230 232-236 240 250 256-257 264 266-269 271 273-277 285-287 289 296 298 301-303 319 322 325 329 332 334-335 347 349 352-354 360-362 366 369-370 375-376 382-385',
  later:
    '18 27 43 55 79-81 85 121 123 137 161 167 198 220 227 231 237 270 272 291-292 318 326-328 330-331 333 336-337 350-351 357-358 367-368 371-374 378',
  'not applicable': '19 31 282 290 304 317 355-356 359 363-364',
};

function numbersIn(ranges: string): number[] {
  return ranges.split(' ').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

const idOf = (row: number): string => `S${String(row).padStart(3, '0')}`;

const PRIORITY_BY_ROW: ReadonlyMap<string, Priority> = new Map([
  ...numbersIn(`1-${LAST_ROW}`).map((row) => [idOf(row), 'core'] as const),
  ...PRIORITIES.filter((priority) => priority !== 'core').flatMap((priority) =>
    numbersIn(LESS_URGENT[priority]).map((row) => [idOf(row), priority] as const),
  ),
]);

/** Titles of tests and suites start with the rows that they prove: `[S212]`, `[S212, S213]`, `[S212] [S213]`. */
const ROWS_FIRST = /^(?:\[S\d[^\]]*\] ?)+/;
const QUOTED_ROWS = /['"`]((?:\[S\d[^\]]*\] ?)+)/g;
/** The gate's own tests hold wrong titles as examples. */
const EXAMPLES = 'test/gate/';

/** The rows that a title claims to prove; whether they exist is another question. */
export function rowsOf(title: string): string[] {
  return ROWS_FIRST.exec(title)?.[0].match(/[^[\], ]+/g) ?? [];
}

/** Rows that titles claim to prove and that nobody asks for. */
export function findUnknownRows(sources: readonly Source[]): Finding[] {
  const read = sources.filter(({ path }) => path.endsWith('.test.ts') && !path.startsWith(EXAMPLES));
  return read.flatMap(({ path, text }) =>
    [...text.matchAll(QUOTED_ROWS)].flatMap(({ 1: rows = '', index }) =>
      rowsOf(rows)
        .filter((row) => !PRIORITY_BY_ROW.has(row))
        .map((row) => ({
          path,
          line: lineAt(text, index),
          says: `there is no row ${row}; a title starts with S and three digits, several with a comma`,
        })),
    ),
  );
}

const ANY_ROW = /\[S\d/;

/** Titles that name a row where it does not count: the run fails on them, because what is not counted is soon not proven. */
export function misplacedRows(tests: readonly RunTest[]): string[] {
  const titles = tests.flatMap(({ title, ancestorTitles }) => [title, ...ancestorTitles]);
  return [...new Set(titles)].filter((title) => ANY_ROW.test(title.replace(ROWS_FIRST, '')));
}

/** One test of a run, as vitest's JSON reporter tells it. */
export interface RunTest {
  readonly title: string;
  readonly ancestorTitles: readonly string[];
  readonly status: string;
}

export interface Coverage {
  readonly priority: Priority;
  readonly rows: number;
  readonly proven: readonly string[];
}

/**
 * Which rows the tests of a run prove, by priority. Only what passed counts, titles made while it ran included; a row that any failed test
 * claims is not proven.
 */
export function coverageOf(tests: readonly RunTest[]): Coverage[] {
  const claimed = (wanted: (test: RunTest) => boolean): Set<string> =>
    new Set(tests.filter(wanted).flatMap(({ title, ancestorTitles }) => [title, ...ancestorTitles].flatMap(rowsOf)));
  const passed = claimed(({ status }) => status === 'passed');
  const failed = claimed(({ status }) => status === 'failed');
  return PRIORITIES.map((priority) => {
    const rows = [...PRIORITY_BY_ROW].filter(([, of]) => of === priority).map(([row]) => row);
    return { priority, rows: rows.length, proven: rows.filter((row) => passed.has(row) && !failed.has(row)) };
  });
}
