import type { Customer, Invitation, InvitationStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Outcome } from '../../delivery/delivery.ts';
import type { Verdict } from '../../domain/change/driver.ts';
import type { MailView } from '../../integrations/mail/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import { waitsStatus } from '../conclusion.ts';
import type { ControllerDeps } from '../deps.ts';
import { conditionOf } from '../finding.ts';
import { gate, protectedBy } from '../gates.ts';
import { governanceOf, type Hold } from '../governance.ts';
import { customerKeyOf } from '../indexes.ts';
import { removalReport } from '../removal.ts';
import { isTerminating } from '../site-scope.ts';
import { mailTarget, ownerOf } from '../targets.ts';
import { invitationConditions, invitationStatus, type MailStep } from './report.ts';
import { type InvitationState, invitationState, isRecipientRefused, mailableAt, mailChange, messageId } from './state.ts';

/** Sends the invitation and its reminders, at most once each, and keeps its life: pending, expired, revoked, completed. */
export class InvitationReconciler implements Reconciler<Invitation, InvitationStatus> {
  readonly #deps: ControllerDeps;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  reconcile(invitation: Invitation, ctx: ReconcileContext): Report<InvitationStatus> {
    const { stores, delivery, settings, clock } = this.#deps;
    const owner = ownerOf('Invitation', keyOf(invitation));
    const customer = stores.customers.get(customerKeyOf(invitation));
    const authenticated = customer !== undefined && conditionOf(customer, 'Authenticated')?.status === 'True';
    const state = invitationState(invitation, authenticated, settings, clock.now());
    const mail = delivery.see<MailView>(mailTarget(), owner, {});
    const limited = ctx.requested ? undefined : tooSoon(invitation, customer, state, clock.now());
    const hold = this.#hold(invitation, customer) ?? limited;
    const sentCount = invitation.status?.sentCount ?? 0;
    const id = messageId(state, sentCount, settings.installation);
    const maySend = state.due !== undefined && customer !== undefined && hold === undefined;
    const wanted = maySend ? mailChange({ invitation, customer, state, purpose: state.due, messageId: id, settings }) : undefined;
    // Before anything is said of it: the mark of a mail that cannot leave any more comes off with this pass.
    delivery.withdraw(owner, wanted === undefined ? [] : [{ target: mailTarget(), changes: [wanted] }]);
    const outcome = delivery.outcomeOf(owner, mailTarget());
    const step = nextStep({
      invitation,
      outcome,
      requested: ctx.requested,
      due: state.due !== undefined,
      blocked: !maySend || mail.state !== 'seen' || mail.view.settingsProblem !== undefined,
    });
    const found = { invitation, customer, state, mail, step, hold, settings, now: ctx.now, messageId: id };
    const change = step.do === 'send' ? wanted : undefined;
    const conclusion = invitationConditions(found);
    return {
      status: { ...invitationStatus(found), ...waitsStatus(conclusion) },
      conditions: conclusion.conditions,
      deadlineMs: conclusion.deadlineMs,
      ...recheck(state.nextMs, limited?.overInMs),
      ...(change === undefined ? {} : { finalizer: 'ensure' }),
      ...(step.do === 'failed' ? { retry: step.error } : {}),
      afterStatus: () => {
        if (outcome.state === 'done') delivery.settle(owner, mailTarget());
        if (change !== undefined) delivery.submit({ owner, target: mailTarget(), changes: [change], priority: 'change' });
      },
    };
  }

  /** A mail cannot be called back and the link dies with the object: nothing outside is left to remove. */
  finalize(invitation: Invitation, { now }: ReconcileContext): FinalReport<InvitationStatus> {
    this.#deps.delivery.withdraw(ownerOf('Invitation', keyOf(invitation)));
    return removalReport(invitation, { done: true }, now);
  }

  forget(key: ObjectKey): void {
    this.#deps.delivery.forget(ownerOf('Invitation', key));
  }

  #hold(invitation: Invitation, customer: Customer | undefined): Hold | undefined {
    const governance = governanceOf(customer === undefined ? [invitation] : [invitation, customer], this.#deps);
    if (governance.hold !== undefined) return governance.hold;
    if (governance.policy === 'Observe') return { reason: 'NotDeployed', message: 'changePolicy Observe never writes, so no mail is sent' };
    return customerHold(customer);
  }
}

