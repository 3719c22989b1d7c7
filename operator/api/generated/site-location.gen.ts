// Generated from crds/*.yaml by `npm run generate`. Do not edit.
import type { Condition } from '../meta.ts';
import type { ChangePolicy, DeletionPolicy, DriftEntry, DriftTotals, FootprintEntry, NetworkSubnet, ObjectRef, OpenMark, Peer, PendingPlan, SecretRef, SecretVariable, ServiceState, ServiceType, Task, VoiceDefaults, Wait } from './shared.gen.ts';

/**
 * What this site should have.
 */
export interface SiteLocationSpec {
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
   * The Customer that this site belongs to, in the same namespace. Immutable.
   */
  readonly customerRef: ObjectRef;
  /**
   * Which service of the Customer the site belongs to. With OperatorConnect it has rules on its SBCs alone, no domain, routing or records; the other services are not managed (ServiceTypeNotManaged).
   */
  readonly service?: ServiceType;
  /**
   * Name of the site, 1 to 48 characters. Names in the tenant are derived from it (for example Unrestricted-<siteName>). Fixed from creation. Absent means the Customer's short name. Not allowed are \ / : * ? " < > | , dots and control characters.
   */
  readonly siteName?: string;
  /**
   * Country or region of the site, free text. Where carriers of the device name a region, the one with the same region is used.
   */
  readonly region?: string;
  /**
   * How the site's lines arrive at the provider. SipTrunk (the provider's own carrier), IpPbx (a telephone system of the customer) or Byoc (the customer's own carrier). Each needs its block of the same name. Immutable.
   */
  readonly configuration: "SipTrunk" | "IpPbx" | "Byoc";
  readonly sipTrunk?: SiteLocationSipTrunk;
  readonly ipPbx?: SiteLocationIpPbx;
  readonly byoc?: SiteLocationByoc;
  /**
   * 1 to 4 trunks. Trunks of the same priority share the calls; those of the next priority take over when all of them are lost. Number rules go to every trunk's device.
   */
  readonly trunks: readonly SiteLocationTrunk[];
  readonly dns?: SiteLocationDns;
  readonly gateway?: SiteLocationGateway;
  readonly m365?: SiteLocationM365;
  readonly locationBasedRouting?: SiteLocationLocationBasedRouting;
  readonly emergency?: SiteLocationEmergency;
  readonly sbc?: SiteLocationSbc;
  readonly activation?: SiteLocationActivation;
  readonly voice?: SiteLocationVoice;
  /**
   * Active, OutboundBarred (no outgoing calls) or Suspended (no calls) for this site. Emergency calls always pass. Absent means Active; the Customer's stricter state wins.
   */
  readonly serviceState?: ServiceState;
}
/**
 * Block for configuration SipTrunk.
 */
export interface SiteLocationSipTrunk {
  /**
   * Name of an entry of carriers[] of the trunk's SBCDevice.
   */
  readonly carrier: string;
  /**
   * Strict - the caller number of outgoing calls must lie in one of the customer's ranges, else it becomes mainNumber. Absent means None.
   */
  readonly screening?: "Strict" | "None";
  /**
   * Main number of the site in E.164 form with plus sign.
   */
  readonly mainNumber?: string;
}
/**
 * Block for configuration IpPbx.
 */
export interface SiteLocationIpPbx {
  /**
   * Where calls are sent to, in the order of priority.
   */
  readonly peers?: readonly Peer[];
  /**
   * Whether peers are watched by SIP OPTIONS. Absent means true.
   */
  readonly keepAlive?: boolean;
  /**
   * Name of the SIP interface on the SBC. Absent means the one of the template.
   */
  readonly sipInterface?: string;
  /**
   * Name of the media realm on the SBC. Absent means the one of the template.
   */
  readonly mediaRealm?: string;
  /**
   * Name of the IP profile on the SBC. Absent means the one of the template.
   */
  readonly ipProfile?: string;
  /**
   * Digits by which internal extensions begin that are sent to the telephone system.
   */
  readonly extensionPrefixes?: readonly string[];
  readonly registration?: SiteLocationIpPbxRegistration;
}
/**
 * The telephone system registers with the SBC.
 */
