// Generated from crds/*.yaml by `npm run generate`. Do not edit.
import type { Condition } from '../meta.ts';
import type { ChangePolicy, DeletionPolicy, DialPlanRole, DriftEntry, DriftTotals, FootprintEntry, ObjectRef, OpenMark, PendingPlan, PrincipalKind, RangeRef, Task, UserPolicies, Wait } from './shared.gen.ts';

/**
 * Which numbers there are and who has them.
 */
export interface NumberRangeSpec {
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
   * The SiteLocation of the same Customer, in the same namespace. Immutable.
   */
  readonly siteRef: ObjectRef;
  /**
   * The numbers, one pattern an item, at most 1,000. A pattern is a number, +4455896552, or a number with one range of equal width at its end, +44587996[01-20]. Each stands for itself and all longer numbers. Exactly one of prefixes and prefixesFrom.
   */
  readonly prefixes?: readonly string[];
  readonly prefixesFrom?: NumberRangePrefixesFrom;
  /**
   * Role of the device's dial plan (SBCDevice dialPlans) that the rules go into. Fixed from creation. Absent means operatorConnect for an OperatorConnect site, else tenants.
   */
  readonly dialPlan?: DialPlanRole;
  /**
   * Tag of the rules. Absent means the derived one (operatorConnect - tenant id, registeredUsers - the counterpart, else each trunk's FQDN). Set, it must be one of extraTags of every trunk's device or the derived value of a site with one trunk.
   */
  readonly tag?: string;
  /**
   * What the numbers are for. User, Service (resource accounts), Unassigned (with a treatment), Reserved (given to nobody) or Extension (internal extensions). Absent means User.
   */
  readonly usage?: "User" | "Service" | "Unassigned" | "Reserved" | "Extension";
  /**
   * Usage of the numbers at upload to Operator Connect, for example CallingUserAssignment, ConferenceAssignment or FirstPartyAppAssignment.
   */
  readonly operatorConnectUsage?: string;
  /**
   * Whether the provider or the customer brings the numbers. Customer-owned patterns need at least 7 digits before a bracket and may not capture other customers' numbers. Immutable. Absent means Provider.
   */
  readonly owner?: "Provider" | "Customer";
  /**
   * Who has which number, at most 500.
   */
  readonly assignments?: readonly NumberRangeAssignment[];
  readonly autoAssign?: NumberRangeAutoAssign;
  readonly treatment?: NumberRangeTreatment;
  /**
   * Numbers that nobody gets for the time being.
   */
  readonly reservations?: readonly NumberRangeReservation[];
  /**
   * A range whose patterns this one takes over, if that one names this one in releaseTo.
   */
  readonly replaces?: RangeRef;
  /**
   * The range that may take over the patterns of this one.
   */
  readonly releaseTo?: RangeRef;
  readonly cutover?: NumberRangeCutover;
}
/**
 * A ConfigMap in the same namespace with one pattern a line, at most 10,000. Exactly one of prefixes and prefixesFrom.
 */
export interface NumberRangePrefixesFrom {
  /**
   * Name of the object.
   */
  readonly name: string;
  /**
   * Key inside the ConfigMap.
   */
  readonly key: string;
}
export interface NumberRangeAssignment {
  /**
   * User or ResourceAccount.
   */
  readonly kind: PrincipalKind;
  /**
   * User principal name or object id in the customer's tenant.
   */
  readonly principal: string;
  /**
   * A number of this range, E.164 with plus sign.
   */
  readonly number?: string;
  /**
   * Extension, digits only; becomes ;ext= of the line URI.
   */
  readonly extension?: string;
  /**
   * Names of Teams policies to grant. A field left out leaves that policy as it is; policies named Global are never granted or changed.
   */
  readonly policies?: UserPolicies;
  /**
   * Whether the user has voicemail. Needs forwarding. Absent means that the calling policy is left as it is.
   */
  readonly voicemail?: boolean;
  /**
   * Whether the user may forward calls. Absent means that the calling policy is left as it is.
   */
  readonly forwarding?: boolean;
  /**
   * Where music on hold comes from, Teams or the provider (External). Absent means Teams.
   */
  readonly musicOnHold?: "Teams" | "External";
  /**
   * Takes number and policies away from the user. Absent means false.
   */
  readonly clear?: boolean;
  /**
   * Replaces a policy that the customer granted directly; it is remembered and put back later. Absent means false, and such a policy is reported as PolicyHeldByCustomer.
   */
  readonly takeOver?: boolean;
}
/**
 * Gives free numbers of the range to members of a group who have none.
 */
