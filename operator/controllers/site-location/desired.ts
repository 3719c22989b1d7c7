import type { Seen } from '../../delivery/delivery.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { voiceRouting } from '../../domain/routing/voice-routing.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { SiteScope, TrunkScope } from '../site-scope.ts';

export type NamedTrunk = TrunkScope & { readonly fqdn: string };

export interface DesireInput {
  readonly scope: SiteScope;
  /** Undefined while the name cannot be told: nothing is wanted in the tenant then. */
  readonly name: string | undefined;
  readonly marker: string;
  /** Trunks that Microsoft takes a route over; see routableTrunks. */
  readonly routable: readonly NamedTrunk[];
}

/** Usage, routes and policy in the customer's tenant; nothing without a trunk that Microsoft would take. */
export function desiredVoice({ scope, name, marker, routable }: DesireInput): OutsideObject[] {
  const { tenantId, routesInMicrosoft } = scope;
  if (!routesInMicrosoft || tenantId === undefined || name === undefined || routable.length === 0) return [];
  return voiceRouting({ tenantId: tenantId.toLowerCase(), name, marker, trunks: routable });
}

/** Trunks that have a name. */
export function namedTrunks({ trunks }: Pick<SiteScope, 'trunks'>): NamedTrunk[] {
  return trunks.flatMap((trunk) => (trunk.fqdn === undefined ? [] : [{ ...trunk, fqdn: trunk.fqdn }]));
}

/**
 * Microsoft refuses a route over a name without a voice-enabled user in it (telephony 3.1), so such a trunk waits outside of the routes. One
 * that has been routed stays, whatever becomes of its domain: a route must not shrink because a look at users says less than before.
 */
export function routableTrunks(scope: SiteScope, directory: Seen<DirectoryView> | undefined): NamedTrunk[] {
  const active = new Set(directory?.state === 'seen' ? directory.view.voiceDomains : []);
  const routed = new Set((scope.site.status?.trunks ?? []).filter(({ routeName }) => routeName !== undefined).map(({ fqdn }) => fqdn));
  return namedTrunks(scope).filter(({ fqdn }) => active.has(fqdn) || routed.has(fqdn));
}
