import type { SiteLocationStatus } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { PlannedItem } from '../../domain/change/plan.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { ConditionInput } from '../../runtime/reconciler.ts';
import type { Stores } from '../deps.ts';
import { exempt, type Finding, failed, holds, lastWord, lookingAnew, stalls, summarize, waits } from '../finding.ts';
import { footprintOf } from '../footprint-of.ts';
import type { Governance } from '../governance.ts';
import { unmanagedPaths } from '../managed-fields.ts';
import type { Gate, SiteScope, TrunkScope } from '../site-scope.ts';
import { gate, rangesOf } from '../site-scope.ts';
import { driftStatus } from '../status-parts.ts';
import type { Work } from '../work.ts';
import { endpointName, type SiteDesire } from './plan.ts';

/** Everything one pass has found about a site. */
export interface SiteFindings {
  readonly scope: SiteScope;
  readonly stores: Stores;
  readonly accepted: Finding;
  readonly closedGate: Gate;
  readonly governance: Governance;
  /** What an edit would take from users, and how to confirm it; undefined: nothing is held. */
  readonly heldRemoval: string | undefined;
  readonly name: string;
  readonly desire: SiteDesire;
  readonly directory: Seen<DirectoryView> | undefined;
  readonly devices: ReadonlyMap<string, Seen<SbcView>>;
  readonly voice: Work | undefined;
  readonly dns: Work | undefined;
}

type TrunkStatus = NonNullable<SiteLocationStatus['trunks']>[number];

const NEEDS = ['Accepted', 'DomainVerified', 'DomainActivated', 'SBCDeployed', 'M365Deployed'];

export function siteConditions(found: SiteFindings): ConditionInput[] {
  const findings = [
    found.accepted,
    domainVerified(found),
    domainActivated(found),
    sbcDeployed(found),
    m365Deployed(found),
    degraded(found),
    exempt('Verified', 'NotManagedYet', 'Verification checks come with a later release'),
    ...unmanagedPaths('SiteLocation', found.scope.site.spec),
  ];
  return summarize({
    needs: NEEDS,
    findings,
    ready: { reason: 'Deployed', message: 'The site is deployed on its SBCs and in Microsoft 365' },
    ...progress(found),
  });
}

/** A closed gate or a hold on a site that stands is told without taking Ready away (design §2). */
function progress({ scope, closedGate, governance, voice, dns, directory, devices }: SiteFindings): {
  progressing?: { reason: Reason; message: string };
} {
  const blocked = governance.hold ?? closedGate;
  const pending = [voice, dns].some((work) => (work?.plan?.changes.length ?? 0) > 0);
  if (blocked !== undefined && (pending || blocked === closedGate))
    return { progressing: { reason: blocked.reason, message: blocked.message } };
  if (pending) return { progressing: { reason: 'Deploying', message: 'Changes are on their way' } };
  const looks = [directory, voice?.seen, dns?.seen, ...devices.values()];
  const anew = lookingAnew(
    scope.site,
    looks.some((seen) => seen?.state === 'reading'),
  );
  return anew === undefined ? {} : { progressing: anew };
}

function previous(found: SiteFindings, type: string): Finding | undefined {
  return lastWord(found.scope.site, type);
}

/** What to say while a target cannot be seen: the last word for up to three missed looks, then Unknown (style 2.4). */
function unseen(found: SiteFindings, type: string, seen: Seen<unknown> | undefined, what: string): Finding {
  const before = previous(found, type);
  if (seen?.state === 'failed') {
    const own = seen.error.kind === 'Auth' || seen.error.kind === 'Terminal';
    return before?.status === 'True' && !own && seen.misses < 3 ? before : failed(type, seen.error);
  }
  return before ?? waits(type, 'Observing', `${what} is being read`, 'Unknown');
}

function domainVerified(found: SiteFindings): Finding {
  const notHere = domainsNotApplicable(found, 'DomainVerified');
  if (notHere !== undefined) return notHere;
  if (found.directory?.state !== 'seen') return unseen(found, 'DomainVerified', found.directory, 'The list of domains of the tenant');
  const { domains } = found.directory.view;
  const missing = fqdns(found).filter((fqdn) => !domains.some((domain) => domain.name.toLowerCase() === fqdn && domain.isVerified));
  return missing.length === 0
    ? holds('DomainVerified', 'DomainVerified', 'Every trunk name is a verified domain of the tenant')
    : waits(
        'DomainVerified',
        'DomainNotVerified',
        `${missing.join(', ')}: not a verified domain of tenant ${found.scope.tenantId}; add and verify it there, the site goes on by itself (this release does not add domains)`,
      );
}

