import { z } from 'zod';
import { ConfigSchema } from '../operator/config/load.ts';

interface Shape {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Shape[];
}

const HEAD = `<!-- Generated from operator/config/load.ts by \`npm run generate\`. Do not edit. -->
# Settings of the operator

One YAML file, given with \`--config\`. Read once at the start; every problem is reported at once, with its path and never with a value, and the
exit code is then 2. An unknown key is a problem. The Helm chart renders this file from values of the same names; what is a file here is a
reference there: \`cloud.caSecretRef\`, \`mail.passwordSecretRef\`, \`mail.caSecretRef\` and \`mail.templatesConfigMap\`, and \`namespace\` is the
namespace of the release.

| setting | takes | default | meaning |
| --- | --- | --- | --- |
`;

/** \`docs/reference/settings.md\`: every setting with what it takes, from the schema that the operator checks. */
export function generateSettings(): string {
  const schema = z.toJSONSchema(ConfigSchema, { io: 'input' }) as Shape;
  return `${HEAD}${rowsOf(schema, '').join('\n')}\n`;
}

/** What a part says of all its members stands at each that says nothing of its own. */
function rowsOf(shape: Shape, path: string, isRequired = false): string[] {
  const { oneOf, properties, required = [], default: whole, description } = shape;
  if (oneOf !== undefined) return oneOf.flatMap((choice) => rowsOf({ ...choice, default: whole }, path));
  if (properties === undefined) return [row(shape, path, isRequired)];
  return Object.entries(properties).flatMap(([name, member]) => {
    const inherited = { ...(description === undefined ? {} : { description }), ...defaultIn(whole, name, member) };
    return rowsOf({ ...inherited, ...member }, path === '' ? name : `${path}.${name}`, required.includes(name));
  });
}

function defaultIn(whole: unknown, name: string, member: Shape): { default?: unknown } {
  const value: unknown =
    typeof whole === 'object' && whole !== null && name in whole ? Object.entries(whole).find(([key]) => key === name)?.[1] : undefined;
  return value === undefined || (member.const !== undefined && member.const !== value) ? {} : { default: value };
}

function row(shape: Shape, path: string, isRequired: boolean): string {
  const byDefault = shape.default === undefined ? (isRequired ? 'required' : '–') : `\`${JSON.stringify(shape.default)}\``;
  const cells = [`\`${path}\``, takes(shape), byDefault, shape.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function takes(shape: Shape): string {
  const words = shape.enum ?? (shape.const === undefined ? undefined : [shape.const]);
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  if (shape.items !== undefined) return `list of ${takes(shape.items)}`;
  if (shape.type === 'number' || shape.type === 'integer') return `${shape.type} from ${shape.minimum} to ${shape.maximum}`;
  if (shape.format === 'uri') return 'https address';
  if (shape.pattern !== undefined) return `text like \`${shape.pattern}\``;
  return shape.type === 'boolean' ? '`true`, `false`' : 'text';
}
