import type { Configuration } from './configuration.ts';
import { type CallState, ExpressionNotModelled, holds } from './expression.ts';
import type { Row } from './schema.ts';

/** An INVITE as it reaches the device. */
export interface Invite {
  /** Calling number. */
  readonly from: string;
  /** Called number. */
  readonly to: string;
  /** Name of the SIP interface that receives it. */
  readonly sipInterface: string;
  readonly sourceAddress: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly contactHost?: string;
  readonly fromHost?: string;
  /** Host of the Request-URI: the customer's FQDN in calls from Teams (audiocodes-sbc §13.1). */
  readonly requestHost?: string;
  /** User part of P-Asserted-Identity. */
  readonly assertedIdentity?: string;
}

export type Classified =
  | { readonly ipGroup: Row; readonly by: string }
  | { readonly ipGroup: undefined; readonly code: number; readonly reason: string };

/** Finds the IP group a message comes from: by the addresses of proxy sets first, then by the classification table (§12.7). */
export function classify(configuration: Configuration, invite: Invite, call: CallState): Classified {
  const sipInterface = configuration.findByName('SIPInterface', invite.sipInterface);
  if (sipInterface === undefined) return { ipGroup: undefined, code: 0, reason: `no SIP interface ${invite.sipInterface}` };
  const byProxySet = configuration.rows('IPGroup').find((group) => comesFromProxySet(configuration, group, invite));
  if (byProxySet !== undefined) return { ipGroup: byProxySet, by: 'proxy set' };
  for (const row of configuration.rows('Classification')) {
    if (!rowMatches(configuration, row, invite, call)) continue;
    const name = row.values['ClassificationName'] ?? `row ${row.index}`;
    if (row.values['ActionType'] === '0') return { ipGroup: undefined, code: 403, reason: `denied by classification ${name}` };
    if (row.values['IPGroupSelection'] === '1') throw new ExpressionNotModelled('classification by tag');
    const ipGroup = configuration.findByName('IPGroup', row.values['SrcIPGroupName'] ?? '');
    if (ipGroup === undefined) return { ipGroup: undefined, code: 404, reason: `classification ${name} names no IP group` };
    return { ipGroup, by: `classification ${name}` };
  }
  return { ipGroup: undefined, code: Number(sipInterface.values['ClassificationFailureResponseType']), reason: 'not classified' };
}

function comesFromProxySet(configuration: Configuration, group: Row, { sourceAddress, sipInterface }: Invite): boolean {
  if (group.values['ClassifyByProxySet'] !== '1') return false;
  const proxySet = configuration.findByName('ProxySet', group.values['ProxySetName'] ?? '');
  if (proxySet === undefined || proxySet.values['SBCIPv4SIPInterfaceName'] !== sipInterface) return false;
  const addresses = [...configuration.children('ProxyIp', proxySet.index).values()];
  return addresses.some(({ values }) => values['IpAddress']?.split(':')[0]?.toLowerCase() === sourceAddress.toLowerCase());
}

function rowMatches(configuration: Configuration, { values }: Row, invite: Invite, call: CallState): boolean {
  const transports: Record<string, string> = { udp: '0', tcp: '1', tls: '2' };
  if (values['SrcSIPInterfaceName'] !== '' && values['SrcSIPInterfaceName'] !== invite.sipInterface) return false;
  if (values['SrcTransportType'] !== '-1' && values['SrcTransportType'] !== transports[invite.transport]) return false;
  if (!wildcard(values['SrcAddress'] ?? '', invite.sourceAddress)) return false;
  if (!wildcard(values['DestHost'] ?? '*', call.requestHost)) return false;
  const condition = values['MessageConditionName'] ?? '';
  return condition === '' || holds(configuration.findByName('ConditionTable', condition)?.values['Condition'] ?? '', call);
}

/** `52.*.*.*`, `*`, or empty for any. */
function wildcard(pattern: string, value: string): boolean {
  if (pattern === '' || pattern === '*') return true;
  const parts = pattern.toLowerCase().split('.');
  const values = value.toLowerCase().split('.');
  return parts.length === values.length && parts.every((part, at) => part === '*' || part === values[at]);
}
