import type { NumberRange } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { type DialPlanRole, dialPlanRole } from '../../domain/routing/dial-plan-role.ts';
import { type Finding, stalls, waits } from '../finding.ts';
import type { SiteScope, TrunkScope } from '../site-scope.ts';

/** Where the rules of a range go on one device, and what they say. */
export interface Placement {
  readonly trunk: string;
  readonly device: ObjectKey;
  readonly fqdn: string;
  /** Name of the dial plan on the device. */
  readonly plan: string;
  readonly tag: string;
}

export type Placements = { readonly places: readonly Placement[] } | { readonly refusal: Finding };

/** Every trunk's device gets the rules, each with that trunk's FQDN as tag (telephony 2.1); of two trunks on one device the first one counts. */
export function placementsOf(range: NumberRange, scope: SiteScope): Placements {
  const role = dialPlanRole(range, scope.site);
  if (role === 'registeredUsers') {
    return {
      refusal: stalls(
        'Accepted',
        'NotManagedYet',
        'spec.dialPlan: registeredUsers needs pairs of rules, which this release does not write; use another role',
      ),
    };
  }
  const places = new Map<ObjectKey, Placement>();
  for (const trunk of [...scope.trunks].sort((left, right) => left.priority - right.priority)) {
    const placed = place(range, scope, trunk, role);
    if ('refusal' in placed) return placed;
    if (!places.has(placed.place.device)) places.set(placed.place.device, placed.place);
  }
  return { places: [...places.values()] };
}

function place(range: NumberRange, scope: SiteScope, trunk: TrunkScope, role: DialPlanRole): { place: Placement } | { refusal: Finding } {
  const { device, deviceKey, fqdn, spec } = trunk;
  if (device === undefined || fqdn === undefined) {
    return {
      refusal: waits(
        'Accepted',
        'SiteLocationNotReady',
        `SiteLocation ${scope.site.metadata.name}: trunk ${spec.name}: ${trunk.problem?.message ?? 'has no name yet'}`,
      ),
    };
  }
  const plan = device.spec.dialPlans?.[role];
  if (plan === undefined) {
    return {
      refusal: stalls(
        'Accepted',
        'DialPlanNotMapped',
        `spec.dialPlan: SBCDevice ${deviceKey} names no dial plan for role ${role}; set its spec.dialPlans.${role}`,
      ),
    };
  }
  const tag = tagOf(range, scope, trunk, role);
  if (typeof tag !== 'string') return tag;
  const limit = device.spec.limits?.tagLength;
  if (limit !== undefined && tag.length > limit) {
    return {
      refusal: stalls(
        'Accepted',
        'TagTooLong',
        `spec.tag: "${tag}" has ${tag.length} characters, SBCDevice ${deviceKey} takes ${limit}; use a shorter label`,
      ),
    };
  }
  return { place: { trunk: spec.name, device: deviceKey, fqdn, plan, tag } };
}

/** Derived, unless set to something that is allowed: foreign tags would send a customer's calls to somebody else. */
function tagOf(range: NumberRange, scope: SiteScope, trunk: TrunkScope, role: DialPlanRole): string | { refusal: Finding } {
  const derived = role === 'operatorConnect' ? scope.tenantId?.toLowerCase() : trunk.fqdn;
  const { tag } = range.spec;
  if (tag === undefined) {
    return (
      derived ?? {
        refusal: waits('Accepted', 'CustomerNotReady', `spec.tag is not set and the tenant id that it is derived from is not known yet`),
      }
    );
  }
  const isExtra = scope.trunks.every(({ device }) => device?.spec.extraTags?.includes(tag) === true);
  const isDerived = scope.trunks.length === 1 && tag.toLowerCase() === derived?.toLowerCase();
  if (isExtra || isDerived) return tag;
  return {
    refusal: stalls(
      'Accepted',
      'TagNotAllowed',
      `spec.tag: "${tag}" is neither derived for the site (${derived ?? 'unknown'}) nor in spec.extraTags of every SBC of the site; remove it or have it added there`,
    ),
  };
}
