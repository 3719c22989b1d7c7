import type { Configuration } from './configuration.ts';
import type { Dialect } from './dialect.ts';
import type { Column, Row, TableName, TableSchema } from './schema.ts';
import { obfuscated } from './secret.ts';
import { TABLES } from './tables.ts';

/** Facts that the header comments of an ini file carry (audiocodes-sbc §8.1). */
export interface IniHeader {
  readonly board: string;
  readonly serialNumber: string;
  readonly version: string;
}

/** What can be wrong with a download, for observations that must not be trusted (telephony 6.4). */
export interface IniDamage {
  readonly withoutTables?: readonly TableName[];
  /** Tables that are printed, but empty. */
  readonly emptiedTables?: readonly TableName[];
  /** Cut after so many characters. */
  readonly cutAfter?: number;
}

/** The ini file of the running configuration, line by line without line ends: hundreds of thousands of rows are never one string. */
export function* printIni(configuration: Configuration, dialect: Dialect, header: IniHeader, damage: IniDamage = {}): Generator<string> {
  yield* printHeader(header);
  yield '[SYSTEM Params]';
  yield '';
  for (const [name, value] of configuration.parameters) yield `${name} = ${/^-?\d+$/.test(value) ? value : `'${value}'`}`;
  yield '';
  for (const table of TABLES) {
    if (damage.withoutTables?.includes(table.name)) continue;
    const rows = damage.emptiedTables?.includes(table.name) ? [] : configuration.rows(table.name);
    if (rows.length === 0 && configuration.switches.emptyTables() === 'omitted' && !damage.emptiedTables?.includes(table.name)) continue;
    yield* printTable(configuration, dialect, table, rows);
  }
  for (const block of configuration.foreignTables) {
    yield* block.split('\n');
    yield '';
  }
}

function* printHeader({ board, serialNumber, version }: IniHeader): Generator<string> {
  yield ';**************';
  yield ';** Ini File **';
  yield ';**************';
  yield '';
  yield `;Board: ${board}`;
  yield `;Serial Number: ${serialNumber}`;
  yield `;Software Version: ${version}`;
  yield ';The hidden parameter EnableCoreDump has a non-default value';
  yield '';
}

function* printTable(configuration: Configuration, dialect: Dialect, table: TableSchema, rows: readonly Row[]): Generator<string> {
  const prefix = dialect.iniColumnPrefix ? `${table.name}_` : '';
  const keys = table.parent === undefined ? [] : [table.parent.keyColumn, table.parent.indexColumn];
  const columns = [...keys, ...table.columns.map(({ name }) => name)].map((name) => prefix + name);
  yield `[ ${table.name} ]`;
  yield '';
  yield `FORMAT ${prefix}Index = ${columns.join(', ')};`;
  for (const [line, row] of rows.entries()) {
    const key = table.parent === undefined ? [] : [`"${configuration.parentKey(table, row)}"`, String(row.index)];
    const values = table.columns.map((column) => printed(column, row.values[column.name] ?? ''));
    yield `${table.name} ${table.parent === undefined ? row.index : line} = ${[...key, ...values].join(', ')};`;
  }
  yield '';
  yield `[ \\${table.name} ]`;
  yield '';
}

function printed(column: Column, value: string): string {
  if (column.kind !== 'text') return value;
  if (value === '' && column.refersTo !== undefined) return '$$';
  return `"${column.secret === true ? obfuscated(value) : value}"`;
}
