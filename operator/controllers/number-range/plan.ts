import type { NumberRange } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type ChangePolicy, type Owned, type Plan, planObjects } from '../../domain/change/plan.ts';
import { ruleName } from '../../domain/naming/rule-name.ts';
import type { Claim, ClaimBook } from '../../domain/numbers/claim-book.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import { dialPlanRules, splitRuleName } from '../../domain/routing/dial-plan-rules.ts';
import { customerKeyOf } from '../indexes.ts';
import { heirKey, type RuleIdentity } from '../successor.ts';
import { claimOf, placeOf } from './claims.ts';
import { isRecordedTag, type RuleRecord, recordsAt } from './footprint.ts';
import { isAt, isLeftAlone, ruleFor, ruleId, type SeenRules, sameTag } from './going.ts';
import type { Placement } from './placement.ts';

export interface Refusal {
  readonly pattern: string;
  readonly reason: Reason;
  readonly message: string;
}

export interface GrantInput {
  readonly range: NumberRange;
  readonly wanted: readonly Prefix[];
  readonly held: ReadonlySet<string>;
  readonly places: readonly Placement[];
  readonly book: ClaimBook;
  /** True while it is not known what some other range holds at a place. */
  readonly isUnread: (place: string) => boolean;
  /** Rules on each device by identity; a device that is not seen is missing. */
  readonly rules: SeenRules;
  readonly adopts: (object: OutsideObject) => boolean;
  /** Customer of another range, for the rule on captures; undefined when it is gone. */
  readonly customerOf: (owner: string) => string | undefined;
}

export interface Grants {
  readonly granted: readonly Prefix[];
  readonly refused: readonly Refusal[];
  /** Not decided: a device of theirs has not been read in this process (design §2 Claims). */
  readonly open: readonly Prefix[];
  /** Longer rules that take some of these numbers, or are taken from (telephony 6.1). */
  readonly captures: readonly string[];
}

/** Which patterns of the spec the range has: what it holds already, and what nobody else has, in status or on the device. */
export function grant(input: GrantInput): Grants {
  const granted: Prefix[] = [];
  const refused: Refusal[] = [];
  const open: Prefix[] = [];
  const captures = new Set<string>();
  for (const prefix of input.wanted) {
    const verdict = verdictOn(prefix, input, captures);
    if (verdict === 'granted') granted.push(prefix);
    else if (verdict === 'open') open.push(prefix);
    else refused.push(verdict);
  }
  return { granted, refused, open, captures: [...captures].sort() };
}

function verdictOn(prefix: Prefix, input: GrantInput, captures: Set<string>): 'granted' | 'open' | Refusal {
  const { range, held, places, book } = input;
  const mine = claimOf(range, prefix, held.has(prefix.text));
  for (const place of places) {
    const { holder, capturing, captured } = book.rivals(placeOf(place), mine, heirKey(range, place.tag));
    if (holder !== undefined) return heldBy(prefix, holder, range);
    const stolen = range.spec.owner === 'Customer' ? captured.find((other) => isForeign(other, input)) : undefined;
    if (stolen !== undefined && !mine.granted) return capturesForeign(prefix);
    for (const other of [...capturing, ...captured]) captures.add(`${prefix.text} and ${other.prefix.text}`);
  }
  const taken = places.find((place) => isTaken(prefix, place, mine.granted, input));
  if (taken !== undefined) return takenOnDevice(prefix, taken, ruleAt(prefix, taken, input));
  if (mine.granted) return 'granted';
  return places.some((place) => !input.rules.has(place.device) || input.isUnread(placeOf(place))) ? 'open' : 'granted';
}

/**
 * Somebody else's rule stands there. A grant that was made on an older picture of the device does not help: only what status records as seen
 * there once is ours, and its tag then only drifted.
 */
function isTaken(prefix: Prefix, place: Placement, granted: boolean, input: GrantInput): boolean {
  const rule = ruleAt(prefix, place, input);
  if (rule === undefined || sameTag(rule, place) || input.adopts(rule)) return false;
  return !granted || !stoodThere(prefix, place, input);
}

function stoodThere({ text }: Prefix, { device, plan }: Placement, { range, held }: GrantInput): boolean {
  return recordsAt(range, device, held).some((record) => record.plan === plan && record.pattern === text && record.state !== 'Pending');
}

function ruleAt(prefix: Prefix, place: Placement, { rules }: GrantInput): OutsideObject | undefined {
  return rules.get(place.device)?.get(ruleId(place, prefix.text));
}

function isForeign(other: Claim, { range, customerOf }: GrantInput): boolean {
  return customerOf(other.owner) !== customerKeyOf(range);
}

function heldBy(prefix: Prefix, holder: Claim, range: NumberRange): Refusal {
  // Across namespaces only the fact is told: one customer's numbers are not another one's business (design §2 Tenancy).
  const near = holder.owner.startsWith(`${range.metadata.namespace ?? ''}/`);
  const who = near ? `NumberRange ${holder.owner.slice(holder.owner.indexOf('/') + 1)} (${holder.prefix.text})` : 'another customer';
  return {
    pattern: prefix.text,
    reason: 'PatternHeld',
    message: `spec.prefixes: ${prefix.text} has numbers that ${who} holds in the same dial plan; remove it here or there`,
  };
}

function capturesForeign(prefix: Prefix): Refusal {
  return {
    pattern: prefix.text,
    reason: 'PrefixCaptures',
    message: `spec.prefixes: ${prefix.text} is the beginning of numbers of another customer; a range with owner: Customer may not capture them, use a longer prefix`,
  };
}

function takenOnDevice(prefix: Prefix, place: Placement | undefined, rule: OutsideObject | undefined): Refusal {
  const where = `dial plan ${place?.plan ?? ''} of SBCDevice ${place?.device ?? ''}`;
  const message = `spec.prefixes: ${prefix.text} is in ${where} already, with tag ${String(rule?.fields['tag'])}; annotate trunkline.dev/adopt=DialPlanRule/${rule?.name ?? ''} to take it over, or remove it there`;
  return { pattern: prefix.text, reason: 'NameTaken', message };
}

export interface DevicePlanInput {
  readonly range: NumberRange;
  readonly shortName: string;
  readonly device: string;
  /** Undefined: the range has no business on this device any more. */
  readonly place: Placement | undefined;
  readonly granted: readonly Prefix[];
  /** Patterns of the spec that status says are held and that are refused all the same, as after a restore: their rules are left to others. */
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
    keeps: ({ name }) => input.keepsRemovals || !input.isReplaced(splitRuleName(name).prefix),
    shared: (object) => !isOursToRemove(known.get(identityOf(object)), seen.get(identityOf(object)), input),
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
  const identity = { ...splitRuleName(rule.name), tag: String(rule.fields['tag']) };
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
