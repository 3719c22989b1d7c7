import { classify, type Invite } from './classification.ts';
import type { Configuration } from './configuration.ts';
import type { DialPlanLookup } from './dial-plan-lookup.ts';
import { assign, type CallState, ExpressionNotModelled, evaluate, holds } from './expression.ts';
import { matchesPrefix, parsePrefix } from './prefix-pattern.ts';
import type { Row } from './schema.ts';
import { readTags } from './tags.ts';

export type { Invite } from './classification.ts';

/** The leg that leaves the device. The Contact host is how Teams tells customers apart (audiocodes-sbc §13.1). */
export interface OutgoingLeg {
  readonly ipGroup: string;
  readonly contactHost: string;
  readonly requestHost: string;
  readonly fromHost: string;
  readonly callingUser: string;
  readonly calledUser: string;
  /** `host:port` of the proxy set, by priority. */
  readonly addresses: readonly string[];
}

export type CallResult =
  | {
      readonly outcome: 'routed';
      readonly sourceIpGroup: string;
      readonly route: string;
      readonly leg: OutgoingLeg;
      readonly trace: readonly string[];
    }
  /** `code` 0 = dropped without an answer. */
  | { readonly outcome: 'refused'; readonly code: number; readonly reason: string; readonly trace: readonly string[] };

export interface CallTables {
  readonly configuration: Configuration;
  readonly lookup: DialPlanLookup;
  /** Index of a proxy set whose every address is unreachable. */
  isOffline(proxySet: number): boolean;
}

const MOST_NESTED_SETS = 10;

class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly code: number;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

/**
 * Sends a simulated INVITE through the tables in the device's order: classification, inbound manipulation, dial plan of the source IP
 * group, call-setup rules, routing, outbound manipulation (audiocodes-sbc §12.1).
 */
export function routeInvite(tables: CallTables, invite: Invite): CallResult {
  const trace: string[] = [];
  try {
    const call = newCall(invite);
    const source = classified(tables, invite, call, trace);
    manipulate(tables, Number(source.values['InboundManSet']), call, trace);
    tagByDialPlan(tables, source, call, trace);
    runRuleSet(tables, Number(source.values['CallSetupRulesSetId']), call, trace, 0);
    const { route, destination } = findRoute(tables, source, call, trace);
    const leg = outgoingLeg(tables, destination, call, trace);
    return { outcome: 'routed', sourceIpGroup: nameOf(source), route, leg, trace };
  } catch (thrown) {
    if (thrown instanceof CallRefused) return { outcome: 'refused', code: thrown.code, reason: thrown.message, trace };
    throw thrown;
  }
}

function newCall(invite: Invite): CallState {
  return {
    from: invite.from,
    to: invite.to,
    callingUser: invite.from,
    calledUser: invite.to,
    assertedUser: invite.assertedIdentity,
    contactHost: invite.contactHost ?? invite.sourceAddress,
    fromHost: invite.fromHost ?? invite.sourceAddress,
    requestHost: invite.requestHost ?? '',
    variables: new Map(),
    dialPlanResult: undefined,
    sourceTags: new Map(),
    destinationTags: new Map(),
  };
}

function classified({ configuration }: CallTables, invite: Invite, call: CallState, trace: string[]): Row {
  const result = classify(configuration, invite, call);
  if (result.ipGroup === undefined) throw new CallRefused(result.code, result.reason);
  trace.push(`classified by ${result.by} as ${nameOf(result.ipGroup)}`);
  return result.ipGroup;
}

/** Source and destination number are each looked up once in the plan of the IP group (§12.1). */
function tagByDialPlan({ lookup }: CallTables, source: Row, call: CallState, trace: string[]): void {
  const plan = source.values['SBCDialPlanName'] ?? '';
  if (plan === '') return;
  for (const [user, tags] of [[call.callingUser, call.sourceTags] as const, [call.calledUser, call.destinationTags] as const]) {
    const tag = lookup.find(plan, user)?.values['Tag'];
    if (tag === undefined) continue;
    for (const [name, value] of readTags(tag)) tags.set(name, value);
    trace.push(`dial plan ${plan}: ${user} → ${tag}`);
  }
}

function runRuleSet(tables: CallTables, set: number, call: CallState, trace: string[], depth: number): void {
  if (set < 0) return;
  if (depth > MOST_NESTED_SETS) throw new CallRefused(500, `call setup rule set ${set} runs itself`);
  let met = false;
  for (const { index, values } of tables.configuration.rows('CallSetupRules')) {
    if (Number(values['RulesSetID']) !== set) continue;
    query(tables, values, call);
    met = values['RowRole'] === '1' ? met : holds(values['Condition'] ?? '', call);
    if (!met) continue;
    trace.push(`call setup rule ${index} of set ${set}`);
    if (values['ActionType'] === '21') return;
    if (values['ActionType'] === '20') runRuleSet(tables, Number(values['ActionValue']), call, trace, depth + 1);
    else act(values, call);
  }
}

function query({ lookup }: CallTables, values: Row['values'], call: CallState): void {
  if (values['QueryType'] === '0') return;
  if (values['QueryType'] !== '2') throw new ExpressionNotModelled(`query type ${values['QueryType'] ?? ''}`);
  call.dialPlanResult = lookup.find(values['QueryTarget'] ?? '', evaluate(values['AttributesToQuery'] ?? '', call))?.values['Tag'];
}

