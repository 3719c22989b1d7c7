import type { Customer } from '../api/kinds.ts';
import { keyOf } from '../api/meta.ts';
import type { Seen } from '../delivery/delivery.ts';
import type { OperatorError } from '../errors/operator-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReconcileContext } from '../runtime/reconciler.ts';
import type { Access } from './credentials.ts';
import { servingCustomer, tenantHolder } from './customer-claims.ts';
import type { ControllerDeps } from './deps.ts';

type AccessDeps = Pick<ControllerDeps, 'stores' | 'credentials'>;

/**
 * Under what name a Customer's own look at its tenant goes. Undefined: its credential is the one that all work there is done with. Any other
 * Customer of the tenant, also one that is refused, looks with its own credential or none, so that the sign-in of one never proves another.
 */
export function partyOf(customer: Customer, tenantId: string | undefined, { stores }: Pick<AccessDeps, 'stores'>): string | undefined {
  const serving = tenantId === undefined ? undefined : servingCustomer(tenantId, stores);
  return serving !== undefined && keyOf(serving) === keyOf(customer) ? undefined : keyOf(customer);
}

/** Connects an accepted Customer's tenant with the Customer's own credential, in its place beside those of others. */
export function connectOwn(customer: Customer, tenantId: string, deps: AccessDeps, notBefore?: number): Promise<Access> {
  const { stores, credentials } = deps;
  const party = partyOf(customer, tenantId, deps);
  const owner = credentials.ownerOf(tenantId);
  const isUnserved = servingCustomer(tenantId, stores) === undefined;
  // What a Customer that is gone has left in memory does not serve the next one.
  if (isUnserved && owner !== undefined && owner !== keyOf(customer) && tenantHolder(customer, tenantId, stores) === undefined)
    credentials.leave(owner);
  return credentials.tenant(customer, tenantId, party, notBefore);
}

/** Makes sure that work in the tenant is done with the credential of the Customer that serves it, whoever asks. */
export async function connectServing(tenantId: string, { stores, credentials }: AccessDeps, notBefore?: number): Promise<void> {
  const serving = servingCustomer(tenantId, stores);
  if (serving !== undefined) await credentials.tenant(serving, tenantId, undefined, notBefore);
}

/** When a Secret must have been read to do for this pass; undefined: five minutes ago is good enough (design §5). */
export function secretsNotBefore({ requested }: Pick<ReconcileContext, 'requested'>, clock: Clock): number | undefined {
  return requested ? clock.monotonic() : undefined;
}

/**
 * Looks with the credentials that are known; one that was refused is compared with its Secret once more, and a new one tried at once. `look`
 * connects and looks; `refusedIn`: when, in monotonic ms, a look found a credential refused.
 */
export async function lookTwice<Looks>(
  look: (notBefore: number | undefined) => Promise<Looks>,
  refusedIn: (looks: Looks) => number | undefined,
  notBefore: number | undefined,
): Promise<Looks> {
  const looks = await look(notBefore);
  const refused = refusedIn(looks);
  return refused === undefined ? looks : look(refused);
}

/** A write that was refused for its credential is tried again with what the Secret says by now, not with what it said when the pass began. */
export async function connectAnew(
  failure: OperatorError | undefined,
  connect: (notBefore: number) => Promise<void>,
  clock: Clock,
): Promise<void> {
  if (failure?.kind === 'Auth') await connect(clock.monotonic());
}

/** When a target last refused the credential, monotonic ms: a Secret read before may be the wrong one by now. Undefined: none does. */
export function refusedAt(looks: Iterable<Seen<unknown> | undefined>): number | undefined {
  const times = [...looks].flatMap((seen) => (seen?.state === 'failed' && seen.error.kind === 'Auth' ? [seen.failedAt] : []));
  return times.length === 0 ? undefined : Math.max(...times);
}
