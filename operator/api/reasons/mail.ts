import { customer, good, passing, provider, type ReasonEntry } from './entry.ts';

/** Mails and invitations. */
export const MAIL = {
  // Mail and invitations
  AwaitingCompletion: customer('The invited administrator has not completed the sign-in.', 'Open the link in the invitation.'),
  Sending: passing('The mail is being handed to the mail server.'),
  DeliveryUnknown: provider(
    'The connection broke while the mail server had the mail; it may or may not have been delivered.',
    'Ask the recipient; set trunkline.dev/reconcile-at to send again.',
  ),
  InvitationSettingsIncomplete: provider(
    'Mail server, sender, subject or portal address is not configured.',
    'Complete the mail settings of the operator.',
  ),
  SmtpError: provider('The mail server does not take the mail.', 'Read what it said in the message; passing refusals are tried again.'),
  RecipientRefused: provider('The mail server does not know the recipient.', 'Correct the address.'),
  TemplateInvalid: provider('A mail template does not compile or lacks the link.', 'Correct the template.'),
  Expired: provider('The invitation was not completed in time.', 'Create a new one.'),
  Revoked: provider('The invitation was revoked.', 'Create a new one, if it is wanted again.'),
  AlreadyAuthenticated: good('The Customer is authenticated already; no mail is needed.'),
  SignInNotManaged: provider(
    'Completing an invitation by signing in comes with a later release.',
    'Use AppRegistration with a Secret meanwhile.',
  ),
} as const satisfies Readonly<Record<string, ReasonEntry>>;
