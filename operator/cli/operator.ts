import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ObjectKey } from '../api/meta.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { Credentials } from '../controllers/credentials.ts';
import { createDelivery } from '../delivery/create-delivery.ts';
import { DEFAULT_LIMITS } from '../delivery/limits.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { type HarRecorder, openHarRecorder } from '../integrations/http/har.ts';
import { type Check, ProcessHealth } from '../observability/health.ts';
import { createLogger } from '../observability/logger.ts';
import { PrometheusMeters } from '../observability/meters.ts';
import { SecretValues } from '../observability/secret-values.ts';
import { startProbeServer } from '../observability/server.ts';
import type { Clock } from '../runtime/clock.ts';
import { KubeClient } from '../runtime/kube-client.ts';
import { loadClusterAccess } from '../runtime/kube-config.ts';
import type { Log } from '../runtime/log.ts';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { SystemClock } from '../runtime/system-clock.ts';
import { HttpsTransport } from '../runtime/transport.ts';
import { WakeUps } from '../runtime/wake-ups.ts';
import { createControllers, fedKinds, storesOf, watchedKinds } from './controllers.ts';
import { maskingKube } from './masking-kube.ts';
import { auditTo, callMetrics, deliveryMetrics, objectMetrics } from './metrics.ts';
import { LeaseMarks } from './open-marks.ts';
import { createOutside } from './outside.ts';
import { PASSES_MS, untilWritten } from './shutdown.ts';
import { VERSION } from './version.ts';

export interface OperatorFlags {
  readonly config: string;
  readonly kubeconfig?: string;
  /** HAR 1.2 file for every exchange with outside systems, secrets masked. */
  readonly record?: string;
  readonly actuation?: 'Active' | 'Paused';
}

const RECONCILER = 'trunkline.dev/trunkline';

/**
 * Runs the operator until it is asked to stop or cannot go on. Resolves with the exit code of the table in docs/reference/exit-codes.md.
 * A clock other than the system's is for tests that move time.
 */
export async function runOperator(flags: OperatorFlags, stop: AbortSignal, clock: Clock = new SystemClock()): Promise<number> {
  const config = loadConfig(flags.config);
  const secrets = new SecretValues();
  const log = createLogger({ level: config.logLevel, base: { component: 'operator', version: VERSION }, secrets });
  const recorder = flags.record === undefined ? undefined : await openHarRecorder(flags.record, VERSION);
  const house = await buildHouse({
    config,
    flags,
    env: process.env,
    clock,
    log,
    secrets,
    stop,
    ...(recorder === undefined ? {} : { recorder }),
  });
  const onStop = (): void => void house.stop();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const finish = await house.finished;
  await house.close();
  await recorder?.close();
  if (finish.error !== undefined) log.error({ err: finish.error, why: finish.why }, 'the operator cannot go on');
  log.info({ why: finish.why, code: finish.code }, 'the operator has ended');
  return finish.code;
}

interface HouseParts {
  readonly config: Config;
  readonly flags: OperatorFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: SecretValues;
  readonly stop: AbortSignal;
  readonly recorder?: HarRecorder;
}

interface House {
  readonly finished: Runtime['finished'];
  /** Ends `finished` orderly, within the time that a pod has for it. */
  stop(): Promise<void>;
  /** Frees what outlives `finished`. */
  close(): Promise<void>;
}

