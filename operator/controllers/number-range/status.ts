import type { NumberRangeStatus } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { shortened } from '../../api/status-text.ts';
import type { Plan } from '../../domain/change/plan.ts';
import { knownPrefix } from '../../domain/numbers/prefix.ts';
import type { StatusFields } from '../../runtime/reconciler.ts';
import { driftStatus } from '../status-parts.ts';
import type { Work } from '../work.ts';
import { MAX_IN_STATUS } from './config-maps.ts';
import type { RangeFindings } from './findings.ts';
import { type RuleRecord, recordsAfter, recordsAt, releasedAt, ruleEntries, unsavedRecords } from './footprint.ts';
import { isHeldAt, mayWrite } from './gates.ts';
import type { Grants } from './grants.ts';
import { lostDevices } from './lost-devices.ts';

type TrunkState = NonNullable<NonNullable<NumberRangeStatus['trunks']>[number]['state']>;

const MAX_REFUSED = 100;
const MAX_REFUSAL = 512;
const MAX_CAPTURES = 50;

/**
 * Patterns recorded as granted after this pass, on whatever device: added before they are written, taken off only when no device shows them any more.
 */
export function heldAfter(found: RangeFindings): { patterns: string[]; inConfigMap: boolean } {
  const { range, grants, works } = found;
  const records = works.flatMap((work) => recordsOf(work, found)).filter(({ state }) => state !== 'Released');
  const recorded = records.map(({ pattern }) => pattern);
  const patterns = [...new Set([...grants.granted.map(({ text }) => text), ...recorded])].sort();
  return { patterns, inConfigMap: range.spec.prefixesFrom !== undefined || patterns.length > MAX_IN_STATUS };
}

/** What status says of a range but for its conditions, waits and tasks. `held`: see heldAfter; `heldIn`: the ConfigMap that has them, if one has. */
export function rangeStatus(
  found: RangeFindings,
  held: readonly string[],
  heldIn: NumberRangeStatus['heldIn'],
): StatusFields<NumberRangeStatus> {
  const { scope, grants, works } = found;
  const numbers = held.reduce((sum, text) => sum + (knownPrefix(text)?.count ?? 0), 0);
  const footprint = [...works.flatMap((work) => entriesAt(work, held, found)), ...releasedElsewhere(found)];
  return {
    ...(scope.essentials || scope.tenantId === undefined ? {} : { tenantId: scope.tenantId }),
    ...(heldIn === undefined ? { held: [...held] } : { heldIn }),
    ...refusedStatus(grants),
    ...(grants.captures.length === 0 ? {} : { captures: grants.captures.slice(0, MAX_CAPTURES) }),
    trunks: trunkStatuses(found),
    counts: { numbers },
    ...(footprint.length === 0 ? {} : { footprint }),
    ...confirmationStatus(found),
    ...driftStatus(works, found.range.status),
  };
}

function refusedStatus({ refused }: Grants): Pick<NumberRangeStatus, 'refused' | 'refusedTotal'> {
  const first = refused.slice(0, MAX_REFUSED);
  const told = first.map(({ message, ...refusal }) => ({ ...refusal, message: shortened(message, MAX_REFUSAL) }));
  return refused.length === 0 ? {} : { refused: told, refusedTotal: refused.length };
}

/** A question is forgotten with the last of what it was about: an answer that still stands there is none to the next one. */
function confirmationStatus({ silence, works }: RangeFindings): Pick<NumberRangeStatus, 'confirmation'> {
  const isLeaving = works.some(({ plan }) => plan === undefined || plan.kept.length > 0 || plan.removals.length > 0);
  return silence.asked === undefined || !isLeaving ? {} : { confirmation: silence.asked };
}

