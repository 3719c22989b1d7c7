import type { TableName, TableSchema } from './schema.ts';
import { TABLES } from './tables.ts';

/** Where a table stands in a script and how its keys are called. */
interface TableSpelling {
  readonly root: 'voip' | 'network' | 'system';
  /** Contexts to enter, one line each, before rows can be opened; within a parent row for child tables. */
  readonly contexts: readonly string[];
  /** Words before the index. */
  readonly open: string;
  /** Keys that differ from the ones of the table's columns. */
  readonly keys: Readonly<Record<string, string>>;
  /** Columns in the order in which the device prints them; those not named follow. */
  readonly order: readonly string[];
}

/**
 * How one firmware spells its configuration. The vendor documents neither context paths nor all keys (audiocodes-sbc §10.1, §25.1), so
 * the stand-in has several: what it prints it accepts, and it accepts nothing else (telephony 5.1).
 */
export interface Dialect {
  readonly name: DialectName;
  readonly tables: Readonly<Record<TableName, TableSpelling>>;
  readonly rowOrder: 'ascending' | 'descending';
  readonly indent: string;
  /** Tables whose rows the script download leaves out: their spelling cannot be learned from this device. */
  readonly hidden: ReadonlySet<TableName>;
  /** `Index = Col` of newer firmware or `IPGroup_Index = IPGroup_Col` of older one (§8.1). */
  readonly iniColumnPrefix: boolean;
  readonly iniLineEnd: '\n' | '\r\n';
}

export type DialectName = 'nested' | 'sectioned' | 'unlearnable';

const BASE: Readonly<Record<TableName, Partial<TableSpelling>>> = {
  SRD: { open: 'srd' },
  CpMediaRealm: { open: 'realm' },
  TLSContexts: { root: 'network', open: 'tls' },
  NATTranslation: { root: 'network', open: 'nat-translation' },
  DialPlan: { open: 'sbc dial-plan' },
  DialPlanRule: { open: 'dial-plan-rule' },
  CallSetupRules: { open: 'call-setup-rules' },
  MessageManipulations: { open: 'message message-manipulations' },
  SIPInterface: { open: 'sip-interface' },
  ProxySet: { open: 'proxy-set' },
  ProxyIp: { open: 'proxy-ip' },
  IpProfile: { open: 'coders-and-profiles ip-profile' },
  IPGroup: { open: 'ip-group' },
  ConditionTable: { open: 'sbc routing condition-table' },
  Classification: { open: 'sbc classification' },
  IP2IPRouting: { open: 'sbc routing ip2ip-routing' },
  Account: { open: 'sip-definition account' },
};

/** Of another firmware: sections entered line by line, other keys, tags before prefixes, the highest row first. */
const SECTIONED: Partial<Record<TableName, Partial<TableSpelling>>> = {
  DialPlan: { contexts: ['sbc'], open: 'dial-plan', keys: { Name: 'plan-name' } },
  DialPlanRule: {
    open: 'rule',
    keys: { Name: 'rule-name', Prefix: 'prefix-pattern', Tag: 'result-tag' },
    order: ['Tag', 'Prefix', 'Name'],
  },
  ConditionTable: { contexts: ['sbc', 'routing'], open: 'condition-table' },
  Classification: { contexts: ['sbc'], open: 'classification' },
  IP2IPRouting: { contexts: ['sbc', 'routing'], open: 'ip2ip-routing' },
  IPGroup: { keys: { Name: 'ip-group-name' }, order: ['Tags', 'ContactName', 'ProxySetName'] },
  ProxySet: { keys: { ProxyName: 'proxy-set-name' } },
};

const UNLEARNABLE: Partial<Record<TableName, Partial<TableSpelling>>> = {
  DialPlan: { contexts: ['number-routing'], open: 'plan', keys: { Name: 'label' } },
  DialPlanRule: { contexts: ['entries'], open: 'entry', keys: { Name: 'label', Prefix: 'match', Tag: 'yields' } },
};

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  nested: {
    name: 'nested',
    tables: spell({}),
    rowOrder: 'ascending',
    indent: '  ',
    hidden: new Set(),
    iniColumnPrefix: false,
    iniLineEnd: '\n',
  },
  sectioned: {
    name: 'sectioned',
    tables: spell(SECTIONED),
    rowOrder: 'descending',
    indent: ' ',
    hidden: new Set(),
    iniColumnPrefix: true,
    iniLineEnd: '\r\n',
  },
  unlearnable: {
    name: 'unlearnable',
    tables: spell(UNLEARNABLE),
    rowOrder: 'ascending',
    indent: '  ',
    hidden: new Set<TableName>(['DialPlan', 'DialPlanRule']),
    iniColumnPrefix: false,
    iniLineEnd: '\n',
  },
};

function spell(differences: Partial<Record<TableName, Partial<TableSpelling>>>): Record<TableName, TableSpelling> {
  const defaults: TableSpelling = { root: 'voip', contexts: [], open: '', keys: {}, order: [] };
  const entries = TABLES.map(({ name }) => [name, { ...defaults, ...BASE[name], ...differences[name] }] as const);
  return Object.fromEntries(entries) as Record<TableName, TableSpelling>;
}

/** The key of a column in this dialect. */
export function keyOf(dialect: Dialect, table: TableSchema, column: string): string {
  return dialect.tables[table.name].keys[column] ?? table.columns.find(({ name }) => name === column)?.cli ?? column;
}
