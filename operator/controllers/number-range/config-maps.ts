import { API_VERSION, FIELD_MANAGERS, GROUP } from '../../api/group.ts';
import type { NumberRange } from '../../api/kinds.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../../api/meta.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Kube, ResourceRef } from '../../runtime/kube.ts';
import { adoption } from '../adoption.ts';
import type { RangeMemory } from './claims.ts';

/** ConfigMaps are compared this often and on `reconcile-at` (design §5). */
export const RECHECK_MS = 5 * 60_000;
/** More patterns than this are recorded in a ConfigMap of ours, so that status stays small (design §2). */
export const MAX_IN_STATUS = 1000;
/**
 * The list that is about to be named by status, and the one that status names until then: a process that ends between the two writes finds
 * either of them by its hash.
 */
const LISTS = { now: 'held', before: 'previous' } as const;

interface ReadSource {
  readonly ref: string;
  readonly text: string | undefined;
  readonly readAt: number;
}

/** What is known of the record that status names by its hash. */
interface HeldRecord {
  readonly hash: string;
  /** Undefined: lost; `problem` says how. */
  readonly patterns: readonly string[] | undefined;
  readonly problem?: string;
  /** False: the ConfigMap does not have them (any more), so they are written again. */
  readonly isStored: boolean;
  readonly readAt: number;
}

type ConfigMap = KubeObject & { readonly data?: Readonly<{ [key: string]: string }> };
type HeldIn = NonNullable<NonNullable<NumberRange['status']>['heldIn']>;

/** Contents of the ConfigMaps that ranges name or that hold their grants. A record counts only with the content that status has the hash of. */
export class RangeConfigMaps implements RangeMemory {
  readonly #kube: Kube;
  readonly #clock: Clock;
  readonly #sources = new Map<ObjectKey, ReadSource>();
  readonly #records = new Map<ObjectKey, HeldRecord>();

  constructor(kube: Kube, clock: Clock) {
    this.#kube = kube;
    this.#clock = clock;
  }

  sourceOf(key: ObjectKey): string | undefined {
    return this.#sources.get(key)?.text;
  }

