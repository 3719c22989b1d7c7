import type { NumberRange } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type Owned, wasAdopted } from '../../domain/change/plan.ts';
import { ruleIdentity } from '../../domain/change/rule-identity.ts';
import { knownPrefix, relation } from '../../domain/numbers/prefix.ts';
import { PrefixSet } from '../../domain/numbers/prefix-set.ts';
import { devicesInStatus } from '../indexes.ts';
import type { IsLeaving } from '../work.ts';
import { type RuleRecord, recordsAt } from './footprint.ts';
import type { Placement } from './placement.ts';

/** Rules by identity, of each device that was seen. */
export type SeenRules = ReadonlyMap<string, ReadonlyMap<string, OutsideObject>>;

/** What an edit takes off one device. */
export interface Going {
  readonly device: ObjectKey;
  /** How its confirmation is called: `trunk/<name>` where no trunk of the site leads any more, else `patterns`; `undeploy` for all. */
  readonly part: string;
  readonly patterns: readonly string[];
}

export interface GoingInput {
  readonly range: NumberRange;
  readonly held: ReadonlySet<string>;
  /** Patterns that the range is to have; none while its Customer is not deployed. */
  readonly wanted: ReadonlySet<string>;
  readonly places: readonly Placement[];
  readonly undeployed: boolean;
}

/**
 * Every rule that status says is ours and that is not wanted where it stands (telephony 7.1). A pattern that stays in the spec counts too when its
 * rule goes: the device's plan for the role is another one now, or no trunk leads to the device. What we found and only adopted does not go.
 */
export function goingRules(input: GoingInput): Going[] {
  const { range, held, wanted, places, undeployed } = input;
  const devices = new Set([...places.map(({ device }) => device), ...devicesInStatus(range)]);
  return [...devices].flatMap((device): Going[] => {
    const place = places.find((candidate) => candidate.device === device);
    const leaving = recordsAt(range, device, held).filter(
      (record) => !isLeftAlone(record, range) && !(wanted.has(record.pattern) && isAt(record, place)),
    );
    const part = undeployed ? 'undeploy' : place === undefined ? trunkPart(range, device) : 'patterns';
    return leaving.length === 0 ? [] : [{ device, part, patterns: [...new Set(leaving.map(({ pattern }) => pattern))] }];
  });
}

/** Less what another range has taken over. */
export function withoutPatterns(going: readonly Going[], handedOver: ReadonlySet<string>): Going[] {
  const left = going.map((rules) => ({ ...rules, patterns: rules.patterns.filter((pattern) => !handedOver.has(pattern)) }));
  return left.filter(({ patterns }) => patterns.length > 0);
}

/** What existed before us is let go, not removed, unless the user says otherwise (telephony 7.2: Orphan for what we adopted). */
export function isLeftAlone(record: Pick<Owned, 'state' | 'adopted'>, { spec }: NumberRange): boolean {
  return record.state === 'Released' || (wasAdopted(record) && spec.deletionPolicy !== 'Cleanup');
}

/** Plans are compared as devices do, without case. */
export function isAt({ plan }: Pick<RuleRecord, 'plan'>, place: Pick<Placement, 'plan'> | undefined): boolean {
  return plan.toLowerCase() === place?.plan.toLowerCase();
}

/**
 * Tells whether the numbers of a pattern have another rule by now, so that this one may go: a rule goes in a later script than the one that makes
 * what replaces it, because a device goes on after a line that it refuses. A pattern that left the spec waits for those of the spec that share
 * numbers with it: the device may not take the wider bracket that replaces two (audiocodes-sbc §12.5). On a device that keeps its rules the new one
 * stands there; a device that nothing leads to any more waits until one of the others has it. Numbers that left the spec wait for nothing. What
 * another range is taking away replaces nothing.
 */
export function replacementsAt(
  device: ObjectKey,
  { wanted, places }: GoingInput,
  rules: SeenRules,
  isLeaving: IsLeaving,
): (pattern: string) => boolean {
  const here = places.filter((place) => place.device === device);
  const leading = here.length > 0 ? here : places;
  const hasRule = (pattern: string): boolean =>
    leading.some((place) => stands(rules.get(place.device)?.get(ruleId(place, pattern)), place) && !isLeaving(ruleFor(place, pattern)));
  let awaited: PrefixSet | undefined;
  return (pattern) => {
    if (wanted.has(pattern)) return hasRule(pattern);
    awaited ??= new PrefixSet([...wanted].flatMap((other) => (hasRule(other) ? [] : (knownPrefix(other) ?? []))));
    const prefix = knownPrefix(pattern);
    return prefix === undefined || !awaited.some(prefix, (one, other) => relation(one, other) !== 'disjoint');
  };
}

/** Tags are compared as devices do, without case. */
export function sameTag(rule: OutsideObject, { tag }: Pick<Placement, 'tag'>): boolean {
  return String(rule.fields['tag']).toLowerCase() === tag.toLowerCase();
}

/** The rule of a pattern in a dial plan, as an outside object is called. */
export function ruleFor({ device, plan }: { readonly device: string; readonly plan: string }, pattern: string) {
  return { system: 'sbc', target: device, kind: 'DialPlanRule', name: ruleIdentity(plan, pattern) };
}

/** What tells that rule from all others; plans are compared as devices do, without case. */
export function ruleId(place: { readonly device: string; readonly plan: string }, pattern: string): string {
  return identityOf(ruleFor(place, pattern));
}

function stands(rule: OutsideObject | undefined, place: Placement): boolean {
  return rule !== undefined && sameTag(rule, place);
}

/** How what a range has on a device of a former trunk is called; a status that knows rules there and no trunk that led there has lost its name. */
export function trunkPart({ status }: NumberRange, device: ObjectKey): string {
  const name = status?.trunks?.find((trunk) => trunk.device === device)?.name;
  return name === undefined ? 'patterns' : `trunk/${name}`;
}
