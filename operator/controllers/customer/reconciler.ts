import type { Customer, CustomerStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { IdentityView } from '../../integrations/entra/port.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import type { Access } from '../credentials.ts';
import { type ControllerDeps, INDEX } from '../deps.ts';
import { waitsStatus } from '../finding.ts';
import { freshness } from '../freshness.ts';
import { govern, isForceRemoved } from '../governance.ts';
import { massDeletionHold } from '../mass-deletion.ts';
import { removalReport } from '../removal.ts';
import { blockers } from '../site-scope.ts';
import { directoryTarget, identityTarget, ownerOf } from '../targets.ts';
import { accept, dueSteps, isEssentials } from './plan.ts';
import { type CustomerFindings, customerConditions, customerEvents, customerStatus } from './report.ts';

/** Proves that a customer's tenant can be worked in, and sums up what its sites and ranges say. Writes nothing outside. */
export class CustomerReconciler implements Reconciler<Customer, CustomerStatus> {
  readonly #deps: ControllerDeps;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  async reconcile(customer: Customer, ctx: ReconcileContext): Promise<Report<CustomerStatus>> {
    const { stores, settings, delivery, clock } = this.#deps;
    const owner = ownerOf('Customer', keyOf(customer));
    const accepted = accept(customer, stores);
    const essentials = isEssentials(customer);
    const tenant = customer.spec.tenantId ?? customer.spec.m365?.domainOverride;
    const access = await this.#access(customer, essentials, ctx);
    const fresh = freshness(ctx, clock, settings.tenantPollMs);
    const identity = tenant === undefined ? undefined : delivery.see<IdentityView>(identityTarget(tenant), owner, fresh);
    const tenantId = discovered(identity) ?? customer.status?.tenantId;
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
      governance: this.#govern(customer),
    };
    const conclusion = customerConditions(found);
    return {
      status: { ...customerStatus(found), ...waitsStatus(conclusion) },
      conditions: conclusion.conditions,
      deadlineMs: conclusion.deadlineMs,
      events: customerEvents(found),
      recheckAfterMs: settings.tenantPollMs,
      ...(this.#isNamed(customer) ? { finalizer: 'ensure' } : {}),
    };
  }

  finalize(customer: Customer, { now }: ReconcileContext): FinalReport<CustomerStatus> {
    if (isForceRemoved(customer)) return removalReport(customer, { done: true, forced: true }, now);
    const children = this.#children(customer);
    if (children.length === 0) return removalReport(customer, { done: true }, now);
    const held = massDeletionHold(customer, this.#deps);
    if (held !== undefined) return removalReport(customer, { done: false, reason: 'DeletionHeld', message: held, stalled: true }, now);
    return removalReport(customer, { done: false, reason: 'ChildrenRemain', message: `Waits for ${blockers(children)} to go first` }, now);
  }

  forget(key: ObjectKey): void {
    this.#deps.credentials.forgetCustomer(key);
    this.#deps.delivery.forget(ownerOf('Customer', key));
  }

  #access(customer: Customer, essentials: boolean, ctx: ReconcileContext): Promise<Access> {
    const tenantId = customer.spec.tenantId ?? customer.status?.tenantId;
    if (essentials) return Promise.resolve({ state: 'notNeeded' });
    if (customer.spec.authentication?.method !== 'AppRegistration') {
      const method = customer.spec.authentication?.method ?? 'none';
      const message = `spec.authentication.method ${method} is not managed by this release; use AppRegistration with clientId and a Secret`;
      return Promise.resolve({ state: 'refused', reason: 'AuthenticationMethodNotManaged', message });
    }
    if (tenantId === undefined) {
      return Promise.resolve({
        state: 'refused',
        reason: 'TenantIdMissing',
        message: 'spec.tenantId is not set and not discovered yet; set it, or spec.m365.domainOverride',
      });
    }
    return this.#deps.credentials.tenant(customer, tenantId, ctx.requested);
  }

  #govern(customer: Customer) {
    const { stores, settings } = this.#deps;
    const namespace = stores.namespaces.get(`/${customer.metadata.namespace ?? ''}`);
    return govern({
      chain: [customer],
      defaultPolicy: settings.defaultChangePolicy,
      namespaceAnnotations: namespace?.metadata.annotations ?? {},
      actuation: settings.actuation,
    });
  }

  /** By any object: what is to be done outside waits for the finalizer (design §3.9). An invitation does not hold the Customer's end. */
  #isNamed(customer: Customer): boolean {
    return this.#children(customer).length > 0 || this.#deps.stores.invitations.byIndex(INDEX.customer, keyOf(customer)).length > 0;
  }

  #children(customer: Customer) {
    const { sites, ranges } = this.#deps.stores;
    return [...sites.byIndex(INDEX.customer, keyOf(customer)), ...ranges.byIndex(INDEX.customer, keyOf(customer))];
  }
}

function discovered(identity: Seen<IdentityView> | undefined): string | undefined {
  return identity?.state === 'seen' && identity.view.tenant.state === 'found' ? identity.view.tenant.tenantId : undefined;
}
