import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { GROUP, VERSION } from '../../operator/api/group.ts';
import { KINDS, type Kind, type KindTypes } from '../../operator/api/kinds.ts';
import type { Condition, KubeObject } from '../../operator/api/meta.ts';
import { type EndpointWatch, watchEndpoints } from '../../sandbox/cloud/dns/endpoints.ts';
import { SMTP_ACCOUNT } from '../../sandbox/cloud/mail/smtp-server.ts';
import { type Cloud, type CloudOptions, startCloud } from '../../sandbox/cloud/main.ts';
import type { Cluster } from '../../sandbox/control-plane/cluster.ts';
import { freePort } from '../../sandbox/control-plane/free-port.ts';
import { Supervision } from '../../sandbox/control-plane/supervision.ts';
import { authoritySecrets } from '../../sandbox/examples.ts';
import { operatorConfig } from '../../sandbox/operator-config.ts';
import { installOperator, type OperatorInstallation } from '../../sandbox/operator-installation.ts';
import { type OperatorProcess, startOperator } from '../../sandbox/operator-process.ts';
import { DNS_ENDPOINT_CRD } from '../../sandbox/sandbox.ts';
import { logIn, type ServiceAccountLogin } from '../../sandbox/service-account.ts';
import { assertConditions } from '../support/conditions.ts';
import { adminKubeConfig, sharedCluster } from '../support/control-plane.ts';
import { AuditLog, type KubeWrite } from './audit-log.ts';
import { exampleManifests, type Manifest } from './manifests.ts';

export interface HouseOptions {
  /** Part of the namespaces' names. */
  readonly subject: string;
  /** Whose manifests `manifests` has. Default: the quickstart's. */
  readonly examples?: readonly ('quickstart' | 'essentials')[];
  readonly cloud?: CloudOptions;
  /** Default off: a suite that kills would wait 15 seconds for each lease. */
  readonly leaderElection?: boolean;
  /** Further namespaces that the operator watches: `<namespace>-<suffix>` for each suffix. They are made, and go with the house. */
  readonly beside?: readonly string[];
  /** The operator reaches the API server there, such as through a proxy that counts. */
  readonly via?: (cluster: Cluster, cloud: Cloud) => Promise<{ readonly server: string; readonly caPem: string }>;
}

const INSTALLATION = 'end-to-end';
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

interface Parts {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly namespace: string;
  readonly installation: OperatorInstallation;
  readonly supervision: Supervision;
  readonly folder: string;
  readonly login: ServiceAccountLogin;
  readonly dns: EndpointWatch;
  readonly manifests: readonly Manifest[];
  readonly leaderElection: boolean;
  readonly beside: readonly string[];
}

