import { byText, contentHash } from './canonical.ts';
import { identityOf, type OutsideObject } from './object.ts';
import { type Owned, type Plan, type PlannedItem, wasAdopted } from './plan.ts';

/** One entry of `status.footprint` for an object with a name of its own (design §2: one an object, one a collection). */
export interface FootprintEntry {
  readonly system: string;
  readonly target: string;
  readonly kind: string;
  readonly name: string;
  readonly state: Owned['state'];
  readonly adopted?: boolean;
  readonly desiredHash?: string;
}

export function ownedFrom(footprint: readonly FootprintEntry[]): Owned[] {
  return footprint.map(({ system, target, kind, name, state, adopted, desiredHash }) => ({
    object: { system, target, kind, name },
    state,
    ...(adopted === true ? { adopted } : {}),
    ...(desiredHash === undefined ? {} : { desiredHash }),
  }));
}

/**
 * The footprint after this look: what is seen in place is `Applied`; planned creates are `Pending` before they go out (design §4 Marks), with
 * the hash of what is announced; removals stay as `Removing` until a look no longer finds them; what is gone leaves, and what existed before us
 * stays as `Released`. Verdicts of the last batch are not needed here: only what a read shows counts as applied.
 */
export function nextFootprint(plan: Plan, owned: readonly Owned[], isUnderWay = false): FootprintEntry[] {
  const known = new Map(owned.map((entry) => [identityOf(entry.object), entry]));
  const items = plan.items.flatMap((item) => itemEntry(item, known.get(identityOf(item.desired)), isUnderWay));
  const removing = plan.removals.map((object) => removingEntry(object, known.get(identityOf(object))));
  const released = plan.released.map(({ object, state, desiredHash }) => entryOf(object, state, desiredHash));
  const placed = new Set([...items, ...removing, ...released].map(identityOf));
  const gone = new Set(plan.gone.map((entry) => identityOf(entry.object)));
  const kept = owned.filter(({ object }) => !placed.has(identityOf(object)) && !gone.has(identityOf(object))).map(knownEntry);
  return [...items, ...removing, ...released, ...kept].sort(byIdentity);
}

function removingEntry(object: OutsideObject, known: Owned | undefined): FootprintEntry {
  const entry = entryOf(object, 'Removing', known?.desiredHash);
  return known !== undefined && wasAdopted(known) ? { ...entry, adopted: true } : entry;
}

function knownEntry({ object, state, adopted, desiredHash }: Owned): FootprintEntry {
  return { ...entryOf(object, state, desiredHash), ...(adopted === true ? { adopted } : {}) };
}

function itemEntry(item: PlannedItem, known: Owned | undefined, isUnderWay: boolean): FootprintEntry[] {
  // Nothing of it is ours while it cannot be taken up again, and neither is it forgotten.
  if (known?.state === 'Released' && staysReleased(item)) return [knownEntry(known)];
  const hash = contentHash(item.desired.fields);
  switch (item.standing) {
    case 'InSync':
      // While its removal may be on the wire it is not settled: it may be gone at the next look, and by our own hand.
      if (known?.state === 'Removing' && isUnderWay) return [knownEntry({ ...known, desiredHash: hash })];
      return [entryOf(item.desired, item.adopted ? 'Adopted' : 'Applied', hash)];
    case 'TakenBack':
      return [entryOf(item.desired, item.adopted ? 'Adopted' : 'Applied', hash)];
    case 'ToAdopt':
      return adoptedEntry(item, known, hash);
    case 'ToCreate':
      return createdEntry(item, known, hash);
    case 'ToUpdate':
    case 'Drifted':
      return [updatedEntry(item, known)];
    case 'Taken':
      return [];
  }
}

function adoptedEntry({ desired, writes, fields }: PlannedItem, known: Owned | undefined, hash: string): FootprintEntry[] {
  const isSame = fields.length === 0;
  return writes || isSame ? [entryOf(desired, 'Adopted', isSame ? hash : known?.desiredHash)] : [];
}

function createdEntry({ desired, writes, isLeaving }: PlannedItem, known: Owned | undefined, hash: string): FootprintEntry[] {
  const isExpected = known !== undefined && known.state !== 'Released';
  return writes || isLeaving || isExpected ? [entryOf(desired, 'Pending', hash)] : [];
}

/** Differs from what is wanted: what was last written stays what is known of it. */
function updatedEntry({ desired, adopted }: PlannedItem, known: Owned | undefined): FootprintEntry {
  if (known === undefined || known.state === 'Released') return entryOf(desired, adopted ? 'Adopted' : 'Applied', known?.desiredHash);
  return { ...knownEntry(known), ...placeOf(desired) };
}

/** Whether what was released is left alone once more: somebody else's by now, or kept back by the policy. */
export function staysReleased({ standing, writes }: Pick<PlannedItem, 'standing' | 'writes'>): boolean {
  return standing === 'Taken' || ((standing === 'ToUpdate' || standing === 'ToAdopt') && !writes);
}

function entryOf(
  object: Pick<OutsideObject, 'system' | 'target' | 'kind' | 'name'>,
  state: Owned['state'],
  desiredHash: string | undefined,
): FootprintEntry {
  return { ...placeOf(object), state, ...hashField(desiredHash) };
}

function placeOf({ system, target, kind, name }: Pick<OutsideObject, 'system' | 'target' | 'kind' | 'name'>) {
  return { system, target, kind, name };
}

function hashField(desiredHash: string | undefined): { desiredHash?: string } {
  return desiredHash === undefined ? {} : { desiredHash };
}

function byIdentity(left: FootprintEntry, right: FootprintEntry): number {
  return byText(identityOf(left), identityOf(right));
}
