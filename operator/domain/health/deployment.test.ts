import { describe, expect, it } from 'vitest';
import { type DeploymentFacts, deployment } from './deployment.ts';

const deployed: DeploymentFacts = {
  requested: true,
  enabled: true,
  deviceManager: false,
  gatesOpen: true,
  children: 5,
  childrenReady: 5,
  wasDeployed: true,
  warnings: [],
};

describe('[S145] deploy status against indicator, all seven rows', () => {
  const rows: [string, Partial<DeploymentFacts>, string, string, string, string][] = [
    ['[S138] everything is deployed', {}, 'Deployed', 'OK', 'True', 'Deployed'],
    [
      '[S139] nothing asks for a deployment yet',
      { children: 0, childrenReady: 0, wasDeployed: false },
      'Ready',
      'Warning',
      'False',
      'ReadyForDeployment',
    ],
    ['[S305] the deployment was taken back', { requested: false }, 'Ready', 'Warning', 'False', 'ReadyForDeployment'],
    ['[S140] deployed, something to look at', { warnings: ['a site is degraded'] }, 'Deployed', 'Warning', 'True', 'DeployedWithWarning'],
    ['[S141] deployed, something broke', { childFailure: 'site ams: NameTaken' }, 'Deployed', 'Error', 'True', 'DeployedWithError'],
    [
      '[S142] deployed, then switched off, Device Manager',
      { enabled: false, deviceManager: true },
      'Deployed',
      'Unmonitored',
      'True',
      'Disabled',
    ],
    [
      '[S143] error before the first deployment',
      { wasDeployed: false, childrenReady: 4, childFailure: 'x' },
      'Failed',
      'Error',
      'False',
      'DeploymentError',
    ],
    [
      '[S143] the tenant does not exist',
      {
        wasDeployed: false,
        gatesOpen: false,
        childrenReady: 0,
        failure: { reason: 'TenantNotFound', message: 'no tenant', tenantMissing: true },
      },
      'Failed',
      'Error',
      'False',
      'TenantNotFound',
    ],
    [
      '[S143] the tenant cannot be connected',
      {
        wasDeployed: false,
        gatesOpen: false,
        childrenReady: 0,
        failure: { reason: 'ClientSecretInvalid', message: 'secret', tenantMissing: false },
      },
      'Failed',
      'Error',
      'False',
      'TenantConnectionError',
    ],
    [
      '[S140] deployed, and its own gates are being checked again',
      { gatesOpen: false },
      'Deployed',
      'Warning',
      'True',
      'DeployedWithWarning',
    ],
    [
      '[S144] deployed once, with a site on its way',
      { gatesOpen: false, childrenReady: 4 },
      'Unknown',
      'Warning',
      'Unknown',
      'DeployRequested',
    ],
    ['[S144] asked for, on its way', { wasDeployed: false, childrenReady: 2 }, 'Unknown', 'Warning', 'Unknown', 'DeployRequested'],
  ];

  it.each(rows)('%s', (_title, facts, deployStatus, indicator, status, reason) => {
    expect(deployment({ ...deployed, ...facts })).toMatchObject({ deployStatus, indicator, deployed: { status, reason } });
  });

  it('[S142] only Device Manager is ever Unmonitored', () => {
    expect(deployment({ ...deployed, enabled: false }).indicator).toBe('OK');
  });
});
