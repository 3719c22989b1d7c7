import type { SbcDevice, SbcDeviceStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Freshness, Seen } from '../../delivery/delivery.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import { waitsStatus } from '../conclusion.ts';
import { type Access, SECRET_CHECK_MS } from '../credentials.ts';
import type { ControllerDeps } from '../deps.ts';
import { durationWithin } from '../duration.ts';
import { freshness, nextLook } from '../freshness.ts';
import { governanceOf, isForceRemoved, suspension } from '../governance.ts';
import { childrenStep, removalReport } from '../removal.ts';
import { deviceTarget, ownerOf } from '../targets.ts';
import { lookTwice, refusedAt, secretsNotBefore } from '../tenant-access.ts';
import { nextSaveMs, saveRetryMs } from '../unsaved.ts';
import { type CarrierLook, lookAtCarrier } from './carrier.ts';
import { dependentsOf } from './dependents.ts';
import { deviceConditions } from './report.ts';
import { deviceStatus, openMarkStatus } from './status.ts';

const DEFAULT_VERIFY_MS = 5 * 60_000;
const LEAVING = 'to take off what is left of theirs; their conditions say what they wait for';

/** How often the device is looked at; more often while it has to be asked again to save. */
function intervalOf(device: SbcDevice, now: string): number {
  const intervalMs = durationWithin(device.spec.verifyInterval, '30s', '24h') ?? DEFAULT_VERIFY_MS;
  return Math.min(intervalMs, saveRetryMs(device, 'ManagementHealthy', now) ?? intervalMs);
}

/** Watches one SBC: reachable, healthy, its carrier trunks ready. Reads only. */
export class SbcDeviceReconciler implements Reconciler<SbcDevice, SbcDeviceStatus> {
  readonly #deps: ControllerDeps;
  /** When what an earlier process may have on the wire to a device is over, monotonic ms. */
  readonly #overAt = new Map<ObjectKey, number>();

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  async reconcile(device: SbcDevice, ctx: ReconcileContext): Promise<Report<SbcDeviceStatus>> {
    const { stores, openMarks, clock, settings } = this.#deps;
    const intervalMs = intervalOf(device, ctx.now);
    const mark = await openMarks.openOn(deviceTarget(keyOf(device)), ctx.signal);
    const markedForMs = mark === undefined ? Number.POSITIVE_INFINITY : mark.deadline - clock.now();
    if (mark !== undefined) this.#overAt.set(keyOf(device), clock.monotonic() + markedForMs);
    const { access, seen } = await this.#look(device, intervalMs, ctx);
    const carriers: CarrierLook[] = [];
    for (const trunk of device.spec.carrierTrunks ?? []) carriers.push(await lookAtCarrier(trunk, device, this.#deps, ctx));
    const looks = carriers.flatMap((carrier) => carrier.seen).map((each) => ({ seen: each, everyMs: settings.tenantPollMs }));
    const { users, leaving } = dependentsOf(device, stores);
    const found = { device, access, seen, carriers, sites: users.length, governance: governanceOf([device], this.#deps) };
    const conclusion = deviceConditions(found, ctx.now);
    const lookMs = nextLook([{ seen, everyMs: intervalMs }, ...looks], clock);
    return {
      status: { ...deviceStatus(found), ...openMarkStatus(mark, device), ...waitsStatus(conclusion) },
      conditions: conclusion.conditions,
      deadlineMs: Math.min(conclusion.deadlineMs ?? Number.POSITIVE_INFINITY, markedForMs),
      recheckAfterMs: Math.min(SECRET_CHECK_MS, lookMs, nextSaveMs(device, 'ManagementHealthy', conclusion, ctx.now)),
      ...(users.length + leaving.length > 0 ? { finalizer: 'ensure' } : {}),
    };
  }

  #look(device: SbcDevice, intervalMs: number, ctx: ReconcileContext): Promise<{ access: Access; seen: Seen<SbcView> | undefined }> {
    const { delivery, credentials, clock } = this.#deps;
    const [target, owner] = [deviceTarget(keyOf(device)), ownerOf('SBCDevice', keyOf(device))];
    const see = (): Seen<SbcView> => delivery.see<SbcView>(target, owner, this.#freshness(device, intervalMs, ctx));
    return lookTwice(
      async (notBefore) => {
        const access = await credentials.device(device, notBefore);
        return { access, seen: access.state === 'connected' ? see() : undefined };
      },
      ({ seen }) => refusedAt([seen]),
      secretsNotBefore(ctx, clock),
    );
  }

  /** Once nothing of an earlier process can arrive any more, the device is looked at again: what that one left unsaved is saved then. */
  #freshness(device: SbcDevice, intervalMs: number, ctx: ReconcileContext): Freshness {
    const { clock } = this.#deps;
    const fresh = freshness(ctx, clock, intervalMs);
    const overAt = this.#overAt.get(keyOf(device));
    if (overAt === undefined || overAt > clock.monotonic()) return fresh;
    return { ...fresh, notBefore: Math.max(overAt, fresh.notBefore ?? overAt), priority: 'change' };
  }

  finalize(device: SbcDevice, { now }: ReconcileContext): FinalReport<SbcDeviceStatus> {
    const { users, leaving } = dependentsOf(device, this.#deps.stores);
    const children = childrenStep(device, users) ?? childrenStep(device, leaving, LEAVING);
    if (children === undefined && isForceRemoved(device)) return removalReport(device, { done: true, forced: true }, now);
    const suspended = suspension([device]);
    if (suspended !== undefined) return removalReport(device, { done: false, ...suspended }, now);
    return removalReport(device, children ?? { done: true }, now);
  }

  forget(key: ObjectKey): void {
    this.#overAt.delete(key);
    this.#deps.credentials.forgetDevice(key);
    this.#deps.delivery.forget(ownerOf('SBCDevice', key));
  }
}
