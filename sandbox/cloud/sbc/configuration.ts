import { parsePrefix } from './prefix-pattern.ts';
import { checkRow, type DeviceLimits, rowLimit } from './row-rules.ts';
import { Refusal, type Row, type TableName, type TableSchema } from './schema.ts';
import type { SbcSwitches } from './switches.ts';
import { TABLES, tableOf } from './tables.ts';

/** Rows of one table, by parent (−1 for tables without) and index. */
type Rows = Map<number, Map<number, Row>>;

const NO_PARENT = -1;
/** All rules together hold at most this many numeric groups per possible rule (audiocodes-sbc §12.2). */
const GROUPS_PER_RULE = 6;

/** The configuration of a device: tables with the device's own rules on what a row may be. Rows are immutable, so a copy is cheap. */
export class Configuration {
  readonly limits: DeviceLimits;
  readonly switches: SbcSwitches;
  /** Single parameters of the ini file. */
  readonly parameters = new Map<string, string>();
  /** Tables the stand-in does not interpret, printed as they are: real devices have a hundred of them. */
  foreignTables: readonly string[] = [];
  #tables = new Map<TableName, Rows>();
  #numericGroups = 0;
  #revision = 0;

  constructor(limits: DeviceLimits, switches: SbcSwitches) {
    this.limits = limits;
    this.switches = switches;
  }

  /** Moves with every row that really changed. */
  get revision(): number {
    return this.#revision;
  }

  /** All rows in the order of parent and index. */
  rows(table: TableName): Row[] {
    const byParent = [...(this.#tables.get(table) ?? [])].sort(([a], [b]) => a - b);
    return byParent.flatMap(([, rows]) => [...rows.values()].sort((a, b) => a.index - b.index));
  }

  /** Rows of one parent, in no particular order; the live map, for reading only. */
  children(table: TableName, parent: number): ReadonlyMap<number, Row> {
    return this.#tables.get(table)?.get(parent) ?? new Map();
  }

  row(table: TableName, index: number, parent: number = NO_PARENT): Row | undefined {
    return this.#tables.get(table)?.get(parent)?.get(index);
  }

  findByName(table: TableName, name: string): Row | undefined {
    const { nameColumn } = tableOf(table);
    if (nameColumn === undefined) return undefined;
    const wanted = name.toLowerCase();
    for (const row of this.children(table, NO_PARENT).values()) if (row.values[nameColumn]?.toLowerCase() === wanted) return row;
    return undefined;
  }

  count(table: TableName): number {
    let count = 0;
    for (const rows of this.#tables.get(table)?.values() ?? []) count += rows.size;
    return count;
  }

  /** A row with the defaults of every column that is not given. */
  complete(table: TableSchema, index: number, values: Readonly<Record<string, string>>, parent?: number): Row {
    const all = Object.fromEntries(table.columns.map(({ name, default: fallback }) => [name, values[name] ?? fallback]));
    return { index, ...(parent === undefined ? {} : { parent }), values: all };
  }

  /** Creates or replaces a row as `activate` does, whole or not at all. Returns whether anything changed; throws a Refusal. */
  put(tableName: TableName, row: Row): boolean {
    const table = tableOf(tableName);
    const before = this.row(tableName, row.index, row.parent);
    if (before !== undefined && sameValues(before, row)) return false;
    checkRow(table, row, this.limits, this.switches);
    this.#checkParent(table, row);
    this.#checkNames(table, row);
    this.#checkReferences(table, row);
    this.#checkLimits(table, row, before);
    this.#set(table, row, before);
    this.#renamed(table, before, row);
    return true;
  }

  /** Removes a row and its children. Throws a Refusal when it is not there or another row names it. */
  remove(tableName: TableName, index: number, parent: number = NO_PARENT): void {
    const table = tableOf(tableName);
    const row = this.row(tableName, index, parent);
    if (row === undefined) throw new Refusal(`${tableName} row ${index} does not exist: cannot delete`);
    const user = this.#userOf(table, row);
    if (user !== undefined && this.switches.deleteReferenced() === 'refused') {
      throw new Refusal(`${tableName} row ${index} cannot be deleted: used by ${user}`);
    }
    for (const child of TABLES) {
      if (child.parent?.table !== tableName) continue;
      for (const childIndex of [...this.children(child.name, index).keys()]) this.remove(child.name, childIndex, index);
    }
    this.#numericGroups -= groupsOf(table, row);
    this.#tables.get(tableName)?.get(parent)?.delete(index);
    this.#revision += 1;
  }

  copy(): Configuration {
    const copy = new Configuration(this.limits, this.switches);
    for (const [name, value] of this.parameters) copy.parameters.set(name, value);
    copy.foreignTables = this.foreignTables;
    copy.#tables = new Map(
      [...this.#tables].map(([name, rows]) => [name, new Map([...rows].map(([parent, of]) => [parent, new Map(of)]))]),
    );
    copy.#numericGroups = this.#numericGroups;
    copy.#revision = this.#revision;
    return copy;
  }

  /** The parent key as the ini prints it: the name of the parent, or its index (§8.2). */
  parentKey(table: TableSchema, row: Row): string {
    if (table.parent === undefined || row.parent === undefined) return '';
    if (table.parent.keyedBy === 'index') return String(row.parent);
    const nameColumn = tableOf(table.parent.table).nameColumn ?? '';
    return this.row(table.parent.table, row.parent)?.values[nameColumn] ?? '';
  }

  #set(table: TableSchema, row: Row, before: Row | undefined): void {
    const rows: Rows = this.#tables.get(table.name) ?? new Map();
    const siblings = rows.get(row.parent ?? NO_PARENT) ?? new Map<number, Row>();
    siblings.set(row.index, Object.freeze(row));
    rows.set(row.parent ?? NO_PARENT, siblings);
    this.#tables.set(table.name, rows);
    this.#numericGroups += groupsOf(table, row) - (before === undefined ? 0 : groupsOf(table, before));
    this.#revision += 1;
  }

  #checkParent(table: TableSchema, row: Row): void {
    if (table.parent === undefined) return;
    if (row.parent === undefined || this.row(table.parent.table, row.parent) === undefined) {
      throw new Refusal(`${table.parent.table} row ${row.parent ?? ''} does not exist`);
    }
  }

  #checkNames(table: TableSchema, row: Row): void {
    if (table.nameColumn !== undefined) {
      const name = row.values[table.nameColumn] ?? '';
      const holder = this.findByName(table.name, name);
      if (holder !== undefined && holder.index !== row.index) throw new Refusal(`name ${name} already exists in row ${holder.index}`);
    }
    if (table.name !== 'DialPlanRule') return;
    if (this.switches.duplicateRuleName() === 'refused') this.#refuseTwin(row, 'Name');
    if (this.switches.duplicatePrefix() === 'refused') this.#refuseTwin(row, 'Prefix');
  }

