import { describe, expect, it } from 'vitest';
import { AllowList } from '../../http/allow-list.ts';
import { SBC_CALLS } from './client.ts';

describe('calls of the SBC client', () => {
  const allow = new AllowList(SBC_CALLS);
  const judge = (method: string, path: string): boolean => allow.judge(method, new URL(`https://sbc${path}`), undefined).allowed;

  it.each([
    ['PUT', '/api/v1/files/ini'],
    ['PUT', '/api/v1/files/cliScript'],
    ['PUT', '/api/v1/files/ini/incremental'],
    ['PUT', '/api/v1/files/cliScript/'],
    ['PUT', '/api/v1/files/cliScript/incremental/..'],
    ['PUT', '/api/v1/files/cliScript%2F'],
    ['PUT', '/api/v1/files/configurationPackage.tar.gz'],
    ['PUT', '/api/v1/license'],
    ['POST', '/api/v1/actions/reset'],
    ['POST', '/api/v1/actions/authToken'],
    ['DELETE', '/api/v1/sipTestCall/drop'],
    ['PUT', '/api/v1/files/tls/0/certificate'],
  ])('never hold %s %s (telephony 7.4)', (method, path) => {
    expect(judge(method, path)).toBe(false);
  });

  it('write in two ways only: an incremental script, and saving', () => {
    expect(SBC_CALLS.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /api/v1/files/cliScript/incremental',
      'POST /api/v1/actions/saveConfiguration',
    ]);
    expect([judge('PUT', '/api/v1/files/cliScript/incremental'), judge('GET', '/api/v1/alarms/active/12')]).toEqual([true, true]);
  });
});
