import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { type ServerStart, ServerStartError, startServer, tailOf } from './server-start.ts';
import { Supervision } from './supervision.ts';

let root: string;
let supervision: Supervision;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trunkline-server-'));
  supervision = new Supervision();
});
afterEach(async () => {
  await supervision.close();
  await rm(root, { recursive: true, force: true });
});

const server = (script: string, isReady: ServerStart['isReady']): ServerStart => ({
  name: 'server',
  command: '/bin/sh',
  args: ['-c', script],
  logFile: join(root, 'server.log'),
  isReady,
});

describe('startServer', () => {
  it('resolves when the server says that it is ready, not before', async () => {
    let asked = 0;
    const running = await startServer(
      supervision,
      server('sleep 60', async () => ++asked === 3),
    );
    expect(asked).toBe(3);
    expect(running.exit()).toBeUndefined();
  });

  it.each([
    { said: 'listen tcp 127.0.0.1:20003: bind: address already in use', portClash: true },
    { said: 'unknown flag: --wishful', portClash: false },
  ])('tells why the server ended, and whether another port may help: $said', async ({ said, portClash }) => {
    const start = server(`echo '${said}'; exit 1`, async () => false);
    const failure = await startServer(supervision, start).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServerStartError);
    expect(failure).toMatchObject({ portClash, message: `server ended (code 1) before it was ready. Last lines of its log:\n${said}` });
  });

  it('shows the last lines of a log only', async () => {
    const start = server('for i in 1 2 3 4 5; do echo line $i; done; exit 1', async () => false);
    await startServer(supervision, start).catch(() => undefined);
    expect(await tailOf(start.logFile, 2)).toBe('line 4\nline 5');
    expect(await tailOf(join(root, 'absent.log'))).toContain('no log: ENOENT');
  });
});

describe('freePort', () => {
  it('gives a port on which a server can listen', async () => {
    const port = await freePort();
    const listener = createServer();
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => listener.close(resolve));
    expect(port).toBeLessThan(32_768);
  });
});
