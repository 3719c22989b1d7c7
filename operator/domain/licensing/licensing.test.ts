import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLicenses, FACTORS, type FactorScope, factorScope, formatFactor, type LicensedUser } from './factors.ts';
import { admit, allowance, thresholdLevel } from './pool.ts';
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

const ALL: FactorScope = { lifecycleManagement: true, userInterface: true, serviceNumbers: true };
const nobody: Omit<LicensedUser, 'id'> = {
  enterpriseVoice: false,
  hasRoutingPolicy: false,
  hasOwnGateway: false,
  hasSite: false,
  hasOperatorConnectNumber: false,
  isInTemplate: false,
  isChangedSingly: false,
};
const routed = { enterpriseVoice: true, hasRoutingPolicy: true, hasOwnGateway: true, hasSite: true };

function users(...groups: readonly (readonly [number, Partial<LicensedUser>])[]): LicensedUser[] {
  return groups.flatMap(([count, traits], group) =>
    Array.from({ length: count }, (_, i) => ({ ...nobody, ...traits, id: `${group}-${i}` })),
  );
}
const numbers = (count: number): Set<string> => new Set(Array.from({ length: count }, (_, i) => `+4143000${i}`));

describe('licence factors', () => {
  it('[S244] Direct Routing needs all four', () => {
    const count = (traits: Partial<LicensedUser>) => countLicenses(users([1, traits]), new Set(), ALL).factors[0]?.counted;
    expect(count(routed)).toBe(1);
    for (const missing of ['enterpriseVoice', 'hasRoutingPolicy', 'hasOwnGateway', 'hasSite'])
      expect(count({ ...routed, [missing]: false })).toBe(0);
  });

  it.each([
    ['S245', 'OperatorConnect', { hasOperatorConnectNumber: true }],
    ['S246', 'LifecycleManagement', { isInTemplate: true }],
    ['S247', 'UserInterface', { isChangedSingly: true }],
  ])('[%s] %s', (_row, name, traits) => {
    const counted = countLicenses(users([3, traits]), new Set(), ALL).factors.filter((factor) => factor.counted > 0);
    expect(counted).toEqual([{ name, counted: 3, qualified: 3, applicable: true }]);
  });

  it('[S254] [S248] [S253] 16 Nov 2023: 22 licensed with 20 monitored', () => {
    const tenant = users(
      [5, { ...routed, isChangedSingly: true }],
      [1, { ...routed, isInTemplate: true, isChangedSingly: true }],
      [2, { isInTemplate: true, isChangedSingly: true }],
      [2, { isInTemplate: true }],
      [10, { isChangedSingly: true }],
    );
    const count = countLicenses(tenant, numbers(2), ALL);
    expect(count.factors.map(formatFactor)).toEqual(['6 (6)', '0 (0)', '4 (5)', '10 (18)', '2 (2)']);
    expect([count.licensed, count.monitored]).toEqual([22, 20]);
  });

  it('[S255] 20 Aug 2024: all 20 counted once, under lifecycle', () => {
    const count = countLicenses(users([17, { isInTemplate: true, isChangedSingly: true }], [3, { isInTemplate: true }]), numbers(0), ALL);
    expect(count.factors.map(formatFactor)).toEqual(['0 (0)', '0 (0)', '20 (20)', '0 (17)', '0 (0)']);
    expect([count.licensed, count.monitored]).toEqual([20, 20]);
  });

  it('[S256] 27 Mar 2024 and 1 Nov 2023', () => {
    const march = countLicenses(users([1, { isChangedSingly: true }], [18, {}]), numbers(0), ALL);
    expect([march.licensed, march.monitored]).toEqual([1, 19]);
    const scope = { ...ALL, lifecycleManagement: false };
    const november = countLicenses(users([1, { ...routed, isChangedSingly: true }], [19, {}]), numbers(0), scope);
    expect(november.factors.map(formatFactor)).toEqual(['1 (1)', '0 (0)', '[n/a]', '0 (1)', '0 (0)']);
    expect([november.licensed, november.monitored]).toEqual([1, 20]);
  });

  it('[S249] [S250] a customer overrides the global factors, and goes back to them', () => {
    const tenant = users([4, { isInTemplate: true }]);
    const { scope, from } = factorScope(ALL, { lifecycleManagement: false });
    expect([from, countLicenses(tenant, numbers(3), scope).licensed]).toEqual(['Customer', 3]);
    expect(factorScope(ALL, undefined)).toEqual({ scope: ALL, from: 'Global' });
    expect(factorScope(ALL, {}).from).toBe('Global');
  });

  it('[S251] [S252] counts every user once at most, whatever applies and however often it is listed', () => {
    const flag = fc.boolean();
    const user = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      enterpriseVoice: flag,
      hasRoutingPolicy: flag,
      hasOwnGateway: flag,
      hasSite: flag,
      hasOperatorConnectNumber: flag,
      isInTemplate: flag,
      isChangedSingly: flag,
    });
    const scopes = fc.record({ lifecycleManagement: flag, userInterface: flag, serviceNumbers: flag });
    fc.assert(
      fc.property(fc.array(user, { maxLength: 20 }), fc.nat(5), scopes, (list, services, scope) => {
        const count = countLicenses(list, numbers(services), scope);
        const distinct = new Set(list.map(({ id }) => id)).size;
        const ofUsers = count.factors.filter(({ name }) => name !== 'ServiceNumbers').reduce((sum, { counted }) => sum + counted, 0);
        expect(count.monitored).toBe(distinct);
        expect(ofUsers).toBeLessThanOrEqual(distinct);
        expect(count.licensed).toBe(ofUsers + (scope.serviceNumbers ? services : 0));
        expect(count.factors.map(({ name }) => name)).toEqual(FACTORS);
        for (const factor of count.factors) expect(factor.counted).toBeLessThanOrEqual(factor.qualified);
      }),
    );
  });
});