export interface NumberRangeAutoAssign {
  /**
   * Object id of the Microsoft 365 group.
   */
  readonly group: string;
}
/**
 * What callers of unassigned numbers hear (usage Unassigned).
 */
export interface NumberRangeTreatment {
  /**
   * Announcement (an audio file of the tenant) or Redirect (another number or account).
   */
  readonly type: "Announcement" | "Redirect";
  /**
   * The announcement, number or account.
   */
  readonly target: string;
}
export interface NumberRangeReservation {
  /**
   * The number, E.164 with plus sign.
   */
  readonly number: string;
  /**
   * Until when (RFC 3339). Absent means without end.
   */
  readonly until?: string;
  /**
   * Why.
   */
  readonly note?: string;
}
/**
 * When and from where the numbers are ported.
 */
export interface NumberRangeCutover {
  /**
   * Where the numbers are now.
   */
  readonly from: "None" | "CallingPlan" | "OperatorConnect" | "OtherCarrier" | "ThisProvider";
  /**
   * Earliest time of the cutover (RFC 3339). Until then everything is staged.
   */
  readonly notBefore?: string;
  /**
   * Latest time at which a cutover is begun (RFC 3339).
   */
  readonly notAfter?: string;
  /**
   * Manual (annotation trunkline.dev/cutover) or At (by itself at notBefore). Absent means Manual.
   */
  readonly trigger?: "Manual" | "At";
}

/**
 * What the operator sees and does. Written by the operator alone.
 */
export interface NumberRangeStatus {
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
   * Directory id of the tenant that the numbers were registered with. Clean-up uses this one.
   */
  readonly tenantId?: string;
  /**
   * Patterns granted to this range, in normal form; a granted one is kept against any newcomer. With prefixesFrom they stand in the ConfigMap named by heldIn.
   */
  readonly held?: readonly string[];
  readonly heldIn?: NumberRangeStatusHeldIn;
  /**
   * Patterns that somebody else holds or that are not valid, the first 100.
   */
  readonly refused?: readonly NumberRangeStatusRefused[];
  /**
   * Number of all refused patterns.
   */
  readonly refusedTotal?: number;
  /**
   * Patterns of other ranges that are longer than one of ours and win over it, or shorter, the first 50; of those in other namespaces only that there is one.
   */
  readonly captures?: readonly string[];
  readonly adoption?: NumberRangeStatusAdoption;
  readonly confirmation?: NumberRangeStatusConfirmation;
  /**
   * Where the rules stand; kept for clean-up.
   */
  readonly trunks?: readonly NumberRangeStatusTrunk[];
  /**
   * Assignments that were carried out.
   */
  readonly assigned?: readonly NumberRangeStatusAssigned[];
  /**
   * Assignments that cannot be carried out, the first 100.
   */
  readonly unassignable?: readonly NumberRangeStatusUnassignable[];
  readonly counts?: NumberRangeStatusCounts;
  readonly cutover?: NumberRangeStatusCutover;
}
/**
 * ConfigMap of ours that holds the patterns granted, with prefixesFrom.
 */
