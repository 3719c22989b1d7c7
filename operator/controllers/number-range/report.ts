import type { NumberRange, NumberRangeStatus } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Plan } from '../../domain/change/plan.ts';
import { type Prefix, parsePrefix } from '../../domain/numbers/prefix.ts';
import { splitRuleName } from '../../domain/routing/dial-plan-rules.ts';
import {
  type Conclusion,
  conditionOf,
  exempt,
  type Finding,
  failed,
  holds,
  lastWord,
  lookingAnew,
  stalls,
  summarize,
  unseen,
  waits,
} from '../finding.ts';
import { type Gate, gate, protectedBy } from '../gates.ts';
import type { Governance } from '../governance.ts';
import { unmanagedPaths } from '../managed-fields.ts';
import { isTerminating, type SiteScope } from '../site-scope.ts';
import { driftStatus } from '../status-parts.ts';
import type { Suspicion } from '../suspicion.ts';
import { failureStands } from '../tasks.ts';
import type { Work } from '../work.ts';
import type { Silence } from './assigned.ts';
import { recordsAt, ruleEntries } from './footprint.ts';
import { MAX_IN_STATUS } from './memory.ts';
import type { Patterns } from './patterns.ts';
import type { Placement } from './placement.ts';
import { type Grants, leavingPatterns } from './plan.ts';

/** Everything one pass has found about a range. */
export interface RangeFindings {
  readonly range: NumberRange;
  readonly scope: SiteScope;
  readonly places: readonly Placement[];
  readonly wanted: readonly Prefix[];
  readonly held: ReadonlySet<string>;
  readonly grants: Grants;
  readonly silence: Silence;
  readonly suspicion: Suspicion | undefined;
  readonly governance: Governance;
  readonly closedGate: Gate;
  readonly works: readonly Work[];
  /** The Customer has `deploy: false`. */
  readonly undeployed: boolean;
  /** Patterns that another range of the Customer has taken over: they leave this one, and nothing is written. */
  readonly handedOver: ReadonlySet<string>;
  /** Ms until what goes is really taken away, in case another range takes it over; undefined: now. */
  readonly awaits: number | undefined;
}

const NEEDS = ['Accepted', 'SBCDeployed', 'NumbersRegistered', 'Assigned'];
const MAX_REFUSED = 100;

/** Why the range cannot be looked at any further: references and notation. */
export function refusedRange(range: NumberRange, scope: SiteScope | undefined, patterns: Patterns): Finding | undefined {
  const namespace = range.metadata.namespace ?? '';
  if (scope === undefined)
    return waits(
      'Accepted',
      'SiteLocationNotFound',
      `spec.siteRef: SiteLocation ${range.spec.siteRef.name} does not exist in namespace ${namespace}; create it`,
    );
  if (scope.customer === undefined)
    return waits(
      'Accepted',
      'CustomerNotFound',
      `spec.customerRef: Customer ${range.spec.customerRef.name} does not exist in namespace ${namespace}; create it`,
    );
  if (scope.site.spec.customerRef.name !== range.spec.customerRef.name) {
    return stalls(
      'Accepted',
      'SiteOfOtherCustomer',
      `spec.siteRef: SiteLocation ${range.spec.siteRef.name} belongs to Customer ${scope.site.spec.customerRef.name}, not to ${range.spec.customerRef.name}; correct one of the two`,
    );
  }
  const isNew = range.status?.footprint === undefined;
  const leaving = [scope.site, scope.customer].find(isTerminating);
  if (isNew && leaving !== undefined)
    return stalls('Accepted', 'ParentTerminating', `${leaving.kind} ${leaving.metadata.name} is being deleted and takes no new ranges`);
  return 'refusal' in patterns ? patterns.refusal : undefined;
}

/** What must hold before rules are written (design §2). */
export function rangeGate(scope: SiteScope): Gate {
  const { site, customer, trunks } = scope;
  if (customer === undefined) return { reason: 'CustomerNotReady', message: 'The Customer does not exist' };
  const closed = gate(customer, 'Accepted') ?? gate(site, 'Accepted') ?? gate(site, 'SBCDeployed');
  if (closed !== undefined) return closed;
  const device = trunks.flatMap((trunk) => (trunk.device === undefined ? [] : (gate(trunk.device, 'Connected') ?? [])))[0];
  return device ?? protectedBy([customer, site, ...trunks.flatMap((trunk) => trunk.device ?? [])]);
}

