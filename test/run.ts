import { spawn } from 'node:child_process';

const SUITES = ['unit', 'contract', 'cluster', 'end-to-end'];

/** `npm test` runs every suite; `npm test -- unit cluster` only those; anything else goes to vitest as it is. */
const args = process.argv.slice(2);
const chosen = args.filter((arg) => SUITES.includes(arg));
const rest = args.filter((arg) => !SUITES.includes(arg));
const projects = (chosen.length > 0 ? chosen : SUITES).flatMap((name) => ['--project', name]);
const vitest = spawn('vitest', ['run', ...projects, ...rest], { stdio: 'inherit' });
vitest.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
