import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../gate/place.ts';
import { type Instruction, parseDockerfile } from '../support/dockerfile.ts';

/**
 * No container engine is needed: the Dockerfile's own instructions are carried out in empty folders, one a stage, with the files that
 * .dockerignore lets into a build. What a base image brings is this machine's Node.
 */
const run = promisify(execFile);

let folder: string;
const stageFolders = new Map<string, string>();
let image: string;
let entryPoint: readonly string[];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-image-'));
  const allowed = await allowedInContext();
  const { stages } = parseDockerfile(await readFile(join(ROOT, 'Dockerfile'), 'utf8'));
  for (const [index, stage] of stages.entries()) {
    const place = join(folder, String(index));
    await mkdir(place);
    stageFolders.set(stage.name ?? String(index), place);
    for (const instruction of stage.instructions) await carryOut(instruction, place, allowed);
    image = place;
    entryPoint = listOf(stage.instructions, 'ENTRYPOINT');
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function allowedInContext(): Promise<ReadonlySet<string>> {
  const lines = (await readFile(join(ROOT, '.dockerignore'), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines[0]).toBe('*');
  return new Set(lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1)));
}

async function carryOut({ word, rest }: Instruction, place: string, allowed: ReadonlySet<string>): Promise<void> {
  if (word === 'RUN') await inShell(rest, place);
  if (word !== 'COPY') return;
  const [, from] = /^--from=(\S+) /.exec(rest) ?? [];
  const paths = rest.split(' ').filter((part) => !part.startsWith('--'));
  const target = paths.pop() ?? '';
  for (const path of paths) {
    if (from === undefined && !allowed.has(path)) throw new Error(`.dockerignore keeps ${path} out of the build`);
    // Folders of the build stage are given from its WORKDIR.
    const source = from === undefined ? join(ROOT, path) : join(stageFolders.get(from) ?? '', basename(path));
    await cp(source, join(place, target === './' ? basename(path) : target), {
      recursive: true,
      filter: (file) => !file.endsWith('.test.ts'),
    });
  }
}

async function inShell(command: string, cwd: string): Promise<void> {
  const path = [join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  // What npm has fetched for this checkout is not fetched again: the network is no part of what is proven.
  const env = { ...process.env, PATH: path, CI: 'true', npm_config_prefer_offline: 'true' };
  await run('sh', ['-c', command], { cwd, env, maxBuffer: 16 * 1024 * 1024 });
}

function listOf(instructions: readonly Instruction[], word: string): readonly string[] {
  const rest = instructions.findLast((instruction) => instruction.word === word)?.rest ?? '[]';
  return JSON.parse(rest) as string[];
}

/** The entry point with these arguments; the image's Node and folder are this machine's. */
function start(...args: readonly string[]): Promise<Ended> {
  const [, ...own] = entryPoint.map((part) => part.replace(/^\/app\//, `${image}/`));
  return run(process.execPath, [...own, ...args], { cwd: image, env: { NODE_ENV: 'production' } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failed: Ended) => failed,
  );
}

describe('the image', () => {
  it('starts and says how it is used', async () => {
    const { code, stdout } = await start('--help');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('usage: trunkline operator --config FILE') });
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect((await start('--version')).stdout).toBe(`${version}\n`);
  });

  it('exits 2 on a configuration that cannot work, naming what is wrong', async () => {
    const config = join(folder, 'config.yaml');
    await writeFile(config, 'installation: nl1\nlogLevle: debug\n');
    const { code, stderr } = await start('operator', `--config=${config}`);
    expect(code).toBe(2);
    expect(stderr).toContain('logLevle');
    expect((await start('operator', '--config=/nowhere/config.yaml')).code).toBe(2);
    expect((await start('operator')).code).toBe(2);
    expect((await start('operate')).code).toBe(2);
  });

  it('holds what runs and nothing that only building or testing needs', async () => {
    expect((await readdir(image)).toSorted()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
    const files = await readdir(join(image, 'dist'), { recursive: true });
    expect(files.filter((file) => /\.ts$|test/.test(file))).toEqual([]);
    const { devDependencies } = JSON.parse(await readFile(join(image, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const installed = new Set(await readdir(join(image, 'node_modules')));
    expect(['typescript', 'vitest', 'knip', 'oxlint', 'node'].filter((name) => name in devDependencies && installed.has(name))).toEqual([]);
  });
});