type RefusedFindings = { readonly range: NumberRange; readonly refusal: Finding | undefined };

export function rangeConditions(found: RangeFindings | RefusedFindings, now: string): Conclusion {
  const findings = 'grants' in found ? acceptedFindings(found) : refusedFindings(found);
  return summarize({
    needs: NEEDS,
    findings,
    object: found.range,
    now,
    ready: { reason: 'Deployed', message: 'Every number of the range is in the dial plans of its SBCs' },
    ...('grants' in found ? progress(found) : {}),
  });
}

function refusedFindings({ range, refusal }: RefusedFindings): Finding[] {
  const accepted = refusal ?? waits('Accepted', 'Observing', 'The range is being looked at', 'Unknown');
  const before = conditionOf(range, 'SBCDeployed');
  const deployed: Finding =
    before === undefined
      ? waits('SBCDeployed', accepted.reason, accepted.message)
      : { type: 'SBCDeployed', status: before.status, reason: before.reason as Reason, message: before.message, effect: 'waits' };
  return [accepted, deployed, ...laterSteps(), ...unmanagedPaths('NumberRange', range.spec)];
}

function acceptedFindings(found: RangeFindings): Finding[] {
  return [accepted(found), sbcDeployed(found), ...laterSteps(found.scope.essentials), ...unmanagedPaths('NumberRange', found.range.spec)];
}

function laterSteps(essentials = false): Finding[] {
  const [reason, message] = essentials
    ? (['NotApplicable', 'Essentials has no Microsoft part'] as const)
    : (['NotManagedYet', 'Comes with a later release'] as const);
  return [
    exempt('NumbersRegistered', reason, message),
    exempt('Assigned', reason, message),
    exempt('Verified', 'NotManagedYet', 'Verification checks come with a later release'),
  ];
}

function accepted({ grants, wanted }: RangeFindings): Finding {
  const first = grants.refused[0];
  if (first !== undefined) {
    const others = grants.refused.length > 1 ? ` (and ${grants.refused.length - 1} more, see status.refused)` : '';
    return stalls('Accepted', first.reason, `${first.message}${others}`);
  }
  if (grants.captures.length > 0) {
    const named = grants.captures.slice(0, 3).join('; ');
    return holds(
      'Accepted',
      'PrefixCaptures',
      `spec.prefixes: valid; the longer rule wins where one prefix is the beginning of another: ${named}; remove one if that is not meant`,
    );
  }
  return holds('Accepted', 'Accepted', `${wanted.length} prefixes are valid and nobody else holds them`);
}

function sbcDeployed(found: RangeFindings): Finding {
  const { range, governance, works, suspicion, silence, undeployed } = found;
  if (governance.hold?.reason === 'NotManagedYet') return stalls('SBCDeployed', 'NotManagedYet', governance.hold.message);
  if (suspicion !== undefined) return suspect(range, suspicion);
  const missing = unseenDevice(works);
  if (missing !== undefined) return unseen(range, 'SBCDeployed', missing.seen, `SBCDevice ${missing.target.id}`);
  const failure = works.flatMap((work) => work.failures)[0];
  if (failure !== undefined) return failed('SBCDeployed', failure.error);
  if (silence.verdict === 'held') return stalls('SBCDeployed', 'DeletionHeld', silence.message);
  if (undeployed) return waits('SBCDeployed', 'Undeployed', 'The Customer has spec.deploy: false, so the rules are taken back');
  const pending = pendingRules(found);
  if (pending === undefined && found.awaits !== undefined)
    return waits(
      'SBCDeployed',
      'AwaitingSuccessor',
      'What left the spec is removed in a moment, unless another range of the Customer takes it over',
    );
  return pending ?? deployedRules(found);
}

