import type { NumberRange, SbcDevice, SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { devicesOf } from '../indexes.ts';
import { grantsNamespace, hasTrunkTo } from '../site-scope.ts';
import { INDEX, type Stores } from '../stores.ts';

/** Objects that need the SBC, or its SBCDevice to clean up after themselves. */
export interface Dependents {
  /** Sites that name it in their spec and that it grants, or once has granted. */
  readonly users: readonly SiteLocation[];
  /** Those that have not left it yet: sites whose former trunk is still known, ranges of which status knows rules on it. */
  readonly leaving: readonly (SiteLocation | NumberRange)[];
}

/** Whom the end of an SBCDevice would leave without what they need: it waits for all of them (design §3.9). */
export function dependentsOf(device: SbcDevice, stores: Pick<Stores, 'sites' | 'ranges' | 'namespaces'>): Dependents {
  const { sites, ranges } = stores;
  const key = keyOf(device);
  const isLetIn = (site: SiteLocation): boolean => grantsNamespace(device, site.metadata.namespace ?? '', stores);
  const known = sites.byIndex(INDEX.device, key).filter((site) => isLetIn(site) || hasTrunkTo(key, site));
  const users = known.filter((site) => devicesOf(site).includes(key));
  return { users, leaving: [...known.filter((site) => !users.includes(site)), ...ranges.byIndex(INDEX.device, key)] };
}
