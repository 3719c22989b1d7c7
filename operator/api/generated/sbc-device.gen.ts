// Generated from crds/*.yaml by `npm run generate`. Do not edit.
import type { Condition } from '../meta.ts';
import type { ChangePolicy, ChangeWindow, Cloud, DeletionPolicy, DialPlanRole, DriftEntry, DriftTotals, FootprintEntry, LabelSelector, OpenMark, PendingPlan, SecretKeyRef, SecretRef, SuspectObservation, Task, Wait } from './shared.gen.ts';

/**
 * How the device is reached and what it serves.
 */
export interface SbcDeviceSpec {
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
   * Vendor of the device; decides the driver.
   */
  readonly vendor?: "AudioCodes";
  /**
   * Management address, host name or IP address with an optional port (default 443, without https 80). An IPv6 address stands in brackets. It is never published. One SBC has one SBCDevice: a second one with the same address and port is neither read nor written (AddressInUse); other namespaces use the first one by its allowedNamespaces.
   */
  readonly address: string;
  /**
   * FQDN of the device towards Microsoft. Needed once a site uses the device.
   */
  readonly fqdn?: string;
  /**
   * Public addresses in front of the device, for information and checks.
   */
  readonly natAddresses?: readonly string[];
  /**
   * Whether management runs over HTTPS. false sends the password in clear and is shown as InsecureTransport.
   */
  readonly https?: boolean;
  readonly tls?: SbcDeviceTls;
  /**
   * Secret with keys username and password of a management user.
   */
  readonly credentialsSecretRef: SecretRef;
  /**
   * Nobody may write to the device, not even to remove what is ours; it is only read. Absent means false.
   */
  readonly locked?: boolean;
  /**
   * The device takes no new site; sites that use it go on. Absent means false.
   */
  readonly cordoned?: boolean;
  readonly drain?: SbcDeviceDrain;
  readonly allowedNamespaces?: SbcDeviceAllowedNamespaces;
  /**
   * Base domains in the provider's own tenant under which customers' trunks are derived, each with an enabled PSTN gateway of exactly that name.
   */
  readonly carrierTrunks?: readonly SbcDeviceCarrierTrunk[];
  readonly teams?: SbcDeviceTeams;
  /**
   * Carriers behind the device, by name, for configuration SipTrunk.
   */
  readonly carriers?: readonly SbcDeviceCarrier[];
  readonly limits?: SbcDeviceLimits;
  readonly dialPlans?: SbcDeviceDialPlans;
  /**
   * Tags that ranges may use besides the derived ones.
   */
  readonly extraTags?: readonly string[];
  /**
   * Number or one range, reserved for round-trip tests, for example +4144555019[0-9].
   */
  readonly testPrefix?: string;
  /**
   * Whether another person's unsaved changes may be saved together with ours. Otherwise they stop all writes (ForeignUnsavedChanges), and so does firmware that does not tell of any (7.20: UnsavedChangesUnknown). Absent means false.
   */
  readonly saveForeign?: boolean;
  /**
   * When changes may be made outside. Absent or empty means at any time. A change outside of every window waits with reason OutsideChangeWindow and says until when; barring and restoring service never wait.
   */
  readonly changeWindows?: readonly ChangeWindow[];
  /**
   * How often the device is looked at, Go style duration of 30s to 24h; a look comes up to a tenth later, never sooner. Absent means 5m.
   */
  readonly verifyInterval?: string;
}
/**
 * What the device's management certificate is checked against. Absent means the operator's own list of authorities. With both fields both must hold.
 */
export interface SbcDeviceTls {
  /**
   * PEM file of the authority that signed the certificate.
   */
  readonly caSecretRef?: SecretKeyRef;
  /**
   * SHA-256 fingerprint of the certificate, 64 hexadecimal digits, colons allowed.
   */
  readonly fingerprint?: string;
}
/**
 * Moves the sites of this device to others, in waves, without editing them. Lifting it moves them back.
 */
export interface SbcDeviceDrain {
  /**
   * Whether the drain is on. Absent means false.
   */
  readonly enabled?: boolean;
  /**
   * Labels of the SBCDevices that take over. They must grant the sites' namespaces.
   */
  readonly targetSelector?: LabelSelector;
  /**
   * How many sites move at once, 1 to 100. Absent means 5.
   */
  readonly maxParallel?: number;
  /**
   * Set once the provider's core sends incoming calls to the targets; only then the old trunks are let go.
   */
  readonly ingressMoved?: boolean;
}
/**
 * Namespaces whose sites may use the device. Withdrawal stops new writes and removes nothing. Absent means Same.
 */
