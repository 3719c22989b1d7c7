import { describe, expect, it } from 'vitest';
import { create, device, deliveryHouse as house, tenant } from '../../test/support/delivery-house.ts';
import type { Verdict } from '../domain/change/driver.ts';
import { type FailureKind, OperatorError } from '../errors/operator-error.ts';
import { healthOf, healthOfBatch, worse } from './health.ts';
import { NO_METRICS } from './hooks.ts';

const error = (kind: FailureKind, reason: string): OperatorError => new OperatorError(reason, { kind, reason });
const CHANGED = error('Retryable', 'ObservedChanged');
const AWAY = error('Retryable', 'ExternalSystemUnavailable');
const change = create(tenant('t1'), 'a');
const failed = (reason: OperatorError): Verdict => ({ change, result: 'failed', error: reason });
const APPLIED: Verdict = { change, result: 'applied' };
const SKIPPED: Verdict = { change, result: 'skipped', error: error('Retryable', 'DependentChangeFailed') };

describe('what a failure says about its target', () => {
  it.each<[FailureKind, string, ReturnType<typeof healthOf>]>([
    ['Retryable', 'ExternalSystemUnavailable', 'failed'],
    ['Retryable', 'Unreachable', 'failed'],
    ['Retryable', 'UnexpectedResponse', 'failed'],
    ['Retryable', 'SmtpError', 'failed'],
    ['Retryable', 'InternalError', 'failed'],
    ['Throttled', 'Throttled', 'throttled'],
    ['Auth', 'AuthenticationFailed', 'answered'],
    ['Auth', 'CredentialsGone', 'silent'],
    ['Terminal', 'ScriptRejected', 'answered'],
    ['DependencyNotReady', 'DeviceSynchronizing', 'answered'],
    ['DependencyNotReady', 'GatewayNotFound', 'answered'],
    ['DependencyNotReady', 'SBCDeviceNotReady', 'silent'],
    ['DependencyNotReady', 'Paused', 'silent'],
    ['Retryable', 'ShuttingDown', 'silent'],
    ['Retryable', 'Interrupted', 'silent'],
    ['Retryable', 'ObservedChanged', 'answered'],
    ['Retryable', 'Conflict', 'answered'],
    ['Retryable', 'UsageInUse', 'answered'],
    ['Retryable', 'VerifyFailed', 'answered'],
    ['Retryable', 'SaveFailed', 'answered'],
    ['Retryable', 'ChangeNotVisible', 'answered'],
  ])('%s/%s: %s', (kind, reason, health) => {
    expect(healthOf({ kind, reason })).toBe(health);
  });

  it('of a batch: one throttled change speaks for all, an outage only when nothing went through', () => {
    const throttled = error('Throttled', 'Throttled');
    expect(healthOfBatch([APPLIED, failed(throttled), failed(AWAY)])).toBe(throttled);
    expect(healthOfBatch([APPLIED, failed(AWAY)])).toBe('answered');
    expect(healthOfBatch([failed(CHANGED), failed(AWAY), SKIPPED])).toBe(AWAY);
    expect(healthOfBatch([failed(CHANGED), SKIPPED])).toBe('answered');
    expect(healthOfBatch([failed(error('Terminal', 'NameTaken')), failed(error('Auth', 'PermissionDenied'))])).toBe('answered');
    expect(healthOfBatch([failed(error('Auth', 'CredentialsGone')), SKIPPED])).toBe('silent');
  });

  it('of a turn: the worst of its calls, and not asking takes nothing back', () => {
    expect(worse('answered', 'silent')).toBe('answered');
    expect(worse(CHANGED, AWAY)).toBe(AWAY);
    expect(worse(AWAY, CHANGED)).toBe(AWAY);
    expect(worse('silent', 'answered')).toBe('answered');
  });
});

describe('a lane whose target answers', () => {
  const watched = () => {
    const states: string[] = [];
    return { states, metrics: { ...NO_METRICS, breakerMoved: (_lane: string, state: string) => void states.push(state) } };
  };

  it('stays open however often the outside was changed before our write', async () => {
    const { states, metrics } = watched();
    const { clock, submit, cloud } = house({ metrics });
    cloud.refuses.set('teams-admin|t1|Rule|a', CHANGED);
    for (let round = 0; round < 20; round++) {
      submit(`o${round}`, tenant('t1'), [create(tenant('t1'), 'a')]);
      await clock.advance(500);
    }
    expect(cloud.batches).toHaveLength(20);
    expect(states).toEqual([]);
  });

  it('stays open when a call as a whole is told that something was changed', async () => {
    const { states, metrics } = watched();
    const { clock, submit, cloud } = house({ metrics });
    cloud.misbehave(tenant('t1'), { on: 'apply', how: 'fail', error: CHANGED, times: 20 });
    for (let round = 0; round < 20; round++) submit(`o${round}`, tenant('t1'), [create(tenant('t1'), `x${round}`)]);
    await clock.advance(10_000);
    expect(cloud.batches).toHaveLength(20);
    expect(states).toEqual([]);
  });

  it('closes after a batch in which every object was refused: the target is back', async () => {
    const { states, metrics } = watched();
    const { clock, submit, sbc, see } = house({ metrics });
    sbc.misbehave(device('d1'), { on: 'read', how: 'fail', times: 5 });
    for (let round = 0; round < 5; round++) {
      see(device('d1'), `o${round}`, { priority: 'change' });
      await clock.advance(20_000);
    }
    expect(states).toEqual(['open']);
    sbc.refuses.set('sbc|d1|Rule|a', error('Terminal', 'ScriptRejected'));
    submit('w', device('d1'), [create(device('d1'), 'a')]);
    await clock.advance(30_000);
    expect(states).toEqual(['open', 'closed']);
  });
});
