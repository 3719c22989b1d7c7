// Generated from crds/*.yaml by `npm run generate`. Do not edit.
import type { Condition } from '../meta.ts';
import type { AuthenticationMethod, ChangePolicy, ChangeWindow, Cloud, DeletionPolicy, DriftEntry, DriftTotals, FootprintEntry, LicenseType, OpenMark, PendingPlan, SecretKeyRef, SecretRef, ServiceState, ServiceType, SuspectObservation, Task, UserPolicies, VoiceDefaults, Wait } from './shared.gen.ts';

/**
 * What this customer should have.
 */
export interface CustomerSpec {
  /**
   * Stops all outside writes for this object while true; observation and status go on, and a deletion is held. Absent means false. Of a range, its site, its Customer and its device the most restrictive setting holds.
   */
  readonly suspend?: boolean;
  /**
   * What the operator may change outside. Enforce applies the spec and corrects drift; Report applies spec changes but only reports drift; Approve applies only the plan whose hash is in annotation trunkline.dev/approve; Observe never writes. Absent means the installation's own setting (chart value defaults.changePolicy). Of a range, its site, its Customer and its device the most restrictive one holds (Observe, Approve, Report, Enforce).
   */
  readonly changePolicy?: ChangePolicy;
  /**
   * What happens outside when this object is deleted. Cleanup removes what the footprint says is ours; Orphan leaves everything in place. Absent means Cleanup for what the operator made and Orphan for what it adopted.
   */
  readonly deletionPolicy?: DeletionPolicy;
  /**
   * Full name of the customer, free text, 1 to 200 characters. Used in mails, alarms and events.
   */
  readonly fullName: string;
  /**
   * Short name, 3 to 15 characters, unique in the whole cluster without regard to case, and immutable. Outside names are derived from it. Not allowed are \ / : * ? " < > | , dots, blanks, and the whole name "audit"; & + ' _ - ( ) are fine.
   */
  readonly shortName: string;
  /**
   * The services that this customer has bought, at most one of each type.
   */
  readonly services: readonly CustomerService[];
  /**
   * Whether this customer is deployed. false undoes everything that is deployed for its sites and ranges and keeps the objects. Absent means true.
   */
  readonly deploy?: boolean;
  /**
   * Whether the operator works on this customer at all. false stops outside writes and keeps what is there. Absent means true.
   */
  readonly enabled?: boolean;
  /**
   * Active, OutboundBarred (no outgoing calls) or Suspended (no calls), for fraud or non-payment. Emergency calls always pass. Absent means Active.
   */
  readonly serviceState?: ServiceState;
  readonly admin?: CustomerAdmin;
  /**
   * The customer's Microsoft 365 tenant, as directory id (GUID) or verified domain. Immutable once set. Absent means that it is learned from the account that signs in.
   */
  readonly tenantId?: string;
  /**
   * Whether a second, younger Customer may name the same tenant. Exclusive refuses it. Absent means Exclusive. In a shared tenant all work is done with the credential of the Customer that had the tenant first; that of each other Customer is only proven, and takes over when the first one goes.
   */
  readonly tenantSharing?: "Exclusive" | "Allowed";
  readonly authentication?: CustomerAuthentication;
  readonly m365?: CustomerM365;
  readonly voice?: CustomerVoice;
  /**
   * What members of a group get. Joining the group applies it, leaving reverts it; users who have a number keep it.
   */
  readonly userTemplates?: readonly CustomerUserTemplate[];
  /**
   * When changes may be made outside. Absent or empty means at any time. A change outside of every window waits with reason OutsideChangeWindow and says until when; barring and restoring service never wait.
   */
  readonly changeWindows?: readonly ChangeWindow[];
  /**
   * When the customer goes live (RFC 3339). From 48 hours before, a customer that is not verified is reported as at risk.
   */
  readonly goLiveAt?: string;
  readonly rollout?: CustomerRollout;
}
export interface CustomerService {
  /**
   * Service type. DirectRouting and OperatorConnect are managed; the others are accepted and reported as ServiceTypeNotManaged.
   */
  readonly type: ServiceType;
  /**
   * Licence of this service, Hosted* for DirectRouting and OC* for OperatorConnect. Essentials has no Microsoft part. Allowed changes: Essentials to Essentials Plus or Pro; for OC also Essentials Plus to Pro and back.
   */
  readonly licenseType?: LicenseType;
  /**
   * Number of users that are licensed, 0 to 500. 0 or absent means no work per user; routing is managed all the same.
   */
  readonly licensedUsers?: number;
  readonly licenseFactors?: CustomerServiceLicenseFactors;
  /**
   * A client secret of the same app registration that is used for the calls of this service alone.
   */
  readonly clientSecretRef?: SecretKeyRef;
}
/**
 * Which of the three optional factors count towards the licences of this service. A field left out follows the installation's setting.
 */