export interface SiteLocationIpPbxRegistration {
  /**
   * Secret with keys username and password.
   */
  readonly credentialsSecretRef: SecretRef;
  /**
   * Host name that the telephone system uses in its registration.
   */
  readonly hostName?: string;
}
/**
 * Block for configuration Byoc.
 */
export interface SiteLocationByoc {
  /**
   * Where calls are sent to, in the order of priority.
   */
  readonly peers: readonly Peer[];
  /**
   * Whether peers are watched by SIP OPTIONS. Absent means true.
   */
  readonly keepAlive?: boolean;
  /**
   * Name of the SIP interface on the SBC. Absent means the one of the template.
   */
  readonly sipInterface?: string;
  /**
   * Name of the media realm on the SBC. Absent means the one of the template.
   */
  readonly mediaRealm?: string;
  /**
   * Name of the IP profile on the SBC. Absent means the one of the template.
   */
  readonly ipProfile?: string;
  readonly account?: SiteLocationByocAccount;
}
/**
 * Account with the customer's carrier.
 */
export interface SiteLocationByocAccount {
  /**
   * Secret with keys username and password.
   */
  readonly credentialsSecretRef: SecretRef;
  /**
   * Main line (user part) of the account.
   */
  readonly mainLine?: string;
  /**
   * Host name of the account.
   */
  readonly hostName?: string;
  /**
   * Whether the SBC registers with the carrier. Absent means false.
   */
  readonly register?: boolean;
}
export interface SiteLocationTrunk {
  /**
   * Name of the trunk, unique in this site.
   */
  readonly name: string;
  readonly sbcRef: SiteLocationTrunkSbcRef;
  /**
   * Base domain of the trunk, one of carrierTrunks[].fqdn of the device; the trunk's FQDN is label.carrierTrunk. Fixed from creation.
   */
  readonly carrierTrunk?: string;
  /**
   * The one DNS label in front of carrierTrunk, lower case. Absent means siteName in lower case, if that is a DNS label. Fixed from creation.
   */
  readonly label?: string;
  /**
   * FQDN of a registered gateway (gateway.model Registered only), at most 48 characters. Fixed from creation.
   */
  readonly fqdn?: string;
  /**
   * 1 (first) to 9. Trunks of one priority share a voice route; each further one has a route of its own, tried after. Absent means 1.
   */
  readonly priority?: number;
  /**
   * Active (carries calls, must be up), Draining (hands new outgoing calls over to the Active trunks; without one it keeps them) or Standby (prepared, carries none). Absent means Active.
   */
  readonly state?: "Active" | "Draining" | "Standby";
  /**
   * Set on a trunk that was added for a move, once the provider's core sends incoming calls to it; only then the old trunk is let go.
   */
  readonly ingressMoved?: boolean;
}
/**
 * The SBCDevice. Another namespace's device must grant this one by allowedNamespaces. With another one the trunk moves there: the rules of every range first, then the address record, then the old rules go.
 */
export interface SiteLocationTrunkSbcRef {
  /**
   * Name of the object.
   */
  readonly name: string;
  /**
   * Namespace of the SBCDevice. Absent means this one.
   */
  readonly namespace?: string;
}
/**
 * How the DNS records of the trunks come about.
 */
export interface SiteLocationDns {
  /**
   * ExternalDNS (a DNSEndpoint object for external-dns) or Manual (the records to make stand in status.dns.required). Absent means ExternalDNS. Changed to Manual where people have the policy, the published records stay until <name>/dns is confirmed.
   */
  readonly mode?: "ExternalDNS" | "Manual";
}
/**
 * What kind of PSTN gateway the site uses in the tenant.
 */
export interface SiteLocationGateway {
  /**
   * DerivedTrunk (the tenant derives the gateway from the provider's carrier trunk) or Registered (a gateway of the tenant's own). Fixed from creation. Absent means DerivedTrunk.
   */
  readonly model?: "DerivedTrunk" | "Registered";
  /**
   * TLS port for SIP, 1 to 65535. Registered only.
   */
  readonly sipSignalingPort?: number;
  /**
   * Concurrent calls above which Microsoft reports the gateway as overloaded. Registered only.
   */
  readonly maxConcurrentSessions?: number;
  /**
   * Whether P-Asserted-Identity is passed on. Registered only. Absent means false.
   */
  readonly forwardPai?: boolean;
  /**
   * Whether call history headers are passed on. Registered only. Absent means false.
   */
  readonly forwardCallHistory?: boolean;
  /**
   * Whether media may flow directly between client and SBC. Registered only. Absent means false.
   */
  readonly mediaBypass?: boolean;
}
/**
 * The site's part in the customer's tenant.
 */
