import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { MemoryWatch } from '../../test/support/memory-watch.ts';
import { type Widget, type WidgetStatus, widget, widgets } from '../../test/support/widget.ts';
import { controller } from './kind-controller.ts';
import { silentLog } from './log.ts';
import { noMeters } from './meters.ts';
import type { Report } from './reconciler.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from './runtime.ts';
import { WakeUps } from './wake-ups.ts';

describe('startRuntime', () => {
  let clock: FakeClock;
  let kube: MemoryKube;
  let watch: MemoryWatch;
  let passes: string[];
  let release: (() => void) | undefined;

  beforeEach(() => {
    clock = new FakeClock();
    kube = new MemoryKube();
    watch = new MemoryWatch(kube, 'widgets');
    passes = [];
    release = undefined;
  });

  function seen(object: Widget): Report<WidgetStatus> {
    passes.push(object.metadata.name);
    return { status: {}, conditions: [{ type: 'Ready', status: 'True', reason: 'Seen', message: 'seen' }] };
  }

  function start(options: Partial<RuntimeOptions> = {}, isSlow = false): Runtime {
    const kind = widgets();
    const reconcile = (object: Widget): Report<WidgetStatus> | Promise<Report<WidgetStatus>> =>
      isSlow ? new Promise((resolve) => (release = () => resolve(seen(object)))) : seen(object);
    const finalize = (object: Widget) => ({ ...seen(object), done: true });
    return startRuntime({
      transport: watch,
      kube,
      clock,
      random: () => 0.5,
      log: silentLog,
      meters: noMeters,
      kinds: [kind],
      controllers: [controller<Widget, WidgetStatus>({ kind, reconciler: { reconcile, finalize } })],
      events: { reportingController: 'test', reportingInstance: 'test' },
      ...options,
    });
  }

  it('ends with 1 and names what did not sync, after two minutes', async () => {
    watch.isUp = false;
    const runtime = start();
    expect(runtime.readiness().find(({ name }) => name === 'cache-widgets')).toMatchObject({ ok: false });
    await clock.advance(121_000);
    const finish = await runtime.finished;
    expect(finish).toMatchObject({ code: 1, why: 'notSynced' });
    expect(String(finish.error)).toContain('widgets (connection');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is ready and alive when it runs, and not ready as soon as it stops', async () => {
    const runtime = start();
    await clock.advance(100);
    await runtime.leading;
    expect([...runtime.readiness(), ...runtime.liveness()].every(({ ok }) => ok)).toBe(true);
    const stopped = runtime.stop();
    expect(runtime.readiness()[0]).toMatchObject({ name: 'running', ok: false });
    expect(await stopped).toEqual({ code: 0, why: 'stopped' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes wake-ups from outside while it leads, drops them before and after', async () => {
    kube.put('widgets', widget('ns', 'a', { size: 1 }));
    const wakeUps = new WakeUps();
    wakeUps.enqueue('Widget', 'ns/a');
    const runtime = start({ wakeUps });
    await clock.advance(100);
    const before = passes.length;
    wakeUps.enqueue('Widget', 'ns/a', 'urgent');
    wakeUps.enqueue('Unknown', 'ns/a');
    await settle(10);
    expect(passes.length).toBe(before + 1);
    await runtime.stop();
    wakeUps.enqueue('Widget', 'ns/a');
    await settle(10);
    expect(passes.length).toBe(before + 1);
  });

  it('lets a pass end before it stops, and waits no longer than the drain time', async () => {
    kube.put('widgets', widget('ns', 'a', { size: 1 }));
    const runtime = start({}, true);
    await clock.advance(100);
    let isStopped = false;
    const stopped = runtime.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(1000);
    expect(isStopped).toBe(false);
    release?.();
    await settle(20);
    await stopped;
    expect(kube.peek<Widget>('widgets', 'ns', 'a')?.status?.conditions).toHaveLength(1);
  });

  it('gives up on a pass that does not end within the drain time', async () => {
    kube.put('widgets', widget('ns', 'a', { size: 1 }));
    const runtime = start({}, true);
    await clock.advance(100);
    const stopped = runtime.stop();
    await clock.advance(24_000);
    await clock.advance(2000);
    expect((await stopped).code).toBe(0);
  });

  it('does no work before it leads, and ends with 1 when the lease is lost', async () => {
    kube.put('widgets', widget('ns', 'a', { size: 1 }));
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace: 'ns', name: 'lease' } };
    kube.put('leases', { ...lease, spec: { holderIdentity: 'other', leaseDurationSeconds: 15 } });
    const runtime = start({ election: { namespace: 'ns', name: 'lease', identity: 'us' } });
    await clock.advance(10_000);
    expect(passes).toEqual([]);
    expect(runtime.readiness().every(({ ok }) => ok)).toBe(true); // a standby is ready too
    await clock.advance(10_000);
    expect(passes).toContain('a');
    const current = kube.peek('leases', 'ns', 'lease');
    kube.put('leases', { ...lease, metadata: { ...lease.metadata, ...current?.metadata }, spec: { holderIdentity: 'intruder' } });
    await clock.advance(3000);
    expect(await runtime.finished).toMatchObject({ code: 1, why: 'leadershipLost' });
    expect(runtime.fence.isLeader()).toBe(false);
  });
});