export interface CustomerServiceLicenseFactors {
  /**
   * Count users that are in a user template.
   */
  readonly lifecycleManagement?: boolean;
  /**
   * Count users that were changed individually.
   */
  readonly userInterface?: boolean;
  /**
   * Count numbers that are tagged to a gateway other than the site's own.
   */
  readonly serviceNumbers?: boolean;
}
/**
 * The customer's own administrator.
 */
export interface CustomerAdmin {
  /**
   * Mail address that invitations and reminders go to.
   */
  readonly email: string;
  /**
   * Whether the operator makes and mails an Invitation when sign-in is needed. Absent means true.
   */
  readonly sendInvitation?: boolean;
}
/**
 * How the operator signs in to the customer's tenant. Not needed for Essentials licences.
 */
export interface CustomerAuthentication {
  /**
   * AppRegistration (client credentials of an application in the customer's tenant), DelegatedToken (token of an administrator who signed in through an Invitation) or ProviderApp (the provider's own multi-tenant application). Password, a user name with its password, is always refused, with what to do instead.
   */
  readonly method: AuthenticationMethod;
  /**
   * Application (client) id of the app registration, a GUID.
   */
  readonly clientId?: string;
  /**
   * The client secret.
   */
  readonly clientSecretRef?: SecretKeyRef;
  /**
   * Secret of type kubernetes.io/tls with the certificate and key of the app registration.
   */
  readonly certificateRef?: SecretRef;
  /**
   * Name of a provider application in the operator's configuration.
   */
  readonly providerApp?: string;
  /**
   * When the client secret expires (RFC 3339). The operator may not be allowed to read it; without it expiry is unknown, never 0.
   */
  readonly clientSecretExpiresAt?: string;
  /**
   * Whether the directory roles are assigned for administrative units instead of the whole tenant. Absent means false.
   */
  readonly administrativeUnits?: boolean;
}
/**
 * How users of the tenant are read and synchronised.
 */
export interface CustomerM365 {
  /**
   * The tenant's original onmicrosoft.com domain, where it cannot be told from the tenant.
   */
  readonly domainOverride?: string;
  readonly userFilter?: CustomerM365UserFilter;
  readonly sync?: CustomerM365Sync;
}
/**
 * Which users are read, filtered by Microsoft's servers. All given fields must hold. Absent means all users.
 */
export interface CustomerM365UserFilter {
  /**
   * Two-letter country of use (ISO 3166-1 alpha-2, upper case).
   */
  readonly usageLocation?: string;
  /**
   * Users of any kind, only those with, or only those without a telephone number. Absent means Any.
   */
  readonly number?: "Any" | "With" | "Without";
  /**
   * Only users whose enterprise voice is on (true) or off (false).
   */
  readonly enterpriseVoice?: boolean;
  /**
   * Only users who have one of these service plans (plan names, not products), for example MCOEV.
   */
  readonly servicePlans?: readonly string[];
  /**
   * Only members of one of these groups (object ids).
   */
  readonly groups?: readonly string[];
}
/**
 * When users and assignments are synchronised.
 */
