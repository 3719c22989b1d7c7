import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

const LOCK_MODULE = fileURLToPath(new URL('./lock.ts', import.meta.url));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trunkline-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const silent = { report: () => undefined, pollMs: 5 };

/** A process that takes the lock, says so and keeps it until it is killed. */
async function otherHolder(lockFile: string) {
  const script = `import { withLock } from ${JSON.stringify(LOCK_MODULE)};
    await withLock(${JSON.stringify(lockFile)}, { report() {} }, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe('withLock', () => {
  it('gives the result of the work and lets the next one in, also after a failure', async () => {
    const lockFile = join(directory, 'lock');
    expect(await withLock(lockFile, silent, async () => 'done')).toBe('done');
    await expect(withLock(lockFile, silent, () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
    expect(await withLock(lockFile, silent, async () => 'again')).toBe('again');
  });

  it('never lets two in at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(join(directory, 'lock'), silent, work)));
    expect(most).toBe(1);
  });

  it('waits for another process, says once who it is, and goes on when that one is killed', async () => {
    const lockFile = join(directory, 'lock');
    const holder = await otherHolder(lockFile);
    const lines: string[] = [];
    let entered = false;
    const waiting = withLock(lockFile, { report: (line) => void lines.push(line), pollMs: 5 }, async () => {
      entered = true;
    });
    await expect.poll(() => lines.length).toBe(1);
    expect(lines[0]).toContain(`process ${holder.pid} since`);
    expect(entered).toBe(false);
    holder.kill('SIGKILL');
    await waiting;
    expect(entered).toBe(true);
    expect(lines).toHaveLength(1);
  });
});