function act(values: Row['values'], call: CallState): void {
  const subject = values['ActionSubject'] ?? '';
  if (subject === '') return;
  if (values['ActionType'] === '0' || values['ActionType'] === '2') assign(subject, evaluate(values['ActionValue'] ?? '', call), call);
  else if (values['ActionType'] === '1') assign(subject, '', call);
  else throw new ExpressionNotModelled(`action type ${values['ActionType'] ?? ''}`);
}

function manipulate({ configuration }: CallTables, set: number, call: CallState, trace: string[]): void {
  if (set < 0) return;
  let met = false;
  for (const { index, values } of configuration.rows('MessageManipulations')) {
    if (Number(values['ManSetID']) !== set || !isInvite(values['MessageType'] ?? '')) continue;
    met = values['RowRole'] === '1' ? met : holds(values['Condition'] ?? '', call);
    if (!met) continue;
    trace.push(`message manipulation ${index} of set ${set}`);
    act(values, call);
  }
}

function isInvite(messageType: string): boolean {
  return ['', 'any', 'any.request', 'invite', 'invite.request'].includes(messageType.toLowerCase());
}

/** The first matching row wins; its order counts, unlike in dial plans (§9). */
function findRoute(tables: CallTables, source: Row, call: CallState, trace: string[]): { route: string; destination: Row } {
  for (const row of tables.configuration.rows('IP2IPRouting')) {
    if (!routeMatches(tables.configuration, row, source, call)) continue;
    const route = row.values['RouteName'] ?? `row ${row.index}`;
    trace.push(`route ${route}`);
    runRuleSet(tables, Number(row.values['CallSetupRulesSetId']), call, trace, 0);
    return { route, destination: destinationOf(tables.configuration, row, call) };
  }
  throw new CallRefused(404, 'no route found');
}

function routeMatches(configuration: Configuration, { values }: Row, source: Row, call: CallState): boolean {
  if (values['RequestType'] !== '0' && values['RequestType'] !== '1') return false;
  if (values['SrcIPGroupName'] !== '' && values['SrcIPGroupName'] !== nameOf(source)) return false;
  if (!matchesPrefix(parsePrefix(values['DestUsernamePrefix'] ?? '*'), call.calledUser)) return false;
  if (!hasTags(call.sourceTags, values['SrcTags'] ?? '') || !hasTags(call.destinationTags, values['DestTags'] ?? '')) return false;
  const condition = values['MessageConditionName'] ?? '';
  return condition === '' || holds(configuration.findByName('ConditionTable', condition)?.values['Condition'] ?? '', call);
}

function hasTags(tags: ReadonlyMap<string, string>, wanted: string): boolean {
  return wanted === '' || readTags(wanted).every(([name, value]) => tags.get(name)?.toLowerCase() === value.toLowerCase());
}

function destinationOf(configuration: Configuration, { values }: Row, call: CallState): Row {
  const destType = values['DestType'];
  if (destType === '12') throw new CallRefused(200, `answered internally: ${values['InternalAction'] ?? ''}`);
  if (destType === '10') return byTag(configuration, values['RoutingTagName'] ?? 'default', call);
  if (destType !== '0') throw new ExpressionNotModelled(`destination type ${destType ?? ''}`);
  const group = configuration.findByName('IPGroup', values['DestIPGroupName'] ?? '');
  if (group === undefined) throw new CallRefused(404, `route leads to no IP group`);
  return group;
}

/** The IP group whose Tags holds the same as the destination tag of the call (§12.7). */
function byTag(configuration: Configuration, name: string, call: CallState): Row {
  const value = call.destinationTags.get(name);
  if (value === undefined) throw new CallRefused(404, `the call has no destination tag ${name}`);
  const bare = configuration.switches.tagWithoutName() === 'isDefault';
  const group = configuration
    .rows('IPGroup')
    .find(({ values }) =>
      readTags(values['Tags'] ?? '').some(
        ([key, tag, named]) => (named || bare) && key === name && tag.toLowerCase() === value.toLowerCase(),
      ),
    );
  if (group === undefined) throw new CallRefused(404, `no IP group has tag ${name}=${value}`);
  return group;
}

function outgoingLeg(tables: CallTables, group: Row, call: CallState, trace: string[]): OutgoingLeg {
  const proxySet = tables.configuration.findByName('ProxySet', group.values['ProxySetName'] ?? '');
  if (proxySet === undefined) throw new CallRefused(404, `IP group ${nameOf(group)} has no proxy set`);
  if (tables.isOffline(proxySet.index)) throw new CallRefused(503, `proxy set ${proxySet.values['ProxyName'] ?? ''} is offline`);
  const addresses = [...tables.configuration.children('ProxyIp', proxySet.index).values()]
    .sort((a, b) => Number(a.values['Priority']) - Number(b.values['Priority']) || a.index - b.index)
    .map(({ values }) => values['IpAddress'] ?? '');
  call.contactHost = group.values['ContactName'] || 'sbc.invalid';
  call.requestHost = group.values['SIPGroupName'] || (addresses[0]?.split(':')[0] ?? '');
  manipulate(tables, Number(group.values['OutboundManSet']), call, trace);
  const { contactHost, requestHost, fromHost, callingUser, calledUser } = call;
  return { ipGroup: nameOf(group), contactHost, requestHost, fromHost, callingUser, calledUser, addresses };
}

function nameOf(group: Row): string {
  return group.values['Name'] ?? '';
}
