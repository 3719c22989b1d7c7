import { choice, number, onOff, reference, type TableName, type TableSchema, text } from './schema.ts';

const TRANSPORT = { '-1': 'not-configured', '0': 'udp', '1': 'tcp', '2': 'tls' };
const ACTION = {
  '0': 'add',
  '1': 'remove',
  '2': 'modify',
  '3': 'add-prefix',
  '4': 'add-suffix',
  '5': 'remove-suffix',
  '6': 'remove-prefix',
  '20': 'run-rules-set',
  '21': 'exit',
};
const ROW_ROLE = { '0': 'use-current-condition', '1': 'use-previous-condition' };
const NAME = { required: true, max: 40 };

/** Every table the stand-in has, in the order of the ini file; columns and values of audiocodes-sbc §9, key spellings of §10.1. */
const DEFINITIONS: readonly TableSchema[] = [
  { name: 'SRD', nameColumn: 'Name', columns: [text('Name', NAME), onOff('BlockUnRegUsers', '0'), number('MaxNumOfRegUsers', -1)] },
  {
    name: 'CpMediaRealm',
    nameColumn: 'MediaRealmName',
    columns: [
      text('MediaRealmName', { ...NAME, cli: 'name' }),
      text('IPv4IF', { cli: 'ipv4if' }),
      number('PortRangeStart', 6000, { cli: 'port-range-start', min: 1024, max: 65535 }),
      number('MediaSessionLeg', 100, { cli: 'session-leg', min: 1 }),
    ],
  },
  {
    name: 'TLSContexts',
    nameColumn: 'Name',
    columns: [
      text('Name', NAME),
      number('TLSVersion', 12, { cli: 'tls-version' }),
      number('DTLSVersion', 0, { cli: 'dtls-version' }),
      text('ServerCipherString', { cli: 'ciphers-server', default: 'DEFAULT' }),
      text('ClientCipherString', { cli: 'ciphers-client', default: 'DEFAULT' }),
      onOff('RequireStrictCert', '0', { cli: 'require-strict-cert' }),
      onOff('TlsRenegotiation', '1', { cli: 'tls-renegotiation' }),
      number('DHKeySize', 2048, { cli: 'dh-key-size' }),
    ],
  },
  {
    name: 'NATTranslation',
    columns: [
      text('SrcIPInterfaceName', { cli: 'src-interface-name' }),
      text('TargetIPAddress', { cli: 'target-ip-address', required: true }),
      text('SourceStartPort', { cli: 'src-start-port' }),
      text('SourceEndPort', { cli: 'src-end-port' }),
    ],
  },
  { name: 'DialPlan', nameColumn: 'Name', columns: [text('Name', NAME)] },
  {
    name: 'DialPlanRule',
    parent: { table: 'DialPlan', keyColumn: 'DialPlanName', indexColumn: 'RuleIndex', keyedBy: 'name' },
    columns: [text('Name'), text('Prefix', { required: true }), text('Tag')],
  },
  {
    name: 'CallSetupRules',
    columns: [
      number('RulesSetID', 0, { cli: 'rules-set-id', min: 0, max: 99 }),
      text('RulesSetName', { max: 40 }),
      choice('QueryType', { '0': 'none', '1': 'ldap', '2': 'dial-plan', '3': 'enum' }, '0'),
      reference('QueryTarget', 'DialPlan'),
      text('AttributesToQuery', { cli: 'attr-to-query', max: 100 }),
      text('AttributesToGet', { cli: 'attr-to-get', max: 100 }),
      choice('RowRole', ROW_ROLE, '0'),
      text('Condition', { max: 200 }),
      text('ActionSubject', { max: 100 }),
      choice('ActionType', ACTION, '0'),
      text('ActionValue', { max: 300 }),
    ],
  },
  {
    name: 'MessageManipulations',
    columns: [
      text('ManipulationName', { max: 40 }),
      number('ManSetID', 0, { cli: 'manipulation-set-id', min: 0, max: 99 }),
      text('MessageType', { max: 60 }),
      text('Condition', { max: 200 }),
      text('ActionSubject', { max: 100 }),
      choice('ActionType', ACTION, '0'),
      text('ActionValue', { max: 300 }),
      choice('RowRole', ROW_ROLE, '0'),
    ],
  },
  {
    name: 'SIPInterface',
    nameColumn: 'InterfaceName',
    columns: [
      text('InterfaceName', NAME),
      text('NetworkInterface'),
      choice('ApplicationType', { '2': 'sbc' }, '2'),
      number('UDPPort', 5060, { cli: 'udp-port', min: 0, max: 65535 }),
      number('TCPPort', 5060, { cli: 'tcp-port', min: 0, max: 65535 }),
      number('TLSPort', 5061, { cli: 'tls-port', min: 0, max: 65535 }),
      reference('SRDName', 'SRD', { cli: 'srd-name' }),
      reference('TLSContext', 'TLSContexts', { cli: 'tls-context-name' }),
      onOff('TLSMutualAuthentication', '0', { cli: 'tls-mutual-auth' }),
      onOff('TCPKeepaliveEnable', '0', { cli: 'tcp-keepalive-enable' }),
      number('ClassificationFailureResponseType', 500, { cli: 'classification-fail-response-type', min: 0, max: 699 }),
      reference('MediaRealm', 'CpMediaRealm', { cli: 'media-realm-name' }),
      number('SBCDirectMedia', 0, { cli: 'sbc-direct-media', min: 0, max: 2 }),
      choice('TopologyLocation', { '0': 'down', '1': 'up' }, '0'),
      number('CallSetupRulesSetId', -1, { cli: 'call-setup-rules-set-id' }),
    ],
  },
  {
    name: 'ProxySet',
    nameColumn: 'ProxyName',
    columns: [
      text('ProxyName', NAME),
      choice('EnableProxyKeepAlive', { '0': 'disable', '1': 'using-options', '2': 'using-register' }, '0', {
        cli: 'proxy-enable-keep-alive',
      }),
      number('ProxyKeepAliveTime', 60, { min: 5, max: 2_000_000 }),
      choice('ProxyLoadBalancingMethod', { '0': 'disable', '1': 'round-robin', '2': 'random-weights' }, '0'),
      onOff('IsProxyHotSwap', '0'),
      reference('SRDName', 'SRD', { cli: 'srd-name' }),
      reference('TLSContextName', 'TLSContexts', { cli: 'tls-context-name' }),
      choice('ProxyRedundancyMode', { '-1': 'not-configured', '0': 'parking', '1': 'homing' }, '-1'),
      text('KeepAliveFailureResp', { cli: 'keepalive-fail-resp' }),
      reference('SBCIPv4SIPInterfaceName', 'SIPInterface', { cli: 'sbcipv4-sip-int-name' }),
      number('SuccessDetectionRetries', 1, { cli: 'success-detect-retries', min: 1, max: 100 }),
      number('SuccessDetectionInterval', 10, { cli: 'success-detect-int', min: 1, max: 200 }),
      number('FailureDetectionRetransmissions', -1, { cli: 'fail-detect-rtx' }),
    ],
  },
  {
    name: 'ProxyIp',
    parent: { table: 'ProxySet', keyColumn: 'ProxySetId', indexColumn: 'ProxyIpIndex', keyedBy: 'index' },
    columns: [
      text('IpAddress', { cli: 'proxy-address', required: true }),
      choice('TransportType', TRANSPORT, '-1'),
      number('Priority', 0, { min: 0, max: 65535 }),
      number('Weight', 0, { min: 0, max: 65535 }),
    ],
  },
  {
    name: 'IpProfile',
    nameColumn: 'ProfileName',
    columns: [
      text('ProfileName', NAME),
      number('SBCMediaSecurityBehaviour', 0, { cli: 'sbc-media-security-behaviour', min: 0, max: 3 }),
      number('SBCIceMode', 0, { cli: 'ice-mode', min: 0, max: 1 }),
      number('SBCRemoteUpdateSupport', 2, { cli: 'sbc-rmt-update-supp' }),
      number('SBCRemoteReferBehavior', 0, { cli: 'sbc-rmt-refer-behavior' }),
      number('SBCRemote3xxBehavior', 0, { cli: 'sbc-rmt-3xx-behavior' }),
    ],
  },
  {
    name: 'IPGroup',
    nameColumn: 'Name',
    columns: [
      choice('Type', { '0': 'server', '1': 'user', '2': 'gateway' }, '0'),
      text('Name', NAME),
      reference('ProxySetName', 'ProxySet'),
      text('SIPGroupName', { cli: 'sip-group-name', max: 100 }),
      text('ContactUser'),
      reference('SRDName', 'SRD', { cli: 'srd-name' }),
      reference('MediaRealm', 'CpMediaRealm', { cli: 'media-realm-name' }),
      onOff('ClassifyByProxySet', '1'),
      reference('ProfileName', 'IpProfile', { cli: 'ip-profile-name' }),
      number('InboundManSet', -1, { cli: 'inbound-mesg-manipulation-set' }),
      number('OutboundManSet', -1, { cli: 'outbound-mesg-manipulation-set' }),
      text('ContactName', { cli: 'local-host-name', max: 100 }),
      text('Username', { max: 60 }),
      text('Password', { secret: true }),
      onOff('AlwaysUseSourceAddr', '0'),
      onOff('CreatedByRoutingServer', '0'),
      choice('TopologyLocation', { '0': 'down', '1': 'up' }, '0'),
      reference('SBCDialPlanName', 'DialPlan', { cli: 'sbc-dial-plan-name' }),
      number('CallSetupRulesSetId', -1, { cli: 'call-setup-rules-set-id' }),
      text('Tags', { max: 70 }),
      text('AdmissionProfile', { cli: 'cac-profile' }),
      onOff('ProxyKeepAliveUsingIPG', '0', { cli: 'proxy-keepalive-use-ipg' }),
      number('TeamsMediaOptimization', 0, { cli: 'teams-local-media-optimization' }),
    ],
  },
  { name: 'ConditionTable', nameColumn: 'Name', columns: [text('Name', NAME), text('Condition', { required: true, max: 299 })] },
  {
    name: 'Classification',
    columns: [
      text('ClassificationName', { max: 40 }),
      reference('MessageConditionName', 'ConditionTable'),
      reference('SRDName', 'SRD', { cli: 'srd-name' }),
      reference('SrcSIPInterfaceName', 'SIPInterface', { cli: 'src-sip-interface-name' }),
      text('SrcAddress', { default: '' }),
      number('SrcPort', 0, { min: 0, max: 65535 }),
      choice('SrcTransportType', { ...TRANSPORT, '-1': 'any' }, '-1'),
      text('DestHost', { cli: 'dst-host', default: '*' }),
      choice('ActionType', { '0': 'deny', '1': 'allow' }, '1'),
      reference('SrcIPGroupName', 'IPGroup', { cli: 'src-ip-group-name' }),
      choice('IPGroupSelection', { '0': 'source-ip-group', '1': 'tagged-ip-group' }, '0', { cli: 'ip-group-selection' }),
      text('IpGroupTagName', { default: 'default', max: 70 }),
    ],
  },
  {
    name: 'IP2IPRouting',
    columns: [
      text('RouteName', { max: 40 }),
      reference('SrcIPGroupName', 'IPGroup', { cli: 'src-ip-group-name' }),
      text('DestUsernamePrefix', { cli: 'dst-user-name-prefix', default: '*' }),
      choice('RequestType', { '0': 'all', '1': 'invite', '6': 'options' }, '0'),
      reference('MessageConditionName', 'ConditionTable'),
      number('CallSetupRulesSetId', -1, { cli: 'call-setup-rules-set-id' }),
      choice('DestType', { '0': 'ip-group', '1': 'dest-address', '2': 'request-uri', '10': 'dest-tag', '12': 'internal' }, '0', {
        cli: 'dst-type',
      }),
      reference('DestIPGroupName', 'IPGroup', { cli: 'dst-ip-group-name' }),
      text('DestAddress', { cli: 'dst-address' }),
      text('DestTags', { cli: 'dst-tags', max: 70 }),
      text('SrcTags', { max: 70 }),
      text('RoutingTagName', { default: 'default', max: 70 }),
      text('InternalAction'),
    ],
  },
  {
    name: 'Account',
    columns: [
      reference('ServedIPGroupName', 'IPGroup', { cli: 'served-ip-group-name' }),
      reference('ServingIPGroupName', 'IPGroup', { cli: 'serving-ip-group-name' }),
      text('Username', { cli: 'user-name', max: 60 }),
      text('Password', { secret: true }),
      text('HostName'),
      text('ContactUser'),
      onOff('Register', '0'),
    ],
  },
];

export const TABLES: readonly TableSchema[] = DEFINITIONS;

const BY_NAME: ReadonlyMap<string, TableSchema> = new Map(DEFINITIONS.map((table) => [table.name.toLowerCase(), table]));

export function tableOf(name: TableName): TableSchema {
  const table = BY_NAME.get(name.toLowerCase());
  if (table === undefined) throw new RangeError(`no table ${name}`);
  return table;
}

/** Names in an ini file are case-insensitive (§8.1). */
export function findTable(name: string): TableSchema | undefined {
  return BY_NAME.get(name.toLowerCase());
}
