import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBinaries } from './binaries.ts';
import { createIdentities } from './certificates.ts';
import { Cluster, type ClusterAccess } from './cluster.ts';
import { freePort } from './free-port.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { layoutIn, writeFiles } from './layout.ts';
import type { BinaryName } from './recipes.ts';
import { ServerStartError } from './server-start.ts';
import { Servers } from './servers.ts';
import { Supervision } from './supervision.ts';

export interface ControlPlaneOptions {
  /** Paths of the binaries, when already known; else they are looked for and, if need be, built. */
  readonly binaries?: Readonly<Record<BinaryName, string>>;
  /** YAML file or folder of CRDs to install before the start counts as done. */
  readonly crds?: string | undefined;
  /** Writes an audit log (Metadata level, with user agents). Default false. */
  readonly auditLog?: boolean;
  /** Default true. Without it nothing makes service accounts, collects garbage or empties namespaces. */
  readonly controllerManager?: boolean;
  /** Appended to the API server's arguments. */
  readonly apiServerArguments?: readonly string[];
  /** Keeps the servers' logs and the audit log there after stop; default: a temporary folder that goes with the control plane. */
  readonly logDirectory?: string;
  /** Told what is happening, a line at a time. Default: standard error. */
  readonly report?: (line: string) => void;
}

const PORT_ATTEMPTS = 5;

/** A real control plane on loopback, ours to stop and to disturb. */
export class ControlPlane extends Cluster {
  readonly #servers: Servers;
  /** From the first process to everything ready, CRDs included. */
  readonly startedInMs: number;

  constructor(access: ClusterAccess, servers: Servers, startedInMs: number) {
    super(access);
    this.#servers = servers;
    this.startedInMs = startedInMs;
  }

  /** Where etcd listens, without TLS: for a bench that loads objects past the API. */
  get etcdUrl(): string {
    return this.#servers.etcdUrl;
  }

  /** Process ids of the servers that run now, for tests that stop or measure them. */
  pids(): ReadonlyMap<BinaryName, number> {
    return this.#servers.pids();
  }

  /** Ends the API server, orderly or (SIGKILL) not; etcd and the controller manager go on. Resolves when it is gone. */
  stopApiServer(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    return this.#servers.stopApiServer(signal);
  }

  /** Starts it again on the same port with the same data; resolves when it is ready. */
  startApiServer(): Promise<void> {
    return this.#servers.startApiServer();
  }

  async restartApiServer(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.stopApiServer(signal);
    await this.startApiServer();
  }

  /** Ends all servers, etcd last, and removes their files. Idempotent. */
  stop(): Promise<void> {
    return this.#servers.close();
  }
}

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on loopback, on free ports, with RBAC and service-account tokens.
 * They end with `stop()`, and also when this process ends in any other way, SIGKILL included. Throws ServerStartError with the last
 * log lines, or BinariesNotFoundError.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const report = options.report ?? ((line: string) => console.error(line));
  const binaries = options.binaries ?? (await prepareBinaries({ report }));
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(options, binaries);
    } catch (error) {
      const isClash = error instanceof ServerStartError && error.portClash;
      if (!isClash || attempt === PORT_ATTEMPTS) throw error;
      report('control plane: a port was taken in the meantime, trying others');
    }
  }
}

async function launch(options: ControlPlaneOptions, binaries: Readonly<Record<BinaryName, string>>): Promise<ControlPlane> {
  const startedAt = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'trunkline-control-plane-'));
  const supervision = new Supervision({ scratchDirectory: directory });
  try {
    const layout = layoutIn(directory, options.logDirectory);
    const ports = { etcdClient: await freePort(), etcdPeer: await freePort(), apiServer: await freePort() };
    const identities = await createIdentities();
    await writeFiles(layout, ports, identities);
    const choices = { auditLog: options.auditLog ?? false, extra: options.apiServerArguments ?? [] };
    const servers = new Servers({ supervision, binaries, layout, ports, identities, ...choices });
    await servers.startEtcd();
    await servers.startApiServer();
    const access: ClusterAccess = {
      kubeconfigPath: layout.adminKubeconfig,
      adminKubeconfig: kubeconfigText({ server: servers.url, caPem: identities.caPem, user: identities.admin }),
      server: servers.url,
      caPem: identities.caPem,
      version: await servers.version(),
      kubectlPath: binaries.kubectl,
      helmPath: binaries.helm,
      scratchDirectory: directory,
      ...(choices.auditLog ? { auditLogPath: layout.auditLogFile } : {}),
    };
    await Promise.all([
      options.controllerManager === false ? undefined : servers.startControllerManager(),
      options.crds === undefined ? undefined : new Cluster(access).installCrds(options.crds),
    ]);
    return new ControlPlane(access, servers, performance.now() - startedAt);
  } catch (error) {
    await supervision.close();
    throw error;
  }
}