export interface CustomerM365Sync {
  /**
   * Automatic, or OnSignIn (changes queue until the named administrator signs in on the portal's sync page). Absent means Automatic.
   */
  readonly mode?: "Automatic" | "OnSignIn";
  /**
   * How long after the last change a user or assignment sync starts, Go style duration of 30s to 24h. Absent means 5m. It never delays a first deployment, a site, an SBC or a removal.
   */
  readonly quietPeriod?: string;
  /**
   * How often everything is read again, Go style duration of 1h to 168h. Absent means 24h.
   */
  readonly fullInterval?: string;
}
/**
 * Dial plans, caller ids and calling classes of the whole tenant, and what users get by default.
 */
export interface CustomerVoice {
  /**
   * Tenant dial plans.
   */
  readonly dialPlans?: readonly CustomerVoiceDialPlan[];
  /**
   * Caller id policies.
   */
  readonly callerIds?: readonly CustomerVoiceCallerId[];
  /**
   * Calling classes, each a voice routing policy that reaches only numbers matching its patterns. The class Unrestricted of each site is built in.
   */
  readonly callingClasses?: readonly CustomerVoiceCallingClasse[];
  /**
   * What users of this customer get unless their site or assignment says otherwise.
   */
  readonly defaults?: VoiceDefaults;
}
export interface CustomerVoiceDialPlan {
  /**
   * Name of the policy in Teams, 1 to 128 characters. Global is never touched and cannot be named.
   */
  readonly name: string;
  /**
   * Normalisation rules in the order in which Teams tries them, at most 50.
   */
  readonly rules?: readonly CustomerVoiceDialPlanRule[];
}
export interface CustomerVoiceDialPlanRule {
  /**
   * Name of the rule.
   */
  readonly name: string;
  /**
   * Regular expression over the dialled digits, anchored by ^ and $.
   */
  readonly pattern: string;
  /**
   * What the number becomes, for example +41$1.
   */
  readonly translation: string;
  /**
   * Whether the result is an internal extension. Absent means false.
   */
  readonly internalExtension?: boolean;
}
export interface CustomerVoiceCallerId {
  /**
   * Name of the policy in Teams, 1 to 128 characters. Global is never touched and cannot be named.
   */
  readonly name: string;
  /**
   * What the called party sees, the caller's own number (LineUri), nothing (Anonymous) or the number of a resource account (Resource).
   */
  readonly type: "LineUri" | "Anonymous" | "Resource";
  /**
   * User principal name or object id of the resource account, for type Resource.
   */
  readonly resourceAccount?: string;
  /**
   * Name that is shown to the called party (company name).
   */
  readonly displayName?: string;
}
export interface CustomerVoiceCallingClasse {
  /**
   * Name of the policy in Teams, 1 to 128 characters. Global is never touched and cannot be named.
   */
  readonly name: string;
  /**
   * Regular expressions over the E.164 number, anchored by ^ and $. A number may be called if one matches.
   */
  readonly patterns: readonly string[];
}
export interface CustomerUserTemplate {
  /**
   * Name of the template, unique in this customer.
   */
  readonly name: string;
  /**
   * Object id of the Microsoft 365 group.
   */
  readonly group: string;
  /**
   * Name of the NumberRange that numbers are picked from.
   */
  readonly range?: string;
  /**
   * Value of label trunkline.dev/bundle of the NumberRanges that numbers are picked from.
   */
  readonly bundle?: string;
  /**
   * Names of Teams policies to grant. A field left out leaves that policy as it is; policies named Global are never granted or changed.
   */
  readonly policies?: UserPolicies;
  /**
   * Name of the SiteLocation whose trunks carry the calls. Absent means the site of the range.
   */
  readonly gateway?: string;
  /**
   * Whether the user's extension is written into the number as ;ext=. Absent means false.
   */
  readonly useExtension?: boolean;
  /**
   * Takes the number of members away instead of giving one. Absent means false.
   */
  readonly clearLineUri?: boolean;
}
/**
 * Place of this customer in the provider's roll-outs.
 */
export interface CustomerRollout {
  /**
   * Name of the wave, for example canary. Absent means the last wave.
   */
  readonly wave?: string;
}

/**
 * What the operator sees and does. Written by the operator alone.
 */
