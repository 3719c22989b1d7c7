import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ObjectKey } from '../api/meta.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { Credentials } from '../controllers/credentials.ts';
import { createDelivery, type DeliveryControl } from '../delivery/create-delivery.ts';
import { DEFAULT_LIMITS } from '../delivery/limits.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { type HarRecorder, openHarRecorder } from '../integrations/http/har.ts';
import { ProcessHealth } from '../observability/health.ts';
import { createLogger } from '../observability/logger.ts';
import { PrometheusMeters } from '../observability/meters.ts';
import { SecretValues } from '../observability/secret-values.ts';
import { startProbeServer } from '../observability/server.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Kube } from '../runtime/kube.ts';
import { KubeClient } from '../runtime/kube-client.ts';
import { loadClusterAccess } from '../runtime/kube-config.ts';
import type { Log } from '../runtime/log.ts';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { SystemClock } from '../runtime/system-clock.ts';
import { HttpsTransport } from '../runtime/transport.ts';
import { WakeUps } from '../runtime/wake-ups.ts';
import { createControllers, fedKinds, storesOf, watchedKinds } from './controllers.ts';
import { auditTo, callMetrics, deliveryMetrics, objectMetrics } from './metrics.ts';
import { LeaseMarks } from './open-marks.ts';
import { createOutside, type Outside } from './outside.ts';
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
  const house = await buildHouse({ config, flags, env: process.env, clock, log, secrets, ...(recorder === undefined ? {} : { recorder }) });
  const onStop = (): void => void house.runtime.stop();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const finish = await house.runtime.finished;
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
  readonly recorder?: HarRecorder;
}

interface House {
  readonly runtime: Runtime;
  close(): Promise<void>;
}

/** Every object once, in start order. */
async function buildHouse({ config, flags, env, clock, log, secrets, recorder }: HouseParts): Promise<House> {
  const meters = new PrometheusMeters({ maxSeries: config.metrics.maxSeries });
  meters.addProcessMetrics({ version: VERSION, commit: env['TRUNKLINE_COMMIT'] ?? 'unknown' });
  const access = await loadClusterAccess({ env, ...(flags.kubeconfig === undefined ? {} : { flag: flags.kubeconfig }) }, clock);
  log.info({ source: access.source, server: access.server.origin }, 'cluster found');
  const transport = new HttpsTransport({ access, clock, userAgent: `trunkline/${VERSION} (operator)`, meters });
  const kube = new KubeClient(transport);
  const identity = `${env['POD_NAME'] ?? hostname()}_${randomUUID()}`;
  const marks = new LeaseMarks({ kube, clock, namespace: config.namespace, holder: identity });
  const http = { clock, userAgent: `trunkline/${VERSION}`, metrics: callMetrics(meters), ...(recorder === undefined ? {} : { recorder }) };
  const outside = await createOutside({ config, runtime: http, kube, log, abandoned: marks.abandoned });

  const wakeUps = new WakeUps();
  const kinds = watchedKinds();
  let fence: Runtime['fence'] = { isLeader: () => false };
  objectMetrics(meters, kinds, { ...config.metrics, isLeading: () => fence.isLeader() });
  const delivery = createDelivery({
    drivers: outside.drivers,
    clock,
    random: Math.random,
    wake: (owner) => wake(wakeUps, owner),
    fence: () => (fence.isLeader() ? undefined : notLeading()),
    marks: { port: marks, holder: identity },
    metrics: deliveryMetrics(meters, log, config.metrics),
    audit: auditTo(log),
    limits: { ...DEFAULT_LIMITS, inFlight: config.lanes.inFlight },
  });
  const credentials = new Credentials({ kube: maskingSecrets(kube, secrets), tenants: outside.tenants, sbcs: outside.sbcs, clock });
  const actuation = flags.actuation ?? config.actuation;
  const settings = {
    installation: config.installation,
    defaultChangePolicy: config.defaults.changePolicy,
    actuation,
    operatorVersion: VERSION,
    tenantPollMs: config.tenantPollSeconds * 1000,
    portalUrl: config.portalUrl,
    providerName: config.provider.name,
  };
  const deps = { stores: storesOf(kinds), delivery, credentials, kube, clock, settings };
  const runtime = startRuntime({
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
  });
  fence = runtime.fence;
  return { runtime, close: await serve({ config, clock, meters, runtime, delivery, outside, log }) };
}

interface ServeParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly meters: PrometheusMeters;
  readonly runtime: Runtime;
  readonly delivery: DeliveryControl;
  readonly outside: Outside;
  readonly log: Log;
}

/** Probes and metrics; returns how to end everything that the runtime does not end itself. */
async function serve({ config, clock, meters, runtime, delivery, outside, log }: ServeParts): Promise<() => Promise<void>> {
  const health = new ProcessHealth(clock);
  const server = await startProbeServer({
    ...config.server,
    ready: [() => runtime.readiness()],
    live: [() => runtime.liveness(), health.checks],
    metrics: () => meters.text(),
  });
  log.info({ port: server.port }, 'probes and metrics are served');
  return async () => {
    await delivery.stop();
    await server.close();
    health.stop();
    outside.close();
  };
}

/** `<Kind>/<namespace>/<name>` back to a key of that kind's queue. */
function wake(wakeUps: WakeUps, owner: string): void {
  const slash = owner.indexOf('/');
  wakeUps.enqueue(owner.slice(0, slash), owner.slice(slash + 1) as ObjectKey);
}

function notLeading(): OperatorError {
  return new OperatorError('This replica does not lead', { kind: 'DependencyNotReady', reason: 'NotLeading' });
}

/** What is read from Secrets is masked wherever it would appear in a log line. */
function maskingSecrets(kube: Kube, secrets: SecretValues): Kube {
  const forget = new Map<string, readonly (() => void)[]>();
  return {
    get: (ref, signal) => kube.get(ref, signal),
    apply: (ref, object, options, signal) => kube.apply(ref, object, options, signal),
    delete: (ref, options, signal) => kube.delete(ref, options, signal),
    list: (ref, signal) => kube.list(ref, signal),
    readConfigMap: (namespace, name, signal) => kube.readConfigMap(namespace, name, signal),
    readSecret: async (namespace, name, signal) => {
      const secret = await kube.readSecret(namespace, name, signal);
      const added = Object.entries(secret?.data ?? {}).flatMap(([key, value]) => (PUBLIC_KEYS.has(key) ? [] : [secrets.add(value)]));
      for (const drop of forget.get(`${namespace}/${name}`) ?? []) drop();
      forget.set(`${namespace}/${name}`, added);
      return secret;
    },
  };
}

/** Names of values that are no secret although they stand in one: masking a user name `admin` would garble every line. */
const PUBLIC_KEYS = new Set(['username', 'clientId', 'ca.crt', 'tls.crt']);
