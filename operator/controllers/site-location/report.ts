import type { Reason } from '../../api/reasons.ts';
import { recordsOf } from '../../domain/routing/dns-records.ts';
import { type Conclusion, lookingAnew, summarize } from '../conclusion.ts';
import { conditionOf, exempt, type Finding, failed, holds, waits } from '../finding.ts';
import { gate } from '../gates.ts';
import { unmanagedPaths } from '../managed-fields.ts';
import { rangesOf } from '../site-scope.ts';
import type { SiteFindings } from './findings.ts';
import type { LedTrunk } from './records.ts';
import { m365Deployed, unseenInTenant, whyUnrouted } from './routing.ts';
import { sbcDeployed } from './sbc.ts';

const NEEDS = ['Accepted', 'DomainVerified', 'DomainActivated', 'SBCDeployed', 'M365Deployed'];

/** The conditions of a site, and what it waits for. */
export function siteConditions(found: SiteFindings, now: string): Conclusion {
  const findings = [
    found.accepted,
    domainVerified(found),
    domainActivated(found),
    sbcDeployed(found),
    m365Deployed(found),
    degraded(found),
    verified(found),
    ...unmanagedPaths('SiteLocation', found.scope.site.spec),
  ];
  return summarize({
    needs: NEEDS,
    findings,
    object: found.scope.site,
    now,
    ready: {
      reason: 'Deployed',
      message: `The site is deployed on its SBCs${found.scope.routesInMicrosoft ? ' and in Microsoft 365' : ''}`,
    },
    ...progress(found),
  });
}

/** Essentials reaches its numbers by the dial plans alone: without a range nothing leads to the site, however ready it is (S179, design §2). */
function verified({ scope, stores }: SiteFindings): Finding {
  if (!scope.essentials || rangesOf(scope.site, stores).length > 0)
    return exempt('Verified', 'NotManagedYet', 'Verification checks come with a later release');
  const message = `No NumberRange names SiteLocation ${scope.site.metadata.name}, so no dial plan leads a call to it; add one with spec.siteRef`;
  return { type: 'Verified', status: 'False', reason: 'NoDialPlanPrefixes', message, effect: 'fine' };
}

/** A closed gate or a hold on a site that stands is told without taking Ready away (design §2). */
function progress({ scope, closedGate, governance, voice, dns, directory, devices, records }: SiteFindings): {
  progressing?: { reason: Reason; message: string };
} {
  const suspicion = voice?.suspicion ?? dns?.suspicion;
  if (suspicion !== undefined) return { progressing: { reason: 'ObservationSuspect', message: suspicion.message } };
  const blocked = governance.hold ?? closedGate;
  const pending = [voice, dns].some((work) => (work?.plan?.changes.length ?? 0) > 0);
  if (blocked !== undefined && (pending || blocked === closedGate))
    return { progressing: { reason: blocked.reason, message: blocked.message } };
  if (pending) return { progressing: { reason: 'Deploying', message: 'Changes are on their way' } };
  const moving = movingTrunk(records.trunks);
  if (moving !== undefined) return { progressing: { reason: 'TrunkMoving', message: moving } };
  const looks = [directory, voice?.seen, dns?.seen, ...devices.values()];
  const anew = lookingAnew(
    scope.site,
    looks.some((seen) => seen?.state === 'reading'),
  );
  return anew === undefined ? {} : { progressing: anew };
}

/** Its record leads to the SBC before, which serves the calls meanwhile. */
function movingTrunk(trunks: readonly LedTrunk[]): string | undefined {
  const moving = trunks.find(({ awaits }) => awaits.length > 0);
  if (moving === undefined) return undefined;
  const { spec, fqdn, leadsTo = 'where it led', deviceKey, awaits } = moving;
  const ranges = `${awaits.slice(0, 5).join(', ')}${awaits.length > 5 ? ` and ${awaits.length - 5} more` : ''}`;
  return `spec.trunks[${spec.name}].sbcRef: ${fqdn} still leads to ${leadsTo}, until NumberRange ${ranges} has its rules on SBCDevice ${deviceKey}; see SBCDeployed there`;
}

function domainVerified(found: SiteFindings): Finding {
  const notHere = domainsNotApplicable(found, 'DomainVerified');
  if (notHere !== undefined) return notHere;
  if (found.directory?.state !== 'seen')
    return unseenInTenant(found, 'DomainVerified', found.directory, 'The list of domains of the tenant');
  const { domains } = found.directory.view;
  const missing = fqdns(found).filter((fqdn) => !domains.some((domain) => domain.name.toLowerCase() === fqdn && domain.isVerified));
  return missing.length === 0
    ? holds('DomainVerified', 'DomainVerified', 'Every trunk name is a verified domain of the tenant')
    : waits(
        'DomainVerified',
        'DomainNotVerified',
        `${trunksNamed(found, missing)}: not a verified domain of tenant ${found.scope.tenantId}; add and verify it there, the site goes on by itself (this release does not add domains)`,
      );
}

