import { API_VERSION, FIELD_MANAGERS } from '../../api/group.ts';
import type { NumberRange } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Kube } from '../../runtime/kube.ts';
import type { RangeMemory } from './claims.ts';

/** ConfigMaps are compared this often and on `reconcile-at` (design §5). */
const RECHECK_MS = 5 * 60_000;
/** More patterns than this are recorded in a ConfigMap of ours, so that status stays small (design §2). */
export const MAX_IN_STATUS = 1000;
const HELD_KEY = 'held';

interface ReadSource {
  readonly ref: string;
  readonly text: string | undefined;
  readonly readAt: number;
}

/** Contents of the ConfigMaps that ranges name or that hold their grants. */
export class RangeConfigMaps implements RangeMemory {
  readonly #kube: Kube;
  readonly #clock: Clock;
  readonly #sources = new Map<ObjectKey, ReadSource>();
  readonly #held = new Map<ObjectKey, { readonly hash: string; readonly patterns: readonly string[] }>();

  constructor(kube: Kube, clock: Clock) {
    this.#kube = kube;
    this.#clock = clock;
  }

  sourceOf(key: ObjectKey): string | undefined {
    return this.#sources.get(key)?.text;
  }

  heldOf(range: NumberRange): readonly string[] {
    const { held, heldIn } = range.status ?? {};
    return heldIn === undefined ? (held ?? []) : (this.#held.get(keyOf(range))?.patterns ?? []);
  }

  knows(range: NumberRange): boolean {
    const { heldIn } = range.status ?? {};
    return heldIn === undefined || this.#held.get(keyOf(range))?.hash === heldIn.hash;
  }

  /** Reads what the range needs before it is reconciled: the source of its prefixes, and its recorded grants. */
  async load(range: NumberRange, fresh: boolean): Promise<void> {
    await this.#loadSource(range, fresh);
    const { heldIn } = range.status ?? {};
    if (heldIn === undefined || this.knows(range)) return;
    const stored = await this.#kube.readConfigMap(range.metadata.namespace ?? '', heldIn.name);
    const patterns = (stored?.data[HELD_KEY] ?? '').split('\n').filter((line) => line !== '');
    this.#held.set(keyOf(range), { hash: contentHash(patterns), patterns });
  }

  /** Makes a long list of grants durable; returns what status says instead of the list. Writes only when the list changed. */
  async record(range: NumberRange, patterns: readonly string[]): Promise<NonNullable<NonNullable<NumberRange['status']>['heldIn']>> {
    const name = `${range.metadata.name}-held`;
    const hash = contentHash(patterns);
    if (this.#held.get(keyOf(range))?.hash !== hash) {
      const namespace = range.metadata.namespace ?? '';
      const ref = { group: '', version: 'v1', plural: 'configmaps', namespace, name };
      await this.#kube.apply(ref, heldConfigMap(range, name, patterns), { fieldManager: FIELD_MANAGERS.objects, force: true });
      this.#held.set(keyOf(range), { hash, patterns });
    }
    return { name, count: patterns.length, hash };
  }

  forget(key: ObjectKey): void {
    this.#sources.delete(key);
    this.#held.delete(key);
  }

  async #loadSource(range: NumberRange, fresh: boolean): Promise<void> {
    const { prefixesFrom } = range.spec;
    if (prefixesFrom === undefined) return;
    const ref = `${prefixesFrom.name}/${prefixesFrom.key}`;
    const known = this.#sources.get(keyOf(range));
    const now = this.#clock.monotonic();
    if (known !== undefined && known.ref === ref && known.text !== undefined && !fresh && now - known.readAt < RECHECK_MS) return;
    const found = await this.#kube.readConfigMap(range.metadata.namespace ?? '', prefixesFrom.name);
    this.#sources.set(keyOf(range), { ref, text: found?.data[prefixesFrom.key], readAt: now });
  }
}

function heldConfigMap(range: NumberRange, name: string, patterns: readonly string[]): object {
  const { metadata } = range;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: metadata.namespace,
      ownerReferences: [{ apiVersion: API_VERSION, kind: 'NumberRange', name: metadata.name, uid: metadata.uid, controller: true }],
    },
    data: { [HELD_KEY]: patterns.join('\n') },
  };
}
