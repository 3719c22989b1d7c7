import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house } from '../../test/support/controllers/story.ts';
import type { Kind } from '../api/kinds.ts';
import { changeId } from '../domain/change/change-set.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { deviceTarget } from './targets.ts';

const REFUSAL = new OperatorError('Somebody else has not saved', { kind: 'DependencyNotReady', reason: 'ForeignUnsavedChanges' });

/** A house whose device refuses every write, and how often it has been asked. */
async function refusedHouse(): Promise<{ built: ControllersHouse; tries: () => number; relent: () => void }> {
  const built = await house();
  built.apply(customer(), device(), site());
  await built.run(10_000);
  let count = 0;
  let refusal: OperatorError | undefined = REFUSAL;
  const ask = (): OperatorError | undefined => {
    count += 1;
    return refusal;
  };
  Object.defineProperty(built.outside.devices.get('acme/sbc1'), 'refuses', { get: ask });
  built.apply(range());
  await built.run(5_000);
  const relent = (): void => {
    refusal = undefined;
  };
  return { built, tries: () => count, relent };
}

describe('a write that is refused until somebody does something', () => {
  it('is not sent again for every other reason to look at the range', async () => {
    const { built, tries } = await refusedHouse();
    for (let minutes = 2; minutes < 12; minutes += 1) {
      built.edit('SBCDevice', 'sbc1', { verifyInterval: `${minutes}m` });
      await built.run(1_000);
    }
    expect(tries()).toBe(1);
    expect(built.ready('NumberRange', 'office')).toBe('False/ForeignUnsavedChanges');
  });

  it('is told steadily: status is not written again and again, however often it is tried', async () => {
    const { built, tries } = await refusedHouse();
    built.edit('SBCDevice', 'sbc1', { verifyInterval: '2m' });
    await built.run(5_000);
    const before = built.kube.writes.length;
    await built.run(120_000);
    expect(tries()).toBeGreaterThanOrEqual(2);
    const ofRange = built.kube.writes.slice(before).filter((write) => write.includes('office') && !write.includes(' events/'));
    expect(ofRange).toEqual([]);
  });

  it('is told steadily over a restart, until the next try comes about', async () => {
    const { built } = await refusedHouse();
    await built.stop();
    built.outside.sbc.misbehave(deviceTarget('acme/sbc1'), { on: 'apply', how: 'hang' });
    await built.start();
    await built.run(5_000);
    expect(built.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/ForeignUnsavedChanges');
  });

  it('goes on by itself afterwards', async () => {
    const { built, relent } = await refusedHouse();
    relent();
    built.edit('SBCDevice', 'sbc1', { verifyInterval: '2m' });
    await built.run(70_000);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('is sent at once when it becomes another one', async () => {
    const { built, tries } = await refusedHouse();
    built.edit('NumberRange', 'office', { prefixes: ['+4144555019'] });
    await built.run(2_000);
    expect(tries()).toBe(2);
  });
});

const ROUTE = { system: 'teams-admin', target: TENANT, kind: 'VoiceRoute', name: 'Unrestricted-zurich' };

/** What the tenant says to every write of the route from now on; empty: nothing any more. */
function refuseRoute(built: ControllersHouse, refusal: OperatorError | undefined): void {
  if (refusal === undefined) built.outside.teams.refuses.delete(changeId(ROUTE));
  else built.outside.teams.refuses.set(changeId(ROUTE), refusal);
}

function triesOf(built: ControllersHouse, system: 'teams' | 'sbc'): number {
  return built.outside[system].batches.length;
}

async function ask(built: ControllersHouse, kind: Kind, name: string, token = 'now'): Promise<void> {
  built.annotate(kind, name, { 'trunkline.dev/reconcile-at': token });
  await built.run(2_000);
}

describe('reconcile-at: a refused write is tried again now, though a look has to come first', () => {
  const LONG = new OperatorError('Not now', { kind: 'Terminal', reason: 'ScriptRejected', retryAfterMs: 3_600_000 });

  it('of a site', async () => {
    const built = await house();
    refuseRoute(built, LONG);
    built.apply(customer(), device(), site());
    await built.run(10_000);
    expect(built.ready('SiteLocation', 'zurich')).toBe('False/ScriptRejected');
    const before = triesOf(built, 'teams');
    refuseRoute(built, undefined);
    await ask(built, 'SiteLocation', 'zurich');
    expect(triesOf(built, 'teams')).toBe(before + 1);
    expect(built.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('of a range', async () => {
    const { built, tries, relent } = await refusedHouse();
    relent();
    await ask(built, 'NumberRange', 'office');
    expect(tries()).toBe(2);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('once for each request: a try that fails again is held again', async () => {
    const { built, tries } = await refusedHouse();
    await ask(built, 'NumberRange', 'office');
    built.edit('SBCDevice', 'sbc1', { verifyInterval: '2m' });
    await built.run(5_000);
    expect(tries()).toBe(2);
    await ask(built, 'NumberRange', 'office', 'again');
    expect(tries()).toBe(3);
  });

  it('of a removal of a range and of its site', async () => {
    const built = await deployedHouse();
    const device1 = built.outside.devices.get('acme/sbc1');
    if (device1 === undefined) throw new Error('there is no device');
    device1.refuses = LONG;
    built.delete('NumberRange', 'office');
    await built.run(10_000);
    expect(built.ready('NumberRange', 'office')).toBe('False/ScriptRejected');
    device1.refuses = undefined;
    await ask(built, 'NumberRange', 'office');
    await built.run(5_000);
    expect(built.find('NumberRange', 'office')).toBeUndefined();
    refuseRoute(built, LONG);
    built.delete('SiteLocation', 'zurich');
    await built.run(10_000);
    expect(built.ready('SiteLocation', 'zurich')).toBe('False/ScriptRejected');
    refuseRoute(built, undefined);
    await ask(built, 'SiteLocation', 'zurich');
    await built.run(5_000);
    expect(built.find('SiteLocation', 'zurich')).toBeUndefined();
  });
});

describe('without anybody asking', () => {
  const SOON = new OperatorError('Not now', { kind: 'Terminal', reason: 'ScriptRejected', retryAfterMs: 60_000 });

  it('a site is tried again when its time has come, not when the tenant is polled next', async () => {
    const built = await house({ settings: { tenantPollMs: 3_600_000 } });
    refuseRoute(built, SOON);
    built.apply(customer(), device(), site());
    await built.run(10_000);
    refuseRoute(built, undefined);
    await built.run(90_000);
    expect(built.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('a removal is tried again when its time has come', async () => {
    const built = await deployedHouse();
    const device1 = built.outside.devices.get('acme/sbc1');
    if (device1 === undefined) throw new Error('there is no device');
    device1.refuses = SOON;
    built.delete('NumberRange', 'office');
    await built.run(10_000);
    device1.refuses = undefined;
    built.edit('SBCDevice', 'sbc1', { verifyInterval: '2m' });
    await built.run(90_000);
    expect(built.find('NumberRange', 'office')).toBeUndefined();
  });
});

describe('what waits for something else than a try that has failed', () => {
  /** The device takes its time for every write. */
  function slowDevice(built: ControllersHouse): void {
    built.outside.sbc.misbehave(deviceTarget('acme/sbc1'), { on: 'apply', how: 'hang' });
  }

  it('is not told any more once an edit elsewhere has cured it: the range is on its way', async () => {
    const built = await house();
    built.apply(customer(), device('sbc1', { dialPlans: { customers: 'CustDialPlan' } }), site(), range());
    await built.run(10_000);
    expect(built.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/DialPlanNotMapped');
    slowDevice(built);
    built.edit('SBCDevice', 'sbc1', { dialPlans: { tenants: 'TeamsTenants' } });
    await built.run(5_000);
    for (const type of ['SBCDeployed', 'Ready']) expect(built.condition('NumberRange', 'office', type)).toBe('False/Deploying');
    expect(built.condition('NumberRange', 'office', 'Stalled')).toBe('');
  });

  it('is not told any more once its time is over: what left the spec is on its way', async () => {
    const built = await deployedHouse({ settings: { successorWaitMs: 30_000 } });
    built.edit('NumberRange', 'office', { prefixes: ['+41445550200'] });
    await built.run(10_000);
    expect(built.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/AwaitingSuccessor');
    slowDevice(built);
    await built.run(25_000);
    expect(built.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/Deploying');
  });
});
