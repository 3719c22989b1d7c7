import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { watchEndpoints } from './cloud/dns/endpoints.ts';
import { SMTP_ACCOUNT } from './cloud/mail/smtp-server.ts';
import { type Cloud, startCloud } from './cloud/main.ts';
import { QUICKSTART_SBC_PORTS } from './cloud/sbc/seed.ts';
import type { Cluster } from './control-plane/cluster.ts';
import { openCluster } from './control-plane/connect.ts';
import { freePort } from './control-plane/free-port.ts';
import { Supervision } from './control-plane/supervision.ts';
import { applyExample, authoritySecrets, namespacesOf, readExample, removeExample } from './examples.ts';
import { operatorConfig } from './operator-config.ts';
import { installOperator } from './operator-installation.ts';
import { type OperatorProcess, startOperator } from './operator-process.ts';
import type { SandboxOptions } from './options.ts';
import { NotReadyError, waitUntilReady } from './readiness.ts';
import { logIn } from './service-account.ts';

const CRDS = fileURLToPath(new URL('../crds', import.meta.url));
export const DNS_ENDPOINT_CRD = fileURLToPath(new URL('./cloud/dns/dnsendpoint-crd.yaml', import.meta.url));
const INSTALLATION = 'sandbox';
const NAMESPACE = 'trunkline';
const RELEASE = 'trunkline';

/** A sandbox whose examples are ready. */
export interface Sandbox {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly namespaces: readonly string[];
  readonly operatorLog: string;
  /** Resolves with the end of its log when the operator ends by itself. */
  readonly operatorEnded: Promise<string>;
}

export interface Surroundings {
  readonly report: (line: string) => void;
  /** Ends waiting; what was started is ended by the closers. */
  readonly signal: AbortSignal;
  /** Takes what has to be ended, in the order in which it was started. */
  readonly onClose: (close: () => Promise<void>) => void;
}

/** From nothing to "all examples are ready". Whoever calls runs the closers, the last one first, also when this throws. */
export async function openSandbox(options: SandboxOptions, around: Surroundings): Promise<Sandbox> {
  const { report, onClose } = around;
  const examples = await Promise.all(options.examples.map((folder) => readExample(resolve(folder))));
  const namespaces = [...new Set(examples.flatMap(namespacesOf))];
  const cloud = await openCloud(options, around);
  const cluster = await openControlPlane(options, around);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(cluster.adminKubeconfig);
  const dns = watchEndpoints(kubeConfig, cloud.dns.publisher);
  onClose(() => dns.stop());
  const operator = await openOperator(cluster, cloud, options, around);
  report(`operator: process ${operator.process.pid}, as service account ${NAMESPACE}/${operator.account}`);

  const addresses = new Set([cloud.endpoints.sbc1, cloud.endpoints.sbc2].map((url) => new URL(url).host));
  const isOurs = options.kubeconfig === undefined && options.context === undefined;
  for (const example of examples) {
    if (!isOurs) onClose(() => removeExample(cluster, example));
    await applyExample(cluster, example, authoritySecrets(example, addresses, cloud.caPem));
    report(`examples: applied ${example.folder}`);
  }
  const operatorEnded = operator.process.exited.then(() => operator.tail());
  await becomeReady(kubeConfig, cluster, { namespaces, operator, timeoutMs: options.timeoutMs }, around);
  return { cluster, cloud, namespaces, operatorLog: operator.process.logFile, operatorEnded };
}

async function openControlPlane(options: SandboxOptions, { report, onClose }: Surroundings): Promise<Cluster> {
  const startedAt = performance.now();
  const { kubeconfig, context } = options;
  const choice = { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) };
  const { cluster, close } = await openCluster(choice, { report, crds: CRDS });
  onClose(close);
  await cluster.installCrds(DNS_ENDPOINT_CRD);
  report(`control plane: Kubernetes ${cluster.version} at ${cluster.server}, ready in ${secondsSince(startedAt)}`);
  return cluster;
}

