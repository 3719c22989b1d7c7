import type { SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { entryId } from '../footprint-of.ts';
import { placeKey } from '../indexes.ts';
import type { SiteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';
import { givesWay, type Ownership, siteMarker } from './naming.ts';

/**
 * The other site, still there, that has an outside object: by its footprint or, while that is lost, by the marker. Not even `adopt` takes it
 * away from there: both would write it in turn for ever (telephony 4.2).
 */
export function holderOf(
  object: OutsideObject,
  scope: SiteScope,
  { installation }: Ownership,
  { sites }: Pick<Stores, 'sites'>,
): SiteLocation | undefined {
  const id = identityOf(object);
  const parts = object.marker === undefined ? undefined : siteMarker(object.marker, installation);
  const marked = parts && sites.get(parts.key);
  const listed = sites
    .byIndex(INDEX.footprint, placeKey(object.system, object.target))
    .find((other) => isOther(other, scope) && lists(other, id));
  if (listed !== undefined) return listed;
  return marked !== undefined && isOther(marked, scope) && marked.status?.footprint === undefined ? marked : undefined;
}

function isOther(other: SiteLocation, scope: SiteScope): boolean {
  return keyOf(other) !== keyOf(scope.site) && !givesWay(other, scope);
}

/** What is only announced may be a stranger's; not so if it was there and the other site is about to change it. */
function lists({ status }: SiteLocation, id: string): boolean {
  return (status?.footprint ?? []).some(
    (entry) =>
      (entry.state === 'Applied' || entry.state === 'Adopted' || (entry.state === 'Pending' && entry.adopted === true)) &&
      entryId(entry) === id,
  );
}
