import type { NumberRange } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import type { Reason } from '../../api/reasons.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import type { Claim, ClaimBook } from '../../domain/numbers/claim-book.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import { customerKeyOf } from '../indexes.ts';
import { heirKey } from '../successor.ts';
import { claimOf, placeOf } from './claims.ts';
import { isRecordedTag, type RuleRecord, recordsIn, releasedIn } from './footprint.ts';
import { ruleId, type SeenRules, sameTag } from './going.ts';
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
  /** True for a device that cannot be seen, or not be believed, now: what is granted on the others does not wait for it (telephony 2.1). */
  readonly isLost?: (device: ObjectKey) => boolean;
  readonly adopts: (object: OutsideObject) => boolean;
  /** Customer of another range, for the rule on captures; undefined when it is gone. */
  readonly customerOf: (owner: string) => string | undefined;
}

/** What a range gets on one device. */
export interface GrantsThere {
  readonly granted: readonly Prefix[];
  readonly refused: ReadonlySet<string>;
}

export interface Grants {
  /** What the range has on one device at least. */
  readonly granted: readonly Prefix[];
  readonly byDevice: ReadonlyMap<ObjectKey, GrantsThere>;
  readonly refused: readonly Refusal[];
  /** Not decided somewhere: a device of theirs, which is not lost, has not been read in this process (design §2 Claims). */
  readonly open: readonly Prefix[];
  /** Longer rules that take some of these numbers, or are taken from (telephony 6.1). */
  readonly captures: readonly string[];
}

export const NO_GRANTS: Grants = { granted: [], byDevice: new Map(), refused: [], open: [], captures: [] };

type Verdict = 'granted' | 'open' | Refusal;

/** One device's dial plan, what status says that the range has there, and what comes of it. */
interface Ground {
  readonly place: Placement;
  readonly records: ReadonlyMap<string, RuleRecord>;
  /** What was adopted there and let go, by pattern. */
  readonly released: ReadonlyMap<string, RuleRecord>;
  readonly granted: Prefix[];
  readonly refused: Set<string>;
}

/**
 * Which patterns of the spec the range has, and where: what it holds there already, and what nobody else has there, in status or on the device. One
 * that it has on some device is judged on each other one by itself; one that it has nowhere yet it gets on all of its devices or on none, but for
 * those that are lost: there it stays open.
 */
export function grant(input: GrantInput): Grants {
  const { range, wanted, held, places } = input;
  const grounds = places.map((place): Ground => {
    const [records, released] = [recordsIn(range, place, held), releasedIn(range, place)];
    return { place, records, released, granted: [], refused: new Set() };
  });
  const captures = new Set<string>();
  const granted: Prefix[] = [];
  const refused = new Set<Refusal>();
  const open: Prefix[] = [];
  for (const prefix of wanted) {
    const verdicts = verdictsOn(prefix, grounds, input, captures);
    for (const [ground, verdict] of verdicts) {
      if (verdict === 'granted') ground.granted.push(prefix);
      if (typeof verdict === 'string') continue;
      ground.refused.add(prefix.text);
      refused.add(verdict);
    }
    if ([...verdicts.values()].includes('granted')) granted.push(prefix);
    if ([...verdicts].some(([ground, verdict]) => verdict === 'open' && !isLost(ground, input))) open.push(prefix);
  }
  const byDevice = new Map(grounds.map(({ place, ...there }) => [place.device, there]));
  return { granted, byDevice, refused: [...refused], open, captures: [...captures].sort() };
}

function verdictsOn(prefix: Prefix, grounds: readonly Ground[], input: GrantInput, captures: Set<string>): ReadonlyMap<Ground, Verdict> {
  const verdicts = new Map(grounds.map((ground) => [ground, verdictOn(prefix, ground, input, captures)]));
  if (grounds.some(({ records }) => records.has(prefix.text))) return verdicts;
  const all = [...verdicts.values()];
  const decided = [...verdicts].flatMap(([ground, verdict]) => (isLost(ground, input) ? [] : verdict));
  const refusal = all.find((verdict) => typeof verdict !== 'string');
  const one = refusal ?? (decided.length === 0 || decided.includes('open') ? 'open' : 'granted');
  return new Map(grounds.map((ground) => [ground, refusal === undefined && isLost(ground, input) ? 'open' : one]));
}

