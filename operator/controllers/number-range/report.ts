import { ANNOTATIONS } from '../../api/group.ts';
import type { NumberRange } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import type { Reason } from '../../api/reasons.ts';
import { type Conclusion, lookingAnew, type Summary, summarize } from '../conclusion.ts';
import { conditionOf, exempt, type Finding, failed, holds, isFewMisses, lastWord, stalls, unseen, waits } from '../finding.ts';
import type { Hold } from '../governance.ts';
import { unmanagedPaths } from '../managed-fields.ts';
import { isLeftBehind } from '../site-scope.ts';
import type { Suspicion } from '../suspicion.ts';
import { failureStands } from '../tasks.ts';
import { unsaved } from '../unsaved.ts';
import type { Work } from '../work.ts';
import type { RangeFindings } from './findings.ts';
import { trunkPart } from './going.ts';
import { goesOnWithout, isLedTo, type LostDevice, lostDevices } from './lost-devices.ts';

const NEEDS = ['Accepted', 'SBCDeployed', 'NumbersRegistered', 'Assigned'];

type RefusedFindings = { readonly range: NumberRange; readonly refusal: Finding | undefined };

/** The conditions of a range after a pass, also of one whose spec cannot be used (S212-S217): that one keeps what it said of its rules. */
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
  return holds(
    'Accepted',
    'Accepted',
    `${wanted.length} ${wanted.length === 1 ? 'prefix is' : 'prefixes are'} valid and nobody else holds ${wanted.length === 1 ? 'it' : 'them'}`,
  );
}

function sbcDeployed(found: RangeFindings): Finding {
  const { range, governance, works, suspicion, silence, undeployed } = found;
  if (governance.hold?.reason === 'NotManagedYet') return stalls('SBCDeployed', 'NotManagedYet', governance.hold.message);
  if (suspicion !== undefined) return suspect(range, suspicion);
  const missing = unseenDevice(works.filter((work) => isLedTo(work, found)));
  const lost = missing === undefined ? [] : lostDevices(found);
  if (missing !== undefined && !goesOnWithout(lost, found))
    return unseen(range, 'SBCDeployed', missing.seen, `SBCDevice ${missing.target.id}`);
  // What failed on a former device that cannot be seen any more is told by leftBehind.
  const failure = works.filter((work) => isLedTo(work, found) || work.seen.state === 'seen').flatMap(({ failures }) => failures)[0];
  if (failure !== undefined) return failed('SBCDeployed', failure.error);
  const volatile = unsaved(range, 'SBCDeployed', works);
  if (volatile !== undefined) return volatile;
  if (silence.verdict === 'held') return stalls('SBCDeployed', 'DeletionHeld', silence.message);
  if (undeployed) return waits('SBCDeployed', 'Undeployed', 'The Customer has spec.deploy: false, so the rules are taken back');
  const pending = pendingRules(found);
  if (pending === undefined && found.awaits !== undefined)
    return waits(
      'SBCDeployed',
      'AwaitingSuccessor',
      'What left the spec is removed in a moment, unless another range of the Customer takes it over',
    );
  return pending ?? deployedRules(found, lost);
}

function pendingRules(found: RangeFindings): Finding | undefined {
  const { range, works, governance, closedGate, deviceHolds, grants } = found;
  const pending = works.filter((work) => isPending(work, found));
  const open = pending.reduce((sum, work) => sum + toWrite(work), 0);
  const leaving = pending.reduce((sum, work) => sum + toRemove(work, found), 0);
  if (pending.length === 0 && grants.open.length === 0) return undefined;
  const what = `${open} rules to write, ${leaving} to remove`;
  if (governance.policy === 'Observe')
    return open === 0
      ? undefined
      : waits('SBCDeployed', 'NotDeployed', `${what}; ${governance.policyBy}, which never writes; set it to Report or Enforce`);
  const isFree = grants.open.length > 0 || pending.some(({ target }) => !deviceHolds.has(target.id));
  const held = isFree ? undefined : deviceHolds.get(pending[0]?.target.id ?? '');
  const blocked = governance.hold ?? closedGate ?? held;
  return blocked === undefined
    ? (failureStands(range, 'SBCDeployed', works) ?? waits('SBCDeployed', 'Deploying', `On the way: ${what}`))
    : waits('SBCDeployed', blocked.reason, `${what}; ${blocked.message}`);
}

function isPending(work: Work, found: RangeFindings): boolean {
  return toWrite(work) + toRemove(work, found) > 0;
}

function toWrite({ plan }: Work): number {
  return (plan?.items ?? []).filter(({ standing }) => standing === 'ToCreate' || standing === 'ToUpdate' || standing === 'ToAdopt').length;
}