function domainActivated(found: SiteFindings): Finding {
  const notHere = domainsNotApplicable(found, 'DomainActivated');
  if (notHere !== undefined) return notHere;
  if (found.directory?.state !== 'seen')
    return unseenInTenant(found, 'DomainActivated', found.directory, 'The list of voice users of the tenant');
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
        `${trunksNamed(found, idle)}: no licensed user with enterprise voice has a user principal name in it, and Microsoft activates a domain only then; add one in the tenant, the site goes on by itself (this release makes no activation user)`,
      );
}

function domainsNotApplicable({ scope }: SiteFindings, type: string): Finding | undefined {
  return scope.routesInMicrosoft ? undefined : exempt(type, 'NotApplicable', whyUnrouted(scope));
}

/** `spec.trunks[main] zurich.teams.carrier.example, …`. */
function trunksNamed({ scope }: SiteFindings, names: readonly string[]): string {
  return names.map((name) => `spec.trunks[${scope.trunks.find(({ fqdn }) => fqdn === name)?.spec.name}] ${name}`).join(', ');
}

function fqdns({ scope }: SiteFindings): string[] {
  return [...new Set(scope.trunks.flatMap(({ fqdn }) => fqdn ?? []))];
}

/** Names that are published though nobody knows any more to which address they should lead; while nothing is seen, what was said last holds. */
function keptRecords(found: SiteFindings): string[] {
  const { dns } = found;
  if (dns === undefined) return [];
  if (dns.plan === undefined && conditionOf(found.scope.site, 'Degraded')?.reason !== 'PublicAddressMissing') return [];
  const published = dns.plan?.items.map(({ desired }) => desired.fields['records']);
  const addressed = new Set(
    found.scope.trunks.flatMap(({ fqdn, device }) => ((device?.spec.teams?.publicAddresses ?? []).length > 0 ? [fqdn] : [])),
  );
  return fqdns(found).filter((fqdn) => !addressed.has(fqdn) && published?.some((records) => recordsOf(fqdn, records).length > 0) !== false);
}

/** An endpoint of the wanted name that somebody else has made is never touched until adopted (telephony 4.2): the site's records are not published. */
function endpointTaken({ dns, scope }: SiteFindings): Finding | undefined {
  if (dns === undefined) return undefined;
  const before = conditionOf(scope.site, 'Degraded');
  if (dns.plan === undefined) return before?.reason === 'NameTaken' ? holds('Degraded', 'NameTaken', before.message) : undefined;
  const taken = dns.plan.items.find(({ standing }) => standing === 'Taken')?.desired;
  if (taken === undefined) return undefined;
  const named = `${taken.kind}/${taken.name}`;
  const message = `${named} exists and is not ours, so the records of the site are not published; annotate trunkline.dev/adopt=${named} to take it over, or delete it`;
  return holds('Degraded', 'NameTaken', message);
}

/** One lost trunk of several degrades the site, it does not undeploy it (telephony 2.1). */
function degraded(found: SiteFindings): Finding {
  const lost = found.scope.trunks
    .filter(({ device }) => device !== undefined && gate(device, 'Connected') !== undefined)
    .map(({ spec }) => spec.name);
  if (lost.length > 0) return holds('Degraded', 'TrunkLost', `No connection to the SBC of trunk ${lost.join(', ')}`);
  if (found.dns?.suspicion !== undefined) return holds('Degraded', 'ObservationSuspect', found.dns.suspicion.message);
  if (found.dns?.seen.state === 'failed') return { ...failed('Degraded', found.dns.seen.error), status: 'True', effect: 'fine' };
  if (found.dns?.failures[0] !== undefined) return { ...failed('Degraded', found.dns.failures[0].error), status: 'True', effect: 'fine' };
  const taken = endpointTaken(found);
  if (taken !== undefined) return taken;
  const kept = keptRecords(found);
  if (kept.length > 0)
    return holds(
      'Degraded',
      'PublicAddressMissing',
      `${trunksNamed(found, kept)}: no SBCDevice of it has spec.teams.publicAddresses any more; the records stay as they were published`,
    );
  return { type: 'Degraded', status: 'False', reason: 'AllTrunksServing', message: 'Every trunk is served', effect: 'fine' };
}
