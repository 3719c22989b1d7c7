import { beforeAll, describe, expect, it } from 'vitest';
import { FINALIZER } from '../../operator/api/group.ts';
import { apply, sharedCluster, uniqueNamespace } from '../support/control-plane.ts';
import { eventually, seen, widgetRuntime } from '../support/runtime-harness.ts';
import { installWidgets, WIDGET_REF, type Widget, widget } from '../support/widget.ts';

const cluster = sharedCluster();

beforeAll(() => installWidgets(cluster));

describe('runtime on a real API server', () => {
  it('writes a status once and never again while nothing differs', async () => {
    const namespace = await uniqueNamespace(cluster, 'runtime');
    await apply(cluster, [widget(namespace, 'one', { size: 1 }), widget(namespace, 'two', { size: 2 })]);
    const { runtime, kind, kube } = await widgetRuntime(cluster, namespace);
    await runtime.leading;
    const first = await eventually(() => {
      const one = kind.store.get(`${namespace}/one`);
      return one?.status?.seenSize === 1 && runtime.pending === 0 ? one : undefined;
    });
    expect(first.status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'True', observedGeneration: 1 });
    for (let round = 0; round < 5; round++) {
      await runtime.resync();
      await eventually(() => runtime.pending === 0);
    }
    const stored = await kube.get<Widget>({ ...WIDGET_REF, namespace, name: 'one' });
    expect(stored?.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('carries an edit, then a deletion through the finalizer, and forgets the object', async () => {
    const namespace = await uniqueNamespace(cluster, 'runtime');
    const forgotten: string[] = [];
    const { runtime, kind } = await widgetRuntime(cluster, namespace, {
      reconciler: {
        reconcile: (object) => ({ ...seen(object), finalizer: 'ensure' }),
        finalize: (object) => ({ ...seen(object), done: true }),
        forget: (key) => forgotten.push(key),
      },
    });
    await runtime.leading;
    await apply(cluster, [widget(namespace, 'one', { size: 1 })]);
    await eventually(() => kind.store.get(`${namespace}/one`)?.metadata.finalizers?.includes(FINALIZER));
    await apply(cluster, [widget(namespace, 'one', { size: 7 })]);
    await eventually(() => kind.store.get(`${namespace}/one`)?.status?.seenSize === 7);
    await cluster.kubectl(['delete', 'widget', 'one', '-n', namespace, '--timeout=10s']);
    await eventually(() => forgotten.includes(`${namespace}/one`));
    expect(kind.store.size).toBe(0);
  });
});
