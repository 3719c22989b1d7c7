import type { SbcDevice, SbcDeviceStatus } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { OpenMark } from '../../delivery/open-mark.ts';
import { splitRuleIdentity } from '../../domain/change/rule-identity.ts';
import type { SbcHealth } from '../../domain/health/sbc-health.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { StatusFields } from '../../runtime/reconciler.ts';
import { addressOf } from '../address-claims.ts';
import type { CarrierLook } from './carrier.ts';
import type { DeviceFindings } from './findings.ts';
import { connection, healthOf } from './report.ts';

/** What an SBCDevice says beside its conditions; what could not be read this time stays as it was. */
export function deviceStatus(found: DeviceFindings): StatusFields<SbcDeviceStatus> {
  const { device, carriers, sites } = found;
  const health = healthOf(found);
  const down = connection(found).status === 'False';
  return {
    ...statusOfSbc(found),
    ...addressStatus(found),
    indicator: health?.indicator ?? (down ? 'Error' : (device.status?.indicator ?? 'Unknown')),
    indicatorReasons:
      health === undefined ? (down ? ['Disconnected'] : [...(device.status?.indicatorReasons ?? [])]) : indicatorReasons(health),
    carrierTrunks: carriers.map((carrier) => carrierStatus(carrier, device)),
    sitesCount: sites,
  };
}

/** What is not ours to read is not told either, also not from a time when it was. */
function statusOfSbc({ device, seen, access }: DeviceFindings): ReturnType<typeof lastKnown> {
  if (seen?.state === 'seen') return seenStatus(device, seen.view);
  return access.state === 'refused' && access.reason === 'AddressInUse' ? {} : lastKnown(device);
}

/** The address is this object's once the SBC was reached there, for as long as its spec says so. */
function addressStatus({ device, seen }: DeviceFindings): Pick<SbcDeviceStatus, 'address'> {
  const address = addressOf(device);
  return seen?.state === 'seen' || device.status?.address === address ? { address } : {};
}

/** A write of an earlier process that may still arrive; until its deadline nothing is written to the device. */
export function openMarkStatus(mark: OpenMark | undefined, device: SbcDevice): Pick<SbcDeviceStatus, 'openMark'> {
  if (mark === undefined) return {};
  const { holder, hash, deadline } = mark;
  return { openMark: { holder, target: keyOf(device), hash, deadline: new Date(deadline).toISOString() } };
}

function indicatorReasons({ management, voiceQuality, license }: SbcHealth): string[] {
  return [...new Set([management, voiceQuality, license].flatMap(({ reasons }) => reasons))];
}

/** What is not known this time keeps its last word, so that a short outage closes no gate (design §2). */
function carrierStatus({ fqdn, mode, known, ready, reason, message }: CarrierLook, device: SbcDevice) {
  const before = device.status?.carrierTrunks?.find((trunk) => trunk.fqdn === fqdn && trunk.mode === mode);
  return known || before === undefined ? { fqdn, mode, ready, reason, message } : before;
}

function seenStatus(device: SbcDevice, { status, dialect, dialPlans, objects, lastSaveAt }: SbcView): ReturnType<typeof lastKnown> {
  const rules = new Map<string, number>();
  for (const { kind, name } of objects) {
    if (kind !== 'DialPlanRule') continue;
    const plan = splitRuleIdentity(name).plan.toLowerCase();
    rules.set(plan, (rules.get(plan) ?? 0) + 1);
  }
  const prefixesCount = [...rules.values()].reduce((sum, count) => sum + count, 0);
  return {
    version: status.version,
    serialNumber: status.serialNumber,
    productType: status.product,
    dialect: { name: dialect.name, tables: Object.fromEntries(Object.entries(dialect.tables).map(([table, path]) => [table, { path }])) },
    alarms: alarmStatus(status),
    license: { state: status.license.state },
    ...(status.ha === undefined ? {} : { ha: { state: status.ha } }),
    ...(status.saveNeeded === undefined ? {} : { saveNeeded: status.saveNeeded }),
    ...(status.resetNeeded === undefined ? {} : { resetNeeded: status.resetNeeded }),
    ...(status.sipUsers === undefined ? {} : { sipUsersCount: status.sipUsers }),
    dialPlans: planRoles(device, dialPlans, rules),
    prefixesCount,
    ...saveTime(device, lastSaveAt, prefixesCount),
  };
}

function alarmStatus({ alarms }: SbcView['status']): NonNullable<SbcDeviceStatus['alarms']> {
  const { critical, major, minor, warning, unrated = 0 } = alarms;
  return { total: critical + major + minor + warning + unrated, ...alarms };
}

const DAY_MS = 24 * 60 * 60_000;

/** Moves when the number of rules does, or once a day: a time of its own is no reason to write a status (design §5). */
function saveTime({ status }: SbcDevice, lastSaveAt: number | undefined, prefixesCount: number): Pick<SbcDeviceStatus, 'lastSave'> {
  const before = status?.lastSave;
  const isOld = before === undefined || (lastSaveAt !== undefined && lastSaveAt - Date.parse(before) >= DAY_MS);
  if (lastSaveAt !== undefined && (isOld || status?.prefixesCount !== prefixesCount))
    return { lastSave: new Date(lastSaveAt).toISOString() };
  return before === undefined ? {} : { lastSave: before };
}

const ROLES = ['tenants', 'customers', 'registeredUsers', 'operatorConnect'] as const;

function planRoles(device: SbcDevice, present: readonly string[], rules: ReadonlyMap<string, number>) {
  const known = new Set(present.map((name) => name.toLowerCase()));
  return ROLES.flatMap((role) => {
    const name = device.spec.dialPlans?.[role];
    return name === undefined ? [] : [{ role, name, present: known.has(name.toLowerCase()), rules: rules.get(name.toLowerCase()) ?? 0 }];
  });
}

function lastKnown({
  status,
}: SbcDevice): Omit<
  StatusFields<SbcDeviceStatus>,
  'address' | 'indicator' | 'indicatorReasons' | 'carrierTrunks' | 'sitesCount' | 'waits' | 'openMark'
> {
  if (status === undefined) return {};
  const {
    observedGeneration: _g,
    address: _a,
    conditions: _c,
    lastHandledReconcileAt: _l,
    indicator: _i,
    indicatorReasons: _r,
    carrierTrunks: _t,
    sitesCount: _s,
    waits: _w,
    openMark: _m,
    ...rest
  } = status;
  return rest;
}
