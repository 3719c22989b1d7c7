import type { NumberRange, SbcDevice } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import { type DialPlanRole, dialPlanRole } from '../../domain/routing/dial-plan-role.ts';
import { leadingTrunk, type TagCandidate } from '../../domain/routing/leading-trunk.ts';
import { fitsTag } from '../../domain/routing/trunk-names.ts';
import { type Finding, stalls, waits } from '../finding.ts';
import { type KnownTrunk, ledTo } from '../indexes.ts';
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

/**
 * Every trunk's device gets the rules, each with that trunk's FQDN as tag (telephony 2.1). Of two trunks on one device, one decides: see
 * leadingTrunk. One that the spec has taken out, and that the site still knows, is among them where another trunk leads to its device.
 */
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
  const trunks = [...scope.trunks].sort((left, right) => left.priority - right.priority);
  const refusal = trunks.map((trunk) => refusedTrunk(scope, trunk)).find((finding) => finding !== undefined);
  if (refusal !== undefined) return { refusal };
  const places: Placement[] = [];
  for (const deviceKey of new Set(trunks.map((trunk) => trunk.deviceKey))) {
    const lead = leadingTrunk(candidatesAt(deviceKey, range, scope));
    const placed = lead && place(range, scope, lead, role);
    if (placed !== undefined && 'refusal' in placed) return placed;
    if (placed !== undefined) places.push(placed.place);
  }
  return { places };
}

interface Candidate extends TagCandidate {
  readonly name: string;
  readonly device: SbcDevice;
  readonly deviceKey: ObjectKey;
  readonly fqdn: string;
}

/** Trunks whose name the rules on a device may carry: those of the spec that lead there, and those that have not left the device yet. */
function candidatesAt(deviceKey: ObjectKey, range: NumberRange, scope: SiteScope): Candidate[] {
  const here = scope.trunks.filter((trunk) => trunk.deviceKey === deviceKey);
  const device = here[0]?.device;
  if (device === undefined) return [];
  const tag = range.status?.trunks?.find((known) => known.device === deviceKey)?.tag?.toLowerCase();
  const known = scope.site.status?.trunks ?? [];
  const candidate = (name: string, fqdn: string, rest: Pick<Candidate, 'priority' | 'state' | 'isLeaving'>): Candidate => {
    const inbound = inboundOf(
      known.find((trunk) => trunk.name === name),
      scope,
    );
    return { name, device, deviceKey, fqdn, inbound, isStanding: fqdn === tag, ...rest };
  };
  const present = here.flatMap(({ spec, fqdn, priority, state }) =>
    fqdn === undefined ? [] : [candidate(spec.name, fqdn, { priority, state, isLeaving: false })],
  );
  const leaving = known.flatMap((trunk) => {
    const { name, fqdn, priority = 1, state = 'Active' } = trunk;
    const isPresent = here.some(({ spec }) => spec.name === name);
    if (ledTo(trunk) !== deviceKey || isPresent) return [];
    return [candidate(name, fqdn, { priority, state: state === 'Removing' ? 'Active' : state, isLeaving: true })];
  });
  return [...present, ...leaving];
}

/** By what the site has seen in the tenant; where trunk names lead to no tenant there is nothing to wait for (design §3). */
function inboundOf(known: KnownTrunk | undefined, { usesTrunkNames, routesInMicrosoft }: SiteScope): TagCandidate['inbound'] {
  if (!usesTrunkNames || known?.domain === 'Activated' || known?.m365 === 'Deployed') return 'Ready';
  return routesInMicrosoft ? 'NotReady' : 'Untold';
}

function refusedTrunk({ site }: SiteScope, { device, fqdn, spec, problem }: TrunkScope): Finding | undefined {
  if (device !== undefined && fqdn !== undefined) return undefined;
  const message = `SiteLocation ${site.metadata.name}: trunk ${spec.name}: ${problem?.message ?? 'has no name yet'}`;
  return waits('Accepted', 'SiteLocationNotReady', message);
}

function place(range: NumberRange, scope: SiteScope, trunk: Candidate, role: DialPlanRole): { place: Placement } | { refusal: Finding } {
  const { device, deviceKey, fqdn, name } = trunk;
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
  if (!fitsTag(tag, limit)) {
    return {
      refusal: stalls(
        'Accepted',
        'TagTooLong',
        `spec.tag: "${tag}" has ${tag.length} characters, SBCDevice ${deviceKey} takes ${limit}; use a shorter label`,
      ),
    };
  }
  return { place: { trunk: name, device: deviceKey, fqdn, plan, tag } };
}

/** Derived, unless set to something that is allowed: foreign tags would send a customer's calls to somebody else. */
function tagOf(range: NumberRange, scope: SiteScope, trunk: Pick<Candidate, 'fqdn'>, role: DialPlanRole): string | { refusal: Finding } {
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
  if (isExtra) return tag;
  const [only, ...others] = scope.trunks;
  const isOnly = others.length === 0;
  if (isOnly && tag.toLowerCase() === derived?.toLowerCase()) return tag;
  // The name of the site's trunk, which does not lead yet, says no more than no tag at all.
  if (isOnly && derived !== undefined && role !== 'operatorConnect' && tag.toLowerCase() === only?.fqdn) return derived;
  return {
    refusal: stalls(
      'Accepted',
      'TagNotAllowed',
      `spec.tag: "${tag}" is neither derived for the site (${derived ?? 'unknown'}) nor in spec.extraTags of every SBC of the site; remove it or have it added there`,
    ),
  };
}
