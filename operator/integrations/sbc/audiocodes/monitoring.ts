import { OperatorError } from '../../../errors/operator-error.ts';
import type { SbcStatus } from '../port.ts';
import type { AudioCodesClient } from './client.ts';
import type { DeviceStatus, License } from './wire.ts';

/** Most alarms whose severity is asked for in one look (audiocodes-sbc §4.1). */
const MAX_DETAILS = 200;
/** Most alarms that are counted in one look: a list costs a call for each page. */
const MAX_LISTED = 1_000;
const PAGE_SIZE = 50;

type Rated = { critical: number; major: number; minor: number; warning: number };

/** Severities by alarm id and text, kept between looks: the list has none, and each costs a call. */
export type SeverityCache = Map<string, string>;

/** Alarms, licence and registered users of a device that answered `status`. */
export async function readHealth(
  client: AudioCodesClient,
  status: DeviceStatus,
  cache: SeverityCache,
  signal: AbortSignal,
): Promise<SbcStatus> {
  const alarms = await countAlarms(client, cache, signal);
  const license = await client.license(signal);
  const sipUsers = await client.registeredUsers(signal);
  return {
    product: status.productType,
    version: status.versionID,
    serialNumber: status.serialNumber,
    ...volatileStatus(status),
    alarms,
    license: licenseOf(license),
    sipUsers,
  };
}

/** The parts of the status that a write may change. */
export function volatileStatus(status: DeviceStatus): Pick<SbcStatus, 'ha' | 'locked' | 'saveNeeded' | 'resetNeeded'> {
  return { ha: status.highAvailability, locked: lockOf(status), saveNeeded: status.saveNeeded, resetNeeded: status.resetNeeded };
}

function lockOf({ operationalState }: DeviceStatus): boolean | undefined {
  const state = operationalState?.toUpperCase();
  return state === undefined || state === '' ? undefined : state !== 'UNLOCKED';
}

/** Licence pools have no REST resource (audiocodes-sbc §5): what can be told is whether there is a licence. */
function licenseOf(license: License | undefined): SbcStatus['license'] {
  if (license === undefined) return { state: 'Unknown', summary: '' };
  const summary = license.keyDescription.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 256);
  return { state: summary.trim() === '' ? 'Missing' : 'Valid', summary };
}

/** Counts by severity what is looked up, and tells what is not (audiocodes-sbc §4.1). An alarm that is cleared meanwhile is none. */
async function countAlarms(client: AudioCodesClient, cache: SeverityCache, signal: AbortSignal): Promise<SbcStatus['alarms']> {
  const counts: Rated = { critical: 0, major: 0, minor: 0, warning: 0 };
  const active = await listAlarms(client, signal);
  let unrated = Math.max(0, active.length - MAX_DETAILS);
  const seen = new Set<string>();
  for (const { id, description } of active.slice(0, MAX_DETAILS)) {
    const key = `${id}\n${description}`;
    const severity = cache.get(key) ?? (await client.severity(id, signal));
    if (severity === undefined) continue;
    seen.add(key);
    cache.set(key, severity);
    const name = severity.toLowerCase();
    if (name === 'critical' || name === 'major' || name === 'minor' || name === 'warning') counts[name] += 1;
    else if (name !== 'cleared') unrated += 1;
  }
  for (const key of cache.keys()) if (!seen.has(key)) cache.delete(key);
  const isTruncated = active.length > MAX_DETAILS;
  return { ...counts, ...(unrated === 0 ? {} : { unrated }), ...(isTruncated ? { truncated: true } : {}) };
}

async function listAlarms(client: AudioCodesClient, signal: AbortSignal): Promise<{ id: string; description: string }[]> {
  const alarms: { id: string; description: string }[] = [];
  let after: string | undefined;
  while (alarms.length < MAX_LISTED) {
    const page = await alarmPage(client, after, signal);
    alarms.push(...page.alarms);
    // A page that leads back to itself would never end.
    if (page.alarms.length === 0 || page.cursor.after === '-1' || page.cursor.after === after) break;
    after = page.cursor.after;
  }
  return alarms;
}

/** Some 7.26 firmware answers 400 to parameters that it does not know (audiocodes-sbc §4.1): there the plain list has to do. */
async function alarmPage(client: AudioCodesClient, after: string | undefined, signal: AbortSignal) {
  try {
    return await client.alarms(`?limit=${PAGE_SIZE}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`, signal);
  } catch (thrown) {
    if (!(thrown instanceof OperatorError) || thrown.reason !== 'RequestRejected') throw thrown;
    const page = await client.alarms('', signal);
    return { ...page, cursor: { after: '-1' } };
  }
}
