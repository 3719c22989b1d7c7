import type { NumberRange } from '../../api/kinds.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type ChangePolicy, type Owned, type Plan, planObjects } from '../../domain/change/plan.ts';
import { splitRuleIdentity } from '../../domain/change/rule-identity.ts';
import { isDerivedRuleName, ruleName } from '../../domain/naming/rule-name.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import { dialPlanRules } from '../../domain/routing/dial-plan-rules.ts';
import type { RuleIdentity } from '../successor.ts';
import type { IsLeaving } from '../work.ts';
import { isRecordedTag, MAX_RELEASED, type RuleRecord, recordsAt, releasedAt } from './footprint.ts';
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
  const records = [...recordsAt(range, device, held), ...releasedAt(range, device)];
  const known = new Map(records.map((record) => [ruleId({ device, plan: record.plan }, record.pattern), record]));
  const released = releasedRules(records, named, seen, input);
  const plan = planObjects({
    desired: named,
    observed,
    owned: ownedRules(device, records, named, seen),
    policy,
    adopts,
    order: ['DialPlanRule'],
    keeps: (rule) =>
      input.keepsRemovals || isKept(known.get(identityOf(rule)), input) || !input.isReplaced(splitRuleIdentity(rule.name).prefix),
    shared: (object) => isOthers(known.get(identityOf(object)), seen.get(identityOf(object)), input),
    releases: (object) => released.has(identityOf(object)),
    existedBefore: (rule) => !isNamedByUs(rule),
    isLeaving: input.isLeaving,
  });
  return withoutLeftAlone(plan, input);
}

/**
 * What is left alone and too much to be remembered by name (see releasedRules) awaits no removal: it stays recorded as it is. On a device to which
 * no trunk leads any more it is forgotten, as else the range would never be done there.
 */
function withoutLeftAlone(plan: Plan, { range, place }: DevicePlanInput): Plan {
  const left = plan.kept.filter((entry) => isLeftAlone(entry, range));
  if (left.length === 0) return plan;
  const kept = plan.kept.filter((entry) => !isLeftAlone(entry, range));
  return { ...plan, kept, released: place === undefined ? plan.released : [...plan.released, ...left] };
}

/**
 * What existed before us and is not wanted here any more is let go and remembered by name. That many names do not fit into a status for long lists:
 * such rules stay recorded as adopted, and their patterns as held (see withoutLeftAlone).
 */
function releasedRules(
  records: readonly RuleRecord[],
  desired: readonly OutsideObject[],
  seen: ReadonlyMap<string, OutsideObject>,
  input: DevicePlanInput,
): ReadonlySet<string> {
  const kept = records.filter((record) => isKept(record, input));
  if (kept.length === 0) return NOTHING;
  const wanted = new Set(desired.map(identityOf));
  const idOf = ({ plan, pattern }: RuleRecord): string => ruleId({ device: input.device, plan }, pattern);
  const left = kept.filter((record) => !wanted.has(idOf(record)) && seen.has(idOf(record)));
  const ids = left.filter((record) => !isOthers(record, seen.get(idOf(record)), input)).map(idOf);
  return ids.length > MAX_RELEASED ? NOTHING : new Set(ids);
}

const NOTHING: ReadonlySet<string> = new Set();

function isKept(record: RuleRecord | undefined, { range }: DevicePlanInput): boolean {
  return record !== undefined && isLeftAlone(record, range);
}

/** Whether the name of a rule is one of ours: what we adopt keeps the name that it has. */
function isNamedByUs(rule: OutsideObject): boolean {
  return isDerivedRuleName(rule.fields['ruleName'], identityOfRule(rule));
}

/** Not to be removed, nor remembered: not ours by status, another range's by now, or changed by somebody else so that nobody knows whose it is. */
function isOthers(record: RuleRecord | undefined, rule: OutsideObject | undefined, input: DevicePlanInput): boolean {
  const { range, device, place, yielded, hasHeir } = input;
  if (record === undefined) return true;
  if (yielded.has(record.pattern) && isAt(record, place)) return true;
  if (rule === undefined) return false;
  const tag = String(rule.fields['tag']);
  const isOurTag =
    isRecordedTag(record, tag) || tag.toLowerCase() === place?.tag.toLowerCase() || statusTags(range, device).includes(tag.toLowerCase());
  if (hasHeir({ device, plan: record.plan, pattern: record.pattern, tag })) return true;
  return !isOurTag && !isLeftAlone(record, range);
}

/**
 * Names are the device's business (telephony 5.2): what is there keeps its name, what is new gets a derived one. A derived name follows the tag, or
 * it would not be known as one of ours any more.
 */
function withName(rule: OutsideObject, seen: OutsideObject | undefined, input: DevicePlanInput): OutsideObject {
  const isRenamed = seen !== undefined && seen.fields['tag'] !== rule.fields['tag'] && isNamedByUs(seen);
  const name = isRenamed ? undefined : seen?.fields['ruleName'];
  return { ...rule, fields: { ...rule.fields, ruleName: name ?? ruleName(input.shortName, identityOfRule(rule)) } };
}

function identityOfRule({ name, fields }: OutsideObject) {
  return { ...splitRuleIdentity(name), tag: String(fields['tag']) };
}

function statusTags({ status }: NumberRange, device: string): string[] {
  return (status?.trunks ?? []).flatMap((trunk) => (trunk.device === device && trunk.tag !== undefined ? [trunk.tag.toLowerCase()] : []));
}

/**
 * held × plan, with the state that the footprint keeps by collection (design §2). The content of a rule is its tag, so a rule that is there
 * with the recorded tag is what was announced, or left, whatever its name.
 */
function ownedRules(
  device: string,
  records: readonly RuleRecord[],
  desired: readonly OutsideObject[],
  seen: ReadonlyMap<string, OutsideObject>,
): Owned[] {
  const wanted = new Map(desired.map((rule) => [identityOf(rule), rule]));
  return records.map((record) => {
    const { state, adopted } = record;
    const object = ruleFor({ device, plan: record.plan }, record.pattern);
    const there = seen.get(identityOf(object));
    const rule = state === 'Released' ? there : (wanted.get(identityOf(object)) ?? there);
    const unchanged = rule !== undefined && isRecordedTag(record, String(rule.fields['tag']));
    return { object, state, ...(adopted === true ? { adopted } : {}), ...(unchanged ? { desiredHash: contentHash(rule.fields) } : {}) };
  });
}

/** What is held and not wanted any more may still have rules: their removal needs a confirmation when numbers are assigned. */
export function leavingPatterns(held: ReadonlySet<string>, wanted: readonly Prefix[]): string[] {
  const asked = new Set(wanted.map(({ text }) => text));
  return [...held].filter((text) => !asked.has(text));
}
