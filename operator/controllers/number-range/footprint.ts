import type { NumberRange } from '../../api/kinds.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { inSyncState } from '../../domain/change/footprint.ts';
import type { Owned, Plan, PlannedItem } from '../../domain/change/plan.ts';
import { splitRuleName } from '../../domain/routing/dial-plan-rules.ts';

type StatusEntry = NonNullable<NonNullable<NumberRange['status']>['footprint']>[number];

/** One rule that status says is ours. */
export interface RuleRecord {
  readonly plan: string;
  readonly pattern: string;
  readonly state: Owned['state'];
  readonly tagHash: string | undefined;
}

/** Members are listed up to this many; longer lists would not fit into a status. */
const MAX_MEMBERS = 500;

/** Later ones win where two entries name the same pattern. */
const STATES = ['Applied', 'Adopted', 'Pending', 'Removing'] as const;

/**
 * Rules on one device by the collection entries of the footprint. An entry with `members` stands for these, one without for every held
 * pattern that no entry names; of two such entries that say different tags neither is believed.
 */
export function recordsAt(range: NumberRange, device: string, held: ReadonlySet<string>): RuleRecord[] {
  const entries = (range.status?.footprint ?? []).filter(
    (entry) => entry.system === 'sbc' && entry.target === device && entry.name !== undefined,
  );
  const records = new Map<string, RuleRecord>();
  const byState = STATES.flatMap((state) => entries.filter((entry) => entry.state === state));
  for (const { name: plan = '', state, desiredHash } of byState.filter(({ members }) => members === undefined)) {
    for (const pattern of held) {
      const before = records.get(`${plan}/${pattern}`);
      const tagHash = before === undefined || before.tagHash === desiredHash ? desiredHash : undefined;
      records.set(`${plan}/${pattern}`, { plan, pattern, state, tagHash });
    }
  }
  for (const { name: plan = '', state, members = [], desiredHash } of byState)
    for (const pattern of members) records.set(`${plan}/${pattern}`, { plan, pattern, state, tagHash: desiredHash });
  return [...records.values()];
}

/** True for the tag that was last written, or announced, for the rule. */
export function isRecordedTag({ tagHash }: Pick<RuleRecord, 'tagHash'>, tag: string): boolean {
  return tagHash === hashOfTag(tag);
}

function hashOfTag(tag: string): string {
  return contentHash(tag.toLowerCase());
}

/** Rules that are to be remembered alike. */
interface Group {
  readonly state: Owned['state'];
  readonly tagHash: string | undefined;
  /** They have to stay for now. */
  readonly leaving: boolean;
  readonly patterns: string[];
}

/**
 * The collection entries of one device after a plan: counts and hashes for what is in place, members for what is on its way. `records` is what
 * was known before: a rule keeps its state and the tag that was written until a read shows otherwise.
 */
export function ruleEntries(device: string, plan: Plan, records: readonly RuleRecord[], isUnderWay = false): StatusEntry[] {
  const known = new Map(records.map((record) => [`${record.plan}/${record.pattern}`.toLowerCase(), record]));
  const plans = new Map<string, Map<string, Group>>();
  const put = (name: string, { state, tagHash, leaving }: Omit<Group, 'patterns'>): void => {
    const { plan: dialPlan, prefix } = splitRuleName(name);
    const groups = plans.get(dialPlan) ?? new Map<string, Group>();
    const key = `${state} ${tagHash} ${leaving}`;
    const group = groups.get(key) ?? { state, tagHash, leaving, patterns: [] };
    group.patterns.push(prefix);
    plans.set(dialPlan, groups.set(key, group));
  };
  const hashOf = (name: string): string | undefined => known.get(name.toLowerCase())?.tagHash;
  for (const item of plan.items) {
    const found = itemRecord(item, known.get(item.desired.name.toLowerCase()), isUnderWay);
    if (found !== undefined) put(item.desired.name, { ...found, leaving: false });
  }
  for (const { object, state } of plan.kept) put(object.name, { state, tagHash: hashOf(object.name), leaving: true });
  for (const { name } of plan.removals) put(name, { state: 'Removing', tagHash: hashOf(name), leaving: true });
  return [...plans].flatMap(([dialPlan, groups]) => planEntries([...groups.values()], { device, dialPlan })).sort(byNameStateAndTag);
}

function itemRecord(
  { desired, standing }: PlannedItem,
  known: RuleRecord | undefined,
  isUnderWay: boolean,
): Pick<RuleRecord, 'state' | 'tagHash'> | undefined {
  const tagHash = hashOfTag(String(desired.fields['tag']));
  const isAdopted = known?.state === 'Adopted';
  switch (standing) {
    case 'InSync':
      return { state: inSyncState(known?.state, isUnderWay), tagHash };
    case 'TakenBack':
      return { state: isAdopted ? 'Adopted' : 'Applied', tagHash };
    case 'ToAdopt':
      // Nothing of it is ours yet, so that its tag is still to be written.
      return { state: 'Adopted', tagHash: undefined };
    case 'ToCreate':
      // Also what policy or a gate keeps back: it is granted and not there, and so must not pass for applied.
      return { state: 'Pending', tagHash };
    case 'ToUpdate':
    case 'Drifted':
      return { state: isAdopted ? 'Adopted' : 'Applied', tagHash: known?.tagHash };
    case 'Taken':
      return undefined;
  }
}

/** One group may go without its list, as what is held and in no other list: the largest of those too long for one, else the applied rules. */
function planEntries(groups: readonly Group[], place: Pick<EntryParts, 'device' | 'dialPlan'>): StatusEntry[] {
  const bySize = [...groups].sort((left, right) => right.patterns.length - left.patterns.length);
  const unlisted =
    bySize.find(({ patterns }) => patterns.length > MAX_MEMBERS) ?? bySize.find(({ state, leaving }) => state === 'Applied' && !leaving);
  return groups.map((group) => entryOf({ ...place, ...group, listed: group !== unlisted && group.patterns.length <= MAX_MEMBERS }));
}

interface EntryParts extends Group {
  readonly device: string;
  readonly dialPlan: string;
  readonly listed: boolean;
}

function entryOf({ device, dialPlan, state, patterns, tagHash, listed }: EntryParts): StatusEntry {
  const sorted = [...patterns].sort();
  return {
    system: 'sbc',
    target: device,
    kind: 'DialPlanRule',
    name: dialPlan,
    state,
    count: sorted.length,
    hash: contentHash(sorted),
    ...(tagHash === undefined ? {} : { desiredHash: tagHash }),
    ...(listed ? { members: sorted } : {}),
  };
}

function byNameStateAndTag(left: StatusEntry, right: StatusEntry): number {
  const key = ({ name, state, desiredHash }: StatusEntry): string => `${name}|${state}|${desiredHash ?? ''}`;
  return key(left).localeCompare(key(right));
}

/**
 * The entries of one device once the removal of the whole range has been handed over: what we take away is no longer owned (telephony 6.4),
 * what existed before us keeps its state.
 */
export function leavingEntries(footprint: readonly StatusEntry[], device: string): readonly StatusEntry[] {
  return footprint.map((entry) => {
    const isOurs = entry.system === 'sbc' && entry.target === device && (entry.state === 'Applied' || entry.state === 'Pending');
    const hidesAdopted = footprint.some(
      (other) => other.target === device && other.name === entry.name && other.state === 'Adopted' && other.members === undefined,
    );
    return isOurs && !(hidesAdopted && entry.members === undefined) ? { ...entry, state: 'Removing' as const } : entry;
  });
}
