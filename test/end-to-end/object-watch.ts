import { Watch } from '@kubernetes/client-node';
import { GROUP, VERSION } from '../../operator/api/group.ts';
import { KINDS, type Kind, type KindTypes } from '../../operator/api/kinds.ts';
import type { Cluster } from '../../sandbox/control-plane/cluster.ts';
import { adminKubeConfig } from '../support/control-plane.ts';

interface Wait<T> {
  readonly name: string;
  readonly isSo: (object: T) => boolean;
  readonly resolve: (at: number) => void;
}

/** Sees every change of one kind in one namespace the moment the API server tells it: for measurements that a poll would blur and load. */
export class ObjectWatch<K extends Kind> {
  readonly #waits = new Set<Wait<KindTypes[K]>>();
  #stop: AbortController | undefined;

  static async start<K extends Kind>(cluster: Cluster, namespace: string, kind: K): Promise<ObjectWatch<K>> {
    const watch = new ObjectWatch<K>();
    const path = `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/${KINDS[kind].plural}`;
    const changed = (_phase: string, object: KindTypes[K]): void => watch.#tell(object);
    watch.#stop = await new Watch(adminKubeConfig(cluster)).watch(path, {}, changed, () => undefined);
    return watch;
  }

  /** Resolves with the time (of `performance.now`) at which the object was first told to be so; only what is told from now on counts. */
  when(name: string, isSo: (object: KindTypes[K]) => boolean): Promise<number> {
    return new Promise((resolve) => this.#waits.add({ name, isSo, resolve }));
  }

  stop(): void {
    this.#stop?.abort();
  }

  #tell(object: KindTypes[K]): void {
    for (const wait of this.#waits) {
      if (wait.name !== object.metadata.name || !wait.isSo(object)) continue;
      this.#waits.delete(wait);
      wait.resolve(performance.now());
    }
  }
}
