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

/** A state that holds for fewer members than this is listed by member; above, for the whole collection. */
const MAX_MEMBERS = 500;

/**
 * Rules on one device by the collection entries of the footprint: `Applied` stands for every held pattern, `Pending`, `Adopted` and
 * `Removing` name theirs in `members` (an entry without members stands for all).
 */
export function recordsAt(range: NumberRange, device: string, held: ReadonlySet<string>): RuleRecord[] {
  const entries = (range.status?.footprint ?? []).filter(
    (entry) => entry.system === 'sbc' && entry.target === device && entry.name !== undefined,
  );
  const records = new Map<string, RuleRecord>();
  for (const state of ['Applied', 'Adopted', 'Pending', 'Removing'] as const) {
    for (const entry of entries.filter((candidate) => candidate.state === state)) {
      const plan = entry.name ?? '';
      for (const pattern of entry.members ?? held) records.set(`${plan}/${pattern}`, { plan, pattern, state, tagHash: entry.desiredHash });
    }
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
  for (const { desired, standing, writes } of plan.items) {
    if (standing === 'ToAdopt') put(desired.name, 'Adopted');
    else if (standing === 'ToCreate' && writes) put(desired.name, 'Pending');
    else if (standing !== 'Taken' && standing !== 'ToCreate') put(desired.name, 'Applied');
  }
  for (const { name } of plan.removals) put(name, 'Removing');
  return [...states]
    .flatMap(([dialPlan, byState]) => [...byState].map(([state, patterns]) => entryOf({ device, dialPlan, state, patterns, tag })))
    .sort(byNameAndState);
}

interface EntryParts {
  readonly device: string;
  readonly dialPlan: string;
  readonly state: Owned['state'];
  readonly patterns: readonly string[];
  readonly tag: string | undefined;
}

function entryOf({ device, dialPlan, state, patterns, tag }: EntryParts): StatusEntry {
  const sorted = [...patterns].sort();
  const listed = state !== 'Applied' && sorted.length <= MAX_MEMBERS;
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
