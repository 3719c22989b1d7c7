import type { KubeObject } from '../api/meta.ts';
import type { ConfigMapData, Kube, ResourceRef, SecretData } from './kube.ts';
import { connectionFailure, failureOf } from './kube-failure.ts';
import { collectionPath, resourcePath } from './resource-path.ts';
import type { KubeAnswer, KubeRequest, KubeTransport } from './transport.ts';

const APPLY_PATCH = 'application/apply-patch+yaml'; // JSON is YAML
const MERGE_PATCH = 'application/merge-patch+json';
const LIST_PAGE = '500';

/** Which object a write is about; uid and resourceVersion make the server refuse it when that object is gone or moved on. */
export interface WriteTarget {
  readonly ref: ResourceRef;
  readonly apiVersion: string;
  readonly kind: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** What the runtime itself writes beside `Kube`. Undefined means the object is gone. */
export interface KubeWriter {
  applyStatus<T extends KubeObject>(target: WriteTarget, status: object, fieldManager: string): Promise<T | undefined>;
  setFinalizers<T extends KubeObject>(target: WriteTarget, finalizers: readonly string[], fieldManager: string): Promise<T | undefined>;
  /** POST to a collection; for events and leases. */
  create<T>(ref: Omit<ResourceRef, 'name'>, object: object, options?: CallOptions): Promise<T>;
  replace<T>(ref: ResourceRef, object: object, options?: CallOptions): Promise<T>;
  mergePatch<T>(ref: ResourceRef, patch: object, options?: CallOptions): Promise<T | undefined>;
  read<T>(ref: ResourceRef, options?: CallOptions): Promise<T | undefined>;
}

export type CallOptions = Pick<KubeRequest, 'channel' | 'timeoutMs' | 'signal'>;

export class KubeClient implements Kube, KubeWriter {
  readonly #transport: KubeTransport;

  constructor(transport: KubeTransport) {
    this.#transport = transport;
  }

  get<T extends KubeObject>(ref: ResourceRef, signal?: AbortSignal): Promise<T | undefined> {
    return this.read<T>(ref, signal === undefined ? {} : { signal });
  }

  async list<T extends KubeObject>(ref: Omit<ResourceRef, 'name'>, signal?: AbortSignal): Promise<readonly T[] | undefined> {
    const items: T[] = [];
    let next = '';
    do {
      const query = { limit: LIST_PAGE, ...(next === '' ? {} : { continue: next }) };
      const request = { method: 'GET' as const, path: collectionPath(ref), query, ...(signal === undefined ? {} : { signal }) };
      const page = decoded<RawList<T>>(await this.#call('list', ref, request));
      if (page === undefined) return undefined;
      items.push(...page.items);
      next = page.metadata?.continue ?? '';
    } while (next !== '');
    return items;
  }

  async read<T>(ref: ResourceRef, options: CallOptions = {}): Promise<T | undefined> {
    return decoded<T>(await this.#call('get', ref, { ...options, method: 'GET', path: resourcePath(ref) }));
  }

  async apply<T extends KubeObject>(
    ref: ResourceRef,
    object: object,
    options: { readonly fieldManager: string; readonly force: boolean },
    signal?: AbortSignal,
  ): Promise<T> {
    const query = { fieldManager: options.fieldManager, force: String(options.force) };
    return found<T>(
      await this.#call('apply', ref, {
        method: 'PATCH',
        path: resourcePath(ref),
        query,
        contentType: APPLY_PATCH,
        body: JSON.stringify(object),
        ...(signal === undefined ? {} : { signal }),
      }),
      'apply',
      ref,
    );
  }

  async delete(
    ref: ResourceRef,
    options: { readonly resourceVersion?: string; readonly uid?: string } = {},
    signal?: AbortSignal,
  ): Promise<boolean> {
    const hasPreconditions = options.resourceVersion !== undefined || options.uid !== undefined;
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...(hasPreconditions ? { preconditions: options } : {}) };
    const answer = await this.#call('delete', ref, {
      method: 'DELETE',
      path: resourcePath(ref),
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
    return answer.status !== 404;
  }

  async readSecret(namespace: string, name: string, signal?: AbortSignal): Promise<SecretData | undefined> {
    const ref = { group: '', version: 'v1', plural: 'secrets', namespace, name };
    const secret = await this.read<RawSecret>(ref, signal === undefined ? {} : { signal });
    if (secret === undefined) return undefined;
    const data: Record<string, string> = {};
    for (const [key, value] of Object.entries(secret.data ?? {})) data[key] = Buffer.from(value, 'base64').toString('utf8');
    const { uid = '', resourceVersion = '', annotations = {} } = secret.metadata;
    return { uid, resourceVersion, type: secret.type ?? 'Opaque', annotations, data };
  }

