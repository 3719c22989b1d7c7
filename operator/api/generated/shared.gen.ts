// Generated from crds/*.yaml by `npm run generate`. Do not edit.

export interface Wait {
  /**
   * The condition that waits.
   */
  readonly condition: string;
  /**
   * When waiting began (RFC 3339, UTC).
   */
  readonly since: string;
  /**
   * When it should be over at the latest; past it the object is Stalled. Absent means that no time is known.
   */
  readonly expectedBy?: string;
}

export interface PlanFieldChange {
  /**
   * Field inside the outside object.
   */
  readonly path: string;
  /**
   * Value now, at most 256 characters. Absent for a create.
   */
  readonly before?: string;
  /**
   * Value after the change, at most 256 characters. Absent for a removal.
   */
  readonly after?: string;
}

export interface PlannedChange {
  /**
   * Outside system, for example teams-admin, graph, sbc or dns.
   */
  readonly system: string;
  /**
   * Tenant id, or namespace/name of the SBCDevice, or the namespace of the records.
   */
  readonly target: string;
  /**
   * Kind of the outside object, for example VoiceRoute or DialPlanRule.
   */
  readonly kind: string;
  /**
   * Name of the outside object.
   */
  readonly name: string;
  /**
   * What would be done.
   */
  readonly action: "create" | "update" | "remove";
  /**
   * The fields that would change. Secrets are masked.
   */
  readonly fields?: readonly PlanFieldChange[];
}

/**
 * The changes that wait for approval (changePolicy Approve, or a change so large that it needs approval under every policy).
 */
export interface PendingPlan {
  /**
   * The value to put into annotation trunkline.dev/approve.
   */
  readonly hash: string;
  /**
   * When this plan was first seen (RFC 3339, UTC).
   */
  readonly createdAt?: string;
  /**
   * The metadata.generation that this plan carries out.
   */
  readonly observedGeneration?: number;
  /**
   * Number of all changes, also of those beyond the first 100.
   */
  readonly total: number;
  /**
   * The first 100 changes in the order of execution.
   */
  readonly changes: readonly PlannedChange[];
}

export interface DriftEntry {
  /**
   * Outside system, for example teams-admin, graph, sbc or dns.
   */
  readonly system: string;
  /**
   * Tenant id, or namespace/name of the SBCDevice, or the namespace of the records.
   */
  readonly target: string;
  /**
   * Kind of the outside object, for example VoiceRoute or DialPlanRule.
   */
  readonly kind: string;
  /**
   * Name of the outside object.
   */
  readonly name: string;
  /**
   * The field that differs; `exists` when the whole object is missing or surplus.
   */
  readonly field: string;
  /**
   * Value that was applied, at most 256 characters.
   */
  readonly before?: string;
  /**
   * Value found outside, at most 256 characters.
   */
  readonly after?: string;
  /**
   * When the difference was first seen (RFC 3339, UTC).
   */
  readonly detectedAt?: string;
}

/**
 * Exact totals of drift, also of what is beyond the first 50 fields.
 */
export interface DriftTotals {
  /**
   * Number of outside objects that differ.
   */
  readonly objects: number;
  /**
   * Number of fields that differ.
   */
  readonly fields: number;
}

export interface Task {
  /**
   * Identity of the task; log lines carry it too.
   */
  readonly id: string;
  /**
   * What kind of work, for example Sync or Deploy.
   */
  readonly type: string;
  /**
   * Where the task stands.
   */
  readonly state: "Queued" | "Executing" | "Succeeded" | "Failed" | "RetriesExhausted";
  /**
   * How often it was tried.
   */
  readonly attempts?: number;
  /**
   * How many tries are left.
   */
  readonly retriesLeft?: number;
  /**
   * When it last ran (RFC 3339, UTC).
   */
  readonly lastExecuted?: string;
  /**
   * Outcome of the last run, one sentence.
   */
  readonly result?: string;
  /**
   * When it runs next (RFC 3339, UTC). Absent means that it does not run again.
   */
  readonly nextExecution?: string;
}

