import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { apply, sharedCluster, uniqueNamespace } from '../support/control-plane.ts';
import { eventually } from '../support/runtime-harness.ts';
import { installWidgets, widget } from '../support/widget.ts';

const cluster = sharedCluster();

beforeAll(() => installWidgets(cluster));

interface Write {
  readonly name: string;
  readonly size: number;
  readonly by: string;
  readonly at: number;
}

/** The outside system of the replicas: remembers the state of each name and every write that came. */
async function outsideSystem(): Promise<{ readonly url: string; readonly writes: Write[]; sizeOf(name: string): number | undefined }> {
  const writes: Write[] = [];
  const sizes = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = (request.url ?? '').slice(1);
    if (request.method === 'PUT') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { size, by } = JSON.parse(Buffer.concat(chunks).toString()) as { size: number; by: string };
      writes.push({ name, size, by, at: performance.now() });
      sizes.set(name, size);
    }
    response.end(JSON.stringify({ size: sizes.get(name) }));
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, writes, sizeOf: (name) => sizes.get(name) };
}

interface Replica {
  readonly identity: string;
  readonly process: ChildProcess;
  leads: boolean;
}

function startReplica(namespace: string, outside: string, identity: string): Replica {
  const file = fileURLToPath(new URL('../support/replica.ts', import.meta.url));
  const child = fork(file, [cluster.kubeconfigPath, namespace, identity, outside], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const replica = { identity, process: child, leads: false };
  child.on('message', () => {
    replica.leads = true;
  });
  onTestFinished(() => {
    child.kill('SIGKILL'); // also ends a stopped one
  });
  return replica;
}

const COUNT = 12;

describe('two replicas as processes', () => {
  async function setUp(): Promise<{
    readonly outside: Awaited<ReturnType<typeof outsideSystem>>;
    readonly first: Replica;
    readonly second: Replica;
    edit(size: number): Promise<void>;
    arrived(size: number): Promise<number>;
  }> {
    const namespace = await uniqueNamespace(cluster, 'replicas');
    const outside = await outsideSystem();
    const names = Array.from({ length: COUNT }, (_, i) => `w${i}`);
    const edit = async (size: number): Promise<void> => {
      await apply(
        cluster,
        names.map((name) => widget(namespace, name, { size })),
      );
    };
    const arrived = async (size: number): Promise<number> => {
      await eventually(() => names.every((name) => outside.sizeOf(name) === size));
      return performance.now();
    };
    await edit(1);
    const first = startReplica(namespace, outside.url, 'first');
    await eventually(() => first.leads);
    const second = startReplica(namespace, outside.url, 'second');
    await arrived(1);
    await edit(2);
    await arrived(2);
    expect(outside.writes.every(({ by }) => by === 'first')).toBe(true);
    return { outside, first, second, edit, arrived };
  }

  /** Each state went out once, and never an older one after a newer. */
  function expectOrder(writes: readonly Write[]): void {
    const newest = new Map<string, number>();
    const wrong = writes.filter(({ name, size }) => {
      const before = newest.get(name) ?? 0;
      newest.set(name, Math.max(size, before));
      return size <= before;
    });
    expect(wrong).toEqual([]);
  }

  it('[S377] hand over at once on SIGTERM, and the first ends with 0', async () => {
    const { outside, first, second, edit, arrived } = await setUp();
    await edit(3); // in the middle of work
    const ended = once(first.process, 'exit');
    first.process.kill('SIGTERM');
    const [code] = await ended;
    const endedAt = performance.now();
    expect(code).toBe(0);
    await eventually(() => second.leads);
    expect(performance.now() - endedAt).toBeLessThan(5000);
    await edit(4);
    await arrived(4);
    expect(outside.writes.at(-1)?.by).toBe('second');
    expectOrder(outside.writes);
  });

  it('[S377] take over within 20 s when the leader is killed', async () => {
    const { outside, first, second, edit, arrived } = await setUp();
    first.process.kill('SIGKILL');
    const killedAt = performance.now();
    await edit(3);
    const doneAt = await arrived(3);
    expect(doneAt - killedAt).toBeLessThan(20_000);
    expect(second.leads).toBe(true);
    expectOrder(outside.writes);
  });

  it('[S377] let no stopped leader write when it is continued after the take-over; it ends with 1', async () => {
    const { outside, first, second, edit, arrived } = await setUp();
    await edit(3);
    first.process.kill('SIGSTOP');
    await eventually(() => second.leads);
    await edit(4);
    const takenOverAt = await arrived(4);
    const ended = once(first.process, 'exit');
    first.process.kill('SIGCONT');
    const [code] = await ended;
    expect(code).toBe(1);
    await edit(5);
    await arrived(5);
    expect(outside.writes.filter(({ by, at }) => by === 'first' && at > takenOverAt)).toEqual([]);
    expectOrder(outside.writes);
  });
});
