import type { CloudBase } from '../stand-in.ts';
import { SbcDevice, type SbcDeviceOptions } from './device.ts';
import type { Invite } from './routing.ts';
import type { TableName } from './schema.ts';
import { tableOf } from './tables.ts';

/** Management ports of the two devices of the sandbox. */
export const QUICKSTART_SBC_PORTS = { sbc1: 10443, sbc2: 10444 } as const;

/** Names that `SBCDevice.spec` refers to (design §2). */
export const QUICKSTART_SBC = {
  carrierTrunk: 'teams.carrier.example',
  dialPlans: { tenants: 'TeamsTenants', customers: 'CustDialPlan', registeredUsers: 'RegisteredUsers', operatorConnect: 'OCDialPlan' },
  teams: { sipInterface: 'Teams', ipGroup: 'Teams', proxySet: 'Teams', tlsContext: 'Teams' },
  carrier: { ipGroup: 'Carrier', sipInterface: 'Carrier' },
} as const;

export interface SeedRule {
  readonly plan: string;
  readonly name: string;
  readonly prefix: string;
  readonly tag: string;
}

/** Rules of other customers that stood on the device before us: names and indexes repeat (telephony 5.2, requirements vector 13). */
export const FOREIGN_RULES: readonly SeedRule[] = [
  { plan: 'TeamsTenants', name: 'nordbank', prefix: '+41589061[000-999]', tag: '7001122.tenants.carrier.example' },
  { plan: 'TeamsTenants', name: 'nordbank', prefix: '+4420366669[700-799]', tag: '7001122.tenants.carrier.example' },
  { plan: 'CustDialPlan', name: 'wingtip', prefix: '+41440002000', tag: 'wingtip.teams.carrier.example' },
  { plan: 'CustDialPlan', name: 'wingtip', prefix: '+41440002001', tag: 'wingtip.teams.carrier.example' },
  { plan: 'RegisteredUsers', name: 'wingtip', prefix: '+41440005755', tag: '5755' },
  { plan: 'RegisteredUsers', name: 'wingtip', prefix: '5755', tag: '41440005755' },
  { plan: 'OCDialPlan', name: 'fabrikamag', prefix: '+41448889999', tag: '3f2b6c1e-0000-4000-8000-00000000a001' },
];

export interface SeedOptions extends Partial<SbcDeviceOptions> {
  /** Base FQDN of the carrier trunk. */
  readonly carrierTrunk?: string;
  /** Rules that stand there already. Default: `FOREIGN_RULES`. */
  readonly rules?: Iterable<SeedRule>;
}

/** A healthy device with the once-per-SBC build of Teams hosting (audiocodes-sbc §13.2, §13.3 pattern A), saved. */
export async function seedQuickstartSbc(base: CloudBase, options: SeedOptions = {}): Promise<SbcDevice> {
  const { carrierTrunk = QUICKSTART_SBC.carrierTrunk, rules = FOREIGN_RULES, ...device } = options;
  const sbc = new SbcDevice(base, { name: 'sbc1', ...device });
  seedParameters(sbc);
  seedSignalling(sbc, carrierTrunk);
  seedNumberRouting(sbc);
  seedCallRouting(sbc);
  seedRules(sbc, rules);
  const { certPem, keyPem } = await base.ca.issue({ names: [carrierTrunk, `*.${carrierTrunk}`] });
  sbc.tls.install(1, { certificatePem: certPem, privateKeyPem: keyPem, trustedRoots: [base.ca.certPem] });
  sbc.save();
  sbc.counters.saves = 0;
  return sbc;
}

/** A call that the carrier sends to a customer's number. */
export function callFromCarrier(to: string, from = '+41791112233'): Invite {
  return { from, to, sipInterface: 'Carrier', sourceAddress: '192.0.2.60', transport: 'udp' };
}

/** A call that a Teams user makes: Microsoft sends the customer's FQDN in the Request-URI (§13.1). */
export function callFromTeams(from: string, to: string, customerFqdn: string): Invite {
  const facts = {
    sipInterface: 'Teams',
    sourceAddress: '52.114.76.76',
    transport: 'tls',
    contactHost: 'sip-du-a-eu.pstnhub.microsoft.com',
  } as const;
  return { from, to, ...facts, requestHost: customerFqdn, assertedIdentity: from };
}

