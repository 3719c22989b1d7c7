import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apply, ownControlPlane } from '../support/control-plane.ts';
import { createMeters } from '../support/counting-meters.ts';
import { FastClock } from '../support/fast-clock.ts';
import { freezableProxy } from '../support/freezable-proxy.ts';
import { eventually, seen, widgetRuntime } from '../support/runtime-harness.ts';
import { installWidgets, widget } from '../support/widget.ts';

const NAMESPACE = 'default';

async function compact(etcdUrl: string, revision: string): Promise<void> {
  const answer = await fetch(`${etcdUrl}/v3/kv/compaction`, { method: 'POST', body: JSON.stringify({ revision, physical: true }) });
  if (!answer.ok) throw new Error(`etcd did not compact: ${answer.status} ${await answer.text()}`);
}

describe('runtime through faults of a real control plane', () => {
  it('goes on where it was when the API server is killed in mid-watch, and misses nothing', async () => {
    const plane = await ownControlPlane({ controllerManager: false });
    await installWidgets(plane);
    await apply(plane, [widget(NAMESPACE, 'kept', { size: 1 }), widget(NAMESPACE, 'deleted', { size: 1 })]);
    const { runtime, kind } = await widgetRuntime(plane, NAMESPACE);
    const told: string[] = [];
    await runtime.leading;
    await eventually(() => kind.store.get(`${NAMESPACE}/kept`)?.status?.seenSize === 1);
    kind.store.onChange((key, before, after) =>
      told.push(after === undefined ? `gone ${key}` : before === undefined ? `new ${key}` : `changed ${key}`),
    );
    await plane.restartApiServer('SIGKILL');
    await plane.kubectl(['delete', 'widget', 'deleted', '-n', NAMESPACE]);
    await apply(plane, [widget(NAMESPACE, 'kept', { size: 2 }), widget(NAMESPACE, 'added', { size: 3 })]);
    await eventually(
      () => kind.store.get(`${NAMESPACE}/kept`)?.status?.seenSize === 2 && kind.store.get(`${NAMESPACE}/added`)?.status?.seenSize === 3,
    );
    expect(kind.store.get(`${NAMESPACE}/deleted`)).toBeUndefined();
    expect(told.filter((line) => line.startsWith('gone'))).toEqual([`gone ${NAMESPACE}/deleted`]);
    expect(runtime.readiness().every(({ ok }) => ok)).toBe(true);
  });

  it('relists when its version was compacted away while it was cut off', async () => {
    const plane = await ownControlPlane({ controllerManager: false });
    await installWidgets(plane);
    const proxy = await freezableProxy(new URL(plane.server));
    const kubeconfigPath = join(plane.scratchDirectory, 'proxied.kubeconfig');
    await writeFile(kubeconfigPath, plane.adminKubeconfig.replace(plane.server, `https://127.0.0.1:${proxy.port}`));
    await apply(plane, [widget(NAMESPACE, 'a', { size: 1 }), widget(NAMESPACE, 'b', { size: 1 })]);
    const { meters, count } = createMeters();
    const { runtime, kind } = await widgetRuntime({ kubeconfigPath }, NAMESPACE, {}, { meters, clock: new FastClock(20) });
    await runtime.leading;
    await eventually(() => kind.store.get(`${NAMESPACE}/a`)?.status?.seenSize === 1 && runtime.pending === 0);
    proxy.freezeOpen(); // nothing reaches the watch any more, and nobody says so
    await plane.kubectl(['delete', 'widget', 'b', '-n', NAMESPACE]);
    await apply(plane, [widget(NAMESPACE, 'a', { size: 2 })]);
    const { stdout: newest } = await plane.kubectl(['get', 'widget', 'a', '-n', NAMESPACE, '-o', 'jsonpath={.metadata.resourceVersion}']);
    await compact(plane.etcdUrl, newest);
    await plane.restartApiServer('SIGKILL'); // its watch cache would still know what etcd has forgotten
    await eventually(() => kind.store.get(`${NAMESPACE}/a`)?.status?.seenSize === 2);
    expect(kind.store.get(`${NAMESPACE}/b`)).toBeUndefined();
    expect(count('trunkline_watch_restarts_total', { reason: 'gone' })).toBeGreaterThan(0);
  });

  it('notices a watch that is open and dead, and resumes without a new list', async () => {
    const plane = await ownControlPlane({ controllerManager: false });
    await installWidgets(plane);
    const proxy = await freezableProxy(new URL(plane.server));
    const kubeconfigPath = join(plane.scratchDirectory, 'proxied.kubeconfig');
    await writeFile(kubeconfigPath, plane.adminKubeconfig.replace(plane.server, `https://127.0.0.1:${proxy.port}`));
    const { meters, count } = createMeters();
    const { runtime, kind } = await widgetRuntime({ kubeconfigPath }, NAMESPACE, {}, { meters, clock: new FastClock(20) });
    await runtime.leading;
    proxy.freezeOpen();
    await apply(plane, [widget(NAMESPACE, 'a', { size: 1 })]);
    await eventually(() => kind.store.get(`${NAMESPACE}/a`)?.status?.seenSize === 1);
    expect(count('trunkline_watch_restarts_total', { reason: 'silence' })).toBeGreaterThan(0);
    expect(count('trunkline_watch_restarts_total', { reason: 'gone' })).toBe(0);
    proxy.reset();
    await apply(plane, [widget(NAMESPACE, 'b', { size: 2 })]);
    await eventually(() => kind.store.get(`${NAMESPACE}/b`)?.status?.seenSize === 2);
  });

  it('reports a kind that is not served, and picks it up when it is', async () => {
    const plane = await ownControlPlane({ controllerManager: false });
    const { runtime, kind } = await widgetRuntime(plane, NAMESPACE, {
      reconciler: { reconcile: seen, finalize: (one) => ({ ...seen(one), done: true }) },
    });
    const trouble = await eventually(() =>
      runtime.readiness().find(({ name, ok }) => name.startsWith('cache-') && !ok && name.includes('widgets')),
    );
    await eventually(() => runtime.readiness().some(({ detail }) => detail.includes('install the CRDs')));
    expect(trouble.ok).toBe(false);
    await installWidgets(plane);
    await apply(plane, [widget(NAMESPACE, 'a', { size: 4 })]);
    await runtime.leading;
    await eventually(() => kind.store.get(`${NAMESPACE}/a`)?.status?.seenSize === 4);
  });
});