/** Starts a cloud and makes a namespace for one suite file on the shared control plane. The operator is not started yet. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { subject, examples = ['quickstart'], leaderElection = false } = options;
  const cluster = sharedCluster();
  const id = randomBytes(3).toString('hex');
  const namespace = `${subject}-${id}`;
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-house-'));
  const supervision = new Supervision({ scratchDirectory: folder });
  await cluster.installCrds(DNS_ENDPOINT_CRD);
  const beside = (options.beside ?? []).map((suffix) => `${namespace}-${suffix}`);
  for (const name of [namespace, ...beside]) await cluster.kubectl(['create', 'namespace', name]);
  const cloud = await startCloud(options.cloud);
  const installation = await installOperator(cluster, {
    namespace: `trunkline-${id}`,
    release: `trunkline-${id}`,
    installation: INSTALLATION,
    values: { watchNamespaces: `{${[namespace, ...beside].join(',')}}` },
  });
  const via = options.via === undefined ? {} : { via: await options.via(cluster, cloud) };
  const login = await logIn(cluster, installation.account, folder, { report: () => undefined, ...via });
  const addresses = { '127.0.0.1:10443': new URL(cloud.endpoints.sbc1).host, '127.0.0.1:10444': new URL(cloud.endpoints.sbc2).host };
  const manifests = await exampleManifests(examples, { namespace, addresses });
  const secrets = authoritySecrets({ objects: manifests }, new Set(Object.values(addresses)), cloud.caPem);
  await writeFile(join(folder, 'smtp-password'), SMTP_ACCOUNT.password, { mode: 0o600 });
  const dns = watchEndpoints(adminKubeConfig(cluster), cloud.dns.publisher);
  await dns.ready;
  const all = [...secrets, ...manifests];
  return new House({ cluster, cloud, namespace, installation, supervision, folder, login, dns, manifests: all, leaderElection, beside });
}

/** A cloud, a namespace and an operator process, with everything that a suite does to them. */
export class House {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly namespace: string;
  /** The examples, with the Secrets that belong to this cloud. */
  readonly manifests: readonly Manifest[];
  readonly audit: AuditLog;
  readonly #parts: Parts;
  readonly #kube: CustomObjectsApi;
  #operator: OperatorProcess | undefined;
  #starts = 0;
  #port = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { cluster, cloud, namespace, manifests, installation } = parts;
    this.cluster = cluster;
    this.cloud = cloud;
    this.namespace = namespace;
    this.manifests = manifests;
    this.#kube = adminKubeConfig(cluster).makeApiClient(CustomObjectsApi);
    if (cluster.auditLogPath === undefined) throw new Error('the shared control plane writes no audit log');
    const { account } = installation;
    this.audit = new AuditLog(cluster.auditLogPath, `system:serviceaccount:${account.namespace}:${account.name}`);
  }

  get operatorNamespace(): string {
    return this.#parts.installation.account.namespace;
  }

  get logFile(): string {
    return join(this.#parts.folder, 'operator.log');
  }

  /** The settings file of an operator for this house; also for one that runs inside the test. */
  async configText(): Promise<string> {
    const { cloud, folder, leaderElection } = this.#parts;
    this.#port = await freePort();
    return operatorConfig({
      installation: INSTALLATION,
      namespace: this.operatorNamespace,
      endpoints: cloud.endpoints,
      caFile: cloud.caPath,
      mail: { username: SMTP_ACCOUNT.username, passwordFile: join(folder, 'smtp-password') },
      port: this.#port,
      watchNamespaces: [this.namespace, ...this.#parts.beside],
      leaderElection,
    });
  }

  get kubeconfigPath(): string {
    return this.#parts.login.kubeconfigPath;
  }

  get folder(): string {
    return this.#parts.folder;
  }

  async start(): Promise<void> {
    const { supervision, folder } = this.#parts;
    this.#starts += 1;
    this.#operator = await startOperator(supervision, {
      name: `operator-${this.#starts}`,
      configText: await this.configText(),
      kubeconfigPath: this.kubeconfigPath,
      folder,
      logFile: this.logFile,
    });
  }

  /** Orderly. */
  async stop(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#operator?.kill();
    this.#operator = undefined;
  }

  get pid(): number | undefined {
    return this.#operator?.process.pid;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async apply(objects: readonly object[] = this.manifests): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await this.cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { stdin: JSON.stringify(list) });
  }

  async get<K extends Kind>(kind: K, name: string): Promise<KindTypes[K] | undefined> {
    return (await this.list(kind)).find(({ metadata }) => metadata.name === name);
  }

  async list<K extends Kind>(kind: K, namespace = this.namespace): Promise<KindTypes[K][]> {
    const { plural } = KINDS[kind];
    const list = await this.#kube.listNamespacedCustomObject({ group: GROUP, version: VERSION, namespace, plural });
    // Items of a list carry neither kind nor apiVersion of their own.
    return (list.items as KindTypes[K][]).map((item) => ({ ...item, kind }));
  }

  async all(namespace = this.namespace): Promise<KubeObject[]> {
    const lists = await Promise.all((Object.keys(KINDS) as Kind[]).map((kind) => this.list(kind, namespace)));
    return lists.flat();
  }

  /** A merge patch, as the administrator. `null` takes a field away. */
  async patch(kind: Kind, name: string, body: object, namespace = this.namespace): Promise<void> {
    const { plural } = KINDS[kind];
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await this.#kube.patchNamespacedCustomObject({ group: GROUP, version: VERSION, namespace, plural, name, body }, options);
  }

  async patchStatus(kind: Kind, name: string, body: object): Promise<void> {
    const { plural } = KINDS[kind];
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await this.#kube.patchNamespacedCustomObjectStatus(
      { group: GROUP, version: VERSION, namespace: this.namespace, plural, name, body },
      options,
    );
  }

  annotate(kind: Kind, name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    return this.patch(kind, name, { metadata: { annotations } });
  }

  /** Asks for a fresh look and waits until it has been taken. */
  async lookNow(kind: Kind, name: string): Promise<void> {
    const token = randomBytes(4).toString('hex');
    await this.annotate(kind, name, { [`${GROUP}/reconcile-at`]: token });
    await this.until(`${kind} ${name} was looked at`, async () => {
      const status = (await this.get(kind, name))?.status as { lastHandledReconcileAt?: string } | undefined;
      return status?.lastHandledReconcileAt === token;
    });
  }

  /** Deletion is begun, not awaited. */
  async delete(kind: Kind, name: string): Promise<void> {
    const { plural } = KINDS[kind];
    await this.#kube.deleteNamespacedCustomObject({ group: GROUP, version: VERSION, namespace: this.namespace, plural, name });
  }

  async condition(kind: Kind, name: string, type: string): Promise<Condition | undefined> {
    return conditionOf(await this.get(kind, name), type);
  }

  /** Waits until the condition is as given (`True`, `False/DeletionHeld`, …) for the present spec; fails with what it was last. */
  async untilCondition(kind: Kind, name: string, type: string, wanted: string, timeoutMs = PATIENCE_MS): Promise<Condition> {
    let found: Condition | undefined;
    await this.until(
      `${kind} ${name} has ${type}=${wanted}`,
      async () => {
        const object = await this.get(kind, name);
        found = conditionOf(object, type);
        if (found === undefined || found.observedGeneration !== object?.metadata.generation) return false;
        return wanted === found.status || wanted === `${found.status}/${found.reason}`;
      },
      timeoutMs,
    );
    if (found === undefined) throw new Error('unreachable: the condition was found');
    return found;
  }

  /** Every object in the namespace is Ready=True for its present spec. */
  untilReady(timeoutMs = PATIENCE_MS): Promise<void> {
    return this.until(
      'all objects are Ready',
      async () => {
        const objects = await this.all();
        return objects.length > 0 && objects.every((object) => isReady(object));
      },
      timeoutMs,
    );
  }

  untilGone(timeoutMs = PATIENCE_MS): Promise<void> {
    return this.until('all objects are gone', async () => (await this.all()).length === 0, timeoutMs);
  }

  /** Polls; when time is up, fails with every condition that is not as it should be and the end of the operator's log. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}\n${await this.#state()}`);
      await sleep(POLL_MS);
    }
  }

  /** Nothing waits, nothing runs and no pass has ended for a while: the operator has come to rest. */
  async untilIdle(quietMs = 1_000, timeoutMs = PATIENCE_MS): Promise<void> {
    let last = '';
    let since = performance.now();
    await this.until(
      'the operator is idle',
      async () => {
        const now = await this.#activity();
        if (now === undefined || now !== last) since = performance.now();
        last = now ?? '';
        return now !== undefined && performance.now() - since >= quietMs;
      },
      timeoutMs,
    );
  }

  /** Outside writes so far: Microsoft, SBCs, mail. */
  outsideWrites(): number {
    return this.cloud.base.log.writes();
  }

  /** What was written outside since then, one line each: for messages of failed expectations. */
  outsideWritesSince(seq: number): string[] {
    return this.cloud.base.log
      .list({ write: true, afterSeq: seq })
      .map(({ standIn, method, path, status, requestBody }) => `${standIn} ${method} ${path} ${status} ${requestBody ?? ''}`);
  }

  get lastExchange(): number {
    return this.cloud.base.log.list().at(-1)?.seq ?? 0;
  }

  /** Tenants, SBCs and DNS as plain JSON. */
  snapshot(): Record<string, unknown> {
    const { microsoft, sbc1, sbc2, dns } = structuredClone(this.cloud.snapshot());
    return { microsoft, sbc1, sbc2, dns };
  }

  /**
   * The end of every suite: the condition rules hold on every object, and a pass over everything by a process that remembers nothing writes
   * nothing, outside and in the cluster.
   */
  async finish(): Promise<void> {
    const objects = await this.all();
    assertConditions(...objects);
    await this.stop();
    const [position, seq] = [await this.audit.position(), this.lastExchange];
    await this.start();
    await this.untilIdle();
    expect(this.outsideWritesSince(seq)).toEqual([]);
    expect(await this.audit.writesSince(position)).toEqual([]);
    assertConditions(...(await this.all()));
  }

  /** Ends everything; objects that remain lose their finalizers, so that nothing waits for an operator that will not come back. */
  async close(): Promise<void> {
    const { supervision, login, dns, cloud, installation, cluster } = this.#parts;
    await this.stop();
    login.stop();
    for (const namespace of [this.namespace, ...this.#parts.beside]) {
      for (const { kind, metadata } of await this.all(namespace))
        await this.patch(kind as Kind, metadata.name, { metadata: { finalizers: null } }, namespace);
      await cluster.kubectl(['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found']);
    }
    await installation.remove();
    await dns.stop();
    await cloud.stop();
    await supervision.close();
  }

  /** Queue depths, running workers and ended passes; undefined while it does not answer or something is under way. */
  async #activity(): Promise<string | undefined> {
    const text = await fetch(`http://127.0.0.1:${this.#port}/metrics`)
      .then((answer) => answer.text())
      .catch(() => undefined); // not listening yet
    const ready = await fetch(`http://127.0.0.1:${this.#port}/readyz`)
      .then((answer) => answer.ok)
      .catch(() => false);
    if (text === undefined || !ready) return undefined;
    const valuesOf = (name: string): number[] =>
      text.split('\n').flatMap((line) => (line.startsWith(`${name}{`) ? [Number(line.slice(line.lastIndexOf(' ')))] : []));
    const sum = (name: string): number => valuesOf(name).reduce((total, value) => total + value, 0);
    const passes = sum('controller_runtime_reconcile_total');
    const isBusy = sum('workqueue_depth') + sum('controller_runtime_active_workers') > 0;
    return isBusy || passes === 0 ? undefined : `${passes} ${this.cloud.base.log.reads()}`;
  }

  async #state(): Promise<string> {
    const objects = await this.all();
    const lines = objects.map((object) => `${object.kind} ${object.metadata.name}: ${describeConditions(object)}`);
    return [...lines, `end of the operator's log:`, (await this.#operator?.tail(12)) ?? '(not running)'].join('\n');
  }
}

/** Who wrote what, counted: the shape in which tests compare. */
export function countsOf(writes: readonly KubeWrite[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, resource } of writes) counts[`${verb} ${resource}`] = (counts[`${verb} ${resource}`] ?? 0) + 1;
  return counts;
}

export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  const status = object?.status as { readonly conditions?: readonly Condition[] } | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}

function isReady(object: KubeObject): boolean {
  const ready = conditionOf(object, 'Ready');
  const isCurrent = ready?.status === 'True' && ready.observedGeneration === object.metadata.generation;
  return isCurrent && conditionOf(object, 'Reconciling') === undefined;
}

function describeConditions(object: KubeObject): string {
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const open = conditions.filter(({ type, status }) => status !== 'True' || type === 'Stalled' || type === 'Reconciling');
  const told = open.map(({ type, status, reason, message }) => `${type}=${status}/${reason} (${message})`).join('; ');
  const deleting = object.metadata.deletionTimestamp === undefined ? '' : 'deleting; ';
  return `${deleting}generation ${object.metadata.generation}; ${told || 'all True'}`;
}