function pendingRules(found: RangeFindings): Finding | undefined {
  const { range, works, governance, closedGate, grants, awaits } = found;
  const items = works.flatMap(({ plan }) => plan?.items ?? []);
  const open = items.filter(({ standing }) => standing === 'ToCreate' || standing === 'ToUpdate' || standing === 'ToAdopt').length;
  // What is kept for a successor has a word of its own.
  const leaving = works.flatMap(({ plan }) => [...(plan?.removals ?? []), ...(awaits === undefined ? (plan?.kept ?? []) : [])]).length;
  if (open === 0 && leaving === 0 && grants.open.length === 0) return undefined;
  const what = `${open} rules to write, ${leaving} to remove`;
  if (governance.policy === 'Observe')
    return open === 0
      ? undefined
      : waits('SBCDeployed', 'NotDeployed', `${what}; ${governance.policyBy}, which never writes; set it to Report or Enforce`);
  if (governance.hold !== undefined) return waits('SBCDeployed', governance.hold.reason, `${what}; ${governance.hold.message}`);
  return closedGate === undefined
    ? (failureStands(range, 'SBCDeployed', works) ?? waits('SBCDeployed', 'Deploying', `On the way: ${what}`))
    : waits('SBCDeployed', closedGate.reason, `${what}; ${closedGate.message}`);
}

function deployedRules({ works, grants }: RangeFindings): Finding {
  const rules = works.flatMap(({ plan }) => plan?.items ?? []).length;
  if (grants.granted.length === 0)
    return waits('SBCDeployed', 'PatternHeld', 'No prefix of the range is held, so there is nothing to deploy');
  return holds('SBCDeployed', 'Deployed', `${rules} rules read back on ${works.length} ${works.length === 1 ? 'SBC' : 'SBCs'}`);
}

/** Of several devices that cannot be seen the one that has been missed most often; a look under way says nothing. */
function unseenDevice(works: readonly Work[]): Work | undefined {
  const missesOf = ({ seen }: Work): number => (seen.state === 'failed' ? seen.misses : 0);
  return works.filter(({ seen }) => seen.state !== 'seen').sort((left, right) => missesOf(right) - missesOf(left))[0];
}

/** What stands keeps its word: that a picture is not trusted is no news about the range. */
function suspect(range: NumberRange, { message }: Suspicion): Finding {
  const before = lastWord(range, 'SBCDeployed');
  return before?.status === 'True' ? before : waits('SBCDeployed', 'ObservationSuspect', message);
}

function progress({ range, closedGate, governance, suspicion, works }: RangeFindings): {
  progressing?: { reason: Reason; message: string };
} {
  if (suspicion !== undefined) return { progressing: { reason: 'ObservationSuspect', message: suspicion.message } };
  const pending = works.some(({ plan }) => (plan?.changes.length ?? 0) > 0);
  const blocked = (pending ? governance.hold : undefined) ?? closedGate;
  if (blocked !== undefined) return { progressing: { reason: blocked.reason, message: blocked.message } };
  if (pending) return { progressing: { reason: 'Deploying', message: 'Changes are on their way' } };
  const anew = lookingAnew(
    range,
    works.some(({ seen }) => seen.state === 'reading'),
  );
  return anew === undefined ? {} : { progressing: anew };
}

/** Patterns recorded as granted after this pass: added before they are written, taken off only when no device shows them any more. */
export function heldAfter({ range, grants, held, works, wanted, undeployed, handedOver, awaits }: RangeFindings): {
  patterns: string[];
  inConfigMap: boolean;
} {
  const seen = works.every(({ plan }) => plan !== undefined);
  const left = works.flatMap(({ plan }) => [...(plan?.removals ?? []), ...(plan?.kept ?? []).map(({ object }) => object)]);
  const removing = new Set(left.map(({ name }) => splitRuleName(name).prefix));
  const refused = new Set(grants.refused.map(({ pattern }) => pattern));
  const asked = undeployed ? [] : wanted;
  const staying = asked.flatMap(({ text }) => (held.has(text) && !refused.has(text) ? [text] : []));
  const leaving = leavingPatterns(held, asked).filter(
    (text) =>
      !handedOver.has(text) &&
      (awaits !== undefined ||
        !seen ||
        removing.has(text) ||
        works.some(({ plan }) => plan?.changes.some((change) => change.action === 'remove') ?? false)),
  );
  const patterns = [...new Set([...grants.granted.map(({ text }) => text), ...staying, ...leaving])].sort();
  return { patterns, inConfigMap: range.spec.prefixesFrom !== undefined || patterns.length > MAX_IN_STATUS };
}

