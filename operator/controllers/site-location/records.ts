import type { NumberRange, SbcDevice } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { identityOf, type Json, type OutsideObject } from '../../domain/change/object.ts';
import { publishedNames, recordsOf, siteDnsEndpoint } from '../../domain/routing/dns-records.ts';
import { gatewaysOf } from '../../domain/routing/voice-routing.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { entryId, oursOutside } from '../footprint-of.ts';
import { ledTo } from '../indexes.ts';
import { knownTrunk, rangesOf, type SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import type { Work } from '../work.ts';
import { type NamedTrunk, namedTrunks } from './desired.ts';
import { endpointName } from './naming.ts';
import { rangesNamed, rangesWithout } from './rules-first.ts';

/** A trunk, and where its name leads. */
export interface LedTrunk extends NamedTrunk {
  /** The SBC whose addresses the record is to have now; undefined: not known any more, what is published stays. */
  readonly leadsTo: ObjectKey | undefined;
  readonly publicAddresses: readonly string[];
  /** Ranges whose rules are not on the trunk's own SBC yet: the name does not lead there before they are. */
  readonly awaits: readonly string[];
}

/** What is published of a site, and what its names serve. */
export interface SiteRecords {
  readonly trunks: readonly LedTrunk[];
  /** Names under which something of ours leads to the site: routes as they were read, and rules with the name as tag. */
  readonly inUse: ReadonlySet<string>;
  /** Records of the site's endpoint as they were read. */
  readonly published: Json | undefined;
}

/** `view`: the tenant's voice configuration, if it is seen; `objects`: the DNSEndpoints of the namespace, if they are. */
export function recordsOfSite(
  scope: SiteScope,
  stores: Stores,
  view: VoiceView | undefined,
  objects: readonly OutsideObject[],
): SiteRecords {
  const published = objects.find(({ name }) => name === endpointName(scope.site))?.fields['records'];
  const ranges = rangesOf(scope.site, stores);
  return {
    trunks: namedTrunks(scope).map((trunk) => ledTrunk(trunk, scope, stores, published)),
    inUse: new Set([...routedNames(scope, view), ...ranges.flatMap(taggedNames)]),
    published,
  };
}

/**
 * A trunk that moves to another SBC does so by its rules first, then by its record (telephony 2.5): outgoing calls follow the record, and an
 * SBC that does not know the numbers refuses them. Where it leads by now is told by status; if that is lost, what is published stays until
 * the rules are there.
 */
function ledTrunk(trunk: NamedTrunk, scope: SiteScope, stores: Stores, published: Json | undefined): LedTrunk {
  const before = ledTo(knownTrunk(trunk, scope.site));
  const isPublished = recordsOf(trunk.fqdn, published).length > 0;
  const isMoving = before === undefined ? isPublished : before !== trunk.deviceKey;
  const lacking = isMoving ? rangesWithout(trunk, scope, stores, before) : [];
  const leadsTo = lacking.length === 0 ? trunk.deviceKey : before;
  const device = leadsTo === trunk.deviceKey ? trunk.device : leadsTo && stores.devices.get(leadsTo);
  return { ...trunk, leadsTo, publicAddresses: addressesOf(device), awaits: rangesNamed(lacking, scope) };
}

function addressesOf(device: SbcDevice | undefined): readonly string[] {
  return device?.spec.teams?.publicAddresses ?? [];
}

/** Names in routes of ours as they were read; what was let go is none of them any more. */
function routedNames({ site }: SiteScope, view: VoiceView | undefined): string[] {
  const made = oursOutside(site).filter(({ state }) => state !== 'Pending');
  const ours = new Set(made.map(entryId));
  const routes = (view?.objects ?? []).filter((object) => object.kind === 'VoiceRoute' && ours.has(identityOf(object)));
  return routes.flatMap(({ fields }) => gatewaysOf(fields['gateways']));
}

function taggedNames({ status }: NumberRange): string[] {
  return (status?.trunks ?? []).flatMap(({ tag }) => tag?.toLowerCase() ?? []);
}

/** Names that are published and that the spec has no trunk for any more. */
export function leavingNames({ trunks, published }: SiteRecords): string[] {
  const wanted = new Set(trunks.map(({ fqdn }) => fqdn));
  return publishedNames(published).filter((name) => !wanted.has(name));
}

/**
 * The SBC that the name of a trunk leads to as far as it was read back: what others may rely on. Where the records are somebody else's to
 * publish, they lead to where `status.dns.required` wants them.
 */
export function leadsToNow(
  trunk: LedTrunk,
  { site, publishes }: SiteScope,
  dns: Work | undefined,
  { published }: Pick<SiteRecords, 'published'>,
): ObjectKey | undefined {
  const before = ledTo(knownTrunk(trunk, site));
  if (trunk.leadsTo !== trunk.deviceKey || before === undefined || before === trunk.deviceKey) return trunk.leadsTo;
  return !publishes || isReadBack(trunk, dns, published) ? trunk.deviceKey : before;
}

/** Whether the record stands as wanted. Where none is planned, one that was kept still leads to where it led. */
function isReadBack({ fqdn }: LedTrunk, dns: Work | undefined, published: Json | undefined): boolean {
  if (dns?.plan === undefined) return false;
  const { items } = dns.plan;
  if (items.length === 0) return recordsOf(fqdn, published).length === 0;
  return items.every(({ standing }) => standing === 'InSync' || standing === 'TakenBack');
}

export interface RecordsWish {
  readonly scope: SiteScope;
  readonly marker: string;
  readonly records: SiteRecords;
  /** Something may still lead over what is published: a removal is held, or nobody knows whether it has to be. */
  readonly keepsAll: boolean;
}

/**
 * Address records of every trunk as one DNSEndpoint. Those of a trunk that the spec has taken out stay for as long as something leads over
 * them. Undefined: nothing is touched.
 */
export function desiredRecords({ scope, marker, records, keepsAll }: RecordsWish): OutsideObject[] | undefined {
  if (!scope.publishes || scope.customer?.spec.deploy === false) return keepsAll ? undefined : [];
  const left = leavingNames(records).filter((name) => keepsAll || records.inUse.has(name));
  const endpoint = siteDnsEndpoint({
    namespace: scope.site.metadata.namespace ?? '',
    name: endpointName(scope.site),
    marker,
    published: records.published,
    trunks: [...records.trunks, ...left.map((fqdn) => ({ fqdn, publicAddresses: [] }))],
  });
  return endpoint === undefined ? [] : [endpoint];
}
