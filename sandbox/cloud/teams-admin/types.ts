/** What a property may hold. The default is what a new instance gets. */
export type PropertySpec =
  | { readonly type: 'string'; readonly default: string | null; readonly values?: readonly string[]; readonly maxLength?: number }
  | { readonly type: 'int'; readonly default: number | null; readonly min: number; readonly max: number; readonly required?: boolean }
  | { readonly type: 'bool'; readonly default: boolean }
  | { readonly type: 'strings'; readonly default: readonly string[] };

/**
 * How one configuration type behaves. `collection` objects are keyed by plain name, `policy` instances are stored as `Tag:<name>` beside `Global`,
 * a `singleton` is `Global` alone (teams-admin-api §4 rules 7 and 8).
 */
export interface ConfigType {
  readonly name: string;
  readonly scope: 'collection' | 'policy' | 'singleton';
  /** Property that may stand for Identity on create. */
  readonly alias?: string;
  readonly properties: Readonly<Record<string, PropertySpec>>;
  /** Members of answers that nobody may set. */
  readonly readOnly?: Readonly<Record<string, unknown>>;
}

const text = (maxLength = 1_000): PropertySpec => ({ type: 'string', default: null, maxLength });
const flag = (value: boolean): PropertySpec => ({ type: 'bool', default: value });
const list: PropertySpec = { type: 'strings', default: [] };

/** teams-admin-api §6. */
const GATEWAY: ConfigType = {
  name: 'OnlinePSTNGateway',
  scope: 'collection',
  alias: 'Fqdn',
  properties: {
    SipSignalingPort: { type: 'int', default: null, min: 1, max: 65_535, required: true },
    Enabled: flag(false),
    FailoverResponseCodes: { type: 'string', default: '408,503,504' },
    FailoverTimeSeconds: { type: 'int', default: 10, min: 0, max: 600 },
    ForwardCallHistory: flag(false),
    ForwardPai: flag(false),
    SendSipOptions: flag(true),
    MaxConcurrentSessions: { type: 'int', default: null, min: 1, max: 100_000 },
    MediaBypass: flag(false),
    BypassMode: { type: 'string', default: 'None', values: ['None', 'Always', 'OnlyForLocalUsers'] },
    MediaRelayRoutingLocationOverride: text(2),
    PidfLoSupported: flag(false),
    GatewaySiteId: text(),
    GatewaySiteLbrEnabled: flag(false),
    GatewayLbrEnabledUserOverride: flag(false),
    InboundTeamsNumberTranslationRules: list,
    InboundPstnNumberTranslationRules: list,
    OutboundTeamsNumberTranslationRules: list,
    OutboundPstnNumberTranslationRules: list,
    IPAddressVersion: { type: 'string', default: 'IPv4', values: ['IPv4', 'IPv6'] },
    ProxySbc: text(),
    Description: text(),
  },
  readOnly: { CodecPriority: 'SILKWB,SILKNB,PCMU,PCMA', ExcludedCodecs: null, GenerateRingingWhileLocatingUser: true },
};

/** teams-admin-api §7. */
const USAGES: ConfigType = { name: 'OnlinePstnUsages', scope: 'singleton', properties: { Usage: list } };

/** teams-admin-api §8. */
const ROUTE: ConfigType = {
  name: 'OnlineVoiceRoute',
  scope: 'collection',
  alias: 'Name',
  properties: {
    NumberPattern: { type: 'string', default: '[0-9]{10}' },
    OnlinePstnGatewayList: list,
    OnlinePstnUsages: list,
    Priority: { type: 'int', default: null, min: 0, max: 2_147_483_647 },
    Description: text(),
    BridgeSourcePhoneNumber: text(),
  },
};

/** teams-admin-api §9. */
const ROUTING_POLICY: ConfigType = {
  name: 'OnlineVoiceRoutingPolicy',
  scope: 'policy',
  properties: { OnlinePstnUsages: list, Description: text() },
  readOnly: { RouteType: 'BYOT' },
};

export const CONFIG_TYPES: ReadonlyMap<string, ConfigType> = new Map(
  [GATEWAY, USAGES, ROUTE, ROUTING_POLICY].map((type) => [type.name, type]),
);

/**
 * Types that the service has (teams-admin-api §4 rule 1) and this sandbox does not carry yet: refused as in a tenant in which the
 * feature is not flighted.
 */
export const KNOWN_TYPES: ReadonlySet<string> = new Set([
  ...CONFIG_TYPES.keys(),
  'TenantDialPlan',
  'TeamsCallingPolicy',
  'CallingLineIdentity',
  'TeamsTranslationRule',
  'TeamsUnassignedNumberTreatment',
  'TenantNetworkRegion',
  'TenantNetworkSite',
  'TenantNetworkSubnet',
  'TenantTrustedIPAddress',
  'TenantNetworkConfiguration',
  'InboundBlockedNumberPattern',
  'InboundExemptNumberPattern',
  'TenantBlockedCallingNumbers',
  'TeamsEmergencyCallingPolicy',
  'TeamsEmergencyCallRoutingPolicy',
  'TeamsNetworkRoamingPolicy',
  'TeamsSharedCallingRoutingPolicy',
  'TeamsSurvivableBranchAppliance',
  'TeamsSurvivableBranchAppliancePolicy',
  'OnlineAudioConferencingRoutingPolicy',
  'OnlineVoicemailPolicy',
  'TeamsIPPhonePolicy',
  'TeamsCallHoldPolicy',
  'TeamsCallParkPolicy',
  'TeamsUpgradePolicy',
  'TeamsUpgradeConfiguration',
]);

/** The name a key is found by: without `Tag:` for policies, and without regard to case (teams-admin-api §4 rule 7). */
export function keyOf(type: ConfigType, identity: string): string {
  const bare = type.scope === 'policy' ? identity.replace(/^tag:/i, '') : identity;
  return bare.toLowerCase();
}

export function isGlobal(type: ConfigType, identity: string): boolean {
  return type.scope !== 'collection' && keyOf(type, identity) === 'global';
}

/** The property when its JSON type is right for it; the stored value is untouched otherwise (§4 rules 5 and 6). */
export function hasRightType(spec: PropertySpec, value: unknown): boolean {
  switch (spec.type) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return Number.isInteger(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
}

/** Why a value of the right type is not allowed; undefined when it is. */
export function valueProblem(name: string, spec: PropertySpec, value: unknown): string | undefined {
  if (spec.type === 'int' && typeof value === 'number' && (value < spec.min || value > spec.max)) {
    return `The value ${value} of parameter ${name} is not between ${spec.min} and ${spec.max}.`;
  }
  if (spec.type !== 'string' || typeof value !== 'string') return undefined;
  if (spec.values !== undefined && !spec.values.includes(value)) {
    return `The value "${value}" of parameter ${name} is not one of ${spec.values.join(', ')}.`;
  }
  return spec.maxLength !== undefined && value.length > spec.maxLength ? `The value of parameter ${name} is too long.` : undefined;
}
