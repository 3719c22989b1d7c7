import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { KubeObject } from '../../operator/api/meta.ts';
import type { Report, StatusBase } from '../../operator/runtime/reconciler.ts';
import { BENCH_KINDS, type BenchKind, finding, TOUCH, TOUCH_STATUS } from './objects.ts';
import type { FromWorker, ToWorker, WorkerFigures } from './protocol.ts';

/** The process that is measured: the compiled runtime with its default settings, and a reconciler for each kind that reads, compares and reports. */
type BenchObject = KubeObject<{ customerRef?: { name: string }; siteRef?: { name: string } }, BenchStatus>;

interface BenchStatus extends StatusBase {
  readonly footprint?: readonly object[];
  readonly tenantId?: string;
}

async function compiled<T>(file: string): Promise<T> {
  return (await import(new URL(`../../dist/operator/${file}.js`, import.meta.url).href)) as T;
}

const { SystemClock } = await compiled<typeof import('../../operator/runtime/system-clock.ts')>('runtime/system-clock');
const { loadClusterAccess } = await compiled<typeof import('../../operator/runtime/kube-config.ts')>('runtime/kube-config');
const { HttpsTransport } = await compiled<typeof import('../../operator/runtime/transport.ts')>('runtime/transport');
const { KubeClient } = await compiled<typeof import('../../operator/runtime/kube-client.ts')>('runtime/kube-client');
const { watchedKind } = await compiled<typeof import('../../operator/runtime/watched-kind.ts')>('runtime/watched-kind');
const { controller } = await compiled<typeof import('../../operator/runtime/kind-controller.ts')>('runtime/kind-controller');
const { startRuntime } = await compiled<typeof import('../../operator/runtime/runtime.ts')>('runtime/runtime');
const { PrometheusMeters } = await compiled<typeof import('../../operator/observability/meters.ts')>('observability/meters');
const { createLogger } = await compiled<typeof import('../../operator/observability/logger.ts')>('observability/logger');
const { SecretValues } = await compiled<typeof import('../../operator/observability/secret-values.ts')>('observability/secret-values');

const [inClusterRoot = ''] = process.argv.slice(2);
const RESOLUTION_MS = 10;
const NO_OP_ROUNDS = 8;

const clock = new SystemClock();
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let passes = 0;

const kinds = new Map(
  BENCH_KINDS.map(({ kind, plural }) => [
    kind as BenchKind,
    watchedKind<BenchObject>({
      group: 'trunkline.dev',
      version: 'v1alpha1',
      plural,
      kind,
      indexes: {
        customer: (object) =>
          object.spec.customerRef === undefined ? [] : [`${object.metadata.namespace}/${object.spec.customerRef.name}`],
      },
    }),
  ]),
);

/** Resolves what the object refers to, states everything there is to say, and notes when a touch has come through. */
function reconcile(kind: BenchKind, object: BenchObject): Report<BenchStatus> {
  passes++;
  const { metadata, spec } = object;
  const customer = spec.customerRef && kinds.get('Customer')?.store.get(`${metadata.namespace ?? ''}/${spec.customerRef.name}`);
  const site = spec.siteRef && kinds.get('SiteLocation')?.store.get(`${metadata.namespace ?? ''}/${spec.siteRef.name}`);
  if ((spec.customerRef && !customer) || (spec.siteRef && !site)) throw new Error('a reference of the bench is missing');
  const { conditions, footprint } = finding(kind, metadata.name, 1);
  const touched = metadata.annotations?.[TOUCH];
  const follows = metadata.annotations?.[TOUCH_STATUS];
  return {
    status: { footprint, ...(follows === undefined ? {} : { tenantId: follows }) },
    conditions,
    ...(touched === undefined ? {} : { afterStatus: () => noteTouch(Number(touched)) }),
  };
}

/** Times are of the machine's wall clock with fractions, the same in both processes. */
function noteTouch(at: number): void {
  if (touches === undefined) return;
  touches.tookMs.push(performance.timeOrigin + performance.now() - at);
  if (touches.tookMs.length === touches.count) touches.done();
}