export interface CustomerStatus {
  /**
   * The metadata.generation that this status speaks of. It also moves while the object is suspended or refused.
   */
  readonly observedGeneration?: number;
  /**
   * The last value of annotation trunkline.dev/reconcile-at that was handled.
   */
  readonly lastHandledReconcileAt?: string;
  /**
   * What holds and what does not. Wait on Ready; Reconciling and Stalled follow kstatus; every reason has an entry in the error catalogue (docs/reference/errors.md).
   */
  readonly conditions?: readonly Condition[];
  /**
   * What is being waited for and until when that is normal. Waits survive restarts of the operator.
   */
  readonly waits?: readonly Wait[];
  /**
   * The changes that wait for approval (changePolicy Approve, or a change so large that it needs approval under every policy).
   */
  readonly plan?: PendingPlan;
  /**
   * Where the outside differs from what was applied (the first 50 fields). Report and Observe leave it, Enforce corrects it.
   */
  readonly drift?: readonly DriftEntry[];
  /**
   * Exact totals of drift, also of what is beyond the first 50 fields.
   */
  readonly driftTotals?: DriftTotals;
  /**
   * The last 20 pieces of work for this object, newest first.
   */
  readonly tasks?: readonly Task[];
  /**
   * What the operator holds outside for this object; only this is ever removed. One entry for each named object, one for each collection of rules, numbers, assignments or grants.
   */
  readonly footprint?: readonly FootprintEntry[];
  /**
   * Write that may still be under way, recorded before it is sent. A new leader that finds one writes to the same target only after the deadline and a fresh read.
   */
  readonly openMark?: OpenMark;
  /**
   * A read that misses so much of what we own that nothing is written for this target until it is confirmed (condition reason ObservationSuspect). Confirm by annotation trunkline.dev/approve with the hash.
   */
  readonly suspect?: SuspectObservation;
  /**
   * Ready (may be deployed, not yet asked), Unknown (asked for, not finished), Deployed or Failed. To be read together with indicator.
   */
  readonly deployStatus?: "Ready" | "Unknown" | "Deployed" | "Failed";
  /**
   * OK, Warning (something to look at), Error (something is broken) or Unmonitored (switched off, DeviceManager only).
   */
  readonly indicator?: "OK" | "Warning" | "Error" | "Unmonitored";
  /**
   * Stable id of this customer for mails and reports.
   */
  readonly customerId?: string;
  /**
   * Directory id (GUID) of the tenant, as discovered. Clean-up uses this one.
   */
  readonly tenantId?: string;
  /**
   * Microsoft cloud that the tenant is in.
   */
  readonly cloud?: Cloud;
  readonly authentication?: CustomerStatusAuthentication;
  /**
   * Directory roles that the operator needs or has.
   */
  readonly roles?: readonly CustomerStatusRole[];
  /**
   * API permissions that the operator needs or has, from the token that it holds.
   */
  readonly permissions?: readonly CustomerStatusPermission[];
  /**
   * State of each service.
   */
  readonly services?: readonly CustomerStatusService[];
  readonly licenses?: CustomerStatusLicenses;
  readonly sync?: CustomerStatusSync;
  readonly queue?: CustomerStatusQueue;
  /**
   * Telephone numbers in all ranges of this customer.
   */
  readonly didCount?: number;
  /**
   * Users of the tenant that the filter lets through. Absent, not counted in this release.
   */
  readonly usersCount?: number;
  /**
   * Users with a number of this provider. Absent, not counted in this release.
   */
  readonly providerUsersCount?: number;
  /**
   * Sites of this customer.
   */
  readonly sitesCount?: number;
  /**
   * Products of the tenant with their free seats.
   */
  readonly subscribedSkus?: readonly CustomerStatusSubscribedSku[];
  readonly verification?: CustomerStatusVerification;
  readonly mappings?: CustomerStatusMappings;
  /**
   * Name of the Invitation that is open; of several the one made last.
   */
  readonly openInvitation?: string;
  /**
   * Last mail of each kind to each address, so that nobody gets too many: an Invitation made anew for the same address is mailed 1 h after the one before, then 2 h, 4 h and so on up to 24 h, or at once when the Invitation is annotated with trunkline.dev/reconcile-at.
   */
  readonly mails?: readonly CustomerStatusMail[];
  readonly claims?: CustomerStatusClaims;
  /**
   * Version of the operator that last changed this status.
   */
  readonly operatorVersion?: string;
}
/**
 * State of the sign-in to the tenant.
 */
