import type { Seen } from '../../delivery/delivery.ts';
import type { PlannedItem } from '../../domain/change/plan.ts';
import { servingTrunks } from '../../domain/routing/voice-routing.ts';
import { exempt, type Finding, failed, hasStood, holds, lastWord, stalls, unseen, waits } from '../finding.ts';
import type { SiteScope, TrunkScope } from '../site-scope.ts';
import { failureStands } from '../tasks.ts';
import type { SiteFindings } from './findings.ts';
import { holderOf } from './holder.ts';
import { namesFor } from './naming.ts';
import { rangesNamed, rangesWithout } from './rules-first.ts';

const TYPE = 'M365Deployed';

/** Whether usage, routes and policy in the customer's tenant are as wanted, or what they wait for. */
export function m365Deployed(found: SiteFindings): Finding {
  const { scope, voice, governance, accepted, silence } = found;
  if (silence.verdict === 'held') return stalls(TYPE, 'DeletionHeld', silence.message);
  if (!scope.routesInMicrosoft) return exempt(TYPE, 'NotApplicable', whyUnrouted(scope));
  if (governance.hold?.reason === 'NotManagedYet') return stalls(TYPE, 'NotManagedYet', governance.hold.message);
  if (accepted.status !== 'True') return waits(TYPE, accepted.reason, accepted.message);
  if (voice?.suspicion !== undefined) return suspect(found, voice.suspicion.message);
  if (voice?.plan === undefined) return unseenInTenant(found, TYPE, voice?.seen, 'The voice configuration of the tenant');
  if (found.name === undefined) return noNameLeft(found);
  const taken = voice.plan.items.filter(({ standing }) => standing === 'Taken');
  if (taken.length > 0) return nameTaken(taken, found);
  const failure = voice.failures[0];
  if (failure !== undefined) return failed(TYPE, failure.error);
  return scope.customer?.spec.deploy === false ? undeployed(found) : deployed(found, voice.plan.items);
}

/** Why the site makes nothing in the tenant: by its licence, its service, or its own word (design §3). */
export function whyUnrouted({ essentials, usesTrunkNames }: SiteScope): string {
  if (essentials) return 'Essentials has no Microsoft part';
  return usesTrunkNames
    ? 'spec.m365.defaultRouting is false'
    : 'Operator Connect leads calls without domains, routes and policies of the site';
}

/** What cannot be seen because the Customer cannot sign in waits for the Customer, which says what to do. */
export function unseenInTenant(found: SiteFindings, type: string, seen: Seen<unknown> | undefined, what: string): Finding {
  const { scope, closedGate } = found;
  const isCustomers = closedGate?.reason === 'CustomerNotReady' && seen?.state === 'failed' && seen.error.kind === 'Auth';
  if (isCustomers && !hasStood(scope.site, type)) return waits(type, closedGate.reason, closedGate.message);
  return unseen(scope.site, type, seen, what);
}

/** What stands keeps its word: that a picture is not trusted is no news about the site. */
function suspect({ scope }: SiteFindings, message: string): Finding {
  const before = lastWord(scope.site, TYPE);
  return before?.status === 'True' ? before : waits(TYPE, 'ObservationSuspect', message);
}

function undeployed({ voice }: SiteFindings): Finding {
  const left = voice?.plan?.removals.length ?? 0;
  const what = left === 0 ? 'so nothing of the site is in the tenant' : 'so routing is taken back';
  return waits(TYPE, 'Undeployed', `The Customer has spec.deploy: false, ${what}`);
}

