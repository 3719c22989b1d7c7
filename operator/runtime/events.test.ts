import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { widget } from '../../test/support/widget.ts';
import type { KubeObject } from '../api/meta.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { EventRecorder } from './events.ts';
import { silentLog } from './log.ts';
import { noMeters } from './meters.ts';

interface StoredEvent extends KubeObject {
  readonly note: string;
  readonly eventTime: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

describe('EventRecorder', () => {
  let clock: FakeClock;
  let kube: MemoryKube;
  let recorder: EventRecorder;

  beforeEach(() => {
    clock = new FakeClock();
    kube = new MemoryKube();
    recorder = new EventRecorder({
      kube,
      clock,
      log: silentLog,
      meters: noMeters,
      reportingController: 'trunkline.dev/test',
      reportingInstance: 'pod',
    });
  });

  const object = (name: string): KubeObject => {
    const fresh = widget('ns', name, { size: 1 });
    return { ...fresh, metadata: { ...fresh.metadata, uid: `uid-${name}` } };
  };
  const record = (name: string, note: string): void => recorder.record(object(name), { type: 'Normal', reason: 'Deployed', note });
  const events = (): StoredEvent[] => kube.all('events') as unknown as StoredEvent[];

  it('writes events.k8s.io/v1 with six digits of a second', async () => {
    record('a', 'it works');
    await settle();
    expect(events()[0]).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      eventTime: '2026-01-01T00:00:00.000000Z',
      type: 'Normal',
      reason: 'Deployed',
      action: 'Reconcile',
      note: 'it works',
      reportingController: 'trunkline.dev/test',
      reportingInstance: 'pod',
      regarding: { kind: 'Widget', name: 'a', namespace: 'ns', uid: 'uid-a' },
    });
  });

  it('makes one series of equal events, brought up to date at most every ten seconds', async () => {
    for (let i = 0; i < 8; i++) {
      record('a', 'again');
      await clock.advance(1000);
    }
    await clock.advance(20_000);
    expect(events()).toHaveLength(1);
    expect(events()[0]?.series?.count).toBe(8);
    expect(kube.writes.length).toBeLessThanOrEqual(3);
  });

  it('begins anew after ten quiet minutes', async () => {
    record('a', 'again');
    await clock.advance(601_000);
    record('a', 'again');
    await settle();
    expect(events()).toHaveLength(2);
  });

  it('combines what differs only in its note after the tenth', async () => {
    for (let i = 0; i < 20; i++) {
      record('a', `number ${i}`);
      await clock.advance(100);
    }
    await clock.advance(20_000);
    expect(events()).toHaveLength(11);
    expect(events().at(-1)?.note).toContain('combined from similar events');
  });

  it('cuts a noisy object off after 25, and lets others speak', async () => {
    for (let i = 0; i < 60; i++) recorder.record(object('noisy'), { type: 'Warning', reason: `Reason${i}`, note: 'x' });
    record('calm', 'y');
    await settle(100);
    expect(events()).toHaveLength(26);
    await clock.advance(300_000);
    recorder.record(object('noisy'), { type: 'Warning', reason: 'Later', note: 'x' });
    await settle(20);
    expect(events()).toHaveLength(27);
  });

  it('drops what is refused, tries again what merely failed, and never throws', async () => {
    kube.failures.push(new OperatorError('no', { kind: 'Auth', reason: 'KubernetesForbidden' }));
    record('a', 'refused');
    await settle();
    kube.failures.push(new OperatorError('down', { kind: 'Retryable', reason: 'KubernetesUnavailable' }));
    record('b', 'delayed');
    await clock.advance(3000);
    expect(events().map(({ note }) => note)).toEqual(['delayed']);
  });

  it('sends the rest of its series when it is flushed, and leaves no timer', async () => {
    record('a', 'again');
    await settle();
    record('a', 'again');
    record('a', 'again');
    await recorder.flush(2000);
    expect(events()[0]?.series?.count).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for ever when it is flushed', async () => {
    kube.failures.push(
      ...Array.from({ length: 10 }, () => new OperatorError('down', { kind: 'Retryable', reason: 'KubernetesUnavailable' })),
    );
    record('a', 'x');
    let isDone = false;
    const flushed = recorder.flush(2000).then(() => {
      isDone = true;
    });
    await clock.advance(1900);
    expect(isDone).toBe(false);
    await clock.advance(200);
    await flushed;
  });
});