export interface SbcDeviceAllowedNamespaces {
  /**
   * Same (the device's own namespace), All, or Selector.
   */
  readonly from: "Same" | "All" | "Selector";
  /**
   * Labels of the namespaces, for from Selector.
   */
  readonly selector?: LabelSelector;
}
export interface SbcDeviceCarrierTrunk {
  /**
   * The base domain, for example sbc1.voice.example.net.
   */
  readonly fqdn: string;
  /**
   * Microsoft cloud of the provider's tenant; the customers' must be the same. Absent means the installation's own.
   */
  readonly cloud?: Cloud;
  /**
   * Directory id (GUID) of the provider's tenant.
   */
  readonly tenantId?: string;
  /**
   * Secret with keys clientId and clientSecret, or clientId, tls.crt and tls.key, of an app registration in the provider's tenant that may read domains and gateways.
   */
  readonly authenticationSecretRef?: SecretRef;
  /**
   * TLS port that the gateway must have. Absent means 5061.
   */
  readonly sipSignalingPort?: number;
  /**
   * Whether the gateway has media bypass. Absent means false.
   */
  readonly mediaBypass?: boolean;
  /**
   * Whether the gateway passes the location of emergency callers. Absent means false.
   */
  readonly pidfLo?: boolean;
  /**
   * Verify (read the provider's tenant) or Declared (believe this file; shown as unproven). Absent means Declared. The provider's tenant is never written.
   */
  readonly mode?: "Verify" | "Declared";
}
/**
 * Objects of the device that form the leg to Microsoft Teams, by name.
 */
export interface SbcDeviceTeams {
  /**
   * SIP interface.
   */
  readonly sipInterface?: string;
  /**
   * IP group.
   */
  readonly ipGroup?: string;
  /**
   * Proxy set.
   */
  readonly proxySet?: string;
  /**
   * TLS context whose certificate covers the carrier trunks and one label below each.
   */
  readonly tlsContext?: string;
  /**
   * Public IP addresses of the leg; these are published in DNS for every trunk. Taken out, the records stay as they were published.
   */
  readonly publicAddresses?: readonly string[];
}
export interface SbcDeviceCarrier {
  /**
   * Name that sites use.
   */
  readonly name: string;
  /**
   * IP group on the device.
   */
  readonly ipGroup: string;
  /**
   * Country or region that the carrier serves.
   */
  readonly region?: string;
}
/**
 * Limits of the device. What would exceed them is refused before it is written. Absent means those of the model, where known.
 */
export interface SbcDeviceLimits {
  /**
   * Dial-plan rules on the whole device.
   */
  readonly dialPlanRules?: number;
  /**
   * IP groups on the device.
   */
  readonly ipGroups?: number;
  /**
   * Longest tag of a dial-plan rule, in characters. Every trunk's FQDN must fit.
   */
  readonly tagLength?: number;
}
/**
 * Names of the device's dial plans by the role that they play. A role left out is not served by the device.
 */
export interface SbcDeviceDialPlans {
  /**
   * Plan that tells customers' numbers apart (rule tag is the trunk's FQDN).
   */
  readonly tenants?: string;
  /**
   * Plan of numbers by customer (rule tag is the trunk's FQDN).
   */
  readonly customers?: string;
  /**
   * Plan of extensions and numbers in pairs (rule tag is the counterpart).
   */
  readonly registeredUsers?: string;
  /**
   * Plan of Operator Connect numbers (rule tag is the tenant id).
   */
  readonly operatorConnect?: string;
}

/**
 * What the operator sees. Written by the operator alone.
 */
