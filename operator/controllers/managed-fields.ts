import { type Finding, holds } from './finding.ts';

/** Set paths whose behaviour comes with a later release (design §2, SpecManaged): reported, never silently ignored. */
const UNMANAGED: Readonly<Record<string, readonly string[]>> = {
  Customer: [
    'voice',
    'userTemplates',
    'changeWindows',
    'goLiveAt',
    'rollout',
    'serviceState',
    'm365.userFilter',
    'm365.sync',
    'authentication.providerApp',
    'authentication.administrativeUnits',
  ],
  SiteLocation: [
    'm365.template',
    'm365.variables',
    'm365.variablesFrom',
    'locationBasedRouting',
    'sbc.template',
    'sbc.variables',
    'sbc.variablesFrom',
    'sbc.admissionProfile',
    'activation',
    'voice',
    'serviceState',
    'ipPbx',
    'byoc',
    'emergency.numbers',
  ],
  SBCDevice: ['drain', 'changeWindows', 'testPrefix', 'limits', 'carriers'],
  NumberRange: ['assignments', 'autoAssign', 'treatment', 'reservations', 'replaces', 'releaseTo', 'cutover', 'operatorConnectUsage'],
  Invitation: [],
};

/** Values that say nothing: a field set to one of these is as good as absent. */
const SILENT: Readonly<Record<string, unknown>> = { serviceState: 'Active' };

/** SpecManaged: True when every set field is acted on, else False with the paths; Ready is not affected. */
export function unmanagedPaths(kind: string, spec: object): Finding[] {
  const set = (UNMANAGED[kind] ?? []).filter((path) => isSet(path, spec));
  if (set.length === 0) return [holds('SpecManaged', 'SpecManaged', 'Every set field is acted on')];
  const message = `Set, valid, and not acted on by this release: ${set.map((path) => `spec.${path}`).join(', ')}`;
  return [{ type: 'SpecManaged', status: 'False', reason: 'NotManagedYet', message, effect: 'fine' }];
}

function isSet(path: string, spec: object): boolean {
  const value = path
    .split('.')
    .reduce<unknown>(
      (at, key) => (at !== null && typeof at === 'object' ? (at as Readonly<Record<string, unknown>>)[key] : undefined),
      spec,
    );
  if (value === undefined || value === SILENT[path]) return false;
  return !(Array.isArray(value) && value.length === 0);
}