  heldOf(range: NumberRange): readonly string[] {
    const { held, heldIn } = range.status ?? {};
    return heldIn === undefined ? (held ?? []) : (this.#recordOf(range)?.patterns ?? []);
  }

  knows(range: NumberRange): boolean {
    return range.status?.heldIn === undefined || this.#recordOf(range) !== undefined;
  }

  isLost(range: NumberRange): boolean {
    return this.problemOf(range) !== undefined;
  }

  /** What is wrong with the record of grants; undefined: nothing, as far as it has been read. */
  problemOf(range: NumberRange): string | undefined {
    return this.#recordOf(range)?.problem;
  }

  /** Ms until one of the ConfigMaps that the range depends on has to be compared again, as nobody watches them; Infinity: it has none. */
  untilDue(range: NumberRange): number {
    const source = range.spec.prefixesFrom && this.#sources.get(keyOf(range));
    const read = [source, this.#recordOf(range)].flatMap((known) => known?.readAt ?? []);
    return Math.max(1_000, Math.min(...read) + RECHECK_MS - this.#clock.monotonic());
  }

  /** Reads what the range needs before it is reconciled: the source of its prefixes, and its recorded grants. */
  async load(range: NumberRange, fresh: boolean): Promise<void> {
    await this.#loadSource(range, fresh);
    const { heldIn } = range.status ?? {};
    if (heldIn === undefined) return;
    const known = this.#recordOf(range);
    const isYoung = known !== undefined && this.#clock.monotonic() - known.readAt < RECHECK_MS;
    if (known?.patterns !== undefined && isYoung && !fresh) return;
    const stored = await this.#kube.get<ConfigMap>(refOf(range, heldIn.name));
    this.#records.set(keyOf(range), this.#judged(heldIn, stored, known));
  }

  /** The lost record is proven to have been this. */
  restore(range: NumberRange, patterns: readonly string[]): void {
    const hash = range.status?.heldIn?.hash ?? '';
    this.#records.set(keyOf(range), { hash, patterns, isStored: false, readAt: this.#clock.monotonic() });
  }

  /** Makes a long list of grants durable; returns what status says instead of the list. Writes only what the ConfigMap does not have. */
  async record(range: NumberRange, patterns: readonly string[]): Promise<HeldIn> {
    const name = range.status?.heldIn?.name ?? `${range.metadata.name}-held`;
    const hash = contentHash(patterns);
    const known = this.#records.get(keyOf(range));
    if (known?.hash !== hash || !known.isStored) {
      const ref = refOf(range, name);
      const stored = await this.#kube.get<ConfigMap>(ref);
      if (stored !== undefined && !isOurs(stored, range)) throw nameTaken(range, name);
      const before = this.#recordOf(range)?.patterns;
      const lists = { [LISTS.now]: patterns, ...(before === undefined || known?.hash === hash ? {} : { [LISTS.before]: before }) };
      // One that was not there a moment ago and is now is somebody else's: not forced.
      await this.#kube.apply(ref, heldConfigMap(range, name, lists), { fieldManager: FIELD_MANAGERS.objects, force: stored !== undefined });
      this.#records.set(keyOf(range), { hash, patterns, isStored: true, readAt: this.#clock.monotonic() });
    }
    return { name, count: patterns.length, hash };
  }

  /** The source cannot be used: somebody is about to correct it, and the next pass reads it again. */
  distrust(key: ObjectKey): void {
    const known = this.#sources.get(key);
    if (known !== undefined) this.#sources.set(key, { ...known, readAt: Number.NEGATIVE_INFINITY });
  }

  forget(key: ObjectKey): void {
    this.#sources.delete(key);
    this.#records.delete(key);
  }

  #recordOf(range: NumberRange): HeldRecord | undefined {
    const known = this.#records.get(keyOf(range));
    return known !== undefined && known.hash === range.status?.heldIn?.hash ? known : undefined;
  }

  /** Content that is not what status has the hash of is no record: edited, from another time, or somebody else's. */
  #judged({ name, hash = '', count }: HeldIn, stored: ConfigMap | undefined, known: HeldRecord | undefined): HeldRecord {
    const readAt = this.#clock.monotonic();
    const found = listsIn(stored).find((list) => contentHash(list) === hash && (count === undefined || count === list.length));
    if (found !== undefined) return { hash, patterns: found, isStored: true, readAt };
    if (known?.patterns !== undefined) return { ...known, isStored: false, readAt };
    const what = `ConfigMap ${name}, which records the ${count ?? 0} prefixes that the range holds,`;
    const problem = stored === undefined ? `${what} is missing` : `${what} has other content than was recorded`;
    return { hash, patterns: undefined, problem, isStored: false, readAt };
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

function refOf(range: NumberRange, name: string): ResourceRef {
  return { group: '', version: 'v1', plural: 'configmaps', namespace: range.metadata.namespace ?? '', name };
}

function listsIn(stored: ConfigMap | undefined): string[][] {
  return Object.values(LISTS).flatMap((key) => {
    const text = stored?.data?.[key];
    return text === undefined ? [] : [text.split('\n').filter((line) => line !== '')];
  });
}

/** By its owner (whose uid a restore changes), by the content that status knows, or because a person says so (telephony 4.2). */
function isOurs(stored: ConfigMap, range: NumberRange): boolean {
  const { name } = range.metadata;
  const isOwned = stored.metadata.ownerReferences?.some(
    (owner) => owner.apiVersion.startsWith(`${GROUP}/`) && owner.kind === 'NumberRange' && owner.name === name,
  );
  const hash = range.status?.heldIn?.hash;
  return isOwned === true || listsIn(stored).some((list) => contentHash(list) === hash) || adoptsRecord(range, stored.metadata.name);
}

/** Whether a person lets the operator take over what is there: a ConfigMap of that name, or what SBCs show of a lost record. */
export function adoptsRecord(range: NumberRange, name: string): boolean {
  return adoption(range)({ kind: 'ConfigMap', name });
}

function nameTaken(range: NumberRange, name: string): OperatorError {
  return new OperatorError(
    `ConfigMap ${name} exists and is not ours, and the prefixes that range ${range.metadata.name} holds are recorded there`,
    {
      kind: 'Terminal',
      reason: 'NameTaken',
      remedy: `Delete or rename it, or annotate trunkline.dev/adopt=ConfigMap/${name} to have it overwritten`,
    },
  );
}

function heldConfigMap(range: NumberRange, name: string, lists: Readonly<{ [key: string]: readonly string[] }>): object {
  const { metadata } = range;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: metadata.namespace,
      ownerReferences: [{ apiVersion: API_VERSION, kind: 'NumberRange', name: metadata.name, uid: metadata.uid, controller: true }],
    },
    data: Object.fromEntries(Object.entries(lists).map(([key, patterns]) => [key, patterns.join('\n')])),
  };
}
