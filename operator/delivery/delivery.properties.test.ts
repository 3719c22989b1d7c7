import { describe, expect, it } from 'vitest';
import { create, deliveryHouse, device, tenant } from '../../test/support/delivery-house.ts';
import { settle } from '../../test/support/fake-clock.ts';
import type { Misbehaviour } from '../../test/support/in-memory-system.ts';
import { fc } from '../../test/support/properties.ts';
import type { Target } from '../domain/change/driver.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const TARGETS: readonly Target[] = [tenant('t0'), tenant('t1'), device('d0'), device('d1')];
const OWNERS = ['Customer/a/x', 'SiteLocation/a/x', 'NumberRange/a/x', 'NumberRange/b/y'];

type Step =
  | {
      readonly do: 'submit';
      readonly owner: number;
      readonly target: number;
      readonly size: number;
      readonly priority: 'urgent' | 'change' | 'poll';
    }
  | { readonly do: 'see'; readonly owner: number; readonly target: number; readonly maxAgeMs: number }
  | { readonly do: 'invalidate'; readonly target: number }
  | { readonly do: 'misbehave'; readonly target: number; readonly fault: Misbehaviour }
  | { readonly do: 'advance'; readonly ms: number };

const index = (list: readonly unknown[]) => fc.integer({ min: 0, max: list.length - 1 });
const throttled = new OperatorError('Slow down', { kind: 'Throttled', reason: 'Throttled', retryAfterMs: 3_000 });
const fault = fc.constantFrom<Misbehaviour>(
  { on: 'read', how: 'fail' },
  { on: 'read', how: 'hang' },
  { on: 'read', how: 'fail', error: throttled },
  { on: 'apply', how: 'fail' },
  { on: 'apply', how: 'late' },
  { on: 'apply', how: 'hang' },
  { on: 'apply', how: 'fail', error: throttled },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      owner: index(OWNERS),
      target: index(TARGETS),
      size: fc.integer({ min: 0, max: 5 }),
      priority: fc.constantFrom('urgent' as const, 'change' as const, 'poll' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('see' as const),
      owner: index(OWNERS),
      target: index(TARGETS),
      maxAgeMs: fc.constantFrom(0, 100, 600_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const), target: index(TARGETS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('misbehave' as const), target: index(TARGETS), fault }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 19, 60, 300, 5_000, 61_000) }) },
);

/** A house whose owners remember what they are waiting for; a wake without news is a failure, and so is news without a wake. */
function watchedHouse() {
  const submitted = new Map<string, { readonly owner: string; readonly target: Target; readonly size: number }>();
  /** `failure`: what it was told of one; it hears of the next one only if it asked for a retry. */
  const looking = new Map<
    string,
    { readonly owner: string; readonly target: Target; readonly maxAgeMs: number; readonly failure?: OperatorError }
  >();
  const idle: string[] = [];
  const house = deliveryHouse({ wake: (owner) => wake(owner) });
  const { delivery } = house;
  function look(owner: string, target: Target, maxAgeMs: number): 'news' | 'nothing' {
    const key = `${owner}|${target.id}`;
    const known = looking.get(key)?.failure;
    const seen = delivery.see(target, owner, { maxAgeMs });
    if (seen.state === 'seen') looking.delete(key);
    else looking.set(key, { owner, target, maxAgeMs, ...(seen.state === 'failed' ? { failure: seen.error } : {}) });
    return seen.state === 'seen' || (seen.state === 'failed' && seen.error !== known) ? 'news' : 'nothing';
  }
  function wake(owner: string): void {
    let news = 0;
    for (const [key, wait] of submitted) {
      if (wait.owner !== owner) continue;
      const outcome = delivery.outcomeOf(owner, wait.target);
      if (outcome.state !== 'done') continue;
      expect(outcome.verdicts).toHaveLength(wait.size);
      submitted.delete(key);
      delivery.settle(owner, wait.target);
      news += 1;
    }
    for (const wait of [...looking.values()]) if (wait.owner === owner && look(owner, wait.target, wait.maxAgeMs) === 'news') news += 1;
    // News may be overtaken before its owner looks: by a failed write to the target that was read, by its own next submission.
    const looksAt = new Set([...looking.values()].flatMap((wait) => (wait.owner === owner ? [wait.target.id] : [])));
    const isOvertaken = [...submitted.values()].some((open) => open.owner === owner || looksAt.has(open.target.id));
    if (news === 0 && !isOvertaken) idle.push(owner);
  }
  function run(next: Step): Promise<void> {
    const at = TARGETS['target' in next ? next.target : 0] ?? tenant('t0');
    const owner = OWNERS['owner' in next ? next.owner : 0] ?? '';
    const key = `${owner}|${at.id}`;
    if (next.do === 'advance') return house.clock.advance(next.ms);
    if (next.do === 'invalidate') delivery.invalidate(at);
    if (next.do === 'misbehave') (at.system === 'sbc' ? house.sbc : house.cloud).misbehave(at, next.fault);
    if (next.do === 'see') look(owner, at, next.maxAgeMs);
    if (next.do === 'submit') {
      const changes = Array.from({ length: next.size }, (_, i) => create(at, `${owner}-${i}`));
      submitted.set(key, { owner, target: at, size: next.size });
      delivery.submit({ owner, target: at, changes, priority: next.priority });
    }
    // Each step is a turn of the event loop of its own, as reconciles are.
    return settle(1);
  }
  return { ...house, run, submitted, looking, idle };
}

