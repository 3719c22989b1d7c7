import type { NewUser } from './directory.ts';
import { TEAMS_ADMINISTRATOR } from './entra/resources.ts';
import { skuOf } from './licences.ts';
import type { Microsoft } from './microsoft.ts';
import type { Tenant } from './tenant.ts';

const GLOBAL_READER = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';

/** What an app needs that drives a customer's tenant in this release (microsoft-graph §5.1, teams-admin-api §2.3). */
export const OPERATOR_PERMISSIONS = [
  'Organization.Read.All',
  'Domain.Read.All',
  'User.Read.All',
  'TeamsUserConfiguration.Read.All',
  'TeamsTelephoneNumber.Read.All',
] as const;

/** Values that `examples/quickstart` refers to. The secrets open nothing but this sandbox. */
export const QUICKSTART = {
  provider: {
    tenantId: '7c0e8f52-3a4d-4b6e-9f10-000000000001',
    displayName: 'Carrier Example',
    domain: 'carrier.example',
    carrierTrunk: 'teams.carrier.example',
    sipSignalingPort: 5061,
    clientId: '7c0e8f52-3a4d-4b6e-9f10-0000000000a1',
    clientSecret: 'sandbox-provider-secret',
  },
  customer: {
    tenantId: '2b9d1c64-8e57-4f21-a3d0-000000000002',
    displayName: 'Nordwind AG',
    domain: 'nordwind.example',
    clientId: '2b9d1c64-8e57-4f21-a3d0-0000000000a2',
    clientSecret: 'sandbox-nordwind-secret',
    trunks: ['zurich.teams.carrier.example', 'geneva.teams.carrier.example'],
    /** Stood there before us and must stand there after us. */
    foreign: { usages: ['Reception'], policy: 'Receptionists' },
  },
  /** The customer of `examples/essentials`: looks after its own tenant, gives nobody access. */
  essentials: {
    tenantId: '3e4f5a6b-1c2d-4e3f-8a9b-000000000003',
    displayName: 'Hotel Bergblick GmbH',
    domain: 'bergblick.example',
    trunk: 'bergblick.teams.carrier.example',
  },
} as const;

export interface CustomerSeed {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** FQDNs whose domains are verified and active: a licensed user with enterprise voice stands in each. */
  readonly trunks: readonly string[];
  readonly foreign?: { readonly usages: readonly string[]; readonly policy: string };
  readonly users?: readonly NewUser[];
}

