import { describe, expect, it } from 'vitest';
import { type SbcHealthInput, sbcHealth } from './sbc-health.ts';

const fine: SbcHealthInput = {
  connected: true,
  alarms: { critical: 0, major: 0, minor: 0, warning: 0 },
  administration: 'OK',
  control: 'Undetermined',
  media: 'Clear',
  voiceConnection: 'OK',
  license: 'Valid',
};

describe('SBC roll-up', () => {
  it('[S148] Clear and Undetermined count as OK', () => {
    expect(sbcHealth(fine)).toMatchObject({
      indicator: 'OK',
      management: { reasons: [] },
      voiceQuality: { reasons: [] },
      license: { reasons: [] },
    });
  });

  it.each<[string, Partial<SbcHealthInput>, string]>([
    ['critical alarms', { alarms: { critical: 1, major: 0, minor: 0, warning: 0 } }, 'AlarmsError'],
    ['major alarms', { alarms: { critical: 0, major: 1, minor: 0, warning: 0 } }, 'AlarmsError'],
    ['a lost connection', { connected: false }, 'Disconnected'],
    ['a control error', { control: 'Error' }, 'ControlError'],
    ['a media error', { media: 'Error' }, 'MediaError'],
    ['a failed licence pool', { license: 'Failed' }, 'LicensePoolFailed'],
    ['an expired licence pool', { license: 'Expired' }, 'LicensePoolExpired'],
  ])('[S146] %s makes the device Error', (_what, change, reason) => {
    const health = sbcHealth({ ...fine, ...change });
    expect(health.indicator).toBe('Error');
    expect([health.management, health.voiceQuality, health.license].flatMap(({ reasons }) => reasons)).toContain(reason);
  });

  it.each<[string, Partial<SbcHealthInput>, string]>([
    ['minor alarms', { alarms: { critical: 0, major: 0, minor: 1, warning: 0 } }, 'AlarmsWarning'],
    ['administration', { administration: 'Warning' }, 'AdministrationWarning'],
    ['control', { control: 'Warning' }, 'ControlWarning'],
    ['media', { media: 'Warning' }, 'MediaWarning'],
    ['the voice connection', { voiceConnection: 'Warning' }, 'VoiceConnectionWarning'],
    ['a licence to apply', { license: 'ApplyRequired' }, 'LicenseApplyRequired'],
    ['no management licence', { license: 'Missing' }, 'NoManagementLicense'],
    ['no voice quality licence', { voiceQualityLicensed: false }, 'NoVoiceQualityLicense'],
  ])('[S147] %s makes the device Warning', (_what, change, reason) => {
    const health = sbcHealth({ ...fine, ...change });
    expect(health.indicator).toBe('Warning');
    expect([health.management, health.voiceQuality, health.license].flatMap(({ reasons }) => reasons)).toContain(reason);
  });

  it('[S146] Error wins over Warning, whichever part has it', () => {
    expect(sbcHealth({ ...fine, license: 'ApplyRequired', media: 'Error' }).indicator).toBe('Error');
  });
});
