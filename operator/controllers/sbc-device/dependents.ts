import type { NumberRange, SbcDevice, SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { devicesOf } from '../indexes.ts';
import { INDEX, type Stores } from '../stores.ts';

/** Objects that need the SBC, or its SBCDevice to clean up after themselves. */
export interface Dependents {
  /** Sites that name it in their spec. */
  readonly users: readonly SiteLocation[];
  /** Those that have not left it yet: sites whose former trunk is still known, ranges of which status knows rules on it. */
  readonly leaving: readonly (SiteLocation | NumberRange)[];
}

/** Whom the end of an SBCDevice would leave without what they need: it waits for all of them (design §3.9). */
export function dependentsOf(device: SbcDevice, { sites, ranges }: Pick<Stores, 'sites' | 'ranges'>): Dependents {
  const key = keyOf(device);
  const known = sites.byIndex(INDEX.device, key);
  const users = known.filter((site) => devicesOf(site).includes(key));
  return { users, leaving: [...known.filter((site) => !users.includes(site)), ...ranges.byIndex(INDEX.device, key)] };
}
