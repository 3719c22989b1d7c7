import { describe, expect, it } from 'vitest';
import { create, device, deliveryHouse as house, tenant } from '../../test/support/delivery-house.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { Breaker } from './breaker.ts';
import { NO_METRICS } from './hooks.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

const throttled = (retryAfterMs?: number): OperatorError =>
  new OperatorError('Too many requests', {
    kind: 'Throttled',
    reason: 'Throttled',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

describe('a lane', () => {
  it('[S295] makes at most 4 calls to a tenant at once, of these one write; one to a device', async () => {
    const { clock, submit, see, cloud, sbc } = house();
    for (let i = 0; i < 20; i++) {
      submit(`w${i}`, tenant(`t${i}`), [create(tenant(`t${i}`), 'a')]);
      see({ system: 'teams-admin', id: `part${i}`, lane: 'tenant/t0' }, 'o', { priority: 'change' });
      submit(`v${i}`, { system: 'teams-admin', id: `part${i}`, lane: 'tenant/t0' }, [create(tenant(`part${i}`), 'a')]);
      submit(`d${i}`, { system: 'sbc', id: `d${i}`, lane: 'device/a/d' }, [create(device(`d${i}`), 'a')]);
    }
    await clock.advance(60_000);
    expect(cloud.running.mostCallsOf.get('tenant/t0')).toBe(4);
    expect(sbc.running.mostCallsOf.get('device/a/d')).toBe(1);
    expect(cloud.batches).toHaveLength(40);
    expect(sbc.batches).toHaveLength(20);
  });

  it('carries out the many small writes to one namespace of the cluster without holding an onboarding up', async () => {
    const { clock, submit, cloud } = house({}, { latencyMs: 5 });
    const zone = { system: 'teams-admin', id: 'acme', lane: 'dns/acme' };
    for (let i = 0; i < 500; i++) submit(`site${i}`, zone, [create(zone, `record${i}`)]);
    await clock.advance(6_000);
    expect(cloud.batches).toHaveLength(500);
    expect(cloud.running.mostApplies.get('acme')).toBe(1);
  });

  it('takes urgent work before changes and changes before looks, whatever came first', async () => {
    const { clock, submit, see, sbc } = house();
    const at = (id: string) => ({ system: 'sbc', id, lane: 'device/a/d' });
    see(at('look'), 'o');
    await clock.advance(1);
    see(at('look2'), 'o');
    submit('c', at('changed'), [create(at('changed'), 'a')]);
    await clock.advance(260); // its window is over, and the lane has read both pictures
    sbc.readTimes.length = 0;
    see(at('busy'), 'o', { priority: 'change' });
    see(at('look3'), 'o', { priority: 'poll' });
    submit('c', at('changed'), [create(at('changed'), 'b')], 'change');
    submit('u', at('barred'), [create(at('barred'), 'a')], 'urgent');
    await clock.advance(1_000);
    const order = sbc.readTimes.map((read) => read.target);
    expect(order.indexOf('barred')).toBeLessThan(order.indexOf('look3'));
    expect(order.indexOf('barred')).toBeLessThan(order.indexOf('changed'));
  });

  it('is fair between the targets that share it', async () => {
    const { clock, submit, cloud } = house();
    const at = (id: string) => ({ system: 'teams-admin', id, lane: 'tenant/t' });
    for (let i = 0; i < 10; i++) submit(`a${i}`, at('a'), [create(at('a'), `x${i}`)]);
    submit('b', at('b'), [create(at('b'), 'x')]);
    await clock.advance(2_000);
    // One of `a` was under way when `b` came, and one stood before it in the row.
    expect(cloud.batches.findIndex((batch) => batch.target === 'b')).toBe(2);
  });

  it('honours Retry-After for the whole lane and for nobody else', async () => {
    const { clock, see, cloud } = house();
    cloud.misbehave(tenant('t1'), { on: 'read', how: 'fail', error: throttled(40_000) });
    see(tenant('t1'), 'o', { priority: 'change' });
    await clock.advance(10);
    see({ system: 'sbc', id: 'x', lane: 'tenant/t1' }, 'p', { priority: 'change' });
    see(tenant('t2'), 'q', { priority: 'change' });
    await clock.advance(39_000);
    expect(see({ system: 'sbc', id: 'x', lane: 'tenant/t1' }, 'p').state).toBe('reading');
    expect(see(tenant('t2'), 'q').state).toBe('seen');
    await clock.advance(2_000);
    expect(see({ system: 'sbc', id: 'x', lane: 'tenant/t1' }, 'p').state).toBe('seen');
  });

  it('opens after five failures in a row, probes with one call, and closes when that succeeds', async () => {
    const states: string[] = [];
    const { clock, submit, cloud, see } = house({
      metrics: { ...NO_METRICS, breakerMoved: (lane, state) => void states.push(`${lane} ${state}`) },
    });
    cloud.misbehave(tenant('t1'), { on: 'apply', how: 'fail', times: 6 });
    for (let i = 0; i < 10; i++) submit(`o${i}`, tenant('t1'), [create(tenant('t1'), `x${i}`)]);
    await clock.advance(1_000);
    expect(cloud.batches).toHaveLength(5);
    expect(states).toEqual(['tenant/t1 open']);
    see(tenant('t2'), 'o', { priority: 'change' });
    await clock.advance(4_100);
    expect(cloud.batches).toHaveLength(6); // the probe failed: open for twice as long
    await clock.advance(9_000);
    expect(cloud.batches).toHaveLength(6);
    await clock.advance(2_000);
    expect(cloud.batches).toHaveLength(10);
    expect(states).toEqual(['tenant/t1 open', 'tenant/t1 open', 'tenant/t1 closed']);
    expect(see(tenant('t2'), 'o').state).toBe('seen');
  });

  it('does not take refusals for outages', async () => {
    const { clock, submit, cloud } = house();
    const error = new OperatorError('No', { kind: 'Terminal', reason: 'InvalidConfiguration' });
    cloud.misbehave(tenant('t1'), { on: 'apply', how: 'fail', times: 20, error });
    for (let i = 0; i < 20; i++) submit(`o${i}`, tenant('t1'), [create(tenant('t1'), `x${i}`)]);
    await clock.advance(5_000);
    expect(cloud.batches).toHaveLength(20);
  });

  it('keeps at most 64 calls in flight over all lanes, and all get their turn', async () => {
    const { clock, see, cloud, woken } = house({}, { latencyMs: 1_000 });
    for (let i = 0; i < 200; i++) see(tenant(`t${i}`), `o${i}`, { priority: 'change' });
    await clock.advance(500);
    expect(cloud.running.calls).toBe(64);
    await clock.advance(5_000);
    expect(cloud.running.mostCalls).toBe(64);
    expect(new Set(woken).size).toBe(200);
  });

  it('[S324] a hanging and a throttling target do not delay twenty healthy ones', async () => {
    const healthy = Array.from({ length: 20 }, (_, i) => tenant(`t${i}`));
    const waits = async (isDisturbed: boolean): Promise<number> => {
      const { clock, submit, cloud } = house();
      if (isDisturbed) {
        cloud.misbehave(tenant('hanging'), { on: 'apply', how: 'hang', times: 100 });
        cloud.misbehave(tenant('throttling'), { on: 'apply', how: 'fail', times: 100, error: throttled(5_000) });
      }
      for (let i = 0; i < 50; i++) {
        submit(`h${i}`, tenant('hanging'), [create(tenant('hanging'), `x${i}`)]);
        submit(`s${i}`, tenant('throttling'), [create(tenant('throttling'), `x${i}`)]);
        for (const target of healthy) submit(`${target.id}/${i}`, target, [create(target, `x${i}`)]);
      }
      await clock.advance(60_000);
      const ends = cloud.batches.filter((batch) => batch.target.startsWith('t') && batch.target !== 'throttling').map((batch) => batch.at);
      expect(ends).toHaveLength(1_000);
      return Math.max(...ends);
    };
    expect(await waits(true)).toBeLessThanOrEqual((await waits(false)) * 1.1);
  });
});

describe('circuit breaker', () => {
  it('opens for longer with each failed probe, up to the ceiling, with jitter on both sides', () => {
    const openFor = (random: number): number[] => {
      const breaker = new Breaker(DEFAULT_LIMITS.breaker, () => random);
      let now = 0;
      for (let i = 0; i < 4; i++) breaker.failed(now);
      return Array.from({ length: 9 }, () => {
        breaker.failed(now);
        const ms = (breaker.openUntil ?? 0) - now;
        now += ms;
        expect(breaker.state(now)).toBe('halfOpen');
        expect(breaker.state(now - 1)).toBe('open');
        return ms;
      });
    };
    expect(openFor(0.5)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
    expect(openFor(0)[0]).toBeCloseTo(4_000);
    expect(openFor(1)[0]).toBeCloseTo(6_000);
  });

  it('forgets failures that were not in a row, and failures of long ago', () => {
    const breaker = new Breaker(DEFAULT_LIMITS.breaker, () => 0.5);
    for (let i = 0; i < 20; i++) {
      expect(breaker.failed(i)).toBe(false);
      breaker.answered();
    }
    breaker.failed(0);
    expect([breaker.isForgettable(1), breaker.isForgettable(700_000)]).toEqual([false, true]);
  });
});

describe('token bucket', () => {
  it('gives its burst at once and then its rate', () => {
    const bucket = new TokenBucket(3, 2, 0);
    const starts: number[] = [];
    let now = 0;
    for (let i = 0; i < 7; i++) {
      now += bucket.waitMs(now);
      bucket.take(now);
      starts.push(now);
    }
    expect(starts).toEqual([0, 0, 0, 500, 1_000, 1_500, 2_000]);
    expect([bucket.isFull(2_500), bucket.isFull(3_500)]).toEqual([false, true]);
  });
});