function domainActivated(found: SiteFindings): Finding {
  const notHere = domainsNotApplicable(found, 'DomainActivated');
  if (notHere !== undefined) return notHere;
  if (found.directory?.state !== 'seen') return unseen(found, 'DomainActivated', found.directory, 'The list of voice users of the tenant');
  const { voiceDomains } = found.directory.view;
  if (voiceDomains === undefined)
    return waits(
      'DomainActivated',
      'PermissionMissing',
      'The app may not read users, so it is not known whether the trunk names are active; grant the permissions that the Customer names',
    );
  const idle = fqdns(found).filter((fqdn) => !voiceDomains.includes(fqdn));
  return idle.length === 0
    ? holds('DomainActivated', 'DomainActivated', 'A voice-enabled user keeps every trunk name active')
    : waits(
        'DomainActivated',
        'DomainNotActivated',
        `${idle.join(', ')}: no licensed user with enterprise voice has a user principal name in it; Microsoft activates a domain only then (this release makes no activation user)`,
      );
}

function domainsNotApplicable({ scope }: SiteFindings, type: string): Finding | undefined {
  return scope.routesInMicrosoft
    ? undefined
    : exempt(type, 'NotApplicable', scope.essentials ? 'Essentials has no Microsoft part' : 'spec.m365.defaultRouting is false');
}

function fqdns({ scope }: SiteFindings): string[] {
  return [...new Set(scope.trunks.flatMap(({ fqdn }) => fqdn ?? []))];
}

/** SharedTags has no object per site on the SBC: every Active trunk's device passes its gates and has the plans that the site's ranges name. */
function sbcDeployed(found: SiteFindings): Finding {
  if (found.accepted.status !== 'True') return waits('SBCDeployed', found.accepted.reason, found.accepted.message);
  if (found.governance.hold?.reason === 'NotManagedYet') return stalls('SBCDeployed', 'NotManagedYet', found.governance.hold.message);
  for (const trunk of found.scope.trunks.filter(({ state }) => state === 'Active')) {
    const obstacle = trunkObstacle(trunk, found);
    if (obstacle !== undefined) return obstacle;
  }
  return holds('SBCDeployed', 'Deployed', 'Every active trunk is served by its SBC');
}

function trunkObstacle(trunk: TrunkScope, found: SiteFindings): Finding | undefined {
  const before = previous(found, 'SBCDeployed');
  const seen = found.devices.get(trunk.deviceKey);
  const closed = trunk.device && gate(trunk.device, 'Connected');
  if (closed !== undefined) return before?.status === 'True' && seen?.state !== 'failed' ? undefined : unreachable(found, seen, closed);
  if (seen?.state !== 'seen')
    return before?.status === 'True' && seen?.state === 'reading'
      ? undefined
      : unseen(found, 'SBCDeployed', seen, `SBCDevice ${trunk.deviceKey}`);
  const missing = plansNamed(trunk, found).filter(
    (plan) => !seen.view.dialPlans.some((known) => known.toLowerCase() === plan.toLowerCase()),
  );
  if (missing.length === 0) return undefined;
  return stalls(
    'SBCDeployed',
    'DialPlanMissing',
    `SBCDevice ${trunk.deviceKey} has no dial plan ${missing.join(', ')}; make it on the device or correct spec.dialPlans`,
  );
}

function unreachable(found: SiteFindings, seen: Seen<SbcView> | undefined, closed: { reason: Reason; message: string }): Finding {
  const before = previous(found, 'SBCDeployed');
  if (before?.status === 'True' && seen?.state === 'failed' && seen.misses < 3) return before;
  return waits('SBCDeployed', closed.reason, closed.message, before?.status === 'True' ? 'Unknown' : 'False');
}

function plansNamed(trunk: TrunkScope, { scope, stores }: SiteFindings): string[] {
  const roles = rangesOf(scope.site, stores).map(
    (range) => range.spec.dialPlan ?? (scope.site.spec.service === 'OperatorConnect' ? 'operatorConnect' : 'tenants'),
  );
  return [...new Set(roles)].flatMap((role) => trunk.device?.spec.dialPlans?.[role] ?? []);
}

