import type { Seen } from '../../delivery/delivery.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { conditionOf } from '../finding.ts';
import { rangesOf, type SiteScope } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';

type Look = Seen<{ readonly objects: readonly OutsideObject[] }> | undefined;

/** What a pass sees of the places where a site may have left something. */
export interface Traces {
  readonly devices: readonly Look[];
  readonly voice: Look;
  readonly dns: Look;
  /** Our marker on objects of the site. */
  readonly marker: string;
}

/**
 * Whether the site has never been taken in, so that a cordoned SBC or a parent that is being deleted refuses it. A site without a part in
 * Microsoft 365 or DNS never has a footprint; and one whose status is lost is told by what stands outside (design §3, Footprint).
 */
export function isNewcomer(scope: SiteScope, stores: Stores, traces: Traces): boolean {
  const { status } = scope.site;
  const isKnown =
    (status?.trunks ?? []).length > 0 || status?.footprint !== undefined || conditionOf(scope.site, 'Accepted')?.status === 'True';
  return !isKnown && !hasMarked(traces) && !hasRules(scope, stores, traces.devices);
}

function hasMarked({ voice, dns, marker }: Traces): boolean {
  return [voice, dns].some((look) => look?.state === 'seen' && look.view.objects.some((object) => object.marker === marker));
}

/** Rules carry the name of a trunk as tag, which tells whose they are where no other site has that name. */
function hasRules(scope: SiteScope, stores: Stores, devices: readonly Look[]): boolean {
  if (rangesOf(scope.site, stores).length === 0) return false;
  const names = scope.trunks.flatMap(({ fqdn }) => (fqdn !== undefined && stores.sites.byIndex(INDEX.fqdn, fqdn).length < 2 ? [fqdn] : []));
  const tags = new Set(names);
  return devices.some(
    (look) => look?.state === 'seen' && look.view.objects.some(({ fields }) => tags.has(String(fields['tag']).toLowerCase())),
  );
}