export interface FootprintEntry {
  /**
   * Outside system, for example teams-admin, graph, sbc or dns.
   */
  readonly system: string;
  /**
   * Tenant id, or namespace/name of the SBCDevice, or the namespace of the records.
   */
  readonly target: string;
  /**
   * Kind of the outside object, for example VoiceRoute or DialPlanRule.
   */
  readonly kind: string;
  /**
   * Name of the outside object. Absent for a collection.
   */
  readonly name?: string;
  /**
   * Number of members of a collection. Absent for a named object.
   */
  readonly count?: number;
  /**
   * Hash of what was last read there, or of the members of a collection.
   */
  readonly hash?: string;
  /**
   * Hash of what was last applied, while Pending of what was announced. The spec wants something else now - a change; the same but the outside differs - drift.
   */
  readonly desiredHash?: string;
  /**
   * Pending (create or adoption announced, not yet read back), Applied (made by the operator), Adopted (was there before and was taken over), Removing (removal announced, not yet read back) or Released (was adopted, is not wanted now and was left where it stands; not the operator's meanwhile, and adopted again when it is wanted again).
   */
  readonly state: "Pending" | "Applied" | "Adopted" | "Removing" | "Released";
  /**
   * With state Removing, the object was there before and had been taken over; with Pending, it was there before and is being taken over.
   */
  readonly adopted?: boolean;
  /**
   * Members of a collection, where they are few. A collection that has neither members nor memberBits is all that is held and in no other collection of the same name and target.
   */
  readonly members?: readonly string[];
  /**
   * Members of a collection, where they are many - for each pattern that is held, in sorted order, one bit that says whether it is one, the first in the lowest bit of the first byte; base64.
   */
  readonly memberBits?: string;
  /**
   * Values from before the first write, as JSON text; put back at removal only where the current value is still the one we wrote.
   */
  readonly before?: string;
  /**
   * Owner mark written into the outside object, trunkline:<installation>/<namespace>/<kind>/<name>.
   */
  readonly marker?: string;
}

/**
 * Write that may still be under way, recorded before it is sent. A new leader that finds one writes to the same target only after the deadline and a fresh read.
 */
export interface OpenMark {
  /**
   * Identity of the replica that sent the write.
   */
  readonly holder: string;
  /**
   * Tenant id, or namespace/name of the SBCDevice.
   */
  readonly target?: string;
  /**
   * Hash of what was sent.
   */
  readonly hash: string;
  /**
   * When the write is over at the latest (RFC 3339, UTC).
   */
  readonly deadline: string;
}

/**
 * A read that misses so much of what we own that nothing is written for this target until it is confirmed (condition reason ObservationSuspect). Confirm by annotation trunkline.dev/approve with the hash.
 */
export interface SuspectObservation {
  /**
   * The value to put into annotation trunkline.dev/approve.
   */
  readonly hash: string;
  /**
   * When the read was first suspect (RFC 3339, UTC).
   */
  readonly since: string;
  /**
   * Kind of outside object that is missing.
   */
  readonly kind?: string;
  /**
   * Number of objects of this kind that we own there.
   */
  readonly owned?: number;
  /**
   * Number of those that the read did not show.
   */
  readonly missing?: number;
}

/**
 * The client secret.
 */
export interface SecretKeyRef {
  /**
   * Name of the Secret, in the namespace of this object.
   */
  readonly name: string;
  /**
   * Key inside the Secret.
   */
  readonly key: string;
}

/**
 * Secret of type kubernetes.io/tls with the certificate and key of the app registration.
 */
export interface SecretRef {
  /**
   * Name of the Secret, in the namespace of this object.
   */
  readonly name: string;
}

export interface ChangeWindow {
  /**
   * Start of the window, five cron fields (minute hour day month weekday).
   */
  readonly cron: string;
  /**
   * Length of the window, Go style, 5m to 168h, for example 4h or 90m.
   */
  readonly duration: string;
  /**
   * IANA time zone of cron, for example Europe/Zurich. Absent means UTC.
   */
  readonly timeZone?: string;
  /**
   * All, or Structural (everything but number rules, assignments and grants). Absent means Structural.
   */
  readonly appliesTo?: "All" | "Structural";
}

/**
 * Names of Teams policies to grant. A field left out leaves that policy as it is; policies named Global are never granted or changed.
 */
export interface UserPolicies {
  /**
   * Online voice routing policy. Absent means the one of the site (built-in class Unrestricted) or the default calling class.
   */
  readonly voiceRouting?: string;
  /**
   * Teams calling policy.
   */
  readonly calling?: string;
  /**
   * Caller id policy (calling line identity).
   */
  readonly callerId?: string;
  /**
   * Tenant dial plan.
   */
  readonly dialPlan?: string;
  /**
   * Emergency call routing policy.
   */
  readonly emergency?: string;
}

/**
 * What users of this customer get unless their site or assignment says otherwise.
 */
export interface VoiceDefaults {
  /**
   * Tenant dial plan that users get. Absent means that none is granted.
   */
  readonly dialPlan?: string;
  /**
   * Caller id policy that users get. Absent means that none is granted.
   */
  readonly callerId?: string;
  /**
   * Calling class that users get. Absent means the built-in class Unrestricted.
   */
  readonly callingClass?: string;
  /**
   * Teams calling policy that users get. Absent means that none is granted.
   */
  readonly callingPolicy?: string;
}

