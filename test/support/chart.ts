import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { KINDS } from '../../operator/api/kinds.ts';
import type { Cluster } from '../../sandbox/control-plane/cluster.ts';

export const CHART = fileURLToPath(new URL('../../charts/trunkline', import.meta.url));
export const RELEASE = 'trunkline';
/** Namespace of the release. */
export const HOME = 'trunkline-system';
/** The operator, as the API server knows it. */
export const ACCOUNT = `system:serviceaccount:${HOME}:${RELEASE}`;
export const PLURALS = Object.values(KINDS).map(({ plural }) => plural);

const Manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
});
export type Manifest = z.output<typeof Manifest>;

/** Flags of Helm for the release's values; `installation` is always set. */
export function set(...values: readonly string[]): string[] {
  return ['installation=nl1', ...values].flatMap((value) => ['--set', value]);
}

export function manifestsOf(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => (document.toJS() === null ? [] : [Manifest.parse(document.toJS())]));
}

/** The one object of the kind (and name) among what the chart rendered. */
export function named(objects: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = objects.find((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
  if (found === undefined) throw new Error(`the chart renders no ${kind} ${name ?? ''}`);
  return found;
}

const ConfigMap = z.object({ data: z.object({ 'config.yaml': z.string() }) });

/** The operator's settings that the chart renders. */
export function configOf(objects: readonly Manifest[]): string {
  return ConfigMap.parse(named(objects, 'ConfigMap')).data['config.yaml'];
}

const Rules = z.object({
  status: z.object({
    resourceRules: z.array(
      z.object({ verbs: z.array(z.string()), apiGroups: z.array(z.string()).optional(), resources: z.array(z.string()).optional() }),
    ),
  }),
});

/** `group/resource` to verbs, both in order of the alphabet. */
export type Rights = Readonly<Record<string, string>>;

/** Everything that RBAC grants a user in a namespace, as the API server itself says, without what every authenticated user has. */
export async function rightsOf(cluster: Cluster, user: string, namespace: string): Promise<Rights> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const { stdout } = await cluster.kubectl(['create', '-f', '-', '-o', 'json', '--validate=false', '--as', user], {
    stdin: JSON.stringify(review),
  });
  const rights = new Map<string, Set<string>>();
  for (const { verbs, apiGroups = [], resources = [] } of Rules.parse(JSON.parse(stdout)).status.resourceRules) {
    if (resources.every((resource) => resource.startsWith('selfsubject'))) continue;
    for (const resource of apiGroups.flatMap((group) => resources.map((name) => `${group}/${name}`))) {
      rights.set(resource, new Set([...(rights.get(resource) ?? []), ...verbs]));
    }
  }
  return inOrder(Object.fromEntries([...rights].map(([resource, verbs]) => [resource, [...verbs].join(' ')])));
}

export function inOrder(rights: Rights): Rights {
  const entries = Object.entries(rights).map(([resource, verbs]) => [resource, verbs.split(' ').toSorted().join(' ')] as const);
  return Object.fromEntries(entries.toSorted());
}

/** The same verbs on several of our kinds. */
export function onOurKinds(names: readonly string[], verbs: string): Rights {
  return Object.fromEntries(names.map((name) => [`trunkline.dev/${name}`, verbs]));
}

export async function makeNamespace(cluster: Cluster, name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  await cluster.kubectl(['create', '-f', '-'], {
    stdin: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  });
}

/** A person who has the ClusterRole in the namespace; named after it. */
export async function bind(cluster: Cluster, role: string, namespace: string): Promise<string> {
  const user = `${role}-person`;
  await cluster.kubectl(['create', 'rolebinding', user, `--clusterrole=${role}`, `--user=${user}`, '-n', namespace]);
  return user;
}

/** Installs the chart and waits until the API server serves our kinds. */
export async function installRelease(cluster: Cluster, ...values: readonly string[]): Promise<void> {
  await cluster.helm(['install', RELEASE, CHART, '-n', HOME, ...set(...values)]);
  await cluster.awaitEstablished(PLURALS.map((plural) => `crd/${plural}.trunkline.dev`));
}
