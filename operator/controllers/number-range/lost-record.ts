import { contentHash } from '../../domain/change/canonical.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import { type Finding, stalls } from '../finding.ts';
import type { Placement } from './placement.ts';

/** What was held beyond what spec and devices show is not known, so nothing is written, granted, released or removed. */
export function recordLost(problem: string, configMap: string): Finding {
  return stalls(
    'Accepted',
    'HeldRecordLost',
    `${problem}, and spec and SBCs do not prove what it was; nothing is written or removed meanwhile. Restore the ConfigMap from a backup, or annotate trunkline.dev/adopt=ConfigMap/${configMap} to go on with the prefixes of the spec: rules of others that were held stay on the SBCs`,
  );
}

export interface LostRecord {
  /** Hash of the sorted patterns, as status has it. */
  readonly hash: string;
  readonly wanted: readonly Prefix[];
  readonly places: readonly Placement[];
  /** Rules on each device by identity; a device that is not seen is missing. */
  readonly rules: ReadonlyMap<string, ReadonlyMap<string, OutsideObject>>;
}

/**
 * What a lost record must have held, if spec or devices prove it by its hash: all that the spec wants, or what of it stands on the devices with
 * our tag, on any or on each of them. Undefined: nothing proves it, so nobody knows which other prefixes were held too.
 */
export function provenRecord(lost: LostRecord): readonly string[] | undefined {
  const texts = lost.wanted.map(({ text }) => text).sort();
  const candidates = [texts, standingAt('some', lost), standingAt('every', lost)];
  return candidates.find((patterns) => contentHash(patterns) === lost.hash);
}

/** What of the spec stands on the devices with our tag. */
export function standingAt(which: 'some' | 'every', { wanted, places, rules }: Omit<LostRecord, 'hash'>): string[] {
  const hasRule = ({ text }: Prefix, { device, plan, tag }: Placement): boolean => {
    const rule = rules.get(device)?.get(identityOf({ system: 'sbc', target: device, kind: 'DialPlanRule', name: `${plan}/${text}` }));
    return rule !== undefined && String(rule.fields['tag']).toLowerCase() === tag.toLowerCase();
  };
  return wanted.flatMap((prefix) => (places[which]((place) => hasRule(prefix, place)) ? [prefix.text] : [])).sort();
}
