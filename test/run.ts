import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandPath } from './gate/place.ts';
import { runAsGroup } from './gate/process-group.ts';
import { coverageOf, misplacedRows, type RunTest } from './gate/rows.ts';

interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly assertionResults: readonly RunTest[] }[];
}

const SUITES = ['unit', 'contract', 'cluster', 'end-to-end'];

/** `npm test` runs every suite; `npm test -- unit cluster` only those; anything else goes to vitest as it is. Ends with one plain line. */
const namesRows = process.argv.includes('--rows');
const args = process.argv.slice(2).filter((arg) => arg !== '--rows');
const chosen = args.filter((arg) => SUITES.includes(arg));
const rest = args.filter((arg) => !SUITES.includes(arg));
const projects = (chosen.length > 0 ? chosen : SUITES).flatMap((name) => ['--project', `${name}*`]); // also `<suite>-alone`
const folder = mkdtempSync(join(tmpdir(), 'trunkline-test-'));
const results = join(folder, 'results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];

try {
  // Whoever ends this process means the run: vitest, its workers and what they have started.
  const { code, interruptedBy } = await runAsGroup(process.execPath, [commandPath('vitest'), 'run', ...projects, ...reporters, ...rest]);
  process.exitCode = code;
  if (interruptedBy === undefined) printSummary();
  else console.error(`ended by ${interruptedBy}`);
} catch (thrown) {
  console.error(`vitest cannot be started: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** How many rows of the requirements the passed tests prove (`--rows` names them), then the plain line. */
function printSummary(): void {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(results, 'utf8')) as VitestResults;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    for (const { priority, rows, proven } of coverageOf(tests)) {
      console.log(`requirements, ${priority}: ${proven.length} of ${rows} rows proven${namesRows ? ` ${proven.join(' ')}` : ''}`);
    }
    const misplaced = misplacedRows(tests);
    for (const title of misplaced) console.error(`a row stands first in a title, or it is not counted: ${title}`);
    if (misplaced.length > 0) process.exitCode = 1;
    console.log(`${numPassedTests} passed, ${numFailedTests} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`);
  } catch (thrown) {
    console.error(`vitest left no results: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