export interface ProviderSeed {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
  readonly carrierTrunk: string;
  readonly sipSignalingPort: number;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The provider's tenant with its carrier trunk, one customer whose two sites are ready for routing, and one that only has a tenant. */
export function seedQuickstart(microsoft: Microsoft): void {
  seedProvider(microsoft, QUICKSTART.provider);
  seedCustomer(microsoft, {
    ...QUICKSTART.customer,
    users: [
      { userPrincipalName: `anna.berg@${QUICKSTART.customer.domain}`, displayName: 'Anna Berg', usageLocation: 'CH', licences: ['SPE_E5'] },
      { userPrincipalName: `luc.morel@${QUICKSTART.customer.domain}`, displayName: 'Luc Morel', usageLocation: 'CH', licences: ['SPE_E5'] },
      { userPrincipalName: `intern@${QUICKSTART.customer.domain}`, displayName: 'Intern', usageLocation: 'CH', licences: ['SPE_E3'] },
    ],
  });
  seedEssentials(microsoft);
}

function seedEssentials({ state, directory }: Microsoft): void {
  const { tenantId, displayName, domain, trunk } = QUICKSTART.essentials;
  const tenant = state.addTenant({ id: tenantId, displayName, countryLetterCode: 'CH' });
  seedDomains({ directory }, tenant, domain, [trunk]);
  subscribe(tenant, { SPE_E5: 20, PHONESYSTEM_VIRTUALUSER: 25 });
  directory.addUser(tenant, activationUser(trunk), { settled: true });
}

/** The tenant in which the carrier trunk is a gateway: base domain verified and active, gateway enabled (telephony 1.1). */
export function seedProvider({ state, directory, person }: Microsoft, seed: ProviderSeed): Tenant {
  const tenant = state.addTenant({ id: seed.tenantId, displayName: seed.displayName, countryLetterCode: 'CH' });
  seedDomains({ directory }, tenant, seed.domain, [seed.carrierTrunk]);
  subscribe(tenant, { SPE_E5: 5, PHONESYSTEM_VIRTUALUSER: 25 });
  directory.addUser(tenant, activationUser(seed.carrierTrunk), { settled: true });
  person.putConfig(tenant.id, 'OnlinePSTNGateway', seed.carrierTrunk, {
    SipSignalingPort: seed.sipSignalingPort,
    Enabled: true,
    ForwardPai: true,
  });
  const app = directory.registerApp({ appId: seed.clientId, displayName: 'Trunkline carrier reader', homeTenantId: tenant.id });
  directory.addSecret(app, { text: seed.clientSecret, settled: true });
  const principal = directory.consent(tenant, app, ['Organization.Read.All', 'Domain.Read.All'], { settled: true });
  directory.assignRole(principal, GLOBAL_READER, { settled: true }); // it only reads (telephony 1.1)
  return tenant;
}

/** A customer's tenant with consent given, the role assigned and every trunk's domain active. */
export function seedCustomer({ state, directory, person }: Microsoft, seed: CustomerSeed): Tenant {
  const tenant = state.addTenant({ id: seed.tenantId, displayName: seed.displayName, countryLetterCode: 'CH' });
  seedDomains({ directory }, tenant, seed.domain, seed.trunks);
  subscribe(tenant, { SPE_E5: 50, SPE_E3: 10, PHONESYSTEM_VIRTUALUSER: 25 });
  for (const trunk of seed.trunks) directory.addUser(tenant, activationUser(trunk), { settled: true });
  for (const user of seed.users ?? []) directory.addUser(tenant, user, { settled: true });
  const app = directory.registerApp({ appId: seed.clientId, displayName: 'Trunkline', homeTenantId: tenant.id });
  directory.addSecret(app, { text: seed.clientSecret, settled: true });
  const principal = directory.consent(tenant, app, OPERATOR_PERMISSIONS, { settled: true });
  directory.assignRole(principal, TEAMS_ADMINISTRATOR, { settled: true });
  if (seed.foreign !== undefined) {
    person.addUsages(tenant.id, seed.foreign.usages);
    person.putConfig(tenant.id, 'OnlineVoiceRoutingPolicy', seed.foreign.policy, { OnlinePstnUsages: [...seed.foreign.usages] });
  }
  return tenant;
}

/** `count` customers under the quickstart's carrier trunk, for measurements. Returns their seeds, by which manifests can be written. */
export function seedTenants(
  microsoft: Microsoft,
  count: number,
  { sites = 2, carrierTrunk = QUICKSTART.provider.carrierTrunk } = {},
): CustomerSeed[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(5, '0');
    const seed: CustomerSeed = {
      tenantId: `5ca1e000-0000-4000-8000-0000000${number}`,
      displayName: `Scale ${number}`,
      domain: `scale${number}.example`,
      clientId: `5ca1e000-0000-4000-9000-0000000${number}`,
      clientSecret: `sandbox-scale-${number}`,
      trunks: Array.from({ length: sites }, (_unused, site) => `c${number}s${site + 1}.${carrierTrunk}`),
    };
    seedCustomer(microsoft, seed);
    return seed;
  });
}

function seedDomains({ directory }: Pick<Microsoft, 'directory'>, tenant: Tenant, own: string, trunks: readonly string[]): void {
  const initial = directory.addDomain(tenant, `${own.split('.', 1)[0]}.onmicrosoft.com`, { initial: true });
  const main = directory.addDomain(tenant, own, { default: true });
  for (const domain of [initial, main, ...trunks.map((trunk) => directory.addDomain(tenant, trunk))]) {
    directory.verifyDomain(domain, { settled: true });
  }
}

/** Telephony 3.2: stays, with sign-in blocked, and says that it must not be deleted. */
function activationUser(fqdn: string): NewUser {
  return {
    userPrincipalName: `dr-activation@${fqdn}`,
    displayName: `Voice activation ${fqdn} (do not delete)`,
    accountEnabled: false,
    usageLocation: 'CH',
    licences: ['PHONESYSTEM_VIRTUALUSER'],
    enterpriseVoice: true,
  };
}

function subscribe(tenant: Tenant, seats: Readonly<Record<string, number>>): void {
  for (const [partNumber, enabled] of Object.entries(seats)) {
    const { skuId } = skuOf(partNumber);
    tenant.subscriptions.set(skuId, { skuId, enabled, warning: 0, suspended: 0, capabilityStatus: 'Enabled' });
  }
}
