export type DeployStatus = 'Ready' | 'Unknown' | 'Deployed' | 'Failed';
export type Indicator = 'OK' | 'Warning' | 'Error' | 'Unmonitored';

/** What is known of a customer's deployment; gathered from its own conditions and its sites and ranges. */
export interface DeploymentFacts {
  /** `spec.deploy` is not false. */
  readonly requested: boolean;
  readonly enabled: boolean;
  /** Only this service type knows the indicator Unmonitored (S142). */
  readonly deviceManager: boolean;
  /** Accepted, TenantVerified, Authenticated, Authorized, Licensed hold or do not apply. */
  readonly gatesOpen: boolean;
  readonly children: number;
  readonly childrenReady: number;
  readonly wasDeployed: boolean;
  /** Authentication, tenant or rights refused. */
  readonly failure?: { readonly reason: string; readonly message: string; readonly tenantMissing: boolean };
  readonly childFailure?: string | undefined;
  readonly warnings: readonly string[];
}

export interface Deployment {
  readonly deployStatus: DeployStatus;
  readonly indicator: Indicator;
  readonly deployed: { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: string; readonly message: string };
}

/** Deploy status × indicator: exactly the seven rows of S138–S145, from facts alone. */
export function deployment(facts: DeploymentFacts): Deployment {
  const complete = facts.requested && facts.children > 0 && facts.childrenReady === facts.children && facts.gatesOpen;
  const deployedOnce = facts.requested && (complete || facts.wasDeployed);
  if (deployedOnce && !facts.enabled && facts.deviceManager)
    return row('Deployed', 'Unmonitored', 'True', 'Disabled', 'Deployed, then switched off by spec.enabled');
  const broken = facts.failure?.message ?? facts.childFailure;
  if (broken !== undefined) return deployedOnce ? row('Deployed', 'Error', 'True', 'DeployedWithError', broken) : failedRow(facts, broken);
  if (complete) return completeRow(facts);
  if (!facts.requested)
    return row(
      'Ready',
      'Warning',
      'False',
      'ReadyForDeployment',
      'spec.deploy is false: what was deployed is taken back; set it to true to deploy',
    );
  if (facts.gatesOpen && facts.children === 0)
    return row('Ready', 'Warning', 'False', 'ReadyForDeployment', 'May be deployed: no site or number range names this customer yet');
  if (deployedOnce && facts.childrenReady === facts.children)
    return row('Deployed', 'Warning', 'True', 'DeployedWithWarning', 'Deployed; what it was deployed with is being checked again');
  return row(
    'Unknown',
    'Warning',
    'Unknown',
    'DeployRequested',
    `${facts.childrenReady} of ${facts.children} sites and number ranges are ready`,
  );
}

function completeRow({ warnings }: DeploymentFacts): Deployment {
  return warnings.length === 0
    ? row('Deployed', 'OK', 'True', 'Deployed', 'Every site and number range is deployed')
    : row('Deployed', 'Warning', 'True', 'DeployedWithWarning', `Deployed; to look at: ${warnings.join(', ')}`);
}

function failedRow({ failure }: DeploymentFacts, message: string): Deployment {
  if (failure === undefined) return row('Failed', 'Error', 'False', 'DeploymentError', message);
  return row('Failed', 'Error', 'False', failure.tenantMissing ? 'TenantNotFound' : 'TenantConnectionError', message);
}

function row(
  deployStatus: DeployStatus,
  indicator: Indicator,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
): Deployment {
  return { deployStatus, indicator, deployed: { status, reason, message } };
}
