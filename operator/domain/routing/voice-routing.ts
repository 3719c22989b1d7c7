import type { Json, OutsideObject } from '../change/object.ts';

/** One trunk of a site as voice routing needs it. */
export interface RoutedTrunk {
  readonly fqdn: string;
  /** 1 is tried first (telephony 2.1). */
  readonly priority: number;
  readonly state: 'Active' | 'Draining' | 'Standby';
}

export interface VoiceRoutingInput {
  readonly tenantId: string;
  /** The name fixed in status at first use: `Unrestricted-<site>` or, on a clash, `Unrestricted-<shortName>-<site>` (telephony 4.1). */
  readonly name: string;
  readonly marker: string;
  readonly trunks: readonly RoutedTrunk[];
}

/** A usage before the routes that carry it, routes before the policy that is granted (teams-admin-api §30); removal runs the other way. */
export const VOICE_ROUTING_ORDER = ['PstnUsage', 'VoiceRoute', 'VoiceRoutingPolicy'] as const;

/** Every dialled number: the built-in class of default routing (telephony 4.7). */
const ANY_NUMBER = '.*';

/**
 * The Microsoft side of default routing: one usage, a route for each trunk priority, one policy (S182, S183, telephony 2.1). Trunks of equal
 * priority share a route, Microsoft picks among them at random; which trunks have a place: `servingTrunks`. Rank 1 is created first, and a change of priority moves the trunks between our routes instead of renumbering the tenant's; how the
 * routes keep their order: route-order.ts.
 */
export function voiceRouting(input: VoiceRoutingInput): OutsideObject[] {
  const place = { system: 'teams-admin', target: input.tenantId };
  const usage: OutsideObject = { ...place, kind: 'PstnUsage', name: input.name, fields: {} };
  const routes = byPriority(input.trunks).map(
    (gateways, index): OutsideObject => ({
      ...place,
      kind: 'VoiceRoute',
      name: index === 0 ? input.name : `${input.name}-${index + 1}`,
      fields: { numberPattern: ANY_NUMBER, gateways, usages: [input.name] },
      marker: input.marker,
    }),
  );
  const policy: OutsideObject = {
    ...place,
    kind: 'VoiceRoutingPolicy',
    name: input.name,
    fields: { usages: [input.name] },
    marker: input.marker,
  };
  return [usage, ...routes, policy];
}

/** Trunks of a route as it was read: FQDNs in lower case. */
export function gatewaysOf(field: Json | undefined): string[] {
  return Array.isArray(field) ? field.map((gateway) => String(gateway).toLowerCase()) : [];
}

/**
 * Trunks with a place in a route. A Standby one carries no calls; a Draining one hands its new calls over to the Active ones, and where there is
 * none it keeps them: draining must not be what takes the last route of a site (telephony 7.1).
 */
export function servingTrunks<T extends Pick<RoutedTrunk, 'state'>>(trunks: readonly T[]): readonly T[] {
  const active = trunks.filter(({ state }) => state === 'Active');
  return active.length > 0 ? active : trunks.filter(({ state }) => state === 'Draining');
}

/** Gateways by rising priority, each group sorted so that equal sets compare equal. */
function byPriority(trunks: readonly RoutedTrunk[]): string[][] {
  const serving = servingTrunks(trunks);
  const ranks = [...new Set(serving.map((trunk) => trunk.priority))].sort((left, right) => left - right);
  return ranks.map((rank) =>
    [...new Set(serving.filter((trunk) => trunk.priority === rank).map((trunk) => trunk.fqdn.toLowerCase()))].sort(),
  );
}