/** A device that was not seen keeps its entries as they are, unless they are parts of a list that is another one now. */
function entriesAt(work: Work, held: readonly string[], found: RangeFindings) {
  const before = (found.range.status?.footprint ?? []).filter((entry) => entry.system === 'sbc' && entry.target === work.target.id);
  const isSameList = held.length === found.held.size && held.every((pattern) => found.held.has(pattern));
  return work.plan === undefined && isSameList ? before : ruleEntries(work.target.id, recordsOf(work, found), held);
}

/** What is known of the rules on one device after this pass; what another range has taken over is not recorded here where it was not looked for. */
function recordsOf(work: Work, found: RangeFindings): RuleRecord[] {
  const { plan, target, underWay: isUnderWay, isUnsaved } = work;
  const { range, held, handedOver } = found;
  const records = recordsAt(range, target.id, held);
  const released = releasedAt(range, target.id);
  if (plan === undefined) return [...records.filter(({ pattern }) => !handedOver.has(pattern)), ...released];
  const known = [...records, ...released];
  const after = recordsAfter(plan, known, { isUnderWay, isHeld: !mayWrite(found) || isHeldAt(work, found) });
  return isUnsaved ? unsavedRecords(after, known) : after;
}

/** What was let go on devices that the range has no business on any more: nobody looks there, and it is not forgotten. */
function releasedElsewhere({ range, works }: RangeFindings) {
  const here = new Set(works.map(({ target }) => target.id));
  return (range.status?.footprint ?? []).filter(({ state, target }) => state === 'Released' && !here.has(target));
}

/**
 * Devices of today, and former ones until nothing of ours is left there: what clean-up needs. Dial plan and tag are those of the rules that
 * stand there, until a read shows that all of them are as wanted now.
 */
function trunkStatuses(found: RangeFindings): NonNullable<NumberRangeStatus['trunks']> {
  const { range, places, works, grants } = found;
  const lacking = new Set(lostDevices(found).flatMap(({ device, toWrite }) => (toWrite > 0 ? [device] : [])));
  const trunks = range.status?.trunks ?? [];
  const current = places.map(({ trunk, device, fqdn, plan: dialPlan, tag }) => {
    const { plan } = works.find(({ target }) => target.id === device) ?? {};
    const before = trunks.find((known) => known.device === device);
    const wanted = { name: trunk, device, fqdn, dialPlan, tag };
    const standing = { ...wanted, ...(before?.dialPlan && { dialPlan: before.dialPlan }), ...(before?.tag && { tag: before.tag }) };
    // Not seen this time: what was said last holds, but for what has come to be wanted since.
    if (plan === undefined) return { ...before, ...standing, state: unseenState(before?.state, lacking.has(device)) };
    const rules = plan.items.filter(({ observed }) => observed !== undefined).length;
    const isThere = !isWaiting(plan) && plan.kept.length === 0;
    const isAll = !isWaiting(plan) && !lacksSome(device, grants);
    return { ...(isThere ? wanted : standing), rules, state: isAll ? ('Deployed' as const) : ('Pending' as const) };
  });
  const former = trunks.filter(({ device }) => {
    const plan = works.find(({ target }) => target.id === device)?.plan;
    const isLeft = plan === undefined || plan.removals.length > 0 || plan.kept.length > 0;
    return isLeft && !places.some((place) => place.device === device);
  });
  return [...current, ...former.map((trunk) => ({ ...trunk, state: 'Removing' as const }))];
}

function unseenState(before: TrunkState | undefined, isLacking: boolean): TrunkState {
  return isLacking ? 'Pending' : (before ?? 'Pending');
}

function isWaiting({ changes, items }: Plan): boolean {
  return changes.length > 0 || items.some(({ standing }) => standing === 'ToCreate' || standing === 'ToUpdate' || standing === 'ToAdopt');
}

/** Whether the range has patterns on other devices, or is about to get some, that it has not got on this one. */
function lacksSome(device: ObjectKey, { granted, byDevice, open }: Grants): boolean {
  return open.length > 0 || (byDevice.get(device)?.granted.length ?? 0) < granted.length;
}