export interface SbcDeviceStatus {
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
   * OK, Warning or Error, rolled up from alarms, connection, administration, control, media and licence.
   */
  readonly indicator?: "OK" | "Warning" | "Error" | "Unknown";
  /**
   * What makes it Warning or Error, CamelCase.
   */
  readonly indicatorReasons?: readonly string[];
  /**
   * Where the SBC was reached, host:port in normal form. It belongs to this object: another SBCDevice with it is Connected=False/AddressInUse.
   */
  readonly address?: string;
  /**
   * Software version.
   */
  readonly version?: string;
  /**
   * Serial number.
   */
  readonly serialNumber?: string;
  /**
   * Product.
   */
  readonly productType?: string;
  readonly dialect?: SbcDeviceStatusDialect;
  readonly alarms?: SbcDeviceStatusAlarms;
  readonly license?: SbcDeviceStatusLicense;
  readonly ha?: SbcDeviceStatusHa;
  /**
   * Whether the device has changes that a restart would lose.
   */
  readonly saveNeeded?: boolean;
  /**
   * Whether changes wait for a restart.
   */
  readonly resetNeeded?: boolean;
  /**
   * When the operator last saved the device's configuration (RFC 3339, UTC).
   */
  readonly lastSave?: string;
  /**
   * When the device's configuration was last read for a change (RFC 3339, UTC).
   */
  readonly lastReadTime?: string;
  /**
   * State of the carrier trunks. Sites wait for their own.
   */
  readonly carrierTrunks?: readonly SbcDeviceStatusCarrierTrunk[];
  /**
   * The dial plans of spec as found on the device.
   */
  readonly dialPlans?: readonly SbcDeviceStatusDialPlan[];
  /**
   * Sites that use the device.
   */
  readonly sitesCount?: number;
  /**
   * Dial-plan rules on the device, also those that Trunkline did not make.
   */
  readonly prefixesCount?: number;
  /**
   * Registered SIP users. Absent if the device does not say.
   */
  readonly sipUsersCount?: number;
}
/**
 * How the device itself writes its CLI, learned from its own script. A table that is not seen is not written.
 */
export interface SbcDeviceStatusDialect {
  /**
   * Short name of the dialect.
   */
  readonly name: string;
  /**
   * When it was learned (RFC 3339, UTC).
   */
  readonly learnedAt?: string;
  /**
   * Spelling by table.
   */
  readonly tables?: {
    readonly [k: string]: SbcDeviceStatusDialectTable;
  };
}
export interface SbcDeviceStatusDialectTable {
  /**
   * Context path of a row, the index and key as place holders.
   */
  readonly path: string;
  /**
   * Table that the row is nested in. Absent if none.
   */
  readonly parent?: string;
  /**
   * CLI parameter that names a row.
   */
  readonly key?: string;
  /**
   * CLI parameter of each column.
   */
  readonly columns?: {
    readonly [k: string]: string;
  };
}
/**
 * Active alarms by severity.
 */
export interface SbcDeviceStatusAlarms {
  /**
   * All active alarms, also those in none of the four counts below; of very many, the first 1,000.
   */
  readonly total?: number;
  /**
   * Critical ones.
   */
  readonly critical?: number;
  /**
   * Major ones.
   */
  readonly major?: number;
  /**
   * Minor ones.
   */
  readonly minor?: number;
  /**
   * Warnings.
   */
  readonly warning?: number;
  /**
   * Those whose severity is indeterminate, or not read because there are too many. Absent means none.
   */
  readonly unrated?: number;
  /**
   * There are more than the 200 alarms whose severity is read in one look; the counts by severity leave out the others.
   */
  readonly truncated?: boolean;
}
/**
 * Licence of the device.
 */
export interface SbcDeviceStatusLicense {
  /**
   * State, CamelCase, for example Licensed, Unmanaged or Expired.
   */
  readonly state?: string;
  /**
   * Licensed concurrent sessions.
   */
  readonly sbcSessions?: number;
  /**
   * When it expires (RFC 3339, UTC). Absent if it does not or if unknown.
   */
  readonly expiresAt?: string;
  /**
   * Licensed features and their figures, as the device prints them.
   */
  readonly features?: {
    readonly [k: string]: string;
  };
}
/**
 * High availability.
 */
export interface SbcDeviceStatusHa {
  /**
   * State, CamelCase, for example Standalone, Operational or Synchronizing.
   */
  readonly state?: string;
  /**
   * Serial number or name of the active unit.
   */
  readonly activeUnit?: string;
}
export interface SbcDeviceStatusCarrierTrunk {
  /**
   * The base domain.
   */
  readonly fqdn: string;
  /**
   * Verify or Declared.
   */
  readonly mode: "Verify" | "Declared";
  /**
   * Whether sites may use it.
   */
  readonly ready: boolean;
  /**
   * Why, CamelCase.
   */
  readonly reason?: string;
  /**
   * One sentence that says what to do.
   */
  readonly message?: string;
}
export interface SbcDeviceStatusDialPlan {
  /**
   * Role of the plan.
   */
  readonly role: DialPlanRole;
  /**
   * Name of the plan.
   */
  readonly name: string;
  /**
   * Whether the device has it.
   */
  readonly present: boolean;
  /**
   * Rules in it, also foreign ones.
   */
  readonly rules?: number;
}