export interface SiteLocationM365 {
  /**
   * Whether the operator makes usage, voice routes and routing policy for this site. false leaves the tenant alone. Absent means true.
   */
  readonly defaultRouting?: boolean;
  /**
   * Name of a template (built-in, or a ConfigMap labelled trunkline.dev/template in the operator's namespace). Absent means the built-in one for this configuration.
   */
  readonly template?: string;
  /**
   * Values of the variables that the template declares (at most 64, 1,024 characters each). A missing or unknown variable is reported in Accepted. Secret values come by variablesFrom.
   */
  readonly variables?: {
    readonly [k: string]: string;
  };
  /**
   * Template variables that are secret.
   */
  readonly variablesFrom?: readonly SecretVariable[];
}
/**
 * Location-Based Routing (no toll bypass), in phases. Needs gateway.model Registered.
 */
export interface SiteLocationLocationBasedRouting {
  /**
   * Prepare (networks, flags off), Pilot (calling policy for pilotUsers) or Enforce (flags on, once every user with a number there has the policy).
   */
  readonly phase: "Prepare" | "Pilot" | "Enforce";
  /**
   * Network region in Teams. Absent means one named after the site's domain.
   */
  readonly region?: string;
  /**
   * Network site in Teams. Absent means one named after the site.
   */
  readonly networkSite?: string;
  /**
   * Inside networks of the site.
   */
  readonly networks: readonly NetworkSubnet[];
  /**
   * Public addresses by which the site reaches the internet.
   */
  readonly trustedIPs?: readonly NetworkSubnet[];
  /**
   * Whether the gateway lets users of this site call although they are elsewhere. Absent means false.
   */
  readonly gatewayUserOverride?: boolean;
  /**
   * GitWins (networks not in spec are drift) or TwoWay (networks added in Teams are shown in status and left alone). Absent means GitWins.
   */
  readonly networkOwnership?: "GitWins" | "TwoWay";
  /**
   * User principal names or object ids that phase Pilot covers.
   */
  readonly pilotUsers?: readonly string[];
}
/**
 * Emergency calls. Required with default routing.
 */
export interface SiteLocationEmergency {
  /**
   * Managed (the operator makes usage, route and policy) or CustomerManaged (the customer answers for it; status records who said so and when).
   */
  readonly mode: "Managed" | "CustomerManaged";
  /**
   * Two-letter country (ISO 3166-1 alpha-2, upper case) whose numbers these are.
   */
  readonly country?: string;
  /**
   * Emergency numbers.
   */
  readonly numbers?: readonly SiteLocationEmergencyNumber[];
  /**
   * Names of spec.trunks[] that carry emergency calls. Absent means all Active ones.
   */
  readonly trunks?: readonly string[];
  /**
   * Whether dynamic emergency calling (location of the caller) is used. Absent means false.
   */
  readonly enhanced?: boolean;
  /**
   * Test number of the emergency service, for example 933, digits only.
   */
  readonly testNumber?: string;
}
export interface SiteLocationEmergencyNumber {
  /**
   * Number that is sent to the SBC, digits only, for example 112. The plus form is added by the operator.
   */
  readonly dialString: string;
  /**
   * Numbers that users dial and that become dialString, digits only.
   */
  readonly dialMasks?: readonly string[];
}
/**
 * The site's part on the SBCs.
 */
