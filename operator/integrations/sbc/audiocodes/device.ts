import { createHash } from 'node:crypto';
import { columnAt, type Ini, type IniTable, parseIni } from './ini.ts';

/** One dial-plan rule as it stands on the device. */
export interface RuleRow {
  /** Running number over all plans; renumbered by the device at will (audiocodes-sbc §8.2). */
  readonly line: number;
  readonly plan: string;
  /** Number within its plan. */
  readonly ruleIndex: number;
  readonly name: string;
  readonly prefix: string;
  readonly tag: string;
}

export interface DialPlanRow {
  readonly index: number;
  readonly name: string;
}

/** The configuration of one device as far as this operator reads it. */
export interface DeviceConfiguration {
  readonly plans: readonly DialPlanRow[];
  readonly rules: readonly RuleRow[];
  readonly ipGroups: readonly string[];
  /** Why the file cannot be trusted; empty when it can (telephony 6.4). */
  readonly gaps: readonly string[];
  /** False when a part of the file is broken or cut off: nothing may be written by its row numbers. */
  readonly isWhole: boolean;
  /** SHA-256 over everything but comments and blank lines, hex. */
  readonly hash: string;
}

/** Tables without which no SBC can serve a carrier trunk: their absence means that the file is not whole. */
const EXPECTED_TABLES = ['DialPlan', 'IPGroup'];

/** Reads a downloaded ini file. Never throws: what is missing is in `gaps`. */
export function readConfiguration(text: string): DeviceConfiguration {
  const ini = parseIni(text);
  const { plans, missing: planGaps } = plansOf(ini.tables.get('dialplan'));
  const { rules, missing: ruleGaps } = rulesOf(ini.tables.get('dialplanrule'));
  const ipGroups = ini.tables.get('ipgroup');
  return {
    plans,
    rules,
    ipGroups: ipGroups === undefined ? [] : namesIn(ipGroups, 'Name'),
    gaps: [...brokenPlaces(ini), ...missingTables(ini), ...planGaps, ...ruleGaps],
    isWhole: ini.problems.length === 0 && planGaps.length === 0 && ruleGaps.length === 0,
    hash: configurationHash(text),
  };
}

function brokenPlaces({ problems }: Ini): string[] {
  return problems.map(({ line, message }) => `line ${line}: ${message}`);
}

function missingTables({ tables }: Ini): string[] {
  return EXPECTED_TABLES.filter((name) => (tables.get(name.toLowerCase())?.rows.length ?? 0) === 0).map(
    (name) => `table ${name} is missing or empty`,
  );
}

function plansOf(table: IniTable | undefined): { plans: DialPlanRow[]; missing: string[] } {
  if (table === undefined || table.rows.length === 0) return { plans: [], missing: [] };
  const at = columnAt(table, 'Name');
  if (at === -1) return { plans: [], missing: ['table DialPlan has no column Name'] };
  return { plans: table.rows.map(({ index, values }) => ({ index, name: values[at] ?? '' })), missing: [] };
}

function rulesOf(table: IniTable | undefined): { rules: RuleRow[]; missing: string[] } {
  if (table === undefined || table.rows.length === 0) return { rules: [], missing: [] };
  const columns = ['DialPlanName', 'RuleIndex', 'Name', 'Prefix', 'Tag'];
  const at = columns.map((column) => columnAt(table, column));
  const absent = columns.filter((_, position) => at[position] === -1);
  if (absent.length > 0) return { rules: [], missing: absent.map((column) => `table DialPlanRule has no column ${column}`) };
  const [plan = 0, ruleIndex = 0, name = 0, prefix = 0, tag = 0] = at;
  const rules = table.rows.map(({ index, values }) => ({
    line: index,
    plan: values[plan] ?? '',
    ruleIndex: Number(values[ruleIndex] ?? '0'),
    name: values[name] ?? '',
    prefix: values[prefix] ?? '',
    tag: values[tag] ?? '',
  }));
  const unnumbered = rules.filter((rule) => !Number.isInteger(rule.ruleIndex)).length;
  return { rules, missing: unnumbered === 0 ? [] : [`table DialPlanRule has ${unnumbered} rows without a number`] };
}

function namesIn(table: IniTable, column: string): string[] {
  const at = columnAt(table, column);
  return table.rows.map(({ values }) => values[at] ?? '').filter((name) => name !== '');
}

/** Comments carry the date of the download on some firmware, so they stay out. */
function configurationHash(text: string): string {
  const hash = createHash('sha256');
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed !== '' && !trimmed.startsWith(';')) hash.update(`${trimmed}\n`);
  }
  return hash.digest('hex');
}
