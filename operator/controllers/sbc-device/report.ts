import type { SbcDevice, SbcDeviceStatus } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { OpenMark } from '../../delivery/open-mark.ts';
import { type HealthPart, type SbcHealth, sbcHealth } from '../../domain/health/sbc-health.ts';
import { splitRuleName } from '../../domain/routing/dial-plan-rules.ts';
import type { OperatorError } from '../../errors/operator-error.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { StatusFields } from '../../runtime/reconciler.ts';
import type { Access } from '../credentials.ts';
import {
  type Conclusion,
  exempt,
  type Finding,
  failed,
  holds,
  isBrief,
  keptWhileBrief,
  lastWord,
  lookingAnew,
  stalls,
  summarize,
  waits,
} from '../finding.ts';
import type { Governance } from '../governance.ts';
import { managedFinding, unmanagedPaths } from '../managed-fields.ts';
import type { CarrierLook } from './carrier.ts';

export interface DeviceFindings {
  readonly device: SbcDevice;
  readonly access: Access;
  readonly seen: Seen<SbcView> | undefined;
  readonly carriers: readonly CarrierLook[];
  readonly sites: number;
  readonly governance: Governance;
}

/** The conditions of an SBCDevice: what it says of itself, and what we take for granted of it. */
export function deviceConditions(found: DeviceFindings, now: string): Conclusion {
  const connected = connection(found);
  const health = healthOf(found);
  const findings = [
    connected,
    part(found, 'ManagementHealthy', health?.management, 'management'),
    part(found, 'VoiceQualityHealthy', health?.voiceQuality, 'voice quality'),
    part(found, 'LicenseHealthy', health?.license, 'licence'),
    carrierTrunkReady(found),
    exempt('TeamsBaseline', 'Assumed', 'The build that tags need on the device is taken for granted; a later release reads it'),
    ...unmanagedPaths('SBCDevice', found.device.spec),
    ...insecure(found.device),
  ];
  const broken =
    health?.indicator === 'Error' ? [health.management, health.voiceQuality, health.license].flatMap(({ reasons }) => reasons) : [];
  const healthy =
    broken.length === 0
      ? holds('Healthy', 'Healthy', 'No part is in error')
      : waits('Healthy', broken[0] ?? 'AlarmsError', `The device reports ${broken.join(', ')}`);
  const ready = { reason: 'Ready' as const, message: 'The device answers and no part of it is in error' };
  const progressing = lookingAnew(found.device, found.seen?.state === 'reading');
  return summarize({
    needs: ['Managed', 'Connected', 'Healthy'],
    helpers: ['Managed', 'Healthy'],
    findings: [managedFinding(found.governance), ...findings, healthy],
    object: found.device,
    now,
    ready,
    progressing,
  });
}

function connection({ device, access, seen }: DeviceFindings): Finding {
  if (access.state === 'refused') return stalls('Connected', access.reason, access.message);
  if (seen === undefined || seen.state === 'reading')
    return lastWord(device, 'Connected') ?? waits('Connected', 'Observing', 'The device is being read', 'Unknown');
  if (seen.state === 'failed') return keptWhileBrief(device, 'Connected', seen) ?? notConnected(device, seen.error, isBrief(seen));
  return holds('Connected', 'Connected', `${seen.view.status.product} ${seen.view.status.version} answers at ${device.spec.address}`);
}

/** A refused login or certificate stays refused until a person acts; silence of a few looks says nothing yet. */
function notConnected(device: SbcDevice, error: OperatorError, brief: boolean): Finding {
  const told = failed('Connected', error, refusedField(device, error.reason));
  const isOurs = error.kind === 'Auth' || error.kind === 'Terminal';
  return { ...told, status: brief ? 'Unknown' : 'False', effect: isOurs ? 'stalls' : told.effect };
}

/** What of the spec the device does not take, with its value; credentials by the name of their Secret. */
function refusedField({ spec }: SbcDevice, reason: string): string {
  const { address, credentialsSecretRef, tls } = spec;
  if (reason === 'AuthenticationFailed' || reason === 'PermissionDenied')
    return `spec.credentialsSecretRef (Secret ${credentialsSecretRef.name}) at spec.address ${address}`;
  if (reason !== 'TlsError') return `spec.address ${address}`;
  if (tls?.fingerprint !== undefined) return `spec.tls.fingerprint ${tls.fingerprint}`;
  return tls?.caSecretRef === undefined
    ? `spec.tls is not set for spec.address ${address}`
    : `spec.tls.caSecretRef (Secret ${tls.caSecretRef.name}, key ${tls.caSecretRef.key})`;
}

