import type { KubeObject } from '../api/meta.ts';
import { ObjectCache } from './cache.ts';
import type { CollectionRef } from './resource-path.ts';
import type { IndexFunction } from './store.ts';

export interface KindDeclaration<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** A kind without namespaces; watched whole also where the runtime is bound to some. Default false. */
  readonly clusterScoped?: boolean;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Default false; see CacheOptions. */
  readonly freeze?: boolean;
}

/** A kind that is watched, with its cache. Made before the runtime starts, so that reconcilers can be given `store`. */
export interface WatchedKind<T extends KubeObject> {
  readonly kind: string;
  readonly apiVersion: string;
  readonly collection: CollectionRef;
  readonly clusterScoped: boolean;
  readonly store: ObjectCache<T>;
}

/** What the runtime needs of a watched kind to keep its cache fed, whatever its objects look like. */
export interface FedKind {
  readonly kind: string;
  readonly collection: CollectionRef;
  readonly clusterScoped: boolean;
  readonly store: Pick<ObjectCache<KubeObject>, 'size' | 'synced' | 'get' | 'values' | 'feed' | 'reportListenerErrors'>;
}

/** A kind to be watched, with a cache of its own that is still empty. */
export function watchedKind<T extends KubeObject>(declaration: KindDeclaration<T>): WatchedKind<T> {
  const { group, version, plural, kind, clusterScoped = false, indexes, freeze } = declaration;
  return {
    kind,
    apiVersion: group === '' ? version : `${group}/${version}`,
    collection: { group, version, plural },
    clusterScoped,
    store: new ObjectCache<T>({ ...(indexes === undefined ? {} : { indexes }), ...(freeze === undefined ? {} : { freeze }) }),
  };
}
