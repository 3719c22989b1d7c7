import type { SiteLocation, SiteLocationStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Freshness, Seen } from '../../delivery/delivery.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { formatMarker } from '../../domain/naming/marker.ts';
import type { DnsView } from '../../integrations/dns/port.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import { adoptionStatus } from '../adoption.ts';
import { waitsStatus } from '../conclusion.ts';
import type { ControllerDeps } from '../deps.ts';
import type { Finding } from '../finding.ts';
import { hasToCleanUp, oursOutside } from '../footprint-of.ts';
import { freshness, nextLook, RemovalReads, SBC_POLL_MS } from '../freshness.ts';
import { type Governance, governanceOf } from '../governance.ts';
import { outsideEvents } from '../outside-events.ts';
import type { Silence } from '../silence.ts';
import { rangesOf, type SiteScope, siteScope } from '../site-scope.ts';
import type { Suspicion } from '../suspicion.ts';
import { deviceTarget, directoryTarget, ownerOf } from '../targets.ts';
import { tasksStatus } from '../tasks.ts';
import { connectAnew, connectServing, lookTwice, refusedAt, secretsNotBefore } from '../tenant-access.ts';
import { firstFailure, handOver, hasChanges, isOut, recheckWithin, takingBack, type Work, type WorkRequest, workOn } from '../work.ts';
import { accept } from './accept.ts';
import { desiredVoice, routableTrunks } from './desired.ts';
import { emergencyRecord } from './emergency.ts';
import type { SiteFindings } from './findings.ts';
import { mayWrite as mayWriteNow, siteGate } from './gates.ts';
import { takenAway } from './holds.ts';
import { type Ownership, usageName } from './naming.ts';
import { ownedThere, type SitePlaces, sitePlaces } from './places.ts';
import { heldEdit, type PlaceInput, planPlace } from './plan.ts';
import { planRecords } from './record-holds.ts';
import { desiredRecords, type SiteRecords } from './records.ts';
import { removeSite } from './removal.ts';
import { siteConditions } from './report.ts';
import { siteStatus } from './status.ts';
import { SiteSuspicions } from './suspicion.ts';

/** What one pass sees of everything that the site touches. */
interface Looks {
  readonly devices: ReadonlyMap<string, Seen<SbcView>>;
  readonly directory: Seen<DirectoryView> | undefined;
  readonly voice: Seen<VoiceView> | undefined;
  readonly dns: Seen<DnsView> | undefined;
}

