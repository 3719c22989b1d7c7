import type { KubeObject } from '../api/meta.ts';

export interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject;
}

const FIELDS_START = Buffer.from('"managedFields":[{"apiVersion":"');
const FIELDS_END = Buffer.from('}],"name":"');
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * One line of a watch as an object without managedFields and last-applied-configuration. managedFields, about 40 % of an object, are cut out
 * of the bytes before parsing (operator-practice D13.2): the server sorts keys and escapes quotes inside strings, so the two marks can only
 * be structure. They must stand before the object's uid, else it is some other field of that name and the line is parsed whole.
 */
export function decodeWatchLine(line: Buffer): WatchEvent {
  const start = line.indexOf(FIELDS_START);
  const end = start === -1 ? -1 : line.indexOf(FIELDS_END, start);
  if (end === -1) return slimEvent(JSON.parse(line.toString('utf8')));
  const head = line.toString('utf8', 0, start);
  if (head.includes('"uid":"')) return slimEvent(JSON.parse(line.toString('utf8')));
  return slimEvent(JSON.parse(head + line.toString('utf8', end + 3)));
}

function slimEvent(event: WatchEvent): WatchEvent {
  if (typeof event?.type !== 'string' || typeof event.object !== 'object' || event.object === null) throw new Error('not a watch event');
  return { type: event.type, object: slimObject(event.object) };
}

/** The object as caches keep it. Changes `object`, which the caller has just parsed and shares with nobody. */
export function slimObject<T extends KubeObject>(object: T): T {
  const metadata: Record<string, unknown> | undefined = object.metadata as unknown as Record<string, unknown> | undefined;
  if (metadata === undefined) return object; // Status, in ERROR events
  if ('managedFields' in metadata) delete metadata['managedFields'];
  const annotations = metadata['annotations'] as Record<string, string> | undefined;
  if (annotations !== undefined && LAST_APPLIED in annotations) metadata['annotations'] = without(annotations, LAST_APPLIED);
  return object;
}

function without(record: Record<string, string>, dropped: string): Record<string, string> {
  const rest: Record<string, string> = {};
  for (const key in record) if (key !== dropped) rest[key] = record[key] ?? '';
  return rest;
}

/** Makes sharing safe: whoever tries to change a cached object gets a TypeError instead of a riddle. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const key in value) deepFreeze(value[key]);
  return Object.freeze(value);
}
