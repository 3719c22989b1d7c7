import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { customer, invitation, site as siteFor, TENANT } from '../../../test/support/controllers/objects.ts';
import { house } from '../../../test/support/controllers/story.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Invitation } from '../../api/kinds.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import { mailTarget } from '../targets.ts';

/** Nobody has made an app registration yet, and no site or range names the Customer. */
const waiting = () => customer('contoso', { authentication: { method: 'AppRegistration' } });

describe('an invitation of a Customer that nothing else names', () => {
  it('[S112] makes the Customer take its finalizer, and is sent', async () => {
    const built = await house();
    built.apply(waiting(), invitation());
    await built.run(10_000);
    expect(built.get('Customer', 'contoso').metadata.finalizers).toEqual([FINALIZER]);
    expect(built.outside.writes.map(({ kind, action }) => `${action} ${kind}`)).toEqual(['create Mail']);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ emailSent: true, sentCount: 1 });
  });

  it('does so too when it comes long after the Customer', async () => {
    const built = await house();
    built.apply(waiting());
    await built.run(10_000);
    expect(built.get('Customer', 'contoso').metadata.finalizers ?? []).toEqual([]);
    built.apply(invitation());
    await built.run(10_000);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ emailSent: true });
  });

  it('does not hold the end of the Customer', async () => {
    const built = await house();
    built.apply(waiting(), invitation());
    await built.run(10_000);
    built.delete('Customer', 'contoso');
    await built.run(10_000);
    expect(built.kube.peek('customers', 'acme', 'contoso')).toBeUndefined();
  });
});

describe('an invitation of an Essentials customer', () => {
  it('[S041] is not mailed: nobody has to consent; it is once a service is upgraded', async () => {
    const built = await house();
    const { authentication: _none, ...spec } = customer('contoso').spec;
    const services = [{ type: 'DirectRouting' as const, licenseType: 'HostedEssentials' as const, licensedUsers: 10 }];
    built.apply({ ...customer(), spec: { ...spec, services } }, invitation());
    await built.run(60_000);
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('Unknown/NotApplicable');
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('False/NotApplicable');
    expect(built.message('Invitation', 'hello', 'EmailSent')).toContain('Essentials');
    expect(built.outside.writes).toEqual([]);
    built.apply(waiting());
    await built.run(10_000);
    expect(built.outside.writes.map(({ kind }) => kind)).toEqual(['Mail']);
  });
});

/** An invitation whose mail a process was about to send when it ended. */
function unknown(spec: Partial<Invitation['spec']> = {}): Invitation {
  const sending = { messageId: 'a.1@test.trunkline', since: '2026-01-01T00:00:00Z', purpose: 'Invitation' as const };
  const said = {
    status: 'False' as const,
    reason: 'Sending',
    message: 'Being sent',
    lastTransitionTime: sending.since,
    observedGeneration: 0,
  };
  const conditions = [
    { ...said, type: 'Ready' },
    { ...said, type: 'Reconciling', status: 'True' as const },
  ];
  return { ...invitation('hello', spec), status: { observedGeneration: 0, conditions, sending } };
}
describe('a mail that the server refuses', () => {
  it('stalls the invitation until a person corrects it', async () => {
    const built = await house();
    const refusal = new OperatorError('No such mailbox', {
      kind: 'Terminal',
      reason: 'RecipientRefused',
      remedy: 'Correct the mail address',
    });
    built.outside.mailbox.refuses.set('it@contoso.example', refusal);
    built.apply(waiting(), invitation());
    await built.run(3_600_000);
    expect(built.ready('Invitation', 'hello')).toBe('False/RecipientRefused');
    expect(built.condition('Invitation', 'hello', 'Stalled')).toBe('True/RecipientRefused');
    expect(built.message('Invitation', 'hello', 'Ready')).toBe('spec.email it@contoso.example: No such mailbox. Correct the mail address');
    built.edit('Invitation', 'hello', { email: 'admin@contoso.example' });
    await built.run(10_000);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('True/Sent');
    expect(built.ready('Invitation', 'hello')).toBe('False/AwaitingCompletion');
  });
});

