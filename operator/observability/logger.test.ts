import { describe, expect, it } from 'vitest';
import { OperatorError } from '../errors/operator-error.ts';
import { createLogger } from './logger.ts';
import { SecretValues } from './secret-values.ts';

/** A logger and the lines that it wrote. */
function logged() {
  const lines: string[] = [];
  const secrets = new SecretValues();
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ level: 'debug', base: { component: 'test' }, secrets, destination });
  return { log, lines, secrets, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('the log', () => {
  it('masks credentials by the name of their field, and registered values anywhere', () => {
    const { log, lines, secrets } = logged();
    secrets.add('correct horse battery');
    log.info({ login: { password: 'short' }, note: 'it was correct horse battery' }, 'signed in');
    expect(lines[0]).not.toMatch(/short|correct horse/);
    expect(lines[0]).toContain('"msg":"signed in"');
  });

  it('shows of an error only what is listed: an HTTP error carries the request, and that the token', () => {
    const { log, lines, last } = logged();
    const http = Object.assign(new Error('Request failed'), {
      code: 'ERR_BAD_REQUEST',
      config: { headers: { 'X-Key': 'opaque-value' } },
      request: { path: '/x' },
    });
    log.warn({ err: new OperatorError('Teams refuses', { kind: 'Auth', reason: 'PermissionDenied', cause: http }) }, 'reconcile failed');
    expect(lines[0]).not.toContain('opaque-value');
    expect(last()['err']).toMatchObject({
      kind: 'Auth',
      reason: 'PermissionDenied',
      cause: { message: 'Request failed', code: 'ERR_BAD_REQUEST' },
    });
    expect(last()['err']).not.toHaveProperty('stack');
  });

  it('does not follow causes for ever', () => {
    const { log, lines } = logged();
    const loop = new Error('loop');
    loop.cause = loop;
    log.error({ err: loop }, 'went round');
    expect(lines).toHaveLength(1);
  });
});
