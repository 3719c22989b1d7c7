import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { Cluster } from './control-plane/cluster.ts';

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
export type Manifest = z.output<typeof Manifest>;

const REMOVAL_S = 60;

/** A folder of manifests, as a newcomer would apply it. */
export interface Example {
  readonly folder: string;
  readonly objects: readonly Manifest[];
}

/** Reads the YAML files of a folder in the order in which kubectl takes them. Throws with the file's name. */
export async function readExample(folder: string): Promise<Example> {
  const files = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (files.length === 0) throw new Error(`${folder} has no YAML files`);
  const objects: Manifest[] = [];
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(join(folder, file), 'utf8'))) {
      const [problem] = document.errors;
      if (problem !== undefined) throw new Error(`${join(folder, file)}: ${problem.message}`);
      if (document.contents !== null) objects.push(parseManifest(join(folder, file), document.toJS()));
    }
  }
  return { folder, objects };
}

function parseManifest(file: string, value: unknown): Manifest {
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) throw new Error(`${file}: not a Kubernetes object`, { cause: parsed.error });
  return parsed.data;
}

/** Namespaces in which the example has objects, without those of other kinds. */
export function namespacesOf({ objects }: Pick<Example, 'objects'>): string[] {
  return [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
}

const Device = z.object({
  spec: z.object({
    address: z.string(),
    tls: z.object({ caSecretRef: z.object({ name: z.string(), key: z.string() }).optional() }).optional(),
  }),
});

/**
 * Secrets that only the sandbox can make: for each device of the sandbox's own, the authority that has signed its certificate. What the
 * example brings itself is left alone.
 */
export function authoritySecrets({ objects }: Pick<Example, 'objects'>, addresses: ReadonlySet<string>, caPem: string): Manifest[] {
  const brought = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const secrets = new Map<string, Manifest>();
  for (const object of objects.filter(({ kind }) => kind === 'SBCDevice')) {
    const { spec } = Device.parse(object);
    const ref = spec.tls?.caSecretRef;
    const { namespace = 'default' } = object.metadata;
    if (ref === undefined || !addresses.has(spec.address) || brought.has(`${namespace}/${ref.name}`)) continue;
    secrets.set(`${namespace}/${ref.name}`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: ref.name, namespace, labels: { 'app.kubernetes.io/managed-by': 'trunkline-sandbox' } },
      type: 'Opaque',
      stringData: { [ref.key]: caPem },
    });
  }
  return [...secrets.values()];
}

/** Namespaces first, then what the sandbox adds, then the folder as a person would apply it. */
export async function applyExample(cluster: Cluster, example: Example, added: readonly Manifest[]): Promise<void> {
  const first = [...example.objects.filter(({ kind }) => kind === 'Namespace'), ...added];
  if (first.length > 0) {
    await cluster.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: first }) });
  }
  await cluster.kubectl(['apply', '-f', example.folder]);
}

/** Takes the example away from a cluster that outlives the sandbox, while the operator is still there to clean up outside. */
export async function removeExample(cluster: Cluster, { folder }: Example): Promise<void> {
  await cluster.kubectl(['delete', '--ignore-not-found', `--timeout=${REMOVAL_S}s`, '-f', folder]);
}
