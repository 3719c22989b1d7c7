import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { device } from '../../../test/support/controllers/objects.ts';
import { deployedHouse, house, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import type { SbcStatus } from '../../integrations/sbc/port.ts';

async function reporting(status: Partial<SbcStatus>): Promise<ControllersHouse> {
  const built = await house();
  const sbc = built.outside.devices.get('acme/sbc1');
  if (sbc !== undefined) sbc.status = { ...sbc.status, ...status };
  built.apply(device());
  await built.run(10_000);
  return built;
}

describe('an SBCDevice', () => {
  it.each([
    ['nothing wrong', {}, 'OK', 'True/Ready'],
    ['minor alarms', { alarms: { critical: 0, major: 0, minor: 2, warning: 0 } }, 'Warning', 'True/Ready'],
    ['major alarms', { alarms: { critical: 0, major: 1, minor: 0, warning: 0 } }, 'Error', 'False/AlarmsError'],
    ['an expired licence pool', { license: { state: 'Expired', summary: '' } }, 'Error', 'False/LicensePoolExpired'],
  ] as const)('[S149] with %s is judged by the one rule of three parts', async (_what, status, indicator, ready) => {
    const built = await reporting(status);
    expect(built.get('SBCDevice', 'sbc1').status?.indicator).toBe(indicator);
    expect(built.ready('SBCDevice', 'sbc1')).toBe(ready);
  });

  it('with something wrong is told once: looking again writes nothing', async () => {
    const built = await reporting({ alarms: { critical: 0, major: 0, minor: 2, warning: 0 } });
    expect(await writesWhileNothingHappens(built)).toEqual([]);
  });

  it('[S148] does not say that voice quality is well while nobody reads it: undetermined, which counts as OK', async () => {
    const built = await reporting({});
    expect(built.condition('SBCDevice', 'sbc1', 'VoiceQualityHealthy')).toBe('Unknown/Undetermined');
    expect(built.message('SBCDevice', 'sbc1', 'VoiceQualityHealthy')).toMatch(/^Not determined, and so counted as OK: control, media/);
    expect(built.get('SBCDevice', 'sbc1').status?.indicator).toBe('OK');
  });

  it('[S148] says which parts of licence and management it could not tell', async () => {
    const built = await reporting({ license: { state: 'Unknown', summary: '' }, locked: undefined });
    expect(built.condition('SBCDevice', 'sbc1', 'LicenseHealthy')).toBe('Unknown/Undetermined');
    expect(built.condition('SBCDevice', 'sbc1', 'ManagementHealthy')).toBe('True/Healthy');
    expect(built.message('SBCDevice', 'sbc1', 'ManagementHealthy')).toContain('not determined, and so counted as OK: whether it is locked');
    expect(built.ready('SBCDevice', 'sbc1')).toBe('True/Ready');
  });

  it('counts alarms without a severity too, and says when there are too many to read', async () => {
    const built = await reporting({ alarms: { critical: 0, major: 0, minor: 200, warning: 0, unrated: 31, truncated: true } });
    expect(built.get('SBCDevice', 'sbc1').status?.alarms).toMatchObject({ total: 231, minor: 200, unrated: 31, truncated: true });
    expect(built.message('SBCDevice', 'sbc1', 'ManagementHealthy')).toContain('severity of 31 alarms, too many to read them all');
  });

  it('is not called without pause, whatever an object from before the bounds of verifyInterval says', async () => {
    const built = await house();
    built.apply(device('sbc1', { verifyInterval: '0s' }));
    await built.run(10_000);
    const looks = built.outside.sbc.readTimes.length;
    await built.run(10 * 60_000);
    expect(built.outside.sbc.readTimes.length - looks).toBeLessThanOrEqual(20);
  });

  it('counts the sites that use it and the rules that stand on it, whoever made them', async () => {
    const built = await deployedHouse();
    built.outside.put('sbc', {
      system: 'sbc',
      target: 'acme/sbc1',
      kind: 'DialPlanRule',
      name: 'TeamsTenants/+4161',
      fields: { tag: 'by-hand.example.net' },
    });
    await built.run(10 * 60_000);
    expect(built.get('SBCDevice', 'sbc1').status).toMatchObject({ sitesCount: 1, prefixesCount: 2 });
  });
});