async function openCloud({ profile }: SandboxOptions, { report, onClose }: Surroundings): Promise<Cloud> {
  try {
    const cloud = await startCloud({ profile, ports: QUICKSTART_SBC_PORTS });
    onClose(() => cloud.stop());
    report('cloud: Microsoft Entra, Graph, Teams admin, two SBCs, DNS and mail on loopback');
    return cloud;
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    const ports = Object.values(QUICKSTART_SBC_PORTS).join(' and ');
    throw new Error(`ports ${ports} are the SBCs of the examples and one is taken: is another sandbox running?`, { cause: error });
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

async function openOperator(
  cluster: Cluster,
  cloud: Cloud,
  options: SandboxOptions,
  { report, onClose }: Surroundings,
): Promise<OperatorProcess & { readonly account: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-operator-'));
  const supervision = new Supervision({ scratchDirectory: folder });
  onClose(() => supervision.close());
  const { account, remove } = await installOperator(cluster, { namespace: NAMESPACE, release: RELEASE, installation: INSTALLATION });
  if (options.kubeconfig !== undefined || options.context !== undefined) onClose(remove);
  const login = await logIn(cluster, account, folder, { report });
  onClose(async () => login.stop());
  const passwordFile = join(folder, 'smtp-password');
  await mkdir(folder, { recursive: true });
  await writeFile(passwordFile, SMTP_ACCOUNT.password, { mode: 0o600 });
  const configText = operatorConfig({
    installation: INSTALLATION,
    namespace: NAMESPACE,
    endpoints: cloud.endpoints,
    caFile: cloud.caPath,
    mail: { username: SMTP_ACCOUNT.username, passwordFile },
    port: await freePort(),
  });
  const logFile = options.log === undefined ? join(folder, 'operator.log') : resolve(options.log);
  const record = options.record === undefined ? {} : { record: resolve(options.record) };
  const { kubeconfigPath } = login;
  const operator = await startOperator(supervision, { name: 'operator', configText, kubeconfigPath, folder, logFile, ...record });
  onClose(() => operator.stop());
  return { ...operator, account: account.name };
}

interface Readiness {
  readonly namespaces: readonly string[];
  readonly operator: OperatorProcess;
  readonly timeoutMs: number;
}

/** Rejects at once when the operator ends; when time is up, with conditions, events and the end of the operator's log. */
async function becomeReady(kubeConfig: KubeConfig, cluster: Cluster, wanted: Readiness, { report, signal }: Surroundings): Promise<void> {
  const { namespaces, operator, timeoutMs } = wanted;
  const settled = new AbortController();
  const ready = waitUntilReady(kubeConfig, {
    namespaces,
    timeoutMs,
    signal: AbortSignal.any([signal, settled.signal]),
    ready: (object) => report(`ready: ${object}`),
  });
  const ended = operator.process.exited.then(async ({ code, signal: by }) => {
    throw new Error(`the operator has ended (${by ?? `code ${code}`}). The end of its log:\n${await operator.tail()}`);
  });
  try {
    await Promise.race([ready, ended]);
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    throw new Error(
      [error.message, ...(await evidence(cluster, namespaces)), `end of the operator's log:\n${await operator.tail()}`].join('\n\n'),
      {
        cause: error,
      },
    );
  } finally {
    settled.abort();
    ended.catch(() => undefined); // the operator is stopped later, on purpose
    ready.catch(() => undefined);
  }
}

/** Events, as kubectl prints them. */
async function evidence(cluster: Cluster, namespaces: readonly string[]): Promise<string[]> {
  const events = namespaces.map(async (namespace) => {
    const { stdout } = await cluster.kubectl(['events', '--namespace', namespace]);
    return `events in ${namespace}:\n${stdout.trimEnd() || '(none)'}`;
  });
  return Promise.all(events);
}

function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