export function rangeStatus(
  found: RangeFindings,
  heldIn: NumberRangeStatus['heldIn'],
): Omit<NumberRangeStatus, 'conditions' | 'observedGeneration' | 'lastHandledReconcileAt'> {
  const { scope, grants, works } = found;
  const { patterns } = heldAfter(found);
  const numbers = patterns.reduce((sum, text) => sum + countOf(text), 0);
  const footprint = works.flatMap((work) => entriesAt(work, found));
  return {
    ...(scope.essentials || scope.tenantId === undefined ? {} : { tenantId: scope.tenantId }),
    ...(heldIn === undefined ? { held: patterns } : { heldIn }),
    ...(grants.refused.length === 0
      ? {}
      : { refused: grants.refused.slice(0, MAX_REFUSED).map((refusal) => ({ ...refusal })), refusedTotal: grants.refused.length }),
    ...(grants.captures.length === 0 ? {} : { captures: grants.captures.slice(0, MAX_REFUSED) }),
    trunks: trunkStatuses(found),
    counts: { numbers },
    ...(footprint.length === 0 ? {} : { footprint }),
    ...confirmationStatus(found),
    ...driftStatus(works, found.range.status),
  };
}

/** A question is forgotten with the last of what it was about: an answer that still stands there is none to the next one. */
function confirmationStatus({ silence, works }: RangeFindings): Pick<NumberRangeStatus, 'confirmation'> {
  const isLeaving = works.some(({ plan }) => plan === undefined || plan.kept.length > 0 || plan.removals.length > 0);
  return silence.asked === undefined || !isLeaving ? {} : { confirmation: silence.asked };
}

function entriesAt({ plan, target }: Work, { range, held }: RangeFindings) {
  if (plan === undefined) return (range.status?.footprint ?? []).filter((entry) => entry.system === 'sbc' && entry.target === target.id);
  return ruleEntries(target.id, plan, recordsAt(range, target.id, held));
}

function countOf(text: string): number {
  const parsed = parsePrefix(text);
  return 'prefix' in parsed ? parsed.prefix.count : 0;
}

/**
 * Devices of today, and former ones until nothing of ours is left there: what clean-up needs. Dial plan and tag are those of the rules that
 * stand there, until a read shows that all of them are as wanted now.
 */
function trunkStatuses({ range, places, works }: RangeFindings): NonNullable<NumberRangeStatus['trunks']> {
  const trunks = range.status?.trunks ?? [];
  const current = places.map(({ trunk, device, fqdn, plan: dialPlan, tag }) => {
    const { plan } = works.find(({ target }) => target.id === device) ?? {};
    const before = trunks.find((known) => known.device === device);
    const wanted = { name: trunk, device, fqdn, dialPlan, tag };
    const standing = { ...wanted, ...(before?.dialPlan && { dialPlan: before.dialPlan }), ...(before?.tag && { tag: before.tag }) };
    // Not seen this time: what was said last holds.
    if (plan === undefined) return { ...before, ...standing, state: before?.state ?? ('Pending' as const) };
    const rules = plan.items.filter(({ observed }) => observed !== undefined).length;
    const isThere = !isWaiting(plan) && plan.kept.length === 0;
    return { ...(isThere ? wanted : standing), rules, state: isWaiting(plan) ? ('Pending' as const) : ('Deployed' as const) };
  });
  const former = trunks.filter(({ device }) => {
    const plan = works.find(({ target }) => target.id === device)?.plan;
    const isLeft = plan === undefined || plan.removals.length > 0 || plan.kept.length > 0;
    return isLeft && !places.some((place) => place.device === device);
  });
  return [...current, ...former.map((trunk) => ({ ...trunk, state: 'Removing' as const }))];
}

function isWaiting({ changes, items }: Plan): boolean {
  return changes.length > 0 || items.some(({ standing }) => standing === 'ToCreate' || standing === 'ToUpdate' || standing === 'ToAdopt');
}
