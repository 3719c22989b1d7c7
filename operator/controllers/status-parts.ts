import { shortened } from '../api/status-text.ts';
import type { Json } from '../domain/change/object.ts';
import { driftOf, type Work } from './work.ts';

/** Limits of design §2: a status stays small whatever happens outside; the totals stay exact. */
const MAX_DRIFT = 50;
const MAX_VALUE = 256;

export interface DriftStatus {
  readonly drift?: readonly {
    system: string;
    target: string;
    kind: string;
    name: string;
    field: string;
    before?: string;
    after?: string;
  }[];
  readonly driftTotals?: { objects: number; fields: number };
}

/**
 * `status.drift` and its totals; nothing at all while nothing has drifted. While a place is not seen, what was said before stays: a look that
 * is under way, or a short outage, is no news about drift.
 */
export function driftStatus(works: readonly Work[], before: DriftStatus | undefined): DriftStatus {
  if (works.some(({ plan }) => plan === undefined)) {
    const { drift, driftTotals } = before ?? {};
    return { ...(drift === undefined ? {} : { drift }), ...(driftTotals === undefined ? {} : { driftTotals }) };
  }
  const items = driftOf(works);
  if (items.length === 0) return {};
  const objects = new Set(items.map(({ system, target, kind, name }) => `${system}|${target}|${kind}|${name}`)).size;
  const drift = items.slice(0, MAX_DRIFT).map(({ before, after, ...item }) => ({ ...item, before: shown(before), after: shown(after) }));
  return { drift, driftTotals: { objects, fields: items.length } };
}

function shown(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return shortened(text, MAX_VALUE);
}