describe('a mail of which nobody knows', () => {
  it('is not sent by the next process; only a person asks for that', async () => {
    const built = await house();
    built.apply(waiting(), unknown());
    await built.run(600_000);
    expect(built.outside.writes).toEqual([]);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('Unknown/DeliveryUnknown');
    built.annotate('Invitation', 'hello', { 'trunkline.dev/reconcile-at': 'now' });
    await built.run(10_000);
    expect(built.outside.writes.map(({ kind }) => kind)).toEqual(['Mail']);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ emailSent: true, sentCount: 1 });
  });

  it('is not sent again for a revoked invitation, whatever is asked, and stays unknown', async () => {
    const built = await house();
    built.apply(waiting(), unknown({ revoked: true }));
    built.annotate('Invitation', 'hello', { 'trunkline.dev/reconcile-at': 'now' });
    await built.run(600_000);
    expect(built.outside.writes).toEqual([]);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('Unknown/DeliveryUnknown');
    expect(built.get('Invitation', 'hello').status?.sending).toBeDefined();
  });
});

describe('a mail that waits', () => {
  /** The mail server hangs over another mail, so that the one of hello waits in line. */
  async function waitingMail(): Promise<ControllersHouse> {
    const built = await house();
    built.outside.mail.misbehave(mailTarget(), { on: 'apply', how: 'hang' });
    built.apply(waiting(), invitation('first', { email: 'first@contoso.example' }));
    await built.run(5_000);
    built.apply(invitation());
    await built.run(5_000);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('Unknown/Sending');
    expect(built.get('Invitation', 'hello').status?.sending).toBeDefined();
    return built;
  }

  async function recipientsLater(built: ControllersHouse): Promise<unknown[]> {
    await built.run(1_200_000);
    const mails = built.outside.writes.flatMap(({ fields }) => fields.flatMap(({ path, after }) => (path === 'to' ? [after] : [])));
    return mails.filter((to) => to !== 'first@contoso.example');
  }

  it('leaves when its turn comes', async () => {
    const built = await waitingMail();
    expect(await recipientsLater(built)).toEqual(['it@contoso.example']);
  });

  it.each([
    ['the invitation is revoked', (built: ControllersHouse) => built.edit('Invitation', 'hello', { revoked: true })],
    ['the invitation is suspended', (built: ControllersHouse) => built.edit('Invitation', 'hello', { suspend: true })],
    ['the Customer is suspended', (built: ControllersHouse) => built.edit('Customer', 'contoso', { suspend: true })],
    ['the namespace is paused', (built: ControllersHouse) => built.putNamespace('acme', { 'trunkline.dev/paused': 'true' })],
    ['the invitation expires', (built: ControllersHouse) => built.edit('Invitation', 'hello', { expiresAfter: '6s' })],
  ] as const)('does not leave when %s meanwhile, and its mark comes off', async (_name, stop) => {
    const built = await waitingMail();
    stop(built);
    expect(await recipientsLater(built)).toEqual([]);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ emailSent: false, sentCount: 0 });
    expect(built.get('Invitation', 'hello').status?.sending).toBeUndefined();
    expect(built.condition('Invitation', 'hello', 'EmailSent')).not.toContain('DeliveryUnknown');
  });

  it('does not leave when the invitation is deleted meanwhile', async () => {
    const built = await waitingMail();
    built.delete('Invitation', 'hello');
    expect(await recipientsLater(built)).toEqual([]);
  });

  it('leaves after the pause, once', async () => {
    const built = await waitingMail();
    built.putNamespace('acme', { 'trunkline.dev/paused': 'true' });
    await built.run(60_000);
    built.putNamespace('acme');
    expect(await recipientsLater(built)).toEqual(['it@contoso.example']);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ emailSent: true, sentCount: 1 });
  });

  it('goes to the address that is in the spec when it leaves', async () => {
    const built = await waitingMail();
    built.edit('Invitation', 'hello', { email: 'new@contoso.example' });
    expect(await recipientsLater(built)).toEqual(['new@contoso.example']);
  });
});

const HOUR = 3_600_000;

const signedIn = () => customer('contoso');

/** Whom mails went to so far, and from which template. */
function mails(built: ControllersHouse): string[] {
  return built.outside.mail.batches
    .flatMap(({ changes }) => [...changes])
    .map(({ fields }) => ['to', 'template'].map((path) => String(fields.find((field) => field.path === path)?.after)).join(' '));
}

async function invited(spec: Parameters<typeof invitation>[1] = {}): Promise<ControllersHouse> {
  const built = await house();
  built.apply(waiting(), invitation('hello', spec));
  await built.run(10_000);
  return built;
}

