import { beforeEach, describe, expect, it } from 'vitest';
import { assertConditions } from '../../test/support/conditions.ts';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { type Widget, type WidgetStatus, widget, widgets } from '../../test/support/widget.ts';
import { FINALIZER } from '../api/group.ts';
import type { KubeObject } from '../api/meta.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { ControllerDeclaration, RunningController } from './controller.ts';
import { watching } from './controller.ts';
import { EventRecorder } from './events.ts';
import { controller } from './kind-controller.ts';
import { silentLog } from './log.ts';
import { noMeters } from './meters.ts';
import type { Report } from './reconciler.ts';
import { Slices } from './slices.ts';

type Finding = Report<WidgetStatus>;

function seen(object: Widget): Finding {
  return {
    status: { seenSize: object.spec.size },
    conditions: [{ type: 'Ready', status: 'True', reason: 'Seen', message: `size ${object.spec.size} was seen` }],
  };
}

describe('KindController', () => {
  let clock: FakeClock;
  let kube: MemoryKube;
  let kind: ReturnType<typeof widgets>;
  let feed: ReturnType<ReturnType<typeof widgets>['store']['feed']>;
  let isLeader: boolean;
  let passes: string[];
  let running: RunningController;

  beforeEach(() => {
    clock = new FakeClock();
    kube = new MemoryKube();
    kind = widgets();
    feed = kind.store.feed();
    feed.init();
    feed.initDone('1');
    isLeader = true;
    passes = [];
  });

  /** The watch: what is stored arrives at the cache at once, unless a test holds it back. */
  function watch(): void {
    kube.onStored = (object: KubeObject) => {
      if (object.kind === 'Widget') feed.apply(object);
    };
  }

  async function run(
    reconcile: (object: Widget, requested: boolean) => Finding | Promise<Finding>,
    declaration: Partial<ControllerDeclaration<Widget, WidgetStatus>> = {},
  ): Promise<void> {
    const deps = {
      kube,
      fence: { isLeader: () => isLeader },
      events: new EventRecorder({ kube, clock, log: silentLog, meters: noMeters, reportingController: 'test', reportingInstance: 'test' }),
      slices: new Slices(clock),
      clock,
      random: () => 0.5,
      log: silentLog,
      meters: noMeters,
    };
    const declared = controller<Widget, WidgetStatus>({
      kind,
      reconciler: {
        reconcile: (object, ctx) => {
          passes.push(`${object.metadata.name}@${object.metadata.resourceVersion}`);
          return reconcile(object, ctx.requested);
        },
        finalize: (object) => ({ ...seen(object), done: true }),
      },
      ...declaration,
    });
    running = declared.bind(deps);
    await running.start();
    await settle(10);
  }

  const put = (name: string, size: number, annotations: Record<string, string> = {}): Widget => {
    const before = kube.peek<Widget>('widgets', 'ns', name);
    const fresh = widget('ns', name, { size }, annotations);
    return kube.put(
      'widgets',
      before === undefined ? fresh : { ...before, spec: fresh.spec, metadata: { ...before.metadata, annotations } },
    );
  };
  const stored = (name: string): Widget | undefined => kube.peek<Widget>('widgets', 'ns', name);
  const statusWrites = (): number => kube.writes.filter((write) => write.startsWith('status')).length;
  const reasons = (name: string): string[] =>
    (stored(name)?.status?.conditions ?? []).map((one) => `${one.type}=${one.status}/${one.reason}`);

  it('writes status once, and its own write does not wake the key', async () => {
    watch();
    put('a', 3);
    await run(seen);
    expect(stored('a')?.status).toMatchObject({ seenSize: 3, observedGeneration: 1 });
    expect(passes).toHaveLength(1);
    await running.resync();
    await settle(10);
    expect(passes).toHaveLength(2);
    expect(kube.writes).toEqual(['status widgets/a']);
    assertConditions(stored('a') as Widget);
  });

  it('looks again after the resync interval, spread over all of it after a start and ±10 % later', async () => {
    watch();
    put('a', 3);
    await run(seen);
    clock = new FakeClock(); // another process: the object is unchanged since
    await run(seen, { resyncMs: 100_000 });
    expect(clock.nextTimerIn).toBeCloseTo(55_000, -2); // 0.1 + 0.9 × 0.5
    await clock.advance(55_001);
    expect(passes).toHaveLength(3);
    expect(clock.nextTimerIn).toBeCloseTo(100_000, -2);
  });

  it('does not sleep through a deadline, and does not come back before it', async () => {
    watch();
    put('a', 3);
    const report = (object: Widget): Finding => ({ ...seen(object), recheckAfterMs: 100_000, deadlineMs: 30_000 });
    await run(report);
    const before = passes.length;
    await clock.advance(29_999);
    expect(passes.length).toBe(before);
    await clock.advance(1);
    expect(passes.length).toBe(before + 1);
  });

  it('puts the finalizer on before the status and before what goes outside', async () => {
    watch();
    put('a', 3);
    let atHand: string[] = [];
    await run((object) => ({ ...seen(object), finalizer: 'ensure', afterStatus: () => (atHand = [...kube.writes]) }));
    expect(atHand).toEqual(['finalizers widgets/a', 'status widgets/a']);
    expect(stored('a')?.metadata.finalizers).toEqual([FINALIZER]);
  });

  it('hands nothing outside when the lease was lost during the status write', async () => {
    watch();
    put('a', 3);
    let handed = 0;
    kube.beforeWrite = () => {
      isLeader = false;
    };
    await run((object) => ({ ...seen(object), afterStatus: () => handed++ }));
    expect(statusWrites()).toBe(1);
    expect(handed).toBe(0);
  });

  it('writes nothing at all while it does not lead', async () => {
    watch();
    put('a', 3);
    isLeader = false;
    await run((object) => ({ ...seen(object), finalizer: 'ensure' }));
    expect(kube.writes).toEqual([]);
  });

  it('never stores what was found about an older object: it looks again, silently', async () => {
    put('a', 3);
    feed.apply(stored('a') as Widget);
    kube.beforeWrite = () => put('a', 9); // the watch has not told yet
    await run(seen);
    await clock.advance(200);
    expect(stored('a')?.status).toMatchObject({ seenSize: 9, observedGeneration: 2 });
    expect(reasons('a')).toEqual(['Ready=True/Seen']);
    expect(passes).toHaveLength(2);
  });

  it('does not overwrite a finalizer that somebody adds at the same time', async () => {
    put('a', 3);
    feed.apply(stored('a') as Widget);
    kube.beforeWrite = () => {
      const current = stored('a') as Widget;
      kube.put('widgets', { ...current, metadata: { ...current.metadata, finalizers: ['example.org/other'] } });
    };
    await run((object) => ({ ...seen(object), finalizer: 'ensure' }));
    await clock.advance(200);
    expect(stored('a')?.metadata.finalizers).toEqual(['example.org/other', FINALIZER]);
  });

  it('drops its finalizer when finalize is done, keeps others, and does not touch what it never held', async () => {
    watch();
    const gone: string[] = [];
    await run((object) => ({ ...seen(object), finalizer: 'ensure' }), {
      reconciler: {
        reconcile: (object) => ({ ...seen(object), finalizer: 'ensure' }),
        finalize: (object) => ({ ...seen(object), done: object.spec.size > 1 }),
        forget: (key) => gone.push(key),
      },
    });
    for (const [name, finalizers] of Object.entries({
      ours: [FINALIZER],
      shared: [FINALIZER, 'example.org/other'],
      theirs: ['example.org/other'],
    })) {
      const fresh = widget('ns', name, { size: 5 });
      kube.put('widgets', { ...fresh, metadata: { ...fresh.metadata, finalizers, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    }
    await settle(10);
    expect(stored('ours')).toBeUndefined();
    expect(stored('shared')?.metadata.finalizers).toEqual(['example.org/other']);
    expect(kube.writes.filter((write) => write.endsWith('/theirs'))).toEqual([]);
    feed.delete(kind.store.get('ns/ours') ?? (widget('ns', 'ours', { size: 5 }) as Widget));
    await settle(10);
    expect(gone).toEqual(['ns/ours']);
  });

  it('holds the finalizer while finalize is not done, and says so', async () => {
    watch();
    const fresh = widget('ns', 'a', { size: 1 });
    kube.put('widgets', { ...fresh, metadata: { ...fresh.metadata, finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' } });
    const waiting = { type: 'Ready', status: 'False', reason: 'DeletionHeld', message: 'two numbers are assigned' } as const;
    await run(seen, { reconciler: { reconcile: seen, finalize: (object) => ({ ...seen(object), conditions: [waiting], done: false }) } });
    expect(stored('a')?.metadata.finalizers).toEqual([FINALIZER]);
    expect(reasons('a')).toEqual(['Ready=False/DeletionHeld']);
  });

  it('shows a failure, backs off, and is well again', async () => {
    watch();
    put('a', 3);
    let isDown = true;
    await run((object) => {
      if (isDown) throw new OperatorError('The outside is down', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
      return seen(object);
    });
    expect(reasons('a')).toEqual(['Ready=Unknown/Progressing', 'Reconciling=True/ExternalSystemUnavailable']);
    assertConditions(stored('a') as Widget);
    await clock.advance(2000);
    expect(passes.length).toBeGreaterThanOrEqual(2);
    expect(statusWrites()).toBe(1);
    isDown = false;
    await clock.advance(10_000);
    expect(reasons('a')).toEqual(['Ready=True/Seen']);
  });

  it('keeps a working object Ready through a short outage, Unknown after three looks a minute apart', async () => {
    watch();
    put('a', 3);
    let isDown = false;
    await run((object) => {
      if (isDown) throw new OperatorError('The outside is down', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
      return seen(object);
    });
    isDown = true;
    await running.resync();
    await clock.advance(50_000);
    expect(reasons('a')[0]).toBe('Ready=True/Seen');
    expect(stored('a')?.status?.seenSize).toBe(3);
    await clock.advance(400_000);
    expect(reasons('a')[0]).toBe('Ready=Unknown/Unobserved');
    assertConditions(stored('a') as Widget);
  });

  it('isolates a bug: the key backs off with InternalError, others go on', async () => {
    watch();
    put('bad', 1);
    put('good', 2);
    await run((object) => {
      if (object.metadata.name === 'bad') throw new TypeError('cannot read properties of undefined');
      return seen(object);
    });
    expect(reasons('bad')).toEqual(['Ready=Unknown/Progressing', 'Reconciling=True/InternalError']);
    expect(JSON.stringify(stored('bad')?.status)).not.toContain('properties');
    expect(reasons('good')).toEqual(['Ready=True/Seen']);
  });

  it('comes back by the rule of the failure that a report describes', async () => {
    watch();
    put('a', 3);
    const retry = new OperatorError('Busy', { kind: 'Throttled', reason: 'Throttled', retryAfterMs: 20_000 });
    await run((object) => ({ ...seen(object), retry }));
    expect(clock.nextTimerIn).toBe(21_000);
    expect(reasons('a')).toEqual(['Ready=True/Seen']);
  });

  it('records a handled request once, and leaves it open while the failure is a passing one', async () => {
    watch();
    put('a', 3, { 'trunkline.dev/reconcile-at': 'now' });
    const requests: boolean[] = [];
    let isDown = true;
    await run((object, requested) => {
      requests.push(requested);
      if (isDown) throw new OperatorError('The outside is down', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
      return seen(object);
    });
    expect(stored('a')?.status?.lastHandledReconcileAt).toBeUndefined();
    isDown = false;
    await clock.advance(2000);
    expect(stored('a')?.status?.lastHandledReconcileAt).toBe('now');
    await running.resync();
    await settle(10);
    expect(requests).toEqual([true, true, false]);
    const events = kube.all('events') as { reason?: string }[];
    expect(events.filter(({ reason }) => reason === 'ReconcileRequestHandled')).toHaveLength(1);
  });

  it('wakes for generation, deletion, finalizers and our annotations, not for others', async () => {
    watch();
    put('a', 3);
    await run(seen);
    const before = passes.length;
    put('a', 3, { 'example.org/note': 'x' });
    await settle(10);
    expect(passes).toHaveLength(before);
    put('a', 3, { 'example.org/note': 'x', 'trunkline.dev/approve': 'hash' });
    await settle(10);
    expect(passes).toHaveLength(before + 1);
    put('a', 4);
    await settle(10);
    expect(passes).toHaveLength(before + 2);
  });

  it('aborts a pass that takes too long, gives its slot away, and never runs the key twice at once', async () => {
    watch();
    put('slow', 1);
    put('quick', 2);
    const releases: (() => void)[] = [];
    let inSlow = 0;
    let most = 0;
    await run(
      async (object) => {
        if (object.metadata.name !== 'slow') return seen(object);
        most = Math.max(most, ++inSlow);
        await new Promise<void>((resolve) => releases.push(resolve));
        inSlow--;
        return seen(object);
      },
      { concurrency: 1, timeoutMs: 10_000 },
    );
    expect(stored('quick')?.status).toBeUndefined();
    await clock.advance(10_001);
    expect(stored('quick')?.status?.seenSize).toBe(2);
    put('slow', 5);
    await clock.advance(5000);
    expect(most).toBe(1);
    releases.shift()?.();
    await clock.advance(3000);
    expect(reasons('slow')).toEqual(['Ready=Unknown/Progressing', 'Reconciling=True/ReconcileTimeout']);
    expect(most).toBe(1);
    releases.shift()?.();
    await settle(10);
    expect(reasons('slow')).toEqual(['Ready=True/Seen']);
  });

  it('drops a pass whose object has gone meanwhile', async () => {
    put('a', 3);
    feed.apply(stored('a') as Widget);
    kube.beforeWrite = () => kube.remove('widgets', 'ns', 'a');
    await run(seen);
    expect(kind.store.get('ns/a')).toBeUndefined();
    expect(running.pending).toBe(0);
  });

  it('comes back when the API server is down while it writes', async () => {
    watch();
    put('a', 3);
    kube.failures.push(
      ...Array.from({ length: 2 }, () => new OperatorError('down', { kind: 'Retryable', reason: 'KubernetesUnavailable' })),
    );
    await run(seen);
    expect(stored('a')?.status).toBeUndefined();
    await clock.advance(5000);
    expect(stored('a')?.status?.seenSize).toBe(3);
  });

  it('is woken by other kinds through the declared keys, before and after a change', async () => {
    watch();
    put('a', 1);
    put('b', 2);
    const parents = widgets();
    const parentFeed = parents.store.feed();
    const children = watching<Widget>({
      kind: parents,
      keys: (parent) => [`ns/${parent.spec.parent ?? ''}`],
      when: (before, after) => before?.spec.parent !== after?.spec.parent,
    });
    await run(seen, { watches: [children] });
    passes.length = 0;
    const parent = (to: string, version: string): Widget => {
      const object = widget('ns', 'parent', { size: 0, parent: to });
      return { ...object, metadata: { ...object.metadata, resourceVersion: version, uid: 'p' } };
    };
    parentFeed.apply(parent('a', '5'));
    await settle(10);
    expect(passes.map((pass) => pass.split('@')[0])).toEqual(['a']);
    parentFeed.apply(parent('b', '6'));
    parentFeed.apply(parent('b', '7'));
    await settle(10);
    expect(passes.map((pass) => pass.split('@')[0])).toEqual(['a', 'a', 'b']);
  });

  it('sends events with the change they belong to, and none for an unchanged state', async () => {
    watch();
    put('a', 3);
    await run((object) => ({ ...seen(object), events: [{ type: 'Normal', reason: 'Seen', note: 'it was seen' }] }));
    await running.resync();
    await settle(20);
    expect(kube.writes.filter((write) => write.includes('events'))).toHaveLength(1);
  });

  it('drains: waits for what runs, aborts it at the deadline', async () => {
    watch();
    put('a', 3);
    let aborted: unknown;
    const deps: { signal?: AbortSignal } = {};
    await run(seen, {
      reconciler: {
        reconcile: async (object, ctx) => {
          deps.signal = ctx.signal;
          await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
          aborted = ctx.signal.reason;
          return seen(object);
        },
        finalize: (object) => ({ ...seen(object), done: true }),
      },
    });
    const deadline = new AbortController();
    let isDrained = false;
    const drained = running.drain(deadline.signal).then(() => {
      isDrained = true;
    });
    await settle(10);
    expect(isDrained).toBe(false);
    deadline.abort();
    await drained;
    await settle(10);
    expect(aborted).toBeInstanceOf(Error);
  });
});
