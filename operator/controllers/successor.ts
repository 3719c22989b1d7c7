import type { Customer, NumberRange } from '../api/kinds.ts';
import { type KubeObject, keyOf } from '../api/meta.ts';
import { customerKeyOf } from './indexes.ts';
import { isTerminating } from './site-scope.ts';
import { INDEX, type Stores } from './stores.ts';

/**
 * How long a removal still waits for an object of the same Customer that wants exactly what goes, ms (design §3.10): a rename is a deletion and a
 * creation, in whatever order a tool sends them. Undefined: it goes on. A Customer that is gone or being deleted takes no new objects, so
 * nobody can come, and deleting everything waits for nothing.
 */
export function successorWait(customer: Customer | undefined, passedMs: number, waitMs: number): number | undefined {
  if (customer === undefined || isTerminating(customer) || passedMs >= waitMs) return undefined;
  return Math.min(waitMs, waitMs - passedMs);
}

/** Since somebody asked for its deletion; a time on the object, so that a restart does not begin the wait anew. */
export function deletedForMs({ metadata: { deletionTimestamp } }: Pick<KubeObject, 'metadata'>, now: string): number {
  return deletionTimestamp === undefined ? 0 : Date.parse(now) - Date.parse(deletionTimestamp);
}

/** One dial-plan rule with everything that makes it exactly the same. */
export interface RuleIdentity {
  readonly device: string;
  readonly plan: string;
  readonly pattern: string;
  readonly tag: string;
}

/** What another range's memory of grants tells; see RangeMemory. */
export interface OthersGrants {
  /** Patterns recorded as granted in a dial plan of a device. */
  heldIn(range: NumberRange, place: Pick<RuleIdentity, 'device' | 'plan'>): Iterable<string>;
  /** False: the grants lie in a ConfigMap that has not been read in this process. */
  knows(range: NumberRange): boolean;
  /** What the spec asks for, in normal form. */
  askedBy(range: NumberRange): readonly string[];
}

/** Rules that other ranges of the same Customer have recorded as theirs and want to keep. */
export interface Heirs {
  has(rule: RuleIdentity): boolean;
  /** Ranges of which it is not known yet what they hold: nothing may be removed that could be theirs. */
  readonly unread: readonly string[];
}

/** By what the other ranges of the Customer have recorded and still ask for (design §3.10); what is not read yet is named, never guessed. */
export function heirsOf(range: NumberRange, stores: Pick<Stores, 'ranges'>, grants: OthersGrants): Heirs {
  const others = stores.ranges
    .byIndex(INDEX.customer, customerKeyOf(range))
    .filter((other) => keyOf(other) !== keyOf(range) && !isTerminating(other));
  const rules = new Set(others.flatMap((other) => rulesOf(other, grants)));
  const unread = others.filter((other) => !grants.knows(other)).map(({ metadata }) => metadata.name);
  return { has: (rule) => rules.has(ruleKey(rule)), unread };
}

function rulesOf(other: NumberRange, grants: OthersGrants): string[] {
  const asked = new Set(grants.askedBy(other));
  return (other.status?.trunks ?? []).flatMap(({ device, dialPlan: plan, tag }) => {
    if (device === undefined || plan === undefined || tag === undefined) return [];
    const kept = [...grants.heldIn(other, { device, plan })].filter((pattern) => asked.has(pattern));
    return kept.map((pattern) => ruleKey({ device, plan, pattern, tag }));
  });
}

function ruleKey({ device, plan, pattern, tag }: RuleIdentity): string {
  return `${device}|${plan}/${pattern}|${tag}`.toLowerCase();
}

/** To whom a claim gives way: a range of the same Customer that wants the very same rule. */
export function heirKey(range: NumberRange, tag: string): string {
  return `${customerKeyOf(range)}|${tag.toLowerCase()}`;
}
