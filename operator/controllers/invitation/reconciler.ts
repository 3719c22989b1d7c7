import type { Invitation, InvitationStatus } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import type { Outcome } from '../../delivery/delivery.ts';
import type { Verdict } from '../../domain/change/driver.ts';
import type { MailView } from '../../integrations/mail/port.ts';
import type { FinalReport, ReconcileContext, Reconciler, Report } from '../../runtime/reconciler.ts';
import type { ControllerDeps } from '../deps.ts';
import { conditionOf, waitsStatus } from '../finding.ts';
import { type Governed, govern, type Hold } from '../governance.ts';
import { removalReport } from '../removal.ts';
import { protectedBy } from '../site-scope.ts';
import { mailTarget, ownerOf } from '../targets.ts';
import { invitationState, mailChange, messageId } from './plan.ts';
import { invitationConditions, invitationStatus, type MailStep } from './report.ts';

/** Sends the invitation and its reminders, at most once each, and keeps its life: pending, expired, revoked, completed. */
export class InvitationReconciler implements Reconciler<Invitation, InvitationStatus> {
  readonly #deps: ControllerDeps;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  reconcile(invitation: Invitation, ctx: ReconcileContext): Report<InvitationStatus> {
    const { stores, delivery, settings, clock } = this.#deps;
    const owner = ownerOf('Invitation', keyOf(invitation));
    const customer = stores.customers.get(`${invitation.metadata.namespace ?? ''}/${invitation.spec.customerRef.name}`);
    const authenticated = customer !== undefined && conditionOf(customer, 'Authenticated')?.status === 'True';
    const state = invitationState(invitation, authenticated, clock.now());
    const mail = delivery.see<MailView>(mailTarget(), owner, {});
    const hold = this.#hold(invitation, customer === undefined ? [invitation] : [invitation, customer]);
    const sentCount = invitation.status?.sentCount ?? 0;
    const id = messageId(state, sentCount, settings.installation);
    const isDue = state.due !== undefined && customer !== undefined && hold === undefined;
    const wanted = isDue ? mailChange({ invitation, customer, state, purpose: state.due, messageId: id, settings }) : undefined;
    // Before anything is said of it: the mark of a mail that cannot leave any more comes off with this pass.
    delivery.withdraw(owner, wanted === undefined ? [] : [{ target: mailTarget(), changes: [wanted] }]);
    const outcome = delivery.outcomeOf(owner, mailTarget());
    const step = nextStep({
      invitation,
      outcome,
      requested: ctx.requested,
      due: state.due !== undefined,
      blocked: !isDue || mail.state !== 'seen' || mail.view.settingsProblem !== undefined,
    });
    const found = { invitation, customer, state, mail, step, hold, settings, now: ctx.now, messageId: id };
    const change = step.do === 'send' ? wanted : undefined;
    const conclusion = invitationConditions(found);
    return {
      status: { ...invitationStatus(found), ...waitsStatus(conclusion) },
      conditions: conclusion.conditions,
      deadlineMs: conclusion.deadlineMs,
      ...(state.nextMs === undefined ? {} : { recheckAfterMs: state.nextMs }),
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

  #hold(invitation: Invitation, chain: readonly Governed[]): Hold | undefined {
    const { stores, settings } = this.#deps;
    const annotations = stores.namespaces.get(`/${invitation.metadata.namespace ?? ''}`)?.metadata.annotations ?? {};
    const governance = govern({
      chain,
      defaultPolicy: settings.defaultChangePolicy,
      namespaceAnnotations: annotations,
      actuation: settings.actuation,
    });
    if (governance.hold !== undefined) return governance.hold;
    if (governance.policy === 'Observe') return { reason: 'NotDeployed', message: 'changePolicy Observe never writes, so no mail is sent' };
    return protectedBy(chain.slice(1));
  }
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
  const refused =
    conditionOf(invitation, 'EmailSent')?.reason === 'RecipientRefused' &&
    invitation.status?.observedGeneration === invitation.metadata.generation;
  if (blocked || (refused && !requested)) return { do: 'nothing' };
  return due ? { do: 'send' } : { do: 'nothing' };
}

function answered(verdict: Verdict): MailStep {
  if (verdict.result === 'applied') return { do: 'record' };
  return verdict.error.reason === 'DeliveryUnknown' ? { do: 'unknown' } : { do: 'failed', error: verdict.error };
}
