import { createHash } from 'node:crypto';
import type { Customer, Invitation } from '../../api/kinds.ts';
import type { Change } from '../../domain/change/change-set.ts';
import type { ControllerSettings } from '../deps.ts';
import { durationMs, durationWithin } from '../duration.ts';
import { conditionOf } from '../finding.ts';

export type MailPurpose = 'Invitation' | 'Reminder';

/** What an invitation is at one moment; pure, from object and time (S112–S115). */
export interface InvitationState {
  /** Part of the link. Not the customer's id (S053) and not guessable: derived from the object's uid, which only the cluster knows. */
  readonly invitationId: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly phase: 'Pending' | 'Expired' | 'Revoked' | 'Completed';
  /** The mail that is due now; undefined: none. */
  readonly due: MailPurpose | undefined;
  /** When to look again at the latest, ms from now. */
  readonly nextMs: number | undefined;
}

/** Completed by signing in, else revoked, else expired by time; only a pending one has a mail to send. */
export function invitationState(
  invitation: Invitation,
  customerAuthenticated: boolean,
  { invitationLifeMs }: Pick<ControllerSettings, 'invitationLifeMs'>,
  nowMs: number,
): InvitationState {
  const { metadata, spec, status } = invitation;
  const createdAt = status?.createdAt ?? metadata.creationTimestamp ?? new Date(nowMs).toISOString();
  const expiresMs = Date.parse(createdAt) + (durationMs(spec.expiresAfter) ?? invitationLifeMs);
  const phase = customerAuthenticated ? 'Completed' : spec.revoked === true ? 'Revoked' : nowMs >= expiresMs ? 'Expired' : 'Pending';
  const reminderMs = reminderDue(invitation);
  const due = phase !== 'Pending' || spec.type === 'Request' ? undefined : dueMail(invitation, reminderMs, nowMs);
  const next = phase === 'Pending' ? Math.min(expiresMs, reminderMs ?? expiresMs) - nowMs : undefined;
  return {
    invitationId: createHash('sha256')
      .update(`invitation|${metadata.uid ?? ''}`)
      .digest('hex')
      .slice(0, 32),
    createdAt,
    expiresAt: new Date(expiresMs).toISOString(),
    phase,
    due,
    nextMs: next === undefined ? undefined : Math.max(next, 1000),
  };
}

/** Wall clock, ms, at which the next reminder is due; undefined without `spec.reminder` or before the first mail. */
function reminderDue({ spec, status }: Invitation): number | undefined {
  const everyMs = durationWithin(spec.reminder?.every, '1h', '8760h');
  return everyMs === undefined || status?.lastSentAt === undefined ? undefined : Date.parse(status.lastSentAt) + everyMs;
}

function dueMail({ spec, status }: Invitation, reminderMs: number | undefined, nowMs: number): MailPurpose | undefined {
  if (status?.emailSent !== true || (status.sentTo ?? spec.email) !== spec.email) return 'Invitation';
  return reminderMs !== undefined && nowMs >= reminderMs ? 'Reminder' : undefined;
}

/** The mail server does not take this very address: asking it again is of no use. */
export function isRecipientRefused(invitation: Invitation): boolean {
  return conditionOf(invitation, 'EmailSent')?.reason === 'RecipientRefused' && invitation.status?.sentTo === invitation.spec.email;
}

const HOUR_MS = 60 * 60_000;
const LONGEST_PAUSE_MS = 24 * HOUR_MS;

/**
 * When this address may be invited again, wall clock ms, after what the Customer has recorded (design §5): pauses double
 * from an hour up to a day. Undefined: at once.
 */
export function mailableAt({ spec }: Invitation, customer: Customer): number | undefined {
  const last = customer.status?.mails?.find(
    ({ address, kind }) => kind === 'Invitation' && address.toLowerCase() === spec.email.toLowerCase(),
  );
  return last && Date.parse(last.sentAt) + Math.min(LONGEST_PAUSE_MS, HOUR_MS * 2 ** ((last.count ?? 1) - 1));
}

/** Deterministic, so that a mail that may have been sent twice carries one id (design §4 mail). */
export function messageId(state: InvitationState, sentCount: number, installation: string): string {
  return `${state.invitationId}.${sentCount + 1}@${installation}.trunkline`;
}

/** The link of the mail; undefined without a portal (S061). */
export function authUrl(state: InvitationState, settings: Pick<ControllerSettings, 'portalUrl'>): string | undefined {
  return settings.portalUrl === undefined ? undefined : `${settings.portalUrl.replace(/\/$/, '')}/${state.invitationId}`;
}

export interface MailInput {
  readonly invitation: Invitation;
  readonly customer: Customer;
  readonly state: InvitationState;
  readonly purpose: MailPurpose;
  readonly messageId: string;
  readonly settings: ControllerSettings;
}

/** The mail as a change: the names of the place holders are kept from what providers have in their templates (S118). */
export function mailChange({ invitation, customer, state, purpose, messageId: name, settings }: MailInput): Change {
  const variables = {
    CustomerId: customer.spec.shortName,
    AccountName: customer.spec.fullName,
    CustomerAuthenticationPortalUrl: settings.portalUrl ?? '',
    InvitationId: state.invitationId,
    ProviderName: settings.providerName,
    ExpiresAt: state.expiresAt,
  };
  const template = invitation.spec.template ?? (purpose === 'Reminder' ? 'Reminder' : 'Activate');
  const fields = [
    { path: 'to', after: invitation.spec.email },
    { path: 'template', after: template },
    { path: 'variables', after: variables },
  ];
  return { system: 'mail', target: 'smtp', kind: 'Mail', name, action: 'create', fields, after: [] };
}
