import type { Customer } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Seen } from '../../delivery/delivery.ts';
import { onboardingRoles, rightsFor } from '../../domain/permissions/due-permissions.ts';
import type { IdentityView, SignIn } from '../../integrations/entra/port.ts';
import type { Access } from '../credentials.ts';
import { namedDirectory } from '../customer-claims.ts';
import { conditionOf, exempt, type Finding, failed, holds, keptWhileBrief, lastWord, stalls, waits } from '../finding.ts';
import type { CustomerFindings } from './findings.ts';
import { invitationOpen } from './invitations.ts';

/** Without access for these reasons: something else comes first. */
const WAITS_FOR: readonly Reason[] = ['ConsentRequired', 'TenantIdMissing', 'WaitingForAcceptance', 'Validating'];

/** Whether the tenant exists and is the one that the spec names. */
export function tenantVerified({ customer, essentials, identity }: CustomerFindings): Finding {
  if (identity === undefined) {
    if (essentials) return exempt('TenantVerified', 'NotApplicable', 'Essentials without spec.tenantId: there is no tenant to verify');
    return stalls(
      'TenantVerified',
      'TenantIdMissing',
      'spec.tenantId is not set; set it, or spec.m365.domainOverride to have it discovered',
    );
  }
  if (identity.state === 'failed') return keptWhileBrief(customer, 'TenantVerified', identity) ?? failed('TenantVerified', identity.error);
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

/** Whether the credential lets us in to both resources; a short outage takes nothing away. */
export function authenticated(found: CustomerFindings): Finding {
  const { customer, essentials, access, identity } = found;
  if (essentials) return exempt('Authenticated', 'NotApplicable', 'Essentials needs no access to the tenant');
  if (access.state === 'refused') return noAccess(access, found);
  if (identity === undefined || identity.state === 'reading')
    return lastWord(customer, 'Authenticated') ?? waits('Authenticated', 'Validating', 'Signing in to the tenant', 'Unknown');
  if (identity.state === 'failed') return keptWhileBrief(customer, 'Authenticated', identity) ?? failed('Authenticated', identity.error);
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
  if (reason === 'Observing') return waits('Authenticated', reason, message, 'Unknown');
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

/** Whether the app has every right that is needed now (design §3.3). */
export function authorized(found: CustomerFindings): Finding {
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
  if (missing.length === 0) return sufficient(customer, onboardingRoles(granted));
  const names = missing.map(({ type, name, beside }) => {
    if (type === 'permission') return `permission ${name}`;
    return `directory role ${name} on its service principal${beside === undefined ? '' : ` beside ${beside}, which does not replace it`}`;
  });
  return stalls(
    'Authorized',
    missing.every(({ beside }) => beside !== undefined) ? 'RolePairIncomplete' : 'PermissionMissing',
    `spec.authentication.clientId: the app ${customer.spec.authentication?.clientId ?? ''} lacks ${names.join(', ')}; grant it in the tenant with admin consent`,
  );
}

/** Once the customer is deployed, with what is left over from onboarding (design §3.3, S088). */
function sufficient({ status }: Customer, left: readonly string[]): Finding {
  const enough = 'The app has every right that is needed now';
  if (left.length === 0 || status?.deployStatus !== 'Deployed') return holds('Authorized', 'RightsSufficient', enough);
  return holds('Authorized', 'OnboardingRoleStillAssigned', `${enough}; take directory role ${left.join(', ')} off its service principal`);
}

/** What is due and not granted, by the tokens of the last look; empty while there are none. */
export function missingRights({ identity, due }: Pick<CustomerFindings, 'identity' | 'due'>) {
  const granted = grantedRights(identity);
  return granted === undefined ? [] : rightsFor(due, granted).filter((line) => !line.granted);
}

/** Rights by the tokens of the last look; undefined unless both sign-ins went well. */
export function grantedRights(
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
