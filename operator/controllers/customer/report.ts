import type { Customer, CustomerStatus, NumberRange, SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Seen } from '../../delivery/delivery.ts';
import { type DeploymentFacts, deployment } from '../../domain/health/deployment.ts';
import { rightsFor, surplusPermissions, type TenantStep } from '../../domain/permissions/due-permissions.ts';
import type { IdentityView, SignIn } from '../../integrations/entra/port.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { EventInput } from '../../runtime/reconciler.ts';
import type { Access } from '../credentials.ts';
import { namedDirectory } from '../customer-claims.ts';
import { type ControllerSettings, INDEX, type Stores } from '../deps.ts';
import {
  type Conclusion,
  conditionOf,
  exempt,
  type Finding,
  failed,
  holds,
  lastWord,
  lookingAnew,
  satisfies,
  stalls,
  summarize,
  waits,
} from '../finding.ts';
import type { Governance } from '../governance.ts';
import { managedFinding, unmanagedPaths } from '../managed-fields.ts';
import { queueOf } from '../tasks.ts';
import { invitationOpen, invitationStatus } from './invitations.ts';

/** Everything one pass has found about a customer. */
export interface CustomerFindings {
  readonly customer: Customer;
  readonly stores: Stores;
  readonly settings: ControllerSettings;
  /** RFC 3339. */
  readonly now: string;
  readonly accepted: Finding;
  readonly essentials: boolean;
  readonly access: Access;
  readonly identity: Seen<IdentityView> | undefined;
  readonly directory: Seen<DirectoryView> | undefined;
  readonly tenantId: string | undefined;
  readonly due: readonly TenantStep[];
  readonly governance: Governance;
}

const NEEDS = ['Enabled', 'Managed', 'Accepted', 'TenantVerified', 'Authenticated', 'Authorized', 'Licensed', 'ChildrenHealthy'];

/** Without access for these reasons: something else comes first. */
const WAITS_FOR: readonly Reason[] = ['ConsentRequired', 'TenantIdMissing', 'WaitingForAcceptance', 'Validating'];

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

