import type { Json, Place } from './object.ts';

export interface FieldChange {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * One write, as data (design §1). The same value drives apply, plan output, approval, drift reports, tasks, audit and footprint.
 * `create` carries every field with `after`, `remove` every field with `before`, `update` only what differs.
 */
export interface Change extends Place {
  readonly kind: string;
  readonly name: string;
  readonly action: 'create' | 'update' | 'remove';
  readonly fields: readonly FieldChange[];
  /** Ids of changes of the same set that must have succeeded before this one. */
  readonly after: readonly string[];
  /** Written into the object where the system has a description field. */
  readonly marker?: string;
  /** The object existed before us; written beside the marker, so that it is known after a loss of status. */
  readonly adopted?: boolean;
}

/** Changes in an order that may be carried out one by one. */
export type ChangeSet = readonly Change[];

/** Identity of a change within its set. */
export function changeId(change: Pick<Change, 'system' | 'target' | 'kind' | 'name'>): string {
  return `${change.system}|${change.target}|${change.kind}|${change.name.toLowerCase()}`;
}
