import type { SbcDevice, SbcDeviceStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import { type Access, SECRET_CHECK_MS } from '../credentials.ts';
import { type ControllerDeps, INDEX } from '../deps.ts';
import { durationMs } from '../duration.ts';
import { waitsStatus } from '../finding.ts';
import { freshness } from '../freshness.ts';
import { governanceOf, isForceRemoved, suspension } from '../governance.ts';
import { removalReport } from '../removal.ts';
import { blockers } from '../site-scope.ts';
import { deviceTarget, ownerOf } from '../targets.ts';
import { lookTwice, refusedAt, secretsNotBefore } from '../tenant-access.ts';
import { type CarrierLook, lookAtCarrier } from './carrier.ts';
import { deviceConditions } from './report.ts';
import { deviceStatus, openMarkStatus } from './status.ts';

const DEFAULT_VERIFY_MS = 5 * 60_000;

/** Watches one SBC: reachable, healthy, its carrier trunks ready. Reads only. */
export class SbcDeviceReconciler implements Reconciler<SbcDevice, SbcDeviceStatus> {
  readonly #deps: ControllerDeps;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  async reconcile(device: SbcDevice, ctx: ReconcileContext): Promise<Report<SbcDeviceStatus>> {
    const { stores, openMarks, clock } = this.#deps;
    const intervalMs = durationMs(device.spec.verifyInterval) ?? DEFAULT_VERIFY_MS;
    const { access, seen } = await this.#look(device, intervalMs, ctx);
    const carriers: CarrierLook[] = [];
    for (const trunk of device.spec.carrierTrunks ?? []) carriers.push(await lookAtCarrier(trunk, device, this.#deps, ctx));
    const sites = stores.sites.byIndex(INDEX.device, keyOf(device));
    const found = { device, access, seen, carriers, sites: sites.length, governance: governanceOf([device], this.#deps) };
    const conclusion = deviceConditions(found, ctx.now);
    const mark = await openMarks.openOn(deviceTarget(keyOf(device)), ctx.signal);
    const markedForMs = mark === undefined ? Number.POSITIVE_INFINITY : mark.deadline - clock.now();
    return {
      status: { ...deviceStatus(found), ...openMarkStatus(mark, device), ...waitsStatus(conclusion) },
      conditions: conclusion.conditions,
      deadlineMs: Math.min(conclusion.deadlineMs ?? Number.POSITIVE_INFINITY, markedForMs),
      recheckAfterMs: Math.min(intervalMs, SECRET_CHECK_MS),
      ...(sites.length > 0 ? { finalizer: 'ensure' } : {}),
    };
  }

  #look(device: SbcDevice, intervalMs: number, ctx: ReconcileContext): Promise<{ access: Access; seen: Seen<SbcView> | undefined }> {
    const { delivery, credentials, clock } = this.#deps;
    const see = (): Seen<SbcView> =>
      delivery.see<SbcView>(deviceTarget(keyOf(device)), ownerOf('SBCDevice', keyOf(device)), freshness(ctx, clock, intervalMs));
    return lookTwice(
      async (notBefore) => {
        const access = await credentials.device(device, notBefore);
        return { access, seen: access.state === 'connected' ? see() : undefined };
      },
      ({ seen }) => refusedAt([seen]),
      secretsNotBefore(ctx, clock),
    );
  }

  finalize(device: SbcDevice, { now }: ReconcileContext): FinalReport<SbcDeviceStatus> {
    if (isForceRemoved(device)) return removalReport(device, { done: true, forced: true }, now);
    const suspended = suspension([device]);
    if (suspended !== undefined) return removalReport(device, { done: false, ...suspended }, now);
    const sites = this.#deps.stores.sites.byIndex(INDEX.device, keyOf(device));
    if (sites.length === 0) return removalReport(device, { done: true }, now);
    return removalReport(device, { done: false, reason: 'ChildrenRemain', message: `Waits for ${blockers(sites)} to go first` }, now);
  }

  forget(key: ObjectKey): void {
    this.#deps.credentials.forgetDevice(key);
    this.#deps.delivery.forget(ownerOf('SBCDevice', key));
  }
}
