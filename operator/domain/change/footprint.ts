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

/** What becomes of the plan for one place. */
export interface Prospect {
  /** An earlier batch for the place is in its lane or on the wire. */
  readonly isUnderWay?: boolean;
  /** Something beside the policy keeps this pass from handing anything over: a pause, a lock, a gate. */
  readonly isHeld?: boolean;
}

/**
 * The footprint after this look: what is seen in place is `Applied`; planned creates are `Pending` before they go out (design §4 Marks), with
 * the hash of what is announced, and so is what is adopted with a change (see announcedEntry); removals stay as `Removing` until a look no longer
 * finds them; what is gone leaves, and what existed before us stays as `Released`. Verdicts of the last batch are not needed here: only what a
 * read shows counts as applied.
 */
export function nextFootprint(plan: Plan, owned: readonly Owned[], prospect: Prospect = {}): FootprintEntry[] {
  const known = new Map(owned.map((entry) => [identityOf(entry.object), entry]));
  const items = plan.items.flatMap((item) => itemEntry(item, known.get(identityOf(item.desired)), prospect));
  const removing = plan.removals.map((object) => removingEntry(object, known.get(identityOf(object))));
  const released = plan.released.map(({ object, state, desiredHash }) => entryOf(object, state, desiredHash));
  const placed = new Set([...items, ...removing, ...released].map(identityOf));
  const gone = new Set(plan.gone.map((entry) => identityOf(entry.object)));
  const taken = new Set(plan.items.filter(({ standing }) => standing === 'Taken').map(({ desired }) => identityOf(desired)));
  // What was to be adopted, and is not by now, is nobody of ours: it stood there all the time.
  const isLeft = (entry: Owned): boolean => entry.state === 'Pending' && wasAdopted(entry) && taken.has(identityOf(entry.object));
  const isKept = (entry: Owned): boolean => !placed.has(identityOf(entry.object)) && !gone.has(identityOf(entry.object)) && !isLeft(entry);
  const kept = owned.filter(isKept).map(knownEntry);
  return [...items, ...removing, ...released, ...kept].sort(byIdentity);
}

function removingEntry(object: OutsideObject, known: Owned | undefined): FootprintEntry {
  const entry = entryOf(object, 'Removing', known?.desiredHash);
  return known !== undefined && wasAdopted(known) ? { ...entry, adopted: true } : entry;
}

function knownEntry({ object, state, adopted, desiredHash }: Owned): FootprintEntry {
  return { ...entryOf(object, state, desiredHash), ...(adopted === true ? { adopted } : {}) };
}

function itemEntry(item: PlannedItem, known: Owned | undefined, prospect: Prospect): FootprintEntry[] {
  // Nothing of it is ours while it cannot be taken up again, and neither is it forgotten.
  if (known?.state === 'Released' && staysReleased(item, prospect)) return [knownEntry(known)];
  const hash = contentHash(item.desired.fields);
  switch (item.standing) {
    case 'InSync':
      // While its removal may be on the wire it is not settled: it may be gone at the next look, and by our own hand.
      if (known?.state === 'Removing' && prospect.isUnderWay === true) return [knownEntry({ ...known, desiredHash: hash })];
      return [entryOf(item.desired, item.adopted ? 'Adopted' : 'Applied', hash)];
    case 'TakenBack':
      return [entryOf(item.desired, item.adopted ? 'Adopted' : 'Applied', hash)];
    case 'ToAdopt':
      return item.fields.length === 0 ? [entryOf(item.desired, 'Adopted', hash)] : announcedEntry(item, known, hash, prospect);
    case 'ToCreate':
      return createdEntry(item, known, hash);
    case 'ToUpdate':
    case 'Drifted':
      return [updatedEntry(item, known)];
    case 'Taken':
      return [];
  }
}

/**
 * What is to be adopted with a change is announced in the pass that hands that over, and no more: until a look shows the change, it is still
 * somebody else's, so that a word that is taken back stops the write (telephony 4.2). In a pass that hands nothing over, only an announcement
 * that was made before is kept: its change may be on the wire. What needs no change is adopted at once, whatever holds writes: there is nothing to
 * be written that could be held, or stopped, and drift is told in Observe as well (design §2).
 */
function announcedEntry({ desired, writes }: PlannedItem, known: Owned | undefined, hash: string, { isHeld }: Prospect): FootprintEntry[] {
  if (writes && isHeld !== true) return [{ ...entryOf(desired, 'Pending', hash), adopted: true }];
  return known === undefined ? [] : [knownEntry(known)];
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

/**
 * Whether what was released stays so: somebody else's by now, also where a word lets us take it over, as long as no look shows that it has
 * come about; or as we left it, and kept from a change.
 */
export function staysReleased({ standing, writes }: Pick<PlannedItem, 'standing' | 'writes'>, { isHeld }: Prospect): boolean {
  return standing === 'Taken' || standing === 'ToAdopt' || (standing === 'ToUpdate' && (!writes || isHeld === true));
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
