import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Kind } from '../../operator/api/kinds.ts';
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
import { activityAt } from './activity.ts';
import { AuditLog } from './audit-log.ts';
import { exampleManifests, type Manifest } from './manifests.ts';
import { NamespaceObjects } from './namespace-objects.ts';

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
const COMPILE_CACHE = join(tmpdir(), 'trunkline-compile-cache');

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

let dnsKind: Promise<unknown> | undefined;

/** Once for all houses of a file. */
function installDnsKind(cluster: Cluster): Promise<unknown> {
  dnsKind ??= cluster.installCrds(DNS_ENDPOINT_CRD);
  return dnsKind;
}

/** Starts a cloud and makes a namespace for one suite file on the shared control plane. The operator is not started yet. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { subject, examples = ['quickstart'], leaderElection = false } = options;
  const cluster = sharedCluster();
  const id = randomBytes(5).toString('hex');
  const namespace = `${subject}-${id}`;
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-house-'));
  const supervision = new Supervision({ scratchDirectory: folder });
  const beside = (options.beside ?? []).map((suffix) => `${namespace}-${suffix}`);
  await Promise.all([installDnsKind(cluster), ...[namespace, ...beside].map((name) => cluster.kubectl(['create', 'namespace', name]))]);
  const [cloud, installation] = await Promise.all([
    startCloud(options.cloud),
    installOperator(cluster, {
      namespace: `trunkline-${id}`,
      release: `trunkline-${id}`,
      installation: INSTALLATION,
      values: { watchNamespaces: `{${[namespace, ...beside].join(',')}}` },
    }),
  ]);
  const via = options.via === undefined ? {} : { via: await options.via(cluster, cloud) };
  const login = await logIn(cluster, installation.account, folder, { report: () => undefined, ...via });
  const addresses = { '127.0.0.1:10443': new URL(cloud.endpoints.sbc1).host, '127.0.0.1:10444': new URL(cloud.endpoints.sbc2).host };
  const manifests = await exampleManifests(examples, { namespace, addresses });
  const secrets = authoritySecrets({ objects: manifests }, new Set(Object.values(addresses)), cloud.caPem);
  await writeFile(join(folder, 'smtp-password'), SMTP_ACCOUNT.password, { mode: 0o600 });
  const dns = watchEndpoints(adminKubeConfig(cluster), cloud.dns.publisher, { namespaces: [namespace, ...beside] });
  await dns.ready;
  const all = [...secrets, ...manifests];
  return new House({ cluster, cloud, namespace, installation, supervision, folder, login, dns, manifests: all, leaderElection, beside });
}

/** A cloud, a namespace and an operator process, with everything that a suite does to them. */
export class House extends NamespaceObjects {
  readonly cloud: Cloud;
  /** The examples, with the Secrets that belong to this cloud. */
  readonly manifests: readonly Manifest[];
  readonly audit: AuditLog;
  readonly #parts: Parts;
  #operator: OperatorProcess | undefined;
  #starts = 0;
  #port = 0;

  constructor(parts: Parts) {
    const { cluster, cloud, namespace, manifests, installation } = parts;
    super(cluster, namespace);
    this.#parts = parts;
    this.cloud = cloud;
    this.manifests = manifests;
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
      successorWaitSeconds: 1, // a rename is a story of unit tests; here removals only have to get on
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
      // Suites that start it again and again need not compile it again and again.
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
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

  override apply(objects: readonly object[] = this.manifests): Promise<void> {
    return super.apply(objects);
  }

  /** Nothing waits, nothing runs and no pass has ended for a while: the operator has come to rest. */
  async untilIdle(quietMs = 1_000): Promise<void> {
    let last = '';
    let since = performance.now();
    await this.until('the operator is idle', async () => {
      const passes = await activityAt(this.#port);
      const now = passes && `${passes} ${this.cloud.base.log.reads()}`;
      if (now === undefined || now !== last) since = performance.now();
      last = now ?? '';
      return now !== undefined && performance.now() - since >= quietMs;
    });
  }

  /** Outside writes so far: Microsoft, SBCs, mail. */
  outsideWrites(): number {
    return this.cloud.base.log.writes();
  }

  /** Calls outside that the operator must never make, whatever happens (telephony 7.4). */
  neverCalled(): string[] {
    const { microsoft, sbc } = this.cloud;
    return [...microsoft.state.forbidden, ...sbc.sbc1.counters.forbidden, ...sbc.sbc2.counters.forbidden];
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
    expect(this.neverCalled()).toEqual([]);
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

  protected override async describe(): Promise<string> {
    return [await super.describe(), `end of the operator's log:`, (await this.#operator?.tail(12)) ?? '(not running)'].join('\n');
  }
}
