import { join } from 'node:path';
import { partOf, readDefinitions, type Schema } from '../../../crds/definitions.ts';
import type { Kind } from '../../../operator/api/kinds.ts';

const DEFINITIONS = readDefinitions(join(import.meta.dirname, '../../../crds'));

/** What the API server would refuse or silently drop of an object's spec or status, by the CRD's schema; empty when it is stored as sent. */
export function schemaProblems(kind: Kind, part: 'spec' | 'status', value: unknown): string[] {
  const definition = DEFINITIONS.find(({ spec }) => spec.names.kind === kind);
  if (definition === undefined) throw new Error(`no CRD for ${kind}`);
  return [...problemsOf(part, partOf(definition, part), value)];
}

function* problemsOf(path: string, schema: Schema, value: unknown): Generator<string> {
  if (schema.type !== undefined && typeOf(value, schema) !== schema.type) {
    yield `${path}: ${JSON.stringify(value)} is not of type ${schema.type}`;
  } else if (Array.isArray(value)) {
    yield* listProblems(path, schema, value);
  } else if (typeof value === 'string') {
    yield* textProblems(path, schema, value);
  } else if (typeof value === 'object' && value !== null) {
    yield* mapProblems(path, schema, value as Readonly<Record<string, unknown>>);
  } else if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) yield `${path}: ${value} is less than ${schema.minimum}`;
    if (schema.maximum !== undefined && value > schema.maximum) yield `${path}: ${value} is more than ${schema.maximum}`;
  }
}

function* listProblems(path: string, schema: Schema, value: readonly unknown[]): Generator<string> {
  if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) yield `${path}: ${value.length} items, at most ${schema.maxItems}`;
  if (value.length < (schema.minItems ?? 0)) yield `${path}: ${value.length} items, at least ${schema.minItems}`;
  const keys = schema['x-kubernetes-list-map-keys'];
  const identities =
    keys === undefined ? [] : value.map((item) => JSON.stringify(keys.map((key) => (item as Record<string, unknown>)[key])));
  if (new Set(identities).size < identities.length) yield `${path}: two items have the same ${keys?.join(', ')}`;
  for (const item of value) yield* problemsOf(`${path}[]`, schema.items ?? {}, item);
}

function* textProblems(path: string, schema: Schema, value: string): Generator<string> {
  const length = [...value].length;
  if (length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) yield `${path}: ${length} characters, at most ${schema.maxLength}`;
  if (length < (schema.minLength ?? 0)) yield `${path}: ${length} characters, at least ${schema.minLength}`;
  if (schema.enum !== undefined && !schema.enum.includes(value)) yield `${path}: "${value}" is none of ${schema.enum.join(', ')}`;
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    yield `${path}: "${value}" does not match ${schema.pattern}`;
  if (schema.format === 'date-time' && Number.isNaN(Date.parse(value))) yield `${path}: "${value}" is no time`;
}

function* mapProblems(path: string, schema: Schema, value: Readonly<Record<string, unknown>>): Generator<string> {
  for (const name of schema.required ?? []) if (value[name] === undefined) yield `${path}.${name} is required`;
  for (const [name, member] of Object.entries(value)) {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    if (known !== undefined) yield* problemsOf(`${path}.${name}`, known, member);
    else if (schema.properties !== undefined) yield `${path}.${name} is not in the CRD and would be dropped`;
  }
}

function typeOf(value: unknown, schema: Schema): Schema['type'] | 'other' {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'other';
  if (typeof value === 'object' && value !== null) return 'object';
  return typeof value === 'string' || typeof value === 'boolean'
    ? (typeof value as Schema['type'])
    : schema.type === undefined
      ? undefined
      : 'other';
}
