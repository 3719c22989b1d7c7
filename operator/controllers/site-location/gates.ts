import type { Customer } from '../../api/kinds.ts';
import type { TenantStep } from '../../domain/permissions/due-permissions.ts';
import { conditionOf, satisfies } from '../finding.ts';
import { type Gate, gate, protectedBy } from '../gates.ts';
import type { SiteScope, TrunkScope } from '../site-scope.ts';
import type { SiteFindings } from './findings.ts';

/** What a site does in the tenant; rights that only other work needs do not stop it (design §2). */
const SITE_STEPS: readonly TenantStep[] = ['readTenant', 'readDomains', 'readLicenses', 'readVoiceUsers', 'configureVoice'];

/** What must hold before the site writes anything outside (design §2, references wait on named gates). The first closed one is told. */
export function siteGate(scope: SiteScope): Gate {
  const { customer, trunks } = scope;
  if (customer === undefined) return { reason: 'CustomerNotReady', message: 'The Customer does not exist' };
  return (
    unmanagedPattern(scope) ??
    customerGate(customer, scope) ??
    trunksGate(scope) ??
    protectedBy([customer, ...trunks.flatMap((trunk) => trunk.device ?? [])])
  );
}

/** Whether what is planned is handed over in this pass. */
export function mayWrite({ accepted, closedGate, governance }: Pick<SiteFindings, 'accepted' | 'closedGate' | 'governance'>): boolean {
  return accepted.status === 'True' && closedGate === undefined && governance.hold === undefined;
}

/**
 * A site with an IP group of its own (so also every one with `gateway.model: Registered`) has a part on the SBC that this release does not
 * make: routing in the tenant without it would lead calls to where nobody takes them, so nothing is written outside at all. What was made
 * before is still cleaned up.
 */
export function unmanagedPattern({ site }: Pick<SiteScope, 'site'>): Gate {
  if (site.spec.sbc?.pattern !== 'OwnIpGroup') return undefined;
  const message =
    'spec.sbc.pattern: OwnIpGroup needs objects on the SBC that this release does not make, so nothing is written for the site; use SharedTags';
  return { reason: 'NotManagedYet', message };
}

function customerGate(customer: Customer, { essentials }: SiteScope): Gate {
  const accepted = gate(customer, 'Accepted');
  if (accepted !== undefined || essentials) return accepted;
  return gate(customer, 'Authenticated') ?? rightsGate(customer) ?? gate(customer, 'Licensed');
}

function rightsGate(customer: Customer): Gate {
  const closed = gate(customer, 'Authorized');
  const { permissions = [], roles = [] } = customer.status ?? {};
  const missing = [...permissions, ...roles].filter(({ state }) => state === 'Missing');
  if (closed === undefined || missing.length === 0) return closed;
  const isOurs = missing.some(({ neededFor = '' }) => SITE_STEPS.some((step) => neededFor.split(', ').includes(step)));
  return isOurs ? closed : undefined;
}

/** A site that stands goes on with the trunks that are left; a new one needs all of them (telephony 2.1). */
function trunksGate(scope: SiteScope): Gate {
  const active = scope.trunks.filter(({ state }) => state === 'Active');
  const closed = active.map((trunk) => trunkGate(scope, trunk));
  const stands = conditionOf(scope.site, 'SBCDeployed')?.status === 'True' && closed.includes(undefined);
  return stands ? undefined : closed.find((one) => one !== undefined);
}

function trunkGate(scope: SiteScope, trunk: TrunkScope): Gate {
  const deviceGate = trunk.device && gate(trunk.device, 'Connected');
  return deviceGate ?? (scope.routesInMicrosoft ? carrierGate(trunk) : undefined) ?? baselineGate(scope, trunk);
}

function carrierGate({ spec, device }: TrunkScope): Gate {
  if (spec.carrierTrunk === undefined) return undefined;
  const carrier = device?.status?.carrierTrunks?.find(({ fqdn }) => fqdn.toLowerCase() === spec.carrierTrunk?.toLowerCase());
  if (carrier?.ready === true) return undefined;
  const why =
    carrier === undefined
      ? `SBCDevice ${device?.metadata.name} does not list it in spec.carrierTrunks; add it there or use one that is listed`
      : `it is not ready (${carrier.reason}); correct what SBCDevice ${device?.metadata.name} tells in CarrierTrunkReady`;
  return { reason: 'CarrierTrunkNotReady', message: `spec.trunks[${spec.name}].carrierTrunk ${spec.carrierTrunk}: ${why}` };
}

function baselineGate({ site }: SiteScope, { device }: TrunkScope): Gate {
  const shared = (site.spec.sbc?.pattern ?? 'SharedTags') === 'SharedTags';
  if (!shared || device === undefined || site.spec.sbc?.baseline === 'Assumed' || satisfies(conditionOf(device, 'TeamsBaseline')))
    return undefined;
  return gate(device, 'TeamsBaseline');
}
