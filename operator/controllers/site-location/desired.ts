import type { Seen } from '../../delivery/delivery.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { gatewaysOf, voiceRouting } from '../../domain/routing/voice-routing.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { SiteScope, TrunkScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import { rangesWithout } from './rules-first.ts';

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

export interface RoutableInput extends Pick<DesireInput, 'scope' | 'marker'> {
  readonly directory: Seen<DirectoryView> | undefined;
  readonly stores: Stores;
  /** The tenant's voice configuration; nothing while it is not seen. */
  readonly observed: readonly OutsideObject[];
}

/**
 * Microsoft refuses a route over a name without a voice-enabled user in it (telephony 3.1), so such a trunk waits outside of the routes, and
 * one that is added waits for the rules of the numbers on its SBC (telephony 2.5). One that has been routed stays, whatever becomes of its
 * domain: a route must not shrink because a look at users says less than before.
 */
export function routableTrunks({ scope, directory, stores, observed, marker }: RoutableInput): NamedTrunk[] {
  const active = new Set(directory?.state === 'seen' ? directory.view.voiceDomains : []);
  const known = (scope.site.status?.trunks ?? []).filter(({ routeName }) => routeName !== undefined).map(({ fqdn }) => fqdn);
  const ours = observed.filter((object) => object.kind === 'VoiceRoute' && object.marker === marker);
  const routed = new Set([...known, ...ours.flatMap(({ fields }) => gatewaysOf(fields['gateways']))]);
  const isReady = (trunk: NamedTrunk): boolean => active.has(trunk.fqdn) && rangesWithout(trunk, scope, stores).length === 0;
  return namedTrunks(scope).filter((trunk) => routed.has(trunk.fqdn) || isReady(trunk));
}
