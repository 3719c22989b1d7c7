import { describe, expect, it } from 'vitest';
import { SandboxClock } from './clock.ts';
import { Consistency } from './consistency.ts';
import { Faults } from './faults.ts';
import { maskBody } from './mask.ts';
import { Switches } from './switches.ts';

describe('sandbox clock', () => {
  it('stands still until advanced and fires what falls due in order, each at its own time', () => {
    const clock = new SandboxClock({ mode: 'manual', startAt: 1_000 });
    const seen: string[] = [];
    clock.setTimer(20, () => seen.push(`b@${clock.now()}`));
    clock.setTimer(10, () => {
      seen.push(`a@${clock.now()}`);
      clock.setTimer(5, () => seen.push(`c@${clock.now()}`));
    });
    const cancel = clock.setTimer(12, () => seen.push('never'));
    cancel();
    clock.advance(20);
    expect(seen).toEqual(['a@1010', 'c@1015', 'b@1020']);
    expect(clock.now()).toBe(1_020);
  });

  it('runs ahead of the wall clock once advanced and fires timers early', () => {
    const clock = new SandboxClock();
    let fired = false;
    clock.setTimer(3_600_000, () => {
      fired = true;
    });
    const before = clock.now();
    clock.advance(3_600_000);
    expect([fired, clock.now() - before >= 3_600_000]).toEqual([true, true]);
    clock.stop();
  });

  it('rejects a sleep whose signal is aborted, and a step backwards', async () => {
    const clock = new SandboxClock({ mode: 'manual' });
    const abort = new AbortController();
    const sleep = clock.sleep(10, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    expect(() => clock.advance(-1)).toThrow(RangeError);
  });
});

describe('consistency', () => {
  it('is zero or realistic as a whole, and single delays can be stretched', () => {
    const consistency = new Consistency(new SandboxClock({ mode: 'manual', startAt: 0 }));
    const delay = consistency.define('grant', 40_000, 'teams-admin-api §32');
    expect(delay()).toBe(0);
    consistency.override('grant', 5);
    expect(consistency.visibleAt(delay)).toBe(5);
    consistency.setProfile('realistic');
    expect(delay()).toBe(40_000);
    expect(() => consistency.override('grnat', 5)).toThrow('no such delay: grnat; known: grant');
  });
});

describe('switches', () => {
  it('take only outcomes that were declared', () => {
    const switches = new Switches();
    const outcome = switches.define('usageInUse', ['refused', 'cascaded'], 'teams-admin-api §7');
    expect(outcome()).toBe('refused');
    switches.set('usageInUse', 'cascaded');
    expect([switches.wasRead('usageInUse'), outcome(), switches.wasRead('usageInUse')]).toEqual([false, 'cascaded', true]);
    expect(() => switches.set('usageInUse', 'whatever')).toThrow('refused, cascaded');
    expect(() => switches.set('other', 'refused')).toThrow('no such switch');
    switches.reset();
    expect(outcome()).toBe('refused');
  });
});

describe('faults', () => {
  it('refuse a rule that could not act', () => {
    const faults = new Faults();
    expect(() => faults.add({ kind: 'status' })).toThrow('kind status needs a status');
    expect(() => faults.add({ kind: 'delay' })).toThrow('kind delay needs delayMs');
    expect(() => faults.add({ kind: 'hang', path: '(' })).toThrow();
    expect(() => faults.add({ kind: 'hang', pat: '/' } as never)).toThrow();
  });

  it('act in the order of arming and count down', () => {
    const faults = new Faults();
    const subject = { standIn: 'graph', target: 't', method: 'GET', path: '/v1.0/users?$top=1', write: false };
    faults.add({ id: 'first', kind: 'hang', path: 'top=1', times: 1 });
    faults.add({ id: 'second', kind: 'reset' });
    expect([faults.take(subject)?.id, faults.take(subject)?.id, faults.list()[0]?.left]).toEqual(['first', 'second', 'until cleared']);
    expect([faults.clear('second'), faults.clear('second'), faults.take(subject)]).toEqual([true, false, undefined]);
  });
});

describe('body mask', () => {
  it.each([
    ['{"a":{"secretText":"s3cret","name":"x"}}', '{"a":{"secretText":"***","name":"x"}}'],
    ['client_id=1&client_secret=s3cret&client_assertion=ey.x.y', 'client_id=1&client_secret=***&client_assertion=***'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['configure voip\n  password "s3cret" obscured', 'configure voip\n  password *** obscured'],
  ])('hides the secret in %s', (body, masked) => {
    expect(maskBody(body)).toBe(masked);
  });
});