function healthOf({ seen }: DeviceFindings): SbcHealth | undefined {
  if (seen?.state !== 'seen') return undefined;
  const { alarms, license, locked } = seen.view.status;
  return sbcHealth({
    connected: true,
    alarms,
    administration: locked === true ? 'Warning' : 'OK',
    control: 'Undetermined',
    media: 'Undetermined',
    voiceConnection: 'Undetermined',
    license: license.state,
  });
}

function part(found: DeviceFindings, type: string, health: HealthPart | undefined, what: string): Finding {
  const kept = found.seen?.state === 'reading' ? lastWord(found.device, type) : undefined;
  if (health === undefined)
    return (
      kept ?? {
        type,
        status: 'Unknown',
        reason: 'Unobserved',
        message: `The ${what} state is not known while the device cannot be read`,
        effect: 'fine',
      }
    );
  if (health.level === 'OK')
    return { type, status: 'True', reason: 'Healthy', message: `The device reports nothing wrong with its ${what}`, effect: 'fine' };
  return {
    type,
    status: 'False',
    reason: health.reasons[0] ?? 'AlarmsWarning',
    message: `${health.level}: ${health.reasons.join(', ')}`,
    effect: 'fine',
  };
}

function carrierTrunkReady({ carriers, device }: DeviceFindings): Finding {
  if (carriers.length === 0) return exempt('CarrierTrunkReady', 'NotApplicable', 'The device has no carrier trunks');
  const closed = carriers.find(({ ready, known }) => known && !ready) ?? carriers.find(({ ready }) => !ready);
  const kept = closed?.reason === 'Observing' ? lastWord(device, 'CarrierTrunkReady') : undefined;
  if (closed !== undefined)
    return (
      kept ?? {
        type: 'CarrierTrunkReady',
        status: closed.known ? 'False' : 'Unknown',
        reason: closed.reason,
        message: closed.message,
        effect: 'fine',
      }
    );
  const declared = carriers.filter(({ mode }) => mode === 'Declared').map(({ fqdn }) => fqdn);
  if (declared.length > 0) return exempt('CarrierTrunkReady', 'Declared', `${declared.join(', ')}: declared, not proven`);
  return holds('CarrierTrunkReady', 'Verified', "Every carrier trunk is enabled in the provider's tenant");
}

function insecure(device: SbcDevice): Finding[] {
  if (device.spec.https !== false) return [];
  return [holds('InsecureTransport', 'InsecureTransport', 'spec.https is false: passwords and configuration cross the network in clear')];
}

/** What an SBCDevice says beside its conditions; what could not be read this time stays as it was. */
export function deviceStatus(found: DeviceFindings): StatusFields<SbcDeviceStatus> {
  const { device, seen, carriers, sites } = found;
  const health = healthOf(found);
  const down = connection(found).status === 'False';
  return {
    ...(seen?.state === 'seen' ? seenStatus(device, seen.view) : lastKnown(device)),
    indicator: health?.indicator ?? (down ? 'Error' : (device.status?.indicator ?? 'Unknown')),
    indicatorReasons:
      health === undefined ? (down ? ['Disconnected'] : [...(device.status?.indicatorReasons ?? [])]) : indicatorReasons(health),
    carrierTrunks: carriers.map((carrier) => carrierStatus(carrier, device)),
    sitesCount: sites,
  };
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
  const { alarms } = status;
  const rules = new Map<string, number>();
  for (const { kind, name } of objects) {
    if (kind !== 'DialPlanRule') continue;
    const plan = splitRuleName(name).plan.toLowerCase();
    rules.set(plan, (rules.get(plan) ?? 0) + 1);
  }
  const prefixesCount = [...rules.values()].reduce((sum, count) => sum + count, 0);
  return {
    version: status.version,
    serialNumber: status.serialNumber,
    productType: status.product,
    dialect: { name: dialect.name, tables: Object.fromEntries(Object.entries(dialect.tables).map(([table, path]) => [table, { path }])) },
    alarms: { total: alarms.critical + alarms.major + alarms.minor + alarms.warning, ...alarms },
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
  SbcDeviceStatus,
  | 'conditions'
  | 'observedGeneration'
  | 'lastHandledReconcileAt'
  | 'indicator'
  | 'indicatorReasons'
  | 'carrierTrunks'
  | 'sitesCount'
  | 'waits'
  | 'openMark'
> {
  if (status === undefined) return {};
  const {
    observedGeneration: _g,
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
