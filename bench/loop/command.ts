import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ControlPlane, startControlPlane } from '../../sandbox/control-plane/control-plane.ts';
import { imageNodeOptions } from './image.ts';
import { loadObjects, Toucher } from './load.ts';
import { BENCH_KINDS, countOf, NAMESPACE } from './objects.ts';
import type { FromWorker, TouchFigures, ToWorker, WorkerFigures } from './protocol.ts';

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
    worker = await startWorker(plane);
    const { figures } = (await answerOf(worker, 'measured')) as { figures: WorkerFigures };
    const toucher = new Toucher(plane.etcdUrl, objects);
    const count = Math.min(MOST_TOUCHES, countOf('NumberRange', objects));
    // The burst goes first: in a process of minutes, compiling the way of an event costs more than the events of the steady phase.
    const burst = await touchPhase(worker, toucher, { count, withStatus: false });
    const touch = await touchPhase(worker, toucher, { count, perSecond: TOUCHES_PER_S, withStatus: false });
    const change = await touchPhase(worker, toucher, { count, perSecond: TOUCHES_PER_S, withStatus: true });
    const head = { bench: 'loop', kubernetes: plane.version, node: process.version, wireBytes: bytes };
    console.log(JSON.stringify({ ...head, ...figures, burst, touch, change }));
  } finally {
    await stopWorker(worker);
    await plane.stop();
  }
}

/** As in a pod: a service account with its token and the authority's certificate in a folder, and two variables of the environment. */
async function startWorker(plane: ControlPlane): Promise<ChildProcess> {
  await plane.kubectl(['create', 'serviceaccount', 'operator', `--namespace=${NAMESPACE}`]);
  await plane.kubectl(['create', 'clusterrolebinding', 'bench', '--clusterrole=cluster-admin', `--serviceaccount=${NAMESPACE}:operator`]);
  const { stdout: token } = await plane.kubectl(['create', 'token', 'operator', `--namespace=${NAMESPACE}`, '--duration=2h']);
  const folder = await mkdtemp(join(plane.scratchDirectory, 'service-account-'));
  const files = { token, 'ca.crt': plane.caPem, namespace: NAMESPACE };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
  const { hostname, port } = new URL(plane.server);
  return fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [folder], {
    execArgv: [...process.execArgv, ...(await imageNodeOptions())],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  });
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

interface Phase {
  readonly count: number;
  /** Absent: as fast as etcd takes them. */
  readonly perSecond?: number;
  readonly withStatus: boolean;
}

/** Each object once: two touches of one could become one pass. */
async function touchPhase(worker: ChildProcess, toucher: Toucher, phase: Phase): Promise<TouchFigures> {
  const ready = answerOf(worker, 'touching');
  const touched = answerOf(worker, 'touched');
  worker.send({ type: 'touch', count: phase.count } satisfies ToWorker);
  await ready;
  if (phase.perSecond === undefined) await touchFast(toucher, phase);
  else await touchSteadily(toucher, phase, phase.perSecond);
  const { p50Ms, p95Ms, p99Ms, cpuUs } = (await touched) as TouchFigures & { type: 'touched' };
  return { p50Ms, p95Ms, p99Ms, cpuUs };
}

async function touchSteadily(toucher: Toucher, { count, withStatus }: Phase, perSecond: number): Promise<void> {
  const startedAt = performance.now();
  const sent: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const waitMs = startedAt + (i * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    sent.push(toucher.touch(i, withStatus));
  }
  await Promise.all(sent);
}

async function touchFast(toucher: Toucher, { count, withStatus }: Phase): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await toucher.touch(i, withStatus);
  };
  await Promise.all(Array.from({ length: 32 }, lane));
}

/** Resolves with the worker's next message of that type; rejects when it ends instead. */
function answerOf(worker: ChildProcess, type: FromWorker['type']): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      worker.off('message', onMessage);
      worker.off('exit', onExit);
    };
    const onMessage = (message: FromWorker): void => {
      if (message.type !== type) return;
      stop();
      resolve(message);
    };
    const onExit = (code: number | null): void => {
      stop();
      reject(new Error(`the measured process ended with ${String(code)}`));
    };
    worker.on('message', onMessage);
    worker.on('exit', onExit);
  });
}

async function stopWorker(worker: ChildProcess | undefined): Promise<void> {
  if (worker === undefined || worker.exitCode !== null) return;
  const ended = once(worker, 'exit');
  if (worker.connected) worker.send({ type: 'stop' } satisfies ToWorker);
  const hurry = setTimeout(() => worker.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(hurry);
}
