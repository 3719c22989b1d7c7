import { Refusal } from './schema.ts';

/** A table of an uploaded ini file: columns as named in FORMAT, without any table prefix; null = `$$` or empty (audiocodes-sbc §8.1). */
export interface IniTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: ReadonlyMap<number, readonly (string | null)[]>;
}

export interface IniFile {
  readonly parameters: ReadonlyMap<string, string>;
  readonly tables: readonly IniTable[];
}

interface OpenTable {
  readonly name: string;
  columns: string[] | undefined;
  readonly rows: Map<number, (string | null)[]>;
}

/** Reads an ini file as the device does when it is uploaded. Refuses with the line number. */
export function parseIni(text: string): IniFile {
  const parameters = new Map<string, string>();
  const tables: IniTable[] = [];
  let open: OpenTable | undefined;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith(';')) continue;
    const heading = /^\[\s*(\\?)\s*([^\]]+?)\s*\]$/.exec(line);
    if (heading !== null) open = onHeading(heading, open, tables, at + 1);
    else if (open === undefined) readParameter(line, parameters, at + 1);
    else readTableLine(line, open, at + 1);
  }
  if (open !== undefined) throw new Refusal(`table ${open.name} is not closed`);
  return { parameters, tables };
}

/** A heading opens a table, closes it, or is decoration such as `[SYSTEM Params]`. */
function onHeading(
  [, slash, name = '']: RegExpExecArray,
  open: OpenTable | undefined,
  tables: IniTable[],
  at: number,
): OpenTable | undefined {
  if (slash === '\\') {
    if (open?.name.toLowerCase() !== name.toLowerCase()) throw new Refusal(`line ${at}: table ${name} is not open`);
    if (open.columns === undefined) throw new Refusal(`line ${at}: table ${name} has no FORMAT`);
    tables.push({ name: open.name, columns: open.columns, rows: open.rows });
    return undefined;
  }
  if (open !== undefined) throw new Refusal(`line ${at}: table ${open.name} is not closed`);
  return / /.test(name) ? undefined : { name, columns: undefined, rows: new Map() };
}

function readParameter(line: string, parameters: Map<string, string>, at: number): void {
  const [, name, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Refusal(`line ${at}: invalid line`);
  parameters.set(name, value.replace(/^'(.*)'$/, '$1'));
}

function readTableLine(line: string, table: OpenTable, at: number): void {
  if (!line.endsWith(';')) throw new Refusal(`line ${at}: ; expected`);
  const body = line.slice(0, -1);
  const format = /^FORMAT\s+\w+\s*=\s*(.*)$/i.exec(body);
  if (format !== null) {
    table.columns = (format[1] ?? '').split(',').map((column) => withoutPrefix(column.trim(), table.name));
    return;
  }
  const [, name, index, values = ''] = /^(\w+)\s+(\d+)\s*=\s*(.*)$/.exec(body) ?? [];
  if (name?.toLowerCase() !== table.name.toLowerCase() || index === undefined) throw new Refusal(`line ${at}: invalid line`);
  if (table.columns === undefined) throw new Refusal(`line ${at}: FORMAT expected`);
  const cells = readCells(values);
  if (cells.length !== table.columns.length)
    throw new Refusal(`line ${at}: ${table.columns.length} values expected, ${cells.length} found`);
  if (table.rows.has(Number(index))) throw new Refusal(`line ${at}: row ${index} already given`);
  table.rows.set(Number(index), cells);
}

function withoutPrefix(column: string, table: string): string {
  return column.toLowerCase().startsWith(`${table.toLowerCase()}_`) ? column.slice(table.length + 1) : column;
}

/** Cells between commas; a quoted one may hold commas and semicolons. */
function readCells(values: string): (string | null)[] {
  const cells = values.match(/(?:\s*"[^"]*"\s*|[^,"]*)(?:,|$)/g) ?? [];
  if (cells.length > 1 && !values.endsWith(',')) cells.pop(); // the empty match at the end
  return cells.map((cell) => {
    const value = cell.replace(/,$/, '').trim();
    if (value === '' || value === '$$') return null;
    return value.startsWith('"') ? value.slice(1, -1) : value;
  });
}