export interface SecretVariable {
  /**
   * Name of the variable.
   */
  readonly variable: string;
  /**
   * Where the value stands.
   */
  readonly secretRef: SecretKeyRef;
}

/**
 * The Customer that this site belongs to, in the same namespace. Immutable.
 */
export interface ObjectRef {
  /**
   * Name of the object.
   */
  readonly name: string;
}

export interface Peer {
  /**
   * Host name or IP address.
   */
  readonly host: string;
  /**
   * Port, 1 to 65535. Absent means 5061 for TLS, else 5060.
   */
  readonly port?: number;
  /**
   * Transport of SIP. Absent means UDP.
   */
  readonly transport?: "UDP" | "TCP" | "TLS";
  /**
   * 0 (first) to 65535. Absent means 0.
   */
  readonly priority?: number;
  /**
   * Share among peers of the same priority, 0 to 65535. Absent means 0.
   */
  readonly weight?: number;
}

export interface NetworkSubnet {
  /**
   * Network address, IPv4 or IPv6.
   */
  readonly subnet: string;
  /**
   * Length of the network mask, 0 to 32 for IPv4, 0 to 128 for IPv6.
   */
  readonly maskBits: number;
}

export interface LabelSelectorRequirement {
  /**
   * Label key.
   */
  readonly key: string;
  /**
   * How key and values relate.
   */
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /**
   * Values for In and NotIn.
   */
  readonly values?: readonly string[];
}

/**
 * Labels of the SBCDevices that take over. They must grant the sites' namespaces.
 */
export interface LabelSelector {
  /**
   * Labels that must all be there with these values.
   */
  readonly matchLabels?: {
    readonly [k: string]: string;
  };
  /**
   * Further requirements; all must hold.
   */
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/**
 * A range whose patterns this one takes over, if that one names this one in releaseTo.
 */
export interface RangeRef {
  /**
   * Name of the NumberRange.
   */
  readonly name: string;
  /**
   * Namespace of the NumberRange. Absent means this one.
   */
  readonly namespace?: string;
}

/**
 * What the operator may change outside. Enforce applies the spec and corrects drift; Report applies spec changes but only reports drift; Approve applies only the plan whose hash is in annotation trunkline.dev/approve; Observe never writes. Absent means the installation's own setting (chart value defaults.changePolicy). Of a range, its site, its Customer and its device the most restrictive one holds (Observe, Approve, Report, Enforce).
 */
export type ChangePolicy = "Enforce" | "Report" | "Approve" | "Observe";

/**
 * What happens outside when this object is deleted. Cleanup removes what the footprint says is ours; Orphan leaves everything in place. Absent means Cleanup for what the operator made and Orphan for what it adopted.
 */
export type DeletionPolicy = "Cleanup" | "Orphan";

/**
 * Active, OutboundBarred (no outgoing calls) or Suspended (no calls), for fraud or non-payment. Emergency calls always pass. Absent means Active.
 */
export type ServiceState = "Active" | "OutboundBarred" | "Suspended";

/**
 * Service type. DirectRouting and OperatorConnect are managed; the others are accepted and reported as ServiceTypeNotManaged.
 */
export type ServiceType = "DirectRouting" | "OperatorConnect" | "DeviceManager" | "InteractionRecording";

/**
 * Licence of this service, Hosted* for DirectRouting and OC* for OperatorConnect. Essentials has no Microsoft part. Allowed changes: Essentials to Essentials Plus or Pro; for OC also Essentials Plus to Pro and back.
 */
export type LicenseType =
  "HostedEssentials" | "HostedEssentialsPlus" | "HostedPro" | "OCEssentials" | "OCEssentialsPlus" | "OCPro";

/**
 * AppRegistration (client credentials of an application in the customer's tenant), DelegatedToken (token of an administrator who signed in through an Invitation) or ProviderApp (the provider's own multi-tenant application). Password, a user name with its password, is always refused, with what to do instead.
 */
export type AuthenticationMethod = "AppRegistration" | "DelegatedToken" | "ProviderApp" | "Password";

/**
 * Microsoft cloud of the provider's tenant; the customers' must be the same. Absent means the installation's own.
 */
export type Cloud = "Public" | "USGovernment" | "USGovernmentDoD" | "China" | "Custom";

/**
 * Role of the device's dial plan (SBCDevice dialPlans) that the rules go into. Fixed from creation. Absent means operatorConnect for an OperatorConnect site, else tenants.
 */
export type DialPlanRole = "tenants" | "customers" | "registeredUsers" | "operatorConnect";

/**
 * User or ResourceAccount.
 */
export type PrincipalKind = "User" | "ResourceAccount";
