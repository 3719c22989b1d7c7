import { compile } from 'json-schema-to-typescript';
import { type Definition, partOf, type Schema, versionOf } from './definitions.ts';

type JsonSchema = Parameters<typeof compile>[0];

/**
 * Types that several kinds share, each with one place where it stands. Wherever the same schema stands again (descriptions of the place
 * itself aside) the generated code names this type.
 */
const SHARED: readonly { readonly name: string; readonly plural: string; readonly path: string }[] = [
  { name: 'Condition', plural: 'customers', path: 'status.conditions[]' },
  { name: 'Wait', plural: 'customers', path: 'status.waits[]' },
  { name: 'PlanFieldChange', plural: 'customers', path: 'status.plan.changes[].fields[]' },
  { name: 'PlannedChange', plural: 'customers', path: 'status.plan.changes[]' },
  { name: 'PendingPlan', plural: 'customers', path: 'status.plan' },
  { name: 'DriftEntry', plural: 'customers', path: 'status.drift[]' },
  { name: 'DriftTotals', plural: 'customers', path: 'status.driftTotals' },
  { name: 'Task', plural: 'customers', path: 'status.tasks[]' },
  { name: 'FootprintEntry', plural: 'customers', path: 'status.footprint[]' },
  { name: 'OpenMark', plural: 'customers', path: 'status.openMark' },
  { name: 'SuspectObservation', plural: 'customers', path: 'status.suspect' },
  { name: 'SecretKeyRef', plural: 'customers', path: 'spec.authentication.clientSecretRef' },
  { name: 'SecretRef', plural: 'customers', path: 'spec.authentication.certificateRef' },
  { name: 'ChangeWindow', plural: 'customers', path: 'spec.changeWindows[]' },
  { name: 'UserPolicies', plural: 'customers', path: 'spec.userTemplates[].policies' },
  { name: 'VoiceDefaults', plural: 'customers', path: 'spec.voice.defaults' },
  { name: 'SecretVariable', plural: 'sitelocations', path: 'spec.m365.variablesFrom[]' },
  { name: 'ObjectRef', plural: 'sitelocations', path: 'spec.customerRef' },
  { name: 'Peer', plural: 'sitelocations', path: 'spec.ipPbx.peers[]' },
  { name: 'NetworkSubnet', plural: 'sitelocations', path: 'spec.locationBasedRouting.networks[]' },
  { name: 'LabelSelectorRequirement', plural: 'sbcdevices', path: 'spec.drain.targetSelector.matchExpressions[]' },
  { name: 'LabelSelector', plural: 'sbcdevices', path: 'spec.drain.targetSelector' },
  { name: 'RangeRef', plural: 'numberranges', path: 'spec.replaces' },
  { name: 'ChangePolicy', plural: 'customers', path: 'spec.changePolicy' },
  { name: 'DeletionPolicy', plural: 'customers', path: 'spec.deletionPolicy' },
  { name: 'ServiceState', plural: 'customers', path: 'spec.serviceState' },
  { name: 'ServiceType', plural: 'customers', path: 'spec.services[].type' },
  { name: 'LicenseType', plural: 'customers', path: 'spec.services[].licenseType' },
  { name: 'AuthenticationMethod', plural: 'customers', path: 'spec.authentication.method' },
  { name: 'Cloud', plural: 'sbcdevices', path: 'spec.carrierTrunks[].cloud' },
  { name: 'DialPlanRole', plural: 'numberranges', path: 'spec.dialPlan' },
  { name: 'PrincipalKind', plural: 'numberranges', path: 'spec.assignments[].kind' },
];

const BANNER = '// Generated from crds/*.yaml by `npm run generate`. Do not edit.';
const OPTIONS = { bannerComment: '', additionalProperties: false, ignoreMinAndMaxItems: true, unknownAny: true, format: true } as const;

/** TypeScript sources by path under the repository's root. */
export async function generateTypes(definitions: readonly Definition[]): Promise<Map<string, string>> {
  const shared = sharedTypes(definitions);
  const files = new Map<string, string>();
  files.set('operator/api/generated/shared.gen.ts', await sharedFile(shared));
  for (const definition of definitions) {
    files.set(`operator/api/generated/${kebab(definition.spec.names.kind)}.gen.ts`, await kindFile(definition, shared));
  }
  return files;
}

interface SharedType {
  readonly name: string;
  readonly schema: Schema;
}

