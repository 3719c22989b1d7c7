import type { OutsideObject } from '../../domain/change/object.ts';
import type { Plan } from '../../domain/change/plan.ts';
import { gatewaysOf } from '../../domain/routing/voice-routing.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { isConfirmed } from '../governance.ts';
import type { SiteScope } from '../site-scope.ts';
import { usagesOf } from './places.ts';

/** A route reachable from a granted policy silences people when it goes (telephony 7.1). Undefined: nobody, or it is confirmed. */
export function deletionHold(scope: SiteScope, removals: readonly OutsideObject[], view: VoiceView): string | undefined {
  return isConfirmed(scope.site) ? undefined : silenced(removals, view, scope.site.metadata.name);
}

/**
 * The same for what an edit takes away: `deploy: false` on the Customer, routing switched off, or a trunk taken out of the spec, whether its
 * route goes or only narrows to the trunks that are left.
 */
export function editHold(scope: SiteScope, plan: Pick<Plan, 'removals' | 'items'>, view: VoiceView): string | undefined {
  const { site } = scope;
  if (isConfirmed(site)) return undefined;
  const gone = removedTrunks(scope);
  const isWhole = scope.customer?.spec.deploy === false || gone.length === 0;
  if (!isWhole && gone.every((trunk) => isConfirmed(site, `trunk/${trunk}`))) return undefined;
  return silenced(
    [...plan.removals, ...narrowedRoutes(scope, plan)],
    view,
    isWhole ? site.metadata.name : `${site.metadata.name}/trunk/${gone[0]}`,
  );
}

/** Routes as they are, out of which a removed trunk would be taken. */
export function narrowedRoutes(scope: SiteScope, { items }: Pick<Plan, 'items'>): OutsideObject[] {
  const names = new Set(removedTrunks(scope));
  const gone = new Set((scope.site.status?.trunks ?? []).filter(({ name }) => names.has(name)).map(({ fqdn }) => fqdn));
  return items.flatMap(({ desired, observed, writes }) => {
    if (!writes || observed?.kind !== 'VoiceRoute') return [];
    const left = new Set(gatewaysOf(desired.fields['gateways']));
    return gatewaysOf(observed.fields['gateways']).some((gateway) => gone.has(gateway) && !left.has(gateway)) ? [observed] : [];
  });
}

/** What an edit takes away in the tenant, by name; empty: nothing, as far as spec and status tell. */
export function takenAway(scope: SiteScope): string[] {
  const { site, customer, routesInMicrosoft } = scope;
  const isRouted = (site.status?.footprint ?? []).some(({ system }) => system === 'teams-admin');
  return [
    ...(customer?.spec.deploy === false ? ['deploy'] : []),
    ...(isRouted && !routesInMicrosoft ? ['routing'] : []),
    ...removedTrunks(scope).map((name) => `trunk ${name}`),
  ];
}

/** Trunks that status still has and the spec no longer. */
export function removedTrunks({ site }: SiteScope): string[] {
  const kept = new Set(site.spec.trunks.map(({ name }) => name));
  return (site.status?.trunks ?? []).map(({ name }) => name).filter((name) => !kept.has(name));
}

/** Who could not call any more, by every policy that leads to what goes: ours, and others that name our usage. */
function silenced(removals: readonly OutsideObject[], view: VoiceView, confirmation: string): string | undefined {
  const routing = removals.filter(({ kind }) => kind === 'VoiceRoutingPolicy' || kind === 'VoiceRoute');
  const policies = policiesLeadingTo(routing, view);
  const users = usersOf(policies, view);
  if (policies.length === 0 || users === 'nobody') return undefined;
  const names = routing.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return `Removing ${names} would take outbound calling from ${users} who have policy ${policies.join(', ')}; annotate trunkline.dev/confirm-delete=${confirmation} to go on`;
}

function policiesLeadingTo(routing: readonly OutsideObject[], { objects }: VoiceView): string[] {
  const usages = new Set(routing.flatMap(({ fields }) => usagesOf(fields['usages'])));
  const leading = objects.filter(
    ({ kind, fields }) => kind === 'VoiceRoutingPolicy' && usagesOf(fields['usages']).some((usage) => usages.has(usage)),
  );
  const going = routing.filter(({ kind }) => kind === 'VoiceRoutingPolicy');
  return [...new Set([...going, ...leading].map(({ name }) => name))].sort();
}

/** `Global` holds for everybody without a policy of their own; what cannot be read counts as granted. */
function usersOf(policies: readonly string[], { grants }: VoiceView): string {
  if (policies.some((name) => name.toLowerCase() === 'global')) return 'all users of the tenant without a policy of their own,';
  if (grants === undefined) return 'an unknown number of users';
  const users = policies.reduce((sum, name) => sum + (grants[name.toLowerCase()] ?? 0), 0);
  return users === 0 ? 'nobody' : `${users} users`;
}
