import type { SbcDevice } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { type HealthPart, type SbcHealth, sbcHealth } from '../../domain/health/sbc-health.ts';
import type { OperatorError } from '../../errors/operator-error.ts';
import type { SbcStatus } from '../../integrations/sbc/port.ts';
import { type Conclusion, lookingAnew, summarize } from '../conclusion.ts';
import { exempt, type Finding, failed, holds, isBrief, keptWhileBrief, lastWord, stalls, waits } from '../finding.ts';
import { managedFinding, unmanagedPaths } from '../managed-fields.ts';
import type { DeviceFindings } from './findings.ts';

/** The conditions of an SBCDevice: what it says of itself, and what we take for granted of it. */
export function deviceConditions(found: DeviceFindings, now: string): Conclusion {
  const connected = connection(found);
  const health = healthOf(found);
  const findings = [
    connected,
    notSaved(found, part(found, 'ManagementHealthy', health?.management, 'management', managementGaps)),
    part(found, 'VoiceQualityHealthy', health?.voiceQuality, 'voice quality', voiceGaps),
    part(found, 'LicenseHealthy', health?.license, 'licence', licenseGaps),
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

/** Whether the device answers; a few looks that fail say nothing yet. */
export function connection({ device, access, seen }: DeviceFindings): Finding {
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

/** What the device's own report amounts to (S146–S152); undefined: it cannot be read. */
export function healthOf({ seen }: DeviceFindings): SbcHealth | undefined {
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

/** What of a part nobody has determined, though it counts as OK (S148). */
interface Gaps {
  /** Nothing of the part is determined. */
  readonly all?: true;
  readonly what: readonly string[];
}

function managementGaps({ locked, alarms }: SbcStatus): Gaps {
  const count = alarms.unrated ?? 0;
  const unread = alarms.truncated === true ? ', too many to read them all' : '';
  return {
    what: [
      ...(locked === undefined ? ['whether it is locked, which it does not tell'] : []),
      ...(count === 0 ? [] : [`the severity of ${count} ${count === 1 ? 'alarm' : 'alarms'}${unread}`]),
    ],
  };
}

function voiceGaps(): Gaps {
  return { all: true, what: ['control, media and voice connection, which this release does not read'] };
}

function licenseGaps({ license }: SbcStatus): Gaps {
  if (license.state === 'Unknown') return { all: true, what: ['the licence, which it does not tell'] };
  return { what: ['the state of a licence pool, which has no place in its management interface'] };
}

function part(
  found: DeviceFindings,
  type: string,
  health: HealthPart | undefined,
  what: string,
  gapsOf: (status: SbcStatus) => Gaps,
): Finding {
  const kept = found.seen?.state === 'reading' ? keptWord(found.device, type) : undefined;
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
  const gaps = found.seen?.state === 'seen' ? gapsOf(found.seen.view.status) : { what: [] };
  const open = gaps.what.length === 0 ? '' : `not determined, and so counted as OK: ${gaps.what.join('; ')}`;
  if (health.level !== 'OK') {
    const message = [`${health.level}: ${health.reasons.join(', ')}`, ...(open === '' ? [] : [open])].join('; ');
    return { type, status: 'False', reason: health.reasons[0] ?? 'AlarmsWarning', message, effect: 'fine' };
  }
  if (gaps.all === true)
    return { type, status: 'Unknown', reason: 'Undetermined', message: `${open.charAt(0).toUpperCase()}${open.slice(1)}`, effect: 'fine' };
  const message = [`The device reports nothing wrong with its ${what}`, ...(open === '' ? [] : [open])].join('; ');
  return { type, status: 'True', reason: 'Healthy', message, effect: 'fine' };
}

/** What was said last of a part, while it is being looked at: nothing waits for it, as nothing did then. */
function keptWord(device: SbcDevice, type: string): Finding | undefined {
  const before = lastWord(device, type);
  return before && { ...before, effect: 'fine' };
}

/** Beside what the device itself reports: our own changes that it has not saved. They do not count for the indicator, which S146 and S147 define. */
function notSaved({ device, seen }: DeviceFindings, management: Finding): Finding {
  if (seen?.state !== 'seen' || seen.view.unsavedOurs !== true) return management;
  const message = `SBC ${keyOf(device)} has changes of the operator that it did not save; they would be lost at its next restart. The operator tries again; saving the configuration on the SBC by hand settles it as well`;
  if (management.status === 'False') return { ...management, message: `${management.message}; ${message}` };
  return { ...management, status: 'False', reason: 'SaveFailed', message };
}

function carrierTrunkReady({ carriers, device }: DeviceFindings): Finding {
  if (carriers.length === 0) return exempt('CarrierTrunkReady', 'NotApplicable', 'The device has no carrier trunks');
  const closed = carriers.find(({ ready, known }) => known && !ready) ?? carriers.find(({ ready }) => !ready);
  const kept = closed?.reason === 'Observing' ? keptWord(device, 'CarrierTrunkReady') : undefined;
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