export interface CustomerStatusAuthentication {
  /**
   * Method in use.
   */
  readonly method?: "AppRegistration" | "DelegatedToken" | "ProviderApp";
  /**
   * Application (client) id in use.
   */
  readonly clientId?: string;
  /**
   * Account that gave consent. Absent until somebody starts.
   */
  readonly m365Email?: string;
  /**
   * Whether credentials are there.
   */
  readonly credentialSet?: boolean;
  /**
   * One sentence about the credentials.
   */
  readonly message?: string;
  /**
   * When the sign-in was last verified (RFC 3339, UTC).
   */
  readonly lastVerifiedTime?: string;
  /**
   * Result of that verification.
   */
  readonly lastVerificationStatus?: "NeverPerformed" | "Successful" | "Failed" | "TokenNotGenerated";
  /**
   * Number of failed verifications since the last good one.
   */
  readonly consecutiveFailures?: number;
  /**
   * When the kept token expires (RFC 3339, UTC). Absent if unknown.
   */
  readonly tokenExpiresAt?: string;
  /**
   * When the client secret expires (RFC 3339, UTC). Absent if unknown.
   */
  readonly clientSecretExpiresAt?: string;
  /**
   * Whole days until the client secret expires, negative when it has. Absent if unknown.
   */
  readonly clientSecretDaysUntilExpire?: number;
  readonly enterpriseApplication?: CustomerStatusAuthenticationEnterpriseApplication;
}
/**
 * The enterprise application that consent made in the tenant.
 */
export interface CustomerStatusAuthenticationEnterpriseApplication {
  /**
   * Object id of the service principal.
   */
  readonly objectId?: string;
  /**
   * Application (client) id.
   */
  readonly appId?: string;
  /**
   * When consent was given (RFC 3339, UTC).
   */
  readonly consentedAt?: string;
}
export interface CustomerStatusRole {
  /**
   * Display name of the role.
   */
  readonly name: string;
  /**
   * Who must hold it, the service principal or the service account.
   */
  readonly holder?: string;
  /**
   * Present, Missing, Surplus (held but not needed) or Unknown (not readable).
   */
  readonly state: "Present" | "Missing" | "Surplus" | "Unknown";
  /**
   * Steps that need it.
   */
  readonly neededFor?: string;
}
export interface CustomerStatusPermission {
  /**
   * The API, Microsoft Graph or Skype and Teams Tenant Admin API.
   */
  readonly resource?: string;
  /**
   * Name of the permission, for example Organization.Read.All.
   */
  readonly name: string;
  /**
   * Granted, Missing or Surplus (granted, used by nothing here and not of the documented set). Whether a granted one is needed now says neededNow.
   */
  readonly state: "Granted" | "Missing" | "Surplus";
  /**
   * Whether a step that is due now needs it.
   */
  readonly neededNow?: boolean;
  /**
   * Steps that need it.
   */
  readonly neededFor?: string;
}
export interface CustomerStatusService {
  /**
   * Service type.
   */
  readonly type: string;
  /**
   * Licence type that was applied.
   */
  readonly licenseType?: string;
  /**
   * Where the service stands, CamelCase, for example Deployed or ServiceTypeNotManaged.
   */
  readonly state?: string;
}
/**
 * How many licences are used and why.
 */