describe('delivery, whatever happens', () => {
  it('loses no submission, wakes all who wait and only with news, and never has two writes on one target', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const house = watchedHouse();
        for (const next of steps) await house.run(next);
        await house.clock.advance(3_600_000);
        expect([...house.submitted.keys()]).toEqual([]);
        expect([...house.looking.values()].filter((wait) => wait.failure === undefined)).toEqual([]);
        expect(house.idle).toEqual([]);
        for (const system of [house.cloud, house.sbc]) {
          for (const most of system.running.mostApplies.values()) expect(most).toBe(1);
          for (const [lane, most] of system.running.mostCallsOf) expect(most).toBeLessThanOrEqual(DEFAULT_LIMITS.laneOf(lane).concurrency);
        }
        await house.delivery.stop();
        expect(house.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('carries out everything in the end when owners come back after a failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(index(TARGETS), fault), { maxLength: 30 }), async (faults) => {
        const { clock, cloud, sbc, submit, results } = deliveryHouse();
        for (const [at, misbehaviour] of faults) {
          const target = TARGETS[at] ?? tenant('t0');
          (target.system === 'sbc' ? sbc : cloud).misbehave(target, misbehaviour);
        }
        const wanted = TARGETS.flatMap((target) => OWNERS.map((owner) => ({ target, owner })));
        for (let round = 0; round < 40; round++) {
          for (const { target, owner } of wanted) {
            const state = results(owner, target);
            if (state === 'underWay' || (Array.isArray(state) && state.every((result) => result === 'applied'))) continue;
            submit(owner, target, [create(target, owner)]);
          }
          await clock.advance(310_000);
        }
        for (const { target, owner } of wanted) expect(results(owner, target)).toEqual(['applied']);
        for (const target of TARGETS) expect((target.system === 'sbc' ? sbc : cloud).stateOf(target).size).toBe(OWNERS.length);
      }),
      { numRuns: 25 },
    );
  });

  it('needs at most ceil(n/200) scripts for n ranges of one device at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 150 }), async (sizes) => {
        const { clock, sbc, submit } = deliveryHouse();
        sizes.forEach((size, owner) => {
          submit(
            `o${owner}`,
            device('d'),
            Array.from({ length: size }, (_, i) => create(device('d'), `${owner}-${i}`)),
          );
        });
        await clock.advance(60_000);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(sbc.stateOf(device('d')).size).toBe(total);
        expect(sbc.batches.length).toBeLessThanOrEqual(Math.ceil(total / 200));
      }),
      { numRuns: 30 },
    );
  });

  it('never has more than 64 calls in flight, and a lane starts its jobs in the order of their priorities', async () => {
    const priority = fc.constantFrom('urgent' as const, 'change' as const, 'poll' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(priority, { minLength: 1, maxLength: 120 }), async (priorities) => {
        const { clock, cloud, sbc, submit } = deliveryHouse({}, { latencyMs: 500 }, { latencyMs: 500 });
        priorities.forEach((each, i) => {
          submit(`o${i}`, tenant(`t${i}`), [create(tenant(`t${i}`), 'a')], each);
          submit(`p${i}`, tenant('one'), [create(tenant('one'), `${each}-${i}`)], each);
        });
        await clock.advance(120_000);
        expect(Math.max(cloud.running.mostCalls, sbc.running.mostCalls)).toBeLessThanOrEqual(64);
        const order = cloud.batches.filter((batch) => batch.target === 'one').map((batch) => batch.changes[0]?.name.split('-')[0] ?? '');
        expect(order).toHaveLength(priorities.length);
        const ranks = order.slice(1).map((each) => ['urgent', 'change', 'poll'].indexOf(each)); // the first had started before the others came
        expect(ranks).toEqual([...ranks].sort());
      }),
      { numRuns: 20 },
    );
  });
});