function m365Deployed(found: SiteFindings): Finding {
  const { scope, voice, governance, closedGate, accepted } = found;
  if (!scope.routesInMicrosoft)
    return exempt(
      'M365Deployed',
      'NotApplicable',
      scope.essentials ? 'Essentials has no Microsoft part' : 'spec.m365.defaultRouting is false',
    );
  if (governance.hold?.reason === 'NotManagedYet') return stalls('M365Deployed', 'NotManagedYet', governance.hold.message);
  if (accepted.status !== 'True') return waits('M365Deployed', accepted.reason, accepted.message);
  if (voice === undefined)
    return previous(found, 'M365Deployed')?.status === 'True' ? (previous(found, 'M365Deployed') as Finding) : blockedBy(closedGate);
  if (voice.plan === undefined) return unseen(found, 'M365Deployed', voice.seen, 'The voice configuration of the tenant');
  if (found.heldRemoval !== undefined) return stalls('M365Deployed', 'DeletionHeld', found.heldRemoval);
  const taken = voice.plan.items.filter(({ standing }) => standing === 'Taken');
  if (taken.length > 0) return nameTaken(taken);
  const failure = voice.failures[0];
  if (failure !== undefined) return failed('M365Deployed', failure.error);
  if (scope.customer?.spec.deploy === false)
    return waits('M365Deployed', 'Undeployed', 'The Customer has spec.deploy: false, so routing is taken back');
  const open = voice.plan.items.filter(({ standing }) => standing === 'ToCreate' || standing === 'ToUpdate' || standing === 'ToAdopt');
  return open.length === 0 ? holds('M365Deployed', 'Deployed', 'Usage, route and policy read back as wanted') : pending(found, open);
}

function pending({ governance, closedGate }: SiteFindings, open: readonly PlannedItem[]): Finding {
  const names = open.map(({ desired }) => `${desired.kind} ${desired.name}`).join(', ');
  if (governance.policy === 'Observe')
    return waits('M365Deployed', 'NotDeployed', `Not in the tenant: ${names}; changePolicy Observe never writes`);
  if (governance.hold !== undefined) return waits('M365Deployed', governance.hold.reason, governance.hold.message);
  return closedGate === undefined ? waits('M365Deployed', 'Deploying', `On the way: ${names}`) : blockedBy(closedGate);
}

function blockedBy(closed: Gate): Finding {
  return closed === undefined
    ? waits('M365Deployed', 'Observing', 'The voice configuration of the tenant is being read', 'Unknown')
    : waits('M365Deployed', closed.reason, closed.message);
}

function nameTaken(items: readonly PlannedItem[]): Finding {
  const named = items.map(({ desired }) => `${desired.kind}/${desired.name}`);
  return stalls(
    'M365Deployed',
    'NameTaken',
    `${named.join(', ')} exists and is not ours; annotate trunkline.dev/adopt=${named[0]} to take it over, or rename it in the tenant`,
  );
}

/** One lost trunk of several degrades the site, it does not undeploy it (telephony 2.1). */
function degraded(found: SiteFindings): Finding {
  const lost = found.scope.trunks
    .filter(({ device }) => device !== undefined && gate(device, 'Connected') !== undefined)
    .map(({ spec }) => spec.name);
  if (lost.length > 0) return holds('Degraded', 'TrunkLost', `No connection to the SBC of trunk ${lost.join(', ')}`);
  if (found.dns?.seen.state === 'failed') return { ...failed('Degraded', found.dns.seen.error), status: 'True', effect: 'fine' };
  if (found.dns?.failures[0] !== undefined) return { ...failed('Degraded', found.dns.failures[0].error), status: 'True', effect: 'fine' };
  return { type: 'Degraded', status: 'False', reason: 'AllTrunksServing', message: 'Every trunk is served', effect: 'fine' };
}

export function siteStatus(found: SiteFindings): Omit<SiteLocationStatus, 'conditions' | 'observedGeneration' | 'lastHandledReconcileAt'> {
  const { scope, name, voice, dns } = found;
  const works = [voice, dns].flatMap((work) => work ?? []);
  const footprint = footprintOf(scope.site, works);
  const tenantId = scope.routesInMicrosoft ? scope.tenantId : undefined;
  return {
    ...(tenantId === undefined ? {} : { tenantId }),
    siteName: scope.siteName,
    ...(scope.routesInMicrosoft && found.accepted.status === 'True' ? { usageName: name } : {}),
    trunksReady: `${readyTrunks(found)}/${scope.trunks.length}`,
    trunks: trunkStatuses(found),
    dns: dnsStatus(found),
    ...(scope.site.status?.emergency === undefined ? {} : { emergency: scope.site.status.emergency }),
    ...(footprint.length === 0 ? {} : { footprint }),
    ...driftStatus(works, scope.site.status),
    rangesCount: rangesOf(scope.site, found.stores).length,
  };
}

