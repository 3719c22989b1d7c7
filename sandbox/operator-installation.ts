import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { Cluster } from './control-plane/cluster.ts';
import type { ServiceAccount } from './service-account.ts';

const CHART = fileURLToPath(new URL('../charts/trunkline', import.meta.url));

/** What the chart installs beside the process itself: who the operator is, what it may do, and who may change which annotation. */
const KINDS_WITHOUT_NODES: ReadonlySet<string> = new Set([
  'Namespace',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

export interface InstallationOptions {
  readonly namespace: string;
  /** Helm release: part of the names of cluster-wide objects. */
  readonly release: string;
  readonly installation: string;
  /** Further values of the chart, as `--set` takes them. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface OperatorInstallation {
  readonly account: ServiceAccount;
  /** Takes the objects away again, but for the CRDs. */
  remove(): Promise<void>;
}

const Rendered = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
type Rendered = z.output<typeof Rendered>;
const Deployment = z.object({ spec: z.object({ template: z.object({ spec: z.object({ serviceAccountName: z.string() }) }) }) });

/**
 * Installs the operator as its chart does, but for the pods: no node runs here, the process is started beside (operator-process.ts). So it
 * has exactly the chart's permissions, and what the chart forgets is refused here too.
 */
export async function installOperator(cluster: Cluster, options: InstallationOptions): Promise<OperatorInstallation> {
  const { namespace, release, installation, values = {} } = options;
  const settings = Object.entries({ installation, ...values }).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const { stdout } = await cluster.helm(['template', release, CHART, '--namespace', namespace, ...settings]);
  const rendered = parseAllDocuments(stdout).flatMap((document) => {
    const object: unknown = document.toJS();
    return object === null ? [] : [Rendered.parse(object)];
  });
  const isOwnNamespace = ({ kind, metadata }: Rendered): boolean => kind === 'Namespace' && metadata.name === namespace;
  const kept = rendered.filter((object) => KINDS_WITHOUT_NODES.has(object.kind) && !isOwnNamespace(object));
  const objects = [namespaceObject(namespace), ...kept];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { stdin: list });
  return {
    account: { namespace, name: accountOf(rendered) },
    remove: async () => {
      await cluster.kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], { stdin: list });
    },
  };
}

function namespaceObject(name: string): Rendered {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** The account of the pods that the chart would start. */
function accountOf(rendered: readonly Rendered[]): string {
  const deployment = rendered.find(({ kind }) => kind === 'Deployment');
  if (deployment === undefined) throw new Error('the chart renders no Deployment, so nobody knows whose permissions the operator has');
  return Deployment.parse(deployment).spec.template.spec.serviceAccountName;
}
