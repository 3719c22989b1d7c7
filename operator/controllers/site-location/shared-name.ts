import type { SiteLocation } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { type Finding, stalls } from '../finding.ts';
import { ledTo } from '../indexes.ts';
import { isTerminating, type SiteScope, siteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import { claimants, sameTenant } from './claimants.ts';

/**
 * Sites of one tenant may share a trunk name (telephony 2.2), and a name leads to one set of SBCs: outgoing calls of all its sites reach any of
 * them, and an SBC that does not know a number refuses it (telephony 2.5). So they name the same SBCs. Who stands as its spec says goes before who
 * moves, and that before who is new; then the older.
 */
export function nameLedElsewhere(scope: SiteScope, stores: Stores): Finding | undefined {
  if (!scope.usesTrunkNames) return undefined;
  for (const { fqdn, spec } of scope.trunks) {
    const holder = fqdn === undefined ? undefined : sitesSharing(scope, fqdn, stores).find((other) => isInTheWay(other, scope, fqdn));
    if (fqdn === undefined || holder === undefined) continue;
    const isNear = holder.site.metadata.namespace === scope.site.metadata.namespace;
    const who = isNear
      ? `SiteLocation ${holder.site.metadata.name}, where it leads to SBCDevice ${devicesOf(holder, fqdn).join(', ')}`
      : 'a site of another namespace';
    return stalls(
      'Accepted',
      'NameLeadsElsewhere',
      `spec.trunks[${spec.name}].sbcRef ${devicesOf(scope, fqdn).join(', ')}: ${fqdn} is shared with ${who}, and one name leads to the same SBCs for all its sites, since each of them must know all their numbers; name the same SBCs in both, or set another spec.trunks[].label`,
    );
  }
  return undefined;
}

/** Other sites of the tenant, which stay, that have the name or want it. */
export function sitesSharing(scope: SiteScope, fqdn: string, stores: Stores): SiteScope[] {
  const key = keyOf(scope.site);
  const others = claimants(fqdn, stores).filter((other) => keyOf(other) !== key && !isTerminating(other));
  return others.filter((other) => sameTenant(other, scope, stores)).map((other) => siteScope(other, stores));
}

function isInTheWay(other: SiteScope, mine: SiteScope, fqdn: string): boolean {
  const [theirs, ours] = [devicesOf(other, fqdn).join(), devicesOf(mine, fqdn).join()];
  return other.usesTrunkNames && theirs !== '' && theirs !== ours && rankOf(other, fqdn) < rankOf(mine, fqdn);
}

function devicesOf({ trunks }: Pick<SiteScope, 'trunks'>, fqdn: string): ObjectKey[] {
  return [...new Set(trunks.flatMap((trunk) => (trunk.fqdn === fqdn ? [trunk.deviceKey] : [])))].sort();
}

function rankOf(scope: SiteScope, fqdn: string): string {
  const { metadata } = scope.site;
  return [standing(scope, fqdn), metadata.creationTimestamp ?? '', keyOf(scope.site)].join('|');
}

function standing(scope: SiteScope, fqdn: string): 0 | 1 | 2 {
  const led = ledDevices(scope.site, fqdn);
  if (led.length === 0) return 2;
  return led.join() === devicesOf(scope, fqdn).join() ? 0 : 1;
}

function ledDevices({ status }: SiteLocation, fqdn: string): ObjectKey[] {
  return [...new Set((status?.trunks ?? []).flatMap((trunk) => (trunk.fqdn === fqdn ? (ledTo(trunk) ?? []) : [])))].sort();
}
