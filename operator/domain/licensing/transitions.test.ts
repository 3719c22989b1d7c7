import { describe, expect, it } from 'vitest';
import { hasMicrosoftPart, type LicenseType, licenseTransition } from './transitions.ts';

const TYPES: readonly LicenseType[] = [
  'HostedEssentials',
  'HostedEssentialsPlus',
  'HostedPro',
  'OCEssentials',
  'OCEssentialsPlus',
  'OCPro',
];

describe('licence transitions', () => {
  it.each<[string, LicenseType, LicenseType, string]>([
    ['S022', 'HostedEssentials', 'HostedEssentialsPlus', 'LicenseUpgraded'],
    ['S022', 'HostedEssentials', 'HostedPro', 'LicenseUpgraded'],
    ['S023', 'OCEssentials', 'OCEssentialsPlus', 'LicenseUpgraded'],
    ['S023', 'OCEssentials', 'OCPro', 'LicenseUpgraded'],
    ['S024', 'OCEssentialsPlus', 'OCPro', 'LicenseUpgraded'],
    ['S024', 'OCPro', 'OCEssentialsPlus', 'LicenseDowngraded'],
  ])('[%s] %s to %s is allowed: %s', (_row, from, to, event) => {
    expect(licenseTransition(from, to)).toEqual({ allowed: true, event });
  });

  it('[S038] nothing else is, and keeping the type is no event', () => {
    const allowed = TYPES.flatMap((from) =>
      TYPES.filter((to) => from !== to && licenseTransition(from, to).allowed).map((to) => `${from}>${to}`),
    );
    expect(allowed).toHaveLength(6);
    for (const type of TYPES) expect(licenseTransition(type, type)).toEqual({ allowed: true, event: undefined });
    expect(licenseTransition('HostedEssentialsPlus', 'HostedPro')).toMatchObject({ allowed: false, reason: 'LicenseTransitionNotAllowed' });
    expect(licenseTransition('OCPro', 'OCEssentials')).toMatchObject({
      message: expect.stringContaining('allowed from there: OCEssentialsPlus'),
    });
  });

  it('[S025] [S026] only Plus and Pro have a Microsoft part', () => {
    expect(TYPES.filter((type) => !hasMicrosoftPart(type))).toEqual(['HostedEssentials', 'OCEssentials']);
  });
});
