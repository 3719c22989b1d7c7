import type { KubeObject } from '../../operator/api/meta.ts';
import { OperatorError } from '../../operator/errors/operator-error.ts';
import type { ConfigMapData, Kube, ResourceRef, SecretData } from '../../operator/runtime/kube.ts';
import type { KubeWriter, WriteTarget } from '../../operator/runtime/kube-client.ts';

type Stored = KubeObject & { readonly metadata: KubeObject['metadata'] & { readonly resourceVersion: string } };

/**
 * An API server in memory, for unit tests of what writes: resourceVersions rise, stale ones and wrong uids are refused, status and the rest
 * are apart, an object with deletionTimestamp goes with its last finalizer. What is right about a real one is tested on a real one.
 */
export class MemoryKube implements Kube, KubeWriter {
  readonly #objects = new Map<string, Stored>();
  #version = 100;
  /** Every write that was stored, as `verb plural/name`. */
  readonly writes: string[] = [];
  /** Throw instead of doing the next calls; one entry a call, undefined lets it pass. */
  readonly failures: (Error | undefined)[] = [];
  /** Runs before a write is looked at: another client that is faster. */
  beforeWrite: (() => void) | undefined;
  /** Told of every stored object, as a watch would. */
  onStored: ((object: KubeObject, plural: string) => void) | undefined;
  /** Told of every object that is gone. */
  onRemoved: ((object: KubeObject, plural: string) => void) | undefined;

  /** Puts an object as somebody else would; generation rises when spec differs. */
  put<T extends KubeObject>(plural: string, object: T): T {
    const before = this.#objects.get(pathOf(plural, object.metadata.namespace, object.metadata.name));
    const isSameSpec = before !== undefined && JSON.stringify(before.spec) === JSON.stringify(object.spec);
    const generation = (before?.metadata.generation ?? 0) + (isSameSpec ? 0 : 1);
    const uid = object.metadata.uid ?? before?.metadata.uid ?? `uid-${object.metadata.name}`;
    return this.#store(plural, { ...object, metadata: { ...object.metadata, uid, generation } }) as unknown as T;
  }

  peek<T extends KubeObject>(plural: string, namespace: string, name: string): T | undefined {
    return this.#objects.get(pathOf(plural, namespace, name)) as unknown as T | undefined;
  }