/** Shared types by their canonical schema. */
function sharedTypes(definitions: readonly Definition[]): Map<string, SharedType> {
  return new Map(
    SHARED.map(({ name, plural, path }) => {
      const definition = definitions.find(({ spec }) => spec.names.plural === plural);
      if (definition === undefined) throw new Error(`no definition of ${plural}`);
      const schema = schemaAt(versionOf(definition).schema.openAPIV3Schema, path);
      return [canonical(schema), { name, schema }];
    }),
  );
}

function schemaAt(root: Schema, path: string): Schema {
  let schema: Schema | undefined = root;
  for (const step of path.replaceAll('[]', '.[]').split('.')) schema = step === '[]' ? schema?.items : schema?.properties?.[step];
  if (schema === undefined) throw new Error(`no schema at ${path}`);
  return schema;
}

/** Text that is equal for schemas of the same TypeScript type: without what a place says about itself and without rules. */
function canonical({ description: _place, ...schema }: Schema): string {
  return schema.enum === undefined ? JSON.stringify({ ...schema, 'x-kubernetes-validations': undefined }) : JSON.stringify(schema.enum);
}

async function sharedFile(shared: ReadonlyMap<string, SharedType>): Promise<string> {
  const own = [...shared.values()].filter(({ name }) => name !== 'Condition');
  const sources = await Promise.all(own.map(({ name, schema }) => source(convert(schema, name, shared, true), name)));
  return `${BANNER}\n\n${sources.join('\n')}`;
}

async function kindFile(definition: Definition, shared: ReadonlyMap<string, SharedType>): Promise<string> {
  const prefix = pascal(definition.spec.names.kind.replace('SBC', 'Sbc'));
  const spec = await source(convert(partOf(definition, 'spec'), `${prefix}Spec`, shared, true, prefix), `${prefix}Spec`);
  const status = await source(convert(partOf(definition, 'status'), `${prefix}Status`, shared, true), `${prefix}Status`);
  const body = `${spec}\n${status}`;
  const names = [...shared.values()].map(({ name }) => name).filter((name) => new RegExp(`: (readonly )?${name}\\b`).test(body));
  const imports = names.filter((name) => name !== 'Condition').sort();
  return `${BANNER}\nimport type { Condition } from '../meta.ts';\nimport type { ${imports.join(', ')} } from './shared.gen.ts';\n\n${body}`;
}

async function source(schema: JsonSchema, name: string): Promise<string> {
  return readonlyMembers(await compile(schema, name, OPTIONS));
}

/** A JSON schema whose every object is closed and named after its path; shared schemas become type names. */
function convert(schema: Schema, name: string, shared: ReadonlyMap<string, SharedType>, isRoot: boolean, prefix = name): JsonSchema {
  const described = schema.description === undefined ? {} : { description: schema.description };
  const known = shared.get(canonical(schema));
  if (!isRoot && known !== undefined) return { ...described, tsType: known.name };
  switch (schema.type) {
    case 'object':
      return { ...described, type: 'object', ...members(schema, name, shared, isRoot ? prefix : name) };
    case 'array':
      return { ...described, type: 'array', items: convert(schema.items ?? {}, singular(name), shared, false) };
    case 'string':
      return {
        ...described,
        type: 'string',
        ...(schema.enum === undefined ? {} : { enum: [...schema.enum] }),
        ...(isRoot ? { title: name } : {}),
      };
    default:
      return { ...described, ...(schema.type === undefined ? {} : { type: schema.type }) };
  }
}

function members(schema: Schema, name: string, shared: ReadonlyMap<string, SharedType>, prefix: string): JsonSchema {
  if (schema.properties === undefined) {
    return { additionalProperties: convert(schema.additionalProperties ?? {}, singular(name), shared, false) };
  }
  const properties = Object.entries(schema.properties).map(([key, property]) => [
    key,
    convert(property, prefix + pascal(key), shared, false),
  ]);
  return { title: name, properties: Object.fromEntries(properties), required: [...(schema.required ?? [])], additionalProperties: false };
}

/** Everything that comes from the API is read-only for us. */
function readonlyMembers(text: string): string {
  return text
    .replace(/^( +)("?[\w-]+"?\??|\[k: string\]): /gm, '$1readonly $2: ')
    .replace(/^( +readonly [^:]+: )(.+)\[\];$/gm, '$1readonly $2[];')
    .replace(/^export interface (\w+) \{\n\}/gm, 'export type $1 = Readonly<Record<string, never>>;');
}

function pascal(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/(?<![s])s$/, '');
}

function kebab(kind: string): string {
  return kind
    .replace('SBC', 'Sbc')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}