export interface NumberRangeStatusHeldIn {
  /**
   * Name of the ConfigMap.
   */
  readonly name: string;
  /**
   * Number of patterns.
   */
  readonly count?: number;
  /**
   * Hash of the patterns.
   */
  readonly hash?: string;
}
export interface NumberRangeStatusRefused {
  /**
   * The pattern.
   */
  readonly pattern: string;
  /**
   * Why, CamelCase, for example PatternHeld.
   */
  readonly reason: string;
  /**
   * One sentence that says who holds it, as far as may be told, and what to do.
   */
  readonly message?: string;
}
/**
 * What annotation trunkline.dev/adopt has brought about.
 */
export interface NumberRangeStatusAdoption {
  /**
   * Words of the annotation that are used up and take over nothing more while they stand there; a name once its object is in place, "true" once everything is. One that is taken away counts anew when it is set again.
   */
  readonly used?: readonly string[];
}
/**
 * What has to be confirmed before something goes that people depend on. A word in annotation trunkline.dev/confirm-delete counts only if it was set after this was asked.
 */
export interface NumberRangeStatusConfirmation {
  /**
   * What the annotation must hold, each of them.
   */
  readonly wanted: readonly string[];
  /**
   * Hash of what the spec wants to keep; with another spec it is asked again.
   */
  readonly what?: string;
  /**
   * Words that stood in the annotation when they were asked for, and ever since; they confirm nothing until they were taken away.
   */
  readonly given?: readonly string[];
  /**
   * The same for the annotation of the site, where removing a trunk may be confirmed for all its ranges.
   */
  readonly givenOnSite?: readonly string[];
}
export interface NumberRangeStatusTrunk {
  /**
   * Name of the site's trunk.
   */
  readonly name: string;
  /**
   * Namespace/name of the SBCDevice.
   */
  readonly device: string;
  /**
   * FQDN of the trunk.
   */
  readonly fqdn?: string;
  /**
   * Dial plan of the device in which the rules stand. After a change the old one until a read shows all rules in the new one.
   */
  readonly dialPlan?: string;
  /**
   * Tag of the rules that stand there. After a change the old one until a read shows all rules with the new one.
   */
  readonly tag?: string;
  /**
   * Rules read back.
   */
  readonly rules?: number;
  /**
   * State of the rules on this device.
   */
  readonly state?: "Pending" | "Deployed" | "Failed" | "Removing" | "Unknown";
  /**
   * Why they are not deployed, CamelCase.
   */
  readonly reason?: string;
}
export interface NumberRangeStatusAssigned {
  /**
   * User or ResourceAccount.
   */
  readonly kind: PrincipalKind;
  /**
   * User principal name or object id.
   */
  readonly principal: string;
  /**
   * The number.
   */
  readonly number: string;
}
export interface NumberRangeStatusUnassignable {
  /**
   * User or ResourceAccount.
   */
  readonly kind?: PrincipalKind;
  /**
   * User principal name or object id.
   */
  readonly principal: string;
  /**
   * The number.
   */
  readonly number?: string;
  /**
   * Why, CamelCase, for example NoTeamsPhoneLicense.
   */
  readonly reason: string;
}
/**
 * How many numbers there are.
 */
export interface NumberRangeStatusCounts {
  /**
   * All numbers of the range.
   */
  readonly numbers?: number;
  /**
   * Numbers that somebody has. Absent while that cannot be read, and not counted in this release.
   */
  readonly assigned?: number;
  /**
   * Numbers that nobody has. Absent while that cannot be read, and not counted in this release.
   */
  readonly free?: number;
}
/**
 * State of the porting.
 */
export interface NumberRangeStatusCutover {
  /**
   * Staged, Waiting, CuttingOver, Done or Partial.
   */
  readonly state: "Staged" | "Waiting" | "CuttingOver" | "Done" | "Partial";
  /**
   * Numbers that are through.
   */
  readonly done?: number;
  /**
   * Numbers that failed and are tried again, the first 100.
   */
  readonly failed?: readonly NumberRangeStatusCutoverFailed[];
}
export interface NumberRangeStatusCutoverFailed {
  /**
   * The number.
   */
  readonly number: string;
  /**
   * Why, CamelCase.
   */
  readonly reason: string;
}
