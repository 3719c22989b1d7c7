import type { NumberRange, SbcDevice } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import { identityOf } from '../../domain/change/object.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { ReconcileContext } from '../../runtime/reconciler.ts';
import type { ControllerDeps } from '../deps.ts';
import { freshness, SBC_POLL_MS } from '../freshness.ts';
import { devicesInStatus } from '../indexes.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import type { Suspicion } from '../suspicion.ts';
import { deviceTarget, ownerOf } from '../targets.ts';
import { connectServing, lookTwice, refusedAt, secretsNotBefore } from '../tenant-access.ts';
import { saveRetryMs } from '../unsaved.ts';
import type { SeenRules } from './going.ts';
import type { Placement } from './placement.ts';
import type { DeviceSuspicions } from './suspicion.ts';

/** What one device shows, and whether it may be believed. */
export interface DeviceLook {
  readonly device: ObjectKey;
  readonly seen: Seen<SbcView>;
  readonly suspicion: Suspicion | undefined;
}

export interface LooksInput {
  readonly range: NumberRange;
  readonly scope: SiteScope;
  readonly places: readonly Placement[];
  readonly suspicions: DeviceSuspicions;
  readonly ctx: ReconcileContext;
}

/** Looks at every device that has, or had, rules of the range, with the credentials of now. */
export async function lookAtDevices({ range, scope, places, suspicions, ctx }: LooksInput, deps: ControllerDeps): Promise<DeviceLook[]> {
  const { delivery, clock } = deps;
  const owner = ownerOf('NumberRange', keyOf(range));
  const devices = [...new Set([...places.map(({ device }) => device), ...devicesInStatus(range)])];
  const usual = freshness(ctx, clock, Math.min(SBC_POLL_MS, saveRetryMs(range, 'SBCDeployed', ctx.now) ?? SBC_POLL_MS));
  const see = (device: ObjectKey): Seen<SbcView> => delivery.see<SbcView>(deviceTarget(device), owner, suspicions.freshness(device, usual));
  const looks = await lookTwice(
    async (notBefore) => {
      await connect(range, scope, deps, notBefore);
      return devices.map((device) => ({ device, seen: see(device) }));
    },
    (seen) => refusedAt(seen.map((look) => look.seen)),
    secretsNotBefore(ctx, clock),
  );
  return looks.map(({ device, seen }) => ({ device, seen, suspicion: suspicions.of(device, seen) }));
}

/** Connects everything that a range is carried out on: its devices, and the tenant that knows who holds its numbers. */
export async function connect(
  range: NumberRange,
  scope: SiteScope | undefined,
  deps: ControllerDeps,
  notBefore: number | undefined,
): Promise<void> {
  for (const device of devicesOf(range, scope, deps.stores)) await deps.credentials.device(device, notBefore);
  if (scope?.tenantId !== undefined && !scope.essentials) await connectServing(scope.tenantId, deps, notBefore);
}

/** Devices that trunks lead to, and those on which the range has left something. */
export function devicesOf(range: NumberRange, scope: SiteScope | undefined, { devices }: Pick<Stores, 'devices'>): SbcDevice[] {
  const former = devicesInStatus(range).flatMap((key) => devices.get(key) ?? []);
  return [...new Set([...(scope?.trunks ?? []).flatMap(({ device }) => device ?? []), ...former])];
}

/** A device that is not seen, or not believed, is missing. */
export function rulesSeen(looks: readonly DeviceLook[]): SeenRules {
  return new Map(
    looks.flatMap(({ device, seen, suspicion }) =>
      seen.state === 'seen' && suspicion === undefined
        ? [[device, new Map(seen.view.objects.map((rule) => [identityOf(rule), rule]))] as const]
        : [],
    ),
  );
}

/** Which devices cannot be seen, or not be believed, now; one that is only being read is not among them. */
export function lostIn(looks: readonly DeviceLook[]): (device: ObjectKey) => boolean {
  const lost = new Set(
    looks.flatMap(({ device, seen, suspicion }) => (seen.state === 'failed' || suspicion !== undefined ? [device] : [])),
  );
  return (device) => lost.has(device);
}
