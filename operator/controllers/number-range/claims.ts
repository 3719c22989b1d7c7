import type { NumberRange } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { type Claim, ClaimBook, type PlacedClaim } from '../../domain/numbers/claim-book.ts';
import { knownPrefix, type Prefix } from '../../domain/numbers/prefix.ts';
import { oursOutside } from '../footprint-of.ts';
import { customerKeyOf, devicesInStatus, siteKeyOf } from '../indexes.ts';
import { isTerminating, siteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';
import { type Heirs, heirKey, heirsOf, type OthersGrants } from '../successor.ts';
import { recordsAt, recordsIn } from './footprint.ts';
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

  /** The Customer of a range that has claims; undefined: it has gone. */
  customerOf(owner: string): string | undefined {
    const range = this.#stores.ranges.get(owner as ObjectKey);
    return range && customerKeyOf(range);
  }

  /** Who has taken over what a range gives up. */
  heirsOf(range: NumberRange): Heirs {
    return heirsOf(range, this.#stores, grantsOfOthers(this.#memory));
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

/**
 * What spec asks for at its places, and what status says the range has at each, asked for or not, until it is read back as gone. What it has at one
 * place is no better claim than anybody's at another.
 */
function claimsOf(range: NumberRange, stores: Stores, memory: RangeMemory): PlacedClaim[] {
  const site = stores.sites.get(siteKeyOf(range));
  if (site === undefined) return [];
  const placements = placementsOf(range, siteScope(site, stores));
  const patterns = patternsOf(range, memory.sourceOf(keyOf(range)));
  const wanted = 'prefixes' in patterns ? patterns.prefixes : [];
  // A range that goes asks for nothing any more.
  const asked = new Map(isTerminating(range) ? [] : wanted.map((prefix) => [prefix.text, prefix]));
  const recorded = recordedPlaces(range, new Set(memory.heldOf(range)));
  const isLost = memory.isLost(range);
  const places =
    'places' in placements ? placements.places.map((place) => ({ place: placeOf(place), tag: place.tag })) : statusPlaces(range);
  const now = places.flatMap(({ place, tag }) => {
    const own = recorded.get(place) ?? new Set();
    const leaving = [...own].filter((text) => !asked.has(text)).flatMap((text) => knownPrefix(text) ?? []);
    const given = leaving.map((prefix): PlacedClaim => ({ ...claimOf(range, prefix, true), place, yieldsTo: heirKey(range, tag) }));
    const presumed = isLost && recorded.has(place) ? { presumed: true } : {};
    const claimed = [...asked.values()].map(
      (prefix): PlacedClaim => ({ ...claimOf(range, prefix, own.has(prefix.text)), ...presumed, place }),
    );
    return claimed.concat(given);
  });
  return now.concat(formerClaims(range, recorded, new Set(places.map(({ place }) => place))));
}

/** What still stands in a plan or on a device that is not the range's any more. */
function formerClaims(range: NumberRange, recorded: Recorded, places: ReadonlySet<string>): PlacedClaim[] {
  return [...recorded].flatMap(([place, texts]) => {
    const prefixes = places.has(place) ? [] : [...texts].flatMap((text) => knownPrefix(text) ?? []);
    return prefixes.map((prefix): PlacedClaim => ({ ...claimOf(range, prefix, true), place }));
  });
}

/** Patterns by the place where status has a rule of the range for them. */
type Recorded = ReadonlyMap<string, ReadonlySet<string>>;

function recordedPlaces(range: NumberRange, held: ReadonlySet<string>): Recorded {
  const places = new Map<string, Set<string>>();
  for (const { system, target, name = '' } of oursOutside(range))
    if (system === 'sbc') places.set(placeOf({ device: target as ObjectKey, plan: name }), new Set());
  for (const device of devicesInStatus(range))
    for (const { plan, pattern } of recordsAt(range, device, held)) places.get(placeOf({ device, plan }))?.add(pattern);
  return places;
}

function statusPlaces(range: NumberRange): { place: string; tag: string }[] {
  return (range.status?.trunks ?? []).flatMap(({ device, dialPlan, tag = '' }) =>
    device === undefined || dialPlan === undefined ? [] : [{ place: placeOf({ device: device as ObjectKey, plan: dialPlan }), tag }],
  );
}

/** What other ranges hold and ask for, by what is remembered of them; of one whose record is lost, what it asks for. */
function grantsOfOthers(memory: RangeMemory): OthersGrants {
  const askedBy = (other: NumberRange): readonly string[] => {
    const patterns = patternsOf(other, memory.sourceOf(keyOf(other)));
    return 'prefixes' in patterns ? patterns.prefixes.map(({ text }) => text) : [];
  };
  return {
    askedBy,
    knows: (other) => memory.knows(other),
    heldIn: (other, place) => (memory.isLost(other) ? askedBy(other) : recordsIn(other, place, new Set(memory.heldOf(other))).keys()),
  };
}