  async readConfigMap(namespace: string, name: string, signal?: AbortSignal): Promise<ConfigMapData | undefined> {
    const ref = { group: '', version: 'v1', plural: 'configmaps', namespace, name };
    const map = await this.read<RawSecret>(ref, signal === undefined ? {} : { signal });
    if (map === undefined) return undefined;
    const { uid = '', resourceVersion = '' } = map.metadata;
    return { uid, resourceVersion, data: map.data ?? {} };
  }

  /** Server-side apply: what the operator no longer states goes, what others own stays. The subresource never creates an object. */
  async applyStatus<T extends KubeObject>(target: WriteTarget, status: object, fieldManager: string): Promise<T | undefined> {
    const { ref, apiVersion, kind } = target;
    return decoded<T>(
      await this.#call('patch status of', ref, {
        method: 'PATCH',
        path: resourcePath(ref, 'status'),
        query: { fieldManager, force: 'true' },
        contentType: APPLY_PATCH,
        body: JSON.stringify({ apiVersion, kind, metadata: { name: ref.name, ...preconditions(target) }, status }),
      }),
    );
  }

  /** The whole list, with resourceVersion: a finalizer that somebody added meanwhile is a conflict, never overwritten. */
  async setFinalizers<T extends KubeObject>(
    target: WriteTarget,
    finalizers: readonly string[],
    fieldManager: string,
  ): Promise<T | undefined> {
    return decoded<T>(
      await this.#call('patch finalizers of', target.ref, {
        method: 'PATCH',
        path: resourcePath(target.ref),
        query: { fieldManager },
        contentType: MERGE_PATCH,
        body: JSON.stringify({ metadata: { ...preconditions(target), finalizers } }),
      }),
    );
  }

  async create<T>(ref: Omit<ResourceRef, 'name'>, object: object, options: CallOptions = {}): Promise<T> {
    const request = { ...options, method: 'POST' as const, path: collectionPath(ref), body: JSON.stringify(object) };
    return found<T>(await this.#call('create', ref, request), 'create', ref);
  }

  async replace<T>(ref: ResourceRef, object: object, options: CallOptions = {}): Promise<T> {
    const request = { ...options, method: 'PUT' as const, path: resourcePath(ref), body: JSON.stringify(object) };
    return found<T>(await this.#call('update', ref, request), 'update', ref);
  }

  async mergePatch<T>(ref: ResourceRef, patch: object, options: CallOptions = {}): Promise<T | undefined> {
    const body = JSON.stringify(patch);
    return decoded<T>(
      await this.#call('patch', ref, { ...options, method: 'PATCH', path: resourcePath(ref), contentType: MERGE_PATCH, body }),
    );
  }

  /** Answers below 300 and 404; everything else is thrown as OperatorError. */
  async #call(verb: string, ref: Omit<ResourceRef, 'name'> & { readonly name?: string }, request: KubeRequest): Promise<KubeAnswer> {
    const what = describe(verb, ref);
    let answer: KubeAnswer;
    try {
      answer = await this.#transport.send(request);
    } catch (thrown) {
      throw connectionFailure(thrown, what);
    }
    if (answer.status < 300 || answer.status === 404) return answer;
    throw failureOf(answer, what);
  }
}

interface RawList<T> {
  readonly metadata?: { readonly continue?: string };
  readonly items: readonly T[];
}

interface RawSecret {
  readonly metadata: { readonly uid?: string; readonly resourceVersion?: string; readonly annotations?: Record<string, string> };
  readonly type?: string;
  readonly data?: Record<string, string>;
}

function describe(verb: string, ref: Omit<ResourceRef, 'name'> & { readonly name?: string }): string {
  const place = [ref.namespace, ref.name].filter((part) => part !== undefined).join('/');
  return `${verb} ${ref.plural} ${place}`.trimEnd();
}

function preconditions(target: WriteTarget): { uid?: string; resourceVersion?: string } {
  return {
    ...(target.uid === undefined ? {} : { uid: target.uid }),
    ...(target.resourceVersion === undefined ? {} : { resourceVersion: target.resourceVersion }),
  };
}

/** Objects of the API server are trusted to have the shape that their CRD enforces. */
function decoded<T>(answer: KubeAnswer): T | undefined {
  return answer.status === 404 ? undefined : (JSON.parse(answer.body) as T);
}

function found<T>(answer: KubeAnswer, verb: string, ref: Omit<ResourceRef, 'name'> & { readonly name?: string }): T {
  if (answer.status === 404) throw failureOf(answer, describe(verb, ref));
  return JSON.parse(answer.body) as T;
}
