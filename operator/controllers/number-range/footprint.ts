import type { NumberRange } from '../../api/kinds.ts';
import { byText, contentHash } from '../../domain/change/canonical.ts';
import { type Prospect, staysReleased } from '../../domain/change/footprint.ts';
import { memberBits, membersOf } from '../../domain/change/member-set.ts';
import { type Owned, type Plan, type PlannedItem, wasAdopted } from '../../domain/change/plan.ts';
import { ruleIdentity, splitRuleIdentity } from '../../domain/change/rule-identity.ts';

type StatusEntry = NonNullable<NonNullable<NumberRange['status']>['footprint']>[number];

/** One rule that status says is ours. */
export interface RuleRecord {
  readonly plan: string;
  readonly pattern: string;
  readonly state: Owned['state'];
  /** Of one that is `Removing` or `Pending`: it existed before us. */
  readonly adopted?: true;
  readonly tagHash: string | undefined;
  /** Known only right after a look: it is not wanted there, and has to stay for now. Told apart so that people see what awaits removal. */
  readonly leaving?: true;
}

/** Members are listed up to this many; of more, only which of the held patterns they are is said, so that status stays small (design §2). */
const MAX_LISTED = 50;
/** What was released is not held, so each is named; planDevice releases no more than this on a device. */
export const MAX_RELEASED = 200;

/** Later ones win where two entries name the same pattern. */
const STATES = ['Applied', 'Adopted', 'Pending', 'Removing'] as const;

/**
 * Rules of ours on one device by the collection entries of the footprint. An entry names its patterns one by one or as a part of the held ones; the one
 * that does neither stands for every held pattern that no other entry of its dial plan names. What was released is none of them.
 */
export function recordsAt(range: NumberRange, device: string, held: ReadonlySet<string>): RuleRecord[] {
  const entries = (range.status?.footprint ?? []).filter(
    (entry) => entry.system === 'sbc' && entry.target === device && entry.name !== undefined,
  );
  const byState = STATES.flatMap((state) => entries.filter((entry) => entry.state === state));
  const named = byState.map((entry) => ({ entry, patterns: namedBy(entry, held) }));
  const records = new Map<string, RuleRecord>();
  // What is named comes after the rest, and so is believed.
  for (const { entry, patterns } of named.sort((left, right) => Number(left.patterns !== undefined) - Number(right.patterns !== undefined)))
    for (const pattern of patterns ?? held) {
      const { name: plan = '', state, adopted, desiredHash: tagHash } = entry;
      records.set(`${plan}/${pattern}`, { plan, pattern, state, ...adoptedField(adopted), tagHash });
    }
  return [...records.values()];
}

/** Rules on one device that existed before us and were let go. */
export function releasedAt(range: NumberRange, device: string): RuleRecord[] {
  const entries = (range.status?.footprint ?? []).filter(
    ({ system, target, state }) => system === 'sbc' && target === device && state === 'Released',
  );
  return entries.flatMap(({ name: plan = '', members = [], desiredHash: tagHash }) =>
    members.map((pattern): RuleRecord => ({ plan, pattern, state: 'Released', tagHash })),
  );
}

function adoptedField(adopted: boolean | undefined): { readonly adopted?: true } {
  return adopted === true ? { adopted } : {};
}

/** The same for one dial plan there, by pattern: what the range has at a place. */
export function recordsIn(
  range: NumberRange,
  { device, plan }: { readonly device: string; readonly plan: string },
  held: ReadonlySet<string>,
): ReadonlyMap<string, RuleRecord> {
  return inPlan(recordsAt(range, device, held), plan);
}

/** What was released, likewise. */
export function releasedIn(
  range: NumberRange,
  { device, plan }: { readonly device: string; readonly plan: string },
): ReadonlyMap<string, RuleRecord> {
  return inPlan(releasedAt(range, device), plan);
}

function inPlan(records: readonly RuleRecord[], plan: string): ReadonlyMap<string, RuleRecord> {
  const here = records.filter((record) => record.plan.toLowerCase() === plan.toLowerCase());
  return new Map(here.map((record) => [record.pattern, record]));
}

