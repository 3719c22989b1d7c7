import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The operator as a process of its own; killed when it has not ended by itself after a minute, and then without an exit code. */
function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-main-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: object): Promise<string> {
  await writeFile(join(folder, name), JSON.stringify(content));
  return join(folder, name);
}

describe('the process', () => {
  it('prints its usage and version', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('usage: trunkline operator --config FILE') });
    expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each([
    [['operate'], 'unknown command "operate"'],
    [['operator'], '--config is missing'],
    [['operator', '--config', 'x', '--actuation', 'Sometimes'], '--actuation is Active or Paused'],
    [['operator', '--konfig', 'x'], '--konfig'],
  ])('ends with 2 and the usage for %j', async (args, problem) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr).toContain('usage:');
  });

  it('ends with 2 when settings, or a file that they name, cannot be used', async () => {
    expect(await run('operator', '--config', await fileOf('typo.yaml', { installation: 'nl1', typo: 1 }))).toMatchObject({ code: 2 });
    const mail = { host: 'mail.example.com', from: 'a@example.com', passwordFile: join(folder, 'nowhere') };
    const config = await fileOf('no-password.yaml', { installation: 'nl1', mail });
    const { code, stderr } = await run('operator', '--config', config, '--kubeconfig', await kubeconfig());
    expect(code).toBe(2);
    expect(stderr).toContain('mail.passwordFile');
  });

  it('ends with 1, by itself, when the port of its probes is taken: nothing may run that nobody can watch', async () => {
    const taken = await listen();
    try {
      const config = await fileOf('taken.yaml', { installation: 'nl1', server: { host: '127.0.0.1', port: taken.port } });
      const { code, stderr } = await run('operator', '--config', config, '--kubeconfig', await kubeconfig());
      expect(code).toBe(1);
      expect(stderr).toContain('EADDRINUSE');
    } finally {
      taken.server.close();
    }
  });
});

/** Of a cluster that is not there. */
function kubeconfig(): Promise<string> {
  return fileOf('kubeconfig', {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'none', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'nobody', user: { token: 'not-a-token' } }],
    contexts: [{ name: 'none', context: { cluster: 'none', user: 'nobody' } }],
    'current-context': 'none',
  });
}

function listen(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: address !== null && typeof address === 'object' ? address.port : 0 });
    });
  });
}
