// Generated from crds/*.yaml by `npm run generate`. Do not edit.
import type { Condition } from '../meta.ts';
import type { ChangePolicy, DeletionPolicy, DriftEntry, DriftTotals, FootprintEntry, ObjectRef, OpenMark, PendingPlan, Task, Wait } from './shared.gen.ts';

/**
 * Whom to invite and to what.
 */
export interface InvitationSpec {
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
   * The Customer, in the same namespace. Immutable.
   */
  readonly customerRef: ObjectRef;
  /**
   * Mail address of the customer's administrator. While the invitation is open another address may be set; it is invited anew.
   */
  readonly email: string;
  /**
   * DelegatedToken (the administrator signs in, the operator keeps the token) or AppRegistration (the sign-in makes an app registration in the customer's tenant).
   */
  readonly flow: "DelegatedToken" | "AppRegistration";
  /**
   * Invite (the provider invites) or Request (the customer asked).
   */
  readonly type?: "Invite" | "Request";
  /**
   * How long the link is good for after the Invitation was made, Go style duration, 1h to 8760h. Absent means the installation's own setting, 168h (7 days) if that is absent too.
   */
  readonly expiresAfter?: string;
  /**
   * Makes the link dead at once. Absent means false.
   */
  readonly revoked?: boolean;
  readonly reminder?: InvitationReminder;
  /**
   * Name of a mail template. Built in are Activate and Reminder; others are those of the chart's mail.templatesConfigMap, and any ConfigMap labelled trunkline.dev/template in the operator's namespace with keys subject and html. Absent means the built-in one.
   */
  readonly template?: string;
}
/**
 * Reminders until the invitation is completed.
 */
export interface InvitationReminder {
  /**
   * Time between reminders, Go style duration of 1h to 8760h.
   */
  readonly every: string;
}

/**
 * What the operator and the portal see and do.
 */
export interface InvitationStatus {
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
   * Where the invitation stands.
   */
  readonly state?: "Pending" | "AuthenticationComplete" | "TenantInstalled" | "Expired" | "Revoked" | "Failed";
  /**
   * Id of the link. It is not the customer's id.
   */
  readonly invitationId?: string;
  /**
   * The link, without any secret.
   */
  readonly authUrl?: string;
  /**
   * Account that signed in. Absent until somebody starts.
   */
  readonly m365AdminEmail?: string;
  /**
   * Whether the first mail was accepted by the mail server.
   */
  readonly emailSent?: boolean;
  /**
   * How many mails were sent, reminders included.
   */
  readonly sentCount?: number;
  /**
   * When the invitation was made (RFC 3339, UTC).
   */
  readonly createdAt?: string;
  /**
   * When the link expires (RFC 3339, UTC). It says nothing about the token.
   */
  readonly expiresAt?: string;
  /**
   * The address that the mail server took or refused the last mail for. Another spec.email is invited anew.
   */
  readonly sentTo?: string;
  /**
   * When the last mail was accepted (RFC 3339, UTC).
   */
  readonly lastSentAt?: string;
  /**
   * Message-ID of the last mail.
   */
  readonly messageId?: string;
  readonly sending?: InvitationStatusSending;
  /**
   * When it was revoked (RFC 3339, UTC).
   */
  readonly revokedAt?: string;
  /**
   * When it was completed (RFC 3339, UTC).
   */
  readonly completedAt?: string;
  /**
   * Directory id of the tenant that the account belongs to.
   */
  readonly tenantId?: string;
  /**
   * Whether the sign-in by device code succeeded.
   */
  readonly deviceAuthenticated?: boolean;
  /**
   * Whether the tenant is installed; true at once for a tenant that is known already.
   */
  readonly tenantInstalled?: boolean;
  readonly tokens?: InvitationStatusTokens;
  /**
   * Steps of the consent.
   */
  readonly consentSteps?: readonly InvitationStatusConsentStep[];
}
/**
 * Mail that is being sent, recorded before it is handed over, so that it is never sent twice. One that is left behind is reported as DeliveryUnknown.
 */
export interface InvitationStatusSending {
  /**
   * Message-ID of the mail.
   */
  readonly messageId: string;
  /**
   * When sending began (RFC 3339, UTC).
   */
  readonly since: string;
  /**
   * Invitation or Reminder.
   */
  readonly purpose?: "Invitation" | "Reminder";
}
/**
 * The two tokens of the sign-in.
 */
export interface InvitationStatusTokens {
  /**
   * Token for Microsoft Graph.
   */
  readonly graph?: "Pending" | "Completed";
  /**
   * Token for the Skype and Teams Tenant Admin API.
   */
  readonly teamsAdmin?: "Pending" | "Completed";
}
export interface InvitationStatusConsentStep {
  /**
   * Name of the step.
   */
  readonly name: string;
  /**
   * Pending, Granted or Refused.
   */
  readonly state: "Pending" | "Granted" | "Refused";
  /**
   * When it was decided (RFC 3339, UTC).
   */
  readonly time?: string;
}
