import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { customer, invitation } from '../../../test/support/controllers/objects.ts';
import { house } from '../../../test/support/controllers/story.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Invitation } from '../../api/kinds.ts';
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
