import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { partialPath, prepareFolder, publish } from './cache.ts';
import type { FoundBinaries, Rung } from './ladder.ts';
import { type BinaryName, GO_BUILD_FLAGS, type Platform, type Recipe } from './recipes.ts';
import { tailOf } from './server-start.ts';
import { Supervision } from './supervision.ts';

export interface BuildOptions {
  /** Folder of the finished binaries; only the holder of the lock may build into it. */
  readonly directory: string;
  readonly platform: Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  readonly recipeOf: (binary: BinaryName) => Recipe;
  readonly goCommand: string;
}

const HEARTBEAT_MS = 30_000;
/** Behind whatever else the machine does: a build takes minutes of all its cores. */
const NICENESS = 10;

/** Builds what is missing from the pinned Go modules. Each finished binary stays, so an interrupted run goes on where it was. */
export function buildRung(options: BuildOptions): Rung {
  return { name: 'build from the pinned Go modules', provide: (wanted) => buildAll(options, wanted) };
}

async function buildAll(options: BuildOptions, wanted: readonly BinaryName[]) {
  await prepareFolder(options.directory);
  const found = new Map<BinaryName, string>();
  const supervision = new Supervision();
  try {
    for (const binary of wanted) found.set(binary, await build(options, supervision, binary));
    return { found: found as FoundBinaries, note: 'built' };
  } catch (error) {
    return { found: found as FoundBinaries, note: error instanceof Error ? error.message : String(error) };
  } finally {
    await supervision.close();
  }
}

async function build(options: BuildOptions, supervision: Supervision, binary: BinaryName): Promise<string> {
  const { directory, report } = options;
  const recipe = options.recipeOf(binary);
  const what = `${binary} ${recipe.version}`;
  report(`control plane: building ${what} from source, once; the first time that takes minutes`);
  const startedAt = performance.now();
  const seconds = () => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  const heartbeat = setInterval(() => report(`control plane: still building ${what}, ${seconds()}`), HEARTBEAT_MS);
  try {
    const partial = partialPath(directory, binary);
    await runGo(options, supervision, recipe, partial);
    const megabytes = Math.round(statSync(partial).size / 1_000_000);
    const path = await publish(partial, directory, binary);
    report(`control plane: built ${what} in ${seconds()} (${megabytes} MB)`);
    return path;
  } finally {
    clearInterval(heartbeat);
  }
}

async function runGo(options: BuildOptions, supervision: Supervision, recipe: Recipe, output: string): Promise<void> {
  const logFile = join(options.directory, `build-${recipe.binary}.log`);
  const command = options.goCommand;
  const args = ['build', ...GO_BUILD_FLAGS, `-ldflags=${recipe.ldflags.join(' ')}`, `-o=${output}`];
  const spec = { name: `build ${recipe.binary}`, command, args: [...args, recipe.goPackage], logFile, niceness: NICENESS };
  const env = { ...options.env, ...buildEnvironment(options.platform) };
  const go = await supervision.run({ ...spec, cwd: recipe.moduleDirectory, env }).catch((error: unknown) => {
    throw new Error(`Go 1.26 or newer cannot be run as \`${command}\``, { cause: error });
  });
  const { code, signal } = await go.exited;
  if (code !== 0) throw new Error(`building ${recipe.binary} failed (${signal ?? `code ${code}`}):\n${await tailOf(logFile)}`);
  await rm(logFile);
}

/** The user's own settings for other builds must not change these. */
function buildEnvironment(platform: Platform): NodeJS.ProcessEnv {
  return { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOOS: platform.os, GOARCH: platform.arch };
}
