import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { prepareBinaries } from './binaries.ts';
import { Cluster, run } from './cluster.ts';
import { type ControlPlaneOptions, startControlPlane } from './control-plane.ts';

export interface ClusterChoice {
  /** Kubeconfig of an existing cluster; default when only a context is given: what kubectl would take. */
  readonly kubeconfig?: string;
  /** Context in it; default: its current one. */
  readonly context?: string;
}

/** A cluster to work with and how to let go of it. */
export interface OpenCluster {
  readonly cluster: Cluster;
  /** Ends what was started for it; an existing cluster is left as it is. */
  close(): Promise<void>;
}

/**
 * The first rung of the ladder: the existing cluster that the flags name, and only when they name one; else a control plane of our own.
 * CRDs are installed in either.
 */
export async function openCluster(choice: ClusterChoice, options: ControlPlaneOptions = {}): Promise<OpenCluster> {
  if (choice.kubeconfig !== undefined || choice.context !== undefined) return connect(choice, options);
  const cluster = await startControlPlane(options);
  return { cluster, close: () => cluster.stop() };
}

async function connect(choice: ClusterChoice, options: ControlPlaneOptions): Promise<OpenCluster> {
  const report = options.report ?? ((line: string) => console.error(line));
  const binaries = options.binaries ?? (await prepareBinaries({ report, wanted: ['kubectl', 'helm'] }));
  const scratchDirectory = await mkdtemp(join(tmpdir(), 'trunkline-cluster-'));
  const close = () => rm(scratchDirectory, { recursive: true, force: true });
  try {
    const cluster = await describeCluster(choice, binaries, scratchDirectory);
    report(`control plane: using the existing cluster at ${cluster.server} (Kubernetes ${cluster.version})`);
    if (options.crds !== undefined) await cluster.installCrds(options.crds);
    return { cluster, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The part of a kubeconfig that is needed from a minified and flattened one. */
const Kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.url(), 'certificate-authority-data': z.base64().optional() }) })]),
});

async function describeCluster(
  choice: ClusterChoice,
  binaries: Readonly<Record<'kubectl' | 'helm', string>>,
  scratchDirectory: string,
): Promise<Cluster> {
  const flags = [
    ...(choice.kubeconfig === undefined ? [] : [`--kubeconfig=${choice.kubeconfig}`]),
    ...(choice.context === undefined ? [] : [`--context=${choice.context}`]),
  ];
  const view = await run(binaries.kubectl, ['config', 'view', '--minify', '--flatten', '--raw', '--output=json', ...flags]);
  const adminKubeconfig = view.stdout;
  const { cluster } = Kubeconfig.parse(JSON.parse(adminKubeconfig)).clusters[0];
  const kubeconfigPath = join(scratchDirectory, 'admin.kubeconfig');
  await writeFile(kubeconfigPath, adminKubeconfig, { mode: 0o600 });
  const version = await run(binaries.kubectl, ['get', '--raw=/version', `--kubeconfig=${kubeconfigPath}`]);
  return new Cluster({
    kubeconfigPath,
    adminKubeconfig,
    server: cluster.server,
    caPem: Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString('utf8'),
    version: z.object({ gitVersion: z.string() }).parse(JSON.parse(version.stdout)).gitVersion,
    kubectlPath: binaries.kubectl,
    helmPath: binaries.helm,
    scratchDirectory,
  });
}
