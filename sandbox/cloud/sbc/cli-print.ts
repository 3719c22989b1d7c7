import type { Configuration } from './configuration.ts';
import { type Dialect, keyOf } from './dialect.ts';
import type { Column, Row, TableName, TableSchema } from './schema.ts';
import { obfuscated } from './secret.ts';
import { TABLES } from './tables.ts';

const ROOTS = ['network', 'system', 'voip'] as const;

/** The running configuration as a CLI script in the device's own dialect, line by line without line ends (audiocodes-sbc §7.2, §10). */
export function* printScript(configuration: Configuration, dialect: Dialect): Generator<string> {
  for (const root of ROOTS) {
    const tables = TABLES.filter(({ name, parent }) => parent === undefined && dialect.tables[name].root === root);
    yield `configure ${root}`;
    for (const table of tables) {
      if (dialect.hidden.has(table.name) || configuration.count(table.name) === 0) continue;
      yield* printTable(configuration, dialect, table, undefined, 1);
    }
    yield 'exit';
  }
}

function* printTable(
  configuration: Configuration,
  dialect: Dialect,
  table: TableSchema,
  parent: number | undefined,
  depth: number,
): Generator<string> {
  const { contexts } = dialect.tables[table.name];
  for (const [level, context] of contexts.entries()) yield dialect.indent.repeat(depth + level) + context;
  for (const row of rowsOf(configuration, dialect, table.name, parent))
    yield* printRow(configuration, dialect, table, row, depth + contexts.length);
  for (let level = contexts.length - 1; level >= 0; level -= 1) yield `${dialect.indent.repeat(depth + level)}exit`;
}

function* printRow(configuration: Configuration, dialect: Dialect, table: TableSchema, row: Row, depth: number): Generator<string> {
  const [outer, inner] = [dialect.indent.repeat(depth), dialect.indent.repeat(depth + 1)];
  yield `${outer}${dialect.tables[table.name].open} ${row.index}`;
  for (const column of ordered(dialect, table)) {
    const value = row.values[column.name] ?? '';
    if (value !== column.default) yield `${inner}${keyOf(dialect, table, column.name)} ${printed(column, value)}`;
  }
  yield `${inner}activate`;
  for (const child of TABLES) {
    if (child.parent?.table !== table.name || configuration.children(child.name, row.index).size === 0) continue;
    yield* printTable(configuration, dialect, child, row.index, depth + 1);
  }
  yield `${outer}exit`;
}

function rowsOf(configuration: Configuration, dialect: Dialect, table: TableName, parent: number | undefined): Row[] {
  const rows = parent === undefined ? configuration.rows(table) : [...configuration.children(table, parent).values()];
  const direction = dialect.rowOrder === 'ascending' ? 1 : -1;
  return rows.sort((a, b) => direction * (a.index - b.index));
}

function ordered(dialect: Dialect, table: TableSchema): readonly Column[] {
  const { order } = dialect.tables[table.name];
  if (order.length === 0) return table.columns;
  const rank = (column: Column): number => (order.includes(column.name) ? order.indexOf(column.name) : order.length);
  return [...table.columns].sort((a, b) => rank(a) - rank(b));
}

function printed(column: Column, value: string): string {
  if (column.secret === true) return `"${obfuscated(value)}"`;
  if (column.kind === 'text') return `"${value}"`;
  return column.words?.[value] ?? value;
}