describe('an invitation', () => {
  it('[S114] [S115] sends one mail and tells whom, when and where to sign in', async () => {
    const built = await invited();
    expect(mails(built)).toEqual(['it@contoso.example Activate']);
    const { status } = built.get('Invitation', 'hello');
    expect(status).toMatchObject({ state: 'Pending', emailSent: true, sentCount: 1, sentTo: 'it@contoso.example' });
    expect(status?.authUrl).toBe(`https://portal.example.net/${status?.invitationId}`);
    expect(Date.parse(status?.expiresAt ?? '') - Date.parse(status?.createdAt ?? '')).toBe(168 * HOUR);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('True/Sent');
    await built.run(24 * HOUR);
    expect(mails(built)).toHaveLength(1);
  });

  it('writes down that it is sending before the mail leaves', async () => {
    const built = await house();
    const atSending: unknown[] = [];
    const { mail } = built.outside;
    const apply = mail.apply.bind(mail);
    mail.apply = (...call) => {
      atSending.push(built.get('Invitation', 'hello').status?.sending?.purpose);
      return apply(...call);
    };
    built.apply(waiting(), invitation());
    await built.run(10_000);
    expect(atSending).toEqual(['Invitation']);
    expect(built.get('Invitation', 'hello').status?.sending).toBeUndefined();
  });

  it('[S113] expires after its own time, five days or seven, and its link with it', async () => {
    const built = await invited({ expiresAfter: '120h' });
    const state = () => built.get('Invitation', 'hello').status?.state;
    await built.run(119 * HOUR);
    expect(state()).toBe('Pending');
    await built.run(2 * HOUR);
    expect(state()).toBe('Expired');
    expect(built.ready('Invitation', 'hello')).toBe('False/Expired');
    expect(built.get('Invitation', 'hello').status?.authUrl).toBeUndefined();
    expect(built.get('Customer', 'contoso').status?.openInvitation).toBeUndefined();
    expect(mails(built)).toHaveLength(1);
  });

  it('[S112] is good for as long as the installation says when its spec does not', async () => {
    const built = await house({ settings: { invitationLifeMs: 48 * HOUR } });
    built.apply(waiting(), invitation(), invitation('own', { email: 'boss@contoso.example', expiresAfter: '72h' }));
    await built.run(49 * HOUR);
    expect(built.get('Invitation', 'hello').status?.state).toBe('Expired');
    expect(built.get('Invitation', 'own').status?.state).toBe('Pending');
    await built.run(24 * HOUR);
    expect(built.get('Invitation', 'own').status?.state).toBe('Expired');
  });

  it('[S115] that is revoked is dead at once and sends nothing more', async () => {
    const built = await invited({ reminder: { every: '1h' } });
    built.edit('Invitation', 'hello', { revoked: true });
    await built.run(3 * HOUR);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ state: 'Revoked', revokedAt: expect.any(String) });
    expect(built.get('Invitation', 'hello').status?.authUrl).toBeUndefined();
    expect(mails(built)).toHaveLength(1);
  });

  it('[S115] reminds at its interval until it is over', async () => {
    const built = await invited({ reminder: { every: '24h' }, expiresAfter: '60h' });
    await built.run(23 * HOUR);
    expect(mails(built)).toHaveLength(1);
    await built.run(100 * HOUR);
    expect(mails(built)).toEqual(['it@contoso.example Activate', 'it@contoso.example Reminder', 'it@contoso.example Reminder']);
    expect(built.get('Invitation', 'hello').status?.sentCount).toBe(3);
  });

  it('of a Customer that is signed in completes at once and without a mail, also before the Customer has said so', async () => {
    const built = await house();
    built.apply(signedIn(), invitation());
    await built.run(10_000);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ state: 'AuthenticationComplete', emailSent: false, sentCount: 0 });
    expect(built.ready('Invitation', 'hello')).toBe('True/AlreadyAuthenticated');
    expect(mails(built)).toEqual([]);
  });

  it('all status lost, Customer signed in: completes again without a mail', async () => {
    const built = await house();
    built.apply(signedIn(), invitation());
    await built.run(10_000);
    await built.restartWithoutStatus();
    await built.run(60_000);
    expect(built.ready('Invitation', 'hello')).toBe('True/AlreadyAuthenticated');
    expect(mails(built)).toEqual([]);
  });

  it('completes when the Customer signs in, and stops reminding', async () => {
    const built = await invited({ reminder: { every: '1h' } });
    built.apply(signedIn());
    await built.run(5 * HOUR);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ state: 'AuthenticationComplete', completedAt: expect.any(String) });
    expect(mails(built)).toHaveLength(1);
  });

  it('is not sent for a Customer that is refused, and goes out when it is accepted', async () => {
    const built = await house();
    built.apply(customer('first', { shortName: 'taken' }));
    await built.run(5_000);
    const { spec, ...rest } = waiting();
    built.apply({ ...rest, spec: { ...spec, tenantId: '99999999-0000-0000-0000-000000000009', shortName: 'taken' } }, invitation());
    await built.run(60_000);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('False/CustomerNotReady');
    expect(mails(built)).toEqual([]);
    built.edit('Customer', 'contoso', { shortName: 'free' });
    await built.run(60_000);
    expect(mails(built)).toHaveLength(1);
  });

  it('is not sent for a Customer whose domain turns out to name the tenant of another one', async () => {
    const built = await house();
    built.outside.tenants.get(TENANT)?.verifiedDomains.push('contoso.example');
    built.apply(customer('first', { shortName: 'first' }));
    await built.run(5_000);
    const { spec, ...rest } = waiting();
    built.apply({ ...rest, spec: { ...spec, tenantId: 'contoso.example' } }, invitation());
    await built.run(60_000);
    expect(built.condition('Customer', 'contoso', 'Accepted')).toBe('False/TenantInUse');
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('False/WaitingForAcceptance');
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('False/CustomerNotReady');
    expect(mails(built)).toEqual([]);
    built.edit('Customer', 'first', { tenantSharing: 'Allowed' });
    await built.run(HOUR / 4); // nothing but its own poll tells a Customer that names its tenant by a domain
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('False/InvitationOpen');
    expect(mails(built)).toHaveLength(1);
  });

  it('[S135] goes to another address when the address is corrected', async () => {
    const built = await invited();
    built.edit('Invitation', 'hello', { email: 'boss@contoso.example' });
    await built.run(10_000);
    expect(mails(built)).toEqual(['it@contoso.example Activate', 'boss@contoso.example Activate']);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ sentCount: 2, sentTo: 'boss@contoso.example' });
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('True/Sent');
  });

  it('[S116] tells what the mail server says of the address, and tries again only when it is corrected', async () => {
    const built = await house();
    const refusal = new OperatorError('Mail server refuses the recipient', { kind: 'Terminal', reason: 'RecipientRefused' });
    built.outside.mailbox.refuses.set('it@contoso.example', refusal);
    built.apply(waiting(), invitation());
    await built.run(24 * HOUR);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('False/RecipientRefused');
    expect(mails(built)).toHaveLength(1);
    built.edit('Invitation', 'hello', { email: 'boss@contoso.example' });
    await built.run(60_000);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('True/Sent');
  });

  it('[S116] waits out a mail server that is away, and then sends one mail', async () => {
    const built = await house();
    built.outside.mail.misbehave(mailTarget(), {
      on: 'apply',
      how: 'fail',
      error: new OperatorError('Mail server cannot be reached', { kind: 'Retryable', reason: 'SmtpError' }),
      times: 3,
    });
    built.apply(waiting(), invitation());
    await built.run(600_000);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('True/Sent');
    expect(built.get('Invitation', 'hello').status?.sentCount).toBe(1);
  });

  it('of which the server may or may not have taken the mail is DeliveryUnknown and stays so', async () => {
    const built = await house();
    const lost = new OperatorError('The connection broke', { kind: 'Terminal', reason: 'DeliveryUnknown' });
    built.outside.mailbox.refuses.set('it@contoso.example', lost);
    built.apply(waiting(), invitation());
    await built.run(48 * HOUR);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('Unknown/DeliveryUnknown');
    expect(mails(built)).toHaveLength(1);
  });

  it('[S117] without mail settings says which are missing', async () => {
    const built = await house();
    built.outside.mailbox.settingsProblem = 'mail.from is not set';
    built.apply(waiting(), invitation());
    await built.run(10_000);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('False/InvitationSettingsIncomplete');
    expect(mails(built)).toEqual([]);
  });

  it('of type Request is answered by its link alone', async () => {
    const built = await invited({ type: 'Request' });
    expect(mails(built)).toEqual([]);
    expect(built.get('Invitation', 'hello').status?.authUrl).toContain('https://portal.example.net/');
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('Unknown/NotApplicable');
  });

  it('of a Customer that is being deleted is not sent', async () => {
    const built = await house();
    built.apply(waiting(), invitation('earlier'));
    await built.run(10_000);
    built.apply(siteFor('zurich', { deletionPolicy: 'Orphan' }));
    await built.run(5_000);
    built.delete('Customer', 'contoso');
    await built.run(5_000);
    built.apply(invitation('late', { email: 'boss@contoso.example' }));
    await built.run(60_000);
    expect(built.condition('Invitation', 'late', 'EmailSent')).toBe('False/ParentTerminating');
    expect(mails(built)).toEqual(['it@contoso.example Activate']);
  });
});

