import { identityOf, type OutsideObject } from './object.ts';

/** Below this many owned objects of a kind a loss is no evidence against the observation (telephony 6.4). */
const FEWEST = 20;
const TOLERATED_SHARE = 0.2;

export type OwnedObject = Pick<OutsideObject, 'system' | 'target' | 'kind' | 'name'>;

/** More of one kind is missing from an observation than anybody is likely to have taken away. */
export interface Loss {
  readonly kind: string;
  /** How many of this kind we own at the target. */
  readonly owned: number;
  /** Identities of those that the observation lacks. */
  readonly missing: readonly string[];
}

/**
 * Kinds of which an observation of one target lacks more than 20 % of at least 20 objects that we own there (telephony 6.4). `owned` is what
 * is settled: what was only announced is not there yet, what we are removing is no longer owned. An object of several owners counts once.
 */
export function lossesOf(owned: Iterable<OwnedObject>, observed: readonly OutsideObject[]): Loss[] {
  const seen = new Set(observed.map(identityOf));
  const byKind = new Map<string, Set<string>>();
  for (const object of owned) byKind.set(object.kind, (byKind.get(object.kind) ?? new Set()).add(identityOf(object)));
  return [...byKind].flatMap(([kind, ids]) => {
    const missing = [...ids].filter((id) => !seen.has(id));
    return ids.size >= FEWEST && missing.length > ids.size * TOLERATED_SHARE ? [{ kind, owned: ids.size, missing }] : [];
  });
}
