import type { MailTemplate } from '../port.ts';
import { linkButton, mailBody, paragraph } from './layout.ts';

/** Templates whose mail is of no use without the invitation's link. */
export const LINK_TEMPLATES: ReadonlySet<string> = new Set(['Activate', 'Reminder']);

/** The mails that come with the operator, by name (S119, S120, S125–S133). A provider's template of the same name takes its place. */
export const BUILT_IN: Readonly<Record<string, MailTemplate>> = {
  Activate: {
    subject: 'Activate the Microsoft Teams integration of {{AccountName}}',
    html: mailBody([
      paragraph(
        '{{AddedBy}} has set up calling with Microsoft Teams for {{AccountName}}. One step is left for you: let us connect to your Microsoft 365.',
      ),
      linkButton('Click here to activate your tenant'),
      `<ol>
<li>Open the link and sign in as the administrator of your Microsoft 365.</li>
<li>Read which rights we ask for, and accept them.</li>
<li>We then set up domains, voice routes and phone numbers; licences are assigned as agreed.</li>
<li>Later changes are carried out without you, or we ask you again.</li>
</ol>`,
      paragraph(
        'The link is meant for you alone and can be used until {{ExpiresAt}}. If this mail landed among junk, please mark the sender as safe.',
      ),
    ]),
  },
  Reminder: {
    subject: 'Reminder: activate the Microsoft Teams integration of {{AccountName}}',
    html: mailBody([
      paragraph('Calling with Microsoft Teams for {{AccountName}} still waits for your permission.'),
      linkButton('Click here to activate your tenant'),
      paragraph('The link can be used until {{ExpiresAt}}.'),
    ]),
  },
  SyncRequired: {
    subject: 'Sync required: changes of {{AccountName}} are pending',
    html: mailBody([
      paragraph(
        'There are changes to users, numbers or licences of {{AccountName}} that reach Microsoft Teams only with your next sync. Please sign in and start it.',
      ),
    ]),
  },
  SyncFailed: {
    subject: 'The integration sync of {{AccountName}} failed',
    html: mailBody([
      paragraph(
        'The last sync of {{AccountName}} with Microsoft Teams failed. Please try again; if it keeps failing, tell us which users or numbers are concerned.',
      ),
    ]),
  },
  LicensesChanged: {
    subject: 'Integration licences of {{AccountName}} have changed',
    html: mailBody([
      paragraph('The number of licences of {{AccountName}} has changed.'),
      paragraph('Previous count: {{PreviousCount}}<br>Updated count: {{UpdatedCount}}'),
    ]),
  },
  Removed: {
    subject: 'The Microsoft Teams integration of {{AccountName}} was removed',
    html: mailBody([
      paragraph('The integration of {{AccountName}} was removed: its users can no longer make or receive calls through it.'),
      paragraph('A final sync is needed to take our settings out of your Microsoft 365. Please sign in and start it.'),
    ]),
  },
  AdminReassigned: {
    subject: 'The administrator of {{AccountName}} has been reassigned',
    html: mailBody([
      paragraph(
        'You are no longer the administrator of the Microsoft Teams integration of {{AccountName}}; {{AdminEmail}} has taken over. There is nothing left for you to do.',
      ),
    ]),
  },
  AdminAssigned: {
    subject: 'You are now the administrator of {{AccountName}}',
    html: mailBody([
      paragraph(
        'You are now the administrator of the Microsoft Teams integration of {{AccountName}}. It is up to you to sign in and sync when we tell you that changes are pending.',
      ),
    ]),
  },
};