function readyTrunks(found: SiteFindings): number {
  return found.scope.trunks.filter((trunk) => trunk.problem === undefined && trunkObstacle(trunk, found) === undefined).length;
}

/** A name is granted, and so fixed, only while the site is accepted (design §2 Claims). */
function trunkStatuses(found: SiteFindings): NonNullable<SiteLocationStatus['trunks']> {
  if (found.accepted.status !== 'True') return found.scope.site.status?.trunks ?? [];
  return found.scope.trunks.flatMap((trunk) => {
    if (trunk.fqdn === undefined) return [];
    const { spec, fqdn, priority, state } = trunk;
    const inherited = trunk.device?.spec.carrierTrunks?.find((carrier) => carrier.fqdn.toLowerCase() === spec.carrierTrunk?.toLowerCase());
    return [
      {
        name: spec.name,
        fqdn,
        ...(spec.carrierTrunk === undefined ? {} : { carrierTrunk: spec.carrierTrunk }),
        sbcRef: { name: spec.sbcRef.name, namespace: spec.sbcRef.namespace ?? found.scope.site.metadata.namespace ?? '' },
        priority,
        state,
        origin: 'Spec' as const,
        domain: trunkDomain(fqdn, found),
        sbc: trunkObstacle(trunk, found) === undefined ? ('Deployed' as const) : ('Pending' as const),
        m365: trunkRouted(fqdn, found),
        ...(inherited === undefined ? {} : { inherited: inheritedFrom(inherited) }),
      },
    ];
  });
}

function inheritedFrom({ sipSignalingPort, mediaBypass, pidfLo }: { sipSignalingPort?: number; mediaBypass?: boolean; pidfLo?: boolean }) {
  return {
    ...(sipSignalingPort === undefined ? {} : { sipSignalingPort }),
    ...(mediaBypass === undefined ? {} : { mediaBypass }),
    ...(pidfLo === undefined ? {} : { pidfLo }),
  };
}

function trunkDomain(fqdn: string, { directory, scope }: SiteFindings): NonNullable<TrunkStatus['domain']> {
  if (!scope.routesInMicrosoft) return 'NotApplicable';
  if (directory?.state !== 'seen') return trunkBefore(fqdn, scope)?.domain ?? 'Unknown';
  const domain = directory.view.domains.find(({ name }) => name.toLowerCase() === fqdn);
  if (domain === undefined) return 'Missing';
  if (!domain.isVerified) return 'Unverified';
  return directory.view.voiceDomains?.includes(fqdn) === true ? 'Activated' : 'Verified';
}

function trunkRouted(fqdn: string, { voice, scope }: SiteFindings): NonNullable<TrunkStatus['m365']> {
  if (!scope.routesInMicrosoft) return 'NotApplicable';
  if (voice?.plan === undefined) return trunkBefore(fqdn, scope)?.m365 ?? 'Unknown';
  const routed = voice.plan.items.some(
    ({ observed }) => observed?.kind === 'VoiceRoute' && gatewaysOf(observed.fields['gateways']).includes(fqdn),
  );
  return routed ? 'Deployed' : 'Pending';
}

/** What was said of the trunk last: holds while nothing newer is seen. */
function trunkBefore(fqdn: string, { site }: SiteScope): TrunkStatus | undefined {
  return site.status?.trunks?.find((trunk) => trunk.fqdn === fqdn);
}

function gatewaysOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function dnsStatus({ scope }: SiteFindings): NonNullable<SiteLocationStatus['dns']> {
  const mode = scope.site.spec.dns?.mode ?? 'ExternalDNS';
  const required = scope.trunks.flatMap(({ fqdn, device }) => {
    const values = device?.spec.teams?.publicAddresses ?? [];
    return fqdn === undefined || values.length === 0
      ? []
      : [{ name: fqdn, type: 'A' as const, values: [...values], purpose: 'The SBC that serves this trunk' }];
  });
  return { mode, ...(mode === 'ExternalDNS' ? { endpointName: endpointName(scope.site) } : {}), required };
}
