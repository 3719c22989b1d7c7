import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../errors/operator-error.ts';
import { ExchangeFailure } from '../../http/failure.ts';
import { failureOfNetwork } from '../../http/translate.ts';
import { failureOfAnswer, failureOfCall, mayHaveActed, printable } from './translate.ts';

const NAME = { system: 'sbc', displayName: 'SBC a/b' };

function answer(status: number, text = '', headers: Record<string, string> = {}): OperatorError {
  return failureOfAnswer(NAME, { status, text, headers, operation: 'read ini file', method: 'GET' }, 0);
}

function network(code: string): OperatorError {
  return failureOfNetwork(NAME, { operation: 'send incremental CLI script', method: 'PUT', code });
}

describe('what an SBC answers', () => {
  it.each([
    [400, 'Terminal', 'RequestRejected'],
    [401, 'Auth', 'AuthenticationFailed'],
    [403, 'Auth', 'PermissionDenied'],
    [404, 'Terminal', 'Unsupported'],
    [405, 'Auth', 'PermissionDenied'],
    [500, 'Retryable', 'Unreachable'],
    [503, 'Retryable', 'Unreachable'],
    [429, 'Throttled', 'Throttled'],
  ])('%i is %s/%s', (status, kind, reason) => {
    expect(answer(status)).toMatchObject({ kind, reason });
  });

  it('503 with Retry-After is a limit of sessions, not a restart', () => {
    expect(answer(503, '', { 'retry-after': '20' })).toMatchObject({ kind: 'Throttled', retryAfterMs: 20_000 });
  });

  it.each([
    ['{"description":"Bad file"}', 'SBC a/b rejects read ini file: Bad file'],
    ['plain words\r\n', 'SBC a/b rejects read ini file: plain words'],
    ['<html>page</html>', 'SBC a/b rejects read ini file'],
    ['', 'SBC a/b rejects read ini file'],
  ])('%j becomes a message of one line', (text, message) => {
    expect(answer(400, text).message).toBe(message);
  });

  it('never quotes a secret, a control character or a book', () => {
    expect(printable(`password $1$c2VjcmV0==\u0007 ${'x'.repeat(500)}`)).toMatch(/^password \*\*\*\s+x{100,200}…$/);
  });
});

describe('a call without an answer', () => {
  it.each([
    ['ECONNREFUSED', 'Unreachable', false],
    ['ENOTFOUND', 'Unreachable', false],
    ['ECONNRESET', 'Unreachable', true],
    ['DEADLINE', 'Unreachable', true],
    ['ABORTED', 'Interrupted', true],
    ['FINGERPRINT_MISMATCH', 'TlsError', false],
    ['RESPONSE_TOO_LARGE', 'UnexpectedResponse', true],
  ])('%s is %s; the device may have acted: %s', (code, reason, acted) => {
    const failure = failureOfCall(network(code));
    expect(failure).toMatchObject({ reason });
    expect(failure instanceof OperatorError && mayHaveActed(failure)).toBe(acted);
  });

  it.each([
    [200, true],
    [400, false],
    [409, false],
    [500, true],
  ])('a failure about status %i leaves it open: %s', (status, acted) => {
    const cause = new ExchangeFailure({ system: 'sbc', operation: 'x', method: 'PUT', status });
    expect(mayHaveActed(new OperatorError('x', { kind: 'Retryable', reason: 'UnexpectedResponse', cause }))).toBe(acted);
  });
});