export interface CustomerStatusLicenses {
  /**
   * Licensed users in spec, over all services.
   */
  readonly acquired?: number;
  /**
   * Licences in use.
   */
  readonly licensed?: number;
  /**
   * Directory users that are read; they are not billed.
   */
  readonly monitored?: number;
  /**
   * Whether the optional factors follow the installation (Global) or this customer (Customer).
   */
  readonly factorScope?: "Global" | "Customer";
  /**
   * Count by factor in order of priority; a user counts once.
   */
  readonly factors?: readonly CustomerStatusLicensesFactor[];
  /**
   * Distinct E.164 numbers of the prefixes of an Essentials customer. Absent while a range takes its prefixes from a ConfigMap.
   */
  readonly essentialsNumbers?: number;
  /**
   * When this was counted (RFC 3339, UTC).
   */
  readonly calculatedAt?: string;
  /**
   * Until when more licences than acquired may be used (RFC 3339, UTC).
   */
  readonly graceUntil?: string;
}
export interface CustomerStatusLicensesFactor {
  /**
   * Name of the factor.
   */
  readonly name: "DirectRouting" | "OperatorConnect" | "LifecycleManagement" | "UserInterface" | "ServiceNumbers";
  /**
   * Licences counted for this factor.
   */
  readonly counted: number;
  /**
   * Users or numbers that qualify, also those counted by an earlier factor.
   */
  readonly qualified: number;
  /**
   * Whether this factor applies.
   */
  readonly applicable: boolean;
}
/**
 * State of the synchronisation with Microsoft 365.
 */
export interface CustomerStatusSync {
  /**
   * Where it stands, CamelCase, for example IntegrationPending, Synchronized or ChangesQueued.
   */
  readonly state?: string;
  /**
   * When the last synchronisation ended (RFC 3339, UTC).
   */
  readonly lastSyncTime?: string;
  /**
   * Its result.
   */
  readonly lastResult?: string;
  /**
   * None, or what a person must do.
   */
  readonly actionNeeded?: string;
  /**
   * Administrator who must sign in (mode OnSignIn).
   */
  readonly admin?: string;
}
/**
 * Work of the customer's sites and ranges, counted from their tasks.
 */
export interface CustomerStatusQueue {
  /**
   * Tasks that wait for a gate or a hold.
   */
  readonly queued?: number;
  /**
   * Tasks that are being carried out.
   */
  readonly executing?: number;
  /**
   * Whether anything is being written to the tenant or an SBC.
   */
  readonly replicationInProgress?: boolean;
}
export interface CustomerStatusSubscribedSku {
  /**
   * Part number of the product.
   */
  readonly sku: string;
  /**
   * Seats bought.
   */
  readonly total?: number;
  /**
   * Seats assigned.
   */
  readonly used?: number;
  /**
   * Seats left.
   */
  readonly free?: number;
  /**
   * When the subscription ends (RFC 3339, UTC), if known.
   */
  readonly expiresAt?: string;
}
/**
 * The check list of what must hold after every change and once a day.
 */
export interface CustomerStatusVerification {
  /**
   * When it was last gone through (RFC 3339, UTC).
   */
  readonly lastTime?: string;
  /**
   * The checks.
   */
  readonly checks?: readonly CustomerStatusVerificationCheck[];
}
export interface CustomerStatusVerificationCheck {
  /**
   * Name of the check.
   */
  readonly name: string;
  /**
   * True, False or Unknown (not proven).
   */
  readonly status: "True" | "False" | "Unknown";
  /**
   * Why, CamelCase.
   */
  readonly reason?: string;
  /**
   * One sentence.
   */
  readonly message?: string;
  /**
   * When it was last looked at (RFC 3339, UTC).
   */
  readonly time?: string;
}
/**
 * How many assignments are in which state.
 */
export interface CustomerStatusMappings {
  /**
   * Users with their number.
   */
  readonly mapped?: number;
  /**
   * Users whose number is under way.
   */
  readonly pending?: number;
  /**
   * Users who cannot have a number, for example for want of a licence.
   */
  readonly excluded?: number;
  /**
   * Users held back for want of licences with the provider.
   */
  readonly held?: number;
}
export interface CustomerStatusMail {
  /**
   * Mail address.
   */
  readonly address: string;
  /**
   * Which mail.
   */
  readonly kind: string;
  /**
   * When it was sent (RFC 3339, UTC).
   */
  readonly sentAt: string;
  /**
   * How many of this kind so far.
   */
  readonly count?: number;
}
/**
 * Names that were granted to this object; a granted one is kept against any newcomer.
 */
export interface CustomerStatusClaims {
  /**
   * Short name granted.
   */
  readonly shortName?: string;
}
