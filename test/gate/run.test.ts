import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from './place.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A project whose one test does `work`; `runs` tells the process of the worker and of a server that it has started. */
async function project(work: string): Promise<void> {
  const supervision = join(ROOT, 'sandbox/control-plane/supervision.ts');
  const notes = { running: join(folder, 'running'), log: join(folder, 'server.log') };
  await writeFile(join(folder, 'vitest.config.mjs'), `export default { test: { globals: true, include: ['*.test.ts'], name: 'unit' } };`);
  await writeFile(
    join(folder, 'long.test.ts'),
    `import { rename, writeFile } from 'node:fs/promises';
    import { Supervision } from ${JSON.stringify(supervision)};
    it('takes long', async () => {
      const spec = { name: 'server', command: '/bin/sleep', args: ['600'], logFile: ${JSON.stringify(notes.log)} };
      const server = await new Supervision().run(spec);
      await writeFile(${JSON.stringify(`${notes.running}.new`)}, JSON.stringify([process.pid, server.pid]));
      await rename(${JSON.stringify(`${notes.running}.new`)}, ${JSON.stringify(notes.running)});
      ${work}
    }, 600_000);`,
  );
}

/** `npm test -- unit` on that project, by npm or without it, with nothing of the vitest that runs us. */
function start(by: 'npm' | 'itself' = 'itself') {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), CI: 'true' };
  const args = ['unit', '--root', folder];
  const [command, ...its] =
    by === 'npm' ? ['npm', 'test', '--ignore-scripts', '--', ...args] : [process.execPath, join(ROOT, 'test/run.ts'), ...args];
  const child = spawn(command ?? '', its, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, exited: once(child, 'exit'), stdout: text(child.stdout), stderr: text(child.stderr) };
}

async function running(): Promise<[worker: number, server: number]> {
  const read = () => readFile(join(folder, 'running'), 'utf8').catch(() => undefined);
  await expect.poll(read).toBeDefined();
  return JSON.parse((await read()) ?? '');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const FOR_EVER = 'await new Promise(() => setInterval(() => undefined, 1_000));';

describe('the run of the suites', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends by %s with everything that it has started, whatever a test is doing', async (signal) => {
    await project(FOR_EVER);
    const { child, exited, stderr } = start();
    const [worker, server] = await running();
    child.kill(signal);
    expect(await exited).toEqual([128 + constants.signals[signal], null]);
    expect(isAlive(worker)).toBe(false);
    await expect.poll(() => isAlive(server)).toBe(false);
    expect(await stderr).toContain(`ended by ${signal}`);
  });

  it('is told by npm when that one is to end, and npm waits for it', async () => {
    await project(FOR_EVER);
    const { child, exited } = start('npm');
    const [worker, server] = await running();
    child.kill('SIGTERM');
    await exited;
    expect(isAlive(worker)).toBe(false);
    await expect.poll(() => isAlive(server)).toBe(false);
  });

  it('ends with the code of vitest and one plain line', async () => {
    await project(`expect('this').toBe('that');`);
    const { exited, stdout } = start();
    expect(await exited).toEqual([1, null]);
    expect((await stdout).trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
    const [, server] = await running();
    await expect.poll(() => isAlive(server)).toBe(false);
  });
});