  remove(plural: string, namespace: string, name: string): void {
    const path = pathOf(plural, namespace, name);
    const gone = this.#objects.get(path);
    if (gone === undefined) return;
    this.#objects.delete(path);
    this.#version++;
    this.onRemoved?.({ ...gone, metadata: { ...gone.metadata, resourceVersion: String(this.#version) } }, plural);
  }

  /** What `kubectl delete` does: gone at once without finalizers, else marked, which counts as a new generation. */
  requestDeletion(plural: string, namespace: string, name: string, at: string): void {
    const object = this.#objects.get(pathOf(plural, namespace, name));
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
    if ((object.metadata.finalizers ?? []).length === 0) this.remove(plural, namespace, name);
    else {
      const generation = (object.metadata.generation ?? 0) + 1;
      this.#store(plural, { ...object, metadata: { ...object.metadata, generation, deletionTimestamp: at } });
    }
  }

  all(plural: string): KubeObject[] {
    return [...this.#objects].filter(([path]) => path.startsWith(`${plural}/`)).map(([, object]) => object);
  }

  async get<T extends KubeObject>(ref: ResourceRef): Promise<T | undefined> {
    return this.read<T>(ref);
  }

  async list<T extends KubeObject>(ref: Omit<ResourceRef, 'name'>): Promise<readonly T[]> {
    const scoped = this.all(ref.plural).filter(({ metadata }) => ref.namespace === undefined || metadata.namespace === ref.namespace);
    return scoped as unknown as T[];
  }

  async read<T>(ref: ResourceRef): Promise<T | undefined> {
    this.#maybeFail();
    return this.#objects.get(pathOf(ref.plural, ref.namespace, ref.name)) as unknown as T | undefined;
  }

  async apply<T extends KubeObject>(ref: ResourceRef, object: object): Promise<T> {
    this.#enter('apply', ref);
    return this.put(ref.plural, object as T);
  }

  async delete(ref: ResourceRef): Promise<boolean> {
    this.#enter('delete', ref);
    const was = this.#objects.has(pathOf(ref.plural, ref.namespace, ref.name));
    this.remove(ref.plural, ref.namespace ?? '', ref.name);
    return was;
  }

  /** From objects stored under `secrets`, their data in clear. */
  async readSecret(namespace: string, name: string): Promise<SecretData | undefined> {
    const secret = await this.read<Stored & { readonly data?: Readonly<Record<string, string>> }>(coreRef('secrets', namespace, name));
    if (secret === undefined) return undefined;
    const { uid = '', resourceVersion, annotations = {} } = secret.metadata;
    return { uid, resourceVersion, type: 'Opaque', annotations, data: secret.data ?? {} };
  }

  async readConfigMap(namespace: string, name: string): Promise<ConfigMapData | undefined> {
    const map = await this.read<Stored & { readonly data?: Readonly<Record<string, string>> }>(coreRef('configmaps', namespace, name));
    if (map === undefined) return undefined;
    return { uid: map.metadata.uid ?? '', resourceVersion: map.metadata.resourceVersion, data: map.data ?? {} };
  }

  async applyStatus<T extends KubeObject>(target: WriteTarget, status: object): Promise<T | undefined> {
    const current = this.#precondition('status', target);
    if (current === undefined) return undefined;
    return this.#store(target.ref.plural, { ...current, status: structuredClone(status) }) as unknown as T;
  }

  async setFinalizers<T extends KubeObject>(target: WriteTarget, finalizers: readonly string[]): Promise<T | undefined> {
    const current = this.#precondition('finalizers', target);
    if (current === undefined) return undefined;
    const changed = this.#store(target.ref.plural, { ...current, metadata: { ...current.metadata, finalizers: [...finalizers] } });
    if (finalizers.length === 0 && changed.metadata.deletionTimestamp !== undefined) {
      this.remove(target.ref.plural, target.ref.namespace ?? '', target.ref.name);
    }
    return changed as unknown as T;
  }

  async create<T>(ref: Omit<ResourceRef, 'name'>, object: object): Promise<T> {
    const created = object as KubeObject;
    this.#enter('create', { ...ref, name: created.metadata.name });
    if (this.#objects.has(pathOf(ref.plural, ref.namespace, created.metadata.name))) throw conflict();
    return this.#store(ref.plural, created) as unknown as T;
  }

  async replace<T>(ref: ResourceRef, object: object): Promise<T> {
    this.#enter('replace', ref);
    const replaced = object as KubeObject;
    const current = this.#objects.get(pathOf(ref.plural, ref.namespace, ref.name));
    if (current === undefined || replaced.metadata.resourceVersion !== current.metadata.resourceVersion) throw conflict();
    return this.#store(ref.plural, replaced) as unknown as T;
  }

  async mergePatch<T>(ref: ResourceRef, patch: object): Promise<T | undefined> {
    this.#enter('patch', ref);
    const current = this.#objects.get(pathOf(ref.plural, ref.namespace, ref.name));
    if (current === undefined) return undefined;
    return this.#store(ref.plural, { ...current, ...patch }) as unknown as T;
  }

  #precondition(verb: string, target: WriteTarget): Stored | undefined {
    this.#enter(verb, target.ref);
    const current = this.#objects.get(pathOf(target.ref.plural, target.ref.namespace, target.ref.name));
    if (current === undefined) return undefined;
    const isSame = current.metadata.uid === target.uid && current.metadata.resourceVersion === target.resourceVersion;
    if (!isSame) throw conflict();
    return current;
  }

  #enter(verb: string, ref: ResourceRef): void {
    this.#maybeFail();
    const before = this.beforeWrite;
    this.beforeWrite = undefined;
    before?.();
    this.writes.push(`${verb} ${ref.plural}/${ref.name}`);
  }

  #maybeFail(): void {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }

  #store(plural: string, object: KubeObject): Stored {
    this.#version++;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.#objects.set(pathOf(plural, stored.metadata.namespace, stored.metadata.name), stored);
    this.onStored?.(structuredClone(stored), plural);
    return structuredClone(stored);
  }
}

function coreRef(plural: string, namespace: string, name: string): ResourceRef {
  return { group: '', version: 'v1', plural, namespace, name };
}

function pathOf(plural: string, namespace: string | undefined, name: string): string {
  return `${plural}/${namespace ?? ''}/${name}`;
}

function conflict(): OperatorError {
  return new OperatorError('the object changed meanwhile', { kind: 'Retryable', reason: 'Conflict' });
}