function ownFindings(found: CustomerFindings): Finding[] {
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

function tenantVerified({ customer, essentials, identity }: CustomerFindings): Finding {
  if (identity === undefined) {
    if (essentials) return exempt('TenantVerified', 'NotApplicable', 'Essentials without spec.tenantId: there is no tenant to verify');
    return stalls(
      'TenantVerified',
      'TenantIdMissing',
      'spec.tenantId is not set; set it, or spec.m365.domainOverride to have it discovered',
    );
  }
  if (identity.state === 'failed') return keptWhileBrief(customer, 'TenantVerified', identity);
  if (identity.state === 'reading')
    return lastWord(customer, 'TenantVerified') ?? waits('TenantVerified', 'Observing', 'The tenant is being looked up', 'Unknown');
  const { tenant } = identity.view;
  if (tenant.state === 'notFound') return failed('TenantVerified', tenant.error, tenantField(customer));
  const wanted = namedDirectory(customer);
  if (wanted !== undefined && wanted.toLowerCase() !== tenant.tenantId.toLowerCase()) {
    return stalls(
      'TenantVerified',
      'TenantMismatch',
      `spec.tenantId: ${wanted} is not the tenant that Microsoft names (${tenant.tenantId}); correct it`,
    );
  }
  return holds('TenantVerified', 'Valid', `Tenant ${tenant.tenantId} exists`);
}

function authenticated(found: CustomerFindings): Finding {
  const { customer, essentials, access, identity } = found;
  if (essentials) return exempt('Authenticated', 'NotApplicable', 'Essentials needs no access to the tenant');
  if (access.state === 'refused') return noAccess(access, found);
  if (identity === undefined || identity.state === 'reading')
    return lastWord(customer, 'Authenticated') ?? waits('Authenticated', 'Validating', 'Signing in to the tenant', 'Unknown');
  if (identity.state === 'failed') return keptWhileBrief(customer, 'Authenticated', identity);
  const refused = Object.values(identity.view.signIns ?? {}).find(
    (signIn): signIn is Extract<SignIn, { state: 'refused' }> => signIn.state === 'refused',
  );
  if (refused !== undefined) return refusedSignIn(customer, refused);
  if (identity.view.signIns === undefined) return waits('Authenticated', 'Validating', 'Signing in to the tenant', 'Unknown');
  const stale = access.state === 'connected' ? access.stale : undefined;
  return holds(
    'Authenticated',
    'Successful',
    stale === undefined ? 'Signed in to Microsoft Graph and the Teams admin API' : `Signed in with the last good credential: ${stale}`,
  );
}

function noAccess({ reason, message }: Extract<Access, { state: 'refused' }>, { customer, stores }: CustomerFindings): Finding {
  const invited = reason === 'ConsentRequired' ? invitationOpen(customer, stores) : undefined;
  return invited ?? (WAITS_FOR.includes(reason) ? waits : stalls)('Authenticated', reason, message);
}

/** A refused credential stays refused until a person acts; an outage does not. */
function refusedSignIn(customer: Customer, { error }: Extract<SignIn, { state: 'refused' }>): Finding {
  const finding = failed('Authenticated', error, refusedField(customer, error.reason));
  return error.kind === 'Auth' ? { ...finding, effect: 'stalls' } : finding;
}

/** What of the spec Microsoft refuses, with its value; a secret by the name of its Secret. */
function refusedField(customer: Customer, reason: string): string {
  if (reason.startsWith('Tenant') || reason === 'ResourceNotInTenant') return tenantField(customer);
  const { clientId = '', clientSecretRef, certificateRef } = customer.spec.authentication ?? {};
  if (!/^(?:Client|Credential)/.test(reason)) return `spec.authentication.clientId ${clientId}`;
  return clientSecretRef === undefined
    ? `spec.authentication.certificateRef (Secret ${certificateRef?.name ?? ''})`
    : `spec.authentication.clientSecretRef (Secret ${clientSecretRef.name}, key ${clientSecretRef.key})`;
}

function tenantField({ spec }: Customer): string {
  return spec.tenantId === undefined ? `spec.m365.domainOverride ${spec.m365?.domainOverride ?? ''}` : `spec.tenantId ${spec.tenantId}`;
}

function authorized(found: CustomerFindings): Finding {
  const { customer, essentials, identity } = found;
  if (essentials) return exempt('Authorized', 'NotApplicable', 'Essentials needs no rights in the tenant');
  const granted = grantedRights(identity);
  if (granted === undefined) {
    return (
      kept(customer, 'Authorized') ??
      waits('Authorized', 'WaitingForAuthentication', 'Rights are read from the token once signing in works', 'Unknown')
    );
  }
  const missing = missingRights(found);
  if (missing.length === 0) return holds('Authorized', 'RightsSufficient', 'The app has every right that is needed now');
  const names = missing.map((line) =>
    line.type === 'permission' ? `permission ${line.name}` : `directory role ${line.name} on its service principal`,
  );
  return stalls(
    'Authorized',
    'PermissionMissing',
    `spec.authentication.clientId: the app ${customer.spec.authentication?.clientId ?? ''} lacks ${names.join(', ')}; grant it in the tenant with admin consent`,
  );
}

/** What is due and not granted, by the tokens of the last look; empty while there are none. */
export function missingRights({ identity, due }: Pick<CustomerFindings, 'identity' | 'due'>) {
  const granted = grantedRights(identity);
  return granted === undefined ? [] : rightsFor(due, granted).filter((line) => !line.granted);
}

function grantedRights(
  identity: Seen<IdentityView> | undefined,
): { roles: readonly string[]; directoryRoles: readonly string[] } | undefined {
  const signIns = identity?.state === 'seen' ? identity.view.signIns : undefined;
  if (signIns?.graph.state !== 'signedIn' || signIns['teams-admin'].state !== 'signedIn') return undefined;
  return {
    roles: signIns.graph.roles,
    directoryRoles: [...new Set([...signIns.graph.directoryRoles, ...signIns['teams-admin'].directoryRoles])],
  };
}

function kept(customer: Customer, type: string): Finding | undefined {
  const known = conditionOf(customer, type);
  if (known?.status !== 'True') return undefined;
  return { type, status: known.status, reason: known.reason as Reason, message: known.message, effect: 'waits' };
}

function keptWhileBrief(customer: Customer, type: string, seen: Extract<Seen<unknown>, { state: 'failed' }>): Finding {
  const own = seen.error.kind === 'Auth' || seen.error.kind === 'Terminal';
  return (!own && seen.misses < 3 ? kept(customer, type) : undefined) ?? failed(type, seen.error);
}

function sitesOf({ customer, stores }: CustomerFindings): readonly SiteLocation[] {
  return stores.sites.byIndex(INDEX.customer, keyOf(customer));
}

function rangesOf({ customer, stores }: CustomerFindings): readonly NumberRange[] {
  return stores.ranges.byIndex(INDEX.customer, keyOf(customer));
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

function deploymentFacts(found: CustomerFindings, own: readonly Finding[]): DeploymentFacts {
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

export function customerStatus(
  found: CustomerFindings,
): Omit<CustomerStatus, 'conditions' | 'observedGeneration' | 'lastHandledReconcileAt'> {
  const { customer, accepted, tenantId, directory } = found;
  const { deployStatus, indicator } = deployment(deploymentFacts(found, ownFindings(found)));
  const skus = directory?.state === 'seen' ? subscribedSkus(directory.view) : customer.status?.subscribedSkus;
  return {
    deployStatus,
    indicator,
    customerId: customer.spec.shortName,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(found.essentials ? {} : { authentication: authenticationStatus(found) }),
    ...rightsStatus(found),
    services: customer.spec.services.map(({ type, licenseType }) => ({ type, ...(licenseType === undefined ? {} : { licenseType }) })),
    licenses: { acquired: customer.spec.services.reduce((sum, service) => sum + (service.licensedUsers ?? 0), 0) },
    ...(skus === undefined ? {} : { subscribedSkus: skus }),
    didCount: rangesOf(found).reduce((sum, range) => sum + (range.status?.counts?.numbers ?? 0), 0),
    sitesCount: sitesOf(found).length,
    queue: queueStatus(found),
    ...invitationStatus(customer, found.stores),
    ...(accepted.status === 'True' ? { claims: { shortName: customer.spec.shortName } } : {}),
    operatorVersion: found.settings.operatorVersion,
  };
}

/** Derived from the tasks of sites and ranges, so that list and counters agree (S155, S156). */
function queueStatus(found: CustomerFindings): NonNullable<CustomerStatus['queue']> {
  const { queued, executing } = queueOf([...sitesOf(found), ...rangesOf(found)].flatMap(({ status }) => status?.tasks ?? []));
  return { queued, executing, replicationInProgress: executing > 0 };
}

function subscribedSkus({ skus }: DirectoryView): NonNullable<CustomerStatus['subscribedSkus']> {
  return [...skus]
    .sort((left, right) => left.skuPartNumber.localeCompare(right.skuPartNumber))
    .slice(0, 100)
    .map(({ skuPartNumber, total, used }) => ({ sku: skuPartNumber, total, used, free: Math.max(0, total - used) }));
}

const DAY_MS = 24 * 60 * 60_000;

/** S052, S053, S073. The verification time moves only with the result, or once a day (design §5). */
function authenticationStatus(found: CustomerFindings): NonNullable<CustomerStatus['authentication']> {
  const { customer, access, now } = found;
  const { authentication } = customer.spec;
  const finding = authenticated(found);
  const before = customer.status?.authentication;
  const result = verificationResult(finding, access);
  const settled =
    before?.lastVerificationStatus === result &&
    before.lastVerifiedTime !== undefined &&
    Date.parse(now) - Date.parse(before.lastVerifiedTime) < DAY_MS;
  const verifiedAt = result === 'NeverPerformed' ? undefined : settled ? before.lastVerifiedTime : now;
  const expiresAt =
    authentication?.clientSecretExpiresAt ??
    (access.state === 'connected' ? access.secretAnnotations['trunkline.dev/expires-at'] : undefined);
  return {
    ...(authentication === undefined ? {} : { method: authentication.method }),
    ...(authentication?.clientId === undefined ? {} : { clientId: authentication.clientId }),
    credentialSet: access.state === 'connected',
    lastVerificationStatus: result,
    ...(verifiedAt === undefined ? {} : { lastVerifiedTime: verifiedAt }),
    ...(expiresAt === undefined || Number.isNaN(Date.parse(expiresAt))
      ? {}
      : { clientSecretExpiresAt: expiresAt, clientSecretDaysUntilExpire: Math.floor((Date.parse(expiresAt) - Date.parse(now)) / DAY_MS) }),
  };
}

function verificationResult(finding: Finding, access: Access): 'NeverPerformed' | 'Successful' | 'Failed' | 'TokenNotGenerated' {
  if (finding.status === 'True') return 'Successful';
  if (access.state === 'refused') return 'TokenNotGenerated';
  return finding.status === 'False' ? 'Failed' : 'NeverPerformed';
}

function rightsStatus({ identity, due, customer }: CustomerFindings): Pick<CustomerStatus, 'permissions' | 'roles'> {
  const granted = grantedRights(identity);
  if (granted === undefined) {
    const { permissions, roles } = customer.status ?? {};
    return { ...(permissions === undefined ? {} : { permissions }), ...(roles === undefined ? {} : { roles }) };
  }
  const lines = rightsFor(due, granted);
  const needed = lines
    .filter(({ type }) => type === 'permission')
    .map(({ name, granted: held, steps }) => ({
      resource: 'graph',
      name,
      state: held ? ('Granted' as const) : ('Missing' as const),
      neededNow: true,
      neededFor: steps.join(', '),
    }));
  const surplus = surplusPermissions(due, granted).map((name) => ({
    resource: 'graph',
    name,
    state: 'Surplus' as const,
    neededNow: false,
  }));
  const roles = lines
    .filter(({ type }) => type === 'directoryRole')
    .map(({ name, granted: held, steps }) => ({
      name,
      state: held ? ('Present' as const) : ('Missing' as const),
      neededFor: steps.join(', '),
    }));
  return { permissions: [...needed, ...surplus], roles };
}

export function customerEvents({ customer, accepted }: CustomerFindings): EventInput[] {
  const before = conditionOf(customer, 'Accepted');
  return accepted.status === 'False' && before?.reason !== accepted.reason
    ? [{ type: 'Warning', reason: accepted.reason, note: accepted.message }]
    : [];
}
