import { describe, expect, it } from 'vitest';
import { ExchangeFailure } from './failure.ts';
import { failureOfNetwork, failureOfStatus, networkLabel } from './translate.ts';

const NAME = { system: 'demo', displayName: 'Demo' };
const NOW = Date.parse('2026-01-10T09:00:00Z');
const answer = (status: number, headers: Record<string, string> = {}) => ({ status, headers, operation: 'listThings', method: 'GET' });

describe('failureOfStatus', () => {
  it.each([
    [302, 'Retryable', 'UnexpectedResponse'],
    [400, 'Terminal', 'InvalidConfiguration'],
    [401, 'Auth', 'AuthenticationFailed'],
    [403, 'Auth', 'PermissionDenied'],
    [404, 'Terminal', 'OutsideObjectMissing'],
    [408, 'Retryable', 'ExternalSystemUnavailable'],
    [409, 'Retryable', 'ObservedChanged'],
    [412, 'Retryable', 'ObservedChanged'],
    [422, 'Terminal', 'InvalidConfiguration'],
    [429, 'Throttled', 'Throttled'],
    [500, 'Retryable', 'ExternalSystemUnavailable'],
    [503, 'Retryable', 'ExternalSystemUnavailable'],
    [504, 'Retryable', 'ExternalSystemUnavailable'],
  ])('reads status %i as %s/%s', (status, kind, reason) => {
    expect(failureOfStatus(NAME, answer(status), NOW)).toMatchObject({ kind, reason });
  });

  it('takes the wait from Retry-After, also of a 503, and the sender clock for dates', () => {
    expect(failureOfStatus(NAME, answer(429, { 'retry-after': '7' }), NOW).retryAfterMs).toBe(7_000);
    expect(failureOfStatus(NAME, answer(503, { 'retry-after': '7' }), NOW)).toMatchObject({ kind: 'Throttled', retryAfterMs: 7_000 });
    const dated = { 'retry-after': 'Sat, 10 Jan 2026 10:00:09 GMT', date: 'Sat, 10 Jan 2026 10:00:00 GMT' };
    expect(failureOfStatus(NAME, answer(429, dated), NOW).retryAfterMs).toBe(9_000);
  });

  it('keeps the correlation id out of the message', () => {
    const failure = failureOfStatus(NAME, answer(500, { 'request-id': 'abc-123' }), NOW);
    expect(failure.correlationId).toBe('abc-123');
    expect(failure.message).not.toContain('abc-123');
  });
});

describe('failureOfNetwork', () => {
  it.each([
    ['ECONNRESET', 'Retryable', 'ExternalSystemUnavailable', 'econnreset'],
    ['DEADLINE', 'Retryable', 'ExternalSystemUnavailable', 'deadline'],
    ['ABORTED', 'Retryable', 'Interrupted', 'aborted'],
    ['RESPONSE_TOO_LARGE', 'Retryable', 'UnexpectedResponse', 'response_too_large'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'Auth', 'CertificateUntrusted', 'certificate'],
    ['FINGERPRINT_MISMATCH', 'Auth', 'CertificateUntrusted', 'certificate'],
    ['SOMETHING_NEW', 'Retryable', 'ExternalSystemUnavailable', 'network'],
  ])('reads %s as %s/%s', (code, kind, reason, label) => {
    const failure = failureOfNetwork(NAME, { operation: 'listThings', method: 'GET', code });
    expect(failure).toMatchObject({ kind, reason });
    expect(failure.cause).toBeInstanceOf(ExchangeFailure);
    expect(networkLabel(code)).toBe(label);
  });
});
