import type { BadInput } from './case.ts';
import type { Plot } from './plot.ts';

/** A customer that is not authenticated yet, so that there is something to invite to. */
const unauthenticated = (plot: Plot) => [plot.proCustomer({ authentication: { clientId: null, clientSecretRef: null } })];

export const INVITATION_CASES: readonly BadInput[] = [
  {
    title: 'a Customer that does not exist',
    rows: ['S112'],
    mistake: (plot) => [plot.invitation()],
    subject: 'Invitation',
    condition: 'Completed=False/CustomerNotFound',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.customerRef', value: `Customer ${plot.id}` }),
    correct: (plot) => [plot.secret(), plot.proCustomer()],
  },
  {
    title: 'a template that does not exist',
    rows: ['S118'],
    mistake: (plot) => [...unauthenticated(plot), plot.invitation({ template: 'Nonexistent' })],
    subject: 'Invitation',
    condition: 'EmailSent=False/TemplateInvalid',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.template', value: 'Nonexistent' }),
    correct: (plot) => [plot.invitation({ template: 'Activate' })],
    healed: 'EmailSent=True',
  },
  {
    title: 'a recipient whom the mail server refuses',
    rows: ['S112'],
    mistake: (plot) => {
      plot.house.cloud.base.faults.add({ standIn: 'mail', target: plot.email, method: 'RCPT', kind: 'status', status: 550 });
      return [...unauthenticated(plot), plot.invitation()];
    },
    subject: 'Invitation',
    condition: 'EmailSent=False/RecipientRefused',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.email', value: plot.email }),
    correct: (plot) => [plot.invitation({ email: `admin@${plot.id}.example` })],
    healed: 'EmailSent=True',
  },
  {
    title: 'an invitation that is revoked at once',
    rows: ['S115'],
    mistake: (plot) => [...unauthenticated(plot), plot.invitation({ revoked: true })],
    subject: 'Invitation',
    condition: 'Completed=False/Revoked',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.revoked', value: 'true' }),
  },
];
