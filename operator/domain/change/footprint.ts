import { contentHash } from './canonical.ts';
import { identityOf, type OutsideObject } from './object.ts';
import type { Owned, Plan, PlannedItem } from './plan.ts';

/** One entry of `status.footprint` for an object with a name of its own (design §2: one an object, one a collection). */
export interface FootprintEntry {
  readonly system: string;
  readonly target: string;
  readonly kind: string;
  readonly name: string;
  readonly state: Owned['state'];
  readonly desiredHash?: string;
}

export function ownedFrom(footprint: readonly FootprintEntry[]): Owned[] {
  return footprint.map(({ system, target, kind, name, state, desiredHash }) => ({
    object: { system, target, kind, name },
    state,
    ...(desiredHash === undefined ? {} : { desiredHash }),
  }));
}

/**
 * The footprint after this look: what is seen in place is `Applied`; planned creates are `Pending` before they go out (design §4 Marks), with
 * the hash of what is announced; removals stay as `Removing` until a look no longer finds them; what is gone leaves. Verdicts of the last
 * batch are not needed here: only what a read shows counts as applied.
 */
export function nextFootprint(plan: Plan, owned: readonly Owned[], isUnderWay = false): FootprintEntry[] {
  const known = new Map(owned.map((entry) => [identityOf(entry.object), entry]));
  const items = plan.items.flatMap((item) => itemEntry(item, known.get(identityOf(item.desired)), isUnderWay));
  const removing = plan.removals.map((object) => entryOf(object, 'Removing', known.get(identityOf(object))?.desiredHash));
  const placed = new Set([...items, ...removing].map(identityOf));
  const gone = new Set(plan.gone.map((entry) => identityOf(entry.object)));
  const kept = owned
    .filter(({ object }) => !placed.has(identityOf(object)) && !gone.has(identityOf(object)))
    .map((entry): FootprintEntry => ({ ...entry.object, state: entry.state, ...hashField(entry.desiredHash) }));
  return [...items, ...removing, ...kept].sort(byIdentity);
}

function itemEntry(item: PlannedItem, known: Owned | undefined, isUnderWay: boolean): FootprintEntry[] {
  const hash = contentHash(item.desired.fields);
  switch (item.standing) {
    case 'InSync':
      return [entryOf(item.desired, inSyncState(known?.state, isUnderWay), hash)];
    case 'TakenBack':
      return [entryOf(item.desired, 'Applied', hash)];
    case 'ToAdopt':
      return item.writes || item.fields.length === 0
        ? [entryOf(item.desired, 'Adopted', item.fields.length === 0 ? hash : known?.desiredHash)]
        : [];
    case 'ToCreate':
      return item.writes || item.isLeaving || known !== undefined ? [entryOf(item.desired, 'Pending', hash)] : [];
    case 'ToUpdate':
      return [entryOf(item.desired, known?.state ?? 'Applied', known?.desiredHash)];
    case 'Drifted':
      return [entryOf(item.desired, known?.state ?? 'Applied', known?.desiredHash)];
    case 'Taken':
      return [];
  }
}

/** Seen as wanted. While a removal of it may be on the wire it is not settled: it may be gone at the next look, and by our own hand. */
export function inSyncState(known: Owned['state'] | undefined, isUnderWay: boolean): Owned['state'] {
  if (known === 'Adopted') return 'Adopted';
  return known === 'Removing' && isUnderWay ? 'Removing' : 'Applied';
}

function entryOf(
  object: Pick<OutsideObject, 'system' | 'target' | 'kind' | 'name'>,
  state: Owned['state'],
  desiredHash: string | undefined,
): FootprintEntry {
  const { system, target, kind, name } = object;
  return { system, target, kind, name, state, ...hashField(desiredHash) };
}

function hashField(desiredHash: string | undefined): { desiredHash?: string } {
  return desiredHash === undefined ? {} : { desiredHash };
}

function byIdentity(left: FootprintEntry, right: FootprintEntry): number {
  return identityOf(left).localeCompare(identityOf(right));
}
