import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { inject, onTestFinished } from 'vitest';
import { Cluster } from '../../sandbox/control-plane/cluster.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../../sandbox/control-plane/control-plane.ts';

const CRDS = fileURLToPath(new URL('../../crds', import.meta.url));

/** The control plane that all test files of the run share. Work in a namespace of your own; do not restart it. */
export function sharedCluster(): Cluster {
  return new Cluster(inject('controlPlane'));
}

/**
 * A control plane for one test, which may stop, restart and fill it: our CRDs installed, audit log as asked for. Ends with the test.
 * Costs about five seconds and 400 MB: only for what the shared one cannot give.
 */
export async function ownControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const plane = await startControlPlane({ crds: CRDS, report: () => undefined, ...options });
  onTestFinished(() => plane.stop());
  return plane;
}

/** A fresh namespace, named after its subject; deletion is begun, not awaited, when the test ends. Only inside a test, not in beforeAll. */
export async function uniqueNamespace(cluster: Cluster, subject: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
  const name = `${subject}-${randomBytes(4).toString('hex')}`;
  const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await cluster.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(manifest) });
  onTestFinished(async () => {
    await cluster.kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
  });
  return name;
}

/**
 * The client library opens a connection for every request. Suites look many times a second, and would spend most of their processor on
 * handshakes, theirs and the API server's: here requests share what is open.
 */
class SharingKubeConfig extends KubeConfig {
  #dispatcher: ReturnType<RequestContext['getDispatcher']>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#dispatcher ??= context.getDispatcher();
    if (this.#dispatcher !== undefined) context.setDispatcher(this.#dispatcher);
  }
}

const administrators = new Map<string, KubeConfig>();

/** For the client library, as the administrator. */
export function adminKubeConfig({ adminKubeconfig }: Cluster): KubeConfig {
  const config = administrators.get(adminKubeconfig) ?? new SharingKubeConfig();
  if (!administrators.has(adminKubeconfig)) config.loadFromString(adminKubeconfig);
  administrators.set(adminKubeconfig, config);
  return config;
}

/** For the client library, from the text of a kubeconfig, such as `serviceAccountKubeconfig` gives. */
export function kubeConfigFrom(text: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}

/** Applies objects (server-side, as the administrator) and returns what kubectl printed; rejects with the API server's message. */
export async function apply(cluster: Cluster, objects: readonly object[]): Promise<string> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  const { stdout } = await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { stdin: JSON.stringify(list) });
  return stdout;
}
