import type { KubeObject } from '../api/meta.ts';

/** Names one object of any kind. `plural` is the resource name in the URL. */
export interface ResourceRef {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Secret content, decoded. Never logged, never put into a status. */
export interface SecretData {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly type: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
}

export interface ConfigMapData {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * What the operator needs from the Kubernetes API beside watching. `undefined` means 404. Every other failure is an OperatorError:
 * 409 is `Retryable` with reason `Conflict`, 403 is `Auth` with reason `KubernetesForbidden`.
 */
export interface Kube {
  get<T extends KubeObject>(ref: ResourceRef, signal?: AbortSignal): Promise<T | undefined>;
  /** Every object of a collection, all pages; undefined when the server does not serve this kind. For what is too rare to be watched. */
  list<T extends KubeObject>(ref: Omit<ResourceRef, 'name'>, signal?: AbortSignal): Promise<readonly T[] | undefined>;
  /** Server-side apply of an object that is wholly ours (DNSEndpoint, ConfigMap, Secret); `force` takes conflicts over. Returns what the server stored. */
  apply<T extends KubeObject>(
    ref: ResourceRef,
    object: object,
    options: { readonly fieldManager: string; readonly force: boolean },
    signal?: AbortSignal,
  ): Promise<T>;
  /** True when it was there. With `resourceVersion` the delete is refused (409) if the object moved on. */
  delete(ref: ResourceRef, options?: { readonly resourceVersion?: string; readonly uid?: string }, signal?: AbortSignal): Promise<boolean>;
  readSecret(namespace: string, name: string, signal?: AbortSignal): Promise<SecretData | undefined>;
  readConfigMap(namespace: string, name: string, signal?: AbortSignal): Promise<ConfigMapData | undefined>;
}
