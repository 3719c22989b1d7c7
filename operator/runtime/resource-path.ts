import type { ResourceRef } from './kube.ts';

export interface CollectionRef {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Absent: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string;
}

/** `/apis/<group>/<version>/namespaces/<ns>/<plural>`; the core group is the empty string. */
export function collectionPath(ref: CollectionRef): string {
  const root = ref.group === '' ? `/api/${ref.version}` : `/apis/${ref.group}/${ref.version}`;
  const scope = ref.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(ref.namespace)}`;
  return `${root}${scope}/${ref.plural}`;
}

/** The path of one object, or of a subresource of it. */
export function resourcePath(ref: ResourceRef, subresource?: string): string {
  const path = `${collectionPath(ref)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}
