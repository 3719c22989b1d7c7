import type { NumberRange, SiteLocation } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import { type DeploymentFacts, deployment } from '../../domain/health/deployment.ts';
import type { EventInput } from '../../runtime/reconciler.ts';
import { type Conclusion, conditionOf, exempt, type Finding, holds, lookingAnew, satisfies, stalls, summarize, waits } from '../finding.ts';
import { managedFinding, unmanagedPaths } from '../managed-fields.ts';
import { type CustomerFindings, rangesOf, sitesOf } from './findings.ts';
import { licenceEvents } from './licences.ts';
import { authenticated, authorized, tenantVerified } from './tenant.ts';

const NEEDS = ['Enabled', 'Managed', 'Accepted', 'TenantVerified', 'Authenticated', 'Authorized', 'Licensed', 'ChildrenHealthy'];

/** Needs of Ready that are no conditions of the kind. */
const HELPERS: readonly string[] = ['Enabled', 'Managed', 'ChildrenHealthy'];

export function customerConditions(found: CustomerFindings): Conclusion {
  const own = ownFindings(found);
  const facts = deploymentFacts(found, own);
  const { deployed } = deployment(facts);
  const findings = [
    ...own,
    ...unmanagedPaths('Customer', found.customer.spec),
    { type: 'Deployed', ...deployed, effect: 'fine' as const, reason: deployed.reason as Reason },
  ];
  const gates = [enabled(found), managedFinding(found.governance), ...findings, childrenHealthy(found)];
  const progressing = found.governance.hold ?? lookingAnew(found.customer, found.identity?.state === 'reading');
  return summarize({
    needs: NEEDS,
    helpers: HELPERS,
    findings: gates,
    object: found.customer,
    now: found.now,
    ready: { reason: 'Ready', message: 'The tenant can be worked in and no site or range has failed' },
    progressing,
  });
}

export function ownFindings(found: CustomerFindings): Finding[] {
  return [
    found.accepted,
    tenantVerified(found),
    authenticated(found),
    authorized(found),
    holds('Licensed', 'PoolNotConfigured', 'No licence pool is configured, so licences are counted and not limited'),
    exempt('Synchronized', 'NotManagedYet', 'Users are synchronised by a later release'),
    exempt('Verified', 'NotManagedYet', 'Verification checks come with a later release'),
  ];
}

function enabled({ customer }: CustomerFindings): Finding {
  return customer.spec.enabled === false
    ? stalls('Enabled', 'Disabled', 'spec.enabled is false: nothing is written; set it to true to go on')
    : holds('Enabled', 'Ready', 'Enabled');
}

/** Children that are missing or converging show in Deployed; only one that has failed takes Ready away (design §2). */
function childrenHealthy(found: CustomerFindings): Finding {
  const broken = [...sitesOf(found), ...rangesOf(found)].filter((child) => conditionOf(child, 'Stalled')?.status === 'True');
  const first = broken[0];
  if (first === undefined) return holds('ChildrenHealthy', 'Ready', 'No site or range has failed');
  const others = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
  return waits(
    'ChildrenHealthy',
    'ChildFailed',
    `${first.kind} ${first.metadata.name}${others}: ${conditionOf(first, 'Stalled')?.message ?? ''}`,
  );
}

export function deploymentFacts(found: CustomerFindings, own: readonly Finding[]): DeploymentFacts {
  const children = [...sitesOf(found), ...rangesOf(found)];
  const ready = (child: SiteLocation | NumberRange): boolean => conditionOf(child, 'Ready')?.status === 'True';
  const refused = own.find(
    (finding) => finding.effect === 'stalls' && ['TenantVerified', 'Authenticated', 'Authorized'].includes(finding.type),
  );
  const degraded = sitesOf(found).some((site) => conditionOf(site, 'Degraded')?.status === 'True');
  return {
    requested: found.customer.spec.deploy !== false,
    enabled: found.customer.spec.enabled !== false,
    deviceManager: found.customer.spec.services.some(({ type }) => type === 'DeviceManager'),
    gatesOpen: own.filter(({ type }) => NEEDS.includes(type)).every(satisfies),
    children: children.length,
    childrenReady: children.filter(ready).length,
    wasDeployed: found.customer.status?.deployStatus === 'Deployed',
    ...(refused === undefined
      ? {}
      : { failure: { reason: refused.reason, message: refused.message, tenantMissing: refused.reason === 'TenantNotFound' } }),
    childFailure: childrenHealthy(found).status === 'True' ? undefined : childrenHealthy(found).message,
    warnings: [
      ...(degraded ? ['a site is degraded'] : []),
      ...(own.some((finding) => finding.type === 'Authorized' && finding.status === 'Unknown' && finding.effect === 'waits')
        ? ['rights are not known']
        : []),
    ],
  };
}

/** Of these conditions a person is told when they become False and stay so until somebody acts (S056: at the first failure). */
const TOLD_WHEN_LOST: readonly string[] = ['Accepted', 'TenantVerified', 'Authenticated', 'Authorized'];

export function customerEvents(found: CustomerFindings): EventInput[] {
  const lost = ownFindings(found).filter(
    ({ type, status, reason, effect }) =>
      TOLD_WHEN_LOST.includes(type) && status === 'False' && effect === 'stalls' && conditionOf(found.customer, type)?.reason !== reason,
  );
  return [...lost.map(({ reason, message }): EventInput => ({ type: 'Warning', reason, note: message })), ...licenceEvents(found.customer)];
}
