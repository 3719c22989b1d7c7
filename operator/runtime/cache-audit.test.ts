import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { WIDGET_REF, type Widget, widget } from '../../test/support/widget.ts';
import { ObjectCache } from './cache.ts';
import { CacheAudit } from './cache-audit.ts';
import { silentLog } from './log.ts';
import { noMeters } from './meters.ts';
import type { KubeRequest, KubeTransport } from './transport.ts';

describe('CacheAudit', () => {
  let clock: FakeClock;
  let kube: MemoryKube;
  let cache: ObjectCache<Widget>;
  let relists: number;
  let requests: KubeRequest[];
  let audit: CacheAudit;

  beforeEach(() => {
    clock = new FakeClock();
    kube = new MemoryKube();
    cache = new ObjectCache<Widget>();
    const feed = cache.feed();
    feed.init();
    feed.initDone('1');
    kube.onStored = (object) => feed.apply(object);
    relists = 0;
    requests = [];
    const transport = {
      send: async (request: KubeRequest) => {
        requests.push(request);
        const items = kube.all('widgets').map(({ metadata }) => ({ metadata }));
        const newest = items.map(({ metadata }) => Number(metadata.resourceVersion)).reduce((a, b) => Math.max(a, b), 100);
        return { status: 200, headers: {}, body: JSON.stringify({ metadata: { resourceVersion: String(newest + 1) }, items }) };
      },
    } as unknown as KubeTransport;
    const relist = (): void => void relists++;
    audit = new CacheAudit({
      collection: WIDGET_REF,
      store: cache,
      transport,
      kube,
      clock,
      random: () => 0,
      log: silentLog,
      meters: noMeters,
      relist,
    });
    kube.put('widgets', widget('ns', 'a', { size: 1 }));
    kube.put('widgets', widget('ns', 'b', { size: 1 }));
  });

  async function differences(): Promise<number> {
    const found = audit.audit(new AbortController().signal);
    await clock.advance(6000);
    return found;
  }

  /** The watch loses what happens in `act`. */
  function unseen(act: () => void): void {
    const told = kube.onStored;
    kube.onStored = undefined;
    act();
    kube.onStored = told;
  }

  it('finds nothing where nothing is lost, and reads metadata only', async () => {
    expect(await differences()).toBe(0);
    expect(requests[0]?.accept).toContain('PartialObjectMetadataList');
    expect(relists).toBe(0);
  });

  it.each([
    ['an edit', () => kube.put('widgets', widget('ns', 'a', { size: 2 }))],
    ['a new object', () => kube.put('widgets', widget('ns', 'c', { size: 2 }))],
    ['a deletion', () => kube.remove('widgets', 'ns', 'b')],
  ])('finds %s that the watch has lost, and takes a new picture', async (_name, act) => {
    unseen(() => void act());
    expect(await differences()).toBe(1);
    expect(relists).toBe(1);
  });

  it('does not mistake what is merely late for lost', async () => {
    let late: Widget | undefined;
    unseen(() => {
      late = kube.put('widgets', widget('ns', 'a', { size: 2 }));
    });
    const found = audit.audit(new AbortController().signal);
    await settle();
    cache.overlay(late as Widget);
    await clock.advance(6000);
    expect(await found).toBe(0);
  });

  it('looks after half an hour at the earliest, again and again, and survives a failed look', async () => {
    const stopping = new AbortController();
    const running = audit.run(stopping.signal);
    await clock.advance(30 * 60_000 - 1);
    expect(requests).toHaveLength(0);
    kube.failures.push(new Error('down'));
    await clock.advance(2);
    await clock.advance(30 * 60_000);
    expect(requests).toHaveLength(2);
    stopping.abort();
    await running;
    expect(clock.pendingTimers).toBe(0);
  });
});
