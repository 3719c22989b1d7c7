import { ANNOTATIONS } from '../../api/group.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { publishedNames } from '../../domain/routing/dns-records.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { confirmationOf, isDeletionConfirmed } from '../confirmation.ts';
import { heldBefore } from '../removal.ts';
import { FREE, type Silence, type Verdict } from '../silence.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import { removedTrunks, trunksHash } from './holds.ts';
import { isPublishedBySibling, type SharingStores, type SitePlaces } from './places.ts';
import { leavingNames, type RecordsWish, recordsOfSite, type SiteRecords } from './records.ts';

export interface RecordsInput {
  readonly scope: SiteScope;
  readonly stores: Stores;
  readonly places: SitePlaces;
  /** The tenant's voice configuration; undefined: not seen, or not believed. */
  readonly view: VoiceView | undefined;
  /** The DNSEndpoints of the namespace, likewise. */
  readonly published: readonly OutsideObject[] | undefined;
  /** Whether what the edit takes away in the tenant may go; undefined: nothing is planned there. */
  readonly edit: Silence | undefined;
}

/** What stays published, and whether an edit may take anything away. */
interface PlannedRecords extends Pick<RecordsWish, 'records' | 'keepsAll'> {
  readonly silence: Silence;
}

/** Address records follow the routes: while a removal is held, or nobody knows whether it has to be, they stay too. */
export function planRecords({ scope, stores, places, view, published, edit }: RecordsInput): PlannedRecords {
  const records = recordsOfSite(scope, stores, view, published ?? []);
  const isUnknown = places.voice === undefined ? places.dns !== undefined && published === undefined : view === undefined;
  const unrouted = isUnknown ? lastSilence(scope, places) : recordSilence(scope, stores, records);
  const silence = edit === undefined || (edit.verdict === 'free' && unrouted.verdict === 'held') ? unrouted : edit;
  return { records, silence, keepsAll: silence.verdict === 'held' || isUnknown };
}

/**
 * While tenant or records cannot be seen, what was asked stays asked. Where nothing is wanted in the tenant, no other word tells of it: what was
 * said is said again.
 */
function lastSilence({ site, routesInMicrosoft }: SiteScope, places: SitePlaces): Silence {
  const before = places.voice === undefined || !routesInMicrosoft ? heldBefore(site) : undefined;
  const asked = site.status?.confirmation;
  return before === undefined ? { ...FREE, asked } : { verdict: 'held', message: before.message, isOld: true, asked };
}

/**
 * Routes that are not ours lead over the names of a site without default routing, and nobody reads here who has them: what cannot be read
 * counts as in use, so every record that goes has to be confirmed (telephony 7.1). What another site publishes too does not go.
 */
function recordSilence(scope: SiteScope, stores: SharingStores, records: SiteRecords): Silence {
  const { site } = scope;
  const before = site.status?.confirmation;
  if (!leadsForOthers(scope)) return FREE;
  const going = isWithdrawn(scope) ? publishedNames(records.published) : leavingNames(records);
  const names = going.filter((name) => !isPublishedBySibling(name, scope, stores));
  if (names.length === 0) return FREE;
  const trunks = (site.status?.trunks ?? []).filter(({ name, fqdn }) => names.includes(fqdn) && removedTrunks(scope).includes(name));
  const named = trunks.length === 0 || isWithdrawn(scope) ? ['dns'] : trunks.map(({ name }) => `trunk/${name}`);
  const parts = scope.customer?.spec.deploy === false ? ['undeploy'] : named;
  const confirmation = confirmationOf({ object: site, parts, what: trunksHash(scope), asked: before });
  const verdict: Verdict = parts.every((part) => confirmation.isGiven(part))
    ? FREE
    : { verdict: 'held', message: unreadMessage(names, confirmation.how) };
  return { ...verdict, asked: verdict.verdict === 'held' || confirmation.isAsked ? confirmation.record : undefined };
}

/** The same for the deletion of such a site. */
export function recordDeletionSilence(scope: SiteScope, stores: SharingStores, removals: readonly OutsideObject[]): Verdict {
  const { site } = scope;
  if (isDeletionConfirmed(site) || !leadsForOthers(scope)) return FREE;
  const published = removals.filter(({ system }) => system === 'dns').flatMap(({ fields }) => publishedNames(fields['records']));
  const names = published.filter((name) => !isPublishedBySibling(name, scope, stores));
  if (names.length === 0) return FREE;
  return { verdict: 'held', message: unreadMessage(names, `annotate ${ANNOTATIONS.confirmDelete}=${site.metadata.name} to go on`) };
}

function leadsForOthers({ usesTrunkNames, routesInMicrosoft }: SiteScope): boolean {
  return usesTrunkNames && !routesInMicrosoft;
}

/** The spec wants no records at all. */
function isWithdrawn({ publishes, customer }: SiteScope): boolean {
  return !publishes || customer?.spec.deploy === false;
}

function unreadMessage(names: readonly string[], how: string): string {
  return `Removing the records of ${names.join(', ')} would cut off the routes that lead over them: spec.m365.defaultRouting is false, so it is not known here who uses them and all count as used; ${how}`;
}
