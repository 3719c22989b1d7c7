import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import { StringPool } from './intern.ts';
import { deepFreeze, slimObject } from './object-decoder.ts';
import type { ReflectorSink } from './reflector-sink.ts';
import { compareResourceVersions } from './resource-version.ts';
import type { IndexFunction, ObjectStore } from './store.ts';

/** Told after the cache changed. `before` is undefined for a new object, `after` for one that is gone. */
export type CacheListener<T> = (key: ObjectKey, before: T | undefined, after: T | undefined) => void;

export interface CacheOptions<T extends KubeObject> {
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /**
   * Freeze objects deeply, so that a reconciler that changes one fails: for tests and sandboxes. Default false, since it costs more (33 µs an
   * object) than reading the object from the network; the types say `readonly` either way.
   */
  readonly freeze?: boolean;
}

/**
 * All objects of one kind. Fed by a reflector and by the answers to own writes: of two states of an object the one with the higher
 * resourceVersion stays, so a read after an own write is never older than it, and the watch catches up by itself.
 */
export class ObjectCache<T extends KubeObject> implements ObjectStore<T> {
  readonly #objects = new Map<ObjectKey, T>();
  readonly #indexes: ReadonlyMap<string, Index<T>>;
  readonly #listeners: CacheListener<T>[] = [];
  readonly #pool = new StringPool();
  readonly #freeze: boolean;
  #onListenerError: (key: ObjectKey, thrown: unknown) => void = (_key, thrown) => {
    throw thrown;
  };
  #feeds = 0;
  #syncedFeeds = 0;

  constructor(options: CacheOptions<T> = {}) {
    this.#indexes = new Map(Object.entries(options.indexes ?? {}).map(([name, of]) => [name, new Index(of)]));
    this.#freeze = options.freeze ?? false;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** True once every feed has brought a whole picture. */
  get synced(): boolean {
    return this.#feeds > 0 && this.#syncedFeeds === this.#feeds;
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key);
  }

  values(): Iterable<T> {
    return this.#objects.values();
  }

  keys(): Iterable<ObjectKey> {
    return this.#objects.keys();
  }

  byIndex(index: string, value: string): readonly T[] {
    const keys = this.#index(index).keysOf(value);
    if (keys === undefined) return [];
    const found: T[] = [];
    for (const key of keys) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** Like byIndex, without looking the objects up: for mapping a change to the keys it concerns. */
  keysByIndex(index: string, value: string): Iterable<ObjectKey> {
    return this.#index(index).keysOf(value) ?? [];
  }

  onChange(listener: CacheListener<T>): void {
    this.#listeners.push(listener);
  }

  /** Where a listener's exception goes; without one it is thrown at whoever changed the cache. */
  reportListenerErrors(report: (key: ObjectKey, thrown: unknown) => void): void {
    this.#onListenerError = report;
  }

  /**
   * The sink for one reflector: of all namespaces, or of the one it watches. Its first picture grows in the cache itself, since nobody may read
   * before `synced`; every later one grows aside and replaces what there is at once.
   */
  feed(namespace?: string): ReflectorSink {
    this.#feeds++;
    let picture: Map<ObjectKey, T> | undefined;
    let isFirst = true;
    return {
      init: () => {
        if (isFirst) this.#clear(namespace);
        else picture = new Map();
      },
      apply: (object) => {
        if (picture === undefined) this.#accept(keyOf(object), object as T);
        else this.#collect(picture, keyOf(object), object as T);
      },
      delete: (object) => {
        if (picture === undefined) this.#delete(object as T);
        else picture.delete(keyOf(object));
      },
      initDone: (resourceVersion) => {
        if (picture !== undefined) this.#replace(picture, resourceVersion, namespace);
        picture = undefined;
        if (isFirst) this.#syncedFeeds++;
        isFirst = false;
      },
    };
  }

  /**
   * Takes in the answer to an own write or read; gives the object back slim and frozen. One that is for another object of the name, or for one
   * already gone, is left out of the cache.
   */
  overlay(answer: T): T {
    const object = this.#shared(slimObject(answer));
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known !== undefined && known.metadata.uid === object.metadata.uid) this.#accept(key, object);
    return object;
  }

  /** The object is known to be gone (an own write met 404): what the watch will say, now. */
  dropGone(object: T): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known !== undefined && known.metadata.uid === object.metadata.uid) this.#set(key, known, undefined);
  }

  /** A first picture that broke off. */
  #clear(namespace: string | undefined): void {
    for (const [key, known] of this.#objects) {
      if (namespace === undefined || known.metadata.namespace === namespace) this.#set(key, known, undefined);
    }
  }

  #delete(object: T): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known !== undefined && !isOlder(object, known)) this.#set(key, known, undefined);
  }

  /** The new picture replaces the old one: only differences are told. Objects of own writes newer than the picture stay. */
  #replace(picture: ReadonlyMap<ObjectKey, T>, resourceVersion: string, namespace: string | undefined): void {
    for (const [key, known] of this.#objects) {
      if (namespace !== undefined && known.metadata.namespace !== namespace) continue;
      const isNewer = compareResourceVersions(known.metadata.resourceVersion, resourceVersion) > 0;
      if (!picture.has(key) && !isNewer) this.#set(key, known, undefined);
    }
    for (const [key, object] of picture) this.#accept(key, object);
  }

  #collect(picture: Map<ObjectKey, T>, key: ObjectKey, object: T): void {
    const known = this.#objects.get(key);
    const isSame = known !== undefined && known.metadata.uid === object.metadata.uid && !isOlder(known, object);
    picture.set(key, isSame ? known : this.#shared(object));
  }

  #accept(key: ObjectKey, object: T): void {
    const known = this.#objects.get(key);
    if (known === undefined) {
      this.#set(key, undefined, this.#shared(object));
    } else if (isOlder(known, object)) {
      const isSame = known.metadata.uid === object.metadata.uid;
      if (!isSame) this.#set(key, known, undefined); // deleted and made again between two looks: consumers must see both
      this.#set(key, isSame ? known : undefined, this.#shared(object));
    }
  }

  #shared(object: T): T {
    if (Object.isFrozen(object)) return object;
    const lean = this.#pool.shareIn(object);
    return this.#freeze ? deepFreeze(lean) : lean;
  }

  #set(key: ObjectKey, before: T | undefined, after: T | undefined): void {
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    for (const index of this.#indexes.values()) index.move(key, before, after);
    for (const listener of this.#listeners) {
      try {
        listener(key, before, after);
      } catch (thrown) {
        this.#onListenerError(key, thrown); // one consumer's mistake must not leave the cache half written
      }
    }
  }

  #index(name: string): Index<T> {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`no index "${name}" is declared for this kind`);
    return index;
  }
}

function isOlder(a: KubeObject, b: KubeObject): boolean {
  return compareResourceVersions(a.metadata.resourceVersion, b.metadata.resourceVersion) < 0;
}

/** value → keys of the objects found under it. */
class Index<T extends KubeObject> {
  readonly #of: IndexFunction<T>;
  readonly #keys = new Map<string, Set<ObjectKey>>();

  constructor(of: IndexFunction<T>) {
    this.#of = of;
  }

  keysOf(value: string): ReadonlySet<ObjectKey> | undefined {
    return this.#keys.get(value);
  }

  move(key: ObjectKey, before: T | undefined, after: T | undefined): void {
    const old = before === undefined ? [] : this.#of(before);
    const now = after === undefined ? [] : this.#of(after);
    for (const value of old) if (!now.includes(value)) this.#remove(value, key);
    for (const value of now) if (!old.includes(value)) this.#add(value, key);
  }

  #add(value: string, key: ObjectKey): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) this.#keys.set(value, new Set([key]));
    else keys.add(key);
  }

  #remove(value: string, key: ObjectKey): void {
    const keys = this.#keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(value);
  }
}
