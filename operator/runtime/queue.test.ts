import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { fc } from '../../test/support/properties.ts';
import type { ObjectKey } from '../api/meta.ts';
import { LANES, type Lane, WorkQueue } from './queue.ts';

const key = (name: string): ObjectKey => `ns/${name}`;

describe('WorkQueue', () => {
  let clock: FakeClock;
  let queue: WorkQueue;

  beforeEach(() => {
    clock = new FakeClock();
    queue = new WorkQueue({ clock, random: () => 0.5, onReady: () => undefined });
  });

  it('hands out higher lanes first and each lane in order', () => {
    queue.add(key('poll'), 'poll');
    queue.add(key('change-1'), 'change');
    queue.add(key('urgent'), 'urgent');
    queue.add(key('change-2'), 'change');
    queue.add(key('dependency'), 'dependency');
    const order = [queue.take(), queue.take(), queue.take(), queue.take(), queue.take(), queue.take()];
    expect(order).toEqual([key('urgent'), key('change-1'), key('change-2'), key('dependency'), key('poll'), undefined]);
  });

  it('keeps one entry a key, in the highest lane it was wanted in', () => {
    queue.add(key('a'), 'poll');
    queue.add(key('b'), 'change');
    queue.add(key('a'), 'urgent');
    queue.add(key('a'), 'poll');
    expect(queue.depth).toBe(2);
    expect([queue.take(), queue.take(), queue.take()]).toEqual([key('a'), key('b'), undefined]);
  });

  it('runs a key again after its run when it was wanted meanwhile, never beside it', () => {
    queue.add(key('a'), 'change');
    queue.take();
    queue.add(key('a'), 'change');
    queue.add(key('a'), 'change');
    expect(queue.take()).toBeUndefined();
    queue.succeed(key('a'));
    expect(queue.take()).toBe(key('a'));
    queue.succeed(key('a'));
    expect(queue.take()).toBeUndefined();
  });

  it('backs a failing key off from 1 s, doubling to 5 min, and starts over after a success', async () => {
    queue.add(key('a'), 'change');
    queue.take();
    const delays: number[] = [];
    for (let i = 0; i < 14; i++) {
      queue.fail(key('a'));
      const delayMs = clock.nextTimerIn ?? Number.NaN;
      delays.push(delayMs);
      await clock.advance(delayMs);
      expect(queue.take()).toBe(key('a'));
    }
    expect(delays.slice(0, 4)).toEqual([1500, 2500, 4500, 8500]);
    expect(delays.at(-1)).toBe(1000 + 299_000 / 2);
    queue.succeed(key('a'));
    queue.add(key('a'), 'change');
    queue.take();
    expect(queue.fail(key('a'))).toBe(1);
  });

  it('does not let a failing run that news started advance the retry or the count', async () => {
    queue.add(key('a'), 'change');
    queue.take();
    expect(queue.fail(key('a'))).toBe(1);
    await clock.advance(200);
    queue.add(key('a'), 'change');
    queue.take();
    expect(queue.fail(key('a'))).toBe(1);
    expect(clock.nextTimerIn).toBe(1300);
  });

  it('lets news through during a back-off, and a success cancels the retry', async () => {
    queue.add(key('a'), 'change');
    queue.take();
    queue.fail(key('a'));
    queue.add(key('a'), 'change');
    expect(queue.take()).toBe(key('a'));
    queue.succeed(key('a'), 60_000);
    expect(clock.nextTimerIn).toBeLessThanOrEqual(60_000);
    await clock.advance(59_000);
    expect(queue.take()).toBeUndefined();
    await clock.advance(1000);
    expect(queue.take()).toBe(key('a'));
  });

  it('waits at least as long as it was told to, and counts no failure', async () => {
    queue.add(key('a'), 'change');
    queue.take();
    queue.retryAfter(key('a'), 7000);
    await clock.advance(7000);
    expect(queue.take()).toBeUndefined();
    await clock.advance(700);
    expect(queue.take()).toBe(key('a'));
    expect(queue.fail(key('a'))).toBe(1);
  });

  it('moves 70,000 keys that fall due together in portions', async () => {
    for (let i = 0; i < 70_000; i++) queue.add(key(String(i)), 'change');
    for (let taken = queue.take(); taken !== undefined; taken = queue.take()) queue.succeed(taken, 1000);
    let portions = 0;
    while (queue.depth < 70_000) {
      const before = queue.depth;
      await clock.advance(portions === 0 ? 1000 : 0);
      expect(queue.depth - before).toBeGreaterThan(0);
      portions++;
      if (portions > 100) break;
    }
    expect(queue.depth).toBe(70_000);
  });

  it('drains: hands nothing out, takes nothing in, waits for what runs', async () => {
    queue.add(key('a'), 'change');
    queue.add(key('b'), 'change');
    queue.take();
    let isDrained = false;
    const drained = queue.drain().then(() => {
      isDrained = true;
    });
    queue.add(key('c'), 'urgent');
    expect(queue.take()).toBeUndefined();
    await clock.advance(10);
    expect(isDrained).toBe(false);
    queue.succeed(key('a'), 1000);
    await drained;
    expect(clock.pendingTimers).toBe(0);
  });
});

