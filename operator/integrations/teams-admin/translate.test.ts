import { describe, expect, it } from 'vitest';
import { saysAlreadyExists, translateTeamsAdminFailure } from './translate.ts';

const NOW = Date.parse('2026-01-10T09:00:00Z');

function answerOf(status: number, body: unknown, headers: Record<string, string> = {}) {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body), operation: 'createVoiceRoute', method: 'POST' };
}

/** teams-admin-api §33, in the body forms of §5.1. */
const TABLE: readonly (readonly [number, unknown, string, string])[] = [
  [403, { code: 'Forbidden', message: 'You are not authorized to perform this action', errorCode: 40301 }, 'Auth', 'PermissionDenied'],
  [400, { code: 'ClientError', message: 'not flighted', errorCode: 40003 }, 'Terminal', 'NotAvailableInTenant'],
  [400, { message: 'Cannot find specified Gateway "a.example".' }, 'DependencyNotReady', 'GatewayNotFound'],
  [400, { error: { code: 'BadRequest', message: 'cannot FIND specified gateway' } }, 'DependencyNotReady', 'GatewayNotFound'],
  [
    400,
    { Message: 'Can not use the "a.example" domain as it was not configured for this tenant' },
    'DependencyNotReady',
    'DomainNotActive',
  ],
  [
    400,
    { Code: 'BadRequest', Message: 'The policy "x" is currently assigned to one or more users or groups.' },
    'DependencyNotReady',
    'PolicyStillGranted',
  ],
  [400, { message: 'The usage "x" is in use by OnlineVoiceRoute "y" and cannot be removed.' }, 'DependencyNotReady', 'UsageInUse'],
  [400, { message: 'Cannot find specified OnlinePstnUsage "x".' }, 'DependencyNotReady', 'UsageNotFound'],
  [409, { message: 'OnlineVoiceRoute "x" already exists.' }, 'Retryable', 'ObservedChanged'],
  [400, { message: 'The number pattern is invalid' }, 'Terminal', 'InvalidConfiguration'],
  [400, '', 'Terminal', 'InvalidConfiguration'],
  [401, {}, 'Auth', 'AuthenticationFailed'],
  [404, { message: 'was not found' }, 'Terminal', 'OutsideObjectMissing'],
  [429, { message: 'Cannot find specified Gateway' }, 'Throttled', 'Throttled'],
  [500, { message: 'Cannot find specified Gateway' }, 'Retryable', 'ExternalSystemUnavailable'],
  [503, '<html>', 'Retryable', 'ExternalSystemUnavailable'],
];

describe('translateTeamsAdminFailure', () => {
  it.each(TABLE)('%i %o is %s/%s', (status, body, kind, reason) => {
    expect(translateTeamsAdminFailure(answerOf(status, body), NOW)).toMatchObject({ kind, reason });
  });

  it('quotes unknown refusals without what changes from try to try', () => {
    const message = 'Bad thing 7f0e1b2c-0000-4000-8000-00000000000a at 2026-01-10T09:00:00Z.\n Again.';
    const failure = translateTeamsAdminFailure(answerOf(400, { message }, { 'x-ms-correlation-id': 'c-1' }), NOW);
    expect(failure.message).toBe('Microsoft Teams rejects the request: Bad thing … at …. Again');
    expect(failure.correlationId).toBe('c-1');
  });

  it('knows an existing identity by its text, at either status', () => {
    expect([400, 409, 500].map((status) => saysAlreadyExists(answerOf(status, { message: 'x already exists.' })))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