export interface SiteLocationSbc {
  /**
   * Name of a template (built-in, or a ConfigMap labelled trunkline.dev/template in the operator's namespace). Absent means the built-in one for this configuration.
   */
  readonly template?: string;
  /**
   * Values of the variables that the template declares (at most 64, 1,024 characters each). A missing or unknown variable is reported in Accepted. Secret values come by variablesFrom.
   */
  readonly variables?: {
    readonly [k: string]: string;
  };
  /**
   * Template variables that are secret.
   */
  readonly variablesFrom?: readonly SecretVariable[];
  /**
   * SharedTags (all customers share one trunk group; rules in dial plans tell them apart) or OwnIpGroup (IP group and proxy set of the site's own). Absent means SharedTags.
   */
  readonly pattern?: "SharedTags" | "OwnIpGroup";
  /**
   * Name of the admission profile that limits calls. OwnIpGroup only.
   */
  readonly admissionProfile?: string;
  /**
   * Required (wait until the device's TeamsBaseline is proven) or Assumed (go on without proof; shown in TeamsBaseline). Absent means Required.
   */
  readonly baseline?: "Required" | "Assumed";
}
/**
 * The licensed user in the trunk's domain that makes Microsoft accept its routes. It stays as long as the domain.
 */
export interface SiteLocationActivation {
  /**
   * Part number of the product whose seat the user takes, one the tenant has. Absent means the first that fits.
   */
  readonly licenseSku?: string;
  /**
   * Two-letter country of use (ISO 3166-1 alpha-2, upper case). Absent means the tenant's country.
   */
  readonly usageLocation?: string;
  /**
   * User part of the user principal name. Absent means a derived one.
   */
  readonly userName?: string;
  /**
   * Test number of the provider that switches the user's voice on where no other way is left, E.164 with plus sign; taken back only while the route still reads back.
   */
  readonly voiceNumber?: string;
  /**
   * When the seat is given back - WhenAnotherUser (another voice user is in the domain), AfterRoute or Never. Absent means WhenAnotherUser.
   */
  readonly releaseLicense?: "WhenAnotherUser" | "AfterRoute" | "Never";
}
/**
 * What users of this site get, before the Customer's defaults.
 */
export interface SiteLocationVoice {
  /**
   * Defaults of this site. A field left out follows the Customer.
   */
  readonly defaults?: VoiceDefaults;
}

/**
 * What the operator sees and does. Written by the operator alone.
 */
export interface SiteLocationStatus {
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
   * Directory id of the tenant that the site was deployed to. Clean-up uses this one.
   */
  readonly tenantId?: string;
  /**
   * Name of the site in use, fixed at first use.
   */
  readonly siteName?: string;
  /**
   * Name of usage, route and policy of the built-in class in the tenant (Unrestricted-...), fixed at first use.
   */
  readonly usageName?: string;
  readonly adoption?: SiteLocationStatusAdoption;
  readonly confirmation?: SiteLocationStatusConfirmation;
  /**
   * Trunks that are up, of all, for example 1/2.
   */
  readonly trunksReady?: string;
  /**
   * The trunks as they are, also those that a drain added or that are being removed.
   */
  readonly trunks?: readonly SiteLocationStatusTrunk[];
  readonly dns?: SiteLocationStatusDns;
  readonly emergency?: SiteLocationStatusEmergency;
  readonly activation?: SiteLocationStatusActivation;
  readonly locationBasedRouting?: SiteLocationStatusLocationBasedRouting;
  /**
   * NumberRanges that name this site.
   */
  readonly rangesCount?: number;
}
/**
 * What annotation trunkline.dev/adopt has brought about.
 */
export interface SiteLocationStatusAdoption {
  /**
   * Words of the annotation that are used up and take over nothing more while they stand there; a name once its object is in place, "true" once everything is. One that is taken away counts anew when it is set again.
   */
  readonly used?: readonly string[];
}
/**
 * What has to be confirmed before something goes that people depend on. A word in annotation trunkline.dev/confirm-delete counts only if it was set after this was asked.
 */
