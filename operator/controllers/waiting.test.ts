import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, NAMESPACE, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import type { Device } from '../../test/support/controllers/outside-world.ts';
import { deployedHouse, house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import { fc } from '../../test/support/properties.ts';
import { API_VERSION } from '../api/group.ts';
import type { KubeObject } from '../api/meta.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { type Conclusion, summarize } from './conclusion.ts';
import { type Finding, holds, waits } from './finding.ts';
import type { Waiter } from './waiting.ts';

const NOW = '2026-01-01T12:00:00.000Z';
const later = (seconds: number): string => new Date(Date.parse(NOW) + seconds * 1000).toISOString();

const busy = (expectedBy: string): Finding => ({ ...waits('SBCDeployed', 'DeviceSynchronizing', 'Synchronising'), expectedBy });

/** The object after the pass that concluded this. */
function saidBy({ conditions, waits: open }: Conclusion, generation = 1): Waiter {
  const stored = conditions.map((condition) => ({ ...condition, lastTransitionTime: NOW }));
  return { metadata: { generation }, status: { observedGeneration: 1, conditions: stored, waits: open } };
}

function conclude(finding: Finding, now: string, object: Waiter = { metadata: { generation: 1 } }): Conclusion {
  return summarize({ needs: [finding.type], findings: [finding], object, now, ready: { reason: 'Deployed', message: 'Deployed' } });
}

const told = ({ conditions }: Conclusion): string[] =>
  conditions.slice(0, 2).map(({ type, status, reason }) => `${type}=${status}/${reason}`);

describe('what is waited for', () => {
  it('waits as Reconciling, with the moment it is expected to be over', () => {
    const first = conclude(busy(later(900)), NOW);
    expect(told(first)).toEqual(['Ready=False/DeviceSynchronizing', 'Reconciling=True/DeviceSynchronizing']);
    expect(first.waits).toEqual([{ condition: 'SBCDeployed', since: NOW, expectedBy: later(900) }]);
    expect(first.deadlineMs).toBe(900_000);
  });

  it('stalls when it is overdue, and keeps the time of its beginning', () => {
    const first = conclude(busy(later(900)), NOW);
    const overdue = conclude(busy(later(5000)), later(900), saidBy(first));
    expect(told(overdue)).toEqual(['Ready=False/DeviceSynchronizing', 'Stalled=True/DeviceSynchronizing']);
    expect(overdue.waits).toEqual(first.waits);
    expect(overdue.deadlineMs).toBeUndefined();
    const lastWord: Finding = { ...busy(later(5000)), effect: 'stalls' };
    expect(conclude(lastWord, later(960), saidBy(overdue)).waits).toEqual(first.waits);
  });

  it('begins the time anew with another reason, not the wait', () => {
    const first = conclude(waits('SBCDeployed', 'SBCDeviceNotReady', 'Not connected'), NOW);
    expect(first.waits).toEqual([{ condition: 'SBCDeployed', since: NOW }]);
    const second = conclude(waits('SBCDeployed', 'ObservationSuspect', 'Incomplete'), later(3600), saidBy(first));
    expect(second.waits).toEqual([{ condition: 'SBCDeployed', since: NOW, expectedBy: later(3720) }]);
  });

  it('takes the time of a new spec', () => {
    const first = conclude(busy(later(900)), NOW);
    expect(conclude(busy(later(5000)), later(60), saidBy(first, 2)).waits).toEqual([
      { condition: 'SBCDeployed', since: NOW, expectedBy: later(5000) },
    ]);
  });

  it('is over when the condition holds, and does not count what stalls by itself', () => {
    const first = conclude(busy(later(900)), NOW);
    expect(conclude(holds('SBCDeployed', 'Deployed', 'Deployed'), later(60), saidBy(first)).waits).toEqual([]);
    expect(conclude({ ...busy(later(900)), effect: 'stalls' }, later(60), saidBy(first)).waits).toEqual([]);
  });

  it('is a wait of Ready where the need is no condition of the kind', () => {
    const finding = waits('ChildrenHealthy', 'ChildFailed', 'SiteLocation zurich');
    const summary = { needs: ['ChildrenHealthy'], helpers: ['ChildrenHealthy'], findings: [finding], now: NOW };
    const conclusion = summarize({ ...summary, object: { metadata: {} }, ready: { reason: 'Ready', message: '' } });
    expect(conclusion.waits).toEqual([{ condition: 'Ready', since: NOW }]);
    expect(conclusion.conditions.map(({ type }) => type)).toEqual(['Ready', 'Reconciling']);
  });

  it('says the same at every later look while nothing changes', () => {
    const reasons = fc.constantFrom('DeviceSynchronizing', 'ObservationSuspect', 'CustomerNotReady', 'DomainNotVerified');
    fc.assert(
      fc.property(
        reasons,
        fc.option(fc.integer({ min: 1, max: 900 })),
        fc.array(fc.integer({ min: 0, max: 3000 })),
        (reason, ms, looks) => {
          const finding = { ...waits('SBCDeployed', reason, 'Waits'), ...(ms === null ? {} : { expectedBy: later(ms) }) };
          let before = conclude(finding, NOW);
          for (const at of [...looks].sort((left, right) => left - right)) {
            const next = conclude(finding, later(at), saidBy(before));
            expect(next.waits).toEqual(before.waits);
            before = next;
          }
        },
      ),
    );
  });
});

describe('waits of the kinds', () => {
  it('a site waits for its domain without a time, and is Ready when it is there', async () => {
    const house = await newHouse();
    house.outside.addTenant(TENANT);
    house.apply(customer(), device(), site());
    await house.run(10_000);
    const first = house.get('SiteLocation', 'zurich').status?.waits ?? [];
    const conditions = first.map(({ condition }) => condition);
    expect(conditions).toEqual(expect.arrayContaining(['DomainVerified', 'DomainActivated']));
    expect(await writesWhileNothingHappens(house, 20 * 3_600_000)).toEqual([]);
    expect(house.condition('SiteLocation', 'zurich', 'Reconciling')).toBe('True/DomainNotVerified');
    await house.restart();
    expect(house.get('SiteLocation', 'zurich').status?.waits).toEqual(first);
  });

  it('is left out while nothing is waited for', async () => {
    const house = await deployedHouse();
    for (const [kind, name] of DEPLOYED) expect(house.get(kind, name).status).not.toHaveProperty('waits');
  });

  it('an invitation waits until it expires, and then stalls', async () => {
    const house = await newHouse();
    house.apply(customer('contoso', { authentication: { method: 'DelegatedToken' } }), invitation());
    await house.run(60_000);
    const { waits: open = [], expiresAt } = house.get('Invitation', 'first').status ?? {};
    expect(open.find(({ condition }) => condition === 'Completed')).toEqual({
      condition: 'Completed',
      since: expect.any(String),
      expectedBy: expiresAt,
    });
    await house.run(24 * 3_600_000);
    expect(house.condition('Invitation', 'first', 'Stalled')).toBe('True/Expired');
    expect(house.get('Invitation', 'first').status?.waits?.map(({ condition }) => condition)).not.toContain('Completed');
  });

  it('a range whose device is read incompletely again and again stalls, and goes on by itself', async () => {
    const house = await newHouse();
    deviceOf(house).gaps.push('no end mark');
    house.apply(customer(), device(), site(), range());
    await house.run(30_000);
    expect(house.condition('SiteLocation', 'zurich', 'Reconciling')).toBe('True/ObservationSuspect');
    await house.run(120_000);
    expect(house.condition('SiteLocation', 'zurich', 'Stalled')).toBe('True/ObservationSuspect');
    deviceOf(house).gaps.pop();
    await house.run(20 * 60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('a device that synchronises for longer than it should is somebody to look at, restart or not', async () => {
    const house = await newHouse();
    deviceOf(house).refuses = synchronising(house.clock.now());
    house.apply(customer(), device(), site(), range());
    await house.run(20_000);
    expect(house.condition('NumberRange', 'office', 'Reconciling')).toBe('True/DeviceSynchronizing');
    const { waits: open } = house.get('NumberRange', 'office').status ?? {};
    await house.run(5 * 60_000);
    deviceOf(house).refuses = synchronising(house.clock.now());
    await house.restart();
    await house.run(9 * 60_000);
    expect(house.get('NumberRange', 'office').status?.waits).toEqual(open);
    await house.run(2 * 60_000);
    expect(house.condition('NumberRange', 'office', 'Stalled')).toBe('True/DeviceSynchronizing');
    deviceOf(house).refuses = undefined;
    await house.run(15 * 60_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('a parent that is deleted waits for its children since it was seen to', async () => {
    const house = await deployedHouse();
    house.delete('Customer', 'contoso');
    await house.run();
    const { waits: open } = house.get('Customer', 'contoso').status ?? {};
    expect(open).toEqual([{ condition: 'Ready', since: expect.any(String) }]);
    await house.run(3_600_000);
    await house.restart();
    expect(house.get('Customer', 'contoso').status?.waits).toEqual(open);
  });
});

const DEPLOYED = [
  ['Customer', 'contoso'],
  ['SBCDevice', 'sbc1'],
  ['SiteLocation', 'zurich'],
  ['NumberRange', 'office'],
] as const;

function deviceOf(house: ControllersHouse): Device {
  const found = house.outside.devices.get('acme/sbc1');
  if (found === undefined) throw new Error('the house has no device acme/sbc1');
  return found;
}

function synchronising(nowMs: number): OperatorError {
  return new OperatorError('SBC acme/sbc1 is synchronising its redundant unit', {
    kind: 'DependencyNotReady',
    reason: 'DeviceSynchronizing',
    retryAfterMs: 5_000,
    expectedBy: new Date(nowMs + 900_000).toISOString(),
  });
}

function invitation(): KubeObject {
  const metadata = { name: 'first', namespace: NAMESPACE };
  const spec = { customerRef: { name: 'contoso' }, email: 'admin@contoso.example', flow: 'DelegatedToken', expiresAfter: '24h' };
  return { apiVersion: API_VERSION, kind: 'Invitation', metadata, spec };
}
