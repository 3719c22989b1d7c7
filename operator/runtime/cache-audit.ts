import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import type { Clock } from './clock.ts';
import type { Kube } from './kube.ts';
import type { Log } from './log.ts';
import type { CounterCell, Meters } from './meters.ts';
import { type CollectionRef, collectionPath } from './resource-path.ts';
import { compareResourceVersions } from './resource-version.ts';
import type { ObjectStore } from './store.ts';
import type { KubeTransport } from './transport.ts';

export interface CacheAuditOptions {
  readonly collection: CollectionRef;
  readonly store: Pick<ObjectStore<KubeObject>, 'get' | 'values'>;
  readonly transport: KubeTransport;
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly meters: Meters;
  /** Takes a whole new picture. */
  readonly relist: () => void;
}

interface Listed {
  readonly metadata: KubeObject['metadata'];
}

const SHORTEST_MS = 30 * 60_000;
/** What is on its way in the watch arrives within this. */
const GRACE_MS = 5000;
/** More suspects than this need no second look: the cache is wrong. */
const MANY = 10;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * Looks every 30 to 60 minutes whether the cache still equals the API server (metadata only), because watches have been losing events in every
 * client there is (operator-practice B11). A difference is counted in a metric that must stay 0, and a new picture is taken.
 */
export class CacheAudit {
  readonly #o: CacheAuditOptions;
  readonly #mismatches: CounterCell;

  constructor(options: CacheAuditOptions) {
    this.#o = options;
    this.#mismatches = options.meters.counter('trunkline_cache_mismatches_total', 'Objects that the cache had lost or kept wrongly', {
      kind: options.collection.plural,
    });
  }

  /** Until the signal aborts. A look that fails is left out; the next one comes. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, log, collection } = this.#o;
    while (!signal.aborted) {
      await clock.sleep(SHORTEST_MS * (1 + random()), signal).catch(() => undefined); // the loop's condition sees the abort
      if (signal.aborted) return;
      await this.audit(signal).catch((err: unknown) => {
        if (!signal.aborted) log.debug({ kind: collection.plural, err }, 'cache not compared');
      });
    }
  }

  /** Returns the number of differences. */
  async audit(signal: AbortSignal): Promise<number> {
    const suspects = await this.#suspects(signal);
    if (suspects.size === 0) return 0;
    await this.#o.clock.sleep(GRACE_MS, signal);
    const wrong = suspects.size > MANY ? suspects.size : await this.#confirm(suspects, signal);
    if (wrong === 0) return 0;
    this.#mismatches.inc(wrong);
    this.#o.log.error({ kind: this.#o.collection.plural, objects: wrong }, 'the cache differs from the API server, taking a new picture');
    this.#o.relist();
    return wrong;
  }

  async #suspects(signal: AbortSignal): Promise<Set<ObjectKey>> {
    const { version, listed } = await this.#list(signal);
    const suspects = new Set<ObjectKey>();
    for (const [key, metadata] of listed) if (!isAsNew(this.#o.store.get(key), metadata)) suspects.add(key);
    for (const { metadata } of this.#o.store.values()) {
      if (!this.#isOurs(metadata.namespace)) continue;
      const key = keyOf({ metadata });
      if (!listed.has(key) && compareResourceVersions(metadata.resourceVersion, version) <= 0) suspects.add(key);
    }
    return suspects;
  }

  #isOurs(namespace: string | undefined): boolean {
    return this.#o.collection.namespace === undefined || namespace === this.#o.collection.namespace;
  }

  /** The object may have changed since the list: only what still differs from a fresh read counts. */
  async #confirm(suspects: ReadonlySet<ObjectKey>, signal: AbortSignal): Promise<number> {
    const { kube, collection, store } = this.#o;
    let wrong = 0;
    for (const key of suspects) {
      const [namespace = '', name = ''] = key.split('/');
      const before = store.get(key);
      const fresh = await kube.get({ ...collection, ...(namespace === '' ? {} : { namespace }), name }, signal);
      const isRight =
        fresh === undefined ? store.get(key) === undefined || store.get(key) !== before : isAsNew(store.get(key), fresh.metadata);
      if (!isRight) wrong++;
    }
    return wrong;
  }

  async #list(signal: AbortSignal): Promise<{ version: string | undefined; listed: Map<ObjectKey, KubeObject['metadata']> }> {
    const listed = new Map<ObjectKey, KubeObject['metadata']>();
    let version: string | undefined;
    let token = '';
    do {
      const query = { limit: '1000', ...(token === '' ? {} : { continue: token }) };
      const path = collectionPath(this.#o.collection);
      const answer = await this.#o.transport.send({ method: 'GET', path, query, accept: METADATA_ONLY, channel: 'watches', signal });
      if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
      const page = JSON.parse(answer.body) as { metadata: { resourceVersion?: string; continue?: string }; items: Listed[] };
      version ??= page.metadata.resourceVersion;
      for (const item of page.items) listed.set(keyOf(item), item.metadata);
      token = page.metadata.continue ?? '';
    } while (token !== '');
    return { version, listed };
  }
}

function isAsNew(cached: KubeObject | undefined, server: KubeObject['metadata']): boolean {
  if (cached === undefined) return false;
  return cached.metadata.uid === server.uid && compareResourceVersions(cached.metadata.resourceVersion, server.resourceVersion) >= 0;
}