/** Undefined: the rest. A part of a list that is not the one held now names nothing: what it was is lost with its list. */
function namedBy({ members, memberBits: bits, hash }: StatusEntry, held: ReadonlySet<string>): readonly string[] | undefined {
  if (members !== undefined || bits === undefined) return members;
  const patterns = membersOf([...held].sort(), bits);
  return contentHash(patterns) === hash ? patterns : [];
}

/** True for the tag that was last written, or announced, for the rule. */
export function isRecordedTag({ tagHash }: Pick<RuleRecord, 'tagHash'>, tag: string): boolean {
  return tagHash === hashOfTag(tag);
}

function hashOfTag(tag: string): string {
  return contentHash(tag.toLowerCase());
}

/**
 * What is known of the rules on one device after a plan. `records` is what was known before: a rule keeps its state and the tag that was written
 * until a read shows otherwise.
 */
export function recordsAfter(plan: Plan, records: readonly RuleRecord[], prospect: Prospect = {}): RuleRecord[] {
  const known = byRule(records);
  const recordOf = (name: string, found: Omit<RuleRecord, 'plan' | 'pattern'>): RuleRecord => {
    const { plan: dialPlan, prefix: pattern } = splitRuleIdentity(name);
    return { plan: dialPlan, pattern, ...found };
  };
  const before = (name: string): RuleRecord | undefined => known.get(name.toLowerCase());
  const asKnown = ({ object: { name }, state, adopted }: Owned): Omit<RuleRecord, 'plan' | 'pattern'> => ({
    state,
    ...adoptedField(adopted),
    tagHash: before(name)?.tagHash,
  });
  const items = plan.items.flatMap((item) => {
    const found = itemRecord(item, before(item.desired.name), prospect);
    return found === undefined ? [] : [recordOf(item.desired.name, found)];
  });
  const kept = plan.kept.map((owned) => recordOf(owned.object.name, { ...asKnown(owned), leaving: true }));
  const released = plan.released.map((owned) => recordOf(owned.object.name, asKnown(owned)));
  const leaving = plan.removals.map(({ name }) => recordOf(name, removingRecord(before(name))));
  return [...items, ...kept, ...released, ...leaving];
}

function byRule(records: readonly RuleRecord[]): ReadonlyMap<string, RuleRecord> {
  return new Map(records.map((record) => [ruleKey(record), record]));
}

function ruleKey({ plan, pattern }: Pick<RuleRecord, 'plan' | 'pattern'>): string {
  return ruleIdentity(plan, pattern).toLowerCase();
}

/**
 * The same of a device that has not saved what it was told, which a restart may take away again: what stands there is ours, and what was last
 * written to last is what was known before. So it is written anew, as a change, if it is lost, and does not pass for a stranger's doing.
 */
export function unsavedRecords(after: readonly RuleRecord[], before: readonly RuleRecord[]): RuleRecord[] {
  const known = byRule(before);
  return after.map((record) => {
    if (record.state !== 'Applied' && record.state !== 'Adopted') return record;
    const { state, tagHash } = known.get(ruleKey(record)) ?? { state: 'Pending' };
    return { ...record, tagHash: state === 'Pending' ? undefined : tagHash };
  });
}

function removingRecord(known: RuleRecord | undefined): Omit<RuleRecord, 'plan' | 'pattern'> {
  return { state: 'Removing', ...adoptedField(known && wasAdopted(known)), tagHash: known?.tagHash };
}

function itemRecord(
  item: PlannedItem,
  known: RuleRecord | undefined,
  prospect: Prospect,
): Omit<RuleRecord, 'plan' | 'pattern'> | undefined {
  const { desired, standing } = item;
  // Nothing of it is ours while it cannot be taken up again, and neither is it forgotten.
  if (known?.state === 'Released' && staysReleased(item, prospect)) return { state: known.state, tagHash: known.tagHash };
  const tagHash = hashOfTag(String(desired.fields['tag']));
  const state = item.adopted ? 'Adopted' : 'Applied';
  switch (standing) {
    case 'InSync':
      return known?.state === 'Removing' && prospect.isUnderWay === true
        ? { state: known.state, ...adoptedField(known.adopted), tagHash }
        : { state, tagHash };
    case 'TakenBack':
      return { state, tagHash };
    case 'ToAdopt':
      return announcedRecord(item, known, tagHash, prospect);
    case 'ToCreate':
      // Also what policy or a gate keeps back: it is granted and not there, and so must not pass for applied.
      return { state: 'Pending', tagHash };
    case 'ToUpdate':
    case 'Drifted':
      return { state, tagHash: known?.tagHash };
    case 'Taken':
      return undefined;
  }
}

