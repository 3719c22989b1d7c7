import { type Customer, type Invitation, KINDS, type Kind, type NumberRange, type SbcDevice, type SiteLocation } from '../api/kinds.ts';
import type { Condition, KubeObject } from '../api/meta.ts';
import type { ObservedSample } from './meters.ts';

/** Everything that is watched, as far as metrics tell of it. */
export interface ObservedObjects {
  readonly Customer: Objects<Customer>;
  readonly SiteLocation: Objects<SiteLocation>;
  readonly SBCDevice: Objects<SbcDevice>;
  readonly NumberRange: Objects<NumberRange>;
  readonly Invitation: Objects<Invitation>;
}

interface Objects<T> {
  values(): Iterable<T>;
}

export interface ObjectMetricsOptions {
  /** False: nothing is told of single customers, their sites, ranges and invitations; sums and SBCs remain. */
  readonly perCustomer: boolean;
}

/** Where the gauges go; PrometheusMeters fits. */
interface SeriesMeters {
  observedSeries(name: string, help: string, read: () => Iterable<ObservedSample>): void;
}

/**
 * Exports what status says, read from the caches at each scrape: a series goes when its object goes, what is not known has no series (never a
 * 0 in its place, S073, S164), and nothing is kept up to date between scrapes.
 */
export function observeObjects(meters: SeriesMeters, objects: ObservedObjects, { perCustomer }: ObjectMetricsOptions): void {
  observeFleet(meters, objects);
  observeDevices(meters, objects.SBCDevice);
  if (perCustomer) observeCustomers(meters, objects.Customer);
  const told: readonly Kind[] = perCustomer ? KIND_NAMES : ['SBCDevice'];
  meters.observedSeries('trunkline_condition', 'Status that a condition of an object has; always 1', () => conditions(told, objects));
}

const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

function observeFleet(meters: SeriesMeters, objects: ObservedObjects): void {
  meters.observedSeries('trunkline_objects', 'Objects by kind and by the status of their condition Ready', () =>
    KIND_NAMES.flatMap((kind) => {
      const counts = { True: 0, False: 0, Unknown: 0 };
      for (const object of all(kind, objects)) counts[conditionOf(object, 'Ready')?.status ?? 'Unknown'] += 1;
      return Object.entries(counts).map(([ready, value]) => ({ labels: { kind, ready }, value }));
    }),
  );
  meters.observedSeries('trunkline_drift_objects', 'Outside objects that differ from what was applied and are left so', () =>
    KIND_NAMES.map((kind) => {
      let value = 0;
      for (const { status } of all(kind, objects)) value += status?.driftTotals?.objects ?? 0;
      return { labels: { kind }, value };
    }),
  );
  meters.observedSeries('trunkline_customers_by_auth_method', 'Customers by how their tenant is signed in to', () => {
    const counts = { AppRegistration: 0, DelegatedToken: 0, ProviderApp: 0, Password: 0, None: 0 };
    for (const { spec } of objects.Customer.values()) counts[spec.authentication?.method ?? 'None'] += 1;
    return Object.entries(counts).map(([method, value]) => ({ labels: { method }, value }));
  });
}

function observeDevices(meters: SeriesMeters, devices: Objects<SbcDevice>): void {
  const ofEach = (read: (device: SbcDevice) => readonly ObservedSample[]) => () => flatMap(devices.values(), read);
  const named = ({ metadata }: SbcDevice) => ({ namespace: metadata.namespace ?? '', sbc: metadata.name });
  meters.observedSeries(
    'trunkline_sbc_up',
    'Whether the SBC answers on its management interface',
    ofEach((device) => trueOrFalse(conditionOf(device, 'Connected'), named(device))),
  );
  meters.observedSeries(
    'trunkline_sbc_active_alarms',
    'Active alarms of the SBC, as last read',
    ofEach((device) =>
      (['critical', 'major', 'minor', 'warning'] as const).flatMap((severity) =>
        known(device.status?.alarms?.[severity], { ...named(device), severity }),
      ),
    ),
  );
  meters.observedSeries(
    'trunkline_sbc_sip_users',
    'SIP users registered at the SBC, where it reports them',
    ofEach((device) => known(device.status?.sipUsersCount, named(device))),
  );
}

