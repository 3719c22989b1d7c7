import { API_VERSION } from '../../../operator/api/group.ts';
import type { Kind } from '../../../operator/api/kinds.ts';
import type { Person } from '../../../sandbox/cloud/person.ts';
import { PersonAtDevice } from '../../../sandbox/cloud/sbc/person.ts';
import { type CustomerSeed, seedCustomer } from '../../../sandbox/cloud/seed.ts';
import type { Tenant } from '../../../sandbox/cloud/tenant.ts';
import { type Json, mergePatch } from '../../support/merge-patch.ts';
import type { House } from '../house.ts';
import type { Manifest } from '../manifests.ts';
import { type DeviceChoice, ownDevice } from './own-device.ts';

export const CARRIER_TRUNK = 'teams.carrier.example';

/** Which of the two namespaces: cases stand in `main`, what they must not learn of stands in `beside`. */
export type Place = 'main' | 'beside';

/**
 * One case's own piece of the world: a customer with a tenant, a site, numbers and, where wanted, a device, all well unless a case says
 * otherwise by merge patches. Names, tenant and numbers are derived from the id, so that cases never touch one another.
 */
export class Plot {
  readonly id: string;
  readonly house: House;
  readonly namespace: string;
  readonly #index: number;
  #tenant: Tenant | undefined;
  #device: PlotDevice | undefined;

  constructor(house: House, index: number, place: Place = 'main', suffix = '') {
    this.house = house;
    this.#index = index;
    this.id = `c${String(index).padStart(3, '0')}${suffix}`;
    this.namespace = place === 'main' ? house.namespace : `${house.namespace}-beside`;
  }