function deployed(found: SiteFindings, items: readonly PlannedItem[]): Finding {
  const open = items.filter(({ standing, fields }) => OPEN.includes(standing) || (standing === 'ToAdopt' && fields.length > 0));
  if (open.length > 0) return pending(found, open);
  const idle = found.scope.trunks.filter(({ state, fqdn }) => state === 'Active' && !found.routable.some((trunk) => trunk.fqdn === fqdn));
  const hasRoute = items.some(({ desired }) => desired.kind === 'VoiceRoute');
  if (idle.length === 0 && !hasRoute)
    return holds(TYPE, 'Deployed', 'Usage and policy read back as wanted; no trunk is Active, so no route');
  if (idle.length === 0) return holds(TYPE, 'Deployed', `Usage, route and policy read back as wanted${handover(found)}`);
  const { directory } = found;
  const active = directory?.state === 'seen' ? (directory.view.voiceDomains ?? []) : [];
  const added = idle.find(({ fqdn }) => fqdn !== undefined && active.includes(fqdn));
  if (added !== undefined) return waits(TYPE, 'Deploying', awaitsRules(found, added));
  const names = idle.map(({ fqdn, spec }) => fqdn ?? spec.name).join(', ');
  return waits(
    TYPE,
    'DomainNotActivated',
    `${names}: Microsoft takes no route over it until a voice-enabled user has a name in it; add one in the tenant`,
  );
}

/** Its domain is active: what is missing is the numbers on its SBC. */
function awaitsRules({ scope, stores }: SiteFindings, trunk: TrunkScope): string {
  const { spec, fqdn, deviceKey } = trunk;
  const ranges = rangesNamed(rangesWithout(trunk, scope, stores), scope);
  return `spec.trunks[${spec.name}]: ${fqdn} gets its route when NumberRange ${ranges.slice(0, 5).join(', ')} has its rules on SBCDevice ${deviceKey}`;
}

/** A trunk that goes on although it is to be drained has to be seen, or somebody switches it off. */
function handover({ routable }: SiteFindings): string {
  const left = servingTrunks(routable).filter(({ state }) => state === 'Draining');
  const names = left.map(({ spec }) => spec.name).join(', ');
  return names === '' ? '' : `; trunk ${names} is Draining and keeps its calls until another trunk is Active`;
}

const OPEN: readonly PlannedItem['standing'][] = ['ToCreate', 'ToUpdate'];

function pending({ governance, closedGate, scope, voice }: SiteFindings, open: readonly PlannedItem[]): Finding {
  const names = open.map(({ desired }) => `${desired.kind} ${desired.name}`).join(', ');
  if (governance.policy === 'Observe')
    return waits(
      TYPE,
      'NotDeployed',
      `Not in the tenant: ${names}; ${governance.policyBy}, which never writes; set it to Report or Enforce`,
    );
  const blocked = governance.hold ?? closedGate;
  if (blocked?.reason === 'NotManagedYet') return stalls(TYPE, blocked.reason, blocked.message);
  if (blocked !== undefined) return waits(TYPE, blocked.reason, blocked.message);
  return failureStands(scope.site, TYPE, voice === undefined ? [] : [voice]) ?? waits(TYPE, 'Deploying', `On the way: ${names}`);
}

/** Names are fixed at first use, so it helps no one that a third site waits for one. */
function noNameLeft({ scope }: SiteFindings): Finding {
  const names = namesFor(scope).join(' and ');
  const message = `spec.siteName: ${names} belong to other sites of the tenant; make this site anew with another spec.siteName`;
  return stalls(TYPE, 'NameTaken', message);
}

/** Of another site of ours is not to be adopted: of that one it is told first, as nothing else helps before it is settled. */
function nameTaken(items: readonly PlannedItem[], { scope, ownership, stores }: SiteFindings): Finding {
  for (const { desired, observed } of items) {
    const holder = observed && holderOf(observed, scope, ownership, stores);
    if (holder === undefined) continue;
    const who = holder.metadata.namespace === scope.site.metadata.namespace ? `SiteLocation ${holder.metadata.name}` : 'another customer';
    const how = 'it cannot be adopted; make this site anew with another spec.siteName, or delete that one';
    return stalls(TYPE, 'NameTaken', `spec.siteName: ${desired.kind}/${desired.name} belongs to ${who} of this installation, so ${how}`);
  }
  const named = items.map(({ desired }) => `${desired.kind}/${desired.name}`);
  return stalls(
    TYPE,
    'NameTaken',
    `spec.siteName: ${named.join(', ')} exists and is not ours; annotate trunkline.dev/adopt=${named.join(',')} to take it over, or rename it in the tenant`,
  );
}
