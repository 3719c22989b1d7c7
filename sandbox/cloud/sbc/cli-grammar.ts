import { type Dialect, keyOf } from './dialect.ts';
import { type Column, Refusal, type TableSchema } from './schema.ts';
import { TABLES } from './tables.ts';

/** Where a script stands: enable mode (or basic), a section such as `configure voip` › `sbc`, or an open row. */
export type Frame = ModeFrame | SectionFrame | RowFrame;

interface ModeFrame {
  readonly kind: 'mode';
  readonly mode: 'basic' | 'enable';
}

export interface SectionFrame {
  readonly kind: 'section';
  readonly root: 'voip' | 'network' | 'system' | 'troubleshoot';
  readonly contexts: readonly string[];
  /** The row whose children are here, for a section inside a row. */
  readonly within: RowFrame | undefined;
}

export interface RowFrame {
  readonly kind: 'row';
  readonly table: TableSchema;
  readonly index: number;
  readonly parent: number | undefined;
  /** Values typed since the row was opened or activated. */
  draft: Map<string, string>;
  /** `committed` rows need nothing at `exit`; `failed` ones are given up. */
  state: 'new' | 'changed' | 'committed' | 'failed';
}

export interface RowAddress {
  readonly table: TableSchema;
  readonly index: number;
  readonly parent: number | undefined;
}

/** Words of a line; double quotes keep blanks together and have no escape (audiocodes-sbc §8.1, §10.1). */
export function words(line: string): string[] {
  if ((line.match(/"/g)?.length ?? 0) % 2 === 1) throw new Refusal('Invalid command: unbalanced quotes');
  return (line.match(/"[^"]*"|[^\s"]+/g) ?? []).map((word) => (word.startsWith('"') ? word.slice(1, -1) : word));
}

/** Tables whose rows can be opened in this frame of this dialect. */
function tablesIn(dialect: Dialect, frame: SectionFrame | RowFrame): TableSchema[] {
  const parent = frame.kind === 'row' ? frame.table.name : frame.within?.table.name;
  const contexts = frame.kind === 'row' ? [] : frame.contexts;
  return TABLES.filter((table) => {
    const spelling = dialect.tables[table.name];
    if (table.parent?.table !== parent) return false;
    if (parent === undefined && frame.kind === 'section' && spelling.root !== frame.root) return false;
    return spelling.contexts.length === contexts.length && spelling.contexts.every((context, at) => context === contexts[at]);
  });
}

/** The table and index that a line opens, or undefined when it is no opening line at all. */
export function readAddress(dialect: Dialect, frame: SectionFrame | RowFrame, line: readonly string[]): RowAddress | undefined {
  for (const table of tablesIn(dialect, frame)) {
    const open = dialect.tables[table.name].open.split(' ');
    if (!open.every((word, at) => line[at]?.toLowerCase() === word)) continue;
    const [index, ...more] = line.slice(open.length);
    if (index === undefined) throw new Refusal('Incomplete command');
    if (!/^\d{1,9}$/.test(index) || more.length > 0) throw new Refusal('Invalid command');
    const parent = frame.kind === 'row' ? frame.index : frame.within?.index;
    return { table, index: Number(index), parent };
  }
  return undefined;
}

/** The section that a line enters, or undefined. */
export function readSection(dialect: Dialect, frame: SectionFrame | RowFrame, line: readonly string[]): SectionFrame | undefined {
  const [word, ...more] = line;
  const here = frame.kind === 'row' ? [] : frame.contexts;
  const within = frame.kind === 'row' ? frame : frame.within;
  const root = frame.kind === 'row' ? 'voip' : frame.root;
  const leads = TABLES.some(({ name, parent }) => {
    const { contexts, root: of } = dialect.tables[name];
    if (parent?.table !== within?.table.name || (within === undefined && of !== root)) return false;
    return contexts.length > here.length && [...here, word].every((context, at) => context === contexts[at]);
  });
  return word === undefined || more.length > 0 || !leads ? undefined : { kind: 'section', root, contexts: [...here, word], within };
}

/** The column and stored value of a `<key> <value>` line, or undefined when the key is not of this table. */
export function readKey(dialect: Dialect, table: TableSchema, line: readonly string[]): { column: Column; value: string } | undefined {
  const [key, value, ...more] = line;
  const column = table.columns.find(({ name }) => keyOf(dialect, table, name) === key?.toLowerCase());
  if (column === undefined) return undefined;
  if (value === undefined) throw new Refusal('Incomplete command');
  if (more.length > 0) throw new Refusal('Invalid command');
  return { column, value: storedValue(column, value) };
}

function storedValue(column: Column, value: string): string {
  if (column.words === undefined) return value;
  const stored = Object.entries(column.words).find(([, word]) => word === value.toLowerCase());
  if (stored === undefined) throw new Refusal(`${column.cli}: invalid value ${value}`);
  return stored[0];
}

/** What the device prints before the cursor. */
export function promptOf(frame: Frame, dialect: Dialect): string {
  if (frame.kind === 'mode') return frame.mode === 'basic' ? '>' : '#';
  if (frame.kind === 'section') return `(${frame.contexts.at(-1) ?? `config-${frame.root}`})#`;
  const { open } = dialect.tables[frame.table.name];
  const word = open.split(' ').at(-1) ?? open;
  return `(${word}-${frame.parent === undefined ? '' : `${frame.parent}/`}${frame.index})#`;
}
