// Runs on any Node >= 20, before anything of ours is installed: makes `npm start` and `npm test` work on a fresh clone.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** npm writes its own copy of the lockfile last, so it is older than ours whenever an installation is missing, cut off or out of date. */
function isInstalled() {
  const wanted = statSync(`${root}package-lock.json`).mtimeMs;
  const installed = statSync(`${root}node_modules/.package-lock.json`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return installed >= wanted;
}

if (!isInstalled()) {
  console.error('Installing dependencies (npm ci) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`npm ci failed${error ? `: ${error.message}` : ''}. Node >= 20 and npm >= 10 with access to a registry are needed.`);
    process.exit(status ?? 1);
  }
}
