import { TEAMS_ADMINISTRATOR } from '../../../sandbox/cloud/entra/resources.ts';
import { OPERATOR_PERMISSIONS } from '../../../sandbox/cloud/seed.ts';
import type { BadInput } from './case.ts';
import type { Plot } from './plot.ts';

const SECRET_PATH = 'spec.authentication.clientSecretRef';
const CERTIFICATE_PATH = 'spec.authentication.certificateRef';

const pro = (plot: Plot) => [plot.secret(), plot.proCustomer()];

/** A site with Microsoft part makes rights due that a customer without sites does not need. */
const withSite = (plot: Plot) => [...pro(plot), plot.site({ changePolicy: 'Observe' })];

const claims: readonly BadInput[] = [
  {
    title: 'a short name that another Customer of the namespace has',
    rows: ['S005'],
    before: (plot) => [plot.neighbour().customer()],
    mistake: (plot) => [plot.customer({ shortName: plot.neighbour().id.toUpperCase() })],
    subject: 'Customer',
    condition: 'Accepted=False/ShortNameNotUnique',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.shortName', value: `Customer ${plot.neighbour().id}` }),
    correct: async (plot) => {
      await plot.house.delete('Customer', plot.neighbour().id);
      return [];
    },
  },
  {
    title: 'a short name that a Customer of another namespace has, which is not told',
    rows: ['S005'],
    before: (plot) => [plot.neighbour('beside').customer({ fullName: 'Secret Holding' })],
    mistake: (plot) => [plot.customer({ shortName: plot.neighbour('beside').id })],
    subject: 'Customer',
    condition: 'Accepted=False/ShortNameNotUnique',
    ready: 'False Stalled',
    says: (plot) => ({
      field: 'spec.shortName',
      value: plot.neighbour('beside').id,
      never: ['Secret Holding', plot.neighbour('beside').namespace, 'Customer '],
    }),
  },
  {
    title: 'a tenant that another Customer of the namespace has',
    before: (plot) => pro(plot.neighbour()),
    mistake: (plot) => [plot.neighbour().secret(undefined, `${plot.id}-app`), inTenantOf(plot, plot.neighbour())],
    subject: 'Customer',
    condition: 'Accepted=False/TenantInUse',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.tenantId', value: `Customer ${plot.neighbour().id}` }),
    correct: (plot) => [plot.neighbour().proCustomer({ tenantSharing: 'Allowed' })],
  },
  {
    title: 'a tenant that a Customer of another namespace has, which is not told',
    before: (plot) => pro(plot.neighbour('beside')),
    mistake: (plot) =>
      [plot.neighbour('beside').secret(undefined, `${plot.id}-app`), inTenantOf(plot, plot.neighbour('beside'))].map((object) => ({
        ...object,
        metadata: { ...object.metadata, namespace: plot.namespace },
      })),
    subject: 'Customer',
    condition: 'Accepted=False/TenantInUse',
    ready: 'False Stalled',
    says: (plot) => ({
      field: 'spec.tenantId',
      value: plot.neighbour('beside').tenantId,
      never: [`Customer ${plot.neighbour('beside').id}`, plot.neighbour('beside').namespace],
    }),
  },
  {
    title: 'spec.enabled false',
    mistake: (plot) => [plot.customer({ enabled: false })],
    subject: 'Customer',
    condition: 'Ready=False/Disabled',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.enabled', value: 'false' }),
    correct: (plot) => [plot.customer()],
  },
];

function inTenantOf(plot: Plot, other: Plot) {
  return plot.proCustomer({ tenantId: other.tenantId, authentication: { clientId: other.clientId } });
}

const tenants: readonly BadInput[] = [
  {
    title: 'a tenant id that Microsoft does not know',
    rows: ['S195'],
    mistake: (plot) => [plot.secret(), plot.proCustomer({ tenantId: 'bad00000-dead-4000-8000-000000000000' })],
    subject: 'Customer',
    condition: 'TenantVerified=False/TenantNotFound',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.tenantId', value: 'bad00000-dead-4000-8000-000000000000' }),
  },
  {
    title: 'no tenant at all',
    mistake: (plot) => [plot.secret(), plot.proCustomer({ tenantId: null })],
    subject: 'Customer',
    condition: 'TenantVerified=False/TenantIdMissing',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.tenantId', value: 'spec.m365.domainOverride' }),
    correct: pro,
  },
  {
    title: 'an authentication method that this release does not drive',
    mistake: (plot) => [plot.proCustomer({ authentication: { method: 'DelegatedToken', clientId: null, clientSecretRef: null } })],
    subject: 'Customer',
    condition: 'Authenticated=False/AuthenticationMethodNotManaged',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.authentication.method', value: 'DelegatedToken' }),
    correct: pro,
  },
  {
    title: 'an app registration that nobody has made yet',
    mistake: (plot) => [plot.proCustomer({ authentication: { clientId: null, clientSecretRef: null } })],
    subject: 'Customer',
    condition: 'Authenticated=False/ConsentRequired',
    ready: 'False Reconciling',
    says: () => ({ field: 'spec.authentication', value: 'clientId' }),
    correct: pro,
  },
];

