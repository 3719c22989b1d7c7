import { ANNOTATIONS } from '../api/group.ts';
import type { SbcDevice } from '../api/kinds.ts';
import { type KubeObject, keyOf } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { ChangePolicy } from '../domain/change/plan.ts';
import type { ControllerDeps } from './deps.ts';

/** The part of spec that every kind shares and that restricts writing (design §2 Shared). */
export interface GovernedSpec {
  readonly suspend?: boolean;
  readonly changePolicy?: ChangePolicy;
  /** Only a Customer has it; absent means enabled. */
  readonly enabled?: boolean;
}

export type Governed = KubeObject<GovernedSpec, unknown>;

/** Why nothing may be written now although there may be something to write. */
export interface Hold {
  readonly reason: Reason;
  readonly message: string;
}

export interface Governance {
  /** The most restrictive of the object and its parents; what spec leaves out restricts nothing. */
  readonly policy: ChangePolicy;
  /** Who says so, for messages: `SiteLocation zurich has spec.changePolicy: Observe`. */
  readonly policyBy: string;
  readonly hold: Hold | undefined;
}

interface GovernanceInput {
  /** The object first, then its parents in any order. */
  readonly chain: readonly Governed[];
  readonly defaultPolicy: ChangePolicy;
  readonly namespaceAnnotations: Readonly<Record<string, string>>;
  readonly actuation: 'Active' | 'Paused';
  /** SBCs whose configuration the object writes. */
  readonly writesTo?: readonly SbcDevice[];
}

/**
 * What may be written for an object: by itself and its parents (`chain`, the object first), by its namespace, by the installation and by the
 * SBCs that it configures.
 */
export function governanceOf(
  chain: readonly [Governed, ...Governed[]],
  { stores, settings }: Pick<ControllerDeps, 'stores' | 'settings'>,
  writesTo: readonly SbcDevice[] = [],
): Governance {
  const namespace = stores.namespaces.get(`/${chain[0].metadata.namespace ?? ''}`);
  return govern({
    chain,
    defaultPolicy: settings.defaultChangePolicy,
    namespaceAnnotations: namespace?.metadata.annotations ?? {},
    actuation: settings.actuation,
    writesTo,
  });
}

const RESTRICTION: Record<ChangePolicy, number> = { Enforce: 0, Report: 1, Approve: 2, Observe: 3 };

/** Whose policy holds (design §2): Observe < Approve < Report < Enforce, whatever is absent restricts nothing. */
function govern({ chain, defaultPolicy, namespaceAnnotations, actuation, writesTo = [] }: GovernanceInput): Governance {
  const policies = chain.flatMap((object) => object.spec.changePolicy ?? []);
  const policy =
    policies.length === 0 ? defaultPolicy : policies.reduce((left, right) => (RESTRICTION[right] > RESTRICTION[left] ? right : left));
  const policyBy = policySource(chain, policy);
  const hold =
    pauseOf(namespaceAnnotations, actuation) ??
    suspension(chain) ??
    disabling(chain) ??
    unmanagedRestriction(chain, policy, policyBy) ??
    lockOf(writesTo);
  return { policy, policyBy, hold };
}

function policySource(chain: readonly Governed[], policy: ChangePolicy): string {
  const by = chain.find((object) => object.spec.changePolicy === policy);
  return by === undefined
    ? `the installation has defaults.changePolicy: ${policy}`
    : `${by.kind} ${by.metadata.name} has spec.changePolicy: ${policy}`;
}

function pauseOf(annotations: Readonly<Record<string, string>>, actuation: 'Active' | 'Paused'): Hold | undefined {
  if (actuation === 'Paused')
    return { reason: 'Paused', message: 'The operator runs with --actuation=Paused: it looks and writes nothing outside' };
  if (annotations[ANNOTATIONS.paused] !== 'true') return undefined;
  return { reason: 'Paused', message: `The namespace carries ${ANNOTATIONS.paused}=true: nothing is written outside until it is removed` };
}

/** Whether one of them is suspended; it also holds the deletion of those that have nothing of their own outside (design §3.9). */
export function suspension(chain: readonly Governed[]): Hold | undefined {
  const by = chain.find((object) => object.spec.suspend === true);
  return (
    by && {
      reason: 'Suspended',
      message: `${by.kind} ${by.metadata.name} has spec.suspend: true, so nothing is written; set it to false to go on`,
    }
  );
}

/** A disabled Customer is looked at and not written for, and neither is what hangs on it (S142 as corrected). */
function disabling(chain: readonly Governed[]): Hold | undefined {
  const by = chain.find((object) => object.spec.enabled === false);
  return (
    by && {
      reason: 'Disabled',
      message: `${by.kind} ${by.metadata.name} has spec.enabled: false, so nothing is written; set it to true to go on`,
    }
  );
}

/** A locked SBC is not written to; what its sites do in a tenant goes on (design §2 SBCDevice). */
export function lockOf(devices: readonly SbcDevice[]): Hold | undefined {
  const locked = devices.find(({ spec }) => spec.locked === true);
  return locked && { reason: 'Locked', message: `SBCDevice ${keyOf(locked)} has spec.locked: true; set it to false to go on` };
}

/** Fields that restrict writing fail closed while this release does not act on them (design §2, SpecManaged). */
function unmanagedRestriction(chain: readonly Governed[], policy: ChangePolicy, policyBy: string): Hold | undefined {
  if (policy === 'Approve')
    return {
      reason: 'NotManagedYet',
      message: `${policyBy}, which is not managed by this release, so nothing is written; use Report or Enforce`,
    };
  for (const object of chain) {
    const path = restrictingPaths(object.spec as Readonly<Record<string, unknown>>)[0];
    if (path !== undefined) {
      return {
        reason: 'NotManagedYet',
        message: `${object.kind} ${object.metadata.name} sets ${path}, which this release does not act on and which restricts writing; remove it to go on`,
      };
    }
  }
  return undefined;
}

function restrictingPaths(spec: Readonly<Record<string, unknown>>): string[] {
  const state = spec['serviceState'];
  return [
    ...(typeof state === 'string' && state !== 'Active' ? ['spec.serviceState'] : []),
    ...(Array.isArray(spec['changeWindows']) && spec['changeWindows'].length > 0 ? ['spec.changeWindows'] : []),
    ...(spec['cutover'] === undefined ? [] : ['spec.cutover']),
    ...(spec['rollout'] === undefined ? [] : ['spec.rollout']),
  ];
}

/** Whether the user gives up on what may be left outside: `force-remove` with `true` or the name of the object (design §3.9). */
export function isForceRemoved(object: KubeObject): boolean {
  return object.metadata.annotations?.[ANNOTATIONS.forceRemove] === 'true' || forceWords(object).has(object.metadata.name);
}

/** The same for a part of what hangs on the objects, such as `trunk/<trunk>`: `force-remove` on one of them has `<its name>/<part>`. */
export function isGivenUp(objects: readonly KubeObject[], part: string): boolean {
  return objects.some((object) => forceWords(object).has(`${object.metadata.name}/${part}`));
}

function forceWords({ metadata }: KubeObject): ReadonlySet<string> {
  return new Set((metadata.annotations?.[ANNOTATIONS.forceRemove] ?? '').split(/[\s,]+/));
}