function put(sbc: SbcDevice, table: TableName, index: number, values: Record<string, string | number>, parent?: number): void {
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  sbc.running.put(table, sbc.running.complete(tableOf(table), index, texts, parent));
}

function seedParameters(sbc: SbcDevice): void {
  sbc.running.parameters.set('SyslogServerIP', '192.0.2.9').set('EnableSyslog', '1').set('NTPServerIP', '192.0.2.123');
  sbc.running.foreignTables = [
    [
      '[ InterfaceTable ]',
      '',
      'FORMAT Index = ApplicationTypes, IPAddress, Name;',
      'InterfaceTable 0 = 6, 192.0.2.20, "O+M+C";',
      '',
      '[ \\InterfaceTable ]',
    ].join('\n'),
    ['[ QOERules ]', '', 'FORMAT Index = RuleName, Text;', 'QOERules 0 = "mos", "good; better, best";', '', '[ \\QOERules ]'].join('\n'),
  ];
}

function seedSignalling(sbc: SbcDevice, carrierTrunk: string): void {
  put(sbc, 'SRD', 0, { Name: 'DefaultSRD' });
  put(sbc, 'CpMediaRealm', 0, { MediaRealmName: 'Inside', IPv4IF: 'O+M+C', PortRangeStart: 6000 });
  put(sbc, 'CpMediaRealm', 1, { MediaRealmName: 'Internet', IPv4IF: 'O+M+C', PortRangeStart: 20_000 });
  put(sbc, 'TLSContexts', 0, { Name: 'default' });
  put(sbc, 'TLSContexts', 1, { Name: 'Teams', TLSVersion: 12 });
  put(sbc, 'NATTranslation', 0, {
    SrcIPInterfaceName: 'O+M+C',
    TargetIPAddress: '203.0.113.10',
    SourceStartPort: '5061',
    SourceEndPort: '5061',
  });
  const insideRealm = { SRDName: 'DefaultSRD', MediaRealm: 'Inside' };
  const internetRealm = { SRDName: 'DefaultSRD', MediaRealm: 'Internet' };
  put(sbc, 'SIPInterface', 0, {
    InterfaceName: 'Carrier',
    NetworkInterface: 'O+M+C',
    UDPPort: 5060,
    TCPPort: 0,
    TLSPort: 0,
    ...insideRealm,
  });
  const drop = { ClassificationFailureResponseType: 0, TLSContext: 'Teams', TLSMutualAuthentication: 1 };
  put(sbc, 'SIPInterface', 1, {
    InterfaceName: 'Teams',
    NetworkInterface: 'O+M+C',
    UDPPort: 0,
    TCPPort: 0,
    TLSPort: 5061,
    ...drop,
    ...internetRealm,
  });
  const keepAlive = { EnableProxyKeepAlive: 1, ProxyKeepAliveTime: 60, IsProxyHotSwap: 1, SRDName: 'DefaultSRD' };
  put(sbc, 'ProxySet', 0, { ProxyName: 'Carrier', SBCIPv4SIPInterfaceName: 'Carrier', ...keepAlive });
  put(sbc, 'ProxySet', 1, {
    ProxyName: 'Teams',
    SBCIPv4SIPInterfaceName: 'Teams',
    TLSContextName: 'Teams',
    ProxyLoadBalancingMethod: 2,
    ...keepAlive,
  });
  put(sbc, 'ProxyIp', 0, { IpAddress: '192.0.2.60:5060', TransportType: 0 }, 0);
  for (const [at, host] of ['sip', 'sip2', 'sip3'].entries()) {
    put(sbc, 'ProxyIp', at, { IpAddress: `${host}.pstnhub.microsoft.com:5061`, TransportType: 2, Priority: at + 1, Weight: 1 }, 1);
  }
  put(sbc, 'IpProfile', 0, { ProfileName: 'Carrier' });
  put(sbc, 'IpProfile', 1, {
    ProfileName: 'Teams',
    SBCMediaSecurityBehaviour: 1,
    SBCIceMode: 1,
    SBCRemoteReferBehavior: 3,
    SBCRemote3xxBehavior: 2,
  });
  seedIpGroups(sbc, carrierTrunk, insideRealm, internetRealm);
}