/** What is kept for a successor, or until a trunk has moved, has a word of its own. */
function toRemove({ plan, target }: Work, { awaits, scope }: RangeFindings): number {
  const isKeptAside = awaits !== undefined || isLeftBehind(scope, target.id);
  return (plan?.removals.length ?? 0) + (isKeptAside ? 0 : (plan?.kept.length ?? 0));
}

function deployedRules(found: RangeFindings, lost: readonly LostDevice[]): Finding {
  const { range, works, grants, places } = found;
  const owing = lost.find((one) => one.isActive && one.toWrite + one.toRemove > 0);
  if (owing !== undefined) {
    const what = `${owing.toWrite} rules to write, ${owing.toRemove} to remove`;
    const where = `SBCDevice ${owing.device}, which cannot be read: ${owing.why}`;
    return waits('SBCDeployed', 'SBCDeviceNotReady', `${what} on ${where}; the others have theirs`);
  }
  const rules = works.flatMap(({ plan }) => plan?.items ?? []).filter(({ observed }) => observed !== undefined).length;
  if (grants.granted.length === 0)
    return waits('SBCDeployed', 'PatternHeld', 'No prefix of the range is held, so there is nothing to deploy');
  const before = lastWord(range, 'SBCDeployed');
  if (before?.status === 'True' && lost.length > 0 && lost.every(({ misses }) => isFewMisses(misses))) return before;
  const count = places.length - lost.length;
  const aside = lost.map(({ device }) => `; SBCDevice ${device} cannot be read`).join('');
  return holds(
    'SBCDeployed',
    'Deployed',
    `${rules} ${rules === 1 ? 'rule' : 'rules'} read back on ${count} ${count === 1 ? 'SBC' : 'SBCs'}${aside}`,
  );
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

function progress(found: RangeFindings): { progressing?: Summary['progressing'] } {
  const { range, closedGate, deviceHolds, governance, suspicion, works } = found;
  if (suspicion !== undefined) return { progressing: { reason: 'ObservationSuspect', message: suspicion.message } };
  const pending = works.filter(({ plan }) => (plan?.changes.length ?? 0) > 0);
  const blocked = (pending.length > 0 ? governance.hold : undefined) ?? closedGate;
  if (blocked !== undefined) return { progressing: { reason: blocked.reason, message: blocked.message } };
  if (pending.some(({ target }) => !deviceHolds.has(target.id)))
    return { progressing: { reason: 'Deploying', message: 'Changes are on their way' } };
  const held = heldDevice(found, pending);
  if (held !== undefined) return { progressing: { reason: held.reason, message: held.message } };
  const behind = leftBehind(found);
  if (behind !== undefined) return { progressing: behind };
  const moving = movingTrunk(found);
  if (moving !== undefined) return { progressing: moving };
  const anew = lookingAnew(
    range,
    works.some(({ seen }) => seen.state === 'reading'),
  );
  return anew === undefined ? {} : { progressing: anew };
}

/** A gate of an SBC is told while a trunk leads there; a lock, which is somebody's will, only while something waits for it. */
function heldDevice({ deviceHolds, places }: RangeFindings, pending: readonly Work[]): Hold | undefined {
  const waiting = pending.flatMap(({ target }) => deviceHolds.get(target.id) ?? []);
  const closed = places.flatMap(({ device }) => deviceHolds.get(device) ?? []).filter(({ reason }) => reason !== 'Locked');
  return waiting[0] ?? closed[0];
}

/** What stays on an SBC for as long as a name of the site leads there is not in the way of the numbers, and is not done either. */
function movingTrunk({ scope, works }: RangeFindings): Summary['progressing'] {
  const staying = works.find(({ target, plan }) => (plan?.kept.length ?? 0) > 0 && isLeftBehind(scope, target.id));
  if (staying === undefined) return undefined;
  const message = `The rules on SBCDevice ${staying.target.id} serve calls until the address records of SiteLocation ${scope.site.metadata.name} lead away from it; they go then`;
  return { reason: 'TrunkMoving', message };
}

/** What is left on a device to which no trunk leads any more is not in the way of the numbers, and is not done either. */
function leftBehind(found: RangeFindings): Summary['progressing'] {
  const { range, works } = found;
  const former = unseenDevice(works.filter((work) => !isLedTo(work, found)));
  if (former === undefined) return undefined;
  const before = conditionOf(range, 'Reconciling');
  if (former.seen.state !== 'failed')
    return before?.reason === 'FormerSbcUnreachable' ? { reason: before.reason, message: before.message } : undefined;
  const device = former.target.id as ObjectKey;
  const word = `${range.metadata.name}/${trunkPart(range, device)}`;
  const message = `Rules of the range are left on SBCDevice ${device}, to which no trunk leads any more and which cannot be read: ${former.seen.error.message}; annotate ${ANNOTATIONS.forceRemove}=${word} to give them up`;
  return { reason: 'FormerSbcUnreachable', message };
}
