import type { NumberRange } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { type Claim, ClaimBook, type PlacedClaim } from '../../domain/numbers/claim-book.ts';
import { knownPrefix, type Prefix } from '../../domain/numbers/prefix.ts';
import { siteKeyOf } from '../indexes.ts';
import { isTerminating, siteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';
import { heirKey } from '../successor.ts';
import { patternsOf } from './patterns.ts';
import { type Placement, placementsOf } from './placement.ts';

/** What a range claims beyond what its object says: the contents of ConfigMaps, remembered by its reconciler. */
export interface RangeMemory {
  /** Text of `prefixesFrom`, as last read. */
  sourceOf(key: ObjectKey): string | undefined;
  /** Patterns recorded as granted, from status or the ConfigMap that status names. */
  heldOf(range: NumberRange): readonly string[];
  /** False: they are recorded in a ConfigMap that has not been read in this process. */
  knows(range: NumberRange): boolean;
  /** The ConfigMap has been read and does not have what was recorded: nobody knows what is held. */
  isLost(range: NumberRange): boolean;
}

/** All claims to numbers, kept up to date by object; reconcilers ask it, watches feed it. */
export class NumberClaims {
  readonly book = new ClaimBook();
  /** Ranges whose recorded grants have not been read in this process, with the places where they may hold something. */
  readonly #unread = new Map<ObjectKey, ReadonlySet<string>>();
  readonly #stores: Stores;
  readonly #memory: RangeMemory;

  constructor(stores: Stores, memory: RangeMemory) {
    this.#stores = stores;
    this.#memory = memory;
  }

  /** The range came, changed or went. */
  refresh(key: ObjectKey): void {
    const range = this.#stores.ranges.get(key);
    const claims = range === undefined ? [] : claimsOf(range, this.#stores, this.#memory);
    this.book.put(key, claims);
    if (range === undefined || this.#memory.knows(range)) this.#unread.delete(key);
    else this.#unread.set(key, new Set(statusPlaces(range).map(({ place }) => place)));
  }

  /** Whether it is not known yet what some other range holds at a place: nothing is granted there until it is (design §2 Claims). */
  isUnread(place: string, mine: ObjectKey): boolean {
    for (const [key, places] of this.#unread) if (key !== mine && places.has(place)) return true;
    return false;
  }

  /** A site or device changed: its ranges may lie in other plans now. */
  refreshSite(siteKey: ObjectKey): void {
    for (const range of this.#stores.ranges.byIndex(INDEX.site, siteKey)) this.refresh(keyOf(range));
  }
}

export function placeOf({ device, plan }: Pick<Placement, 'device' | 'plan'>): string {
  return `${device}|${plan.toLowerCase()}`;
}

export function claimOf(range: NumberRange, prefix: Prefix, granted: boolean): Claim {
  return { owner: keyOf(range), prefix, granted, since: range.metadata.creationTimestamp ?? '' };
}

/** What spec asks for, and what status says is held and not asked for any more (until it is read back as gone). */
function claimsOf(range: NumberRange, stores: Stores, memory: RangeMemory): PlacedClaim[] {
  const site = stores.sites.get(siteKeyOf(range));
  if (site === undefined) return [];
  const placements = placementsOf(range, siteScope(site, stores));
  const patterns = patternsOf(range, memory.sourceOf(keyOf(range)));
  const wanted = 'prefixes' in patterns ? patterns.prefixes : [];
  const held = new Set(memory.heldOf(range));
  // A range that goes asks for nothing any more.
  const asked = new Map(isTerminating(range) ? [] : wanted.map((prefix) => [prefix.text, prefix]));
  const leaving = [...held].filter((text) => !asked.has(text)).flatMap((text) => knownPrefix(text) ?? []);
  const presumed = memory.isLost(range) ? { presumed: true } : {};
  const places =
    'places' in placements ? placements.places.map((place) => ({ place: placeOf(place), tag: place.tag })) : statusPlaces(range);
  const now = places.flatMap(({ place, tag }) => {
    const given = leaving.map((prefix): PlacedClaim => ({ ...claimOf(range, prefix, true), place, yieldsTo: heirKey(range, tag) }));
    const claimed = [...asked.values()].map(
      (prefix): PlacedClaim => ({ ...claimOf(range, prefix, held.has(prefix.text)), ...presumed, place }),
    );
    return claimed.concat(given);
  });
  return now.concat(formerClaims(range, held, new Set(places.map(({ place }) => place))));
}

/** What still stands in a plan or on a device that is not the range's any more stays claimed until it is read back as gone. */
function formerClaims(range: NumberRange, held: ReadonlySet<string>, places: ReadonlySet<string>): PlacedClaim[] {
  return (range.status?.footprint ?? []).flatMap(({ system, target, name = '', members }) => {
    const place = placeOf({ device: target as ObjectKey, plan: name });
    if (system !== 'sbc' || places.has(place)) return [];
    const prefixes = [...(members ?? held)].flatMap((text) => knownPrefix(text) ?? []);
    return prefixes.map((prefix): PlacedClaim => ({ ...claimOf(range, prefix, true), place }));
  });
}

function statusPlaces(range: NumberRange): { place: string; tag: string }[] {
  return (range.status?.trunks ?? []).flatMap(({ device, dialPlan, tag = '' }) =>
    device === undefined || dialPlan === undefined ? [] : [{ place: placeOf({ device: device as ObjectKey, plan: dialPlan }), tag }],
  );
}
