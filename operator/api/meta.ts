/** Metadata of a Kubernetes object, as far as the operator reads it. Times are RFC 3339 strings, never Date. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** Any custom resource: what the runtime handles without knowing its kind. */
export interface KubeObject<Spec = unknown, Status = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** metav1.Condition; the list in status is a map by `type`. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
}

/** `namespace/name`; what queues, indexes and lanes carry. */
export type ObjectKey = `${string}/${string}`;

export function keyOf(object: { readonly metadata: ObjectMeta }): ObjectKey {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