describe('mails to one address', () => {
  /** Deleted and made again, as a tool does that lost its mind. */
  async function remade(built: ControllersHouse): Promise<void> {
    built.delete('Invitation', 'hello');
    await built.run(1_000);
    built.apply(invitation());
    await built.run(10_000);
  }

  it('are limited over Invitations: an hour after the first, then two, four, at most a day', async () => {
    const built = await invited();
    const sentAt: number[] = [built.clock.now()];
    for (let round = 0; round < 6; round++) {
      await remade(built);
      expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('False/MailLimited');
      const before = mails(built).length;
      while (mails(built).length === before) await built.run(60_000);
      sentAt.push(built.clock.now());
    }
    const hours = sentAt.slice(1).map((at, index) => Math.round((at - (sentAt[index] ?? 0)) / HOUR));
    expect(hours).toEqual([1, 2, 4, 8, 16, 24]);
    expect(built.get('Customer', 'contoso').status?.mails).toMatchObject([{ address: 'it@contoso.example', kind: 'Invitation', count: 7 }]);
  });

  it('go out at once when a person asks for it', async () => {
    const built = await invited();
    await remade(built);
    expect(mails(built)).toHaveLength(1);
    built.annotate('Invitation', 'hello', { 'trunkline.dev/reconcile-at': 'now' });
    await built.run(10_000);
    expect(mails(built)).toHaveLength(2);
  });

  it('do not limit those to another address or of another Customer', async () => {
    const built = await invited();
    built.apply(invitation('second', { email: 'boss@contoso.example' }));
    const { spec, ...rest } = customer('fabrikam', { tenantId: '99999999-0000-0000-0000-000000000009' });
    built.apply({ ...rest, spec: { ...spec, authentication: { method: 'AppRegistration' } } });
    built.apply(invitation('third', { customerRef: { name: 'fabrikam' } }));
    await built.run(10_000);
    expect(mails(built)).toHaveLength(3);
  });
});

