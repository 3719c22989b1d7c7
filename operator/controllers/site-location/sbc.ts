import type { Seen } from '../../delivery/delivery.ts';
import { dialPlanRole } from '../../domain/routing/dial-plan-role.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import { type Finding, hasStood, holds, lastWord, stalls, unseen, waits } from '../finding.ts';
import { gate } from '../gates.ts';
import { rangesOf, type TrunkScope } from '../site-scope.ts';
import type { SiteFindings } from './findings.ts';
import { unmanagedPattern } from './gates.ts';

const TYPE = 'SBCDeployed';

/**
 * SharedTags has no object per site on the SBC: every Active trunk's device passes its gates and has the plans that the site's ranges name.
 * Of a site that stands, one lost trunk is `Degraded` and no more (telephony 2.1).
 */
export function sbcDeployed(found: SiteFindings): Finding {
  const { accepted, governance, scope } = found;
  if (accepted.status !== 'True') return waits(TYPE, accepted.reason, accepted.message);
  if (governance.hold?.reason === 'NotManagedYet') return stalls(TYPE, 'NotManagedYet', governance.hold.message);
  const unmanaged = unmanagedPattern(scope);
  if (unmanaged !== undefined) return stalls(TYPE, unmanaged.reason, unmanaged.message);
  const active = scope.trunks.filter(({ state }) => state === 'Active');
  const obstacles = active.map((trunk) => ({ trunk, obstacle: trunkObstacle(trunk, found) }));
  const blocked = obstacles.find(({ obstacle }) => obstacle !== undefined);
  if (blocked?.obstacle === undefined) return holds(TYPE, 'Deployed', 'Every active trunk is served by its SBC');
  if (!hasStood(scope.site, TYPE) || blocked.obstacle.effect === 'stalls') return blocked.obstacle;
  if (obstacles.some(({ obstacle }) => obstacle === undefined)) return holds(TYPE, 'Deployed', 'An active trunk is served by its SBC');
  return unseen(scope.site, TYPE, found.devices.get(blocked.trunk.deviceKey), `SBCDevice ${blocked.trunk.deviceKey}`);
}

/** Why one trunk is not served now; undefined: it is, as far as anybody knows. */
export function trunkObstacle(trunk: TrunkScope, found: SiteFindings): Finding | undefined {
  const seen = found.devices.get(trunk.deviceKey);
  const closed = trunk.device && gate(trunk.device, 'Connected');
  if (closed !== undefined) return waits(TYPE, closed.reason, closed.message);
  if (seen?.state === 'seen') return deviceObstacle(trunk, seen.view, found);
  const isLooking = seen?.state !== 'failed' && hasStood(found.scope.site, TYPE);
  return isLooking ? undefined : lookObstacle(trunk, seen, found);
}

function lookObstacle({ deviceKey }: TrunkScope, seen: Seen<unknown> | undefined, { scope }: SiteFindings): Finding {
  return seen?.state === 'failed'
    ? waits(TYPE, 'SBCDeviceNotReady', `SBCDevice ${deviceKey} cannot be read: ${seen.error.message}`)
    : (lastWord(scope.site, TYPE) ?? waits(TYPE, 'Observing', `SBCDevice ${deviceKey} is being read`, 'Unknown'));
}

function deviceObstacle(trunk: TrunkScope, { dialPlans, gaps }: SbcView, found: SiteFindings): Finding | undefined {
  const { deviceKey } = trunk;
  if (gaps.length > 0)
    return waits(TYPE, 'ObservationSuspect', `The configuration of SBCDevice ${deviceKey} was read incompletely: ${gaps.join('; ')}`);
  const missing = plansNamed(trunk, found).filter((plan) => !dialPlans.some((known) => known.toLowerCase() === plan.toLowerCase()));
  if (missing.length === 0) return undefined;
  return stalls(
    TYPE,
    'DialPlanMissing',
    `SBCDevice ${deviceKey} has no dial plan ${missing.join(', ')}; make it on the device or correct spec.dialPlans`,
  );
}

function plansNamed({ device }: TrunkScope, { scope, stores }: SiteFindings): string[] {
  const roles = rangesOf(scope.site, stores).map((range) => dialPlanRole(range, scope.site));
  return [...new Set(roles)].flatMap((role) => device?.spec.dialPlans?.[role] ?? []);
}
