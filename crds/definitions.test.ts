import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../operator/api/kinds.ts';
import { type Definition, partOf, readDefinitions, type Schema, type Visited, versionOf, walk } from './definitions.ts';
import { generateReference } from './reference.ts';
import { generateTypes } from './types.ts';

const ROOT = join(import.meta.dirname, '..');
const definitions = readDefinitions(import.meta.dirname);
const byKind = definitions.map((definition): [string, Definition] => [definition.spec.names.kind, definition]);

function fieldsOf(definition: Definition): Visited[] {
  return [...walk('spec', partOf(definition, 'spec')), ...walk('status', partOf(definition, 'status'))];
}

/** Paths for which `wrong` holds; empty is what every test wants. */
function offenders(definition: Definition, wrong: (visited: Visited) => boolean): string[] {
  return fieldsOf(definition)
    .filter(wrong)
    .map(({ path }) => path);
}

/** Items and values are described by their list or map. */
function standsForItself(path: string): boolean {
  return !path.endsWith('[]') && !path.endsWith('{}');
}

describe.each(byKind)('CRD of %s', (kind, definition) => {
  it('carries the names of design §2', () => {
    const { group, scope, names } = definition.spec;
    const known = Object.values(KINDS).find((entry) => entry.kind === kind);
    expect({ group, scope, kind: names.kind, plural: names.plural, shortNames: names.shortNames, categories: names.categories }).toEqual({
      group: 'trunkline.dev',
      scope: 'Namespaced',
      kind: known?.kind,
      plural: known?.plural,
      shortNames: [known?.shortName],
      categories: ['trunkline'],
    });
    expect(definition.metadata.name).toBe(`${names.plural}.trunkline.dev`);
    expect(versionOf(definition)).toMatchObject({ name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } });
  });

  it('[S033] shows the printer columns of design §2', () => {
    const columns = versionOf(definition).additionalPrinterColumns.filter(({ priority = 0 }) => priority === 0);
    expect(columns.map(({ name }) => name.toUpperCase())).toEqual(COLUMNS[kind]);
  });

  it('stays far below the limit of client-side apply (256 KiB)', () => {
    const bytes = readFileSync(join(import.meta.dirname, `${'trunkline.dev_'}${definition.spec.names.plural}.yaml`)).byteLength;
    expect(bytes).toBeLessThan(200 * 1024);
  });

  it('describes every field', () => {
    expect(offenders(definition, ({ path, schema }) => standsForItself(path) && (schema.description ?? '') === '')).toEqual([]);
  });

  it('says what absence means for every switch of the spec', () => {
    const silent = [...walk('spec', partOf(definition, 'spec'))].filter(
      ({ schema, required }) =>
        schema.type === 'boolean' && !required && schema.default === undefined && !SPEAKING.test(schema.description ?? ''),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('bounds every string, list and map', () => {
    expect(offenders(definition, ({ schema }) => !isBounded(schema))).toEqual([]);
  });

  it('closes every object', () => {
    expect(offenders(definition, ({ schema }) => schema.type === 'object' && !schema.properties && !schema.additionalProperties)).toEqual(
      [],
    );
  });

  it('gives every list a merge rule, with keys that are required', () => {
    expect(offenders(definition, ({ schema }) => schema.type === 'array' && !mergesWell(schema))).toEqual([]);
  });

  it('keeps every status list but conditions atomic (design §2)', () => {
    const lists = [...walk('status', partOf(definition, 'status'))].filter(({ schema }) => schema.type === 'array');
    const keyed = lists.filter(({ schema }) => schema['x-kubernetes-list-type'] !== 'atomic').map(({ path }) => path);
    expect(keyed).toEqual(['status.conditions']);
  });

  it('has no default inside lists and none that gives absence a meaning', () => {
    const defaults = fieldsOf(definition).filter(({ schema }) => schema.default !== undefined);
    expect(defaults.map(({ path, schema }) => `${path}=${schema.default}`)).toEqual(DEFAULTS[kind]);
  });

  it('selects at most eight scalar fields that exist', () => {
    const selectable = versionOf(definition).selectableFields ?? [];
    const known = new Map(fieldsOf(definition).map(({ path, schema }) => [path, schema.type]));
    expect(selectable.length).toBeLessThanOrEqual(8);
    expect(selectable.filter(({ jsonPath }) => !['string', 'boolean', 'integer'].includes(known.get(jsonPath.slice(1)) ?? ''))).toEqual([]);
  });

  it('gives every rule a message that says more than that it failed', () => {
    const rules = fieldsOf(definition).flatMap(({ path, schema }) =>
      (schema['x-kubernetes-validations'] ?? []).map((rule) => ({ path, rule })),
    );
    expect(rules.filter(({ rule }) => (rule.message ?? '').length < 15).map(({ path }) => path)).toEqual([]);
    // A message without a value of its own must end in a remedy; one with an expression builds both from the value.
    const bare = rules.filter(({ rule }) => rule.messageExpression === undefined && !/[;-] /.test(rule.message ?? ''));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it('shares the common parts of spec and status with the other kinds, word for word', () => {
    const [, customer] = byKind[0] ?? [];
    if (customer === undefined) throw new Error('no Customer');
    for (const part of ['spec', 'status'] as const) {
      const common = COMMON[part];
      expect(pick(partOf(definition, part), common)).toEqual(pick(partOf(customer, part), common));
    }
  });
});

describe('generated files', () => {
  it('are fresh', async () => {
    const files = await generateTypes(definitions);
    files.set('docs/reference/crds.md', generateReference(definitions));
    const stale = [...files].filter(([path, text]) => readFileSync(join(ROOT, path), 'utf8') !== text).map(([path]) => path);
    expect(stale).toEqual([]);
  });

  it('know no any and no open object', async () => {
    const files = await generateTypes(definitions);
    for (const [path, text] of files) expect(`${path}: ${text.match(/\bany\b(?=[;[\]])|\bunknown\b(?=[;[\]])/g) ?? ''}`).toBe(`${path}: `);
  });
});

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  Customer: ['READY', 'STATUS', 'INDICATOR', 'LICENSE', 'USERS', 'SYNCED', 'AGE'],
  SiteLocation: ['READY', 'CUSTOMER', 'CONFIGURATION', 'TRUNKS', 'SBC', 'M365', 'AGE'],
  SBCDevice: ['READY', 'INDICATOR', 'VERSION', 'SITES', 'PREFIXES', 'ALARMS', 'AGE'],
  NumberRange: ['READY', 'CUSTOMER', 'SITE', 'NUMBERS', 'ASSIGNED', 'FREE', 'AGE'],
  Invitation: ['STATE', 'EMAIL', 'SENT', 'EXPIRES', 'AGE'],
};

const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  Customer: [],
  SiteLocation: ['spec.service=DirectRouting'],
  SBCDevice: ['spec.vendor=AudioCodes', 'spec.https=true'],
  NumberRange: [],
  Invitation: ['spec.type=Invite'],
};

const COMMON = {
  spec: ['suspend', 'changePolicy', 'deletionPolicy'],
  status: [
    'observedGeneration',
    'lastHandledReconcileAt',
    'conditions',
    'waits',
    'plan',
    'drift',
    'driftTotals',
    'tasks',
    'footprint',
    'openMark',
  ],
} as const;

/** Words by which a description says what holds where a switch is left out, or what setting it brings about. */
const SPEAKING = /Absent means|absent means|follows the installation|A field left out|^Set |^Whether the gateway|^Count |^Only /;

function isBounded(schema: Schema): boolean {
  switch (schema.type) {
    case 'string':
      return schema.maxLength !== undefined || schema.enum !== undefined || schema.format === 'date-time';
    case 'array':
      return schema.maxItems !== undefined;
    case 'object':
      return schema.additionalProperties === undefined || schema.maxProperties !== undefined;
    default:
      return true;
  }
}

function mergesWell(schema: Schema): boolean {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const isKeyed = keys.length > 0 && keys.every((key) => schema.items?.required?.includes(key));
  return schema['x-kubernetes-list-type'] === 'map' ? isKeyed : schema['x-kubernetes-list-type'] !== undefined;
}

function pick(schema: Schema, names: readonly string[]): Record<string, Schema | undefined> {
  return Object.fromEntries(names.map((name) => [name, schema.properties?.[name]]));
}