describe('pool', () => {
  const usual = { major: 90, critical: 95 };
  it.each([
    [8_999, 'None'],
    [9_000, 'Major'],
    [9_499, 'Major'],
    [9_500, 'Critical'],
    [10_500, 'Critical'],
    [0, 'None'],
  ])('[S259] [S260] %i of 10,000 is %s', (used, level) => {
    expect(thresholdLevel(used, 10_000, usual)).toBe(level);
  });

  it('[S259] thresholds are settings, and a boundary is met exactly', () => {
    expect(thresholdLevel(70, 100, { major: 70, critical: 80 })).toBe('Major');
    expect(thresholdLevel(29, 100, { major: 29, critical: 95 })).toBe('Major');
    expect(thresholdLevel(1, 0, usual)).toBe('Critical');
  });

  const day = 86_400_000;
  const grace = { percent: 10, durationMs: 14 * day };
  it.each<[string, { expiresAt?: number; exhaustedAt?: number }, number, number, string]>([
    ['in use', {}, 0, 10_000, 'Regular'],
    ['before it expires', { expiresAt: 10 * day }, 10 * day - 1, 10_000, 'Regular'],
    ['expired', { expiresAt: 10 * day }, 10 * day, 1_000, 'ExpiredGrace'],
    ['expired for longer than the grace time', { expiresAt: 10 * day }, 24 * day, 0, 'Expired'],
    ['exhausted', { exhaustedAt: day }, day, 11_000, 'ExhaustedGrace'],
    ['exhausted for longer than the grace time', { exhaustedAt: day }, 15 * day, 10_000, 'Exhausted'],
    ['expired and exhausted', { exhaustedAt: day, expiresAt: 2 * day }, 3 * day, 1_000, 'ExpiredGrace'],
  ])('[S262] a pool of 10,000 that is %s', (_title, dates, now, usable, state) => {
    expect(allowance({ total: 10_000, ...dates }, grace, now)).toMatchObject({ usable, state });
  });

  it('[S262] says until when grace lasts', () => {
    expect(allowance({ total: 5, expiresAt: day }, grace, day)).toEqual({ usable: 0, state: 'ExpiredGrace', graceUntil: 15 * day });
  });

  it('[S261] holds what goes beyond, in order, and leaves what is there alone', () => {
    const ten = Array.from({ length: 10 }, (_, i) => i);
    expect(admit(ten, 0, 5)).toEqual({ admitted: [0, 1, 2, 3, 4], held: [5, 6, 7, 8, 9] });
    expect(admit(ten, 12, 5)).toEqual({ admitted: [], held: ten });
    expect(10_000 - admit(Array.from({ length: 30 }), 0, 10_000).admitted.length).toBe(9_970);
  });
});