/** Nobody is invited for a Customer that is refused, is going, needs no access (S041), or may turn out to be signed in already. */
function customerHold(customer: Customer | undefined): Hold | undefined {
  if (customer === undefined) return undefined;
  const { name } = customer.metadata;
  if (isTerminating(customer)) return { reason: 'ParentTerminating', message: `Customer ${name} is being deleted: no mail is sent for it` };
  const authenticated = conditionOf(customer, 'Authenticated');
  if (authenticated?.reason === 'NotApplicable')
    return {
      reason: 'NotApplicable',
      message: `Customer ${name} is Essentials, which needs no consent, so nobody is invited; upgrade a service to Plus or Pro first`,
    };
  const isLookedAt = authenticated !== undefined && authenticated.status !== 'Unknown';
  const closed = gate(customer, 'Accepted') ?? (isLookedAt ? undefined : gate(customer, 'Authenticated'));
  return closed ?? protectedBy([customer]);
}

/** A mail that is on its way already is not limited by the record of itself. */
function tooSoon(
  invitation: Invitation,
  customer: Customer | undefined,
  { due }: InvitationState,
  nowMs: number,
): (Hold & { readonly overInMs: number }) | undefined {
  const { spec, status } = invitation;
  if (customer === undefined || due !== 'Invitation' || status?.sending !== undefined) return undefined;
  const mailableMs = mailableAt(invitation, customer);
  if (mailableMs === undefined || mailableMs <= nowMs) return undefined;
  const at = `${new Date(mailableMs).toISOString().slice(0, 16)}Z`;
  const message = `${spec.email} was invited a short while ago; the next mail goes out at ${at}, or with trunkline.dev/reconcile-at at once`;
  return { reason: 'MailLimited', message, overInMs: mailableMs - nowMs };
}

function recheck(...ms: readonly (number | undefined)[]): { readonly recheckAfterMs?: number } {
  const known = ms.filter((one) => one !== undefined);
  return known.length === 0 ? {} : { recheckAfterMs: Math.max(1_000, Math.min(...known)) };
}

interface StepInput {
  readonly invitation: Invitation;
  readonly outcome: Outcome;
  readonly requested: boolean;
  readonly due: boolean;
  readonly blocked: boolean;
}

/**
 * At most once: the mark `status.sending` is durable before the mail leaves. A mark without an outcome in this process means that a process
 * ended in between: nobody knows whether the mail went out, and only a person's `reconcile-at` sends again.
 */
function nextStep({ invitation, outcome, requested, due, blocked }: StepInput): MailStep {
  const mark = invitation.status?.sending;
  if (outcome.state === 'underWay') return { do: 'wait' };
  const verdict = outcome.state === 'done' ? outcome.verdicts[0] : undefined;
  if (verdict !== undefined) return answered(verdict);
  // Done without a verdict: taken back before it left, so the mark means nothing.
  const isOpen = mark !== undefined && outcome.state === 'none';
  if (isOpen && !(requested && due)) return { do: 'unknown' };
  if (blocked || (isRecipientRefused(invitation) && !requested)) return { do: 'nothing' };
  return due ? { do: 'send' } : { do: 'nothing' };
}

function answered(verdict: Verdict): MailStep {
  const to = String(verdict.change.fields.find(({ path }) => path === 'to')?.after);
  if (verdict.result === 'applied') return { do: 'record', to };
  return verdict.error.reason === 'DeliveryUnknown' ? { do: 'unknown' } : { do: 'failed', error: verdict.error, to };
}
