import { Configuration } from './configuration.ts';
import { type IniFile, type IniTable, parseIni } from './ini-parse.ts';
import { Refusal, type Row, type TableSchema } from './schema.ts';
import { findTable, tableOf } from './tables.ts';

/**
 * An incremental ini upload: rows given replace rows, and **columns left out become default** for each of them (audiocodes-sbc §8.3).
 * Works on the configuration given; a refusal may leave earlier tables applied (switch).
 */
export function applyIncrementalIni(configuration: Configuration, text: string): void {
  const file = parseIni(text);
  for (const [name, value] of file.parameters) configuration.parameters.set(name, value);
  for (const table of file.tables) applyTable(configuration, table);
}

/** What a full ini upload leaves behind: nothing of the old configuration (§11.1). */
export function configurationFromIni(text: string, like: Configuration): Configuration {
  const fresh = new Configuration(like.limits, like.switches);
  const file: IniFile = parseIni(text);
  for (const [name, value] of file.parameters) fresh.parameters.set(name, value);
  for (const table of file.tables) if (findTable(table.name) !== undefined) applyTable(fresh, table);
  return fresh;
}

function applyTable(configuration: Configuration, given: IniTable): void {
  const table = findTable(given.name);
  if (table === undefined) throw new Refusal(`unknown table ${given.name}`);
  for (const column of given.columns) {
    if (!knowsColumn(table, column)) throw new Refusal(`unknown column ${column} of table ${table.name}`);
  }
  const rows = [...given.rows].map(([index, cells]) => rowOf(configuration, table, given.columns, index, cells));
  const holdsSecrets = table.columns.some(({ secret }) => secret === true);
  if (holdsSecrets || configuration.switches.iniRowsNotMentioned() === 'removed') removeOthers(configuration, table, rows);
  for (const row of rows) configuration.put(table.name, row);
}

function knowsColumn(table: TableSchema, column: string): boolean {
  const names = [...table.columns.map(({ name }) => name), table.parent?.keyColumn, table.parent?.indexColumn];
  return names.some((name) => name?.toLowerCase() === column.toLowerCase());
}

function rowOf(
  configuration: Configuration,
  table: TableSchema,
  columns: readonly string[],
  line: number,
  cells: readonly (string | null)[],
): Row {
  const cellOf = (column: string): string | null => cells[columns.findIndex((name) => name.toLowerCase() === column.toLowerCase())] ?? null;
  const given = table.columns.flatMap(({ name }) => {
    const cell = cellOf(name);
    return cell === null ? [] : [[name, cell] as const];
  });
  if (table.parent === undefined) return configuration.complete(table, line, Object.fromEntries(given));
  const parent = parentIndex(configuration, table, cellOf(table.parent.keyColumn) ?? '');
  return configuration.complete(table, Number(cellOf(table.parent.indexColumn) ?? line), Object.fromEntries(given), parent);
}

function parentIndex(configuration: Configuration, { parent, name }: TableSchema, key: string): number {
  if (parent === undefined) throw new RangeError(`table ${name} has no parent`);
  if (parent.keyedBy === 'index') return Number(key);
  const row = configuration.findByName(tableOf(parent.table).name, key);
  if (row === undefined) throw new Refusal(`${parent.keyColumn}: unknown ${parent.table} ${key}`);
  return row.index;
}

function removeOthers(configuration: Configuration, table: TableSchema, rows: readonly Row[]): void {
  const kept = new Set(rows.map(({ parent, index }) => `${parent ?? ''}/${index}`));
  for (const { parent, index } of configuration.rows(table.name)) {
    if (!kept.has(`${parent ?? ''}/${index}`)) configuration.remove(table.name, index, parent);
  }
}
