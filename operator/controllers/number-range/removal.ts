import { ANNOTATIONS } from '../../api/group.ts';
import type { NumberRange, NumberRangeStatus } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Freshness } from '../../delivery/delivery.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type Owned, planObjects } from '../../domain/change/plan.ts';
import { splitRuleIdentity } from '../../domain/change/rule-identity.ts';
import { isDerivedRuleName } from '../../domain/naming/rule-name.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import type { NumbersView } from '../../integrations/graph/port.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { FinalReport, ReconcileContext } from '../../runtime/reconciler.ts';
import { isDeletionConfirmed } from '../confirmation.ts';
import type { ControllerDeps } from '../deps.ts';
import type { Finding } from '../finding.ts';
import type { RemovalReads } from '../freshness.ts';
import type { Governance } from '../governance.ts';
import { devicesInStatus } from '../indexes.ts';
import { concludeRemoval, letGo, type RemovalStep, removalReport } from '../removal.ts';
import { FREE, type Verdict } from '../silence.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Heirs } from '../successor.ts';
import { deviceTarget, numbersTarget, ownerOf } from '../targets.ts';
import { type Work, workOn } from '../work.ts';
import { RECHECK_MS } from './config-maps.ts';
import { isRecordedTag, leavingEntries, recordsAt, releasedAt } from './footprint.ts';
import { isLeftAlone, ruleId } from './going.ts';
import { type Placement, placementsOf } from './placement.ts';
import { silencing } from './silence.ts';
import type { DeviceSuspicions } from './suspicion.ts';

export interface RangeRemoval {
  readonly range: NumberRange;
  readonly scope: SiteScope | undefined;
  readonly held: ReadonlySet<string>;
  /** The record of what is held is lost: what is there beyond the spec is not known. */
  readonly lost: Finding | undefined;
  readonly wanted: readonly Prefix[];
  readonly deps: ControllerDeps;
  readonly reads: RemovalReads;
  readonly heirs: Heirs;
  readonly suspicions: DeviceSuspicions;
  readonly governance: Governance;
  readonly ctx: ReconcileContext;
}

/** Takes the range's rules off every device, and lets go only when a fresh look finds none of them (design §3.9). */
export function removeRange(removal: RangeRemoval): FinalReport<NumberRangeStatus> {
  const { range, deps, governance, ctx } = removal;
  const gone = letGo(range, governance.policy) ?? lostStep(removal.lost);
  if (gone !== undefined) return removalReport(range, gone, ctx.now);
  const owner = ownerOf('NumberRange', keyOf(range));
  // Before anything can end the pass: a request for a fresh look counts for devices and tenant, though only one may be read in its pass.
  const fresh = removal.reads.freshness(keyOf(range), [`deletion ${range.metadata.deletionTimestamp ?? ''}`], ctx);
  const works = removalWorks(removal, owner, fresh);
  return concludeRemoval<NumberRangeStatus>({
    object: range,
    owner,
    deps,
    works,
    customer: removal.scope?.customer,
    governance,
    what: (open) => `${open.length} dial-plan rules`,
    silence: (open) => silenceOf(removal, owner, open, fresh),
    unreadHeir: removal.heirs.unread[0],
    progress: () => leavingStatus(range, works),
    now: ctx.now,
  });
}

function lostStep(lost: Finding | undefined): RemovalStep | undefined {
  if (lost === undefined) return undefined;
  const { reason, message } = lost;
  return { done: false, reason, message, stalled: reason === 'HeldRecordLost', recheckMs: RECHECK_MS };
}

/** Written before the first removal goes out: what we take away ourselves is no loss that makes the next look suspect. */
function leavingStatus(range: NumberRange, works: readonly Work[]): Pick<NumberRangeStatus, 'footprint'> {
  const footprint = works.reduce((entries, { target }) => leavingEntries(entries, target.id), range.status?.footprint ?? []);
  return footprint.length === 0 ? {} : { footprint };
}

