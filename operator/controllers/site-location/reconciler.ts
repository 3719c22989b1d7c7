import type { SiteLocation, SiteLocationStatus } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { type Plan, planObjects } from '../../domain/change/plan.ts';
import { formatMarker } from '../../domain/naming/marker.ts';
import { VOICE_ROUTING_ORDER } from '../../domain/routing/voice-routing.ts';
import type { DnsView } from '../../integrations/dns/port.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import type { ControllerDeps } from '../deps.ts';
import { ownedAt } from '../footprint-of.ts';
import { freshness } from '../freshness.ts';
import { adoption, type Governance, govern } from '../governance.ts';
import { outsideEvents } from '../outside-events.ts';
import { type SiteScope, siteScope } from '../site-scope.ts';
import { deviceTarget, directoryTarget, dnsTarget, ownerOf, voiceTarget } from '../targets.ts';
import { firstFailure, handOver, hasChanges, type Work, workOn } from '../work.ts';
import { accept, desiredObjects, siteGate, usageName } from './plan.ts';
import { editHold, removeSite, sharedWithSibling } from './removal.ts';
import { type SiteFindings, siteConditions, siteStatus } from './report.ts';

/** Where a plan is for, and whether what it would remove has to stay for now. */
interface PlannedPlace {
  readonly system: string;
  readonly target: string;
  readonly keepsRemovals?: boolean;
}

/** Deploys a site: voice routing in the customer's tenant, address records, and the proof that its SBCs serve it. */
export class SiteLocationReconciler implements Reconciler<SiteLocation, SiteLocationStatus> {
  readonly #deps: ControllerDeps;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  async reconcile(site: SiteLocation, ctx: ReconcileContext): Promise<Report<SiteLocationStatus>> {
    const { stores, settings, delivery } = this.#deps;
    const owner = ownerOf('SiteLocation', keyOf(site));
    const scope = siteScope(site, stores);
    const accepted = accept(scope, stores);
    const governance = this.#govern(scope);
    const name = usageName(scope, stores);
    const desire = desiredObjects(
      scope,
      name,
      formatMarker({ installation: settings.installation, kind: 'SiteLocation', key: keyOf(site) }),
    );
    const undeployed = scope.customer?.spec.deploy === false;

    await this.#connect(scope, ctx);
    const looks = this.#look(scope, owner, ctx);
    const plan = (observed: readonly OutsideObject[], desired: readonly OutsideObject[], work: PlannedPlace): Plan =>
      planObjects({
        desired: accepted.status === 'True' && !undeployed ? desired : [],
        observed,
        owned: ownedAt(site, work.system, work.target),
        policy: governance.policy,
        adopts: adoption(site),
        order: VOICE_ROUTING_ORDER,
        keeps: () => accepted.status !== 'True' || work.keepsRemovals === true,
        shared: (object) => sharedWithSibling(object, scope, stores),
      });
    const voicePlace = { system: 'teams-admin', target: scope.tenantId ?? '' };
    const heldRemoval =
      looks.voice?.state === 'seen'
        ? editHold(scope, plan(looks.voice.view.objects, desire.voice, voicePlace).removals, looks.voice.view)
        : undefined;
    const voice =
      looks.voice &&
      this.#work(owner, voiceTarget(scope.tenantId ?? ''), looks.voice, (seen) =>
        plan(seen, desire.voice, { ...voicePlace, keepsRemovals: heldRemoval !== undefined }),
      );
    const dns =
      looks.dns &&
      this.#work(owner, dnsTarget(site.metadata.namespace ?? ''), looks.dns, (seen) =>
        plan(seen, desire.dns, { system: 'dns', target: site.metadata.namespace ?? '' }),
      );

    const works = [voice, dns].flatMap((work) => work ?? []);
    const closedGate = siteGate(scope);
    const found: SiteFindings = {
      scope,
      stores,
      accepted,
      closedGate,
      governance,
      heldRemoval,
      name,
      desire,
      voice,
      dns,
      directory: looks.directory,
      devices: looks.devices,
    };
    const mayWrite = accepted.status === 'True' && closedGate === undefined && governance.hold === undefined;
    const retry = firstFailure(works);
    return {
      status: siteStatus(found),
      conditions: siteConditions(found),
      events: outsideEvents(site, works),
      recheckAfterMs: settings.tenantPollMs,
      ...((mayWrite && hasChanges(works)) || this.#hasChildren(site) ? { finalizer: 'ensure' } : {}),
      ...(retry === undefined ? {} : { retry }),
      afterStatus: handOver({ delivery, owner, works, priority: 'change', mayWrite }),
    };
  }

  async finalize(site: SiteLocation, ctx: ReconcileContext): Promise<FinalReport<SiteLocationStatus>> {
    const scope = siteScope(site, this.#deps.stores);
    await this.#connect(scope, ctx);
    return removeSite({ scope, deps: this.#deps, governance: this.#govern(scope) });
  }

  #govern(scope: SiteScope): Governance {
    const { stores, settings } = this.#deps;
    const namespace = stores.namespaces.get(`/${scope.site.metadata.namespace ?? ''}`);
    return govern({
      chain: scope.chain,
      defaultPolicy: settings.defaultChangePolicy,
      namespaceAnnotations: namespace?.metadata.annotations ?? {},
      actuation: settings.actuation,
    });
  }

  async #connect({ customer, tenantId, trunks }: SiteScope, ctx: ReconcileContext): Promise<void> {
    const { credentials } = this.#deps;
    if (customer !== undefined && tenantId !== undefined) await credentials.tenant(customer, tenantId, ctx.requested);
    for (const { device } of trunks) if (device !== undefined) await credentials.device(device, false);
  }

  /** Looks at everything the site touches; what is not at hand is asked for and wakes the site when it comes. */
  #look(scope: SiteScope, owner: string, ctx: ReconcileContext) {
    const { delivery, settings, clock } = this.#deps;
    const fresh = freshness(ctx, clock, settings.tenantPollMs);
    const tenant = scope.routesInMicrosoft ? scope.tenantId : undefined;
    const devices = new Map<string, Seen<SbcView>>();
    for (const { device, deviceKey } of scope.trunks) {
      if (device !== undefined) devices.set(deviceKey, delivery.see<SbcView>(deviceTarget(deviceKey), owner, {}));
    }
    return {
      devices,
      directory: tenant === undefined ? undefined : delivery.see<DirectoryView>(directoryTarget(tenant), owner, fresh),
      voice: tenant === undefined ? undefined : delivery.see<VoiceView>(voiceTarget(tenant), owner, fresh),
      dns:
        scope.essentials || scope.site.spec.dns?.mode === 'Manual'
          ? undefined
          : delivery.see<DnsView>(dnsTarget(scope.site.metadata.namespace ?? ''), owner, fresh),
    };
  }

  #work(
    owner: string,
    target: Work['target'],
    seen: Seen<{ readonly objects: readonly OutsideObject[] }>,
    planWith: (observed: readonly OutsideObject[]) => Plan,
  ): Work {
    return workOn({ delivery: this.#deps.delivery, owner, target, seen, objectsOf: (view) => view.objects, planWith });
  }

  #hasChildren(site: SiteLocation): boolean {
    return this.#deps.stores.ranges.byIndex('site', keyOf(site)).length > 0;
  }
}