  #refuseTwin(row: Row, column: 'Name' | 'Prefix'): void {
    for (const other of this.children('DialPlanRule', row.parent ?? NO_PARENT).values()) {
      if (other.index !== row.index && other.values[column] === row.values[column]) {
        throw new Refusal(`${column.toLowerCase()} ${row.values[column] ?? ''} already exists in rule ${other.index}`);
      }
    }
  }

  #checkReferences(table: TableSchema, row: Row): void {
    for (const column of table.columns) {
      const value = row.values[column.name] ?? '';
      if (column.refersTo === undefined || value === '') continue;
      if (this.findByName(column.refersTo, value) === undefined) throw new Refusal(`${column.cli}: unknown ${column.refersTo} ${value}`);
    }
  }

  #checkLimits(table: TableSchema, row: Row, before: Row | undefined): void {
    if (table.name === 'DialPlanRule') {
      const groups = this.#numericGroups + groupsOf(table, row) - (before === undefined ? 0 : groupsOf(table, before));
      if (groups > GROUPS_PER_RULE * this.limits.dialPlanRules)
        throw new Refusal('the maximum number of numeric groups is reached: out of range');
    }
    if (before !== undefined) return;
    const limit = rowLimit(table, this.limits);
    if (limit !== undefined && this.count(table.name) >= limit) {
      throw new Refusal(`${table.name}: the maximum of ${limit} rows is reached: cannot add`);
    }
    if (table.name === 'ProxyIp' && this.children('ProxyIp', row.parent ?? NO_PARENT).size >= this.limits.addressesPerProxySet) {
      throw new Refusal(`ProxyIp: the maximum of ${this.limits.addressesPerProxySet} addresses is reached: cannot add`);
    }
  }

  #userOf(table: TableSchema, row: Row): string | undefined {
    if (table.nameColumn === undefined) return undefined;
    const name = row.values[table.nameColumn]?.toLowerCase();
    for (const { user, column } of referrers(table.name)) {
      const found = this.rows(user.name).find(({ values }) => values[column]?.toLowerCase() === name);
      if (found !== undefined) return `${user.name} row ${found.index}`;
    }
    return undefined;
  }

  #renamed(table: TableSchema, before: Row | undefined, row: Row): void {
    if (before === undefined || table.nameColumn === undefined || !this.switches.renameUpdatesReferrers()) return;
    const [from, to] = [before.values[table.nameColumn], row.values[table.nameColumn]];
    if (from === to || to === undefined) return;
    for (const { user, column } of referrers(table.name)) {
      for (const other of this.rows(user.name)) {
        if (other.values[column] === from) this.#set(user, { ...other, values: { ...other.values, [column]: to } }, other);
      }
    }
  }
}

function referrers(name: TableName): { user: TableSchema; column: string }[] {
  return TABLES.flatMap((user) =>
    user.columns.filter(({ refersTo }) => refersTo === name).map((column) => ({ user, column: column.name })),
  );
}

function groupsOf(table: TableSchema, row: Row): number {
  return table.name === 'DialPlanRule' ? parsePrefix(row.values['Prefix'] ?? '').groups : 0;
}

function sameValues(a: Row, b: Row): boolean {
  return Object.entries(b.values).every(([name, value]) => a.values[name] === value);
}