function seedIpGroups(sbc: SbcDevice, carrierTrunk: string, inside: Record<string, string>, internet: Record<string, string>): void {
  put(sbc, 'IPGroup', 0, { Name: 'Carrier', ProxySetName: 'Carrier', ProfileName: 'Carrier', CallSetupRulesSetId: 1, ...inside });
  const teams = {
    ContactName: carrierTrunk,
    AlwaysUseSourceAddr: 1,
    ProxyKeepAliveUsingIPG: 1,
    ClassifyByProxySet: 0,
    TopologyLocation: 1,
  };
  const rules = { CallSetupRulesSetId: 2, OutboundManSet: 4 };
  put(sbc, 'IPGroup', 1, { Name: 'Teams', ProxySetName: 'Teams', ProfileName: 'Teams', ...teams, ...rules, ...internet });
}

function seedNumberRouting(sbc: SbcDevice): void {
  for (const [index, name] of Object.values(QUICKSTART_SBC.dialPlans).entries()) put(sbc, 'DialPlan', index, { Name: name });
  const query = { QueryType: 2, QueryTarget: 'TeamsTenants' };
  const remember = { ActionSubject: 'Var.Session.TenantFqdn', ActionType: 2, ActionValue: 'DialPlan.Result' };
  const found = 'DialPlan.Found exists';
  put(sbc, 'CallSetupRules', 0, { RulesSetID: 1, ...query, AttributesToQuery: 'Param.Call.Dst.User', Condition: found, ...remember });
  put(sbc, 'CallSetupRules', 1, {
    RulesSetID: 2,
    ...query,
    AttributesToQuery: 'Header.P-Asserted-Identity.URL.User',
    Condition: found,
    ...remember,
  });
  const otherwise = `${found} and Var.Session.TenantFqdn == ''`;
  put(sbc, 'CallSetupRules', 2, { RulesSetID: 2, ...query, AttributesToQuery: 'Param.Call.Src.User', Condition: otherwise, ...remember });
  const toTeams = { ManSetID: 4, MessageType: 'any.request', ActionType: 2, ActionValue: 'Var.Session.TenantFqdn' };
  const known = `Var.Session.TenantFqdn != ''`;
  const host = { ...toTeams, ManipulationName: 'Contact of tenant', Condition: known, ActionSubject: 'Header.Contact.URL.Host' };
  put(sbc, 'MessageManipulations', 0, host);
  put(sbc, 'MessageManipulations', 1, {
    ...toTeams,
    ManipulationName: 'From of tenant',
    RowRole: 1,
    ActionSubject: 'Header.From.URL.Host',
  });
}

function seedCallRouting(sbc: SbcDevice): void {
  put(sbc, 'ConditionTable', 0, { Name: 'Teams-Contact', Condition: "Header.Contact.URL.Host contains 'pstnhub.microsoft.com'" });
  const fromTeams = { SrcSIPInterfaceName: 'Teams', SrcAddress: '52.*.*.*', SrcTransportType: 2, SrcIPGroupName: 'Teams' };
  put(sbc, 'Classification', 0, {
    ClassificationName: 'Teams',
    MessageConditionName: 'Teams-Contact',
    SRDName: 'DefaultSRD',
    ...fromTeams,
  });
  put(sbc, 'IP2IPRouting', 0, { RouteName: 'Terminate OPTIONS', RequestType: 6, DestType: 12, InternalAction: "reply(response='200')" });
  put(sbc, 'IP2IPRouting', 1, { RouteName: 'Teams to carrier', SrcIPGroupName: 'Teams', DestIPGroupName: 'Carrier' });
  put(sbc, 'IP2IPRouting', 2, { RouteName: 'Carrier to Teams', SrcIPGroupName: 'Carrier', DestIPGroupName: 'Teams' });
}

function seedRules(sbc: SbcDevice, rules: Iterable<SeedRule>): void {
  for (const { plan, name, prefix, tag } of rules) {
    const parent = sbc.running.findByName('DialPlan', plan)?.index ?? -1;
    put(sbc, 'DialPlanRule', sbc.running.children('DialPlanRule', parent).size, { Name: name, Prefix: prefix, Tag: tag }, parent);
  }
}
