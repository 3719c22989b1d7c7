import type { NumberRange } from '../../api/kinds.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import type { Owned, Plan } from '../../domain/change/plan.ts';
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
 * pattern that no entry names.
 */
export function recordsAt(range: NumberRange, device: string, held: ReadonlySet<string>): RuleRecord[] {
  const entries = (range.status?.footprint ?? []).filter(
    (entry) => entry.system === 'sbc' && entry.target === device && entry.name !== undefined,
  );
  const records = new Map<string, RuleRecord>();
  const byState = STATES.flatMap((state) => entries.filter((entry) => entry.state === state));
  for (const entry of [
    ...byState.filter(({ members }) => members === undefined),
    ...byState.filter(({ members }) => members !== undefined),
  ]) {
    const plan = entry.name ?? '';
    for (const pattern of entry.members ?? held)
      records.set(`${plan}/${pattern}`, { plan, pattern, state: entry.state, tagHash: entry.desiredHash });
  }
  return [...records.values()];
}

/** The collection entries of one device after a plan: counts and hashes for what is in place, members for what is on its way. */
export function ruleEntries(device: string, plan: Plan, tag: string | undefined): StatusEntry[] {
  const states = new Map<string, Map<Owned['state'], string[]>>();
  const put = (name: string, state: Owned['state']): void => {
    const { plan: dialPlan, prefix } = splitRuleName(name);
    const byState = states.get(dialPlan) ?? new Map<Owned['state'], string[]>();
    states.set(dialPlan, byState.set(state, [...(byState.get(state) ?? []), prefix]));
  };
  for (const { desired, standing } of plan.items) {
    if (standing === 'ToAdopt') put(desired.name, 'Adopted');
    // Also what policy or a gate keeps back: it is granted and not there, and so must not pass for applied.
    else if (standing === 'ToCreate') put(desired.name, 'Pending');
    else if (standing !== 'Taken') put(desired.name, 'Applied');
  }
  for (const { object, state } of plan.kept) put(object.name, state);
  for (const { name } of plan.removals) put(name, 'Removing');
  return [...states].flatMap(([dialPlan, byState]) => planEntries(byState, { device, dialPlan, tag })).sort(byNameAndState);
}

/** Applied rules are listed only where the others are too many to be: one of the two must be known by name. */
function planEntries(
  byState: ReadonlyMap<Owned['state'], readonly string[]>,
  place: Pick<EntryParts, 'device' | 'dialPlan' | 'tag'>,
): StatusEntry[] {
  const isLong = [...byState].some(([state, patterns]) => state !== 'Applied' && patterns.length > MAX_MEMBERS);
  return [...byState].map(([state, patterns]) =>
    entryOf({ ...place, state, patterns, listed: patterns.length <= MAX_MEMBERS && (state !== 'Applied' || isLong) }),
  );
}

interface EntryParts {
  readonly device: string;
  readonly dialPlan: string;
  readonly state: Owned['state'];
  readonly patterns: readonly string[];
  readonly tag: string | undefined;
  readonly listed: boolean;
}

function entryOf({ device, dialPlan, state, patterns, tag, listed }: EntryParts): StatusEntry {
  const sorted = [...patterns].sort();
  return {
    system: 'sbc',
    target: device,
    kind: 'DialPlanRule',
    name: dialPlan,
    state,
    count: sorted.length,
    hash: contentHash(sorted),
    ...(tag === undefined ? {} : { desiredHash: contentHash(tag.toLowerCase()) }),
    ...(listed ? { members: sorted } : {}),
  };
}

function byNameAndState(left: StatusEntry, right: StatusEntry): number {
  return `${left.name}|${left.state}`.localeCompare(`${right.name}|${right.state}`);
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
