import type { Customer, Invitation, InvitationStatus } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { OperatorError } from '../../errors/operator-error.ts';
import type { MailView } from '../../integrations/mail/port.ts';
import type { StatusFields } from '../../runtime/reconciler.ts';
import { type Conclusion, summarize } from '../conclusion.ts';
import type { ControllerSettings } from '../deps.ts';
import { conditionOf, type Finding, failed, holds, stalls, waits } from '../finding.ts';
import type { Hold } from '../governance.ts';
import { unmanagedPaths } from '../managed-fields.ts';
import { authUrl, type InvitationState, isRecipientRefused, type MailPurpose } from './state.ts';

/** What this pass does about mail. */
export type MailStep =
  | { readonly do: 'nothing' }
  | { readonly do: 'send' }
  | { readonly do: 'wait' }
  /** The server accepted it: count it. */
  | { readonly do: 'record'; readonly to: string }
  | { readonly do: 'unknown' }
  | { readonly do: 'failed'; readonly error: OperatorError; readonly to: string };

export interface InvitationFindings {
  readonly invitation: Invitation;
  readonly customer: Customer | undefined;
  readonly state: InvitationState;
  readonly mail: Seen<MailView>;
  readonly step: MailStep;
  readonly hold: Hold | undefined;
  readonly settings: ControllerSettings;
  readonly now: string;
  readonly messageId: string;
}

/** The conditions of an Invitation; it is ready once nobody has to be invited any more. */
export function invitationConditions(found: InvitationFindings): Conclusion {
  const mail = emailSent(found);
  const completed = completion(found, mail);
  const findings = [
    mail,
    signIn(found, 'Authenticated'),
    signIn(found, 'Consented'),
    completed,
    ...unmanagedPaths('Invitation', found.invitation.spec),
  ];
  return summarize({
    needs: ['Completed'],
    findings,
    object: found.invitation,
    now: found.now,
    ready: { reason: completed.reason, message: completed.message },
  });
}

function completion({ state, customer, invitation }: InvitationFindings, mail: Finding): Finding {
  if (state.phase === 'Completed')
    return holds('Completed', 'AlreadyAuthenticated', 'The Customer is authenticated; there is nothing left to invite to');
  if (state.phase === 'Revoked')
    return stalls('Completed', 'Revoked', 'spec.revoked is true: the link is dead; create a new Invitation to invite again');
  if (state.phase === 'Expired')
    return stalls('Completed', 'Expired', `Not completed until ${state.expiresAt.replace(/\.\d+Z$/, 'Z')}; create a new Invitation`);
  if (customer === undefined) {
    return waits(
      'Completed',
      'CustomerNotFound',
      `spec.customerRef: Customer ${invitation.spec.customerRef.name} does not exist in namespace ${invitation.metadata.namespace}; create it`,
    );
  }
  // Nobody can accept what was never sent: a person must act first.
  if (mail.effect === 'stalls') return stalls('Completed', mail.reason, mail.message);
  const waiting = waits(
    'Completed',
    'AwaitingCompletion',
    'The invited administrator has not signed in; signing in on the portal comes with a later release, until then give the Customer clientId and a Secret',
  );
  return { ...waiting, expectedBy: state.expiresAt };
}

function signIn({ state }: InvitationFindings, type: string): Finding {
  if (state.phase === 'Completed') return holds(type, 'AlreadyAuthenticated', 'The Customer is authenticated');
  return waits(type, 'SignInNotManaged', 'Waits for the administrator to sign in; the portal for it comes with a later release');
}

