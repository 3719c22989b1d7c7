import type { NumberRange } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import { type Finding, lastWord, stalls, waits } from '../finding.ts';
import { claimOf, type NumberClaims, placeOf } from './claims.ts';
import { adoptsRecord, type RangeConfigMaps } from './config-maps.ts';
import { ruleId, type SeenRules, sameTag } from './going.ts';
import { type DeviceLook, rulesSeen } from './looks.ts';
import type { Placement } from './placement.ts';

export interface Recovery {
  readonly range: NumberRange;
  readonly wanted: readonly Prefix[];
  readonly places: readonly Placement[];
  readonly looks: readonly DeviceLook[];
  readonly memory: RangeConfigMaps;
  readonly claims: NumberClaims;
}

/** Takes a lost record of grants back where spec and devices prove it; else the range does nothing, and says why. Undefined: it may go on. */
export function recoverRecord({ range, wanted, places, looks, memory, claims }: Recovery): Finding | undefined {
  const { heldIn } = range.status ?? {};
  const problem = memory.problemOf(range);
  if (problem === undefined || heldIn === undefined) return undefined;
  const rules = rulesSeen(looks);
  const proven = provenRecord({ hash: heldIn.hash ?? '', wanted, places, rules });
  const isReading = places.some((place) => looks.find(({ device }) => device === place.device)?.seen.state === 'reading');
  if (proven === undefined && isReading)
    return lastWord(range, 'Accepted') ?? waits('Accepted', 'Observing', 'The SBCs are being read', 'Unknown');
  if (proven === undefined && !adoptsRecord(range, heldIn.name)) return recordLost(problem, heldIn.name);
  // Given up: ours is what stands there for the spec and what nobody else has.
  const standing = new Set(standingAt('some', { wanted, places, rules }));
  const isFree = (prefix: Prefix): boolean =>
    places.every((place) => claims.book.rivals(placeOf(place), claimOf(range, prefix, false)).holder?.granted !== true);
  memory.restore(range, proven ?? wanted.flatMap((prefix) => (standing.has(prefix.text) && isFree(prefix) ? [prefix.text] : [])).sort());
  claims.refresh(keyOf(range));
  return undefined;
}

/** What was held beyond what spec and devices show is not known, so nothing is written, granted, released or removed. */
function recordLost(problem: string, configMap: string): Finding {
  return stalls(
    'Accepted',
    'HeldRecordLost',
    `${problem}, and spec and SBCs do not prove what it was; nothing is written or removed meanwhile. Restore the ConfigMap from a backup, or annotate trunkline.dev/adopt=ConfigMap/${configMap} to go on with the prefixes of the spec: rules of others that were held stay on the SBCs`,
  );
}

interface LostRecord {
  /** Hash of the sorted patterns, as status has it. */
  readonly hash: string;
  readonly wanted: readonly Prefix[];
  readonly places: readonly Placement[];
  readonly rules: SeenRules;
}

/**
 * What a lost record must have held, if spec or devices prove it by its hash: all that the spec wants, or what of it stands on the devices with
 * our tag, on any or on each of them. Undefined: nothing proves it, so nobody knows which other prefixes were held too.
 */
function provenRecord(lost: LostRecord): readonly string[] | undefined {
  const texts = lost.wanted.map(({ text }) => text).sort();
  const candidates = [texts, standingAt('some', lost), standingAt('every', lost)];
  return candidates.find((patterns) => contentHash(patterns) === lost.hash);
}

/** What of the spec stands on the devices with our tag. */
function standingAt(which: 'some' | 'every', { wanted, places, rules }: Omit<LostRecord, 'hash'>): string[] {
  const hasRule = ({ text }: Prefix, place: Placement): boolean => {
    const rule = rules.get(place.device)?.get(ruleId(place, text));
    return rule !== undefined && sameTag(rule, place);
  };
  return wanted.flatMap((prefix) => (places[which]((place) => hasRule(prefix, place)) ? [prefix.text] : [])).sort();
}
