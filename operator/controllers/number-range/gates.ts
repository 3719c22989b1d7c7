import { type Gate, gate, protectedBy } from '../gates.ts';
import type { SiteScope } from '../site-scope.ts';

/** What must hold before rules are written (design §2). */
export function rangeGate(scope: SiteScope): Gate {
  const { site, customer, trunks } = scope;
  if (customer === undefined) return { reason: 'CustomerNotReady', message: 'The Customer does not exist' };
  const closed = gate(customer, 'Accepted') ?? gate(site, 'Accepted') ?? gate(site, 'SBCDeployed');
  if (closed !== undefined) return closed;
  const device = trunks.flatMap((trunk) => (trunk.device === undefined ? [] : (gate(trunk.device, 'Connected') ?? [])))[0];
  return device ?? protectedBy([customer, site, ...trunks.flatMap((trunk) => trunk.device ?? [])]);
}
