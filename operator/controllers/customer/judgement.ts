import type { NumberRange, SiteLocation } from '../../api/kinds.ts';
import { type Deployment, type DeploymentFacts, deployment } from '../../domain/health/deployment.ts';
import { conditionOf, exempt, type Finding, holds, satisfies, waits } from '../finding.ts';
import { type CustomerFindings, rangesOf, sitesOf } from './findings.ts';
import { authenticated, authorized, tenantVerified } from './tenant.ts';

/** What follows from what a pass has found: concluded once, and told in conditions, status and events. */
export interface Judgement {
  readonly authenticated: Finding;
  /** The conditions that are about the Customer itself. */
  readonly own: readonly Finding[];
  readonly childrenHealthy: Finding;
  readonly deployment: Deployment;
}

/** Own conditions that must hold, or not apply, for anything to be deployed (design §2). */
export const GATES: readonly string[] = ['Accepted', 'TenantVerified', 'Authenticated', 'Authorized', 'Licensed'];

/** What the tenant itself refuses. */
const ACCESS: readonly string[] = ['TenantVerified', 'Authenticated', 'Authorized'];

/** Pure: the same findings always conclude the same. */
export function judge(found: CustomerFindings): Judgement {
  const signedIn = authenticated(found);
  const own = ownFindings(found, signedIn);
  const sites = sitesOf(found);
  const children = [...sites, ...rangesOf(found)];
  const healthy = childrenHealthy(children);
  return {
    authenticated: signedIn,
    own,
    childrenHealthy: healthy,
    deployment: deployment({
      ...wishes(found),
      ...accessFacts(own),
      children: children.length,
      childrenReady: children.filter((child) => conditionOf(child, 'Ready')?.status === 'True').length,
      childFailure: healthy.status === 'True' ? undefined : healthy.message,
      warnings: warnings(sites, own),
    }),
  };
}

function ownFindings(found: CustomerFindings, signedIn: Finding): Finding[] {
  return [
    found.accepted,
    tenantVerified(found),
    signedIn,
    authorized(found),
    holds('Licensed', 'PoolNotConfigured', 'No licence pool is configured, so licences are counted and not limited'),
    exempt('Synchronized', 'NotManagedYet', 'Users are synchronised by a later release'),
    exempt('Verified', 'NotManagedYet', 'Verification checks come with a later release'),
  ];
}

/** Children that are missing or converging show in Deployed; only one that has failed takes Ready away (design §2). */
function childrenHealthy(children: readonly (SiteLocation | NumberRange)[]): Finding {
  const broken = children.filter((child) => conditionOf(child, 'Stalled')?.status === 'True');
  const first = broken[0];
  if (first === undefined) return holds('ChildrenHealthy', 'Ready', 'No site or range has failed');
  const others = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
  return waits(
    'ChildrenHealthy',
    'ChildFailed',
    `${first.kind} ${first.metadata.name}${others}: ${conditionOf(first, 'Stalled')?.message ?? ''}`,
  );
}

/** What the spec says, and what was reached before. */
function wishes({ customer }: CustomerFindings): Pick<DeploymentFacts, 'requested' | 'enabled' | 'deviceManager' | 'wasDeployed'> {
  const { spec, status } = customer;
  return {
    requested: spec.deploy !== false,
    enabled: spec.enabled !== false,
    deviceManager: spec.services.some(({ type }) => type === 'DeviceManager'),
    wasDeployed: status?.deployStatus === 'Deployed',
  };
}

function accessFacts(own: readonly Finding[]): Pick<DeploymentFacts, 'gatesOpen' | 'failure'> {
  const gatesOpen = own.filter(({ type }) => GATES.includes(type)).every(satisfies);
  const refused = own.find(({ type, effect }) => effect === 'stalls' && ACCESS.includes(type));
  if (refused === undefined) return { gatesOpen };
  const { reason, message } = refused;
  return { gatesOpen, failure: { reason, message, tenantMissing: reason === 'TenantNotFound' } };
}

function warnings(sites: readonly SiteLocation[], own: readonly Finding[]): string[] {
  const isDegraded = sites.some((site) => conditionOf(site, 'Degraded')?.status === 'True');
  const areRightsUnknown = own.some(({ type, status, effect }) => type === 'Authorized' && status === 'Unknown' && effect === 'waits');
  return [...(isDegraded ? ['a site is degraded'] : []), ...(areRightsUnknown ? ['rights are not known'] : [])];
}
