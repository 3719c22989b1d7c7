import type { KubeObject } from '../api/meta.ts';
import { byText } from '../domain/change/canonical.ts';
import { type FootprintEntry, nextFootprint, ownedFrom } from '../domain/change/footprint.ts';
import { identityOf } from '../domain/change/object.ts';
import type { ChangePolicy, Owned } from '../domain/change/plan.ts';
import type { Work } from './work.ts';

type Footprinted = KubeObject<unknown, { readonly footprint?: readonly StatusEntry[] }>;

interface StatusEntry {
  readonly system: string;
  readonly target: string;
  readonly kind: string;
  readonly name?: string;
  readonly state: Owned['state'];
  readonly adopted?: boolean;
  readonly desiredHash?: string;
}

/**
 * Whether something stands outside that is to go with the object: then it needs its finalizer, also where it was taken back without a write. With
 * policy Observe a deletion lets go (design §3.9).
 */
export function hasToCleanUp(
  { spec }: KubeObject<{ readonly deletionPolicy?: string }>,
  policy: ChangePolicy,
  footprint: readonly Pick<StatusEntry, 'state'>[] = [],
): boolean {
  const adopted = spec.deletionPolicy === 'Cleanup' ? ['Adopted'] : [];
  const leaving = ['Applied', 'Removing', ...adopted];
  return policy !== 'Observe' && footprint.some(({ state }) => leaving.includes(state));
}

/**
 * What status says is ours outside now, or may be. What was released is none of it: it stands in the way of nothing, nobody waits for it and
 * nobody is asked about it.
 */
export function oursOutside<Entry extends Pick<StatusEntry, 'state'>>(object: {
  readonly status?: { readonly footprint?: readonly Entry[] };
}): Entry[] {
  return (object.status?.footprint ?? []).filter(({ state }) => state !== 'Released');
}

/** What tells the object of an entry from all others; undefined for a collection. */
export function entryId({ name, ...place }: Pick<StatusEntry, 'system' | 'target' | 'kind' | 'name'>): string | undefined {
  return name === undefined ? undefined : identityOf({ ...place, name });
}

/** Named objects that status says are ours at one place (system and target). */
export function ownedAt(object: Footprinted, system: string, target: string): Owned[] {
  return ownedFrom(namedEntries(object).filter((entry) => entry.system === system && entry.target.toLowerCase() === target.toLowerCase()));
}

/** The footprint after this pass: places with a plan as the plan says, all others as they were. `isHeld`: the pass hands nothing over. */
export function footprintOf(object: Footprinted, works: readonly Work[], isHeld: boolean): FootprintEntry[] {
  const planned = works.flatMap(({ plan, target, underWay: isUnderWay }) => (plan === undefined ? [] : [{ plan, target, isUnderWay }]));
  const elsewhere = namedEntries(object).filter(
    (entry) => !planned.some(({ target }) => target.system === entry.system && target.id.toLowerCase() === entry.target.toLowerCase()),
  );
  const here = planned.flatMap(({ plan, target, isUnderWay }) =>
    nextFootprint(plan, ownedAt(object, target.system, target.id), { isUnderWay, isHeld }),
  );
  return [...elsewhere, ...here].sort((left, right) => byText(sortKey(left), sortKey(right)));
}

function namedEntries(object: Footprinted): FootprintEntry[] {
  return (object.status?.footprint ?? []).flatMap(({ system, target, kind, name, state, adopted, desiredHash }) => {
    const known = { ...(adopted === true ? { adopted } : {}), ...(desiredHash === undefined ? {} : { desiredHash }) };
    return name === undefined ? [] : [{ system, target, kind, name, state, ...known }];
  });
}

function sortKey({ system, target, kind, name }: FootprintEntry): string {
  return `${system}|${target}|${kind}|${name}`;
}