/**
 * A rule with another tag is announced when the pass hands its change over, and is somebody else's until a look shows our tag there: a word that is
 * taken back stops the write (telephony 4.2). A pass that hands nothing over keeps what was announced before, which may be on the wire.
 */
function announcedRecord(
  { writes }: PlannedItem,
  known: RuleRecord | undefined,
  tagHash: string,
  { isHeld }: Prospect,
): Omit<RuleRecord, 'plan' | 'pattern'> | undefined {
  if (writes && isHeld !== true) return { state: 'Pending', adopted: true, tagHash };
  return known && { state: known.state, ...adoptedField(known.adopted), tagHash: known.tagHash };
}

/** Rules that are to be remembered alike. */
interface Group extends Omit<RuleRecord, 'pattern'> {
  readonly patterns: string[];
}

/** The collection entries of one device for the rules there, of which every pattern is in `held` but for what was released: see recordsAt. */
export function ruleEntries(device: string, records: readonly RuleRecord[], held: readonly string[]): StatusEntry[] {
  const plans = new Map<string, Map<string, Group>>();
  for (const { pattern, ...alike } of records) {
    const groups = plans.get(alike.plan) ?? new Map<string, Group>();
    const key = `${alike.state} ${alike.adopted} ${alike.tagHash} ${alike.leaving}`;
    const group = groups.get(key) ?? { ...alike, patterns: [] };
    group.patterns.push(pattern);
    plans.set(alike.plan, groups.set(key, group));
  }
  const list = [...held].sort();
  return [...plans.values()].flatMap((groups) => planEntries(device, [...groups.values()], list)).sort(byNameStateAndTag);
}

/** Where all that is held stands in the plan, one group needs no list: the largest of those too long for one, else the applied rules. */
function planEntries(device: string, groups: readonly Group[], held: readonly string[]): StatusEntry[] {
  const bySize = groups.filter(({ state }) => state !== 'Released').sort((left, right) => right.patterns.length - left.patterns.length);
  const isAll = bySize.reduce((sum, { patterns }) => sum + patterns.length, 0) === held.length;
  const rest = isAll
    ? (bySize.find(({ patterns }) => patterns.length > MAX_LISTED) ??
      bySize.find(({ state, leaving }) => state === 'Applied' && leaving !== true))
    : undefined;
  return groups.map((group) => {
    const entry = entryOf(device, group);
    if (group === rest) return entry;
    return group.patterns.length <= MAX_LISTED || group.state === 'Released'
      ? { ...entry, members: [...group.patterns].sort() }
      : { ...entry, memberBits: memberBits(held, new Set(group.patterns)) };
  });
}

function entryOf(device: string, { plan, state, adopted, tagHash, patterns }: Group): StatusEntry {
  return {
    system: 'sbc',
    target: device,
    kind: 'DialPlanRule',
    name: plan,
    state,
    ...adoptedField(adopted),
    count: patterns.length,
    hash: contentHash([...patterns].sort()),
    ...(tagHash === undefined ? {} : { desiredHash: tagHash }),
  };
}

function byNameStateAndTag(left: StatusEntry, right: StatusEntry): number {
  const key = ({ name, state, desiredHash, adopted }: StatusEntry): string => `${name}|${state}|${desiredHash ?? ''}|${adopted === true}`;
  return byText(key(left), key(right));
}

/**
 * The entries of one device once the removal of the whole range has been handed over: what we take away is no longer owned (telephony 6.4),
 * what existed before us keeps its state, announced or adopted.
 */
export function leavingEntries(footprint: readonly StatusEntry[], device: string): readonly StatusEntry[] {
  return footprint.map((entry) => {
    const isOurs =
      entry.system === 'sbc' &&
      entry.target === device &&
      (entry.state === 'Applied' || entry.state === 'Pending') &&
      entry.adopted !== true;
    return isOurs ? { ...entry, state: 'Removing' as const } : entry;
  });
}
