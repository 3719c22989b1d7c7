import { coverageOf } from './rows.ts';
import { projectSources } from './sources.ts';

/** Prints how many rows of the requirements the titles of tests claim to prove, by priority; `--rows` names them. */
const isLong = process.argv.includes('--rows');
for (const { priority, rows, proven } of coverageOf(projectSources())) {
  console.log(`${priority}: ${proven.length} of ${rows} rows${isLong && proven.length > 0 ? `: ${proven.join(' ')}` : ''}`);
}