/** Deploys a site: voice routing in the customer's tenant, address records, and the proof that its SBCs serve it. */
export class SiteLocationReconciler implements Reconciler<SiteLocation, SiteLocationStatus> {
  readonly #deps: ControllerDeps;
  readonly #removalReads: RemovalReads;
  readonly #suspicions: SiteSuspicions;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#suspicions = new SiteSuspicions(deps.stores);
    this.#removalReads = new RemovalReads(deps.clock);
  }

  async reconcile(site: SiteLocation, ctx: ReconcileContext): Promise<Report<SiteLocationStatus>> {
    const { stores, delivery, clock, kube } = this.#deps;
    const owner = ownerOf('SiteLocation', keyOf(site));
    const scope = siteScope(site, stores);
    const governance = governanceOf(scope.chain, this.#deps);
    const places = sitePlaces(scope);
    const looks = await this.#meet(scope, places, owner, ctx);
    const emergency = await emergencyRecord(site, kube, ctx.now);
    const ownership = this.#ownership(site);
    const traces = { devices: [...looks.devices.values()], voice: looks.voice, dns: looks.dns, marker: ownership.marker };
    const accepted = accept(scope, stores, looks.directory, traces);
    const observed = looks.voice?.state === 'seen' ? looks.voice.view.objects : undefined;
    const name = usageName(scope, stores, ownership, observed);
    const routable = routableTrunks({ scope, marker: ownership.marker, directory: looks.directory, stores, observed: observed ?? [] });
    const wanted = { scope, name, marker: ownership.marker, routable };
    const { requested } = ctx;
    const planned = this.#plan({ scope, accepted, governance, ownership, places, looks, owner, requested }, wanted);
    const { voice, dns, silence, records } = planned;
    const works = [voice, dns].flatMap((work) => work ?? []);
    const retry = firstFailure(works);
    await connectAnew(retry, (notBefore) => this.#connect(scope, notBefore), clock);
    const closedGate = siteGate(scope);
    const { directory, devices } = looks;
    const found: SiteFindings = {
      scope,
      stores,
      accepted,
      closedGate,
      governance,
      silence,
      ownership,
      name,
      routable,
      emergency,
      records,
      voice,
      dns,
      directory,
      devices,
    };
    const mayWrite = mayWriteNow(found);
    const conclusion = siteConditions(found, ctx.now);
    const status = siteStatus(found);
    const cleansUp = hasToCleanUp(site, governance.policy, status.footprint);
    const isNeeded = cleansUp || (mayWrite && hasChanges(works)) || rangesOf(site, stores).length > 0;
    const afterStatus = handOver({ delivery, owner, works, priority: 'change', mayWrite });
    return {
      status: {
        ...status,
        ...adoptionStatus(site, works, conclusion.conditions),
        ...tasksStatus(works, { before: site.status?.tasks, mayWrite, isOut: isOut(delivery, owner), now: ctx.now }),
        ...waitsStatus(conclusion),
      },
      conditions: conclusion.conditions,
      deadlineMs: conclusion.deadlineMs,
      events: outsideEvents(site, works),
      recheckAfterMs: recheckWithin(this.#nextLook(looks), works),
      ...(isNeeded ? { finalizer: 'ensure' } : {}),
      ...(retry === undefined ? {} : { retry }),
      afterStatus,
    };
  }

  async finalize(site: SiteLocation, ctx: ReconcileContext): Promise<FinalReport<SiteLocationStatus>> {
    const scope = siteScope(site, this.#deps.stores);
    await this.#connect(scope, secretsNotBefore(ctx, this.#deps.clock));
    return takingBack(
      this.#deps.delivery,
      ownerOf('SiteLocation', keyOf(site)),
      removeSite({
        scope,
        deps: this.#deps,
        governance: governanceOf(scope.chain, this.#deps),
        ownership: this.#ownership(site),
        reads: this.#removalReads,
        suspicions: this.#suspicions,
        ctx,
      }),
    );
  }

  forget(key: ObjectKey): void {
    this.#removalReads.forget(key);
    this.#deps.delivery.forget(ownerOf('SiteLocation', key));
  }

  #ownership(site: SiteLocation): Ownership {
    const { installation } = this.#deps.settings;
    return { installation, marker: formatMarker({ installation, kind: 'SiteLocation', key: keyOf(site) }) };
  }

  async #connect({ tenantId, trunks }: SiteScope, notBefore: number | undefined): Promise<void> {
    if (tenantId !== undefined) await connectServing(tenantId, this.#deps, notBefore);
    for (const { device } of trunks) if (device !== undefined) await this.#deps.credentials.device(device, notBefore);
  }

  /** What the site's tenant and SBCs look like, with the credentials of now. */
  #meet(scope: SiteScope, places: SitePlaces, owner: string, ctx: ReconcileContext): Promise<Looks> {
    return lookTwice(
      async (notBefore) => {
        await this.#connect(scope, notBefore);
        return this.#look(scope, places, owner, ctx);
      },
      ({ directory, voice, devices }) => refusedAt([directory, voice, ...devices.values()]),
      secretsNotBefore(ctx, this.#deps.clock),
    );
  }

  /** What is not at hand is asked for and wakes the site when it comes. */
  #look(scope: SiteScope, places: SitePlaces, owner: string, ctx: ReconcileContext): Looks {
    const { delivery, settings, clock } = this.#deps;
    const fresh = freshness(ctx, clock, settings.tenantPollMs);
    const devices = new Map<string, Seen<SbcView>>();
    for (const { device, deviceKey } of scope.trunks) {
      if (device !== undefined) devices.set(deviceKey, delivery.see<SbcView>(deviceTarget(deviceKey), owner, { maxAgeMs: SBC_POLL_MS }));
    }
    const tenant = scope.routesInMicrosoft ? scope.tenantId : undefined;
    return {
      devices,
      directory: tenant === undefined ? undefined : delivery.see<DirectoryView>(directoryTarget(tenant), owner, fresh),
      voice:
        places.voice &&
        delivery.see<VoiceView>(places.voice, owner, this.#suspicions.freshness(places.voice, this.#voiceFreshness(scope, fresh, ctx))),
      dns: places.dns && delivery.see<DnsView>(places.dns, owner, this.#suspicions.freshness(places.dns, fresh)),
    };
  }

  #nextLook({ devices, directory, voice, dns }: Looks): number {
    const { settings, clock } = this.#deps;
    const ofDevices = [...devices.values()].map((seen) => ({ seen, everyMs: SBC_POLL_MS }));
    return nextLook([...ofDevices, ...[directory, voice, dns].map((seen) => ({ seen, everyMs: settings.tenantPollMs }))], clock);
  }

  /** Who has which policy decides whether an edit may take something away: that is read after the edit was seen (telephony 7.1). */
  #voiceFreshness(scope: SiteScope, usual: Freshness, ctx: ReconcileContext): Freshness {
    const going = takenAway(scope);
    if (going.length > 0) return this.#removalReads.freshness(keyOf(scope.site), going, ctx);
    this.#removalReads.forget(keyOf(scope.site));
    return usual;
  }

  /** Both places of the site; a removal that has to be confirmed keeps the address records with it. */
  #plan(pass: PlanPass, wanted: Parameters<typeof desiredVoice>[0]): PlannedSite {
    const { scope, places, looks } = pass;
    const undeployed = scope.customer?.spec.deploy === false;
    const voiceInput = this.#input(pass, places.voice, voiceWish(wanted, undeployed));
    const suspicion = places.voice && looks.voice && this.#suspicions.voice(places.voice, looks.voice, scope.customer);
    const view = looks.voice?.state === 'seen' && suspicion === undefined ? looks.voice.view : undefined;
    const held = view && heldEdit(voiceInput, view);
    const dnsSuspicion = places.dns && looks.dns && this.#suspicions.dns(places.dns, looks.dns, scope.customer);
    const published = looks.dns?.state === 'seen' && dnsSuspicion === undefined ? looks.dns.view.objects : undefined;
    const planned = planRecords({ scope, stores: this.#deps.stores, places, view, published, edit: held?.silence });
    const dnsWish = desiredRecords({ scope, marker: pass.ownership.marker, ...planned });
    return {
      records: planned.records,
      silence: planned.silence,
      voice: this.#work(pass, places.voice, looks.voice, suspicion, held?.meanwhile ?? voiceInput),
      dns: this.#work(pass, places.dns, looks.dns, dnsSuspicion, this.#input(pass, places.dns, dnsWish)),
    };
  }

  #input(pass: PlanPass, place: SitePlaces['voice'], wish: readonly OutsideObject[] | undefined): PlaceInput {
    const { scope, ownership, governance } = pass;
    const { stores } = this.#deps;
    const undeployed = scope.customer?.spec.deploy === false;
    const hasRules = rangesOf(scope.site, stores).some((range) => oursOutside(range).length > 0);
    return {
      scope,
      stores,
      ownership,
      policy: governance.policy,
      desired: pass.accepted.status === 'True' ? wish : undefined,
      owned: place === undefined ? [] : ownedThere(scope, place),
      keepsRemovals: undeployed && hasRules,
    };
  }

  #work(
    { owner, requested }: Pick<PlanPass, 'owner' | 'requested'>,
    target: SitePlaces['voice'],
    seen: Seen<{ readonly objects: readonly OutsideObject[] }> | undefined,
    suspicion: Suspicion | undefined,
    input: PlaceInput,
  ): Work | undefined {
    if (target === undefined || seen === undefined) return undefined;
    const { delivery } = this.#deps;
    const planWith: WorkRequest<unknown>['planWith'] = (observed, isLeaving) => planPlace(input, observed, isLeaving);
    return workOn({ delivery, owner, target, seen, suspicion, objectsOf: (view) => view.objects, planWith, requested });
  }
}

/** What is wanted in the tenant; undefined: that cannot be told now, and so nothing is touched. */
function voiceWish(wanted: Parameters<typeof desiredVoice>[0], undeployed: boolean): readonly OutsideObject[] | undefined {
  if (undeployed) return [];
  const wish = desiredVoice(wanted);
  return wanted.scope.routesInMicrosoft && wish.length === 0 ? undefined : wish;
}

interface PlanPass {
  readonly scope: SiteScope;
  readonly accepted: Finding;
  readonly governance: Governance;
  readonly ownership: Ownership;
  readonly places: SitePlaces;
  readonly looks: Looks;
  readonly owner: string;
  readonly requested: boolean;
}

interface PlannedSite {
  readonly voice: Work | undefined;
  readonly dns: Work | undefined;
  /** Whether an edit would take something from users. */
  readonly silence: Silence;
  readonly records: SiteRecords;
}
