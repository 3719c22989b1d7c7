import { parsePrefix } from './prefix-pattern.ts';
import { type Column, Refusal, type Row, type TableSchema } from './schema.ts';
import type { SbcSwitches } from './switches.ts';

/** What this device can hold (audiocodes-sbc §12.2, §18). */
export interface DeviceLimits {
  readonly dialPlanRules: number;
  readonly ipGroups: number;
  readonly proxySets: number;
  readonly addressesPerProxySet: number;
  readonly sipInterfaces: number;
  readonly ruleNameLength: number;
  readonly prefixLength: number;
  readonly tagLength: number;
}

/** A 4–16 GB VE; the length of names and tags is what public devices show (§12.2). */
export const DEFAULT_LIMITS: DeviceLimits = {
  dialPlanRules: 100_000,
  ipGroups: 1500,
  proxySets: 1500,
  addressesPerProxySet: 10,
  sipInterfaces: 80,
  ruleNameLength: 15,
  prefixLength: 50,
  tagLength: 70,
};

const MOST_TAGS = 5;

/** Refuses a value that the column cannot hold: said at once when the key is typed. Control characters and quotes never pass (§8.1). */
export function checkValue(table: TableSchema, column: Column, value: string, limits: DeviceLimits): void {
  if ([...value].some((char) => char < ' ' || char === '"')) throw new Refusal(`${column.cli}: invalid character in value`);
  if (column.kind === 'number') checkNumber(column, value);
  else if (column.kind === 'text') checkText(table, column, value, limits);
  else if (column.words?.[value] === undefined) throw new Refusal(`${column.cli}: invalid value ${value}`);
}

function checkText(table: TableSchema, column: Column, value: string, limits: DeviceLimits): void {
  const max = longest(table, column, limits);
  if (value.length > max) throw new Refusal(`${column.cli}: value too long (${value.length} characters, at most ${max}): out of range`);
  if (table.name === 'DialPlanRule' && column.name === 'Prefix') parsePrefix(value);
  if (column.name === 'Tags' || column.name === 'Tag') checkTags(column, value);
}

function checkNumber(column: Column, value: string): void {
  if (!/^-?\d+$/.test(value)) throw new Refusal(`${column.cli}: invalid value ${value}, a number is expected`);
  const given = Number(value);
  if (given === Number(column.default)) return;
  if (given < (column.min ?? -1) || given > (column.max ?? 2_147_483_647)) throw new Refusal(`${column.cli}: value ${value} out of range`);
}

function longest(table: TableSchema, column: Column, limits: DeviceLimits): number {
  if (table.name !== 'DialPlanRule') return column.max ?? 255;
  return { Name: limits.ruleNameLength, Prefix: limits.prefixLength, Tag: limits.tagLength }[column.name] ?? 255;
}

/** `name` or `name=value` joined by `;`, at most one without a value (§12.6), at most five (§12.2). */
function checkTags(column: Column, value: string): void {
  if (value === '') return;
  const tags = value.split(';');
  if (tags.length > MOST_TAGS) throw new Refusal(`${column.cli}: at most ${MOST_TAGS} tags are allowed: out of range`);
  if (tags.some((tag) => !/^[^=]+(=[^=]+)?$/.test(tag.trim()))) throw new Refusal(`${column.cli}: invalid value ${value}`);
  if (tags.filter((tag) => !tag.includes('=')).length > 1) throw new Refusal(`${column.cli}: only one tag without a value is allowed`);
}

/** Refuses a row that is not complete in itself. What needs other rows is checked by the configuration. */
export function checkRow(table: TableSchema, row: Row, limits: DeviceLimits, switches: SbcSwitches): void {
  for (const column of table.columns) {
    const value = row.values[column.name] ?? '';
    if (value === '' && column.required === true) throw new Refusal(`${column.cli}: a value is mandatory`);
    checkValue(table, column, value, limits);
  }
  if (table.name === 'DialPlan' && (row.values['Name'] ?? '').includes('/')) throw new Refusal('name: invalid character / in value');
  if (table.name === 'DialPlanRule') checkBrackets(row.values['Prefix'] ?? '', switches);
}

function checkBrackets(prefix: string, switches: SbcSwitches): void {
  const widest = Math.max(0, ...parsePrefix(prefix).elements.map((element) => (element.kind === 'set' ? element.width : 0)));
  if (widest > switches.widestBracket())
    throw new Refusal(`prefix: invalid value ${prefix}: at most ${switches.widestBracket()} digits in brackets`);
}

/** How many rows a table takes, and how the device calls it; undefined = not limited here. */
export function rowLimit(table: TableSchema, limits: DeviceLimits): number | undefined {
  const known: Partial<Record<TableSchema['name'], number>> = {
    DialPlanRule: limits.dialPlanRules,
    IPGroup: limits.ipGroups,
    ProxySet: limits.proxySets,
    SIPInterface: limits.sipInterfaces,
    NATTranslation: 32,
    CallSetupRules: 500,
  };
  return known[table.name];
}
