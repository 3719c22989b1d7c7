/** Who solves it (S323). `Nobody`: a good state, or time alone. */
export type Actor = 'CustomerAdmin' | 'Provider' | 'Microsoft' | 'Nobody';

export interface ReasonEntry {
  readonly actor: Actor;
  readonly cause: string;
  readonly next: string;
}

const good = (cause: string): ReasonEntry => ({ actor: 'Nobody', cause, next: 'Nothing to do.' });
const passing = (cause: string): ReasonEntry => ({ actor: 'Nobody', cause, next: 'Wait; it clears by itself.' });
const provider = (cause: string, next: string): ReasonEntry => ({ actor: 'Provider', cause, next });
const customer = (cause: string, next: string): ReasonEntry => ({ actor: 'CustomerAdmin', cause, next });
const microsoft = (cause: string, next: string): ReasonEntry => ({ actor: 'Microsoft', cause, next });

/** Every reason that a condition or event can carry, with its entry in the error catalogue (docs/reference/errors.md is generated from it). */
export const REASONS = {
  // Good and passing states
  Accepted: good('The spec is valid and claims nothing that somebody else has.'),
  Ready: good('Everything that Ready needs holds.'),
  Deployed: good('What the spec wants is in place and was read back.'),
  DeployedWithWarning: provider('Deployed, and something deserves a look.', 'Read the message of condition Deployed.'),
  DeployedWithError: provider(
    'Deployed, and something broke since.',
    'Read the conditions of the sites and ranges that the message names.',
  ),
  ReadyForDeployment: provider(
    'The customer may be deployed and nothing asks for it.',
    'Add a SiteLocation and NumberRanges, or set spec.deploy to true.',
  ),
  DeployRequested: passing('Sites and ranges of the customer are being deployed.'),
  DeploymentError: provider('A site or range of the customer failed.', 'Read its conditions and correct what they name.'),
  TenantConnectionError: customer('The tenant refuses the app.', 'Read condition Authenticated or Authorized and correct what it names.'),
  Deploying: passing('Changes are on their way to the tenant or the device.'),
  Observing: passing('The outside is being read for the first time, or again after a start.'),
  Progressing: passing('The first look at the object is under way.'),
  Validating: passing('The operator is signing in to the tenant.'),
  Removing: passing('What was made is being taken away.'),
  Valid: good('The tenant exists and is the one that the spec names.'),
  Successful: good('Both resources accepted the app.'),
  RightsSufficient: good('The app has every right that is needed now.'),
  PoolNotConfigured: good('No licence pool is configured; licences are counted, not limited.'),
  DomainVerified: good('Every trunk name is a verified domain of the tenant.'),
  DomainActivated: good('A voice-enabled user keeps every trunk name active.'),
  AllTrunksServing: good('Every trunk of the site is served.'),
  Connected: good('The device answers on its management interface.'),
  Healthy: good('The device reports nothing that needs a look.'),
  SpecManaged: good('Every set field is acted on.'),
  Sent: good('The mail server accepted the mail.'),
  FootprintRebuilt: good('Objects of ours that status had lost were recognised outside and taken back without a write.'),
  DriftCorrected: good('Something was changed outside and has been put back.'),
  ForceRemoved: provider(
    'An object was let go on request although something of it may be left outside.',
    'Remove what the event lists by hand.',
  ),
  // Exempt: Unknown and not in the way
  NotApplicable: good('This does not apply to the object.'),
  Assumed: provider('Taken for granted, not proven.', 'Nothing now; a later release proves it.'),
  Declared: provider('Declared in the spec, not proven.', 'Set mode: Verify to have it proven.'),
  NotManagedYet: provider(
    'A field or check that this release does not act on.',
    'Remove the field where it stops the object, or wait for the release that manages it.',
  ),
  // Holds
  Suspended: provider('spec.suspend is true on the object or a parent.', 'Set spec.suspend to false.'),
  Paused: provider(
    'The namespace or the whole operator is paused.',
    'Remove the annotation trunkline.dev/paused, or start without --actuation=Paused.',
  ),
  Disabled: provider('spec.enabled is false.', 'Set spec.enabled to true.'),
  Undeployed: provider(
    'The Customer has spec.deploy: false, so its sites and ranges are taken back.',
    'Set spec.deploy to true to deploy again.',
  ),
  Locked: provider('The SBCDevice has spec.locked: true.', 'Set spec.locked to false when the device may be written.'),
  Cordoned: provider('The SBCDevice takes no new sites.', 'Choose another device or lift spec.cordoned.'),
  NotDeployed: provider(
    'changePolicy Observe never writes, and the object is not outside.',
    'Set changePolicy to Report or Enforce to deploy.',
  ),
  DeletionHeld: provider(
    'Going on would silence numbers or users, or many customers are being deleted at once.',
    'Set annotation trunkline.dev/confirm-delete as the message says, if it is meant.',
  ),
  AwaitingSuccessor: passing('What is no longer wanted waits a moment, in case another object of the Customer takes over exactly this.'),
  ChildrenRemain: provider('Objects that name this one still exist.', 'Delete them, or wait until they are gone.'),
  CredentialsGone: provider(
    'The Secret that clean-up needs is gone and no credential is in memory.',
    'Restore the Secret, or set annotation trunkline.dev/force-remove.',
  ),
  ObservationSuspect: provider(
    'A look outside is incomplete, or lacks more than 20 % of at least 20 objects of a kind that we own there, so it may be wrong.',
    'Check the device, tenant or DNS; it is read again each minute. If the picture is right, annotate the SBCDevice or Customer as the message says.',
  ),
  HeldRecordLost: provider(
    'The ConfigMap that records which prefixes a range holds is gone or has other content, and nothing proves what it was.',
    'Restore it from a backup, or annotate trunkline.dev/adopt=ConfigMap/<name> to go on with the prefixes of the spec.',
  ),
  // References
  CustomerNotFound: provider('The Customer that is named does not exist in the namespace.', 'Create it or correct spec.customerRef.'),
  SiteLocationNotFound: provider('The SiteLocation that is named does not exist in the namespace.', 'Create it or correct spec.siteRef.'),
  SBCDeviceNotFound: provider('An SBCDevice that a trunk names does not exist.', 'Create it or correct sbcRef.'),
  ServiceNotFound: provider('The Customer does not have the service.', "Add it to the Customer's spec.services."),
  SiteOfOtherCustomer: provider('The site belongs to another Customer than the range names.', 'Correct spec.siteRef or spec.customerRef.'),
  NamespaceNotGranted: provider("The SBCDevice does not grant the object's namespace.", "The device's owner sets spec.allowedNamespaces."),
  ParentTerminating: provider('A parent is being deleted and takes no new children.', 'Choose another parent.'),
  ParentNotProtected: passing('A parent gets its finalizer first, so that it cannot vanish under its child.'),
  CustomerNotReady: provider(
    'A condition of the Customer that this step needs does not hold.',
    'Read the Customer, the message names the condition.',
  ),
  SBCDeviceNotReady: provider(
    'A condition of the SBCDevice that this step needs does not hold.',
    'Read the SBCDevice, the message names the condition.',
  ),
  SiteLocationNotReady: provider(
    'A condition of the SiteLocation that this step needs does not hold.',
    'Read the SiteLocation, the message names the condition.',
  ),
  CarrierTrunkNotReady: provider(
    "The carrier trunk is not ready in the provider's own tenant.",
    'Read status.carrierTrunks of the SBCDevice.',
  ),
  ChildFailed: provider('A site or range of the customer has failed.', 'Read its conditions.'),
  // Claims and names
  ShortNameNotUnique: provider('Another Customer has this short name.', 'Choose another short name.'),
  ShortNameLength: provider('The short name is shorter than 3 or longer than 15 characters.', 'Choose a name of 3 to 15 characters.'),
  ShortNameForbiddenCharacter: provider('The short name has one of \\ / : * ? " < > |.', 'Leave the character out.'),
  ShortNameReserved: provider('The short name is a reserved word.', 'Choose another name.'),
  ShortNameDotOrBlank: provider('The short name has a dot, a blank or a control character.', 'Leave it out or use a hyphen.'),
  LicenseTransitionNotAllowed: provider(
    'The licence type cannot follow the one before.',
    'Take a licence type that the message names, or delete the service first.',
  ),
  TenantInUse: provider('Another Customer has this tenant and does not share it.', 'Set tenantSharing: Allowed on the older Customer.'),
  LabelTaken: provider('A site of another tenant has this trunk name.', 'Set another label.'),
  PatternHeld: provider(
    'Another range has a number of a pattern.',
    'Remove the pattern here or there; it heals by itself when the holder goes.',
  ),
  PrefixCaptures: provider(
    'A longer pattern of another range takes some numbers of a shorter one.',
    'Nothing, if it is meant: the longer rule wins.',
  ),
  PrefixSyntax: provider('A prefix is not in the notation that is allowed.', 'Correct the prefix that the message names.'),
  PrefixesMissing: provider('The source of the prefixes is missing or empty.', 'Restore the ConfigMap; nothing is removed meanwhile.'),
  PrefixOverlap: provider('Two patterns of one range overlap.', 'Remove one of them.'),
  TagNotAllowed: provider('The tag is neither derived nor listed by the device.', "Remove spec.tag, or add it to the device's extraTags."),
  TagTooLong: provider('The tag is longer than the device takes.', 'Use a shorter label.'),
  DialPlanNotMapped: provider('The device maps no plan to this role.', 'Set spec.dialPlans on the SBCDevice.'),
  DialPlanMissing: provider('The device has no dial plan of this name.', 'Make the plan on the device or correct spec.dialPlans.'),
  DnsLabelInvalid: provider('A trunk name cannot be derived.', 'Set spec.trunks[].label.'),
  FqdnTooLong: provider('A trunk name is longer than 48 characters.', 'Set a shorter label.'),
  NameFixed: provider('A name in use would change.', 'Delete with deletionPolicy Orphan, create anew, adopt.'),
  NameTaken: provider('An object of the wanted name exists and is not ours.', 'Annotate trunkline.dev/adopt, or rename it outside.'),
  OwnerPrefixTooShort: provider('A range owned by the customer needs at least 7 digits before a bracket.', 'Use a longer prefix.'),
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
  SecretNotFound: provider('A Secret that is named does not exist.', 'Create the Secret.'),
  SecretKeyMissing: provider('A Secret lacks a key.', 'Add the key that the message names.'),
  SecretUnreadable: provider('A Secret cannot be read.', "Check the operator's RBAC."),
  PermissionMissing: customer('The app lacks a right that is needed now.', 'Grant it in the tenant, with admin consent.'),
  PolicyHeldByCustomer: customer('A policy of the customer is in the way.', 'Decide whose policy holds.'),
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
  DnsUnavailable: passing('The DNS servers give no answer.'),
  // Device
  TrunkLost: provider('The SBC of a trunk cannot be reached.', 'Look at the SBCDevice.'),
  AlarmsError: provider('The device reports critical or major alarms.', 'Look at the device.'),
  AlarmsWarning: provider('The device reports minor alarms or warnings.', 'Look at the device.'),
  Disconnected: provider('The device does not answer.', 'Look at the network and the device.'),
  ControlError: provider('Call control of the device is in error.', 'Look at the device.'),
  MediaError: provider('Media of the device are in error.', 'Look at the device.'),
  LicensePoolFailed: provider('The licence of the device could not be applied.', 'Look at the licence pool.'),
  LicensePoolExpired: provider('The licence of the device has expired.', 'Renew it.'),
  AdministrationWarning: provider('The device is administratively locked or shutting down.', 'Unlock it when it may carry calls.'),
  ControlWarning: provider('Call control of the device reports a warning.', 'Look at the device.'),
  MediaWarning: provider('Media of the device report a warning.', 'Look at the device.'),
  VoiceConnectionWarning: provider('A voice connection of the device reports a warning.', 'Look at the device.'),
  LicenseApplyRequired: provider('A licence waits to be applied on the device.', 'Apply it, in a maintenance window.'),
  NoManagementLicense: provider('The device has no management licence.', 'Assign one.'),
  NoVoiceQualityLicense: provider('The device has no voice quality licence.', 'Assign one.'),
  Verified: good('Read and found as the spec says.'),
  CarrierGatewayMissing: provider("The provider's own tenant has no PSTN gateway of this name.", 'Create it there.'),
  CarrierGatewayDisabled: provider("The PSTN gateway is disabled in the provider's own tenant.", 'Enable it there.'),
  CarrierGatewayDiffers: provider(
    "The PSTN gateway in the provider's own tenant differs from the spec.",
    'Correct the spec or the gateway.',
  ),
  InsecureTransport: provider('The device is managed over plain HTTP.', 'Set https: true.'),
  // SBC: reaching, reading and writing one
  Unreachable: passing('The device does not answer, as while it restarts.'),
  TlsError: provider(
    'The TLS connection cannot be trusted.',
    'Check the certificate, its names and dates, and the configured CA or fingerprint.',
  ),
  Unsupported: provider('The address is no management interface that the operator knows.', 'Check address and firmware.'),
  DeviceSynchronizing: passing('The device copies its configuration to its redundant unit, or is being upgraded, and takes no changes.'),
  ScriptModeRefused: provider(
    'The device runs no line of a script of this management user, as when its sessions start in basic mode.',
    'Give the user the level Security Administrator.',
  ),
  UnsavedChangesUnknown: provider(
    'The firmware of the device does not tell whether somebody has unsaved changes.',
    'Set spec.saveForeign to true if they may be saved together with ours, or upgrade the device.',
  ),
  ForeignUnsavedChanges: provider(
    'Somebody else changed the device and did not save.',
    'Save or undo it on the device, or set spec.saveForeign to true.',
  ),
  NoDialPlanPrefixes: provider(
    'A site of an Essentials customer has no number range, so no dial plan leads a call to it.',
    'Add a NumberRange with spec.siteRef.',
  ),
  DialectUnknown: provider(
    "The device's own files do not show yet how it spells a table, so nothing is written to it.",
    'Make one dial-plan rule by hand, with a name, prefix and tag that differ, and save.',
  ),
  LimitExceeded: provider('The change would exceed a limit of the device.', 'Free rules, use another device, or correct spec.limits.'),
  RuleNameTaken: provider('Every name for a rule is in use on the device.', 'Rename or remove the rules that took them.'),
  ScriptRejected: provider('The device does not take a rule.', 'Correct the prefix, tag or name that the message shows.'),
  ScriptNotProven: provider('A prepared script did not read back as planned and was not sent.', 'Report it with the log: it is a defect.'),
  PartiallyApplied: passing('The device took a part of many changes; the rest is sent again.'),
  VerifyFailed: passing('The device lost a change before it was saved; it is sent again.'),
  SaveFailed: provider(
    'The device has the changes and does not save them: they would be lost at its next restart.',
    'Save the configuration on the device; the operator also tries again.',
  ),
  RequestRejected: provider('The outside system rejects a request as invalid.', 'Correct what the message names.'),
  // Mail and invitations
  AwaitingCompletion: customer('The invited administrator has not completed the sign-in.', 'Open the link in the invitation.'),
  Sending: passing('The mail is being handed to the mail server.'),
  DeliveryUnknown: provider(
    'The connection broke while the mail server had the mail; it may or may not have been delivered.',
    'Ask the recipient; set trunkline.dev/reconcile-at to send again.',
  ),
  InvitationSettingsIncomplete: provider(
    'Mail server, sender, subject or portal address is not configured.',
    'Complete the mail settings of the operator.',
  ),
  SmtpError: provider('The mail server does not take the mail.', 'Read what it said in the message; passing refusals are tried again.'),
  RecipientRefused: provider('The mail server does not know the recipient.', 'Correct the address.'),
  TemplateInvalid: provider('A mail template does not compile or lacks the link.', 'Correct the template.'),
  Expired: provider('The invitation was not completed in time.', 'Create a new one.'),
  Revoked: provider('The invitation was revoked.', 'Create a new one, if it is wanted again.'),
  AlreadyAuthenticated: good('The Customer is authenticated already; no mail is needed.'),
  SignInNotManaged: provider(
    'Completing an invitation by signing in comes with a later release.',
    'Use AppRegistration with a Secret meanwhile.',
  ),
  // Outside systems
  ExternalSystemUnavailable: passing('An outside system does not answer, or answers with an error of its own.'),
  Throttled: passing('An outside system asked to be called less often.'),
  AuthenticationFailed: provider('The outside system refuses the credential.', 'Correct the Secret.'),
  PermissionDenied: provider('The outside system refuses the call.', 'Grant the right that the message names.'),
  InvalidConfiguration: provider('The outside system refuses a value.', 'Correct the field that the message names.'),
  CertificateUntrusted: provider(
    'An outside system presents a TLS certificate that is not trusted.',
    'Check its names and dates, and the configured CA or fingerprint.',
  ),
  OutsideObjectMissing: passing('An outside object is gone; it is planned again.'),
  CallForbidden: provider('The operator refused to send a call that it must never make.', 'Report it with the log: it is a defect.'),
  Interrupted: passing('A call was given up because the operator ran out of time for it or is stopping.'),
  UnexpectedResponse: microsoft('An outside system answered in a form that is not known.', 'Report it with the correlation id of the log.'),
  InternalError: provider('A defect of the operator.', 'Report it with the log.'),
  Unobserved: passing('Three looks in a row failed, so nobody knows.'),
  ObservedChanged: passing('The outside changed between plan and write; it is planned again.'),
  DependentChangeFailed: passing('A change that has to come before this one failed; both are planned again.'),
  LeadershipLost: passing('Another replica of the operator leads now and goes on with it.'),
  ShuttingDown: passing('The operator is stopping; what had not been sent is sent after the start.'),
  NotLeading: passing('This replica of the operator does not lead, so it writes nothing; the leading one goes on.'),
  // The Kubernetes API server
  KubernetesUnavailable: passing('The Kubernetes API server does not answer, or fails.'),
  KubernetesUnauthorized: provider(
    "The Kubernetes API server does not know the operator's credentials.",
    'Check the token of the service account, or the kubeconfig.',
  ),
  KubernetesForbidden: provider(
    "The operator's role does not allow a call to the Kubernetes API.",
    'Upgrade the chart, or grant the verb that the message names; in namespaced mode, check watchNamespaces.',
  ),
  KubernetesRejected: provider(
    'The Kubernetes API server refuses the content of a write.',
    'Install the CRDs of the release that runs; they come with the chart.',
  ),
  StatusTooLarge: provider(
    'The status would be larger than 128 KiB, so it is not written.',
    'Split the object, for example one range into several; then report it: what is long should go elsewhere.',
  ),
  ReconcileTimeout: passing('A pass took longer than it may; it was given up and starts again.'),
  ReconcileRequestHandled: good('The request of annotation trunkline.dev/reconcile-at was carried out.'),
} as const satisfies Readonly<Record<string, ReasonEntry>>;

export type Reason = keyof typeof REASONS;
