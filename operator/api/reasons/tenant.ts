import { customer, later, microsoft, passing, provider, type ReasonEntry } from './entry.ts';

/** A customer's tenant: rights, signing in, Teams configuration, domains. */
export const TENANT = {
  // Tenant and rights
  TenantIdMissing: provider('Neither a tenant id nor a domain to discover it is set.', 'Set spec.tenantId or spec.m365.domainOverride.'),
  TenantMismatch: provider('The tenant that Microsoft names is another.', 'Correct spec.tenantId.'),
  TenantNotFound: provider('Microsoft knows no such tenant in this cloud.', 'Correct spec.tenantId or the cloud of the operator.'),
  AuthenticationMethodNotManaged: provider('The method comes with a later release.', 'Use AppRegistration with clientId and a Secret.'),
  ConsentRequired: customer('The app has no consent in the tenant.', 'A Global Administrator grants admin consent.'),
  InvitationOpen: customer(
    'An invitation was mailed and nobody has signed in yet.',
    'Open the link of the mail, or give the Customer clientId and a Secret.',
  ),
  MailLimited: passing('The address had an invitation a short while ago; the next mail waits.'),
  WaitingForAcceptance: provider(
    'The Customer is not accepted, so its tenant is not called.',
    'Read condition Accepted of the Customer and correct what it names.',
  ),
  WaitingForAuthentication: passing('Rights are read once signing in works.'),
  ClientIdMissing: provider('A Secret is named and no client id.', 'Set spec.authentication.clientId to the Application (client) ID.'),
  SecretNotFound: provider('A Secret that is named does not exist.', 'Create the Secret.'),
  SecretKeyMissing: provider('A Secret lacks a key.', 'Add the key that the message names.'),
  SecretUnreadable: provider('A Secret cannot be read.', "Check the operator's RBAC."),
  PermissionMissing: customer('The app lacks a right that is needed now.', 'Grant it in the tenant, with admin consent.'),
  OnboardingRoleStillAssigned: customer(
    'The app still has a directory role that only onboarding needed.',
    'Take the role that the message names off its service principal.',
  ),
  RolePairIncomplete: customer(
    'Of Teams Telephony Administrator and Skype for Business Administrator only one is there, and neither replaces the other.',
    'Assign the other one too, or Teams Administrator alone.',
  ),
  PolicyHeldByCustomer: later(
    customer(
      'A user has a policy that the customer granted directly.',
      'Take it off in the tenant, or set takeOver: true in the assignment of the range.',
    ),
  ),
  ServiceTypeNotManaged: provider('A service type that this operator does not drive.', 'Nothing, if it is meant.'),
  // Signing in to Microsoft (AADSTS classes)
  ClientSecretInvalid: provider(
    'Microsoft Entra does not know the client secret.',
    'Put the value, not the id, of a current secret into the Secret.',
  ),
  ClientSecretExpired: provider('The client secret has expired.', 'Make a new one for the application and put it into the Secret.'),
  ClientCertificateInvalid: provider(
    'Microsoft Entra does not accept the certificate for the application.',
    'Upload the certificate to the application registration, or put the registered one into the Secret.',
  ),
  ClientCredentialMissing: provider('The application needs a secret or certificate.', 'Register it as a confidential client.'),
  CredentialInvalid: provider('The credential cannot be used.', 'Check the certificate and its RSA private key in the Secret.'),
  ApplicationDisabled: customer('The enterprise application is disabled in the tenant.', 'Enable it in the tenant.'),
  ApplicationNotFound: customer('The tenant does not know the application.', 'Check tenantId and clientId, then grant admin consent.'),
  EnterpriseApplicationRemoved: customer('The enterprise application is not, or no longer, in the tenant.', 'Grant admin consent again.'),
  ResourceNotInTenant: customer('The tenant lacks the Microsoft service that the token is for.', 'Add a Teams licence to the tenant.'),
  TenantInOtherCloud: provider('The tenant lives in another national cloud.', 'Configure the cloud of the tenant.'),
  SignInRequestInvalid: provider('Microsoft Entra refuses the form of the sign-in.', 'Report it with the correlation id of the log.'),
  SignInRefused: customer('Microsoft Entra refuses the user.', 'Sign in with a user that exists, is enabled and has a valid password.'),
  SignInExpired: customer('The stored sign-in has expired or was revoked.', 'Sign in again.'),
  UserNotAssigned: customer('The user is not assigned to the application.', 'Assign the user to the enterprise application.'),
  MfaRequired: customer('Multi-factor authentication is required.', 'Sign in again with it, or use an app registration.'),
  ConditionalAccessBlocked: customer('A Conditional Access policy blocks the sign-in.', 'Exclude the application in the policy.'),
  // Teams configuration
  GatewayNotFound: provider(
    'Microsoft Teams does not accept a trunk of the route yet.',
    'Check the carrier trunk and the voice-enabled user in the domain; Microsoft may need up to 24 hours.',
  ),
  DomainNotActive: provider(
    'Microsoft Teams does not know the domain in the tenant yet.',
    'Verify it and license a user in it; it may take 24 hours.',
  ),
  PolicyStillGranted: customer('Users or groups still have the policy.', 'Take the policy away from them.'),
  UsageInUse: customer('A route or policy still names the PSTN usage.', 'Take the usage out of what the message names.'),
  UsageNotFound: passing('Microsoft Teams does not know the PSTN usage yet.'),
  UsageLost: provider(
    'A PSTN usage of somebody else was overwritten, and has been put back.',
    'Find out who replaces the whole list of usages.',
  ),
  ChangeNotVisible: passing('Microsoft Teams accepted a change and does not show it; it is planned again.'),
  NotAvailableInTenant: microsoft('The tenant does not offer this kind of configuration.', 'Ask Microsoft to enable it for the tenant.'),
  NotAvailableInCloud: provider('The cloud does not offer this service.', 'Nothing: the part is left out there.'),
  // Domain
  DomainNotVerified: customer('A trunk name is not a verified domain of the tenant.', 'Add and verify it in the tenant.'),
  DomainNotActivated: customer('No voice-enabled user keeps a trunk name active.', 'License a user in it with enterprise voice.'),
  DNSEndpointKindMissing: provider('external-dns is not installed in the cluster.', 'Install its CRD, or set spec.dns.mode: Manual.'),
} as const satisfies Readonly<Record<string, ReasonEntry>>;
