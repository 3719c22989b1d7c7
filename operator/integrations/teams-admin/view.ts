import type { z } from 'zod';
import { sameJson } from '../../domain/change/canonical.ts';
import type { Change } from '../../domain/change/change-set.ts';
import { identityOf, type Json, type OutsideObject } from '../../domain/change/object.ts';
import { parseSign } from '../../domain/change/sign.ts';
import type { GroupAssignment, TeamsUser } from './client.ts';
import type { VoiceView } from './port.ts';
import type { GatewayWire, PolicyWire, RouteWire } from './wire.ts';
import { CONFIG_TYPE } from './wire.ts';

/** What was listed of one tenant. */
export interface Listed {
  readonly gateways: readonly z.infer<typeof GatewayWire>[];
  readonly usages: readonly string[];
  readonly routes: readonly z.infer<typeof RouteWire>[];
  readonly policies: readonly z.infer<typeof PolicyWire>[];
  /** Undefined: could not be read in full. */
  readonly users: readonly TeamsUser[] | undefined;
  /** What is granted to groups; undefined: could not be read. */
  readonly groups: readonly GroupAssignment[] | undefined;
}

/** The listed configuration in our own words: names bare, trunks in lower case and sorted, descriptions as markers. */
export function voiceView(tenantId: string, listed: Listed): VoiceView {
  return {
    objects: [
      ...listed.gateways.map((gateway) => gatewayObject(tenantId, gateway)),
      ...listed.usages.map((label) => usageObject(tenantId, label)),
      ...listed.routes.map((route) => routeObject(tenantId, route)),
      ...listed.policies.map((policy) => policyObject(tenantId, policy)),
    ],
    gaps: gapsOf(listed),
    grants: grantsOf(listed),
  };
}

/** `Global` always exists for types of policies (teams-admin-api §4.8): a list without it is not the whole list. */
function gapsOf({ policies }: Listed): string[] {
  return policies.some(({ Identity }) => isGlobal(Identity)) ? [] : ['the voice routing policies lack Global, which every tenant has'];
}

function isGlobal(identity: string): boolean {
  return identity.replace(/^tag:/i, '').toLowerCase() === 'global';
}

function gatewayObject(tenantId: string, gateway: z.infer<typeof GatewayWire>): OutsideObject {
  return {
    ...placeOf(tenantId),
    kind: 'PstnGateway',
    name: gateway.Identity.toLowerCase(),
    fields: {
      enabled: gateway.Enabled ?? false, // the service's own default (teams-admin-api §6)
      mediaBypass: gateway.MediaBypass ?? false,
      ...(typeof gateway.SipSignalingPort === 'number' ? { sipSignalingPort: gateway.SipSignalingPort } : {}),
    },
  };
}

function usageObject(tenantId: string, label: string): OutsideObject {
  return { ...placeOf(tenantId), kind: 'PstnUsage', name: label, fields: {} };
}

export function routeObject(tenantId: string, route: z.infer<typeof RouteWire>): OutsideObject {
  return {
    ...placeOf(tenantId),
    kind: 'VoiceRoute',
    name: route.Identity,
    fields: {
      numberPattern: route.NumberPattern ?? '',
      gateways: route.OnlinePstnGatewayList.map((fqdn) => fqdn.toLowerCase()).sort(),
      usages: route.OnlinePstnUsages,
      ...(typeof route.Priority === 'number' ? { priority: route.Priority } : {}),
    },
    ...parseSign(route.Description),
  };
}

export function policyObject(tenantId: string, policy: z.infer<typeof PolicyWire>): OutsideObject {
  return {
    ...placeOf(tenantId),
    kind: 'VoiceRoutingPolicy',
    name: policy.Identity.replace(/^tag:/i, ''),
    fields: { usages: policy.OnlinePstnUsages },
    ...parseSign(policy.Description),
  };
}

function placeOf(tenantId: string): { readonly system: 'teams-admin'; readonly target: string } {
  return { system: 'teams-admin', target: tenantId };
}

/**
 * Users by the voice routing policy in effect for them, direct or through a group: both carry calls over it. Whether users show what comes from
 * groups is documented both ways (teams-admin-api §20), so a policy that a group has counts for one user at least.
 */
function grantsOf({ users, groups }: Pick<Listed, 'users' | 'groups'>): Record<string, number> | undefined {
  if (users === undefined || groups === undefined || users.some(({ effectivePolicyAssignments }) => !effectivePolicyAssignments))
    return undefined;
  const counts = new Map<string, number>();
  for (const name of users.flatMap(policiesOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { policyType, policyName } of groups) {
    const name = bareName(policyName);
    if (policyType === CONFIG_TYPE.VoiceRoutingPolicy && !counts.has(name)) counts.set(name, 1);
  }
  return Object.fromEntries(counts);
}

/** Empty: the tenant's default. */
function policiesOf({ effectivePolicyAssignments }: TeamsUser): string[] {
  const routing = (effectivePolicyAssignments ?? []).filter(({ policyType }) => policyType === CONFIG_TYPE.VoiceRoutingPolicy);
  return routing.flatMap(({ policyAssignment: { displayName } }) => (displayName ? [bareName(displayName)] : []));
}

function bareName(name: string): string {
  return name.replace(/^tag:/i, '').toLowerCase();
}

/** The view as it is once the change has become visible. Pure. */
export function overlayVoiceView(view: VoiceView, change: Change): VoiceView {
  const id = identityOf(change);
  const others = view.objects.filter((object) => identityOf(object) !== id);
  if (change.action === 'remove') return { ...view, objects: others };
  const known = view.objects.find((object) => identityOf(object) === id);
  if (known === undefined && change.action === 'update') return view; // an update makes nothing
  const { system, target, kind, name } = known ?? change;
  const { marker, adopted } = change.marker === undefined ? { ...known } : change;
  const changed: OutsideObject = {
    system,
    target,
    kind,
    name,
    fields: { ...known?.fields, ...afterFields(change) },
    ...(marker === undefined ? {} : { marker }),
    ...(adopted === true ? { adopted } : {}),
  };
  return { ...view, objects: [...others, changed] };
}

/** True when the objects already are as the change leaves them. Pure. */
export function showsChange(objects: readonly OutsideObject[], change: Change): boolean {
  const id = identityOf(change);
  const found = objects.find((object) => identityOf(object) === id);
  if (change.action === 'remove') return found === undefined;
  return found !== undefined && Object.entries(afterFields(change)).every(([path, after]) => sameJson(found.fields[path], after));
}

/**
 * True when an object that an update changed has also changed where the update did not touch it. Priorities are left out: the service moves them
 * by itself when another route takes one (teams-admin-api §8). Pure.
 */
export function differsBesides(before: readonly OutsideObject[], after: readonly OutsideObject[], change: Change): boolean {
  const id = identityOf(change);
  const known = before.find((object) => identityOf(object) === id);
  const found = after.find((object) => identityOf(object) === id);
  if (known === undefined || found === undefined) return false;
  const touched = new Set(['priority', ...change.fields.map(({ path }) => path)]);
  return Object.entries(known.fields).some(([path, value]) => !touched.has(path) && !sameJson(found.fields[path], value));
}

function afterFields(change: Change): Record<string, Json> {
  return Object.fromEntries(change.fields.flatMap(({ path, after }) => (after === undefined ? [] : [[path, after]])));
}
