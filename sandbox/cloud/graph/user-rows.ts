import { PLANS, skuOf } from '../licences.ts';
import type { User } from '../tenant.ts';
import type { CollectionRules } from './query.ts';

/** microsoft-graph §2.4: what comes without `$select`, and what needs it. */
export const USER_RULES: CollectionRules = {
  type: 'microsoft.graph.user',
  options: new Set(['$select', '$filter', '$top', '$count', '$orderby']),
  defaultTop: 100,
  maxTop: 999,
  paging: 'skiptoken',
  defaultProperties: [
    'businessPhones',
    'displayName',
    'givenName',
    'id',
    'jobTitle',
    'mail',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'surname',
    'userPrincipalName',
  ],
  properties: [
    'businessPhones',
    'displayName',
    'givenName',
    'id',
    'jobTitle',
    'mail',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'surname',
    'userPrincipalName',
    'accountEnabled',
    'usageLocation',
    'assignedLicenses',
    'assignedPlans',
    'provisionedPlans',
    'licenseAssignmentStates',
    'onPremisesSyncEnabled',
    'userType',
    'createdDateTime',
    'mailNickname',
  ],
  filter: {
    resource: 'User',
    properties: new Set([
      'id',
      'userPrincipalName',
      'displayName',
      'mail',
      'mailNickname',
      'accountEnabled',
      'usageLocation',
      'userType',
      'createdDateTime',
      'assignedLicenses/skuId',
      'assignedLicenses/$count',
      'assignedPlans/servicePlanId',
      'assignedPlans/capabilityStatus',
      'assignedPlans/service',
    ]),
    advanced: new Set(['ne', 'not', 'endswith', '$count']),
  },
};

export function userRow(user: User): Record<string, unknown> {
  const plans = user.licences.flatMap(({ skuId, disabledPlans, assignedAt }) =>
    skuOf(skuId)
      .plans.map((plan) => PLANS[plan])
      .map(({ servicePlanId, service }) => ({
        assignedDateTime: new Date(assignedAt).toISOString(),
        capabilityStatus: disabledPlans.includes(servicePlanId) ? 'Deleted' : 'Enabled',
        service,
        servicePlanId,
      })),
  );
  return {
    businessPhones: [],
    displayName: user.displayName,
    givenName: null,
    id: user.id,
    jobTitle: null,
    mail: null,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: null,
    userPrincipalName: user.userPrincipalName,
    accountEnabled: user.accountEnabled,
    usageLocation: user.usageLocation,
    assignedLicenses: user.licences.map(({ skuId, disabledPlans }) => ({ skuId, disabledPlans })),
    assignedPlans: plans,
    provisionedPlans: plans.map(({ service }) => ({ service, capabilityStatus: 'Enabled', provisioningStatus: 'Success' })),
    licenseAssignmentStates: user.licences.map(({ skuId, disabledPlans, assignedAt }) => ({
      skuId,
      disabledPlans,
      state: 'Active',
      error: 'None',
      assignedByGroup: null,
      lastUpdatedDateTime: new Date(assignedAt).toISOString(),
    })),
    onPremisesSyncEnabled: null,
    userType: 'Member',
    createdDateTime: new Date(user.createdAt).toISOString(),
    mailNickname: user.mailNickname,
  };
}
