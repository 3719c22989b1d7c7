import { beforeAll, describe, expect, it } from 'vitest';
import { FINALIZER } from '../../operator/api/group.ts';
import { OperatorError } from '../../operator/errors/operator-error.ts';
import { assertConditions } from '../support/conditions.ts';
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
    await cluster.kubectl(['delete', 'widget', 'one', '-n', namespace, '--timeout=120s']);
    await eventually(() => forgotten.includes(`${namespace}/one`));
    expect(kind.store.size).toBe(0);
  });

  it('adds and drops its finalizer beside others that come and go at the same time', async () => {
    const namespace = await uniqueNamespace(cluster, 'runtime');
    const names = Array.from({ length: 20 }, (_, i) => `w${i}`);
    const { runtime, kind, kube } = await widgetRuntime(cluster, namespace, {
      reconciler: {
        reconcile: (object) => ({ ...seen(object), finalizer: 'ensure' }),
        finalize: (object) => ({ ...seen(object), done: true }),
      },
    });
    await runtime.leading;
    await apply(
      cluster,
      names.map((name) => widget(namespace, name, { size: 1 })),
    );
    const foreign = 'example.org/other';
    const meddle = async (name: string, operation: object): Promise<void> => {
      const patch = JSON.stringify([{ op: 'test', path: '/kind', value: 'Widget' }, operation]);
      await cluster.kubectl(['patch', 'widget', name, '-n', namespace, '--type=json', `--patch=${patch}`]);
    };
    await Promise.all(
      names.map((name) => meddle(name, { op: 'add', path: '/metadata/finalizers', value: [foreign] }).catch(() => undefined)),
    );
    // A replacement of the whole list, as above, takes ours away where it was there already: it has to come back.
    await eventually(() => names.every((name) => kind.store.get(`${namespace}/${name}`)?.metadata.finalizers?.includes(FINALIZER)));
    await cluster.kubectl(['delete', 'widget', '--all', '-n', namespace, '--wait=false']);
    await eventually(() => [...kind.store.values()].every(({ metadata }) => !metadata.finalizers?.includes(FINALIZER)));
    for (const { metadata } of kind.store.values()) expect(metadata.finalizers).toEqual([foreign]);
    for (const name of names) {
      const left = await kube.get<Widget>({ ...WIDGET_REF, namespace, name });
      if (left !== undefined) await meddle(name, { op: 'remove', path: '/metadata/finalizers' });
    }
    await eventually(() => kind.store.size === 0);
  });

  it('never reconciles a state older than what it has written itself', async () => {
    const namespace = await uniqueNamespace(cluster, 'runtime');
    const newest = new Map<string, number>();
    const stale: string[] = [];
    const { runtime, kind } = await widgetRuntime(cluster, namespace, {
      reconciler: {
        reconcile: (object) => {
          const before = newest.get(object.metadata.name) ?? 0;
          const shown = object.status?.seenSize ?? 0;
          if (shown < before) stale.push(`${object.metadata.name}: ${shown} after ${before}`);
          newest.set(object.metadata.name, Math.max(before, shown));
          return { ...seen(object), afterStatus: () => void newest.set(object.metadata.name, object.spec.size), recheckAfterMs: 1 };
        },
        finalize: (object) => ({ ...seen(object), done: true }),
      },
    });
    await runtime.leading;
    for (let round = 1; round <= 10; round++) {
      await apply(
        cluster,
        Array.from({ length: 10 }, (_, i) => widget(namespace, `w${i}`, { size: round })),
      );
    }
    await eventually(() => [...kind.store.values()].filter(({ status }) => status?.seenSize === 10).length === 10);
    expect(stale).toEqual([]);
    assertConditions(...kind.store.values());
  });

  it('aggregates equal events into one series', async () => {
    const namespace = await uniqueNamespace(cluster, 'runtime');
    await apply(cluster, [widget(namespace, 'one', { size: 1 })]);
    const { runtime, kind } = await widgetRuntime(cluster, namespace, {
      reconciler: {
        reconcile: (object) => ({ ...seen(object), events: [{ type: 'Normal', reason: 'Resized', note: 'the size has changed' }] }),
        finalize: (object) => ({ ...seen(object), done: true }),
      },
    });
    await runtime.leading;
    for (let size = 1; size <= 6; size++) {
      await apply(cluster, [widget(namespace, 'one', { size })]);
      await eventually(() => kind.store.get(`${namespace}/one`)?.status?.seenSize === size);
    }
    await runtime.stop(); // flushes
    const { stdout } = await cluster.kubectl(['get', 'events.events.k8s.io', '-n', namespace, '-o', 'json']);
    const events = (JSON.parse(stdout) as { items: { reason: string; series?: { count: number }; regarding: { name: string } }[] }).items;
    expect(events.map(({ reason, series, regarding }) => [reason, series?.count, regarding.name])).toEqual([['Resized', 6, 'one']]);
  });

  it('shows a failure in the conditions, heals by itself, and answers a request by annotation once', async () => {
    const namespace = await uniqueNamespace(cluster, 'runtime');
    let isDown = true;
    const { runtime, kind } = await widgetRuntime(cluster, namespace, {
      reconciler: {
        reconcile: (object) => {
          if (isDown) throw new OperatorError('The outside is down', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
          return seen(object);
        },
        finalize: (object) => ({ ...seen(object), done: true }),
      },
    });
    await runtime.leading;
    await apply(cluster, [widget(namespace, 'one', { size: 1 })]);
    const key = `${namespace}/one` as const;
    const failed = await eventually(() => (kind.store.get(key)?.status === undefined ? undefined : kind.store.get(key)));
    expect(failed.status?.conditions?.map(({ type, status, reason }) => `${type}=${status}/${reason}`)).toEqual([
      'Ready=Unknown/Progressing',
      'Reconciling=True/ExternalSystemUnavailable',
    ]);
    assertConditions(failed);
    isDown = false;
    await cluster.kubectl(['annotate', 'widget', 'one', '-n', namespace, 'trunkline.dev/reconcile-at=first']);
    const healed = await eventually(() =>
      kind.store.get(key)?.status?.lastHandledReconcileAt === 'first' ? kind.store.get(key) : undefined,
    );
    expect(healed.status?.conditions).toHaveLength(1);
    assertConditions(healed);
  });

  it('takes over nothing that others own: labels, spec and foreign status stay', async () => {
    const namespace = await uniqueNamespace(cluster, 'runtime');
    await apply(cluster, [widget(namespace, 'one', { size: 1 })]);
    const { runtime, kind, kube } = await widgetRuntime(cluster, namespace, { foreignFields: ['note'] });
    await runtime.leading;
    await eventually(() => kind.store.get(`${namespace}/one`)?.status?.seenSize === 1);
    await cluster.kubectl([
      'patch',
      'widget',
      'one',
      '-n',
      namespace,
      '--subresource=status',
      '--type=merge',
      '--patch={"status":{"note":"theirs"}}',
    ]);
    await apply(cluster, [widget(namespace, 'one', { size: 2 })]);
    await eventually(() => kind.store.get(`${namespace}/one`)?.status?.seenSize === 2);
    const { stdout } = await cluster.kubectl(['get', 'widget', 'one', '-n', namespace, '-o', 'json', '--show-managed-fields']);
    const { metadata } = JSON.parse(stdout) as { metadata: { managedFields: { manager: string; fieldsV1: object }[] } };
    for (const { manager, fieldsV1 } of metadata.managedFields) {
      if (manager.startsWith('trunkline')) expect(Object.keys(fieldsV1)).not.toContain('f:spec');
    }
    expect((await kube.get<Widget>({ ...WIDGET_REF, namespace, name: 'one' }))?.status?.note).toBe('theirs');
  });
});
