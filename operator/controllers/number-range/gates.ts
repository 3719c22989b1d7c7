import type { NumberRange, SbcDevice } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { ControllerDeps } from '../deps.ts';
import { type Gate, gate, protectedBy } from '../gates.ts';
import { type Governance, governanceOf, type Hold, lockOf } from '../governance.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Work } from '../work.ts';
import type { RangeFindings } from './findings.ts';

/** What must hold before rules are written to any SBC (design §2). */
export function rangeGate({ site, customer }: SiteScope): Gate {
  if (customer === undefined) return { reason: 'CustomerNotReady', message: 'The Customer does not exist' };
  return gate(customer, 'Accepted') ?? gate(site, 'Accepted') ?? gate(site, 'SBCDeployed') ?? protectedBy([customer, site]);
}

/**
 * By SBC, why no rules are written there now. Each has a lane of its own: one that is lost, or locked for maintenance, keeps nothing from the others
 * (telephony 2.1). `devices`: also former ones, from which only a lock keeps what is to be taken away.
 */
export function deviceHolds({ trunks }: Pick<SiteScope, 'trunks'>, devices: readonly SbcDevice[]): ReadonlyMap<string, Hold> {
  const serving = new Set(trunks.flatMap(({ device }) => device ?? []));
  return new Map(
    devices.flatMap((device) => {
      const closed = lockOf([device]) ?? (serving.has(device) ? (gate(device, 'Connected') ?? protectedBy([device])) : undefined);
      return closed === undefined ? [] : [[keyOf(device), closed] as const];
    }),
  );
}

/** Whether anything is handed over at all in this pass. */
export function mayWrite({ governance, closedGate }: Pick<RangeFindings, 'governance' | 'closedGate'>): boolean {
  return governance.hold === undefined && closedGate === undefined;
}

/** Whether one device is kept from writes by itself. */
export function isHeldAt({ target }: Pick<Work, 'target'>, { deviceHolds: holds }: Pick<RangeFindings, 'deviceHolds'>): boolean {
  return holds.has(target.id);
}

/**
 * What restricts the range: also whoever restricts a device on which it has left something, as that is taken away there. `lockable`: devices of which
 * the lock of one holds all of it, as in a removal, which is over only everywhere.
 */
export function rangeGovernance(
  range: NumberRange,
  scope: SiteScope | undefined,
  devices: readonly SbcDevice[],
  deps: Pick<ControllerDeps, 'stores' | 'settings'>,
  lockable: readonly SbcDevice[] = [],
): Governance {
  return governanceOf([range, ...new Set([...(scope?.chain ?? []), ...devices])], deps, lockable);
}
