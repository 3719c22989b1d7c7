import type { ConfigStore } from './teams-admin/store.ts';
import { CONFIG_TYPES } from './teams-admin/types.ts';
import type { Tenant } from './tenant.ts';

/**
 * A tenant as plain JSON for "equal to before" comparisons: what exists, not since when. Sorted, so that order of creation does not count; the
 * order inside an object (the usages of a policy) does. Secrets are not part of it.
 */
export function snapshotTenant(tenant: Tenant, store: ConfigStore): Record<string, unknown> {
  return {
    id: tenant.id,
    displayName: tenant.displayName,
    domains: byKey(tenant.domains.latestValues(), 'id').map(({ id, isVerified, isDefault, supportedServices, sipStatus }) => ({
      id,
      isVerified,
      isDefault,
      supportedServices,
      sipStatus,
    })),
    users: byKey(tenant.users.latestValues(), 'userPrincipalName').map((user) => ({
      id: user.id,
      kind: user.kind,
      userPrincipalName: user.userPrincipalName,
      displayName: user.displayName,
      accountEnabled: user.accountEnabled,
      usageLocation: user.usageLocation,
      licences: user.licences.map(({ skuId }) => skuId).sort(),
      enterpriseVoice: user.enterpriseVoice,
    })),
    deletedUsers: [...tenant.deletedUsers.values()].map((user) => user.userPrincipalName).sort(),
    numbers: byKey(tenant.numbers.latestValues(), 'telephoneNumber'),
    grants: tenant.grants
      .latestValues()
      .map(({ userId, policyType, name }) => `${userId}/${policyType}/${name}`)
      .sort(),
    groupGrants: tenant.groupGrants
      .latestValues()
      .map(({ groupId, policyType, name }) => `${groupId}/${policyType}/${name}`)
      .sort(),
    servicePrincipals: byKey([...tenant.servicePrincipals.values()], 'appId').map(({ appId, enabled, grants, roles }) => ({
      appId,
      enabled,
      grants: grants.map(({ role }) => role).sort(),
      roles: roles.map(({ templateId }) => templateId).sort(),
    })),
    config: Object.fromEntries(
      [...CONFIG_TYPES.values()].map((type) => [
        type.name,
        byKey(store.of(tenant, type).latestValues(), 'identity').map(({ identity, properties }) => ({ identity, properties })),
      ]),
    ),
  };
}

function byKey<T, K extends keyof T>(items: readonly T[], key: K): T[] {
  return [...items].sort((a, b) => String(a[key]).localeCompare(String(b[key])));
}
