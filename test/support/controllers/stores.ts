import type { Kind } from '../../../operator/api/kinds.ts';
import { KINDS } from '../../../operator/api/kinds.ts';
import type { KubeObject } from '../../../operator/api/meta.ts';
import { storesOf, watchedKinds } from '../../../operator/cli/controllers.ts';
import type { Stores } from '../../../operator/controllers/stores.ts';
import type { ReflectorSink } from '../../../operator/runtime/reflector-sink.ts';

/** The real caches with their indexes, holding just these objects: for rules that are tested without a running operator. */
export function storesWith(...objects: readonly KubeObject[]): Stores {
  const kinds = watchedKinds();
  for (const { collection, store } of Object.values(kinds)) {
    const sink: ReflectorSink = store.feed();
    sink.init();
    for (const object of objects)
      if (KINDS[object.kind as Kind].plural === collection.plural) sink.apply(object as Parameters<ReflectorSink['apply']>[0]);
    sink.initDone('1');
  }
  return storesOf(kinds);
}
