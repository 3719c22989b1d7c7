import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { type ControlPlane, startControlPlane } from '../../sandbox/control-plane/control-plane.ts';
import { loadObjects } from './load.ts';
import { BENCH_KINDS, countOf, NAMESPACE, nameOf, TOUCH, TOUCH_STATUS } from './objects.ts';
import type { FromWorker, TouchFigures, ToWorker, WorkerFigures } from './protocol.ts';

/** With how long the API server took for the editor's own write, which is part of every one of those times. */
type ChangeFigures = TouchFigures & { readonly writeP50Ms: number; readonly writeP99Ms: number };

const CRDS = fileURLToPath(new URL('../../crds', import.meta.url));
const TOUCHES_PER_S = 100;
const MOST_TOUCHES = 2000;

/** Fresh control plane, objects into etcd, one measured process; one line of JSON on standard output. */
export async function runLoop(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { objects: { type: 'string', default: '10000' } } });
  const objects = Number(values.objects);
  if (!Number.isInteger(objects) || objects < 100) throw new Error('--objects must be a whole number of at least 100');
  const plane = await startControlPlane({ crds: CRDS, controllerManager: false });
  let worker: ChildProcess | undefined;
  try {
    await plane.kubectl(['create', 'namespace', NAMESPACE]);
    const bytes = await loadObjects(plane.etcdUrl, objects);
    await warmUp(plane);
    worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [plane.kubeconfigPath], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { figures } = (await answerOf(worker, 'measured')) as { figures: WorkerFigures };
    const toucher = await Toucher.of(plane.adminKubeconfig);
    const touch = await touchPhase(worker, toucher, objects, false);
    const change = await touchPhase(worker, toucher, objects, true);
    toucher.close();
    console.log(
      JSON.stringify({ bench: 'loop', kubernetes: plane.version, node: process.version, wireBytes: bytes, ...figures, touch, change }),
    );
  } finally {
    await stopWorker(worker);
    await plane.stop();
  }
}

/** The API server fills its own watch cache at the first request for a kind; how long that takes is not ours to measure. */
async function warmUp(plane: ControlPlane): Promise<void> {
  for (const { plural } of BENCH_KINDS) {
    const path = `/apis/trunkline.dev/v1alpha1/${plural}`;
    const first = await plane.kubectl(['get', '--raw', `${path}?limit=1`]);
    const { metadata } = JSON.parse(first.stdout) as { metadata: { resourceVersion: string } };
    const watch = ['get', '--raw', `${path}?watch=1&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`];
    for (let isReady = false; !isReady; ) isReady = await plane.kubectl(watch).then(() => true, wait); // 429 until it is filled
  }
}

function wait(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), 500));
}

async function touchPhase(worker: ChildProcess, toucher: Toucher, objects: number, withStatus: boolean): Promise<ChangeFigures> {
  const ready = answerOf(worker, 'touching');
  const touched = answerOf(worker, 'touched');
  const count = Math.min(MOST_TOUCHES, countOf('NumberRange', objects)); // each object once: two touches of one could become one pass
  worker.send({ type: 'touch', count } satisfies ToWorker);
  await ready;
  const startedAt = performance.now();
  const sent: Promise<number>[] = [];
  for (let i = 0; i < count; i++) {
    const waitMs = startedAt + (i * 1000) / TOUCHES_PER_S - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    sent.push(toucher.touch(nameOf('NumberRange', i), withStatus ? `value-${i}` : undefined));
  }
  const writes = (await Promise.all(sent)).sort((a, b) => a - b);
  const writeMs = (share: number): number => Math.round((writes[Math.floor(writes.length * share)] ?? Number.NaN) * 100) / 100;
  const { p50Ms, p95Ms, p99Ms, cpuUs } = (await touched) as TouchFigures & { type: 'touched' };
  return { p50Ms, p95Ms, p99Ms, cpuUs, writeP50Ms: writeMs(0.5), writeP99Ms: writeMs(0.99) };
}

/** Resolves with the worker's next message of that type; rejects when it ends instead. */
async function answerOf(worker: ChildProcess, type: FromWorker['type']): Promise<FromWorker> {
  for (;;) {
    const ended = once(worker, 'exit').then(([code]) => Promise.reject(new Error(`the measured process ended with ${String(code)}`)));
    const [message] = (await Promise.race([once(worker, 'message'), ended])) as [FromWorker];
    if (message.type === type) return message;
  }
}

async function stopWorker(worker: ChildProcess | undefined): Promise<void> {
  if (worker === undefined || worker.exitCode !== null) return;
  const ended = once(worker, 'exit');
  if (worker.connected) worker.send({ type: 'stop' } satisfies ToWorker);
  const hurry = setTimeout(() => worker.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(hurry);
}

/** Somebody who edits number ranges, over connections that stay open. */
class Toucher {
  readonly #server: URL;
  readonly #agent: Agent;

  private constructor(server: URL, agent: Agent) {
    this.#server = server;
    this.#agent = agent;
  }

  static async of(kubeconfig: string): Promise<Toucher> {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    const options: import('node:https').RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key } = options;
    return new Toucher(new URL(config.getCurrentCluster()?.server ?? ''), new Agent({ keepAlive: true, maxSockets: 32, ca, cert, key }));
  }

  /** Resolves with the milliseconds that the write took. */
  touch(name: string, value: string | undefined): Promise<number> {
    const startedAt = performance.now();
    const annotations = { [TOUCH]: String(performance.timeOrigin + startedAt), [TOUCH_STATUS]: value ?? null };
    const body = JSON.stringify({ metadata: { annotations } });
    return new Promise((resolve, reject) => {
      const call = request(
        {
          agent: this.#agent,
          host: this.#server.hostname,
          port: this.#server.port,
          method: 'PATCH',
          path: `/apis/trunkline.dev/v1alpha1/namespaces/${NAMESPACE}/numberranges/${name}`,
          headers: { 'Content-Type': 'application/merge-patch+json', 'Content-Length': Buffer.byteLength(body) },
        },
        (response) => {
          response.resume();
          if (response.statusCode === 200) response.once('end', () => resolve(performance.now() - startedAt));
          else reject(new Error(`touching ${name}: HTTP ${response.statusCode}`));
        },
      );
      call.once('error', reject);
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
