import type { NumberRange, NumberRangeStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import type { NumbersView } from '../../integrations/graph/port.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import { adoption, adoptionStatus } from '../adoption.ts';
import { waitsStatus } from '../conclusion.ts';
import type { ControllerDeps } from '../deps.ts';
import type { Finding } from '../finding.ts';
import { hasToCleanUp } from '../footprint-of.ts';
import { nextLook, RemovalReads, SBC_POLL_MS } from '../freshness.ts';
import { siteKeyOf } from '../indexes.ts';
import { outsideEvents } from '../outside-events.ts';
import { REREAD_MS } from '../removal.ts';
import { isLeftBehind, type SiteScope, siteScope } from '../site-scope.ts';
import { type Heirs, successorWait } from '../successor.ts';
import { deviceTarget, numbersTarget, ownerOf } from '../targets.ts';
import { tasksStatus } from '../tasks.ts';
import { connectAnew, secretsNotBefore } from '../tenant-access.ts';
import { nextSaveMs } from '../unsaved.ts';
import { firstFailure, handOver, hasChanges, isOut, recheckWithin, takingBack, type Work, type WorkRequest, workOn } from '../work.ts';
import { refusedRange } from './accept.ts';
import { NumberClaims, placeOf } from './claims.ts';
import { RangeConfigMaps, RECHECK_MS } from './config-maps.ts';
import { type Edit, editOf } from './edit.ts';
import type { RangeFindings } from './findings.ts';
import { deviceHolds, isHeldAt, mayWrite as mayWriteAny, rangeGate, rangeGovernance } from './gates.ts';
import { withoutGivenUp } from './given-up.ts';
import { replacementsAt, type SeenRules } from './going.ts';
import { type Grants, grant, NO_GRANTS } from './grants.ts';
import { connect, type DeviceLook, devicesOf, lookAtDevices, lostIn, rulesSeen } from './looks.ts';
import { recoverRecord } from './lost-record.ts';
import { patternsOf } from './patterns.ts';
import { type Placement, placementsOf } from './placement.ts';
import { planDevice } from './plan.ts';
import { refusedReport } from './refused.ts';
import { removeRange } from './removal.ts';
import { rangeConditions } from './report.ts';
import { mayGo, NOT_GOING, partialSilence, type Silences } from './silence.ts';
import { heldAfter, rangeStatus } from './status.ts';
import { DeviceSuspicions } from './suspicion.ts';

/** What a pass knows once it has looked at the range's devices. */
interface Pass {
  readonly range: NumberRange;
  readonly scope: SiteScope;
  readonly wanted: readonly Prefix[];
  readonly places: readonly Placement[];
  readonly looks: readonly DeviceLook[];
  readonly ctx: ReconcileContext;
}

/** Puts a range's numbers into the dial plans of every trunk's SBC, and keeps them there. */
export class NumberRangeReconciler implements Reconciler<NumberRange, NumberRangeStatus> {
  readonly claims: NumberClaims;
  readonly #deps: ControllerDeps;
  readonly #memory: RangeConfigMaps;
  readonly #suspicions: DeviceSuspicions;
  readonly #removalReads: RemovalReads;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#memory = new RangeConfigMaps(deps.kube, deps.clock);
    this.claims = new NumberClaims(deps.stores, this.#memory);
    this.#suspicions = new DeviceSuspicions(deps.stores, this.#memory);
    this.#removalReads = new RemovalReads(deps.clock);
  }

  async reconcile(range: NumberRange, ctx: ReconcileContext): Promise<Report<NumberRangeStatus>> {
    await this.#memory.load(range, ctx.requested);
    this.claims.refresh(keyOf(range));
    const scope = this.#scopeOf(range);
    const patterns = patternsOf(range, this.#memory.sourceOf(keyOf(range)));
    if ('refusal' in patterns) this.#memory.distrust(keyOf(range));
    const refusal = refusedRange(range, scope, patterns);
    if (refusal !== undefined || scope === undefined || !('prefixes' in patterns)) return this.#refused(range, refusal, ctx.now);
    const placements = placementsOf(range, scope);
    if ('refusal' in placements) return this.#refused(range, placements.refusal, ctx.now);
    const { places } = placements;
    const wanted = patterns.prefixes;
    const looks = await lookAtDevices({ range, scope, places, suspicions: this.#suspicions, ctx }, this.#deps);
    const lost = recoverRecord({ range, wanted, places, looks, memory: this.#memory, claims: this.claims });
    if (lost !== undefined) return { ...this.#refused(range, lost, ctx.now), recheckAfterMs: RECHECK_MS };
    const { events, ...left } = withoutGivenUp(range, scope.site, places, looks);
    const report = await this.#report(this.#plan({ ...left, scope, wanted, places, ctx }), ctx);
    return { ...report, events: [...events, ...(report.events ?? [])] };
  }

  async finalize(range: NumberRange, ctx: ReconcileContext): Promise<FinalReport<NumberRangeStatus>> {
    await this.#memory.load(range, ctx.requested);
    const scope = this.#scopeOf(range);
    await connect(range, scope, this.#deps, secretsNotBefore(ctx, this.#deps.clock));
    const patterns = patternsOf(range, this.#memory.sourceOf(keyOf(range)));
    const wanted = 'prefixes' in patterns ? patterns.prefixes : [];
    const lost = await this.#recoverForRemoval(range, scope, wanted, ctx);
    const held = new Set(this.#memory.heldOf(range));
    const devices = devicesOf(range, scope, this.#deps.stores);
    return takingBack(
      this.#deps.delivery,
      ownerOf('NumberRange', keyOf(range)),
      removeRange({
        range,
        scope,
        held,
        lost,
        wanted,
        deps: this.#deps,
        suspicions: this.#suspicions,
        reads: this.#removalReads,
        heirs: this.claims.heirsOf(range),
        governance: rangeGovernance(range, scope, devices, this.#deps, devices),
        ctx,
      }),
    );
  }

  forget(key: ObjectKey): void {
    this.#memory.forget(key);
    this.#removalReads.forget(key);
    this.claims.refresh(key);
    this.#deps.delivery.forget(ownerOf('NumberRange', key));
  }

  #scopeOf(range: NumberRange): SiteScope | undefined {
    const { stores } = this.#deps;
    const site = stores.sites.get(siteKeyOf(range));
    return site && siteScope(site, stores);
  }

  /** What is granted, what goes and whether it may, and with that the work on each device. */
  #plan(pass: Pass): RangeFindings {
    const { range, scope, wanted, places, looks, ctx } = pass;
    const devices = devicesOf(range, scope, this.#deps.stores);
    const governance = rangeGovernance(range, scope, devices, this.#deps);
    const undeployed = scope.customer?.spec.deploy === false;
    const held = new Set(this.#memory.heldOf(range));
    const rules = rulesSeen(looks);
    const grants = undeployed ? NO_GRANTS : this.#grant(pass, held, rules);
    const staysOn = (device: ObjectKey): boolean => isLeftBehind(scope, device);
    const edit = editOf({ range, wanted, held, places, undeployed, staysOn, heirs: () => this.claims.heirsOf(range) });
    const silences = this.#silences(pass, edit);
    const awaits = edit.going.length > 0 && !undeployed ? this.#awaits(range, scope, edit.heirs) : undefined;
    const planOn =
      (device: ObjectKey): WorkRequest<SbcView>['planWith'] =>
      (observed, isLeaving) =>
        planDevice({
          range,
          shortName: scope.customer?.spec.shortName ?? '',
          device,
          place: places.find((place) => place.device === device),
          granted: grants.byDevice.get(device)?.granted ?? [],
          yielded: grants.byDevice.get(device)?.refused ?? new Set(),
          held,
          observed,
          policy: governance.policy,
          adopts: adoption(range),
          keepsRemovals: awaits !== undefined || !mayGo(silences, device) || staysOn(device),
          isReplaced: replacementsAt(device, edit.terms, rules, isLeaving),
          hasHeir: edit.heirs.has,
          isLeaving,
        });
    const works = looks.map((look) => this.#work(look, range, planOn(look.device), ctx));
    return {
      range,
      scope,
      places,
      wanted,
      held,
      grants,
      silence: silences.sum,
      suspicion: looks.find(({ suspicion }) => suspicion !== undefined)?.suspicion,
      governance,
      closedGate: rangeGate(scope),
      deviceHolds: deviceHolds(scope, devices),
      works,
      undeployed,
      handedOver: edit.handedOver,
      awaits,
    };
  }

  #work(
    { device, seen, suspicion }: DeviceLook,
    range: NumberRange,
    planWith: WorkRequest<SbcView>['planWith'],
    ctx: ReconcileContext,
  ): Work {
    const owner = ownerOf('NumberRange', keyOf(range));
    const target = deviceTarget(device);
    const isUnsavedIn = ({ unsavedOurs }: SbcView): boolean => unsavedOurs === true;
    const objectsOf = ({ objects }: SbcView): readonly OutsideObject[] => objects;
    const { requested } = ctx;
    return workOn({ delivery: this.#deps.delivery, owner, target, seen, suspicion, objectsOf, planWith, isUnsavedIn, requested });
  }

  async #report(found: RangeFindings, { now }: ReconcileContext): Promise<Report<NumberRangeStatus>> {
    const { delivery, clock } = this.#deps;
    const { range, works, governance } = found;
    const owner = ownerOf('NumberRange', keyOf(range));
    const mayWrite = mayWriteAny(found);
    const isHeld = (work: Work): boolean => isHeldAt(work, found);
    const after = heldAfter(found);
    const heldIn = after.inConfigMap ? await this.#memory.record(range, after.patterns) : undefined;
    const retry = firstFailure(works);
    await connectAnew(retry, (notBefore) => connect(range, found.scope, this.#deps, notBefore), clock);
    const conclusion = rangeConditions(found, now);
    const status = rangeStatus(found, after.patterns, heldIn);
    const isUnread = found.grants.open.length > 0 && found.places.some((place) => this.claims.isUnread(placeOf(place), keyOf(range)));
    const afterStatus = handOver({ delivery, owner, works, priority: 'change', mayWrite, isHeld });
    const devices = works.map(({ seen }) => ({ seen, everyMs: SBC_POLL_MS }));
    return {
      status: {
        ...status,
        ...adoptionStatus(range, works, conclusion.conditions),
        ...tasksStatus(works, { before: range.status?.tasks, mayWrite, isHeld, isOut: isOut(delivery, owner), now }),
        ...waitsStatus(conclusion),
      },
      conditions: conclusion.conditions,
      deadlineMs: Math.min(conclusion.deadlineMs ?? Number.POSITIVE_INFINITY, found.awaits ?? Number.POSITIVE_INFINITY),
      events: outsideEvents(range, works),
      recheckAfterMs: recheckWithin(
        Math.min(
          isUnread ? REREAD_MS : nextLook(devices, clock),
          this.#memory.untilDue(range),
          nextSaveMs(range, 'SBCDeployed', conclusion, now),
        ),
        works,
      ),
      ...((mayWrite && hasChanges(works.filter((work) => !isHeld(work)))) || hasToCleanUp(range, governance.policy, status.footprint)
        ? { finalizer: 'ensure' }
        : {}),
      ...(retry === undefined ? {} : { retry }),
      afterStatus,
    };
  }

  #refused(range: NumberRange, refusal: Finding | undefined, now: string): Report<NumberRangeStatus> {
    this.#deps.delivery.withdraw(ownerOf('NumberRange', keyOf(range)));
    return refusedReport(range, refusal, now);
  }

  async #recoverForRemoval(
    range: NumberRange,
    scope: SiteScope | undefined,
    wanted: readonly Prefix[],
    ctx: ReconcileContext,
  ): Promise<Finding | undefined> {
    if (!this.#memory.isLost(range)) return undefined;
    const placements = scope && placementsOf(range, scope);
    const places = placements !== undefined && 'places' in placements ? placements.places : [];
    const looks = scope === undefined ? [] : await lookAtDevices({ range, scope, places, suspicions: this.#suspicions, ctx }, this.#deps);
    return recoverRecord({ range, wanted, places, looks, memory: this.#memory, claims: this.claims });
  }

  #grant({ range, wanted, places, looks }: Pass, held: ReadonlySet<string>, rules: SeenRules): Grants {
    const isUnread = (place: string): boolean => this.claims.isUnread(place, keyOf(range));
    return grant({
      range,
      wanted,
      held,
      places,
      book: this.claims.book,
      isUnread,
      rules,
      isLost: lostIn(looks),
      adopts: adoption(range),
      customerOf: (owner) => this.claims.customerOf(owner),
    });
  }

  /**
   * By device, whether what goes there may go; each part is judged and confirmed by itself. Only asked for when something would go: who holds
   * which number is the most expensive look there is.
   */
  #silences({ range, scope, ctx }: Pass, { going, keeps }: Edit): Silences {
    if (going.length === 0) {
      this.#removalReads.forget(keyOf(range));
      return NOT_GOING;
    }
    const { essentials, site } = scope;
    const tenantId = essentials ? undefined : scope.tenantId;
    const removal = going.flatMap(({ device, patterns }) => patterns.map((pattern) => `${device}|${pattern}`));
    const fresh = this.#removalReads.freshness(keyOf(range), removal, ctx);
    const owner = ownerOf('NumberRange', keyOf(range));
    const numbers = tenantId === undefined ? undefined : this.#deps.delivery.see<NumbersView>(numbersTarget(tenantId), owner, fresh);
    return partialSilence({ range, site, going, keeps, essentials, numbers });
  }

  /** Ms until what goes is really taken away; undefined: now. */
  #awaits(range: NumberRange, { customer }: SiteScope, heirs: Heirs): number | undefined {
    if (heirs.unread.length > 0) return REREAD_MS;
    return successorWait(customer, this.#removalReads.wantedForMs(keyOf(range)), this.#deps.settings.successorWaitMs);
  }
}
