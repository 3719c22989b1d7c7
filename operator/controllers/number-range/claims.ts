import type { NumberRange } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { type Claim, ClaimBook, type PlacedClaim } from '../../domain/numbers/claim-book.ts';
import { type Prefix, parsePrefix } from '../../domain/numbers/prefix.ts';
import { INDEX, type Stores } from '../deps.ts';
import { siteScope } from '../site-scope.ts';
import { patternsOf } from './patterns.ts';
import { type Placement, placementsOf } from './placement.ts';

/** What a range claims beyond what its object says: the contents of ConfigMaps, remembered by its reconciler. */
export interface RangeMemory {
  /** Text of `prefixesFrom`, as last read. */
  sourceOf(key: ObjectKey): string | undefined;
  /** Patterns recorded as granted, from status or the ConfigMap that status names. */
  heldOf(range: NumberRange): readonly string[];
}

/** All claims to numbers, kept up to date by object; reconcilers ask it, watches feed it. */
export class NumberClaims {
  readonly book = new ClaimBook();
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
  const site = stores.sites.get(`${range.metadata.namespace ?? ''}/${range.spec.siteRef.name}`);
  if (site === undefined) return [];
  const placements = placementsOf(range, siteScope(site, stores));
  const patterns = patternsOf(range, memory.sourceOf(keyOf(range)));
  const wanted = 'prefixes' in patterns ? patterns.prefixes : [];
  const held = new Set(memory.heldOf(range));
  const asked = new Set(wanted.map(({ text }) => text));
  const leaving = [...held].filter((text) => !asked.has(text)).flatMap((text) => parsed(text) ?? []);
  const places = 'places' in placements ? placements.places.map(placeOf) : statusPlaces(range);
  return places.flatMap((place) =>
    [...wanted, ...leaving].map((prefix): PlacedClaim => ({ ...claimOf(range, prefix, held.has(prefix.text)), place })),
  );
}

function parsed(text: string): Prefix | undefined {
  const result = parsePrefix(text);
  return 'prefix' in result ? result.prefix : undefined;
}

function statusPlaces(range: NumberRange): string[] {
  return (range.status?.trunks ?? []).flatMap(({ device, dialPlan }) =>
    device === undefined || dialPlan === undefined ? [] : [`${device}|${dialPlan.toLowerCase()}`],
  );
}
