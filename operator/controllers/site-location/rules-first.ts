import type { NumberRange } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { conditionOf } from '../finding.ts';
import { isTerminating, rangesOf, type SiteScope, type TrunkScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import { sitesSharing } from './shared-name.ts';

/**
 * Ranges that have rules elsewhere and not all of them on the SBC of a trunk yet: neither record nor route leads to it before they have, since
 * an SBC that does not know the numbers refuses their calls (telephony 2.5). Calls of all sites of a name reach its SBCs, so the ranges of all of
 * them count. `from`: where the name leads to now; without it all other devices count.
 */
export function rangesWithout(
  { fqdn, deviceKey }: Pick<TrunkScope, 'fqdn' | 'deviceKey'>,
  scope: SiteScope,
  stores: Stores,
  from?: ObjectKey,
): NumberRange[] {
  const sharing = fqdn === undefined ? [] : sitesSharing(scope, fqdn, stores).filter((other) => sendsOver(other, fqdn));
  const sites = [scope.site, ...sharing.map(({ site }) => site)];
  return sites.flatMap((site) => rangesOf(site, stores)).filter((range) => lacksRules(range, deviceKey, from));
}

/** One that is refused is not moved, and holds nobody up. */
function sendsOver({ site, trunks, usesTrunkNames }: SiteScope, name: string): boolean {
  return usesTrunkNames && conditionOf(site, 'Accepted')?.status === 'True' && trunks.some(({ fqdn }) => fqdn === name);
}

/** Ranges for a message; of another namespace nothing is told but that there is one. */
export function rangesNamed(ranges: readonly NumberRange[], { site }: Pick<SiteScope, 'site'>): string[] {
  const isNear = ({ metadata }: NumberRange): boolean => metadata.namespace === site.metadata.namespace;
  return [...new Set(ranges.map((range) => (isNear(range) ? range.metadata.name : 'of another namespace')))];
}

function lacksRules(range: NumberRange, device: ObjectKey, before: ObjectKey | undefined): boolean {
  if (isTerminating(range)) return false;
  const accepted = conditionOf(range, 'Accepted')?.status;
  const trunks = range.status?.trunks;
  if (trunks === undefined) return accepted !== 'False';
  const left = trunks.filter((trunk) => (before === undefined ? trunk.device !== device : trunk.device === before));
  const standing = Math.max(0, ...left.map(({ rules = 0 }) => rules));
  if (standing === 0) return false;
  const there = trunks.find((trunk) => trunk.device === device);
  return there?.state !== 'Deployed' || (accepted !== 'True' && (there.rules ?? 0) < standing);
}