const credentials: readonly BadInput[] = [
  {
    title: 'a client secret that is wrong',
    rows: ['S052'],
    mistake: (plot) => [plot.secret({ clientSecret: 'not-the-secret' }), plot.proCustomer()],
    subject: 'Customer',
    condition: 'Authenticated=False/ClientSecretInvalid',
    ready: 'False Stalled',
    says: (plot) => ({ field: SECRET_PATH, value: `${plot.id}-app`, never: ['not-the-secret'] }),
    correct: (plot) => [plot.secret()],
  },
  {
    title: 'a client secret that has expired',
    rows: ['S053'],
    mistake: (plot) => {
      const manifests = pro(plot);
      plot.person.expireSecrets(plot.clientId);
      return manifests;
    },
    subject: 'Customer',
    condition: 'Authenticated=False/ClientSecretExpired',
    ready: 'False Stalled',
    says: (plot) => ({ field: SECRET_PATH, value: `${plot.id}-app` }),
    correct: (plot) => [plot.secret({ clientSecret: plot.person.rotateSecret(plot.clientId) })],
  },
  {
    title: 'an application that does not exist',
    mistake: (plot) => [plot.secret(), plot.proCustomer({ authentication: { clientId: 'bad00000-dead-4000-9000-000000000000' } })],
    subject: 'Customer',
    condition: 'Authenticated=False/ApplicationNotFound',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.authentication.clientId', value: 'bad00000-dead-4000-9000-000000000000' }),
    correct: pro,
  },
  {
    title: 'an application that the tenant has not consented to',
    rows: ['S062'],
    mistake: (plot) => {
      const manifests = pro(plot);
      plot.person.revokeConsent(plot.tenantId, plot.clientId);
      return manifests;
    },
    subject: 'Customer',
    condition: 'Authenticated=False/ApplicationNotFound',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.authentication.clientId', value: plot.clientId }),
    correct: (plot) => {
      plot.person.grantConsent(plot.tenantId, plot.clientId, OPERATOR_PERMISSIONS);
      plot.person.setDirectoryRole(plot.tenantId, plot.clientId, TEAMS_ADMINISTRATOR, true);
      return [];
    },
  },
  {
    title: 'an enterprise application that is disabled',
    mistake: (plot) => {
      const manifests = pro(plot);
      plot.person.principal(plot.tenantId, plot.clientId).enabled = false;
      return manifests;
    },
    subject: 'Customer',
    condition: 'Authenticated=False/ApplicationDisabled',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.authentication.clientId', value: plot.clientId }),
    correct: (plot) => {
      plot.person.principal(plot.tenantId, plot.clientId).enabled = true;
      return [];
    },
  },
  {
    title: 'a tenant without Teams',
    mistake: (plot) => {
      const manifests = pro(plot);
      plot.tenant.hasTeams = false;
      return manifests;
    },
    subject: 'Customer',
    condition: 'Authenticated=False/ResourceNotInTenant',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.tenantId', value: plot.tenantId }),
    correct: (plot) => {
      plot.tenant.hasTeams = true;
      return [];
    },
  },
  {
    title: 'a Secret that does not exist',
    mistake: (plot) => [plot.proCustomer()],
    subject: 'Customer',
    condition: 'Authenticated=False/SecretNotFound',
    ready: 'False Stalled',
    says: (plot) => ({ field: SECRET_PATH, value: `${plot.id}-app` }),
    correct: (plot) => [plot.secret()],
  },
  {
    title: 'a Secret without the key',
    mistake: (plot) => [plot.secret({ password: 'x' }), plot.proCustomer()],
    subject: 'Customer',
    condition: 'Authenticated=False/SecretKeyMissing',
    ready: 'False Stalled',
    says: (plot) => ({ field: SECRET_PATH, value: 'clientSecret', never: [`secret-of-${plot.id}`] }),
    correct: (plot) => [plot.secret()],
  },
  {
    title: 'a certificate that is none',
    mistake: (plot) => [
      plot.secret({ 'tls.crt': 'no certificate', 'tls.key': 'no key' }),
      plot.proCustomer({ authentication: { clientSecretRef: null, certificateRef: { name: `${plot.id}-app` } } }),
    ],
    subject: 'Customer',
    condition: 'Authenticated=False/CredentialInvalid',
    ready: 'False Stalled',
    says: (plot) => ({ field: CERTIFICATE_PATH, value: `${plot.id}-app`, never: ['no key'] }),
    correct: pro,
  },
];

const rights: readonly BadInput[] = [
  {
    title: 'an application without a permission that a site needs',
    rows: ['S074'],
    mistake: (plot) => {
      const manifests = withSite(plot);
      plot.person.revokePermission(plot.tenantId, plot.clientId, 'User.Read.All');
      return manifests;
    },
    subject: 'Customer',
    condition: 'Authorized=False/PermissionMissing',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.authentication.clientId', value: 'User.Read.All', never: [`secret-of-${plot.id}`] }),
    correct: (plot) => {
      plot.person.grantConsent(plot.tenantId, plot.clientId, ['User.Read.All']);
      return [];
    },
    healed: 'Authorized=True',
  },
  {
    title: 'an application without the directory role that voice routing needs',
    rows: ['S074'],
    mistake: (plot) => {
      const manifests = withSite(plot);
      plot.person.setDirectoryRole(plot.tenantId, plot.clientId, TEAMS_ADMINISTRATOR, false);
      return manifests;
    },
    subject: 'Customer',
    condition: 'Authorized=False/PermissionMissing',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.authentication.clientId', value: 'Teams Administrator' }),
    correct: (plot) => {
      plot.person.setDirectoryRole(plot.tenantId, plot.clientId, TEAMS_ADMINISTRATOR, true);
      return [];
    },
    healed: 'Authorized=True',
  },
];

export const CUSTOMER_CASES: readonly BadInput[] = [...claims, ...tenants, ...credentials, ...rights];
