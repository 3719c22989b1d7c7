import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { GROUP, VERSION } from '../../operator/api/group.ts';
import { KINDS, type Kind, type KindTypes } from '../../operator/api/kinds.ts';
import type { Condition, KubeObject } from '../../operator/api/meta.ts';
import type { Cluster } from '../../sandbox/control-plane/cluster.ts';
import { adminKubeConfig } from '../support/control-plane.ts';

/** Ends a wait for what never comes; how long it takes is asserted where that matters. */
export const PATIENCE_MS = 240_000;
const POLL_MS = 100;

/** Objects of the five kinds in one namespace (others where named), as the administrator sees and changes them. */
export class NamespaceObjects {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly #kube: CustomObjectsApi;

  constructor(cluster: Cluster, namespace: string) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.#kube = adminKubeConfig(cluster).makeApiClient(CustomObjectsApi);
  }

  async apply(objects: readonly object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await this.cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { stdin: JSON.stringify(list) });
  }

  async get<K extends Kind>(kind: K, name: string): Promise<KindTypes[K] | undefined> {
    return (await this.list(kind)).find(({ metadata }) => metadata.name === name);
  }

  async list<K extends Kind>(kind: K, namespace = this.namespace): Promise<KindTypes[K][]> {
    const { plural } = KINDS[kind];
    const list = await this.#kube.listNamespacedCustomObject({ group: GROUP, version: VERSION, namespace, plural });
    // Items of a list carry neither kind nor apiVersion of their own.
    return (list.items as KindTypes[K][]).map((item) => ({ ...item, kind }));
  }

  async all(namespace = this.namespace): Promise<KubeObject[]> {
    const lists = await Promise.all((Object.keys(KINDS) as Kind[]).map((kind) => this.list(kind, namespace)));
    return lists.flat();
  }

  /** A merge patch, as the administrator. `null` takes a field away. */
  async patch(kind: Kind, name: string, body: object, namespace = this.namespace): Promise<void> {
    const { plural } = KINDS[kind];
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await this.#kube.patchNamespacedCustomObject({ group: GROUP, version: VERSION, namespace, plural, name, body }, options);
  }

  async patchStatus(kind: Kind, name: string, body: object): Promise<void> {
    const { plural } = KINDS[kind];
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await this.#kube.patchNamespacedCustomObjectStatus(
      { group: GROUP, version: VERSION, namespace: this.namespace, plural, name, body },
      options,
    );
  }

  annotate(kind: Kind, name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    return this.patch(kind, name, { metadata: { annotations } });
  }

  /** Deletion is begun, not awaited. */
  async delete(kind: Kind, name: string): Promise<void> {
    const { plural } = KINDS[kind];
    await this.#kube.deleteNamespacedCustomObject({ group: GROUP, version: VERSION, namespace: this.namespace, plural, name });
  }

  async condition(kind: Kind, name: string, type: string): Promise<Condition | undefined> {
    return conditionOf(await this.get(kind, name), type);
  }

  /** Asks for a fresh look and waits until it has been taken. */
  async lookNow(kind: Kind, name: string): Promise<void> {
    const token = randomBytes(4).toString('hex');
    await this.annotate(kind, name, { [`${GROUP}/reconcile-at`]: token });
    await this.until(`${kind} ${name} was looked at`, async () => {
      const status = (await this.get(kind, name))?.status as { lastHandledReconcileAt?: string } | undefined;
      return status?.lastHandledReconcileAt === token;
    });
  }

  /** Waits until the condition is as given (`True`, `False/DeletionHeld`, …) for the present spec; fails with what it was last. */
  async untilCondition(kind: Kind, name: string, type: string, wanted: string): Promise<Condition> {
    let found: Condition | undefined;
    await this.until(`${kind} ${name} has ${type}=${wanted}`, async () => {
      const object = await this.get(kind, name);
      found = conditionOf(object, type);
      if (found === undefined || found.observedGeneration !== object?.metadata.generation) return false;
      return wanted === found.status || wanted === `${found.status}/${found.reason}`;
    });
    if (found === undefined) throw new Error('unreachable: the condition was found');
    return found;
  }

  /** Every object in the namespace is Ready=True for its present spec. */
  untilReady(): Promise<void> {
    return this.until('all objects are Ready', async () => {
      const objects = await this.all();
      return objects.length > 0 && objects.every((object) => isReady(object));
    });
  }

  untilGone(): Promise<void> {
    return this.until('all objects are gone', async () => (await this.all()).length === 0);
  }

  /** Polls; when time is up, fails with every condition that is not as it should be. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}\n${await this.describe()}`);
      await sleep(POLL_MS);
    }
  }

  /** For the message of a wait that ran out. */
  protected async describe(): Promise<string> {
    return (await this.all()).map((object) => `${object.kind} ${object.metadata.name}: ${describeConditions(object)}`).join('\n');
  }
}

export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  const status = object?.status as { readonly conditions?: readonly Condition[] } | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Ready=True for the present spec, and nothing under way. */
export function isReady(object: KubeObject): boolean {
  const ready = conditionOf(object, 'Ready');
  const isCurrent = ready?.status === 'True' && ready.observedGeneration === object.metadata.generation;
  return isCurrent && conditionOf(object, 'Reconciling') === undefined;
}

/** What is not as it should be, in one line. */
function describeConditions(object: KubeObject): string {
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const open = conditions.filter(({ type, status }) => status !== 'True' || type === 'Stalled' || type === 'Reconciling');
  const told = open.map(({ type, status, reason, message }) => `${type}=${status}/${reason} (${message})`).join('; ');
  const deleting = object.metadata.deletionTimestamp === undefined ? '' : 'deleting; ';
  return `${deleting}generation ${object.metadata.generation}; ${told || 'all True'}`;
}
