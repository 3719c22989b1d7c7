import type { OutsideObject } from '../../domain/change/object.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { isConfirmed } from '../governance.ts';
import type { SiteScope } from '../site-scope.ts';
import { usagesOf } from './places.ts';

/** A route reachable from a granted policy silences people when it goes (telephony 7.1). Undefined: nobody, or it is confirmed. */
export function deletionHold(scope: SiteScope, removals: readonly OutsideObject[], view: VoiceView): string | undefined {
  return isConfirmed(scope.site) ? undefined : silenced(removals, view, scope.site.metadata.name);
}

/** The same for what an edit takes away: `deploy: false` on the Customer, routing switched off, or a trunk taken out of the spec. */
export function editHold(scope: SiteScope, removals: readonly OutsideObject[], view: VoiceView): string | undefined {
  const { site } = scope;
  if (isConfirmed(site)) return undefined;
  const gone = removedTrunks(scope);
  const isWhole = scope.customer?.spec.deploy === false || gone.length === 0;
  if (!isWhole && gone.every((trunk) => isConfirmed(site, `trunk/${trunk}`))) return undefined;
  return silenced(removals, view, isWhole ? site.metadata.name : `${site.metadata.name}/trunk/${gone[0]}`);
}

function removedTrunks({ site }: SiteScope): string[] {
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
