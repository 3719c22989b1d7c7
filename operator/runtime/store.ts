import type { KubeObject, ObjectKey } from '../api/meta.ts';

/** Read side of a kind's cache: shared frozen objects, own writes visible at once (overlay until the watch catches up). */
export interface ObjectStore<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  /** All objects; iteration order is not specified. */
  values(): Iterable<T>;
  readonly size: number;
  /** Objects whose index function gave `value`; an unknown index name throws. */
  byIndex(index: string, value: string): readonly T[];
}

/** Declares an index: object → the values it is found under. Pure. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];
