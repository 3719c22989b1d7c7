import { accessSync, constants } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { BinaryName } from './recipes.ts';

/** Where things lie that cost minutes to make again: outside the checkout, shared by all of them. `TRUNKLINE_CACHE` overrides it. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return env['TRUNKLINE_CACHE'] ?? join(homedir(), '.cache', 'trunkline');
}

/** The path of the binary in a folder when it is there and may be run. */
export function executableIn(directory: string, binary: BinaryName): string | undefined {
  const path = join(directory, binary);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

const PARTIAL = '.partial';

/** Where to make a binary before it is published; unique per process. */
export function partialPath(directory: string, binary: BinaryName): string {
  return join(directory, `${binary}-${process.pid}${PARTIAL}`);
}

/** Puts a finished file in its place in one step: an interruption leaves either nothing or all of it. */
export async function publish(partial: string, directory: string, binary: BinaryName): Promise<string> {
  const path = join(directory, binary);
  await rename(partial, path);
  return path;
}

/** Makes the folder and clears what interrupted runs left in it. Only for the holder of the lock: others may be at work otherwise. */
export async function prepareFolder(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const leftOver = (await readdir(directory)).filter((name) => name.endsWith(PARTIAL));
  await Promise.all(leftOver.map((name) => rm(join(directory, name), { recursive: true, force: true })));
}
