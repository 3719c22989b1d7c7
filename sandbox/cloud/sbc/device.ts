import type { Delay } from '../consistency.ts';
import type { CloudBase } from '../stand-in.ts';
import { AlarmBook } from './alarms.ts';
import { printScript } from './cli-print.ts';
import { CliSession, type ScriptHost, type ScriptReport } from './cli-session.ts';
import { Configuration } from './configuration.ts';
import { DialPlanLookup } from './dial-plan-lookup.ts';
import { DIALECTS, type Dialect, type DialectName } from './dialect.ts';
import { applyIncrementalIni, configurationFromIni } from './ini-apply.ts';
import { type IniDamage, type IniHeader, printIni } from './ini-print.ts';
import { Login, type SbcUser } from './login.ts';
import { type CallResult, type Invite, routeInvite } from './routing.ts';
import { DEFAULT_LIMITS, type DeviceLimits } from './row-rules.ts';
import type { Row, TableName } from './schema.ts';
import { showCommand } from './show.ts';
import { defineSbcSwitches, type SbcSwitches } from './switches.ts';
import { TABLES } from './tables.ts';
import { TlsStore } from './tls-store.ts';

export interface SbcDeviceOptions {
  /** What faults, log and admin API call it. */
  readonly name: string;
  readonly dialect?: DialectName;
  readonly users?: readonly SbcUser[];
  readonly limits?: Partial<DeviceLimits>;
  /** An HA pair, both units up. */
  readonly highAvailability?: boolean;
  readonly serialNumber?: string;
  readonly versionId?: string;
}

/** Everything that was done to the device, for tests that count. */
export interface SbcCounters {
  /** Incremental scripts accepted for running, and those of them with at least one failing line. */
  scripts: number;
  failedScripts: number;
  saves: number;
  /** Rows that scripts and uploads really changed; a person's edits are not counted. */
  rowsChanged: number;
  restarts: number;
  /** Calls that a driver must never make (audiocodes-sbc §19.1). */
  readonly forbidden: string[];
}

export const DEFAULT_USERS: readonly SbcUser[] = [
  { username: 'trunkline', password: 'sandbox-sbc-password', level: 'SecurityAdministrator' },
  { username: 'operations', password: 'sandbox-administrator', level: 'Administrator' },
  { username: 'watch', password: 'sandbox-monitor', level: 'Monitor' },
];

/** One AudioCodes SBC: running and saved configuration, health, and what happens to it. Knows no HTTP. */
export class SbcDevice {
  readonly name: string;
  readonly dialect: Dialect;
  readonly highAvailability: boolean;
  readonly serialNumber: string;
  readonly versionId: string;
  readonly switches: SbcSwitches;
  readonly alarms: AlarmBook;
  readonly login: Login;
  readonly tls = new TlsStore();
  readonly counters: SbcCounters = { scripts: 0, failedScripts: 0, saves: 0, rowsChanged: 0, restarts: 0, forbidden: [] };
  /** Free text, as `GET /license` shows it; the key itself is secret-like. */
  license = { key: 'r5sandboxlicencekey', keyDescription: 'Key features: SBC=500 FEU=200 TEAMS CODER-TRANSCODING=100' };
  /** Requests under way. */
  openRequests = 0;
  isLocked = false;
  resetNeeded = false;
  upgradeStatus = 'None';
  /** Makes the ini download one that must not be trusted. */
  iniDamage: IniDamage = {};
  /** Values by path below `/kpi/current`; everything else is idle, hence null. */
  readonly kpis = new Map<string, number>();
  readonly offlineProxySets = new Set<number>();
  #running: Configuration;
  #saved: Configuration;
  #lookup: DialPlanLookup;
  #startedAt: number;
  #downUntil = 0;
  #syncingUntil = 0;
  readonly #now: () => number;
  readonly #restartTime: Delay;
  readonly #syncTime: Delay;

