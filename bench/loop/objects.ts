import type { Condition, KubeObject } from '../../operator/api/meta.ts';

/** The kinds of the bench with their share: as at the planned size, 10,000 customers with 2 sites and 4 ranges each, and some devices. */
export const BENCH_KINDS = [
  { kind: 'SBCDevice', plural: 'sbcdevices', share: 0.002 },
  { kind: 'Customer', plural: 'customers', share: 1 / 7 },
  { kind: 'SiteLocation', plural: 'sitelocations', share: 2 / 7 },
  { kind: 'NumberRange', plural: 'numberranges', share: 4 / 7 },
] as const;

export type BenchKind = (typeof BENCH_KINDS)[number]['kind'];

export const NAMESPACE = 'bench';
/** Changing it is a touch; it carries when that was. One of our annotations, so that it wakes the reconciler. */
export const TOUCH = 'trunkline.dev/adopt';
/** Beside a touch: the reconciler's status shall follow it. */
export const TOUCH_STATUS = 'trunkline.dev/confirm-delete';

const API_VERSION = 'trunkline.dev/v1alpha1';
const SETTLED = '2026-01-01T00:00:00Z';
/** What the delivering tool leaves on each object. */
const LABELS = {
  'app.kubernetes.io/part-of': 'voice-platform',
  'app.kubernetes.io/managed-by': 'flux',
  'kustomize.toolkit.fluxcd.io/name': 'customers',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
};

type Condensed = readonly [type: string, reason: string, message: string];

const CONDITIONS: Readonly<Record<BenchKind, readonly Condensed[]>> = {
  SBCDevice: [
    ['Ready', 'Connected', 'the device answers, its dialect is known and no alarm is active'],
    ['Connected', 'Connected', 'the device answered the last status read over HTTPS with the expected certificate'],
    ['ManagementHealthy', 'Healthy', 'CPU, memory and the management interfaces are within their limits'],
    ['VoiceQualityHealthy', 'NotApplicable', 'the device does not report voice quality to this operator'],
    ['LicenseHealthy', 'Healthy', 'the feature key allows more sessions than the sites of this device can use'],
    ['TeamsBaseline', 'Assumed', 'the once-per-device build is taken for granted and was not proven'],
  ],
  Customer: [
    ['Ready', 'Deployed', 'all gates hold and no site and no range has failed'],
    ['Accepted', 'Accepted', 'the short name is free and the licence fits its services'],
    ['TenantVerified', 'TenantFound', 'the directory of the tenant id was found in the public cloud'],
    ['Authenticated', 'TokenIssued', 'Graph and the Teams admin API both accept the app registration'],
    ['Authorized', 'PermissionsSufficient', 'the token carries every role that the next steps need, and none is surplus'],
    ['Licensed', 'PoolNotConfigured', 'no pool is configured, so the number of licensed users is not limited here'],
  ],
  SiteLocation: [
    ['Ready', 'Deployed', 'every active trunk is deployed on its device and in the tenant'],
    ['Accepted', 'Accepted', 'the label of every trunk is free and its device grants this namespace'],
    ['DomainVerified', 'Verified', 'the domain of every active trunk is verified in the tenant'],
    ['DomainActivated', 'Activated', 'a licensed user with enterprise voice has a sign-in name in the domain'],
    ['SBCDeployed', 'NothingToDeploy', 'the shared tags of the device need no object of their own for this site'],
    ['M365Deployed', 'ReadBack', 'usage, voice route and routing policy were read back as written'],
  ],
  NumberRange: [
    ['Ready', 'Deployed', 'every prefix is routed on every trunk of the site'],
    ['Accepted', 'Accepted', 'no prefix is held by another range on the same device and plan'],
    ['SBCDeployed', 'ReadBack', 'all dial-plan rules were read back from every device of the site'],
    ['NumbersRegistered', 'NotManagedYet', 'this release does not register numbers with Microsoft'],
    ['Assigned', 'NotManagedYet', 'this release does not assign numbers to users'],
    ['Verified', 'NoTestPrefix', 'the device has no test prefix, so no round trip was made'],
  ],
};