/** Every object once, in start order. What may fail comes before the runtime, which nobody would stop then. */
async function buildHouse({ config, flags, env, clock, log, secrets, stop, recorder }: HouseParts): Promise<House> {
  const meters = new PrometheusMeters({ maxSeries: config.metrics.maxSeries });
  meters.addProcessMetrics({ version: VERSION, commit: env['TRUNKLINE_COMMIT'] ?? 'unknown' });
  const access = await loadClusterAccess({ env, ...(flags.kubeconfig === undefined ? {} : { flag: flags.kubeconfig }) }, clock);
  log.info({ source: access.source, server: access.server.origin }, 'cluster found');
  const transport = new HttpsTransport({ access, clock, userAgent: `trunkline/${VERSION} (operator)`, meters });
  const kube = new KubeClient(transport);
  const identity = `${env['POD_NAME'] ?? hostname()}_${randomUUID()}`;
  const marks = new LeaseMarks({ kube, clock, namespace: config.namespace, holder: identity });
  const http = { clock, userAgent: `trunkline/${VERSION}`, metrics: callMetrics(meters), ...(recorder === undefined ? {} : { recorder }) };
  const outside = await createOutside({ config, runtime: http, kube, log, secrets, abandoned: marks.abandoned });
  let runtime: Runtime | undefined;
  const isLeading = (): boolean => runtime?.fence.isLeader() ?? false;
  const probes = await startProbes({ config, clock, meters, log, stop, runtime: () => runtime });

  const wakeUps = new WakeUps();
  const kinds = watchedKinds();
  objectMetrics(meters, kinds, { ...config.metrics, isLeading });
  const delivery = createDelivery({
    drivers: outside.drivers,
    clock,
    random: Math.random,
    wake: (owner) => {
      // Once a stop is asked for, what became of a write is for the next leader to see: a pass now would only report that we stop.
      if (!stop.aborted) wake(wakeUps, owner);
    },
    fence: () => (isLeading() ? undefined : notLeading()),
    marks: { port: marks, holder: identity },
    metrics: deliveryMetrics(meters, log, config.metrics),
    audit: auditTo(log),
    limits: { ...DEFAULT_LIMITS, inFlight: config.lanes.inFlight },
  });
  const stores = storesOf(kinds);
  const credentials = new Credentials({
    kube: maskingKube(kube, secrets),
    tenants: outside.tenants,
    sbcs: outside.sbcs,
    stores,
    delivery,
    clock,
  });
  const actuation = flags.actuation ?? config.actuation;
  const settings = {
    installation: config.installation,
    defaultChangePolicy: config.defaults.changePolicy,
    actuation,
    operatorVersion: VERSION,
    tenantPollMs: config.tenantPollSeconds * 1000,
    successorWaitMs: config.successorWaitSeconds * 1000,
    portalUrl: config.portalUrl,
    providerName: config.provider.name,
    invitationLifeMs: config.invitationHours * 3_600_000,
  };
  const deps = { stores, delivery, credentials, kube, clock, settings, openMarks: marks };
  const running = startRuntime({
    transport,
    kube,
    clock,
    random: Math.random,
    log,
    meters,
    kinds: fedKinds(kinds),
    controllers: createControllers(kinds, deps, { concurrency: config.concurrency, resyncMs: config.resyncSeconds * 1000 }),
    wakeUps,
    namespaces: config.watchNamespaces,
    ...(config.leaderElection.enabled ? { election: { namespace: config.namespace, name: config.leaderElection.name, identity } } : {}),
    events: { reportingController: RECONCILER, reportingInstance: identity.slice(0, 128) },
    drainTimeoutMs: PASSES_MS,
  });
  runtime = running;
  return {
    finished: running.finished,
    stop: async () => {
      await untilWritten(delivery.drain(), clock, log);
      await running.stop();
    },
    close: async () => {
      await untilWritten(delivery.stop(), clock, log);
      await probes.close();
      outside.close();
    },
  };
}

interface ProbeParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly meters: PrometheusMeters;
  readonly log: Log;
  readonly stop: AbortSignal;
  /** Undefined until there is one. */
  readonly runtime: () => Runtime | undefined;
}

/** Probes and metrics, from before the runtime until after it. Rejects when the port is taken. */
async function startProbes({ config, clock, meters, log, stop, runtime }: ProbeParts): Promise<{ close(): Promise<void> }> {
  const health = new ProcessHealth(clock);
  const server = await startProbeServer({
    ...config.server,
    ready: [() => [startCheck(runtime()), stopCheck(stop)], () => runtime()?.readiness() ?? []],
    live: [() => runtime()?.liveness() ?? [], health.checks],
    metrics: () => meters.text(),
  });
  log.info({ port: server.port }, 'probes and metrics are served');
  return {
    close: async () => {
      await server.close();
      health.stop();
    },
  };
}

function startCheck(runtime: Runtime | undefined): Check {
  return { name: 'started', ok: runtime !== undefined, detail: runtime === undefined ? 'starting' : 'started' };
}

/** Unready from the moment of the signal on, not only once the runtime stops. */
function stopCheck(stop: AbortSignal): Check {
  return { name: 'not-asked-to-stop', ok: !stop.aborted, detail: stop.aborted ? 'asked to stop' : 'running' };
}

/** `<Kind>/<namespace>/<name>` back to a key of that kind's queue. */
function wake(wakeUps: WakeUps, owner: string): void {
  const slash = owner.indexOf('/');
  wakeUps.enqueue(owner.slice(0, slash), owner.slice(slash + 1) as ObjectKey);
}

function notLeading(): OperatorError {
  return new OperatorError('This replica does not lead', { kind: 'DependencyNotReady', reason: 'NotLeading' });
}
