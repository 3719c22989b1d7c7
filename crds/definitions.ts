import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The part of a structural schema that the generators read. The YAML files in this folder are the source of truth. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly format?: string;
  readonly description?: string;
  readonly default?: string | boolean | number;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
}

export interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly Version[];
  };
}

export interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources: { readonly status?: object };
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
  readonly additionalPrinterColumns: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly priority?: number;
  }[];
  readonly schema: { readonly openAPIV3Schema: Schema };
}

/** Plurals in the order in which a reader meets the kinds. */
const PLURALS = ['customers', 'sitelocations', 'sbcdevices', 'numberranges', 'invitations'] as const;

/** Reads the five definitions from `folder` (the repository's `crds/`). */
export function readDefinitions(folder: string): Definition[] {
  return PLURALS.map((plural) => parse(readFileSync(join(folder, `trunkline.dev_${plural}.yaml`), 'utf8')));
}

/** The only version of a definition. */
export function versionOf(definition: Definition): Version {
  const [version, ...others] = definition.spec.versions;
  if (version === undefined || others.length > 0) throw new Error(`${definition.metadata.name}: exactly one version is expected`);
  return version;
}

/** Schema of `spec` or `status`. */
export function partOf(definition: Definition, part: 'spec' | 'status'): Schema {
  const schema = versionOf(definition).schema.openAPIV3Schema.properties?.[part];
  if (schema === undefined) throw new Error(`${definition.metadata.name}: no schema of ${part}`);
  return schema;
}

/** One line of a walk: where a schema stands, in the notation of the documentation (`spec.trunks[].label`). */
export interface Visited {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Every schema below `path`, parents before children. */
export function* walk(path: string, schema: Schema, required = true): Generator<Visited> {
  yield { path, schema, required };
  if (schema.items !== undefined) yield* walk(`${path}[]`, schema.items);
  if (schema.additionalProperties !== undefined) yield* walk(`${path}{}`, schema.additionalProperties);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* walk(`${path}.${name}`, property, schema.required?.includes(name) ?? false);
  }
}
