import type { CustomerStatus } from '../../api/kinds.ts';
import { byText } from '../../domain/change/canonical.ts';
import { verificationStatus } from '../../domain/health/authentication.ts';
import { onboardingRoles, rightsFor, unusedPermissions } from '../../domain/permissions/due-permissions.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { StatusFields } from '../../runtime/reconciler.ts';
import type { Finding } from '../finding.ts';
import { queueOf } from '../tasks.ts';
import { type CustomerFindings, rangesOf, sitesOf } from './findings.ts';
import { invitationStatus } from './invitations.ts';
import type { Judgement } from './judgement.ts';
import { licensesStatus, servicesStatus } from './licences.ts';
import { grantedRights } from './tenant.ts';

/** What the Customer says about itself beside its conditions; what could not be read this time stays as it was. */
export function customerStatus(found: CustomerFindings, { authenticated, deployment }: Judgement): StatusFields<CustomerStatus> {
  const { customer, accepted, tenantId, directory } = found;
  const { deployStatus, indicator } = deployment;
  const skus = directory?.state === 'seen' ? subscribedSkus(directory.view) : customer.status?.subscribedSkus;
  return {
    deployStatus,
    indicator,
    customerId: customer.spec.shortName,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(found.essentials ? {} : { authentication: authenticationStatus(found, authenticated) }),
    ...rightsStatus(found),
    services: servicesStatus(customer),
    licenses: licensesStatus(found),
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
    .sort((left, right) => byText(left.skuPartNumber, right.skuPartNumber))
    .slice(0, 100)
    .map(({ skuPartNumber, total, used }) => ({ sku: skuPartNumber, total, used, free: Math.max(0, total - used) }));
}

const DAY_MS = 24 * 60 * 60_000;

/** S052, S053, S073. The verification time moves only with the result, or once a day (design §5). */
function authenticationStatus(
  { customer, access, now }: CustomerFindings,
  { status }: Finding,
): NonNullable<CustomerStatus['authentication']> {
  const { authentication } = customer.spec;
  const before = customer.status?.authentication;
  const result = verificationStatus(status, access.state === 'refused');
  const settled =
    before?.lastVerificationStatus === result &&
    before.lastVerifiedTime !== undefined &&
    Date.parse(now) - Date.parse(before.lastVerifiedTime) < DAY_MS;
  const verifiedAt = result === 'NeverPerformed' ? undefined : settled ? before.lastVerifiedTime : now;
  const expiresAt =
    authentication?.clientSecretExpiresAt ??
    (access.state === 'connected' ? access.secretAnnotations['trunkline.dev/expires-at'] : undefined);
  return {
    // The API server refuses Password: it is a value only so that the refusal can say what to do.
    ...(authentication === undefined || authentication.method === 'Password' ? {} : { method: authentication.method }),
    ...(authentication?.clientId === undefined ? {} : { clientId: authentication.clientId }),
    credentialSet: access.state === 'connected',
    lastVerificationStatus: result,
    ...(verifiedAt === undefined ? {} : { lastVerifiedTime: verifiedAt }),
    ...(expiresAt === undefined || Number.isNaN(Date.parse(expiresAt))
      ? {}
      : { clientSecretExpiresAt: expiresAt, clientSecretDaysUntilExpire: Math.floor((Date.parse(expiresAt) - Date.parse(now)) / DAY_MS) }),
  };
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
  const units = customer.spec.authentication?.administrativeUnits === true;
  const unused = unusedPermissions(due, granted, units).map(({ name, documented }) => ({
    resource: 'graph',
    name,
    state: documented ? ('Granted' as const) : ('Surplus' as const),
    neededNow: false,
  }));
  const roles = lines
    .filter(({ type }) => type === 'directoryRole')
    .map(({ name, granted: held, steps }) => ({
      name,
      // With an app registration (S088–S092).
      holder: 'service principal',
      state: held ? ('Present' as const) : ('Missing' as const),
      neededFor: steps.join(', '),
    }));
  const surplus = onboardingRoles(granted).map((name) => ({ name, holder: 'service principal', state: 'Surplus' as const }));
  return { permissions: [...needed, ...unused], roles: [...roles, ...surplus] };
}
