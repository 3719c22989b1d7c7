import { type Definition, partOf, type Rule, type Schema, versionOf, walk } from './definitions.ts';

const HEAD = `<!-- Generated from crds/*.yaml by \`npm run generate\`. Do not edit. -->

# Custom resources

Every field of the five kinds. Times are RFC 3339, durations Go style (\`4h30m\`). "Absent means" says what holds where a field is left out;
the operator never writes into \`spec\`. \`kubectl explain <kind>.spec\` shows the same texts.
`;

/** `docs/reference/crds.md`: fields, limits and rules of every kind. */
export function generateReference(definitions: readonly Definition[]): string {
  const toc = definitions.map(
    ({ spec: { names } }) => `- [${names.kind}](#${names.kind.toLowerCase()}) (\`${names.shortNames.join('`, `')}\`)`,
  );
  return `${HEAD}\n${toc.join('\n')}\n\n${definitions.map(kindSection).join('\n')}`;
}

function kindSection(definition: Definition): string {
  const { names, group } = definition.spec;
  const version = versionOf(definition);
  const selectable = version.selectableFields?.map(({ jsonPath }) => `\`${jsonPath.slice(1)}\``).join(', ') ?? 'none';
  const columns = version.additionalPrinterColumns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name.toUpperCase());
  return [
    `## ${names.kind}`,
    `${version.schema.openAPIV3Schema.description ?? ''}\n`,
    `\`${group}/${version.name}\`, plural \`${names.plural}\`, short \`${names.shortNames.join('`, `')}\`; \`kubectl get\` shows ${columns.join(', ')};`,
    `\`--field-selector\` knows ${selectable}.\n`,
    '### Rules\n',
    rulesOf(definition),
    '### Spec\n',
    fieldTable('spec', partOf(definition, 'spec')),
    '### Status\n',
    fieldTable('status', partOf(definition, 'status')),
  ].join('\n');
}

function rulesOf(definition: Definition): string {
  const lines: string[] = [];
  for (const { path, schema } of walk('spec', partOf(definition, 'spec'))) {
    for (const rule of schema['x-kubernetes-validations'] ?? []) lines.push(`- \`${path}${rule.fieldPath ?? ''}\`: ${ruleText(rule)}`);
  }
  return `${lines.join('\n')}\n`;
}

function ruleText({ message, rule }: Rule): string {
  return message === undefined ? `\`${rule}\`` : cell(message).replaceAll('*', '\\*');
}

function fieldTable(part: 'spec' | 'status', schema: Schema): string {
  const rows = [...walk(part, schema)]
    .filter(({ path, schema: { type } }) => path !== part && !((path.endsWith('[]') || path.endsWith('{}')) && type === 'object'))
    .map(
      ({ path, schema: field, required }) =>
        `| \`${path}\` | ${typeOf(field)} | ${required ? 'yes' : ''} | ${cell(field.description ?? '')} |`,
    );
  return `| field | type | required | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const limits = [
    bounds('characters', schema.minLength, schema.maxLength),
    bounds('items', schema.minItems, schema.maxItems),
    bounds('entries', undefined, schema.maxProperties),
    bounds('', schema.minimum, schema.maximum),
    listKind(schema),
    schema.default === undefined ? '' : `default \`${schema.default}\``,
  ].filter((text) => text !== '');
  const name = schema.format === 'date-time' ? 'time' : (schema.type ?? '');
  return limits.length === 0 ? name : `${name} (${limits.join('; ')})`;
}

function listKind(schema: Schema): string {
  if (schema['x-kubernetes-list-type'] === 'map') return `keyed by ${schema['x-kubernetes-list-map-keys']?.join(', ') ?? ''}`;
  return schema['x-kubernetes-list-type'] === 'set' ? 'a set' : '';
}

function bounds(unit: string, minimum: number | undefined, maximum: number | undefined): string {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined) return `${minimum} or more${unit === '' ? '' : ` ${unit}`}`;
  const range = minimum === undefined ? `≤ ${maximum}` : `${minimum}–${maximum}`;
  return unit === '' ? range : `${range} ${unit}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