function isLost({ place }: Ground, input: GrantInput): boolean {
  return input.isLost?.(place.device) === true;
}

function verdictOn(
  prefix: Prefix,
  { place, records, released }: Pick<Ground, 'place' | 'records' | 'released'>,
  input: GrantInput,
  captures: Set<string>,
): Verdict {
  const { range, book } = input;
  const record = records.get(prefix.text);
  const mine = claimOf(range, prefix, record !== undefined);
  const { holder, capturing, captured } = book.rivals(placeOf(place), mine, heirKey(range, place.tag));
  if (holder !== undefined) return heldBy(prefix, place, holder, range);
  const stolen = range.spec.owner === 'Customer' ? captured.find((other) => isForeign(other, input)) : undefined;
  if (stolen !== undefined && !mine.granted) return capturesForeign(prefix);
  for (const other of [...capturing, ...captured])
    captures.add(`${prefix.text} and ${isNear(other.owner, range) ? other.prefix.text : 'one of another customer'}`);
  const rule = ruleAt(prefix, place, input);
  if (rule !== undefined && isTaken(rule, place, record, input) && !isAsLeft(rule, released.get(prefix.text)))
    return takenOnDevice(prefix, place, rule, range);
  if (mine.granted) return 'granted';
  return !input.rules.has(place.device) || input.isUnread(placeOf(place)) ? 'open' : 'granted';
}

/**
 * Somebody else's rule stands there. A grant that was made on an older picture of the device does not help: only what status records as seen
 * there once is ours, and its tag then only drifted.
 */
function isTaken(rule: OutsideObject, place: Placement, record: RuleRecord | undefined, { adopts }: GrantInput): boolean {
  if (sameTag(rule, place) || adopts(rule)) return false;
  return record === undefined || record.state === 'Pending';
}

/** It was adopted, let go, and stands as it was left: it may be taken up again, whatever it is to say now. */
function isAsLeft({ fields }: OutsideObject, released: RuleRecord | undefined): boolean {
  return released !== undefined && isRecordedTag(released, String(fields['tag']));
}

function ruleAt(prefix: Prefix, place: Placement, { rules }: GrantInput): OutsideObject | undefined {
  return rules.get(place.device)?.get(ruleId(place, prefix.text));
}

function isForeign(other: Claim, { range, customerOf }: GrantInput): boolean {
  return customerOf(other.owner) !== customerKeyOf(range);
}

/** Across namespaces only the fact is told: one customer's numbers are not another one's business (design §2 Tenancy). */
function isNear(key: string, { metadata: { namespace = '' } }: NumberRange): boolean {
  return key.startsWith(`${namespace}/`);
}

function heldBy(prefix: Prefix, place: Placement, holder: Claim, range: NumberRange): Refusal {
  const name = holder.owner.slice(holder.owner.indexOf('/') + 1);
  const who = isNear(holder.owner, range) ? `NumberRange ${name} (${holder.prefix.text})` : 'another customer';
  return {
    pattern: prefix.text,
    reason: 'PatternHeld',
    message: `spec.prefixes: ${prefix.text} has numbers that ${who} holds in ${where(place)}; remove it here or there`,
  };
}

function capturesForeign(prefix: Prefix): Refusal {
  return {
    pattern: prefix.text,
    reason: 'PrefixCaptures',
    message: `spec.prefixes: ${prefix.text} is the beginning of numbers of another customer; a range with owner: Customer may not capture them, use a longer prefix`,
  };
}

/** A tag names the customer that the rule leads to. */
function takenOnDevice(prefix: Prefix, place: Placement, rule: OutsideObject, range: NumberRange): Refusal {
  const tag = isNear(place.device, range) ? `tag ${String(rule.fields['tag'])}` : 'another tag';
  const message = `spec.prefixes: ${prefix.text} is in ${where(place)} already, with ${tag}; annotate trunkline.dev/adopt=DialPlanRule/${rule.name} to take it over, or remove it there`;
  return { pattern: prefix.text, reason: 'NameTaken', message };
}

function where({ plan, device }: Placement): string {
  return `dial plan ${plan} of SBCDevice ${device}`;
}
