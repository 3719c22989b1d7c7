import { fileURLToPath } from 'node:url';
import { type Manifest, readExample } from '../../sandbox/examples.ts';

export type { Manifest };

/** The examples of the repository as tests use them: what a newcomer applies, in another namespace and with the SBCs of another cloud. */
export async function exampleManifests(
  names: readonly ('quickstart' | 'essentials')[],
  { namespace, addresses }: { readonly namespace: string; readonly addresses: Readonly<Record<string, string>> },
): Promise<Manifest[]> {
  const examples = await Promise.all(names.map((name) => readExample(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)))));
  return examples
    .flatMap(({ objects }) => objects)
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => withAddress({ ...object, metadata: { ...object.metadata, namespace } }, addresses));
}

/** Changes the objects that a test wants otherwise. */
export function adjust(
  objects: readonly Manifest[],
  kind: string,
  name: string,
  change: (spec: Record<string, unknown>) => object,
): Manifest[] {
  let found = false;
  const adjusted = objects.map((object) => {
    if (object.kind !== kind || object.metadata.name !== name) return object;
    found = true;
    return { ...object, spec: change(specOf(object)) };
  });
  if (!found) throw new RangeError(`no ${kind} ${name} among the manifests`);
  return adjusted;
}

function specOf(object: Manifest): Record<string, unknown> {
  return object['spec'] as Record<string, unknown>;
}

function withAddress(object: Manifest, addresses: Readonly<Record<string, string>>): Manifest {
  const address = object.kind === 'SBCDevice' ? addresses[String(specOf(object)['address'])] : undefined;
  return address === undefined ? object : { ...object, spec: { ...specOf(object), address } };
}
