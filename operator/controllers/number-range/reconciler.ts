import type { NumberRange, NumberRangeStatus, SbcDevice } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import { identityOf } from '../../domain/change/object.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import type { NumbersView } from '../../integrations/graph/port.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import type { ControllerDeps } from '../deps.ts';
import { type Finding, lastWord, waits, waitsStatus } from '../finding.ts';
import { freshness, RemovalReads } from '../freshness.ts';
import { adoption, type Governance, governanceOf } from '../governance.ts';
import { devicesInStatus } from '../indexes.ts';
import { outsideEvents } from '../outside-events.ts';
import { type SiteScope, siteScope } from '../site-scope.ts';
import { type Heirs, heirsOf, successorWait } from '../successor.ts';
import { deviceTarget, numbersTarget, ownerOf } from '../targets.ts';
import { tasksStatus, tasksWithdrawn } from '../tasks.ts';
import { connectAnew, connectServing, lookTwice, refusedAt, secretsNotBefore } from '../tenant-access.ts';
import { firstFailure, handOver, hasChanges, isOut, recheckWithin, takingBack, workOn } from '../work.ts';
import { refusedRange } from './accept.ts';
import { claimOf, NumberClaims, placeOf } from './claims.ts';
import { adoptsRecord, RangeConfigMaps, RECHECK_MS } from './config-maps.ts';
import type { RangeFindings } from './findings.ts';
import { rangeGate } from './gates.ts';
import { type Going, type GoingInput, goingRules, replacementsAt, type SeenRules, withoutPatterns } from './going.ts';
import { provenRecord, recordLost, standingAt } from './lost-record.ts';
import { patternsOf } from './patterns.ts';
import { type Placement, placementsOf } from './placement.ts';
import { type Grants, grant, leavingPatterns, planDevice } from './plan.ts';
import { removeRange } from './removal.ts';
import { rangeConditions } from './report.ts';
import { NOT_GOING, partialSilence, type Silences } from './silence.ts';
import { heldAfter, rangeStatus } from './status.ts';
import { DeviceSuspicions } from './suspicion.ts';

const SBC_POLL_MS = 15 * 60_000;
/** A ConfigMap that could not be used is read again after this long. */
const CORRECTED_RECHECK_MS = 60_000;
const UNREAD_RECHECK_MS = 2000;
const NO_HEIRS: Heirs = { has: () => false, unread: [] };
const NO_GRANTS: Grants = { granted: [], refused: [], open: [], captures: [] };

/** What an edit takes away, and where rules are to stand after it; see PartialSilenceInput. */
interface Leaving {
  readonly going: readonly Going[];
  readonly keeps: readonly string[] | undefined;
}

function keptOf({ wanted, places }: Pick<GoingInput, 'wanted' | 'places'>): string[] {
  return [...wanted, ...places.map(({ device, plan }) => `${device}|${plan}`)];
}

function mayGo({ byDevice }: Silences, device: ObjectKey): boolean {
  return byDevice.get(device)?.verdict !== 'held' && byDevice.get(device)?.verdict !== 'wait';
}

/** Whether another range has the pattern's rule on every device by now. */
function isHandedOver(range: NumberRange, pattern: string, heirs: Heirs): boolean {
  const trunks = range.status?.trunks ?? [];
  return trunks.length > 0 && trunks.every(({ device = '', dialPlan: plan = '', tag = '' }) => heirs.has({ device, plan, pattern, tag }));
}