let touches: { readonly count: number; readonly tookMs: number[]; readonly done: () => void } | undefined;
const meters = new PrometheusMeters();
meters.addProcessMetrics({ version: 'bench', commit: 'bench' });
const { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = process.env;
const access = await loadClusterAccess({ env: { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT }, inClusterRoot }, clock);
const transport = new HttpsTransport({ access, clock, userAgent: 'trunkline/bench (operator)', meters });
const log = createLogger({
  level: 'info',
  base: {},
  secrets: new SecretValues(),
  destination: { write: (line) => void process.stderr.write(line) },
});

delay.enable();
const startedAt = performance.now();
const runtime = startRuntime({
  transport,
  kube: new KubeClient(transport),
  clock,
  random: Math.random,
  log,
  meters,
  kinds: [...kinds.values()],
  controllers: [...kinds].map(([name, kind]) =>
    controller<BenchObject, BenchStatus>({
      kind,
      reconciler: { reconcile: (object) => reconcile(name, object), finalize: (object) => ({ ...reconcile(name, object), done: true }) },
    }),
  ),
  election: { namespace: 'default', name: 'bench', identity: `bench_${process.pid}` },
  events: { reportingController: 'trunkline.dev/bench', reportingInstance: 'bench' },
});

async function idle(): Promise<void> {
  while (runtime.pending > 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function rssMiB(): number {
  return Math.round(process.memoryUsage.rss() / 1024 / 1024);
}

function loopDelay(): { p99: number; max: number } {
  const over = (ns: number): number => Math.max(0, round(ns / 1e6 - RESOLUTION_MS));
  return { p99: over(delay.percentile(99)), max: over(delay.max) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function percentile(sorted: readonly number[], share: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}

async function firstPass(): Promise<Partial<WorkerFigures>> {
  await runtime.synced;
  const syncedS = (performance.now() - startedAt) / 1000;
  await runtime.leading;
  await idle();
  const drainedS = (performance.now() - startedAt) / 1000;
  const cpuS = cpuUs() / 1e6;
  const objects = [...kinds.values()].reduce((sum, { store }) => sum + store.size, 0);
  return { objects, syncedS: round(syncedS), firstPassS: round(drainedS), firstPassCpuS: round(cpuS) };
}

let idleCpuUsPerMs = 0;

/** What the process costs while nothing happens (lease, timers, the measuring itself); taken off the cost of a change. */
async function measureIdle(): Promise<Partial<WorkerFigures>> {
  const before = { at: performance.now(), cpu: cpuUs() };
  await new Promise((resolve) => setTimeout(resolve, 5000));
  idleCpuUsPerMs = (cpuUs() - before.cpu) / (performance.now() - before.at);
  return { rssIdleMiB: rssMiB(), idleCpuPercent: round(idleCpuUsPerMs / 10) };
}

async function noOpLoop(): Promise<Partial<WorkerFigures>> {
  const before = { at: performance.now(), cpu: cpuUs(), passes };
  for (let roundNo = 0; roundNo < NO_OP_ROUNDS; roundNo++) {
    await runtime.resync();
    await idle();
  }
  const done = passes - before.passes;
  const seconds = (performance.now() - before.at) / 1000;
  return { noOpPerS: Math.round(done / seconds), noOpCpuUs: round((cpuUs() - before.cpu) / done) };
}

/** Ends with the last touch, without asking for it meanwhile: what polling costs would count as the price of a change. */
async function touchPhase({ count }: ToWorker & { type: 'touch' }): Promise<FromWorker> {
  const tookMs: number[] = [];
  const { promise: complete, resolve: done } = Promise.withResolvers<void>();
  touches = { count, tookMs, done };
  const cpu = cpuUs();
  const since = performance.now();
  process.send?.({ type: 'touching' } satisfies FromWorker);
  await complete;
  touches = undefined;
  const spentUs = cpuUs() - cpu - (performance.now() - since) * idleCpuUsPerMs;
  const sorted = tookMs.toSorted((a, b) => a - b);
  return {
    type: 'touched',
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    cpuUs: Math.round(spentUs / count),
  };
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') {
    void runtime.stop().then(() => process.exit(0));
    return;
  }
  void touchPhase(message).then((answer) => process.send?.(answer));
});

void runtime.finished.then(({ code, error }) => {
  if (code === 0) return;
  console.error(error);
  process.exit(code);
});

const figures = { ...(await firstPass()), ...(await measureIdle()), ...(await noOpLoop()) };
const peak = process.resourceUsage().maxRSS / 1024;
const { p99, max } = loopDelay();
const all = { ...figures, loopDelayP99Ms: p99, loopDelayMaxMs: max, rssPeakMiB: Math.round(peak) } as WorkerFigures;
process.send?.({ type: 'measured', figures: all } satisfies FromWorker);