describe('what the Customer tells of its invitations', () => {
  it('[S065] the open one by name, and that it was sent, to whom and until when', async () => {
    const built = await invited();
    expect(built.get('Customer', 'contoso').status?.openInvitation).toBe('hello');
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('False/InvitationOpen');
    const message = built.message('Customer', 'contoso', 'Authenticated');
    expect(message).toMatch(/^There is at least one Authentication Invitation sent to it@contoso\.example: Invitation hello, good until 2/);
    built.edit('Invitation', 'hello', { revoked: true });
    await built.run(5_000);
    expect(built.get('Customer', 'contoso').status?.openInvitation).toBeUndefined();
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('False/ConsentRequired');
  });

  it('of several the one made last', async () => {
    const built = await invited();
    await built.run(60_000);
    built.apply(invitation('again', { email: 'boss@contoso.example' }));
    await built.run(10_000);
    expect(built.get('Customer', 'contoso').status?.openInvitation).toBe('again');
  });

  it('[S069] that an invitation of its own making comes later is said', async () => {
    const built = await house();
    built.apply(customer('contoso', { admin: { email: 'it@contoso.example', sendInvitation: true } }));
    await built.run();
    expect(built.condition('Customer', 'contoso', 'SpecManaged')).toBe('False/NotManagedYet');
    expect(built.message('Customer', 'contoso', 'SpecManaged')).toContain('spec.admin.sendInvitation');
    expect(built.kube.all('invitations')).toEqual([]);
  });
});