/** A device that is not seen is missing. */
function rulesSeen(looks: Iterable<readonly [ObjectKey, Seen<SbcView>]>): SeenRules {
  return new Map(
    [...looks].flatMap(([device, seen]) =>
      seen.state === 'seen' ? [[device, new Map(seen.view.objects.map((rule) => [identityOf(rule), rule]))] as const] : [],
    ),
  );
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
    const { stores, delivery } = this.#deps;
    const owner = ownerOf('NumberRange', keyOf(range));
    await this.#memory.load(range, ctx.requested);
    this.claims.refresh(keyOf(range));
    const site = stores.sites.get(`${range.metadata.namespace ?? ''}/${range.spec.siteRef.name}`);
    const scope = site && siteScope(site, stores);
    const patterns = patternsOf(range, this.#memory.sourceOf(keyOf(range)));
    if ('refusal' in patterns) this.#memory.distrust(keyOf(range));
    const refusal = refusedRange(range, scope, patterns);
    if (refusal !== undefined || scope === undefined || !('prefixes' in patterns)) return this.#refused(range, refusal, ctx.now);
    const placements = placementsOf(range, scope);
    if ('refusal' in placements) return this.#refused(range, placements.refusal, ctx.now);

    const governance = this.#govern(range, scope);
    const undeployed = scope.customer?.spec.deploy === false;
    const looks = await this.#look(range, scope, placements.places, owner, ctx);
    const suspicions = new Map([...looks].map(([device, seen]) => [device, this.#suspicions.of(device, seen)]));
    const rules = rulesSeen([...looks].filter(([device]) => suspicions.get(device) === undefined));
    const lost = this.#recover(range, patterns.prefixes, placements.places, looks, rules);
    if (lost !== undefined) return { ...this.#refused(range, lost, ctx.now), recheckAfterMs: RECHECK_MS };
    const held = new Set(this.#memory.heldOf(range));
    const grants = undeployed ? NO_GRANTS : this.#grant(range, patterns.prefixes, held, placements.places, rules);
    const wanted = new Set(undeployed ? [] : patterns.prefixes.map(({ text }) => text));
    const leaving = leavingPatterns(held, undeployed ? [] : patterns.prefixes);
    const fate = { range, held, wanted, places: placements.places, undeployed };
    const leavingRules = goingRules(fate);
    const heirs = this.#heirs(range, leaving.length > 0 || leavingRules.length > 0);
    const handedOver = new Set(leaving.filter((pattern) => isHandedOver(range, pattern, heirs)));
    const going = withoutPatterns(leavingRules, handedOver);
    const silences = this.#silences(range, scope, { going, keeps: undeployed ? undefined : keptOf(fate) }, owner, ctx);
    const awaits = going.length > 0 && !undeployed ? this.#awaits(range, scope, heirs) : undefined;
    const works = [...looks].map(([device, seen]) =>
      workOn<SbcView>({
        delivery,
        owner,
        target: deviceTarget(device),
        seen,
        suspicion: suspicions.get(device),
        objectsOf: (view) => view.objects,
        planWith: (observed) =>
          planDevice({
            range,
            shortName: scope.customer?.spec.shortName ?? '',
            device,
            place: placements.places.find((place) => place.device === device),
            granted: grants.granted,
            yielded: new Set(grants.refused.map(({ pattern }) => pattern)),
            held,
            observed,
            policy: governance.policy,
            adopts: adoption(range),
            keepsRemovals: awaits !== undefined || !mayGo(silences, device),
            isReplaced: replacementsAt(device, fate, rules),
            hasHeir: heirs.has,
          }),
        requested: ctx.requested,
      }),
    );
    const found: RangeFindings = {
      range,
      scope,
      places: placements.places,
      wanted: patterns.prefixes,
      held,
      grants,
      silence: silences.sum,
      suspicion: works.find(({ suspicion }) => suspicion !== undefined)?.suspicion,
      governance,
      closedGate: rangeGate(scope),
      works,
      undeployed,
      handedOver,
      awaits,
    };
    return this.#report(found, owner, ctx);
  }

  async finalize(range: NumberRange, ctx: ReconcileContext): Promise<FinalReport<NumberRangeStatus>> {
    await this.#memory.load(range, ctx.requested);
    const site = this.#deps.stores.sites.get(`${range.metadata.namespace ?? ''}/${range.spec.siteRef.name}`);
    const scope = site && siteScope(site, this.#deps.stores);
    await this.#connect(range, scope, secretsNotBefore(ctx, this.#deps.clock));
    const patterns = patternsOf(range, this.#memory.sourceOf(keyOf(range)));
    const wanted = 'prefixes' in patterns ? patterns.prefixes : [];
    const lost = await this.#recoverForRemoval(range, scope, wanted, ctx);
    const held = new Set(this.#memory.heldOf(range));
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
        heirs: this.#heirs(range, true),
        governance: this.#govern(range, scope),
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

  async #report(found: RangeFindings, owner: string, { now }: ReconcileContext): Promise<Report<NumberRangeStatus>> {
    const { delivery, clock } = this.#deps;
    const { range, works, governance, closedGate } = found;
    const mayWrite = governance.hold === undefined && closedGate === undefined;
    const after = heldAfter(found);
    const heldIn = after.inConfigMap ? await this.#memory.record(range, after.patterns) : undefined;
    const retry = firstFailure(works);
    await connectAnew(retry, (notBefore) => this.#connect(range, found.scope, notBefore), clock);
    const conclusion = rangeConditions(found, now);
    const isUnread = found.grants.open.length > 0 && found.places.some((place) => this.claims.isUnread(placeOf(place), keyOf(range)));
    const afterStatus = handOver({ delivery, owner, works, priority: 'change', mayWrite });
    return {
      status: {
        ...rangeStatus(found, after.patterns, heldIn),
        ...tasksStatus(works, { before: range.status?.tasks, mayWrite, isOut: isOut(delivery, owner), now }),
        ...waitsStatus(conclusion),
      },
      conditions: conclusion.conditions,
      deadlineMs: Math.min(conclusion.deadlineMs ?? Number.POSITIVE_INFINITY, found.awaits ?? Number.POSITIVE_INFINITY),
      events: outsideEvents(range, works),
      recheckAfterMs: recheckWithin(isUnread ? UNREAD_RECHECK_MS : SBC_POLL_MS, works),
      ...(mayWrite && hasChanges(works) ? { finalizer: 'ensure' } : {}),
      ...(retry === undefined ? {} : { retry }),
      afterStatus,
    };
  }

  /** Nothing is planned from a spec that cannot be read; what is held stays held, and stays outside. */
  #refused(range: NumberRange, refusal: ReturnType<typeof refusedRange>, now: string): Report<NumberRangeStatus> {
    this.#deps.delivery.withdraw(ownerOf('NumberRange', keyOf(range)));
    const {
      observedGeneration: _generation,
      conditions: _conditions,
      lastHandledReconcileAt: _handled,
      waits: _waits,
      tasks,
      ...status
    } = range.status ?? {};
    const conclusion = rangeConditions({ range, refusal }, now);
    return {
      status: { ...status, ...tasksWithdrawn(tasks), ...waitsStatus(conclusion) },
      conditions: conclusion.conditions,
      deadlineMs: conclusion.deadlineMs,
      // Nobody watches ConfigMaps.
      ...(range.spec.prefixesFrom === undefined ? {} : { recheckAfterMs: CORRECTED_RECHECK_MS }),
    };
  }

  async #connect(range: NumberRange, scope: SiteScope | undefined, notBefore: number | undefined): Promise<void> {
    for (const device of this.#devicesOf(range, scope)) await this.#deps.credentials.device(device, notBefore);
    if (scope?.tenantId !== undefined && !scope.essentials) await connectServing(scope.tenantId, this.#deps, notBefore);
  }

  /** Every device that has, or had, rules of this range, with the credentials of now. */
  #look(
    range: NumberRange,
    scope: SiteScope,
    places: readonly Placement[],
    owner: string,
    ctx: ReconcileContext,
  ): Promise<Map<ObjectKey, Seen<SbcView>>> {
    const { delivery, clock } = this.#deps;
    const devices = [...new Set([...places.map(({ device }) => device), ...devicesInStatus(range)])];
    const usual = freshness(ctx, clock, SBC_POLL_MS);
    const see = (device: ObjectKey): Seen<SbcView> =>
      delivery.see<SbcView>(deviceTarget(device), owner, this.#suspicions.freshness(device, usual));
    return lookTwice(
      async (notBefore) => {
        await this.#connect(range, scope, notBefore);
        return new Map(devices.map((device) => [device, see(device)]));
      },
      (looks) => refusedAt(looks.values()),
      secretsNotBefore(ctx, clock),
    );
  }

  /** A lost record is taken back where spec and devices prove it; else the range does nothing (undefined: it may go on). */
  #recover(
    range: NumberRange,
    wanted: readonly Prefix[],
    places: readonly Placement[],
    looks: ReadonlyMap<ObjectKey, Seen<SbcView>>,
    rules: SeenRules,
  ): Finding | undefined {
    const { heldIn } = range.status ?? {};
    const problem = this.#memory.problemOf(range);
    if (problem === undefined || heldIn === undefined) return undefined;
    const proven = provenRecord({ hash: heldIn.hash ?? '', wanted, places, rules });
    if (proven === undefined && places.some(({ device }) => looks.get(device)?.state === 'reading'))
      return lastWord(range, 'Accepted') ?? waits('Accepted', 'Observing', 'The SBCs are being read', 'Unknown');
    if (proven === undefined && !adoptsRecord(range, heldIn.name)) return recordLost(problem, heldIn.name);
    // Given up: ours is what stands there for the spec and what nobody else has.
    const standing = new Set(standingAt('some', { wanted, places, rules }));
    const isFree = (prefix: Prefix): boolean =>
      places.every((place) => this.claims.book.rivals(placeOf(place), claimOf(range, prefix, false)).holder?.granted !== true);
    const patterns = proven ?? wanted.flatMap((prefix) => (standing.has(prefix.text) && isFree(prefix) ? [prefix.text] : [])).sort();
    this.#memory.restore(range, patterns);
    this.claims.refresh(keyOf(range));
    return undefined;
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
    const owner = ownerOf('NumberRange', keyOf(range));
    const looks = scope === undefined ? new Map<ObjectKey, Seen<SbcView>>() : await this.#look(range, scope, places, owner, ctx);
    return this.#recover(range, wanted, places, looks, rulesSeen(looks));
  }

  #grant(
    range: NumberRange,
    wanted: Parameters<typeof grant>[0]['wanted'],
    held: ReadonlySet<string>,
    places: readonly Placement[],
    rules: SeenRules,
  ): Grants {
    const isUnread = (place: string): boolean => this.claims.isUnread(place, keyOf(range));
    const customerOf = (key: string): string | undefined => {
      const other = this.#deps.stores.ranges.get(key as ObjectKey);
      return other && `${other.metadata.namespace ?? ''}/${other.spec.customerRef.name}`;
    };
    return grant({ range, wanted, held, places, book: this.claims.book, isUnread, rules, adopts: adoption(range), customerOf });
  }

  /**
   * By device, whether what goes there may go; each part is judged and confirmed by itself. Only asked for when something would go: who holds
   * which number is the most expensive look there is.
   */
  #silences(range: NumberRange, scope: SiteScope, { going, keeps }: Leaving, owner: string, ctx: ReconcileContext): Silences {
    if (going.length === 0) {
      this.#removalReads.forget(keyOf(range));
      return NOT_GOING;
    }
    const { essentials, site } = scope;
    const tenantId = essentials ? undefined : scope.tenantId;
    const removal = going.flatMap(({ device, patterns }) => patterns.map((pattern) => `${device}|${pattern}`));
    const fresh = this.#removalReads.freshness(keyOf(range), removal, ctx);
    const numbers = tenantId === undefined ? undefined : this.#deps.delivery.see<NumbersView>(numbersTarget(tenantId), owner, fresh);
    return partialSilence({ range, site, going, keeps, essentials, numbers });
  }

  /** Who has taken over what this range gives up; asked only when something goes. */
  #heirs(range: NumberRange, isNeeded: boolean): Heirs {
    if (!isNeeded) return NO_HEIRS;
    const askedBy = (other: NumberRange): readonly string[] => {
      const patterns = patternsOf(other, this.#memory.sourceOf(keyOf(other)));
      return 'prefixes' in patterns ? patterns.prefixes.map(({ text }) => text) : [];
    };
    const heldOf = (other: NumberRange): readonly string[] => (this.#memory.isLost(other) ? askedBy(other) : this.#memory.heldOf(other));
    return heirsOf(range, this.#deps.stores, { heldOf, knows: (other) => this.#memory.knows(other), askedBy });
  }

  /** Ms until what goes is really taken away; undefined: now. */
  #awaits(range: NumberRange, { customer }: SiteScope, heirs: Heirs): number | undefined {
    if (heirs.unread.length > 0) return UNREAD_RECHECK_MS;
    return successorWait(customer, this.#removalReads.wantedForMs(keyOf(range)), this.#deps.settings.successorWaitMs);
  }

  /** What was left on a device is taken away there too: who restricts that one is asked like all others. */
  #govern(range: NumberRange, scope: SiteScope | undefined): Governance {
    const devices = this.#devicesOf(range, scope);
    return governanceOf([range, ...new Set([...(scope?.chain ?? []), ...devices])], this.#deps, devices);
  }

  /** Those that trunks lead to, and those on which the range has left something. */
  #devicesOf(range: NumberRange, scope: SiteScope | undefined): SbcDevice[] {
    const former = devicesInStatus(range).flatMap((key) => this.#deps.stores.devices.get(key) ?? []);
    return [...new Set([...(scope?.trunks ?? []).flatMap(({ device }) => device ?? []), ...former])];
  }
}
