import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/meta.ts';
import type { Change } from '../../domain/change/change-set.ts';
import type { Target, Verdict } from '../../domain/change/driver.ts';
import type { Json } from '../../domain/change/object.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type { Kube, ResourceRef } from '../../runtime/kube.ts';
import { DnsEndpointDriver } from './driver.ts';

const TARGET: Target = { system: 'dns', id: 'acme', lane: 'cluster' };
const MARKER = 'trunkline:prod/acme/SiteLocation/zurich';
const RECORD = { dnsName: 'zurich.teams.carrier.example', recordType: 'A', targets: ['203.0.113.10'], ttl: 300 };
const { signal } = new AbortController();

interface Stored extends KubeObject {
  readonly spec: unknown;
}

/** Objects of one kind with what server-side apply and delete preconditions do; everything is owned by whoever applies. */
class Cluster implements Pick<Kube, 'list' | 'get' | 'apply' | 'delete'> {
  readonly objects = new Map<string, Stored>();
  readonly managers: string[] = [];
  isInstalled = true;
  /** Runs right after a write: somebody else. */
  meddle: () => void = () => undefined;
  #uid = 0;

  put(name: string, records: readonly object[], annotations: Record<string, string> = {}): void {
    this.objects.set(name, {
      apiVersion: 'externaldns.k8s.io/v1alpha1',
      kind: 'DNSEndpoint',
      metadata: { name, namespace: 'acme', uid: `u${++this.#uid}`, annotations },
      spec: { endpoints: records },
    });
  }

  async list<T extends KubeObject>(): Promise<readonly T[] | undefined> {
    return this.isInstalled ? ([...this.objects.values()] as unknown as T[]) : undefined;
  }

  async get<T extends KubeObject>({ name }: ResourceRef): Promise<T | undefined> {
    return this.objects.get(name) as T | undefined;
  }

  async apply<T extends KubeObject>({ name }: ResourceRef, object: object, options: { fieldManager: string; force: boolean }): Promise<T> {
    const given = object as unknown as Stored;
    const current = this.objects.get(name);
    if (given.metadata.uid !== undefined && given.metadata.uid !== current?.metadata.uid)
      throw new OperatorError('moved on', { kind: 'Retryable', reason: 'Conflict' });
    const stored = { ...given, metadata: { ...given.metadata, uid: current?.metadata.uid ?? `u${++this.#uid}` } };
    this.objects.set(name, stored);
    this.managers.push(`${options.fieldManager} ${options.force}`);
    this.meddle();
    return stored as unknown as T;
  }

  async delete({ name }: ResourceRef, options: { uid?: string } = {}): Promise<boolean> {
    if (options.uid !== undefined && options.uid !== this.objects.get(name)?.metadata.uid)
      throw new OperatorError('moved on', { kind: 'Retryable', reason: 'Conflict' });
    return this.objects.delete(name);
  }
}

function change(action: Change['action'], name: string, records: Json = [RECORD], marker = MARKER): Change {
  const fields = [action === 'remove' ? { path: 'records', before: records } : { path: 'records', after: records }];
  return { system: 'dns', target: 'acme', kind: 'DNSEndpoint', name, action, fields, after: [], marker };
}

function house() {
  const cluster = new Cluster();
  const driver = new DnsEndpointDriver({ kube: cluster, fieldManager: 'trunkline' });
  const apply = async (...changes: Change[]): Promise<readonly Verdict[]> =>
    (await driver.apply(TARGET, changes, undefined, signal)).verdicts;
  return { cluster, driver, apply, read: () => driver.read(TARGET, signal) };
}