/** Everything that a pass finds out about an object, from the object alone; what the loader stored before and the reconciler states again. */
export function finding(kind: BenchKind, name: string, generation: number): { conditions: Condition[]; footprint: object[] } {
  const conditions = CONDITIONS[kind].map(([type, reason, message]) => {
    const status =
      reason === 'NotApplicable' || reason === 'Assumed' || reason === 'NotManagedYet' || reason === 'NoTestPrefix' ? 'Unknown' : 'True';
    return { type, status, reason, message, observedGeneration: generation, lastTransitionTime: SETTLED } as const;
  });
  const footprint = [
    {
      system: 'teams-admin',
      target: 'f0000000-0000-4000-8000-000000000001',
      kind: 'VoiceRoute',
      name: `Unrestricted-${name}`,
      desiredHash: 'c2f1a9b07d3e',
    },
    { system: 'sbc', target: `${NAMESPACE}/device-0`, kind: 'DialPlanRule', count: 20, hash: '9b1e77d0a45c' },
  ];
  return { conditions, footprint };
}

const SPECS: Readonly<Record<BenchKind, (index: number, customers: number) => object>> = {
  SBCDevice: (index) => ({
    address: `device-${index}.carrier.example`,
    credentialsSecretRef: { name: 'credentials' },
    carrierTrunks: [{ fqdn: 'teams.carrier.example', mode: 'Declared' }],
    dialPlans: { tenants: 'TeamsTenants' },
  }),
  Customer: (index) => ({
    fullName: `Customer number ${index} of the bench`,
    shortName: `Bench${index}`,
    services: [{ type: 'DirectRouting', licenseType: 'HostedEssentials', licensedUsers: 0 }],
    tenantId: `f0000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  }),
  SiteLocation: (index, customers) => ({
    customerRef: { name: nameOf('Customer', index % customers) },
    siteName: `Site${index}`,
    configuration: 'SipTrunk',
    sipTrunk: { carrier: 'carrier' },
    trunks: [{ name: 'main', sbcRef: { name: nameOf('SBCDevice', 0) }, carrierTrunk: 'teams.carrier.example', label: `site-${index}` }],
    m365: { defaultRouting: false },
  }),
  NumberRange: (index, customers) => ({
    customerRef: { name: nameOf('Customer', index % customers) },
    siteRef: { name: nameOf('SiteLocation', index % (2 * customers)) },
    prefixes: Array.from({ length: 10 }, (_, i) => `+4144${String(index).padStart(6, '0')}${i}`),
  }),
};

export function nameOf(kind: BenchKind, index: number): string {
  return `${kind.toLowerCase()}-${String(index).padStart(6, '0')}`;
}

export function countOf(kind: BenchKind, total: number): number {
  const devices = Math.max(1, Math.round(total * BENCH_KINDS[0].share));
  if (kind === 'SBCDevice') return devices;
  const customers = Math.round((total - devices) / 7);
  if (kind === 'Customer') return customers;
  return kind === 'SiteLocation' ? customers * 2 : total - devices - customers * 3;
}

/** As it stands in etcd, managedFields of the two writers included. */
export function storedObject(kind: BenchKind, index: number, total: number): KubeObject {
  const name = nameOf(kind, index);
  const spec = SPECS[kind](index, countOf('Customer', total));
  const status = { observedGeneration: 1, ...finding(kind, name, 1) };
  const metadata = {
    name,
    namespace: NAMESPACE,
    uid: `${kind.length.toString(16).padStart(8, '0')}-0000-4000-8000-${String(index).padStart(12, '0')}`,
    generation: 1,
    creationTimestamp: SETTLED,
    labels: LABELS,
    finalizers: ['trunkline.dev/external'],
    managedFields: [
      managed('kustomize-controller', { metadata: { labels: LABELS }, spec }),
      managed('trunkline-status', { status }, 'status'),
    ],
  };
  return { apiVersion: API_VERSION, kind, metadata, spec, status } as KubeObject;
}

function managed(manager: string, owned: object, subresource?: string): object {
  return {
    manager,
    operation: 'Apply',
    apiVersion: API_VERSION,
    time: SETTLED,
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsOf(owned),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** FieldsV1 of a value, as server-side apply records it: atomic lists as one, lists with a `type` key by item. */
function fieldsOf(value: unknown): object {
  if (Array.isArray(value)) {
    const keyed = value.filter(
      (item): item is { type: string } => typeof item === 'object' && item !== null && 'lastTransitionTime' in item,
    );
    return Object.fromEntries(keyed.map((item) => [`k:${JSON.stringify({ type: item.type })}`, { '.': {}, ...fieldsOf(item) }]));
  }
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, fieldsOf(inner)]));
}
