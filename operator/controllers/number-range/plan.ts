import type { NumberRange } from '../../api/kinds.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type ChangePolicy, type Owned, type Plan, planObjects } from '../../domain/change/plan.ts';
import { splitRuleIdentity } from '../../domain/change/rule-identity.ts';
import { ruleName } from '../../domain/naming/rule-name.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import { dialPlanRules } from '../../domain/routing/dial-plan-rules.ts';
import type { RuleIdentity } from '../successor.ts';
import type { IsLeaving } from '../work.ts';
import { isRecordedTag, type RuleRecord, recordsAt } from './footprint.ts';
import { isAt, isLeftAlone, ruleFor, ruleId } from './going.ts';
import type { Placement } from './placement.ts';

export interface DevicePlanInput {
  readonly range: NumberRange;
  readonly shortName: string;
  readonly device: string;
  /** Undefined: the range has no business on this device any more. */
  readonly place: Placement | undefined;
  readonly granted: readonly Prefix[];
  /** Patterns of the spec that status says are held here and that are refused all the same, as after a restore: their rules are left to others. */
  readonly yielded: ReadonlySet<string>;
  readonly held: ReadonlySet<string>;
  readonly observed: readonly OutsideObject[];
  readonly policy: ChangePolicy;
  readonly adopts: (object: OutsideObject) => boolean;
  /** True while removals on this device wait for a confirmation. */
  readonly keepsRemovals: boolean;
  /** False for a pattern whose number would have no rule if this one went. */
  readonly isReplaced: (pattern: string) => boolean;
  /** Another range of the Customer has the very same rule by now: it is that one's, and nothing is written (design §3.10). */
  readonly hasHeir: (rule: RuleIdentity) => boolean;
  readonly isLeaving: IsLeaving;
}

/** Rules of one device: what is granted, against what is there and what status says is ours. */
export function planDevice(input: DevicePlanInput): Plan {
  const { range, device, place, granted, held, observed, policy, adopts } = input;
  const seen = new Map(observed.map((rule) => [identityOf(rule), rule]));
  const desired =
    place === undefined ? [] : dialPlanRules({ device, plan: place.plan, tag: place.tag, prefixes: granted.map(({ text }) => text) });
  const named = desired.map((rule) => withName(rule, seen.get(identityOf(rule)), input));
  const records = recordsAt(range, device, held);
  const known = new Map(records.map((record) => [ruleId({ device, plan: record.plan }, record.pattern), record]));
  return planObjects({
    desired: named,
    observed,
    owned: ownedRules(device, records, named, seen),
    policy,
    adopts,
    order: ['DialPlanRule'],
    keeps: ({ name }) => input.keepsRemovals || !input.isReplaced(splitRuleIdentity(name).prefix),
    shared: (object) => !isOursToRemove(known.get(identityOf(object)), seen.get(identityOf(object)), input),
    isLeaving: input.isLeaving,
  });
}

/** Only what stands there with a tag that we wrote, was made by us, and has not become another range's. */
function isOursToRemove(record: RuleRecord | undefined, rule: OutsideObject | undefined, input: DevicePlanInput): boolean {
  const { range, device, place, yielded, hasHeir } = input;
  if (record === undefined || isLeftAlone(record, range)) return false;
  if (yielded.has(record.pattern) && isAt(record, place)) return false;
  if (rule === undefined) return true;
  const tag = String(rule.fields['tag']);
  const isOurTag =
    isRecordedTag(record, tag) || tag.toLowerCase() === place?.tag.toLowerCase() || statusTags(range, device).includes(tag.toLowerCase());
  return isOurTag && !hasHeir({ device, plan: record.plan, pattern: record.pattern, tag });
}

/** Names are the device's business (telephony 5.2): what is there keeps its name, what is new gets a derived one. */
function withName(rule: OutsideObject, seen: OutsideObject | undefined, { shortName }: DevicePlanInput): OutsideObject {
  const identity = { ...splitRuleIdentity(rule.name), tag: String(rule.fields['tag']) };
  return { ...rule, fields: { ...rule.fields, ruleName: seen?.fields['ruleName'] ?? ruleName(shortName, identity) } };
}

function statusTags({ status }: NumberRange, device: string): string[] {
  return (status?.trunks ?? []).flatMap((trunk) => (trunk.device === device && trunk.tag !== undefined ? [trunk.tag.toLowerCase()] : []));
}

/**
 * held × plan, with the state that the footprint keeps by collection (design §2). The content of a rule is its tag, so a rule that is there
 * with the recorded tag is what was announced, whatever its name.
 */
function ownedRules(
  device: string,
  records: readonly RuleRecord[],
  desired: readonly OutsideObject[],
  seen: ReadonlyMap<string, OutsideObject>,
): Owned[] {
  const wanted = new Map(desired.map((rule) => [identityOf(rule), rule]));
  return records.map((record) => {
    const object = ruleFor({ device, plan: record.plan }, record.pattern);
    const rule = wanted.get(identityOf(object)) ?? seen.get(identityOf(object));
    const unchanged = rule !== undefined && isRecordedTag(record, String(rule.fields['tag']));
    return { object, state: record.state, ...(unchanged ? { desiredHash: contentHash(rule.fields) } : {}) };
  });
}

/** What is held and not wanted any more may still have rules: their removal needs a confirmation when numbers are assigned. */
export function leavingPatterns(held: ReadonlySet<string>, wanted: readonly Prefix[]): string[] {
  const asked = new Set(wanted.map(({ text }) => text));
  return [...held].filter((text) => !asked.has(text));
}