function emailSent(found: InvitationFindings): Finding {
  const { invitation, step, state, mail, hold } = found;
  if (step.do === 'record') return holds('EmailSent', 'Sent', `The mail server accepted the mail to ${step.to}`);
  if (step.do === 'unknown') {
    return waits(
      'EmailSent',
      'DeliveryUnknown',
      `It is not known whether the mail to ${invitation.spec.email} was delivered; ask there, or set trunkline.dev/reconcile-at to send it again`,
      'Unknown',
    );
  }
  if (step.do === 'failed') return failed('EmailSent', step.error, refusedField(invitation, step.error.reason));
  if (step.do === 'send' || step.do === 'wait')
    return waits('EmailSent', 'Sending', `A mail to ${invitation.spec.email} is being sent`, 'Unknown');
  const before = serversWord(found);
  if (before !== undefined) return before;
  if (state.phase === 'Completed') return holds('EmailSent', 'AlreadyAuthenticated', 'No mail is needed');
  if (mail.state === 'failed') return failed('EmailSent', mail.error);
  if (mail.state === 'seen' && mail.view.settingsProblem !== undefined)
    return stalls('EmailSent', 'InvitationSettingsIncomplete', mail.view.settingsProblem);
  if (hold !== undefined) return waits('EmailSent', hold.reason, hold.message);
  if (invitation.spec.type === 'Request')
    return waits('EmailSent', 'NotApplicable', 'A request is answered by link, no mail is sent', 'Unknown');
  return waits('EmailSent', 'Observing', 'The mail settings are being checked', 'Unknown');
}

/** What the mail server said last, for as long as it is about the mail that this spec asks for. */
function serversWord({ invitation, state }: InvitationFindings): Finding | undefined {
  const before = conditionOf(invitation, 'EmailSent');
  if (before === undefined) return undefined;
  // With a first mail due the last one went to another address, or is not known to have gone at all.
  if (before.status === 'True' && state.due !== 'Invitation') return holds('EmailSent', before.reason as Reason, before.message);
  return isRecipientRefused(invitation) ? stalls('EmailSent', before.reason as Reason, before.message) : undefined;
}

/** What of the spec does not do; an outage of the mail server is nobody's fault here. */
function refusedField({ spec }: Invitation, reason: string): string | undefined {
  if (reason === 'RecipientRefused') return `spec.email ${spec.email}`;
  return reason === 'TemplateInvalid' ? `spec.template ${spec.template ?? 'absent'}` : undefined;
}

/** The life of an Invitation and its mails; `sending` is the mark that is durable before a mail leaves. */
export function invitationStatus(found: InvitationFindings): StatusFields<InvitationStatus> {
  const { invitation, state, step, settings, now } = found;
  const before = invitation.status;
  const url = authUrl(state, settings);
  const sent = step.do === 'record';
  const sending = markOf(found);
  return {
    state: stateOf(found),
    invitationId: state.invitationId,
    ...(url === undefined || state.phase === 'Revoked' || state.phase === 'Expired' ? {} : { authUrl: url }),
    emailSent: sent || before?.emailSent === true,
    sentCount: (before?.sentCount ?? 0) + (sent ? 1 : 0),
    createdAt: state.createdAt,
    expiresAt: state.expiresAt,
    ...textField('sentTo', addressOf(step) ?? before?.sentTo),
    ...textField('lastSentAt', sent ? now : before?.lastSentAt),
    ...textField('messageId', sent ? (before?.sending?.messageId ?? before?.messageId) : before?.messageId),
    ...(sending === undefined ? {} : { sending }),
    ...textField('revokedAt', state.phase === 'Revoked' ? (before?.revokedAt ?? now) : undefined),
    ...textField('completedAt', state.phase === 'Completed' ? (before?.completedAt ?? now) : undefined),
  };
}

/** For whom the server took or refused a mail in this pass. */
function addressOf(step: MailStep): string | undefined {
  if (step.do === 'record') return step.to;
  return step.do === 'failed' && step.error.reason === 'RecipientRefused' ? step.to : undefined;
}

/** The mark is made before sending, kept while nobody knows, and taken off by an answer of the server. */
function markOf({ invitation, step, state, now, messageId }: InvitationFindings): InvitationStatus['sending'] {
  const purpose: MailPurpose = state.due ?? 'Invitation';
  if (step.do === 'send') return { messageId, since: now, purpose };
  return step.do === 'wait' || step.do === 'unknown' ? invitation.status?.sending : undefined;
}

function stateOf({ state, step }: InvitationFindings): NonNullable<InvitationStatus['state']> {
  if (state.phase === 'Completed') return 'AuthenticationComplete';
  if (state.phase !== 'Pending') return state.phase;
  return step.do === 'failed' && step.error.kind === 'Terminal' ? 'Failed' : 'Pending';
}

function textField<K extends string>(key: K, value: string | undefined): { [key in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: string };
}