export interface SiteLocationStatusConfirmation {
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
}
export interface SiteLocationStatusTrunk {
  /**
   * Name of the trunk.
   */
  readonly name: string;
  /**
   * FQDN granted to this trunk, fixed at first use.
   */
  readonly fqdn: string;
  /**
   * Base domain of the trunk. Absent with a registered gateway.
   */
  readonly carrierTrunk?: string;
  readonly sbcRef?: SiteLocationStatusTrunkSbcRef;
  /**
   * Priority in use.
   */
  readonly priority?: number;
  /**
   * State in use.
   */
  readonly state?: "Active" | "Draining" | "Standby" | "Removing";
  /**
   * Spec, or Drain for a trunk that a drain of a device added.
   */
  readonly origin?: "Spec" | "Drain";
  /**
   * State of the trunk's domain in the tenant.
   */
  readonly domain?: "NotApplicable" | "Missing" | "Unverified" | "Verified" | "Activated" | "Failed" | "Unknown";
  /**
   * State of the SBC part of this trunk.
   */
  readonly sbc?: "NotApplicable" | "Pending" | "Deployed" | "Failed" | "Removing" | "Unknown";
  /**
   * State of the Microsoft 365 part of this trunk.
   */
  readonly m365?: "NotApplicable" | "Pending" | "Deployed" | "Failed" | "Removing" | "Unknown";
  /**
   * Why the trunk is not up, CamelCase.
   */
  readonly reason?: string;
  /**
   * Name of the voice route that carries this trunk.
   */
  readonly routeName?: string;
  readonly inherited?: SiteLocationStatusTrunkInherited;
}
/**
 * The SBCDevice that the name leads to; while a trunk moves, the one before. Absent while that is not known. Kept for clean-up.
 */
export interface SiteLocationStatusTrunkSbcRef {
  /**
   * Name of the SBCDevice.
   */
  readonly name: string;
  /**
   * Namespace of the SBCDevice.
   */
  readonly namespace: string;
}
/**
 * Settings that a derived trunk takes over from its carrier trunk.
 */
export interface SiteLocationStatusTrunkInherited {
  /**
   * TLS port for SIP.
   */
  readonly sipSignalingPort?: number;
  /**
   * Limit of concurrent calls.
   */
  readonly maxConcurrentSessions?: number;
  /**
   * Whether P-Asserted-Identity is passed on.
   */
  readonly forwardPai?: boolean;
  /**
   * Whether call history headers are passed on.
   */
  readonly forwardCallHistory?: boolean;
  /**
   * Whether media bypass is on.
   */
  readonly mediaBypass?: boolean;
  /**
   * Whether the location of emergency callers is passed on.
   */
  readonly pidfLo?: boolean;
}
/**
 * State of the DNS records.
 */
export interface SiteLocationStatusDns {
  /**
   * Mode in use.
   */
  readonly mode?: "ExternalDNS" | "Manual";
  /**
   * Name of the DNSEndpoint object.
   */
  readonly endpointName?: string;
  /**
   * Records that must exist.
   */
  readonly required?: readonly SiteLocationStatusDnsRequired[];
}
export interface SiteLocationStatusDnsRequired {
  /**
   * Fully qualified name of the record.
   */
  readonly name: string;
  /**
   * Type of the record.
   */
  readonly type: "A" | "AAAA" | "TXT";
  /**
   * Values of the record.
   */
  readonly values: readonly string[];
  /**
   * Time to live in seconds.
   */
  readonly ttl?: number;
  /**
   * What it is for.
   */
  readonly purpose?: string;
  /**
   * Whether the zone's servers answer with it. Absent means not looked up.
   */
  readonly visible?: boolean;
}
/**
 * Who took on emergency calls when mode is CustomerManaged. Written down at the first look after that was said, and kept until spec says otherwise.
 */
export interface SiteLocationStatusEmergency {
  /**
   * Mode in use.
   */
  readonly mode?: "Managed" | "CustomerManaged";
  /**
   * Field manager that held spec.emergency.mode then, as kubectl get --show-managed-fields shows it. Absent where the API server names none.
   */
  readonly declaredBy?: string;
  /**
   * When that field manager had last written the object then, or when it was first seen where the API server has no time (RFC 3339, UTC).
   */
  readonly declaredAt?: string;
}
/**
 * The activation user.
 */
export interface SiteLocationStatusActivation {
  /**
   * User principal name.
   */
  readonly userPrincipalName?: string;
  /**
   * Object id.
   */
  readonly objectId?: string;
  /**
   * Product whose seat it holds. Absent means none.
   */
  readonly licenseSku?: string;
}
/**
 * State of Location-Based Routing.
 */
export interface SiteLocationStatusLocationBasedRouting {
  /**
   * Phase reached.
   */
  readonly phase?: "Prepare" | "Pilot" | "Enforce";
  /**
   * Networks found in Teams that are not in spec.
   */
  readonly observed?: readonly string[];
}