  /** Another customer, which has nothing to do with this one, in the same namespace or the other. */
  neighbour(place: Place = 'main'): Plot {
    return new Plot(this.house, this.#index, place, place === 'main' ? 'a' : 'b');
  }

  get fqdn(): string {
    return `${this.id}.${CARRIER_TRUNK}`;
  }

  get email(): string {
    return `it@${this.id}.example`;
  }

  /** `+41790<index>` and `rest`: numbers that only this case (and its neighbours) know. */
  numbers(rest: string): string {
    return `+41790${String(this.#index).padStart(3, '0')}${rest}`;
  }

  /** The tenant as `customer` names it; seeded on first use: consent, rights and an active domain for the trunk. */
  get tenantId(): string {
    return this.#seed().tenantId;
  }

  get clientId(): string {
    return this.#seed().clientId;
  }

  get tenant(): Tenant {
    const { microsoft } = this.house.cloud;
    this.#tenant ??= microsoft.state.tenants.get(this.tenantId) ?? seedCustomer(microsoft, this.#seed());
    return this.#tenant;
  }

  /** Somebody at the tenant's own admin center. */
  get person(): Person {
    return this.house.cloud.microsoft.person;
  }

  /** Somebody at the console of the device that all cases share. */
  get personAtDevice(): PersonAtDevice {
    return new PersonAtDevice(this.house.cloud.sbc.sbc1);
  }

  #seed(): CustomerSeed {
    const place = this.id.endsWith('a') ? 'a' : this.id.endsWith('b') ? 'b' : '0';
    const number = String(this.#index).padStart(6, '0');
    return {
      tenantId: `bad00000-0000-4000-8000-${place}0000${number}0`,
      displayName: this.id,
      domain: `${this.id}.example`,
      clientId: `bad00000-0000-4000-9000-${place}0000${number}0`,
      clientSecret: `secret-of-${this.id}`,
      trunks: [this.fqdn],
    };
  }

  secret(data: Readonly<Record<string, string>> = { clientSecret: this.#seed().clientSecret }, name = `${this.id}-app`): Manifest {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: this.namespace }, type: 'Opaque', stringData: data };
  }

  configMap(text: string): Manifest {
    const metadata = { name: `${this.id}-numbers`, namespace: this.namespace };
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { list: text } };
  }

  /** With a licence that has no Microsoft part: nothing is signed in to. */
  customer(patch: Json = {}): Manifest {
    const services = [{ type: 'DirectRouting', licenseType: 'HostedEssentials' }];
    return this.#object('Customer', { fullName: `Customer ${this.id}`, shortName: this.id, services }, patch);
  }

  /** With Hosted Pro and the Secret that `secret()` makes. The tenant is seeded with it. */
  proCustomer(patch: Json = {}): Manifest {
    const { id: tenantId } = this.tenant;
    const good = {
      fullName: `Customer ${this.id}`,
      shortName: this.id,
      services: [{ type: 'DirectRouting', licenseType: 'HostedPro', licensedUsers: 5 }],
      tenantId,
      authentication: {
        method: 'AppRegistration',
        clientId: this.clientId,
        clientSecretRef: { name: `${this.id}-app`, key: 'clientSecret' },
      },
    };
    return this.#object('Customer', good, patch);
  }

  site(patch: Json = {}): Manifest {
    const good = {
      customerRef: { name: this.id },
      siteName: this.id,
      configuration: 'SipTrunk',
      sipTrunk: { carrier: 'carrier' },
      trunks: [this.trunk()],
      emergency: { mode: 'CustomerManaged' },
      sbc: { baseline: 'Assumed' },
    };
    return this.#object('SiteLocation', good, patch);
  }

  trunk(patch: Json = {}): Json {
    return mergePatch({ name: 'main', sbcRef: { name: 'sbc1' }, carrierTrunk: CARRIER_TRUNK, label: this.id }, patch);
  }

  range(patch: Json = {}): Manifest {
    const good = { customerRef: { name: this.id }, siteRef: { name: this.id }, prefixes: [this.numbers('[00-49]')] };
    return this.#object('NumberRange', good, patch);
  }

  invitation(patch: Json = {}): Manifest {
    return this.#object('Invitation', { customerRef: { name: this.id }, email: this.email, flow: 'AppRegistration' }, patch);
  }

  /** Starts a device that only this case has; `manifest` names it with its Secrets. It ends with the suite. */
  async device(choice: DeviceChoice = {}): Promise<PlotDevice> {
    const { device, host } = await ownDevice(this.house.cloud, this.id, choice);
    const secrets = [
      this.secret({ username: 'trunkline', password: 'sandbox-sbc-password' }, `${this.id}-login`),
      this.secret({ 'ca.crt': this.house.cloud.caPem }, `${this.id}-ca`),
    ];
    this.#device = { device, host, secrets, manifest: (patch) => this.sbc(mergePatch({ address: host }, patch ?? {})) };
    return this.#device;
  }

  /** The device that `device` started. */
  get own(): PlotDevice {
    if (this.#device === undefined) throw new Error(`case ${this.id} has no device of its own`);
    return this.#device;
  }

  /** An SBCDevice by itself; without `address` it is one that nobody answers at. */
  sbc(patch: Json = {}): Manifest {
    const good = {
      address: '127.0.0.1:1',
      credentialsSecretRef: { name: `${this.id}-login` },
      tls: { caSecretRef: { name: `${this.id}-ca`, key: 'ca.crt' } },
      carrierTrunks: [{ fqdn: CARRIER_TRUNK, mode: 'Declared' }],
      carriers: [{ name: 'carrier', ipGroup: 'Carrier' }],
      dialPlans: { tenants: 'TeamsTenants' },
      verifyInterval: '30s',
    };
    return this.#object('SBCDevice', good, patch);
  }

  /** `annotations` are added to what a builder made. */
  annotated(manifest: Manifest, annotations: Readonly<Record<string, string>>): Manifest {
    return { ...manifest, metadata: { ...manifest.metadata, annotations } };
  }

  #object(kind: Kind, good: Json, patch: Json): Manifest {
    return { apiVersion: API_VERSION, kind, metadata: { name: this.id, namespace: this.namespace }, spec: mergePatch(good, patch) };
  }
}

export interface PlotDevice {
  readonly device: Awaited<ReturnType<typeof ownDevice>>['device'];
  /** `address:port` of its management. */
  readonly host: string;
  readonly secrets: readonly Manifest[];
  readonly manifest: (patch?: Json) => Manifest;
}
