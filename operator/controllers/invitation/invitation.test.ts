import { describe, expect, it } from 'vitest';
import { customer, invitation } from '../../../test/support/controllers/objects.ts';
import { house } from '../../../test/support/controllers/story.ts';
import { FINALIZER } from '../../api/group.ts';

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

describe('a mail of which nobody knows', () => {
  it('is not sent by the next process; only a person asks for that', async () => {
    const built = await house();
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
    built.apply(waiting(), { ...invitation(), status: { observedGeneration: 0, conditions, sending } });
    await built.run(600_000);
    expect(built.outside.writes).toEqual([]);
    expect(built.condition('Invitation', 'hello', 'EmailSent')).toBe('Unknown/DeliveryUnknown');
    built.annotate('Invitation', 'hello', { 'trunkline.dev/reconcile-at': 'now' });
    await built.run(10_000);
    expect(built.outside.writes.map(({ kind }) => kind)).toEqual(['Mail']);
    expect(built.get('Invitation', 'hello').status).toMatchObject({ emailSent: true, sentCount: 1 });
  });
});