describe('DNSEndpoint objects', () => {
  it('are made, changed and removed, marked as ours, and shown as they are planned', async () => {
    const { cluster, driver, apply, read } = house();
    const made = change('create', 'zurich');
    expect(await apply(made)).toMatchObject([{ result: 'applied' }]);
    expect(cluster.objects.get('zurich')).toMatchObject({
      metadata: { annotations: { 'trunkline.dev/owner': MARKER }, labels: { 'app.kubernetes.io/managed-by': 'trunkline' } },
      spec: { endpoints: [{ dnsName: 'zurich.teams.carrier.example', recordType: 'A', targets: ['203.0.113.10'], recordTTL: 300 }] },
    });
    expect([(await read()).objects, cluster.managers]).toEqual([
      [{ system: 'dns', target: 'acme', kind: 'DNSEndpoint', name: 'zurich', fields: { records: [RECORD] }, marker: MARKER }],
      ['trunkline true'],
    ]);
    const moved = change('update', 'zurich', [{ ...RECORD, targets: ['198.51.100.1', '203.0.113.10'], ttl: 0 }]);
    expect([driver.shows(await read(), made), driver.shows(await read(), moved)]).toEqual([true, false]);
    expect(await apply(moved)).toMatchObject([{ result: 'applied' }]);
    expect(driver.shows(await read(), moved)).toBe(true);
    expect(await apply(change('remove', 'zurich'), change('remove', 'gone'))).toMatchObject([{ result: 'applied' }, { result: 'applied' }]);
    expect(cluster.objects.size).toBe(0);
  });

  it("never take a stranger's object of the same name over", async () => {
    const { cluster, apply, read } = house();
    cluster.put('zurich', [{ ...RECORD, targets: ['192.0.2.1'] }], { 'trunkline.dev/owner': 'trunkline:other/acme/SiteLocation/zurich' });
    cluster.put('geneva', []);
    expect(await apply(change('create', 'zurich'), change('create', 'geneva'))).toMatchObject([
      { error: { kind: 'Terminal', reason: 'NameTaken' } },
      { error: { kind: 'Terminal', reason: 'NameTaken' } },
    ]);
    expect([cluster.managers, (await read()).objects.map(({ marker }) => marker)]).toEqual([
      [],
      ['trunkline:other/acme/SiteLocation/zurich', undefined],
    ]);
  });

  it('that existed before say so beside the marker, and so it is read back', async () => {
    const { cluster, apply, read } = house();
    cluster.put('zurich', []);
    expect(await apply({ ...change('update', 'zurich'), adopted: true })).toMatchObject([{ result: 'applied' }]);
    expect(cluster.objects.get('zurich')).toMatchObject({ metadata: { annotations: { 'trunkline.dev/owner': `${MARKER} adopted` } } });
    expect((await read()).objects).toMatchObject([{ marker: MARKER, adopted: true }]);
  });

  it('are found done when a create of ours was carried out and nobody heard of it', async () => {
    const { apply, cluster } = house();
    await apply(change('create', 'zurich'));
    expect(await apply(change('create', 'zurich'))).toMatchObject([{ result: 'applied' }]);
    expect(cluster.objects.size).toBe(1);
  });

  it('fail alone, and say that the kind is missing in a cluster without external-dns', async () => {
    const { cluster, apply, read } = house();
    expect(await apply(change('create', 'a', []), { ...change('create', 'b'), kind: 'Service' }, change('create', 'c'))).toMatchObject([
      { error: { reason: 'InvalidConfiguration' } },
      { error: { reason: 'InvalidConfiguration' } },
      { result: 'applied' },
    ]);
    cluster.isInstalled = false;
    expect(await read()).toEqual({ objects: [], kindInstalled: false });
    expect(await apply(change('create', 'd'))).toMatchObject([{ error: { kind: 'DependencyNotReady', reason: 'DNSEndpointKindMissing' } }]);
    expect(cluster.objects.has('d')).toBe(false);
  });

  it('are read back: what somebody else changed at once is not claimed', async () => {
    const { cluster, apply } = house();
    cluster.meddle = () => cluster.put('zurich', [], { 'trunkline.dev/owner': MARKER });
    expect(await apply(change('create', 'zurich'))).toMatchObject([{ error: { kind: 'Retryable', reason: 'ObservedChanged' } }]);
  });

  it.each([
    ['a create', change('create', 'zurich')],
    ['an update', change('update', 'zurich', [{ ...RECORD, ttl: 60 }])],
    ['a removal', change('remove', 'zurich')],
  ])('%s laid over a view is shown by it', async (_, laid) => {
    const { cluster, driver, read } = house();
    if (laid.action !== 'create') cluster.put('zurich', [RECORD]);
    expect(driver.shows(driver.overlay(await read(), laid), laid)).toBe(true);
  });
});
