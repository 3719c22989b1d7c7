import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import { deepFreeze } from './object-decoder.ts';
import type { ReflectorSink } from './reflector.ts';
import { compareResourceVersions } from './resource-version.ts';
import type { IndexFunction, ObjectStore } from './store.ts';

/** Told after the cache changed. `before` is undefined for a new object, `after` for one that is gone. Must not throw (the reflector counts it). */
export type CacheListener<T> = (key: ObjectKey, before: T | undefined, after: T | undefined) => void;

export interface CacheOptions<T extends KubeObject> {
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Freeze objects deeply, so that a reconciler that changes one fails. Default true. */
  readonly freeze?: boolean;
}

/**
 * All objects of one kind. Fed by a reflector and by the answers to own writes: of two states of an object the one with the higher
 * resourceVersion stays, so a read after an own write is never older than it, and the watch catches up by itself.
 */
export class ObjectCache<T extends KubeObject> implements ObjectStore<T>, ReflectorSink {
  readonly #objects = new Map<ObjectKey, T>();
  readonly #indexes: ReadonlyMap<string, Index<T>>;
  readonly #listeners: CacheListener<T>[] = [];
  readonly #freeze: boolean;
  #building: Map<ObjectKey, T> | undefined;
  #version: string | undefined;

  constructor(options: CacheOptions<T> = {}) {
    this.#indexes = new Map(Object.entries(options.indexes ?? {}).map(([name, of]) => [name, new Index(of)]));
    this.#freeze = options.freeze ?? true;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** True once a whole picture has been taken in. */
  get synced(): boolean {
    return this.#version !== undefined;
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

  init(): void {
    this.#building = new Map();
  }

  apply(raw: KubeObject): void {
    const object = raw as T;
    const key = keyOf(object);
    if (this.#building === undefined) this.#accept(key, object);
    else this.#collect(this.#building, key, object);
  }

  delete(raw: KubeObject): void {
    const key = keyOf(raw);
    this.#building?.delete(key);
    if (this.#building !== undefined) return;
    const known = this.#objects.get(key);
    if (known === undefined || isOlder(raw, known)) return;
    this.#set(key, known, undefined);
  }

  /** The new picture replaces the old one: only differences are told. Objects of own writes newer than the picture stay. */
  initDone(resourceVersion: string): void {
    const picture = this.#building ?? new Map<ObjectKey, T>();
    this.#building = undefined;
    this.#version = resourceVersion;
    for (const [key, known] of this.#objects) {
      if (!picture.has(key) && compareResourceVersions(known.metadata.resourceVersion, resourceVersion) <= 0)
        this.#set(key, known, undefined);
    }
    for (const [key, object] of picture) this.#accept(key, object);
  }

  /** Takes in the answer to an own write. One that is for another object of the name, or for one already gone, is left out. */
  overlay(object: T): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known === undefined || known.metadata.uid !== object.metadata.uid) return;
    this.#accept(key, object);
  }

  /** The object is known to be gone (an own write met 404): what the watch will say, now. */
  dropGone(object: T): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known !== undefined && known.metadata.uid === object.metadata.uid) this.#set(key, known, undefined);
  }

  #collect(picture: Map<ObjectKey, T>, key: ObjectKey, object: T): void {
    const known = this.#objects.get(key);
    const isSame = known !== undefined && known.metadata.uid === object.metadata.uid && !isOlder(known, object);
    picture.set(key, isSame ? known : this.#shared(object));
  }

  #accept(key: ObjectKey, object: T): void {
    const known = this.#objects.get(key);
    if (known === object) return;
    if (known === undefined) return this.#set(key, undefined, this.#shared(object));
    if (known.metadata.uid !== object.metadata.uid) {
      if (isOlder(object, known)) return;
      this.#set(key, known, undefined); // deleted and made again between two looks: consumers must see both
      return this.#set(key, undefined, this.#shared(object));
    }
    if (isOlder(known, object)) this.#set(key, known, this.#shared(object));
  }

  #shared(object: T): T {
    return this.#freeze ? deepFreeze(object) : object;
  }

  #set(key: ObjectKey, before: T | undefined, after: T | undefined): void {
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    for (const index of this.#indexes.values()) index.move(key, before, after);
    for (const listener of this.#listeners) listener(key, before, after);
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
