import { describe, expect, it } from 'vitest';
import { SIGN_IN_FAILURES } from './aadsts.ts';
import { ENTRA_CALLS } from './calls.ts';
import { translateSignInFailure } from './translate.ts';

const NOW = Date.parse('2026-01-10T09:00:00Z');

function refused(body: object | string, status = 400, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return translateSignInFailure({ status, headers, text, operation: 'acquireToken', method: 'POST' }, NOW);
}

describe('sign-in failures', () => {
  it('have each number once', () => {
    const codes = SIGN_IN_FAILURES.flatMap((failure) => failure.codes);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each([
    [7000215, 401, 'Auth', 'ClientSecretInvalid'],
    [7000222, 401, 'Auth', 'ClientSecretExpired'],
    [700027, 401, 'Auth', 'ClientCertificateInvalid'],
    [7000112, 400, 'Auth', 'ApplicationDisabled'],
    [7000229, 401, 'Auth', 'EnterpriseApplicationRemoved'],
    [700016, 400, 'Auth', 'ApplicationNotFound'],
    [90002, 400, 'Terminal', 'TenantNotFound'],
    [90038, 400, 'Terminal', 'TenantInOtherCloud'],
    [65001, 400, 'Auth', 'ConsentRequired'],
    [500011, 400, 'Auth', 'ResourceNotInTenant'],
    [50076, 400, 'Auth', 'MfaRequired'],
    [50079, 400, 'Auth', 'MfaRequired'],
    [53003, 400, 'Auth', 'ConditionalAccessBlocked'],
    [50196, 400, 'Throttled', 'Throttled'],
    [90033, 400, 'Retryable', 'ExternalSystemUnavailable'],
  ])('[S068] AADSTS%i (%i) is %s/%s', (code, status, kind, reason) => {
    expect(refused({ error: 'whatever', error_codes: [code] }, status)).toMatchObject({ kind, reason });
  });

  it('go by the description, then by the OAuth error, where the number is missing', () => {
    expect(refused({ error: 'invalid_client', error_description: 'AADSTS7000222: expired' }, 401).reason).toBe('ClientSecretExpired');
    expect(refused({ error: 'consent_required' }).reason).toBe('ConsentRequired');
  });

  it('name an unknown number, and survive a page that is no JSON', () => {
    expect(refused({ error: 'invalid_grant', error_codes: [123456] }).message).toContain('AADSTS123456');
    expect(refused('<html>proxy</html>', 401)).toMatchObject({ kind: 'Auth', reason: 'AuthenticationFailed' });
  });

  it('let throttling and outages win over the body, and never repeat the description', () => {
    const body = { error: 'invalid_client', error_codes: [7000215], error_description: 'AADSTS7000215: MARKER', correlation_id: 'c-1' };
    expect(refused(body, 429, { 'retry-after': '3' })).toMatchObject({ kind: 'Throttled', retryAfterMs: 3_000 });
    expect(refused(body, 502)).toMatchObject({ kind: 'Retryable' });
    const failure = refused(body, 401);
    expect(failure.correlationId).toBe('c-1');
    expect(`${failure.message} ${failure.remedy} ${String(failure.cause)}`).not.toContain('MARKER');
  });
});

describe('calls to the login host', () => {
  const judge = (body: unknown, path = '/t/oauth2/v2.0/token') =>
    ENTRA_CALLS.judge('POST', new URL(path, 'https://login.example'), body).allowed;

  it('never carry a password', () => {
    expect(judge({ grant_type: 'client_credentials' })).toBe(true);
    for (const body of [
      { grant_type: 'password', username: 'u' },
      { grant_type: 'refresh_token' },
      {},
      undefined,
      'grant_type=client_credentials',
    ]) {
      expect(judge(body)).toBe(false);
    }
    expect(judge({ grant_type: 'client_credentials' }, '/t/oauth2/token')).toBe(false);
  });
});