  constructor(base: Pick<CloudBase, 'clock' | 'consistency' | 'switches'>, options: SbcDeviceOptions) {
    this.name = options.name;
    this.dialect = DIALECTS[options.dialect ?? 'nested'];
    this.highAvailability = options.highAvailability ?? false;
    this.serialNumber = options.serialNumber ?? `2860000000000${(/\d+$/.exec(options.name)?.[0] ?? '0').padStart(2, '0')}`;
    this.versionId = options.versionId ?? '7.40A.250.754';
    this.switches = defineSbcSwitches(base.switches);
    this.#now = () => base.clock.now();
    this.alarms = new AlarmBook(this.#now);
    this.login = new Login(options.users ?? DEFAULT_USERS, this.#now);
    this.#restartTime = base.consistency.define('sbc.restart', 90_000, 'audiocodes-sbc §11.3: a restart takes the device away');
    this.#syncTime = base.consistency.define('sbc.haSync', 20_000, 'audiocodes-sbc §11.4, §25.7: the pair copies the configuration');
    this.#running = new Configuration({ ...DEFAULT_LIMITS, ...options.limits }, this.switches);
    this.#saved = this.#running.copy();
    this.#lookup = new DialPlanLookup(this.#running);
    this.#startedAt = this.#now();
  }

  get running(): Configuration {
    return this.#running;
  }

  get saved(): Configuration {
    return this.#saved;
  }

  get saveNeeded(): boolean {
    return this.#running.revision !== this.#saved.revision;
  }

  get isRestarting(): boolean {
    return this.#downUntil > this.#now();
  }

  get isSyncing(): boolean {
    return this.#syncingUntil > this.#now();
  }

  get uptimeMs(): number {
    return this.#now() - this.#startedAt;
  }

  get localTime(): string {
    return new Date(this.#now()).toISOString();
  }

  /** The pair synchronises for so many milliseconds of sandbox time: writes answer 409 (§11.4). */
  startSync(ms: number): void {
    this.#syncingUntil = this.#now() + ms;
  }

  ini(): Generator<string> {
    const header: IniHeader = { board: 'Mediant VE SBC', serialNumber: this.serialNumber, version: this.versionId };
    return printIni(this.#running.copy(), this.dialect, header, this.iniDamage);
  }

  script(): Generator<string> {
    return printScript(this.#running.copy(), this.dialect);
  }

  /** Runs an incremental script: row by row, earlier rows stay after a failing one (§11.1). */
  runScript(script: string): ScriptReport {
    const before = this.switches.rollback() === 'onError' ? this.#running.copy() : undefined;
    const report = new CliSession(this.#running, this.dialect, this.#scriptHost()).run(script);
    this.counters.scripts += 1;
    if (report.errors.length > 0) this.counters.failedScripts += 1;
    if (report.errors.length > 0 && before !== undefined) this.#run(before);
    else this.#written(report.rowsChanged);
    return report;
  }

  /** Applies an incremental ini: throws the device's refusal (§8.3). */
  applyIni(text: string): void {
    const before = this.#running.copy();
    try {
      applyIncrementalIni(this.#running, text);
    } catch (refusal) {
      if (this.switches.iniBadLine() === 'refusesFile') this.#run(before);
      throw refusal;
    } finally {
      this.#written(this.#running.revision - before.revision);
    }
  }

  save(): void {
    this.#saved = this.#running.copy();
    this.counters.saves += 1;
  }

  /** Starts again with what was last saved: unsaved work is gone (telephony 10). */
  restart(): void {
    this.#run(this.#saved.copy());
    this.counters.restarts += 1;
    this.resetNeeded = false;
    this.alarms.restart(this.switches.alarmIds());
    this.#downUntil = this.#now() + this.#restartTime();
    this.#startedAt = this.#downUntil;
  }

  /** A full ini upload: replaces everything and restarts. Refuses a bad file before anything is touched. */
  replaceByIni(text: string): void {
    this.#saved = configurationFromIni(text, this.#running);
    this.restart();
  }

  /** A full script upload: runs over an empty configuration and restarts. */
  replaceByScript(script: string): void {
    const fresh = new Configuration(this.#running.limits, this.switches);
    new CliSession(fresh, this.dialect, { show: () => undefined, save: () => undefined }).run(script);
    this.#saved = fresh;
    this.restart();
  }

  /** Sends a simulated INVITE through the running tables. */
  routeInvite(invite: Invite): CallResult {
    return routeInvite(
      { configuration: this.#running, lookup: this.#lookup, isOffline: (proxySet) => this.offlineProxySets.has(proxySet) },
      invite,
    );
  }

  /** Both configurations as plain JSON: equal snapshots mean an equal device, saved state included. */
  snapshot(): { running: Record<string, unknown>; saved: Record<string, unknown>; saveNeeded: boolean } {
    return { running: plain(this.#running), saved: plain(this.#saved), saveNeeded: this.saveNeeded };
  }

  #scriptHost(): ScriptHost {
    return { show: (command) => showCommand(this, command), save: () => this.save() };
  }

  #run(configuration: Configuration): void {
    this.#running = configuration;
    this.#lookup = new DialPlanLookup(configuration);
  }

  #written(rowsChanged: number): void {
    this.counters.rowsChanged += rowsChanged;
    if (this.highAvailability && rowsChanged > 0) this.startSync(this.#syncTime());
  }
}

function plain(configuration: Configuration): Record<string, unknown> {
  const tables = TABLES.filter(({ name }) => configuration.count(name) > 0);
  return Object.fromEntries(tables.map(({ name }) => [name, rowsByKey(configuration, name)]));
}

/** Dial-plan rules by what identifies them, sorted: an index that a rule got back differently is no difference (telephony 5.2). */
function rowsByKey(configuration: Configuration, table: TableName): unknown[] {
  const rows = configuration.rows(table);
  if (table !== 'DialPlanRule') return rows;
  const planOf = (row: Row): string => configuration.row('DialPlan', row.parent ?? -1)?.values['Name'] ?? '';
  return rows
    .map((row) => ({ plan: planOf(row), prefix: row.values['Prefix'], name: row.values['Name'], tag: row.values['Tag'] }))
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
