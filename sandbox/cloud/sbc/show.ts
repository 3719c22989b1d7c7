import type { Alarm } from './alarms.ts';
import type { Configuration } from './configuration.ts';

/** What `show` commands look at. */
export interface ShowSource {
  readonly running: Configuration;
  readonly versionId: string;
  readonly serialNumber: string;
  readonly uptimeMs: number;
  readonly alarms: { active(): readonly Alarm[] };
  readonly offlineProxySets: ReadonlySet<number>;
  script(): Iterable<string>;
}

/** The commands of audiocodes-sbc §10.4 that the stand-in knows; undefined for every other one. */
export function showCommand(source: ShowSource, command: readonly string[]): readonly string[] | undefined {
  const commands: Record<string, () => readonly string[]> = {
    'system version': () => [`Version: ${source.versionId}`, 'Board type: Mediant VE SBC', `Serial Number: ${source.serialNumber}`],
    'system alarms': () => source.alarms.active().map(({ severity, source: from, description }) => `${severity} ${from} ${description}`),
    'system uptime': () => [`Uptime: ${Math.floor(source.uptimeMs / 1000)} seconds`],
    'running-config': () => [...source.script()],
    'voip proxy sets status': () => proxyStatus(source),
  };
  return commands[command.join(' ')]?.();
}

const COLUMNS = [4, 9, 9, 12, 42, 9, 7, 8, 7] as const;

function proxyStatus({ running, offlineProxySets }: ShowSource): string[] {
  const header = ['ID', 'NAME', 'MODE', 'KEEP ALIVE', 'ADDRESS', 'PRIORITY', 'WEIGHT', 'SUCCESS', 'FAILED', 'STATUS'];
  const lines = ['Active Proxy Sets Status', columns(header)];
  for (const { index, values } of running.rows('ProxySet')) {
    const keepsAlive = values['EnableProxyKeepAlive'] !== '0';
    const status = statusOf(keepsAlive, offlineProxySets.has(index));
    lines.push(
      columns([String(index), values['ProxyName'] ?? '', 'Parking', keepsAlive ? 'Enabled' : 'Disabled', '', '', '', '', '', status]),
    );
    for (const ip of running.children('ProxyIp', index).values()) {
      const counts = status === 'OFFLINE' ? ['0', '14'] : ['1204', '0'];
      const { IpAddress = '', Priority = '', Weight = '' } = ip.values;
      lines.push(columns(['', '', '', '', IpAddress, Priority, Weight, ...counts, status]));
    }
  }
  return lines;
}

/** Without keep-alive the device knows nothing (§13.7). */
function statusOf(keepsAlive: boolean, offline: boolean): string {
  if (!keepsAlive) return '';
  return offline ? 'OFFLINE' : 'ONLINE';
}

function columns(cells: readonly string[]): string {
  return cells
    .map((cell, at) => cell.padEnd(COLUMNS[at] ?? 0))
    .join('')
    .trimEnd();
}
