import { describe, expect, it } from 'vitest';
import { create, device, deliveryHouse as house, tenant } from '../../test/support/delivery-house.ts';
import { settle } from '../../test/support/fake-clock.ts';
import type { Misbehaviour } from '../../test/support/in-memory-system.ts';
import type { Change } from '../domain/change/change-set.ts';
import { OperatorError } from '../errors/operator-error.ts';

const hangs: Misbehaviour = { on: 'read', how: 'hang' };

describe('looking at a target', () => {
  it('never waits: a read is queued, the owner is woken, and the next look has the picture', async () => {
    const { clock, see, woken, cloud } = house();
    expect(see(tenant('t1'), 'Customer/a/x')).toEqual({ state: 'reading' });
    await clock.advance(50);
    expect(woken).toEqual(['Customer/a/x']);
    expect(see(tenant('t1'), 'Customer/a/x')).toMatchObject({ state: 'seen', seq: 1 });
    expect(cloud.readTimes).toHaveLength(1);
  });

  it('reads once for all who ask, and wakes each of them once', async () => {
    const { clock, see, woken, cloud } = house();
    for (let i = 0; i < 100; i++) see(tenant('t1'), `SiteLocation/a/${i}`);
    await clock.advance(50);
    expect(cloud.readTimes).toHaveLength(1);
    expect([...woken].sort()).toEqual(Array.from({ length: 100 }, (_, i) => `SiteLocation/a/${i}`).sort());
  });

  it('reads again when the picture is too old, begun too early, or invalidated', async () => {
    const { clock, see, cloud, delivery } = house();
    see(tenant('t1'), 'o');
    await clock.advance(50);
    expect(see(tenant('t1'), 'o', { maxAgeMs: 10 }).state).toBe('seen'); // the very read it asked for
    await clock.advance(599_000);
    expect(see(tenant('t1'), 'o').state).toBe('seen');
    expect(see(tenant('t1'), 'o', { notBefore: clock.monotonic() }).state).toBe('reading');
    await clock.advance(50);
    expect(see(tenant('t1'), 'o', { notBefore: clock.monotonic() - 50 }).state).toBe('seen');
    delivery.invalidate(tenant('t1'));
    expect(see(tenant('t1'), 'o').state).toBe('reading');
    await clock.advance(50);
    await clock.advance(600_001);
    expect(see(tenant('t1'), 'o').state).toBe('reading');
    await clock.advance(50);
    expect(cloud.readTimes).toHaveLength(4);
  });

  it('still wakes an owner for the fresh read it asked for when it looked at an older picture meanwhile', async () => {
    const { clock, see, woken } = house();
    see(tenant('t1'), 'o');
    await clock.advance(50);
    see(tenant('t1'), 'o');
    woken.length = 0;
    expect(see(tenant('t1'), 'o', { notBefore: clock.monotonic() }).state).toBe('reading');
    expect(see(tenant('t1'), 'o').state).toBe('seen'); // woken for another reason, and content with what there is
    await clock.advance(50);
    expect(woken).toEqual(['o']);
  });

  it('does not take a read that was under way at the invalidation for a fresh one', async () => {
    const { clock, see, woken, delivery, cloud } = house();
    see(tenant('t1'), 'o');
    await clock.advance(10);
    delivery.invalidate(tenant('t1'));
    await clock.advance(15);
    expect(woken).toEqual([]);
    expect(see(tenant('t1'), 'o').state).toBe('reading');
    await clock.advance(50);
    expect(woken).toEqual(['o']);
    expect(cloud.readTimes).toHaveLength(2);
  });

  it('does not move the bound of an owner that asks again while its read is under way', async () => {
    const { clock, see, woken, cloud } = house();
    see(tenant('t1'), 'o', { maxAgeMs: 0 });
    await clock.advance(10);
    see(tenant('t1'), 'o', { maxAgeMs: 0 });
    await clock.advance(15);
    expect(woken).toEqual(['o']);
    expect(see(tenant('t1'), 'o', { maxAgeMs: 0 }).state).toBe('seen');
    expect(cloud.readTimes).toHaveLength(1);
  });

  it('does not wake an owner again that was told and has not looked', async () => {
    const { clock, see, woken } = house();
    see(tenant('t1'), 'gone quiet');
    await clock.advance(50);
    for (let i = 0; i < 3; i++) {
      see(tenant('t1'), 'busy', { notBefore: clock.monotonic() });
      await clock.advance(50);
    }
    expect(woken).toEqual(['gone quiet', 'busy', 'busy', 'busy']);
  });

  it('counts misses, and asks again only after a growing pause', async () => {
    const { clock, see, woken, cloud } = house();
    see(tenant('t1'), 'o');
    await clock.advance(700_000);
    cloud.misbehave(tenant('t1'), { on: 'read', how: 'fail', times: 3 });
    see(tenant('t1'), 'o');
    await clock.advance(50);
    expect(see(tenant('t1'), 'o')).toMatchObject({ state: 'failed', misses: 1 });
    expect(cloud.readTimes).toHaveLength(2);
    await clock.advance(1_000);
    see(tenant('t1'), 'o');
    await clock.advance(50);
    expect(see(tenant('t1'), 'o')).toMatchObject({ state: 'failed', misses: 2 });
    await clock.advance(1_500);
    see(tenant('t1'), 'o');
    await clock.advance(50);
    expect(cloud.readTimes).toHaveLength(3);
    await clock.advance(1_000);
    see(tenant('t1'), 'o');
    await clock.advance(50);
    expect(see(tenant('t1'), 'o')).toMatchObject({ state: 'failed', misses: 3 });
    await clock.advance(5_000);
    see(tenant('t1'), 'o');
    await clock.advance(50);
    expect(see(tenant('t1'), 'o').state).toBe('seen');
    expect(woken).toHaveLength(5);
  });

  it('a renewed target is read at once with nothing held against it: no pause, no open breaker, no missed looks', async () => {
    const { clock, see, woken, cloud, delivery } = house();
    cloud.misbehave(tenant('t1'), { on: 'read', how: 'fail', times: 1_000 });
    for (let round = 0; round < 12; round++) {
      see(tenant('t1'), 'o', { priority: 'change' });
      await clock.advance(60_000);
    }
    expect(see(tenant('t1'), 'o').state).toBe('failed');
    cloud.recover(tenant('t1'));
    woken.length = 0;
    delivery.renew(tenant('t1'));
    await settle();
    expect(woken).toEqual(['o']);
    expect(see(tenant('t1'), 'o')).toEqual({ state: 'reading' });
    await clock.advance(50);
    expect(see(tenant('t1'), 'o').state).toBe('seen');
  });

  it('a read under way when the target is renewed answers nobody', async () => {
    const { clock, see, cloud, delivery, woken } = house();
    see(tenant('t1'), 'o');
    await clock.advance(5);
    delivery.renew(tenant('t1'));
    await clock.advance(50);
    expect(see(tenant('t1'), 'o').state).toBe('seen');
    expect(cloud.readTimes).toHaveLength(2);
    expect(woken).toEqual(['o', 'o']); // to ask anew, and with the answer
  });

  it('a change that was refused may go out again at once when the target is renewed', async () => {
    const { clock, submit, cloud, delivery, woken } = house();
    cloud.refuses.set('teams-admin|t1|Rule|a', new OperatorError('no', { kind: 'Auth', reason: 'PermissionDenied' }));
    submit('o', tenant('t1'), [create(tenant('t1'), 'a')]);
    await clock.advance(100);
    delivery.settle('o', tenant('t1'));
    expect(delivery.outcomeOf('o', tenant('t1')).failed?.retryInMs).toBeGreaterThan(0);
    woken.length = 0;
    delivery.renew(tenant('t1'));
    await settle();
    expect(woken).toEqual(['o']);
    expect(delivery.outcomeOf('o', tenant('t1'))).toEqual({ state: 'none' });
  });

  it('wakes everybody who knows of a failure once anybody else has got through', async () => {
    const { clock, see, woken, cloud } = house();
    cloud.misbehave(tenant('t1'), { on: 'read', how: 'fail' });
    see(tenant('t1'), 'a');
    see(tenant('t1'), 'b');
    await clock.advance(50);
    expect([see(tenant('t1'), 'a').state, see(tenant('t1'), 'b').state]).toEqual(['failed', 'failed']);
    woken.length = 0;
    await clock.advance(2_000);
    see(tenant('t1'), 'a');
    await clock.advance(50);
    expect(woken.sort()).toEqual(['a', 'b']);
  });

  it('gives up on a hanging read at the deadline and says so', async () => {
    const { clock, see, cloud } = house();
    cloud.misbehave(tenant('t1'), hangs);
    see(tenant('t1'), 'o');
    await clock.advance(60_000);
    const seen = see(tenant('t1'), 'o');
    expect(seen).toMatchObject({
      state: 'failed',
      misses: 1,
      error: { kind: 'Retryable', reason: 'ExternalSystemUnavailable', message: 'teams-admin t1 did not answer within 60 seconds' },
    });
  });

  it('spreads the first looks after a start when there are many targets, and delays neither a few nor an urgent one', async () => {
    const { clock, see, cloud } = house();
    for (let i = 0; i < 500; i++) see(tenant(`t${i}`), 'o');
    see(tenant('needed'), 'o', { priority: 'change' });
    await clock.advance(1_000);
    expect(cloud.readTimes.length).toBeLessThan(250);
    expect(cloud.readTimes.some((read) => read.target === 'needed' && read.at < 50)).toBe(true);
    await clock.advance(10_000);
    expect(cloud.readTimes).toHaveLength(501);
  });

  it('a delayed first look is not delayed any longer once a change needs it', async () => {
    const { clock, see, cloud } = house();
    for (let i = 0; i < 500; i++) see(tenant(`t${i}`), 'o');
    for (let i = 0; i < 500; i++) see(tenant(`t${i}`), 'p', { priority: 'change' });
    await clock.advance(500);
    expect(cloud.readTimes).toHaveLength(500);
  });

  it('forgets pictures that are past their age, and lanes that are idle', async () => {
    const { clock, see, delivery } = house();
    for (let i = 0; i < 50; i++) see(tenant(`t${i}`), 'o', { priority: 'change' });
    await clock.advance(1_000);
    expect(delivery.kept).toMatchObject({ lanes: 50, snapshots: 50 });
    await clock.advance(1_400_000);
    expect(delivery.kept).toMatchObject({ lanes: 0, snapshots: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps at most so many pictures that nobody waits for', async () => {
    const { clock, see, delivery } = house({ limits: { idleViews: 10 } });
    for (let i = 0; i < 50; i++) see(tenant(`t${i}`), 'o', { priority: 'change' });
    await clock.advance(61_000);
    const states = Array.from({ length: 50 }, (_, i) => see(tenant(`t${i}`), 'p').state);
    expect(states.filter((state) => state === 'seen')).toHaveLength(10);
    await delivery.stop();
  });
});

describe('submitting changes', () => {
  it('carries a set out in the background and wakes its owner with the verdicts', async () => {
    const { clock, submit, results, woken, cloud, delivery } = house();
    submit('o', tenant('t1'), [create(tenant('t1'), 'a'), create(tenant('t1'), 'b')]);
    expect(results('o', tenant('t1'))).toBe('underWay');
    await clock.advance(50);
    expect(woken).toEqual(['o']);
    expect(results('o', tenant('t1'))).toEqual(['applied', 'applied']);
    expect(cloud.stateOf(tenant('t1')).size).toBe(2);
    delivery.settle('o', tenant('t1'));
    expect(results('o', tenant('t1'))).toBe('none');
  });

  it('is done at once with nothing to do', async () => {
    const { submit, results, woken } = house();
    submit('o', tenant('t1'), []);
    await settle();
    expect(results('o', tenant('t1'))).toEqual([]);
    expect(woken).toEqual(['o']);
  });

  it('replaces what has not started, and keeps a newer set until the one under way is over', async () => {
    const { clock, submit, results, cloud, woken } = house();
    submit('first', tenant('t1'), [create(tenant('t1'), 'x')]);
    submit('o', tenant('t1'), [create(tenant('t1'), 'old')]);
    submit('o', tenant('t1'), [create(tenant('t1'), 'new')]);
    await clock.advance(25);
    submit('o', tenant('t1'), [create(tenant('t1'), 'newest')]);
    expect(results('o', tenant('t1'))).toBe('underWay');
    await clock.advance(100);
    expect([...cloud.stateOf(tenant('t1')).values()].map((object) => object.name).sort()).toEqual(['new', 'newest', 'x']);
    expect(woken).toEqual(['first', 'o']);
    expect(cloud.running.mostApplies.get('t1')).toBe(1);
  });

  it('withdraws what has not started when its owner is forgotten', async () => {
    const { clock, submit, cloud, delivery, woken } = house();
    submit('first', tenant('t1'), [create(tenant('t1'), 'x')]);
    submit('gone', tenant('t1'), [create(tenant('t1'), 'y')]);
    submit('gone', device('d1'), [create(device('d1'), 'z')]);
    delivery.forget('gone');
    await clock.advance(1_000);
    expect(woken).toEqual(['first']);
    expect(cloud.batches).toHaveLength(1);
  });

  it('fails every change when nothing is known, and drops the picture', async () => {
    const { clock, submit, see, delivery, cloud } = house();
    see(tenant('t1'), 'o');
    await clock.advance(50);
    expect(see(tenant('t1'), 'o').state).toBe('seen');
    cloud.misbehave(tenant('t1'), { on: 'apply', how: 'late' });
    submit('o', tenant('t1'), [create(tenant('t1'), 'a')]);
    await clock.advance(50);
    expect(delivery.outcomeOf('o', tenant('t1'))).toMatchObject({
      state: 'done',
      verdicts: [{ result: 'failed', error: { kind: 'Retryable' } }],
    });
    expect(see(tenant('t1'), 'o').state).toBe('reading');
    await clock.advance(50);
    const seen = see(tenant('t1'), 'o');
    expect(seen.state === 'seen' && seen.view.size).toBe(1);
  });

  it('drops the picture when a change failed and nobody looked at what became of it', async () => {
    const { clock, submit, see, results, cloud } = house();
    see(tenant('t1'), 'o');
    await clock.advance(50);
    cloud.refuses.set('teams-admin|t1|Rule|b', new OperatorError('refused', { kind: 'Terminal', reason: 'InvalidConfiguration' }));
    submit('o', tenant('t1'), [create(tenant('t1'), 'a'), create(tenant('t1'), 'b')]);
    await clock.advance(50);
    expect(results('o', tenant('t1'))).toEqual(['applied', 'failed']);
    expect(see(tenant('t1'), 'o').state).toBe('reading');
  });

  it('does not start another write on a target whose write goes on past its deadline', async () => {
    const { clock, submit, results, cloud, trouble, see } = house();
    cloud.misbehave(tenant('t1'), { on: 'apply', how: 'deaf' });
    submit('o', tenant('t1'), [create(tenant('t1'), 'a')]);
    await clock.advance(300_000);
    expect(results('o', tenant('t1'))).toEqual(['failed']);
    submit('p', tenant('t1'), [create(tenant('t1'), 'b')]);
    see(tenant('t1'), 'p', { priority: 'change' });
    await clock.advance(60_000);
    expect(cloud.batches).toHaveLength(1);
    expect(see(tenant('t1'), 'p').state).toBe('seen');
    expect(trouble).toEqual(['a write that does not end blocks its lane']);
    cloud.wakeTheDeaf();
    await clock.advance(100);
    expect(results('p', tenant('t1'))).toEqual(['applied']);
    expect(cloud.running.mostApplies.get('t1')).toBe(1);
  });

  it('leaves one audit record per change that was carried out, without secrets', async () => {
    const { clock, submit, audit, sbc } = house();
    const target = device('d1');
    submit('o', target, [create(target, 'seen-later', { tag: 'x', password: 'hunter2' }), create(target, 'bad')]);
    submit('p', target, [create(target, 'seen-later', { tag: 'x', password: 'hunter2' })]);
    sbc.refuses.set('sbc|d1|Rule|bad', new OperatorError('refused', { kind: 'Terminal', reason: 'InvalidConfiguration' }));
    await clock.advance(1_000);
    expect(audit).toHaveLength(1);
    expect(audit[0]).toMatchObject({ owner: 'o', system: 'sbc', target: 'd1', kind: 'Rule', name: 'seen-later', action: 'create' });
    expect(JSON.stringify(audit)).not.toContain('hunter2');
    expect(Date.parse(audit[0]?.at ?? '')).not.toBeNaN();
  });
});

describe('own writes over a slow system', () => {
  it('shows them until a read does, or until they had time to appear', async () => {
    const { clock, submit, see, cloud } = house({}, { overlayMs: 120_000 });
    const target = tenant('t1');
    see(target, 'o');
    await clock.advance(50);
    submit('o', target, [create(target, 'a')]);
    await clock.advance(50);
    const size = (): number => {
      const seen = see(target, 'o');
      return seen.state === 'seen' ? seen.view.size : -1;
    };
    expect(size()).toBe(1);
    cloud.stateOf(target).clear(); // as if the write had not propagated
    see(target, 'o', { notBefore: clock.monotonic() });
    await clock.advance(60_000);
    expect(size()).toBe(1);
    await clock.advance(60_000);
    see(target, 'o', { notBefore: clock.monotonic() });
    await clock.advance(50);
    expect(size()).toBe(0);
  });

  it('lays a write over a read that was under way while it was written', async () => {
    const { clock, submit, see, cloud } = house({}, { latencyMs: 20, readLatencyMs: 100 });
    const target = tenant('t1');
    see(target, 'o', { priority: 'change' });
    await clock.advance(1); // the read has taken its picture, its answer is still on the way
    submit('o', target, [create(target, 'a')]);
    await clock.advance(120);
    const seen = see(target, 'o');
    expect(cloud.readTimes).toHaveLength(1);
    expect(seen.state === 'seen' && seen.view.size).toBe(1);
  });

  it('keeps what a read-back found when an older or overlapping read comes in after it', async () => {
    const { clock, submit, see, cloud } = house({}, { latencyMs: 20, readLatencyMs: 100, readsBack: true });
    const target = tenant('t1');
    const names = (): string[] => {
      const seen = see(target, 'o');
      return seen.state === 'seen' ? [...seen.view.values()].map((object) => object.name).sort() : [];
    };
    see(target, 'o', { priority: 'change' });
    await clock.advance(1); // this read knows neither
    cloud.stateOf(target).set('foreign', { system: 'teams-admin', target: 't1', kind: 'Rule', name: 'foreign', fields: {} });
    submit('o', target, [create(target, 'a')]);
    await clock.advance(120);
    expect(names()).toEqual(['a', 'foreign']);
    submit('o', target, [create(target, 'b')]);
    await clock.advance(5);
    see(target, 'o', { notBefore: clock.monotonic() }); // begins while the write is under way, and does not see it
    await clock.advance(150);
    expect(names()).toEqual(['a', 'b', 'foreign']);
  });

  it('forgets an earlier own write where a later one to the same object took its place', async () => {
    const { clock, submit, see, cloud } = house({}, { overlayMs: 120_000 });
    const target = tenant('t1');
    const set = (before: string, after: string): Change => ({
      ...create(target, 'a'),
      action: 'update',
      fields: [{ path: 'tag', before, after }],
    });
    see(target, 'o');
    await clock.advance(50);
    for (const changes of [[create(target, 'a', { tag: '1', other: 'x' })], [set('1', '2')], [set('2', '3')]]) {
      submit('o', target, changes);
      await clock.advance(50);
    }
    see(target, 'o', { notBefore: clock.monotonic() });
    await clock.advance(50);
    const seen = see(target, 'o');
    expect(seen.state === 'seen' && [...seen.view.values()][0]?.fields).toEqual({ tag: '3', other: 'x' });
    submit('o', target, [{ ...create(target, 'a'), action: 'remove', fields: [] }]);
    await clock.advance(50);
    cloud
      .stateOf(target)
      .set('teams-admin|t1|Rule|a', { system: 'teams-admin', target: 't1', kind: 'Rule', name: 'a', fields: { tag: '3' } });
    see(target, 'o', { notBefore: clock.monotonic() });
    await clock.advance(50);
    const gone = see(target, 'o');
    expect(gone.state === 'seen' && gone.view.size).toBe(0);
  });
});

describe('pausing', () => {
  it('refuses writes with a typed error, reads on, and wakes the refused when writing goes on', async () => {
    const { clock, submit, see, results, delivery, cloud, sbc, woken } = house();
    delivery.pause();
    submit('o', tenant('t1'), [create(tenant('t1'), 'a')]);
    submit('p', device('d1'), [create(device('d1'), 'a')]);
    see(tenant('t1'), 'q', { priority: 'change' });
    await clock.advance(1_000);
    expect(delivery.outcomeOf('o', tenant('t1'))).toMatchObject({
      verdicts: [{ result: 'failed', error: { kind: 'DependencyNotReady', reason: 'Paused' } }],
    });
    expect(results('p', device('d1'))).toEqual(['failed']);
    expect([cloud.batches.length, sbc.batches.length, see(tenant('t1'), 'q').state]).toEqual([0, 0, 'seen']);
    woken.length = 0;
    delivery.resume();
    await settle();
    expect(woken.sort()).toEqual(['o', 'p']);
    submit('o', tenant('t1'), [create(tenant('t1'), 'a')]);
    await clock.advance(50);
    expect(results('o', tenant('t1'))).toEqual(['applied']);
  });

  it('asks the fence right before each apply', async () => {
    let lost: OperatorError | undefined;
    const { clock, submit, delivery, cloud } = house({ fence: () => lost });
    submit('first', tenant('t1'), [create(tenant('t1'), 'a')]);
    submit('second', tenant('t1'), [create(tenant('t1'), 'b')]);
    await clock.advance(10);
    lost = new OperatorError('This process no longer leads', { kind: 'DependencyNotReady', reason: 'LeadershipLost' });
    await clock.advance(100);
    expect(cloud.batches).toHaveLength(1);
    expect(delivery.outcomeOf('second', tenant('t1'))).toMatchObject({
      verdicts: [{ result: 'failed', error: { reason: 'LeadershipLost' } }],
    });
  });

  it('stops after the write under way has ended, gives up on reads, and leaves no timer', async () => {
    const { clock, submit, see, results, delivery, cloud } = house();
    cloud.misbehave(tenant('t2'), hangs);
    submit('o', tenant('t1'), [create(tenant('t1'), 'a')]);
    submit('later', tenant('t1'), [create(tenant('t1'), 'b')]);
    see(tenant('t2'), 'o', { priority: 'change' });
    submit('p', device('d1'), [create(device('d1'), 'a')]);
    await clock.advance(5);
    let isStopped = false;
    const stopped = delivery.stop().then(() => {
      isStopped = true;
    });
    await settle();
    expect(isStopped).toBe(false);
    await clock.advance(50);
    await stopped;
    expect(results('o', tenant('t1'))).toEqual(['applied']);
    expect(cloud.batches).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a read-back that looked only at what was written', () => {
  const target = tenant('t1');
  const names = (seen: ReturnType<ReturnType<typeof house>['see']>): string[] =>
    seen.state === 'seen' ? [...seen.view.values()].map(({ name }) => name).sort() : [seen.state];

  /** Somebody else changes the tenant after it was seen; then a write goes out and is read back. */
  async function writtenLater() {
    const built = house({}, { readsBack: 'part', overlayMs: 120_000 });
    built.see(target, 'o');
    await built.clock.advance(300_000);
    const stranger = create(target, 'granted since');
    built.cloud.stateOf(target).set('teams-admin|t1|Rule|granted since', { ...stranger, fields: {} });
    const since = built.clock.monotonic();
    built.submit('sibling', target, [create(target, 'a')]);
    await built.clock.advance(1_000);
    expect(built.results('sibling', target)).toEqual(['applied']);
    return { ...built, since };
  }

  it('shows what was written to who accepts an older picture', async () => {
    const { see } = await writtenLater();
    expect(names(see(target, 'o'))).toEqual(['a']);
  });

  it('is no answer for who wants the whole read after a moment, nor younger than the picture was', async () => {
    const { see, clock, since } = await writtenLater();
    expect(see(target, 'o', { maxAgeMs: 15_000 }).state).toBe('reading');
    expect(see(target, 'o', { notBefore: since }).state).toBe('reading');
    await clock.advance(50);
    expect(names(see(target, 'o', { notBefore: since }))).toEqual(['a', 'granted since']);
  });

  it('wakes nobody who waits for a read, and the read that was queued for them is made', async () => {
    const { see, submit, clock, woken, cloud } = house({}, { readsBack: 'part', readLatencyMs: 500 });
    see(target, 'o');
    await clock.advance(1_000);
    woken.length = 0;
    see(target, 'o', { notBefore: clock.monotonic() });
    submit('sibling', target, [create(target, 'a')]);
    await clock.advance(100);
    expect(woken).toEqual(['sibling']);
    await clock.advance(1_000);
    expect(woken).toEqual(['sibling', 'o']);
    expect(cloud.readTimes).toHaveLength(2);
  });

  it("is news of what was written: a difference from then on is somebody else's doing", async () => {
    const { see, clock, cloud } = await writtenLater();
    cloud.stateOf(target).delete('teams-admin|t1|Rule|a');
    see(target, 'o', { notBefore: clock.monotonic() });
    await clock.advance(50);
    expect(names(see(target, 'o'))).toEqual(['granted since']);
  });
});

describe('a read that ran and ended within a write', () => {
  it.each([true, 'part', false] as const)('does not hide the write (read back: %s)', async (readsBack) => {
    const { see, submit, clock } = house({}, { readsBack, latencyMs: 1_000, readLatencyMs: 100 });
    const target = tenant('t1');
    see(target, 'o');
    await clock.advance(200);
    submit('o', target, [create(target, 'a')]);
    await clock.advance(300);
    see(target, 'o', { notBefore: clock.monotonic() });
    await clock.advance(2_000);
    const seen = see(target, 'o');
    expect(seen.state === 'seen' && [...seen.view.values()].map(({ name }) => name)).toEqual(['a']);
  });
});
