import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProcessSpec, Supervision } from './supervision.ts';

const SUPERVISION_MODULE = fileURLToPath(new URL('./supervision.ts', import.meta.url));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trunkline-supervision-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A shell process that notes its start and, with `onTerm`, what it does at SIGTERM. */
function shell(name: string, onTerm: string): ProcessSpec {
  const script = `trap '${onTerm}' TERM; echo "${name} up" >> ${root}/notes; while :; do sleep 0.05; done`;
  return { name, command: '/bin/sh', args: ['-c', script], logFile: join(root, `${name}.log`) };
}

const notes = () => readFile(join(root, 'notes'), 'utf8').catch(() => '');
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function started(supervision: Supervision, spec: ProcessSpec) {
  const running = await supervision.run(spec);
  await expect.poll(notes).toContain(`${spec.name} up`);
  return running;
}

describe('Supervision', () => {
  it('stops the last started first and removes the scratch folder after the last has ended', async () => {
    const scratchDirectory = join(root, 'scratch');
    await mkdir(scratchDirectory);
    const supervision = new Supervision({ scratchDirectory });
    for (const name of ['first', 'second']) await started(supervision, shell(name, `echo ${name} down >> ${root}/notes; exit 0`));
    await supervision.close();
    expect(await notes()).toBe('first up\nsecond up\nsecond down\nfirst down\n');
    expect(existsSync(scratchDirectory)).toBe(false);
  });

  it('kills what does not heed SIGTERM', async () => {
    const supervision = new Supervision();
    const stubborn = await started(supervision, shell('stubborn', ':'));
    expect(await supervision.stop(stubborn, { graceMs: 50 })).toEqual({ code: null, signal: 'SIGKILL' });
    await supervision.close();
  });

  it('tells how a process ended and keeps its output', async () => {
    const supervision = new Supervision();
    const spec = { name: 'short', command: '/bin/sh', args: ['-c', 'echo out; echo err >&2; exit 3'], logFile: join(root, 'short.log') };
    const running = await supervision.run(spec);
    expect(await running.exited).toEqual({ code: 3, signal: null });
    expect(running.exit()).toEqual({ code: 3, signal: null });
    expect(await readFile(spec.logFile, 'utf8')).toBe('out\nerr\n');
    await supervision.close();
  });

  it('rejects a command that cannot be started', async () => {
    const supervision = new Supervision();
    const spec = { name: 'none', command: join(root, 'absent'), args: [], logFile: join(root, 'none.log') };
    await expect(supervision.run(spec)).rejects.toThrow('ENOENT');
    await supervision.close();
  });

  it('ends everything when the supervisor alone is killed', async () => {
    const supervision = new Supervision();
    const server = await started(supervision, shell('server', 'exit 0'));
    const parent = spawnSync('ps', ['-o', 'ppid=', '-p', String(server.pid)]).stdout.toString();
    process.kill(Number(parent), 'SIGKILL');
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => isAlive(server.pid)).toBe(false);
    await expect(supervision.run(shell('late', 'exit 0'))).rejects.toThrow('the supervisor of the sandbox processes has ended');
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends everything when its owner ends by %s', async (signal) => {
    const scratchDirectory = join(root, 'scratch');
    await mkdir(scratchDirectory);
    const spec = shell('server', 'exit 0');
    const script = `import { Supervision } from ${JSON.stringify(SUPERVISION_MODULE)};
      const running = await new Supervision(${JSON.stringify({ scratchDirectory })}).run(${JSON.stringify(spec)});
      console.log(running.pid);`;
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(output.toString());
    expect(isAlive(pid)).toBe(true);
    owner.kill(signal);
    await expect.poll(() => isAlive(pid)).toBe(false);
    await expect.poll(() => existsSync(scratchDirectory)).toBe(false);
  });
});
