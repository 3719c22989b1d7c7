import { describe, expect, it } from 'vitest';
import { parseConfig } from '../operator/config/load.ts';
import { operatorConfig } from './operator-config.ts';

const OPTIONS = {
  installation: 'sandbox',
  namespace: 'trunkline',
  endpoints: {
    entra: 'https://127.0.0.1:1',
    graph: 'https://127.0.0.1:2',
    teamsAdmin: 'https://127.0.0.1:3',
    smtp: '127.0.0.1:2525',
  },
  caFile: '/ca.pem',
  mail: { username: 'trunkline', passwordFile: '/password' },
  port: 8080,
} as const;

describe('configuration of the sandbox', () => {
  it('is one that the operator accepts, pointing to the cloud of the sandbox', () => {
    const config = parseConfig(operatorConfig(OPTIONS));
    expect(config.cloud).toEqual({
      name: 'Custom',
      login: 'https://127.0.0.1:1',
      graph: 'https://127.0.0.1:2',
      teamsAdmin: 'https://127.0.0.1:3',
      caFile: '/ca.pem',
    });
    expect(config.mail).toMatchObject({
      host: '127.0.0.1',
      port: 2525,
      security: 'StartTls',
      caFile: '/ca.pem',
      passwordFile: '/password',
    });
    expect(config.server).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(config.leaderElection.enabled).toBe(true);
  });

  it('carries no password', () => {
    expect(operatorConfig(OPTIONS)).not.toMatch(/password: /);
  });
});