/** Whoever holds a number of the range could not be called any more. */
function silenceOf({ range, scope, deps }: RangeRemoval, owner: string, open: readonly OutsideObject[], fresh: Freshness): Verdict {
  if (isDeletionConfirmed(range)) return FREE;
  const patterns = [...new Set(open.map(({ name }) => splitRuleIdentity(name).prefix))];
  const tenantId = scope !== undefined && !scope.essentials ? scope.tenantId : undefined;
  const numbers = tenantId === undefined ? undefined : deps.delivery.see<NumbersView>(numbersTarget(tenantId), owner, fresh);
  const how = `annotate ${ANNOTATIONS.confirmDelete}=${range.metadata.name} to go on`;
  return silencing({ range, patterns, essentials: scope?.essentials ?? true, numbers, how });
}

/** Devices by status, footprint and spec: whatever of the three a restore has kept. */
function removalWorks(removal: RangeRemoval, owner: string, fresh: Freshness): Work[] {
  const { range, scope, deps, suspicions, ctx } = removal;
  const placements = scope === undefined ? undefined : placementsOf(range, scope);
  const places = placements !== undefined && 'places' in placements ? placements.places : [];
  const devices = new Set([...places.map(({ device }) => device), ...devicesInStatus(range)]);
  return [...devices].map((device) => {
    const tags = tagsByPlan(range, device, places);
    const seen = deps.delivery.see<SbcView>(deviceTarget(device), owner, suspicions.freshness(device, fresh));
    return workOn<SbcView>({
      delivery: deps.delivery,
      owner,
      target: deviceTarget(device),
      seen,
      suspicion: suspicions.of(device, seen),
      objectsOf: (view) => view.objects,
      isUnsavedIn: ({ unsavedOurs }) => unsavedOurs === true,
      planWith: (observed) => planRemoval(removal, device, tags, observed),
      requested: ctx.requested,
    });
  });
}

/**
 * Tags with which a rule of the range may stand on the device, by dial plan in lower case: what status tells of, and what spec wants now. A
 * footprint that tells the tag of each rule does so as a hash, see planRemoval.
 */
function tagsByPlan(range: NumberRange, device: string, places: readonly Placement[]): Map<string, Set<string>> {
  const trunks = (range.status?.trunks ?? []).map(({ device: at, dialPlan: plan, tag }) => ({ device: at, plan, tag }));
  const tags = new Map<string, Set<string>>();
  for (const { device: at, plan, tag } of [...trunks, ...places]) {
    if (at !== device || plan === undefined || tag === undefined) continue;
    tags.set(plan.toLowerCase(), (tags.get(plan.toLowerCase()) ?? new Set()).add(tag.toLowerCase()));
  }
  return tags;
}

/** Ours are the rules in the footprint and those a lost status would take back: our plan, pattern, tag and name. What existed before us stays. */
function planRemoval(
  { range, held, wanted, heirs }: RangeRemoval,
  device: string,
  tags: ReadonlyMap<string, ReadonlySet<string>>,
  observed: readonly OutsideObject[],
) {
  const known = [...recordsAt(range, device, held), ...releasedAt(range, device)];
  const records = new Map(known.map((record) => [ruleId({ device, plan: record.plan }, record.pattern), record]));
  const patterns = new Set([...held, ...wanted.map(({ text }) => text)]);
  const owned = observed.flatMap((rule): Owned[] => {
    const { plan, prefix: pattern } = splitRuleIdentity(rule.name);
    const tag = String(rule.fields['tag']);
    const record = records.get(identityOf(rule));
    const isDerived = patterns.has(pattern) && tags.get(plan.toLowerCase())?.has(tag.toLowerCase()) === true;
    const isOurs = rule.kind === 'DialPlanRule' && (isDerived || (record !== undefined && isRecordedTag(record, tag)));
    const isNamedByUs = isDerivedRuleName(rule.fields['ruleName'], { plan, prefix: pattern, tag });
    // Of a create that was only announced, and of what status has lost, the name tells whether we made it.
    const isUnknown = record === undefined || (record.state === 'Pending' && record.adopted !== true);
    const isKept = isUnknown ? !isNamedByUs : isLeftAlone(record, range);
    const isInherited = heirs.has({ device, plan, pattern, tag });
    return isOurs && !isKept && !isInherited ? [{ object: rule, state: 'Applied' }] : [];
  });
  const ids = new Set(owned.map(({ object }) => identityOf(object)));
  return planObjects({
    desired: [],
    observed: observed.filter((rule) => ids.has(identityOf(rule))),
    owned,
    policy: 'Enforce',
    adopts: () => false,
    order: ['DialPlanRule'],
  });
}
