/** As a device or its management reports a part. Clear and Undetermined count as OK (S148). */
export type Level = 'OK' | 'Clear' | 'Undetermined' | 'Warning' | 'Error';

export type LicenseState = 'Valid' | 'Expired' | 'Failed' | 'ApplyRequired' | 'Missing' | 'Unknown';

/** What the three-part roll-up reads (S146, S147, S151 as corrected). */
export interface SbcHealthInput {
  readonly connected: boolean;
  readonly alarms: { readonly critical: number; readonly major: number; readonly minor: number; readonly warning: number };
  readonly administration: Level;
  readonly control: Level;
  readonly media: Level;
  readonly voiceConnection: Level;
  readonly license: LicenseState;
  /** Absent: the device does not say. */
  readonly voiceQualityLicensed?: boolean;
}

export type HealthReason =
  | 'AlarmsError'
  | 'Disconnected'
  | 'ControlError'
  | 'MediaError'
  | 'LicensePoolFailed'
  | 'LicensePoolExpired'
  | 'AlarmsWarning'
  | 'AdministrationWarning'
  | 'ControlWarning'
  | 'MediaWarning'
  | 'VoiceConnectionWarning'
  | 'LicenseApplyRequired'
  | 'NoManagementLicense'
  | 'NoVoiceQualityLicense';

export interface HealthPart {
  readonly level: 'OK' | 'Warning' | 'Error';
  /** Why, worst first; empty while OK. */
  readonly reasons: readonly HealthReason[];
}

export interface SbcHealth {
  readonly indicator: 'OK' | 'Warning' | 'Error';
  readonly management: HealthPart;
  readonly voiceQuality: HealthPart;
  readonly license: HealthPart;
}

/** The same rule for every device: Error when any part is in Error, else Warning when any is, else OK (S146–S149). */
export function sbcHealth(input: SbcHealthInput): SbcHealth {
  const management = part(
    [input.alarms.critical + input.alarms.major > 0 && 'AlarmsError', !input.connected && 'Disconnected'],
    [input.alarms.minor + input.alarms.warning > 0 && 'AlarmsWarning', input.administration === 'Warning' && 'AdministrationWarning'],
  );
  const voiceQuality = part(
    [input.control === 'Error' && 'ControlError', input.media === 'Error' && 'MediaError', !input.connected && 'Disconnected'],
    [
      input.control === 'Warning' && 'ControlWarning',
      input.media === 'Warning' && 'MediaWarning',
      input.voiceConnection === 'Warning' && 'VoiceConnectionWarning',
    ],
  );
  const license = part(
    [input.license === 'Failed' && 'LicensePoolFailed', input.license === 'Expired' && 'LicensePoolExpired'],
    [
      input.license === 'ApplyRequired' && 'LicenseApplyRequired',
      input.license === 'Missing' && 'NoManagementLicense',
      input.voiceQualityLicensed === false && 'NoVoiceQualityLicense',
    ],
  );
  return { indicator: worst([management, voiceQuality, license]), management, voiceQuality, license };
}

function part(errors: readonly (HealthReason | false)[], warnings: readonly (HealthReason | false)[]): HealthPart {
  const failing = errors.filter((reason) => reason !== false);
  const worrying = warnings.filter((reason) => reason !== false);
  return { level: failing.length > 0 ? 'Error' : worrying.length > 0 ? 'Warning' : 'OK', reasons: [...failing, ...worrying] };
}

function worst(parts: readonly HealthPart[]): SbcHealth['indicator'] {
  if (parts.some(({ level }) => level === 'Error')) return 'Error';
  return parts.some(({ level }) => level === 'Warning') ? 'Warning' : 'OK';
}
