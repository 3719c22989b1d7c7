import { IntervalList } from './interval-list.ts';
import { cut, type Prefix } from './prefix.ts';

/** One owner's claim to a pattern at one place (a dial plan of a device). */
export interface Claim {
  readonly owner: string;
  readonly prefix: Prefix;
  /** Recorded as granted: beats every claim that is not, whatever the age (design §2 Claims). */
  readonly granted: boolean;
  /** Its record of grants is lost: comes after what is known to be granted, and before what is known not to be. */
  readonly presumed?: boolean;
  /** Decides between claims that are not granted: creation time, then owner. */
  readonly since: string;
  /** Given up: stands in nobody's way who names this key and wants exactly this pattern (design §3.10). */
  readonly yieldsTo?: string;
}

export interface PlacedClaim extends Claim {
  /** Device and dial plan: one number may stand in several plans (telephony 6.1). */
  readonly place: string;
}

/** Claims of others that touch a pattern. */
export interface Rivals {
  /** Holds a number of the pattern and comes first: the pattern is refused. */
  readonly holder: Claim | undefined;
  /** Shorter patterns of others whose numbers this one takes away, or longer ones that take some of this one: allowed, worth a warning. */
  readonly capturing: readonly Claim[];
  /** Longer patterns of others of which this one would be the shorter. */
  readonly captured: readonly Claim[];
}

/** Claims at one place, apart by plus sign and number of digits: only those of equal length can share a number. */
type Shelf = Map<string, { readonly hasPlus: boolean; readonly digits: number; readonly claims: IntervalList<PlacedClaim> }>;

/** Who claims which numbers where, over all customers. Kept up to date by owner; a look costs what touches the pattern, not all there is. */
export class ClaimBook {
  readonly #byOwner = new Map<string, readonly PlacedClaim[]>();
  readonly #places = new Map<string, Shelf>();

  /** Replaces everything that the owner claims. */
  put(owner: string, claims: readonly PlacedClaim[]): void {
    this.remove(owner);
    if (claims.length === 0) return;
    this.#byOwner.set(owner, claims);
    for (const claim of claims) this.#add(claim);
  }

  remove(owner: string): void {
    for (const claim of this.#byOwner.get(owner) ?? []) this.#take(claim);
    this.#byOwner.delete(owner);
  }

  /** What stands in the way of `mine` at a place; `heir` is the key by which others give way to it. */
  rivals(place: string, mine: Claim, heir?: string): Rivals {
    const equal: Claim[] = [];
    const capturing: Claim[] = [];
    const captured: Claim[] = [];
    const plus = hasPlus(mine.prefix);
    for (const shelf of this.#places.get(place)?.values() ?? []) {
      if (shelf.hasPlus !== plus) continue;
      const { digits, claims } = shelf;
      const standing = digits === mine.prefix.digits ? equal : digits < mine.prefix.digits ? capturing : captured;
      for (const other of claims.overlapping(cut(mine.prefix, digits)))
        if (other.owner !== mine.owner && !yields(other, mine, heir)) standing.push(other);
    }
    return { holder: firstOf(equal.filter((other) => precedes(other, mine))), capturing, captured };
  }

  #add(claim: PlacedClaim): void {
    const place: Shelf = this.#places.get(claim.place) ?? new Map();
    this.#places.set(claim.place, place);
    const key = shelfKey(claim.prefix);
    const shelf = place.get(key) ?? {
      hasPlus: hasPlus(claim.prefix),
      digits: claim.prefix.digits,
      claims: new IntervalList(({ prefix }: PlacedClaim) => prefix),
    };
    place.set(key, shelf);
    shelf.claims.add(claim);
  }

  #take(claim: PlacedClaim): void {
    const place = this.#places.get(claim.place);
    const key = shelfKey(claim.prefix);
    const shelf = place?.get(key);
    shelf?.claims.remove(claim);
    if (shelf?.claims.isEmpty) place?.delete(key);
    if (place?.size === 0) this.#places.delete(claim.place);
  }
}

function yields(other: Claim, mine: Claim, heir: string | undefined): boolean {
  return other.yieldsTo !== undefined && other.yieldsTo === heir && other.prefix.text === mine.prefix.text;
}

function hasPlus({ stem }: Prefix): boolean {
  return stem.startsWith('+');
}

function shelfKey(prefix: Prefix): string {
  return `${hasPlus(prefix) ? '+' : ''}${prefix.digits}`;
}

function firstOf(claims: readonly Claim[]): Claim | undefined {
  return claims.reduce<Claim | undefined>((best, claim) => (best === undefined || precedes(claim, best) ? claim : best), undefined);
}

/** Whether the first claim is served before the second. */
function precedes(first: Claim, second: Claim): boolean {
  if (rankOf(first) !== rankOf(second)) return rankOf(first) > rankOf(second);
  return first.since === second.since ? first.owner < second.owner : first.since < second.since;
}

function rankOf({ granted, presumed }: Claim): number {
  return granted ? 2 : presumed === true ? 1 : 0;
}