/** The same queue, naively: what each key wants and when, looked through anew every time. */
class Model {
  readonly keys = new Map<ObjectKey, { lane: number; since: number; running: boolean; due: number | undefined }>();
  now = 0;
  order = 0;

  of(name: ObjectKey): { lane: number; since: number; running: boolean; due: number | undefined } {
    const known = this.keys.get(name) ?? { lane: -1, since: 0, running: false, due: undefined };
    this.keys.set(name, known);
    return known;
  }

  want(name: ObjectKey, lane: number): void {
    const entry = this.of(name);
    if (entry.lane !== -1 && lane >= entry.lane) return;
    entry.lane = lane;
    if (!entry.running) entry.since = this.order++;
  }

  delay(name: ObjectKey, ms: number): void {
    const entry = this.of(name);
    const due = this.now + ms;
    if (entry.due === undefined || due < entry.due) entry.due = due;
  }

  take(): ObjectKey | undefined {
    const waiting = [...this.keys].filter(([, entry]) => entry.lane !== -1 && !entry.running);
    waiting.sort(([, a], [, b]) => a.lane - b.lane || a.since - b.since);
    const [name, entry] = waiting[0] ?? [];
    if (name === undefined || entry === undefined) return undefined;
    entry.running = true;
    entry.lane = -1;
    return name;
  }

  finish(name: ObjectKey): void {
    const entry = this.of(name);
    entry.running = false;
    entry.since = this.order++;
  }

  advance(ms: number): void {
    this.now += ms;
    const due = [...this.keys].filter(([, entry]) => entry.due !== undefined && entry.due <= this.now);
    due.sort(([, a], [, b]) => (a.due ?? 0) - (b.due ?? 0));
    for (const [name, entry] of due) {
      entry.due = undefined;
      this.want(name, LANES.length - 1);
    }
  }
}

interface Real {
  readonly queue: WorkQueue;
  readonly clock: FakeClock;
  readonly running: ObjectKey[];
  /** What the queue drew last; never the same twice in a run, so that no two keys fall due together. */
  drawn: number;
}

type Step = fc.AsyncCommand<Model, Real>;

const name = fc.integer({ min: 0, max: 6 }).map((i) => key(String(i)));
const lane = fc.constantFrom<Lane>(...LANES);
/** All different, so that the order of what falls due is fixed. */
let nextDelay = 0;
const delay = fc.integer({ min: 1, max: 50 }).map((ms) => ms * 1000 + (nextDelay++ % 997));

const always = (): boolean => true;

const add = fc.tuple(name, lane).map(
  ([who, where]): Step => ({
    check: always,
    async run(model, real) {
      model.want(who, LANES.indexOf(where));
      real.queue.add(who, where);
      expect(real.queue.depth).toBe([...model.keys.values()].filter((entry) => entry.lane !== -1 && !entry.running).length);
    },
    toString: () => `add(${who}, ${where})`,
  }),
);

const take = fc.constant<Step>({
  check: always,
  async run(model, real) {
    const taken = real.queue.take();
    expect(taken).toBe(model.take());
    if (taken === undefined) return;
    expect(real.running).not.toContain(taken);
    real.running.push(taken);
  },
  toString: () => 'take()',
});

const succeed = fc.option(delay).map(
  (ms): Step => ({
    check: always,
    async run(model, real) {
      const done = real.running.shift();
      if (done === undefined) return;
      model.of(done).due = undefined;
      model.finish(done);
      if (ms === null) real.queue.succeed(done);
      else {
        model.delay(done, ms);
        real.queue.succeed(done, ms);
      }
    },
    toString: () => `succeed(${ms})`,
  }),
);

const fail = fc.constant<Step>({
  check: always,
  async run(model, real) {
    const done = real.running.shift();
    if (done === undefined) return;
    const failures = real.queue.fail(done);
    model.finish(done);
    model.delay(done, 1000 + real.drawn * (Math.min(300_000, 1000 * 2 ** failures) - 1000));
  },
  toString: () => 'fail()',
});

const advance = fc.integer({ min: 1, max: 60_000 }).map(
  (ms): Step => ({
    check: always,
    async run(model, real) {
      model.advance(ms);
      await real.clock.advance(ms);
    },
    toString: () => `advance(${ms})`,
  }),
);

describe('WorkQueue against its model', () => {
  it('behaves like the naive one in every order of calls', async () => {
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(fc.commands([add, take, succeed, fail, advance], { maxCommands: 80, size: '+1' }), async (commands) => {
        const clock = new FakeClock();
        let draws = 0;
        const random = (): number => {
          real.drawn = (draws++ * 0.6180339887) % 1;
          return real.drawn;
        };
        const real: Real = { queue: new WorkQueue({ clock, random, onReady: () => undefined }), clock, running: [], drawn: 0 };
        await fc.asyncModelRun(() => ({ model: new Model(), real }), commands);
        steps += [...commands].length;
      }),
      { numRuns: 300 },
    );
    expect(steps).toBeGreaterThan(3000); // the runs were not empty
  });
});
