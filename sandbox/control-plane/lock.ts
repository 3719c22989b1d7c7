import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LockOptions {
  /** Told once, and every half minute, while another process holds the lock. */
  readonly report: (line: string) => void;
  readonly pollMs?: number;
}

const POLL_MS = 300;
const REPORT_EVERY_MS = 30_000;
/** SQLITE_BUSY: somebody else has it. */
const BUSY = 5;

/**
 * Runs `work` while holding the lock of that file; waits, saying so, while another process has it.
 *
 * SQLite is used for nothing but its file lock, the one such lock that Node offers: the kernel lets go of it when its owner ends, however
 * that comes, so there is no stale lock to detect and none to steal from a living owner by mistake.
 */
export async function withLock<T>(lockFile: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lockFile), { recursive: true });
  const database = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    await waitFor(database, lockFile, options);
    await writeFile(ownerFileOf(lockFile), `process ${process.pid} since ${new Date().toISOString()}\n`);
    return await work();
  } finally {
    database.close();
  }
}

async function waitFor(database: DatabaseSync, lockFile: string, options: LockOptions): Promise<void> {
  let reportedAt = Number.NEGATIVE_INFINITY;
  while (!tryLock(database)) {
    if (performance.now() - reportedAt >= REPORT_EVERY_MS) {
      reportedAt = performance.now();
      options.report(`control plane: waiting for another run that prepares the binaries (${await ownerOf(lockFile)})`);
    }
    await sleep(options.pollMs ?? POLL_MS);
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return false;
    throw error;
  }
}

function ownerFileOf(lockFile: string): string {
  return `${lockFile}.owner`;
}

/** For the message only: who holds the lock is known to the kernel alone. */
async function ownerOf(lockFile: string): Promise<string> {
  try {
    return (await readFile(ownerFileOf(lockFile), 'utf8')).trim();
  } catch {
    return 'it has not said who it is';
  }
}