function observeCustomers(meters: SeriesMeters, customers: Objects<Customer>): void {
  const ofEach = (read: (customer: Customer) => readonly ObservedSample[]) => () => flatMap(customers.values(), read);
  const named = ({ metadata }: Customer) => ({ namespace: metadata.namespace ?? '', customer: metadata.name });
  meters.observedSeries(
    'trunkline_customer_info',
    'Short name, tenant and way of signing in of a customer; always 1',
    ofEach((customer) => {
      const { spec, status } = customer;
      const tenant = status?.tenantId ?? spec.tenantId ?? '';
      const method = spec.authentication?.method ?? 'None';
      return [{ labels: { ...named(customer), short_name: spec.shortName, tenant_id: tenant, auth_method: method }, value: 1 }];
    }),
  );
  meters.observedSeries(
    'trunkline_customer_deploy_status',
    'Deploy status that a customer has; always 1',
    ofEach((customer) => {
      const status = customer.status?.deployStatus;
      return status === undefined ? [] : [{ labels: { ...named(customer), status }, value: 1 }];
    }),
  );
  meters.observedSeries(
    'trunkline_authentication_verified',
    'Whether the last sign-in to the tenant of a customer worked',
    ofEach((customer) => {
      const result = customer.status?.authentication?.lastVerificationStatus;
      return result === undefined || result === 'NeverPerformed' ? [] : known(Number(result === 'Successful'), named(customer));
    }),
  );
  meters.observedSeries(
    'trunkline_client_secret_expiry_timestamp_seconds',
    'When the client secret of a customer expires, in seconds since 1970, where that is known',
    ofEach((customer) => known(seconds(customer.status?.authentication?.clientSecretExpiresAt), named(customer))),
  );
  meters.observedSeries(
    'trunkline_customer_queue',
    'Pieces of work of a customer that wait or are being carried out',
    ofEach((customer) =>
      (['queued', 'executing'] as const).flatMap((state) => known(customer.status?.queue?.[state], { ...named(customer), state })),
    ),
  );
  meters.observedSeries(
    'trunkline_license_acquired',
    'Licensed users that a customer has ordered, over all services',
    ofEach((customer) => known(customer.status?.licenses?.acquired, named(customer))),
  );
  meters.observedSeries(
    'trunkline_license_licensed',
    'Licences of a customer in use, where they are counted',
    ofEach((customer) => known(customer.status?.licenses?.licensed, named(customer))),
  );
  meters.observedSeries(
    'trunkline_verification_check',
    'Whether a check of a customer passed at its last verification; a check that proved nothing has no series',
    ofEach((customer) =>
      [...new Map(customer.status?.verification?.checks?.map((check) => [check.name, check]))].flatMap(([check, { status }]) =>
        trueOrFalse({ status }, { ...named(customer), check }),
      ),
    ),
  );
}

function* conditions(kinds: readonly Kind[], objects: ObservedObjects): Iterable<ObservedSample> {
  for (const kind of kinds) {
    for (const { metadata, status } of all(kind, objects)) {
      const named = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
      for (const condition of status?.conditions ?? [])
        yield { labels: { ...named, type: condition.type, status: condition.status }, value: 1 };
    }
  }
}

/** What metrics read of the status of every kind. */
type AnyStatus = { readonly conditions?: readonly Condition[]; readonly driftTotals?: { readonly objects: number } };

function all(kind: Kind, objects: ObservedObjects): Iterable<KubeObject<unknown, AnyStatus>> {
  return objects[kind].values();
}

function conditionOf({ status }: KubeObject<unknown, AnyStatus>, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** No series while nobody knows. */
function trueOrFalse(condition: Pick<Condition, 'status'> | undefined, labels: ObservedSample['labels']): ObservedSample[] {
  return condition === undefined || condition.status === 'Unknown' ? [] : [{ labels, value: Number(condition.status === 'True') }];
}

function known(value: number | undefined, labels: ObservedSample['labels']): ObservedSample[] {
  return value === undefined || Number.isNaN(value) ? [] : [{ labels, value }];
}

function seconds(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}

function* flatMap<T>(items: Iterable<T>, read: (item: T) => readonly ObservedSample[]): Iterable<ObservedSample> {
  for (const item of items) yield* read(item);
}
