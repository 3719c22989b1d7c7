import type { Customer } from '../api/kinds.ts';
import { isDeletionConfirmed } from './confirmation.ts';
import type { ControllerDeps } from './deps.ts';
import { conditionOf } from './finding.ts';

/** Deleting many Customers within ten minutes is more often a broken pipeline than a wish (design §3.9). */
const MASS = { customers: 3, share: 0.05, windowMs: 10 * 60_000 } as const;

/**
 * Why the Customer, and with it what hangs on it, is not deleted although somebody asked: too many at once. Held until confirmed for this
 * Customer: that the others have gone meanwhile, or that ten minutes have passed, confirms nothing.
 */
export function massDeletionHold(customer: Customer | undefined, { stores }: Pick<ControllerDeps, 'stores'>): string | undefined {
  if (customer?.metadata.deletionTimestamp === undefined || isDeletionConfirmed(customer)) return undefined;
  const wasHeld = conditionOf(customer, 'Ready')?.reason === 'DeletionHeld';
  if (!wasHeld && !isOneOfMany(customer, stores.customers.values())) return undefined;
  const name = customer.metadata.name;
  return `More than ${MASS.customers} Customers and more than 5 % of all are being deleted within 10 minutes; annotate Customer ${name} with trunkline.dev/confirm-delete=${name} if this one is meant`;
}

function isOneOfMany(customer: Customer, all: Iterable<Customer>): boolean {
  const mine = startedAt(customer) ?? 0;
  let total = 0;
  let together = 0;
  for (const other of all) {
    total += 1;
    const theirs = startedAt(other);
    if (theirs !== undefined && Math.abs(theirs - mine) <= MASS.windowMs) together += 1;
  }
  return together > MASS.customers && together > total * MASS.share;
}

function startedAt({ metadata: { deletionTimestamp } }: Customer): number | undefined {
  return deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp);
}
