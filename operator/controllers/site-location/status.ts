import type { SiteLocationStatus } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { gatewaysOf } from '../../domain/routing/voice-routing.ts';
import type { StatusFields } from '../../runtime/reconciler.ts';
import { footprintOf, oursOutside } from '../footprint-of.ts';
import { rangesOf, type SiteScope, type TrunkScope } from '../site-scope.ts';
import { driftStatus } from '../status-parts.ts';
import { mayRecordName } from './accept.ts';
import type { SiteFindings } from './findings.ts';
import { mayWrite } from './gates.ts';
import { removedTrunks } from './holds.ts';
import { endpointName } from './naming.ts';
import { leadsToNow } from './records.ts';
import { trunkObstacle } from './sbc.ts';

type TrunkStatus = NonNullable<SiteLocationStatus['trunks']>[number];

/** What a site says beside its conditions; names are in it only once they are granted. */
export function siteStatus(found: SiteFindings): StatusFields<SiteLocationStatus> {
  const { scope, voice, dns } = found;
  const works = [voice, dns].flatMap((work) => work ?? []);
  const footprint = footprintOf(scope.site, works, !mayWrite(found));
  const leftIn = oursOutside({ status: { footprint } }).find(({ system }) => system === 'teams-admin')?.target;
  const tenantId = scope.routesInMicrosoft ? scope.tenantId : leftIn;
  return {
    ...(tenantId === undefined ? {} : { tenantId }),
    siteName: scope.siteName,
    ...usageStatus(found),
    trunksReady: `${readyTrunks(found)}/${scope.trunks.length}`,
    trunks: trunkStatuses(found),
    dns: dnsStatus(found),
    ...(found.silence.asked === undefined ? {} : { confirmation: found.silence.asked }),
    ...(found.emergency === undefined ? {} : { emergency: found.emergency }),
    ...(footprint.length === 0 ? {} : { footprint }),
    ...driftStatus(works, scope.site.status),
    rangesCount: rangesOf(scope.site, found.stores).length,
  };
}

/** Fixed at first use; kept while a refused site has it. */
function usageStatus({ scope, accepted, name }: SiteFindings): Pick<SiteLocationStatus, 'usageName'> {
  const kept = scope.site.status?.usageName;
  const wanted = scope.routesInMicrosoft && accepted.status === 'True' ? name : kept;
  return wanted === undefined ? {} : { usageName: wanted };
}

function readyTrunks(found: SiteFindings): number {
  return found.scope.trunks.filter((trunk) => trunk.problem === undefined && trunkObstacle(trunk, found) === undefined).length;
}

/** A name is granted, and so fixed, only while the site is accepted (design §2 Claims). */
function trunkStatuses(found: SiteFindings): NonNullable<SiteLocationStatus['trunks']> {
  if (found.accepted.status !== 'True') return found.scope.site.status?.trunks ?? [];
  return [...presentTrunks(found), ...leavingTrunks(found)];
}

/** A trunk taken out of the spec stays known, and its name claimed, until nothing of it is left outside: a hold asks for it by name. */
function leavingTrunks({ scope, voice, dns, silence, records }: SiteFindings): TrunkStatus[] {
  const isSettled = [voice, dns].every((work) => work === undefined || (work.plan !== undefined && work.plan.changes.length === 0));
  const gone = new Set(removedTrunks(scope));
  const left = (scope.site.status?.trunks ?? []).filter(({ name }) => gone.has(name));
  if (!isSettled || silence.verdict !== 'free') return left;
  const wanted = new Set(scope.trunks.map(({ fqdn }) => fqdn));
  return left.filter(({ fqdn }) => !wanted.has(fqdn) && records.inUse.has(fqdn));
}

function presentTrunks(found: SiteFindings): TrunkStatus[] {
  return found.records.trunks.flatMap((trunk) => {
    if (!mayRecordName(trunk.fqdn, found.scope, found.stores, found.directory)) return [];
    const { spec, fqdn, priority, state } = trunk;
    const routeName = routeOf(fqdn, found);
    const device = leadsToNow(trunk, found.scope, found.dns, found.records);
    const inherited = trunk.device?.spec.carrierTrunks?.find((carrier) => carrier.fqdn.toLowerCase() === spec.carrierTrunk?.toLowerCase());
    return [
      {
        name: spec.name,
        fqdn,
        ...(spec.carrierTrunk === undefined ? {} : { carrierTrunk: spec.carrierTrunk }),
        ...(device === undefined ? {} : { sbcRef: referenceTo(device) }),
        priority,
        state,
        origin: 'Spec' as const,
        domain: trunkDomain(fqdn, found),
        sbc: trunkObstacle(trunk, found) === undefined ? ('Deployed' as const) : ('Pending' as const),
        m365: trunkRouted(trunk.state, fqdn, found),
        ...(routeName === undefined ? {} : { routeName }),
        ...(inherited === undefined ? {} : { inherited: inheritedFrom(inherited) }),
      },
    ];
  });
}

function referenceTo(device: ObjectKey): { namespace: string; name: string } {
  const [namespace = '', name = ''] = device.split('/');
  return { name, namespace };
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

/** Only an Active trunk has a place in a route; one that still stands in it is being taken out. */
function trunkRouted(state: TrunkScope['state'], fqdn: string, found: SiteFindings): NonNullable<TrunkStatus['m365']> {
  if (!found.scope.routesInMicrosoft) return 'NotApplicable';
  if (found.voice?.plan === undefined) return trunkBefore(fqdn, found.scope)?.m365 ?? 'Unknown';
  const isRouted = observedRoute(fqdn, found) !== undefined;
  if (state === 'Active') return isRouted ? 'Deployed' : 'Pending';
  return isRouted ? 'Removing' : 'NotApplicable';
}

/** The route that carries the trunk, or carried it last: one that has been routed is not taken out because a route was changed by others. */
function routeOf(fqdn: string, found: SiteFindings): string | undefined {
  if (!found.scope.routesInMicrosoft) return undefined;
  return observedRoute(fqdn, found) ?? trunkBefore(fqdn, found.scope)?.routeName;
}

function observedRoute(fqdn: string, { voice }: SiteFindings): string | undefined {
  const observed = (voice?.plan?.items ?? []).flatMap((item) => item.observed ?? []);
  return observed.find(({ kind, fields }) => kind === 'VoiceRoute' && gatewaysOf(fields['gateways']).includes(fqdn))?.name;
}

/** What was said of the trunk last: holds while nothing newer is seen. */
function trunkBefore(fqdn: string, { site }: SiteScope): TrunkStatus | undefined {
  return site.status?.trunks?.find((trunk) => trunk.fqdn === fqdn);
}

function dnsStatus({ scope, records }: SiteFindings): NonNullable<SiteLocationStatus['dns']> {
  const mode = scope.site.spec.dns?.mode ?? 'ExternalDNS';
  const named = scope.site.spec.service === 'OperatorConnect' ? [] : records.trunks;
  const required = named.flatMap(({ fqdn, publicAddresses: values }) =>
    values.length === 0 ? [] : [{ name: fqdn, type: 'A' as const, values: [...values], purpose: 'The SBC that serves this trunk' }],
  );
  return { mode, ...(scope.publishes ? { endpointName: endpointName(scope.site) } : {}), required };
}
