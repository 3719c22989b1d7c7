/** Shape of a configuration table: what the ini file shows (audiocodes-sbc §8, §9) and what a CLI script may set (§10). */
export interface TableSchema {
  readonly name: TableName;
  /** A child table is flattened in the ini: parent key and child index become columns (§8.2). */
  readonly parent?: {
    readonly table: TableName;
    readonly keyColumn: string;
    readonly indexColumn: string;
    readonly keyedBy: 'name' | 'index';
  };
  /** The column that other tables refer to; its values are unique in the table (§9, cross references are by name). */
  readonly nameColumn?: string;
  readonly columns: readonly Column[];
}

export type TableName =
  | 'SRD'
  | 'CpMediaRealm'
  | 'TLSContexts'
  | 'NATTranslation'
  | 'DialPlan'
  | 'DialPlanRule'
  | 'CallSetupRules'
  | 'MessageManipulations'
  | 'SIPInterface'
  | 'ProxySet'
  | 'ProxyIp'
  | 'IpProfile'
  | 'IPGroup'
  | 'ConditionTable'
  | 'Classification'
  | 'IP2IPRouting'
  | 'Account';

export interface Column {
  /** Spelling in the ini file. */
  readonly name: string;
  /** Key in a CLI script unless the dialect says otherwise: lower-case hyphenated form of the ini column (§10.1). */
  readonly cli: string;
  readonly kind: 'text' | 'number' | 'choice';
  readonly default: string;
  /** Longest text, or largest number. */
  readonly max?: number;
  readonly min?: number;
  /** Stored value to CLI word, for `choice`. */
  readonly words?: Readonly<Record<string, string>>;
  readonly refersTo?: TableName;
  readonly required?: boolean;
  /** Printed obfuscated (§8.1). */
  readonly secret?: boolean;
}

type Extra = Partial<Pick<Column, 'cli' | 'default' | 'max' | 'min' | 'refersTo' | 'required' | 'secret'>>;

export const text = (name: string, extra: Extra = {}): Column => ({ name, cli: hyphenated(name), kind: 'text', default: '', ...extra });
export const number = (name: string, fallback: number, extra: Extra = {}): Column => ({
  name,
  cli: hyphenated(name),
  kind: 'number',
  default: String(fallback),
  ...extra,
});
export const choice = (name: string, words: Readonly<Record<string, string>>, fallback: string, extra: Extra = {}): Column => ({
  name,
  cli: hyphenated(name),
  kind: 'choice',
  default: fallback,
  words,
  ...extra,
});
export const onOff = (name: string, fallback: '0' | '1', extra: Extra = {}): Column =>
  choice(name, { '0': 'disable', '1': 'enable' }, fallback, extra);
export const reference = (name: string, refersTo: TableName, extra: Extra = {}): Column => text(name, { refersTo, ...extra });

/** `ProxyKeepAliveTime` → `proxy-keep-alive-time`, `SRDName` → `srd-name`. */
function hyphenated(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

/** A row as the device keeps it. `parent` is the index of the parent row of a child table. */
export interface Row {
  readonly index: number;
  readonly parent?: number;
  readonly values: Readonly<Record<string, string>>;
}

/** The device says no: the message is what it prints in the CLI or puts into `description`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
