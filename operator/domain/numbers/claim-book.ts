import { type Prefix, relation } from './prefix.ts';

/** One owner's claim to a pattern at one place (a dial plan of a device). */
export interface Claim {
  readonly owner: string;
  readonly prefix: Prefix;
  /** Recorded as granted: beats every claim that is not, whatever the age (design §2 Claims). */
  readonly granted: boolean;
  /** Decides between claims that are not granted: creation time, then owner. */
  readonly since: string;
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

/**
 * Who claims which numbers where, over all customers. Kept up to date by owner; a look costs the patterns that share the leading digits, not
 * all of them.
 */
export class ClaimBook {
  readonly #byOwner = new Map<string, readonly PlacedClaim[]>();
  /** place|stem → claims with exactly this stem. */
  readonly #at = new Map<string, Set<PlacedClaim>>();
  /** place|leading part of a stem → claims whose stem is longer than that part. */
  readonly #under = new Map<string, Set<PlacedClaim>>();

  /** Replaces everything that the owner claims. */
  put(owner: string, claims: readonly PlacedClaim[]): void {
    this.remove(owner);
    if (claims.length === 0) return;
    this.#byOwner.set(owner, claims);
    for (const claim of claims) {
      addTo(this.#at, `${claim.place}|${claim.prefix.stem}`, claim);
      for (const part of leadingParts(claim.prefix.stem)) addTo(this.#under, `${claim.place}|${part}`, claim);
    }
  }

  remove(owner: string): void {
    for (const claim of this.#byOwner.get(owner) ?? []) {
      removeFrom(this.#at, `${claim.place}|${claim.prefix.stem}`, claim);
      for (const part of leadingParts(claim.prefix.stem)) removeFrom(this.#under, `${claim.place}|${part}`, claim);
    }
    this.#byOwner.delete(owner);
  }

  /** What stands in the way of `mine` at a place. */
  rivals(place: string, mine: Claim): Rivals {
    let holder: Claim | undefined;
    const capturing: Claim[] = [];
    const captured: Claim[] = [];
    for (const other of this.#near(place, mine.prefix.stem)) {
      if (other.owner === mine.owner) continue;
      const found = relation(mine.prefix, other.prefix);
      if ((found === 'same' || found === 'crossing') && precedes(other, mine))
        holder = holder === undefined || precedes(other, holder) ? other : holder;
      else if (found === 'capturedBy') capturing.push(other);
      else if (found === 'captures') captured.push(other);
    }
    return { holder, capturing, captured };
  }

  /** Granted patterns at a place, over all owners; what an observation of the device is measured against (telephony 6.4). */
  *grantedAt(place: string): Generator<Claim> {
    for (const claims of this.#byOwner.values()) for (const claim of claims) if (claim.granted && claim.place === place) yield claim;
  }

  *#near(place: string, stem: string): Generator<PlacedClaim> {
    yield* this.#at.get(`${place}|${stem}`) ?? [];
    for (const part of leadingParts(stem)) yield* this.#at.get(`${place}|${part}`) ?? [];
    yield* this.#under.get(`${place}|${stem}`) ?? [];
  }
}

/** Whether the first claim is served before the second. */
function precedes(first: Claim, second: Claim): boolean {
  if (first.granted !== second.granted) return first.granted;
  return first.since === second.since ? first.owner < second.owner : first.since < second.since;
}

/** `+41` → `+`, `+4`: every part that the stem is longer than. */
function leadingParts(stem: string): string[] {
  return Array.from({ length: stem.length - 1 }, (_, index) => stem.slice(0, index + 1));
}

function addTo(index: Map<string, Set<PlacedClaim>>, key: string, claim: PlacedClaim): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([claim]));
  else known.add(claim);
}

function removeFrom(index: Map<string, Set<PlacedClaim>>, key: string, claim: PlacedClaim): void {
  const known = index.get(key);
  known?.delete(claim);
  if (known?.size === 0) index.delete(key);
}
