import type { NumberRange } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { conditionOf } from '../finding.ts';
import { isTerminating, rangesOf, type SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';

/**
 * Ranges of the site that have rules elsewhere and not all of them on a device yet: neither record nor route leads to it before they have, since
 * an SBC that does not know the numbers refuses their calls (telephony 2.5). `from`: where the name leads to now; without it all other devices
 * count. A range that is refused as a whole has none anywhere.
 */
export function rangesWithout(
  device: ObjectKey,
  { site }: Pick<SiteScope, 'site'>,
  stores: Pick<Stores, 'ranges'>,
  from?: ObjectKey,
): NumberRange[] {
  return rangesOf(site, stores).filter((range) => lacksRules(range, device, from));
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
