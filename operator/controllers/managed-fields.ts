import type { Kind } from '../api/kinds.ts';
import { type Finding, holds, stalls } from './finding.ts';
import type { Governance } from './governance.ts';

/**
 * Set paths whose behaviour comes with a later release (design §2, SpecManaged): reported, never silently ignored. `[]` means any item of a
 * list. A test walks the CRDs: every field is either here or in its list of what is acted on.
 * @internal Exported for its own tests.
 */
export const UNMANAGED: Readonly<Record<Kind, readonly string[]>> = {
  Customer: [
    'services[].licenseFactors',
    'services[].clientSecretRef',
    'serviceState',
    'admin.email',
    'admin.sendInvitation',
    'authentication.providerApp',
    'authentication.administrativeUnits',
    'm365.userFilter',
    'm365.sync',
    'voice',
    'userTemplates',
    'changeWindows',
    'goLiveAt',
    'rollout',
  ],
  SiteLocation: [
    'region',
    'sipTrunk',
    'ipPbx',
    'byoc',
    'trunks[].ingressMoved',
    'gateway.sipSignalingPort',
    'gateway.maxConcurrentSessions',
    'gateway.forwardPai',
    'gateway.forwardCallHistory',
    'gateway.mediaBypass',
    'm365.template',
    'm365.variables',
    'm365.variablesFrom',
    'locationBasedRouting',
    'emergency.mode',
    'emergency.country',
    'emergency.numbers',
    'emergency.trunks',
    'emergency.enhanced',
    'emergency.testNumber',
    'sbc.template',
    'sbc.variables',
    'sbc.variablesFrom',
    'sbc.admissionProfile',
    'activation',
    'voice',
    'serviceState',
  ],
  SBCDevice: [
    'fqdn',
    'natAddresses',
    'drain',
    'carrierTrunks[].cloud',
    'teams.sipInterface',
    'teams.ipGroup',
    'teams.proxySet',
    'teams.tlsContext',
    'carriers',
    'limits.ipGroups',
    'testPrefix',
    'changeWindows',
  ],
  NumberRange: ['assignments', 'autoAssign', 'treatment', 'reservations', 'replaces', 'releaseTo', 'cutover', 'operatorConnectUsage'],
  Invitation: ['flow'],
};

/** Values that say nothing: a field set to one of these is as good as absent. */
const SILENT: Readonly<Record<string, unknown>> = {
  serviceState: 'Active',
  'admin.sendInvitation': false,
  'emergency.mode': 'CustomerManaged',
};

/** SpecManaged: True when every set field is acted on, else False with the paths; Ready is not affected. */
export function unmanagedPaths(kind: Kind, spec: object): Finding[] {
  const set = UNMANAGED[kind].filter((path) => isSet(path, spec));
  if (set.length === 0) return [holds('SpecManaged', 'SpecManaged', 'Every set field is acted on')];
  const message = `Set, valid, and not acted on by this release: ${set.map((path) => `spec.${path}`).join(', ')}`;
  return [{ type: 'SpecManaged', status: 'False', reason: 'NotManagedYet', message, effect: 'fine' }];
}

/** A helper of Ready: a field that restricts writing and is not acted on fails closed (design §2, SpecManaged). */
export function managedFinding({ hold }: Governance): Finding {
  return hold?.reason === 'NotManagedYet'
    ? stalls('Managed', 'NotManagedYet', hold.message)
    : holds('Managed', 'SpecManaged', 'Nothing restricts writing that this release does not act on');
}

function isSet(path: string, spec: object): boolean {
  return valuesAt(path.split('.'), spec).some((value) => value !== SILENT[path] && !(Array.isArray(value) && value.length === 0));
}

/** What a path leads to; several values where a list lies on the way, none where something is absent. */
function valuesAt([step, ...rest]: readonly string[], at: unknown): readonly unknown[] {
  if (at === undefined) return [];
  if (step === undefined) return [at];
  if (at === null || typeof at !== 'object') return [];
  const isList = step.endsWith('[]');
  const next = (at as Readonly<Record<string, unknown>>)[isList ? step.slice(0, -2) : step];
  if (!isList) return valuesAt(rest, next);
  return Array.isArray(next) ? next.flatMap((item: unknown) => valuesAt(rest, item)) : [];
}
