/** A row as the device prints it: its running number and one value a column; null stands for `$$` and for an empty field. */
interface IniRow {
  readonly index: number;
  readonly values: readonly (string | null)[];
}

export interface IniTable {
  readonly name: string;
  /** In file order, without the `<Table>_` prefix of older firmware. */
  readonly columns: readonly string[];
  readonly rows: readonly IniRow[];
}

/** Why a file, or a part of it, cannot be trusted. `line` counts from 1. */
interface IniProblem {
  readonly line: number;
  readonly message: string;
}

export interface Ini {
  /** Comment lines before the first table or parameter: board type, serial number, software version. */
  readonly header: readonly string[];
  /** Single parameters by lower-case name. */
  readonly params: ReadonlyMap<string, string>;
  /** Every table, also those that this operator does not know, by lower-case name. */
  readonly tables: ReadonlyMap<string, IniTable>;
  /** Empty: the file is whole. */
  readonly problems: readonly IniProblem[];
}

const TABLE_OPENS = /^\[\s*([A-Za-z0-9_]+)\s*\]$/;
const TABLE_ENDS = /^\[\s*\\\s*([A-Za-z0-9_]+)\s*\]$/;
const FORMAT = /^FORMAT\s+([A-Za-z0-9_]+)\s*=(.*)$/is;
const PARAMETER = /^([A-Za-z0-9_.]+)\s*=\s*(.*)$/s;
const ROW = /^([A-Za-z0-9_]+)\s+(\d{1,9})\s*=(.*)$/s;

/**
 * Reads an ini file in either FORMAT dialect (audiocodes-sbc §8). Never throws: what is broken or cut off is in `problems`, and a table
 * with a problem still shows the rows that could be read.
 */
export function parseIni(text: string): Ini {
  const reader = new IniReader();
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) reader.read(line.trim(), at + 1);
  return reader.finish(lines);
}

/** The position of a column by name in any case; −1 when the table has no such column. */
export function columnAt(table: IniTable, column: string): number {
  const wanted = column.toLowerCase();
  return table.columns.findIndex((name) => name.toLowerCase() === wanted);
}

interface OpenTable {
  readonly name: string;
  readonly line: number;
  readonly columns: readonly string[];
  readonly rows: IniRow[];
  readonly seen: Set<number>;
}

class IniReader {
  readonly #header: string[] = [];
  readonly #params = new Map<string, string>();
  readonly #tables = new Map<string, IniTable>();
  readonly #problems: IniProblem[] = [];
  #open: OpenTable | undefined;
  /** A bracketed line is a table only if FORMAT follows; otherwise it was a section heading, which means nothing. */
  #heading: { readonly name: string; readonly line: number } | undefined;

  read(line: string, at: number): void {
    if (line === '') return;
    const problem = this.#take(line, at);
    if (problem !== undefined) this.#report(at, problem);
  }

  finish(lines: readonly string[]): Ini {
    const last = lines.length;
    if (this.#open !== undefined) this.#report(last, this.#unfinished(this.#open));
    else if (this.#heading !== undefined) this.#report(last, `the file ends at the heading of table ${this.#heading.name}`);
    else if (isCut(lines)) this.#report(last, 'the last line has no end');
    return { header: this.#header, params: this.#params, tables: this.#tables, problems: this.#problems };
  }

  /** What is wrong with the line, or undefined. */
  #take(line: string, at: number): string | undefined {
    if (line.startsWith(';')) return this.#comment(line);
    if (line.startsWith('[')) return this.#bracket(line, at);
    if (FORMAT.test(line)) return this.#format(line, at);
    return this.#open === undefined ? this.#parameter(line) : this.#row(this.#open, line);
  }

  #comment(line: string): undefined {
    if (this.#tables.size === 0 && this.#params.size === 0 && this.#open === undefined) this.#header.push(line.replace(/^;+\s*/, ''));
  }

  #bracket(line: string, at: number): string | undefined {
    const end = TABLE_ENDS.exec(line)?.[1];
    if (end !== undefined) return this.#end(end);
    const unfinished = this.#open === undefined ? undefined : this.#unfinished(this.#open);
    const name = TABLE_OPENS.exec(line)?.[1];
    this.#heading = name === undefined ? undefined : { name, line: at };
    return unfinished ?? (line.endsWith(']') ? undefined : 'a heading without its closing bracket');
  }

  #end(name: string): string | undefined {
    const open = this.#open;
    if (open === undefined) {
      // A table that is printed without FORMAT has no columns, so it cannot have had rows.
      const isEmpty = this.#heading?.name.toLowerCase() === name.toLowerCase();
      this.#heading = undefined;
      return isEmpty ? undefined : `table ${name} ends without having begun`;
    }
    this.#close(open);
    return open.name.toLowerCase() === name.toLowerCase() ? undefined : `table ${open.name} ends as ${name}`;
  }

