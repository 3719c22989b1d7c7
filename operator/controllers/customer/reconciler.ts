import type { Customer, CustomerStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { IdentityView } from '../../integrations/entra/port.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import { waitsStatus } from '../conclusion.ts';
import { type Access, SECRET_CHECK_MS } from '../credentials.ts';
import { claimedTenant, isEssentials, namedDirectory, namedTenant } from '../customer-claims.ts';
import type { ControllerDeps } from '../deps.ts';
import { freshness, nextLook } from '../freshness.ts';
import { governanceOf, isForceRemoved, suspension } from '../governance.ts';
import { massDeletionHold } from '../mass-deletion.ts';
import { childrenStep, removalReport } from '../removal.ts';
import { INDEX } from '../stores.ts';
import { directoryTarget, identityTarget, ownerOf } from '../targets.ts';
import { connectOwn, lookTwice, partyOf, refusedAt, secretsNotBefore } from '../tenant-access.ts';
import { accept, dueSteps } from './accept.ts';
import type { CustomerFindings } from './findings.ts';
import { judge } from './judgement.ts';
import { customerConditions, customerEvents } from './report.ts';
import { customerStatus } from './status.ts';
import { missingRights } from './tenant.ts';

/** Proves that a customer's tenant can be worked in, and sums up what its sites and ranges say. Writes nothing outside. */
export class CustomerReconciler implements Reconciler<Customer, CustomerStatus> {
  readonly #deps: ControllerDeps;
  /** Looks at tenants that were found without all rights. */
  readonly #judged = new WeakSet<IdentityView>();

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  async reconcile(customer: Customer, ctx: ReconcileContext): Promise<Report<CustomerStatus>> {
    const { stores, settings, delivery, clock } = this.#deps;
    const owner = ownerOf('Customer', keyOf(customer));
    const essentials = isEssentials(customer);
    if (ctx.requested) this.#deps.credentials.signInAnew(keyOf(customer));
    const { accepted, access, identity, tenantId } = await this.#meet(customer, owner, ctx);
    const fresh = freshness(ctx, clock, settings.tenantPollMs);
    const connected = access.state === 'connected' && tenantId !== undefined;
    const directory = connected ? delivery.see<DirectoryView>(directoryTarget(tenantId), owner, fresh) : undefined;
    const found: CustomerFindings = {
      customer,
      stores,
      settings,
      now: ctx.now,
      accepted,
      essentials,
      access,
      identity,
      directory,
      tenantId,
      due: dueSteps(customer, stores),
      governance: governanceOf([customer], this.#deps),
    };
    this.#watchRights(found);
    const judgement = judge(found);
    const conclusion = customerConditions(found, judgement);
    return {
      status: { ...customerStatus(found, judgement), ...waitsStatus(conclusion) },
      conditions: conclusion.conditions,
      deadlineMs: conclusion.deadlineMs,
      events: customerEvents(found, judgement),
      recheckAfterMs: recheckAfter(found, this.#nextLook(found)),
      ...(this.#isNamed(customer) ? { finalizer: 'ensure' } : {}),
    };
  }

  finalize(customer: Customer, { now }: ReconcileContext): FinalReport<CustomerStatus> {
    const children = this.#children(customer);
    if (children.length === 0 && isForceRemoved(customer)) return removalReport(customer, { done: true, forced: true }, now);
    const suspended = suspension([customer]);
    if (suspended !== undefined) return removalReport(customer, { done: false, ...suspended }, now);
    const waiting = childrenStep(customer, children);
    if (waiting === undefined) return removalReport(customer, { done: true }, now);
    const held = massDeletionHold(customer, this.#deps);
    if (held !== undefined) return removalReport(customer, { done: false, reason: 'DeletionHeld', message: held, stalled: true }, now);
    return removalReport(customer, waiting, now);
  }

  forget(key: ObjectKey): void {
    // Children that are still to be cleaned up go on with what was known last (design §3.9).
    if (this.#childrenOf(key).length === 0) this.#deps.credentials.leave(key);
    this.#deps.delivery.forget(ownerOf('Customer', key));
  }

  #nextLook({ identity, directory }: CustomerFindings): number {
    const { clock, settings } = this.#deps;
    const looks = [identity, directory].map((seen) => ({ seen, everyMs: settings.tenantPollMs }));
    return nextLook(looks, clock);
  }

  /** Somebody is about to grant what is missing, and the token of this hour would not tell. Once for each look. */
  #watchRights(found: CustomerFindings): void {
    const view = found.identity?.state === 'seen' ? found.identity.view : undefined;
    if (view === undefined || this.#judged.has(view) || missingRights(found).length === 0) return;
    this.#judged.add(view);
    this.#deps.credentials.signInAnew(keyOf(found.customer));
  }

  /** Who this is, and whether its tenant lets it in. */
  #meet(customer: Customer, owner: string, ctx: ReconcileContext): Promise<Meeting> {
    return lookTwice(
      (notBefore) => this.#meetOnce(customer, owner, ctx, notBefore),
      ({ access, identity }) => (access.state === 'connected' ? signInRefusedAt(identity) : undefined),
      secretsNotBefore(ctx, this.#deps.clock),
    );
  }

  async #meetOnce(customer: Customer, owner: string, ctx: ReconcileContext, notBefore: number | undefined): Promise<Meeting> {
    const { stores, settings, delivery, clock } = this.#deps;
    const tenant = namedTenant(customer);
    const claimed = claimedTenant(customer);
    // Before the look: a credential that has changed makes it a new one.
    const isWelcome = accept(customer, claimed, stores).status === 'True';
    const access = await this.#access(customer, isWelcome, notBefore);
    const target = tenant === undefined ? undefined : identityTarget(tenant, partyOf(customer, claimed, this.#deps));
    const fresh = freshness(ctx, clock, settings.tenantPollMs);
    const identity = target && delivery.see<IdentityView>(target, owner, fresh);
    const found = discovered(identity) ?? customer.status?.tenantId;
    const accepted = accept(customer, namedDirectory(customer) ?? found, stores);
    const isAccepted = accepted.status === 'True';
    // A domain tells only with the look whose tenant it names: until then nothing was asked of the tenant that is another Customer's.
    return { accepted, access: isWelcome && !isAccepted ? NOT_ACCEPTED : access, identity, tenantId: isAccepted ? found : undefined };
  }

  #access(customer: Customer, isWelcome: boolean, notBefore: number | undefined): Promise<Access> {
    const tenantId = claimedTenant(customer);
    if (isEssentials(customer)) return Promise.resolve({ state: 'notNeeded' });
    if (!isWelcome) {
      this.#deps.credentials.leave(keyOf(customer));
      return Promise.resolve(NOT_ACCEPTED);
    }
    if (customer.spec.authentication?.method !== 'AppRegistration') {
      const method = customer.spec.authentication?.method ?? 'none';
      const message = `spec.authentication.method ${method} is not managed by this release; use AppRegistration with clientId and a Secret`;
      return Promise.resolve({ state: 'refused', reason: 'AuthenticationMethodNotManaged', message });
    }
    if (tenantId === undefined) {
      const domain = namedTenant(customer);
      if (domain !== undefined)
        return Promise.resolve({ state: 'refused', reason: 'Observing', message: `Waits for the tenant of ${domain}` });
      const message = 'spec.tenantId is not set; set it, or spec.m365.domainOverride';
      return Promise.resolve({ state: 'refused', reason: 'TenantIdMissing', message });
    }
    return connectOwn(customer, tenantId, this.#deps, notBefore);
  }

  /** By any object: what is to be done outside waits for the finalizer (design §3.9). An invitation does not hold the Customer's end. */
  #isNamed(customer: Customer): boolean {
    return this.#children(customer).length > 0 || this.#deps.stores.invitations.byIndex(INDEX.customer, keyOf(customer)).length > 0;
  }

  #children(customer: Customer) {
    return this.#childrenOf(keyOf(customer));
  }

  #childrenOf(key: ObjectKey) {
    const { sites, ranges } = this.#deps.stores;
    return [...sites.byIndex(INDEX.customer, key), ...ranges.byIndex(INDEX.customer, key)];
  }
}

const NOT_ACCEPTED: Access = {
  state: 'refused',
  reason: 'WaitingForAcceptance',
  message: 'Nothing is asked of a tenant before the Customer is accepted; read condition Accepted',
};

/** What one pass learns of a Customer and its tenant before anything else. */
type Meeting = Pick<CustomerFindings, 'accepted' | 'access' | 'identity' | 'tenantId'>;

/** Once written down, a tenant that was found by its domain is signed in to at once; Secrets are compared more often than tenants. */
function recheckAfter({ customer, tenantId, access }: CustomerFindings, lookMs: number): number {
  const isFound = tenantId !== undefined && claimedTenant(customer) === undefined;
  if (isFound) return 1_000;
  return access.state === 'connected' ? Math.min(lookMs, SECRET_CHECK_MS) : lookMs;
}

/** When either resource last refused the credential itself, monotonic ms. */
function signInRefusedAt(identity: Seen<IdentityView> | undefined): number | undefined {
  if (identity?.state !== 'seen') return refusedAt([identity]);
  const signIns = Object.values(identity.view.signIns ?? {});
  return signIns.some((signIn) => signIn.state === 'refused' && signIn.error.kind === 'Auth') ? identity.readAt : undefined;
}

function discovered(identity: Seen<IdentityView> | undefined): string | undefined {
  return identity?.state === 'seen' && identity.view.tenant.state === 'found' ? identity.view.tenant.tenantId : undefined;
}
