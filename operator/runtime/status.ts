import type { Condition, KubeObject } from '../api/meta.ts';
import { conditionsAreCurrent, mergeConditions, type StatedCondition } from './conditions.ts';
import { equalJson } from './equality.ts';
import type { StatusBase } from './reconciler.ts';

/** Design §2: a status beyond this is refused here, whoever wrote it. etcd's limit is 1.5 MiB for the whole object. */
const MAX_STATUS_BYTES = 128 * 1024;
/** Given up first, in this order, when a status is too large: what a person reads, not what the operator lives on. */
const EXPENDABLE = ['tasks', 'drift', 'plan'] as const;

const BASE_FIELDS: ReadonlySet<string> = new Set(['observedGeneration', 'conditions', 'lastHandledReconcileAt']);
const NO_CONDITIONS: readonly Condition[] = [];

/** What a pass wants the status to say. */
export interface WantedStatus {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly conditions: readonly StatedCondition[];
  readonly handledToken: string | undefined;
}

/** Parts of a kind's status that another writer owns (the portal, say): never compared, never sent. */
export interface ForeignStatus {
  readonly conditions: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
}

/** What the object said last; nothing before its first status. */
export function previousConditions(object: KubeObject): readonly Condition[] {
  return (object.status as StatusBase | undefined)?.conditions ?? NO_CONDITIONS;
}

/** True when the object's status says all of it already: then nothing is written. */
export function statusIsCurrent(object: KubeObject, wanted: WantedStatus, foreign: ForeignStatus): boolean {
  const status = object.status as StatusBase | undefined;
  if (status === undefined) return false;
  if (status.observedGeneration !== object.metadata.generation || status.lastHandledReconcileAt !== wanted.handledToken) return false;
  const previous = status.conditions ?? NO_CONDITIONS;
  const context = { previous, generation: object.metadata.generation, foreign: foreign.conditions };
  return (
    conditionsAreCurrent(wanted.conditions, context) && fieldsAreCurrent(wanted.fields, status as Record<string, unknown>, foreign.fields)
  );
}

function fieldsAreCurrent(
  wanted: Readonly<Record<string, unknown>>,
  status: Record<string, unknown>,
  foreign: ReadonlySet<string>,
): boolean {
  let matched = 0;
  for (const field in wanted) {
    const value = wanted[field];
    if (value === undefined || BASE_FIELDS.has(field) || foreign.has(field)) continue;
    if (!equalJson(value, status[field])) return false;
    matched++;
  }
  for (const field in status) if (status[field] !== undefined && !BASE_FIELDS.has(field) && !foreign.has(field)) matched--;
  return matched === 0;
}

export interface StatusBody {
  readonly status: Readonly<Record<string, unknown>>;
  /** Fields left out because the whole was too large. */
  readonly dropped: readonly string[];
}

/** The status to send. Undefined when it is too large even without what can be spared. */
export function statusBody(object: KubeObject, wanted: WantedStatus, foreign: ForeignStatus, now: string): StatusBody | undefined {
  const context = { previous: previousConditions(object), generation: object.metadata.generation, foreign: foreign.conditions };
  const status: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(wanted.fields))
    if (!BASE_FIELDS.has(field) && !foreign.fields.has(field)) status[field] = value;
  if (object.metadata.generation !== undefined) status['observedGeneration'] = object.metadata.generation;
  if (wanted.handledToken !== undefined) status['lastHandledReconcileAt'] = wanted.handledToken;
  status['conditions'] = mergeConditions(wanted.conditions, context, now);
  const dropped: string[] = [];
  for (const field of [undefined, ...EXPENDABLE]) {
    if (field !== undefined && status[field] !== undefined) {
      delete status[field];
      dropped.push(field);
    }
    if (Buffer.byteLength(JSON.stringify(status)) <= MAX_STATUS_BYTES) return { status, dropped };
  }
  return undefined;
}

/** What a failed pass leaves of the status: everything that was known, but the conditions. */
export function keptFields(object: KubeObject): Readonly<Record<string, unknown>> {
  return (object.status as Record<string, unknown> | undefined) ?? {};
}
