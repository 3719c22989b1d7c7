import type { Customer, CustomerStatus, Invitation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import { type Finding, waits } from '../finding.ts';
import { INDEX, type Stores } from '../stores.ts';

type MailRecord = NonNullable<CustomerStatus['mails']>[number];

/** What the CRD holds. */
const MOST_ADDRESSES = 20;

/** The invitation that is open, and the mails that were sent, as status keeps them. */
export function invitationStatus(customer: Customer, stores: Stores): Pick<CustomerStatus, 'openInvitation' | 'mails'> {
  const invitations = invitationsOf(customer, stores);
  const open = openInvitation(invitations);
  const mails = mailRecords(customer.status?.mails ?? [], invitations);
  return { ...(open === undefined ? {} : { openInvitation: open.metadata.name }), ...(mails.length === 0 ? {} : { mails }) };
}

/** That somebody was invited and has not signed in yet (S065, in the words that providers know); undefined: nobody was. */
export function invitationOpen(customer: Customer, stores: Stores): Finding | undefined {
  const open = openInvitation(invitationsOf(customer, stores));
  if (open?.status?.emailSent !== true) return undefined;
  const { sentTo = open.spec.email, expiresAt } = open.status;
  const until = expiresAt === undefined ? '' : `, good until ${expiresAt.replace(/\.\d+Z$/, 'Z')}`;
  const message = `There is at least one Authentication Invitation sent to ${sentTo}: Invitation ${open.metadata.name}${until}`;
  return waits('Authenticated', 'InvitationOpen', message);
}

function invitationsOf(customer: Customer, { invitations }: Stores): readonly Invitation[] {
  return invitations.byIndex(INDEX.customer, keyOf(customer));
}

/**
 * The last mail of each sort to each address, with those that the invitations have sent since. Kept by the Customer and not by the
 * Invitation, so that one that is made anew does not write to the same person again and again (design §5). Newest first.
 */
function mailRecords(before: readonly MailRecord[], invitations: readonly Invitation[]): MailRecord[] {
  const records = new Map(before.map((record) => [idOf(record.address, record.kind), record]));
  for (const { spec, status } of invitations) {
    const { lastSentAt, sentTo = spec.email, sentCount = 0 } = status ?? {};
    if (lastSentAt === undefined) continue;
    const kind = sentCount > 1 ? 'Reminder' : 'Invitation';
    const known = records.get(idOf(sentTo, kind));
    if (known !== undefined && Date.parse(known.sentAt) >= Date.parse(lastSentAt)) continue;
    records.set(idOf(sentTo, kind), { address: sentTo, kind, sentAt: lastSentAt, count: (known?.count ?? 0) + 1 });
  }
  return [...records.values()].sort(newestFirst).slice(0, MOST_ADDRESSES);
}

/** The invitation that somebody can still accept; of several the one that was made last. */
function openInvitation(invitations: readonly Invitation[]): Invitation | undefined {
  const isOpen = ({ metadata, status }: Invitation): boolean =>
    metadata.deletionTimestamp === undefined && (status?.state === 'Pending' || status?.state === 'Failed');
  const made = ({ metadata }: Invitation): string => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return invitations.filter(isOpen).sort((left, right) => (made(left) < made(right) ? 1 : -1))[0];
}

function idOf(address: string, kind: string): string {
  return `${kind} ${address.toLowerCase()}`;
}

function newestFirst(left: MailRecord, right: MailRecord): number {
  if (left.sentAt === right.sentAt) return left.address < right.address ? -1 : 1;
  return left.sentAt < right.sentAt ? 1 : -1;
}