  #unfinished(open: OpenTable): string {
    this.#close(open);
    return `table ${open.name}, opened in line ${open.line}, has no end`;
  }

  #close({ name, columns, rows }: OpenTable): void {
    this.#open = undefined;
    this.#tables.set(name.toLowerCase(), { name, columns, rows: [...(this.#tables.get(name.toLowerCase())?.rows ?? []), ...rows] });
  }

  #format(line: string, at: number): string | undefined {
    const name = this.#heading?.name;
    if (name === undefined || this.#open !== undefined) return 'FORMAT outside of a table';
    this.#heading = undefined;
    const list = (FORMAT.exec(line)?.[2] ?? '').trim();
    const columns = list
      .replace(/;$/, '')
      .split(',')
      .map((column) => withoutPrefix(name, column.trim()));
    this.#open = { name, line: at, columns: columns.filter((column) => column !== ''), rows: [], seen: new Set() };
    return list.endsWith(';') ? undefined : `FORMAT of table ${name} is cut off`;
  }

  #row({ name: table, columns, rows, seen }: OpenTable, line: string): string | undefined {
    const [, name, index, rest] = ROW.exec(line) ?? [];
    if (name === undefined || index === undefined || rest === undefined) return `not a row of table ${table}`;
    if (name.toLowerCase() !== table.toLowerCase()) return `a row of ${name} in table ${table}`;
    const values = readValues(rest);
    if (values === undefined) return `table ${table}: row ${index} is broken or cut off`;
    if (values.length !== columns.length) return `table ${table}: ${values.length} values for ${columns.length} columns`;
    if (seen.has(Number(index))) return `table ${table}: row ${index} appears twice`;
    seen.add(Number(index));
    rows.push({ index: Number(index), values });
    return undefined;
  }

  #parameter(line: string): string | undefined {
    const [, name, value] = PARAMETER.exec(line) ?? [];
    if (name === undefined || value === undefined) return 'neither a table, a parameter nor a comment';
    this.#heading = undefined;
    const quoted = value.startsWith("'");
    if (quoted && (value.length < 2 || !value.endsWith("'"))) return `parameter ${name} is cut off`;
    this.#params.set(name.toLowerCase(), quoted ? value.slice(1, -1) : value);
    return undefined;
  }

  #report(line: number, message: string): void {
    // A file of another kind would report each of its lines; the first ones say enough.
    if (this.#problems.length < 20) this.#problems.push({ line, message });
  }
}

function withoutPrefix(table: string, column: string): string {
  return column.toLowerCase().startsWith(`${table.toLowerCase()}_`) ? column.slice(table.length + 1) : column;
}

/** One value and the separator behind it. Strings may hold `,` and `;` (tags do), so quotes are read first. */
const VALUE = /\s*(?:"([^"]*)"|([^",;]*))\s*([,;])/y;

/** Values of a row up to its `;`, or undefined when it has no proper end. */
function readValues(text: string): (string | null)[] | undefined {
  const values: (string | null)[] = [];
  for (VALUE.lastIndex = 0; ; ) {
    const [, quoted, bare = '', separator] = VALUE.exec(text) ?? [];
    if (separator === undefined) return undefined;
    const plain = bare.trim();
    values.push(quoted ?? (plain === '' || plain === '$$' ? null : plain));
    if (separator === ';') return text.slice(VALUE.lastIndex).trim() === '' ? values : undefined;
  }
}

/** A last line that is neither the end of a table nor a comment and lacks its line end may have lost its tail. */
function isCut(lines: readonly string[]): boolean {
  const last = (lines.at(-1) ?? '').trim();
  return last !== '' && !last.startsWith(';') && !TABLE_ENDS.test(last);
}
