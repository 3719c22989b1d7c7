import { randomBytes, randomUUID } from 'node:crypto';
import { sha256Hex } from './entra/client-auth.ts';
import { GRAPH_APP_ID, GRAPH_APP_ROLES } from './entra/resources.ts';
import { skuOf } from './licences.ts';
import type { CloudBase } from './stand-in.ts';
import type { AppRegistration, AppSecret, CloudState, Domain, NumberRecord, ServicePrincipal, Tenant, User } from './tenant.ts';

const YEAR_MS = 365 * 86_400_000;

export interface NewUser {
  readonly userPrincipalName: string;
  readonly displayName?: string;
  readonly id?: string;
  readonly kind?: User['kind'];
  readonly usageLocation?: string | null;
  readonly accountEnabled?: boolean;
  readonly licences?: readonly string[];
  readonly enterpriseVoice?: boolean;
}

/**
 * What happens to a tenant's directory, whoever does it: Graph calls, a person through the admin API, a seed. Each act takes effect with the delays
 * of the profile; a seed passes `settled`, since what it describes happened long ago.
 */
export class Directory {
  readonly #state: CloudState;
  readonly #base: CloudBase;
  readonly #delays;

  constructor(state: CloudState, base: CloudBase) {
    this.#state = state;
    this.#base = base;
    const define = base.consistency.define.bind(base.consistency);
    this.#delays = {
      suffixUsable: define('graph.domainUsableAsSuffix', 5 * 60_000, 'microsoft-graph §4.5: up to 15 min'),
      sipDomain: define('teams.sipDomainVisible', 45 * 60_000, 'teams-admin-api §32: 15 min to hours, 24 h allowed'),
      teamsUser: define('teams.userVisible', 30 * 60_000, 'teams-admin-api §32: 10 min to 2 h'),
      teamsLicence: define('teams.licenceEffective', 45 * 60_000, 'microsoft-graph §4.5: minutes to hours'),
      userReadable: define('graph.userReadable', 20_000, 'microsoft-graph §4.5: seconds, 2-5 min of 404 allowed'),
      secretUsable: define('entra.secretUsable', 45_000, 'microsoft-graph §2.6: a minute or two'),
      consent: define('entra.consentEffective', 60_000, 'microsoft-graph §4.5: under 1 min, 10 min allowed'),
      role: define('teams.roleEffective', 20 * 60_000, 'teams-admin-api §32: minutes, 1 h allowed'),
      number: define('graph.numberVisible', 30_000, 'teams-admin-api §32: seconds to 1 min'),
    };
  }

  addDomain(tenant: Tenant, name: string, options: { initial?: boolean; default?: boolean } = {}): Domain {
    const domain: Domain = {
      id: name.toLowerCase(),
      isInitial: options.initial ?? false,
      isDefault: options.default ?? false,
      isVerified: false,
      supportedServices: [],
      challenge: `ms${(Number.parseInt(sha256Hex(`${tenant.id}/${name.toLowerCase()}`).slice(0, 8), 16) % 90_000_000) + 10_000_000}`,
      usableFrom: Number.POSITIVE_INFINITY,
      sipVisibleFrom: Number.POSITIVE_INFINITY,
      sipStatus: 'Enabled',
      everActive: false,
    };
    tenant.domains.set(domain.id, domain);
    return domain;
  }

  verifyDomain(domain: Domain, { settled = false } = {}): void {
    const now = this.#base.clock.now();
    domain.isVerified = true;
    domain.supportedServices = ['Email', 'OfficeCommunicationsOnline'];
    domain.usableFrom = now + (settled ? 0 : this.#delays.suffixUsable());
    domain.sipVisibleFrom = now + (settled ? 0 : this.#delays.sipDomain());
  }

  addUser(tenant: Tenant, input: NewUser, { settled = false } = {}): User {
    const now = this.#base.clock.now();
    const user: User = {
      id: input.id ?? randomUUID(),
      kind: input.kind ?? 'User',
      userPrincipalName: input.userPrincipalName,
      displayName: input.displayName ?? input.userPrincipalName,
      mailNickname: input.userPrincipalName.split('@', 1)[0] ?? 'user',
      accountEnabled: input.accountEnabled ?? true,
      usageLocation: input.usageLocation ?? null,
      createdAt: now,
      licences: [],
      teamsVisibleFrom: now + (settled ? 0 : this.#delays.teamsUser()),
      enterpriseVoice: false,
      enterpriseVoiceSince: Number.POSITIVE_INFINITY,
      onPremLineUri: null,
    };
    tenant.users.set(user.id, user, settled ? 0 : this.#delays.userReadable());
    for (const licence of input.licences ?? []) this.assignLicence(user, licence, { settled });
    if (input.enterpriseVoice === true) this.setEnterpriseVoice(user, true, { settled });
    return user;
  }

  /** Soft deletion: the user is out of lists, keeps the name of its domain in use and can be restored for 30 days (microsoft-graph §2.4). */
  deleteUser(tenant: Tenant, user: User): void {
    tenant.users.delete(user.id);
    tenant.deletedUsers.set(user.id, user);
  }

  assignLicence(user: User, skuOrPart: string, { settled = false, disabledPlans = [] as readonly string[] } = {}): void {
    const { skuId } = skuOf(skuOrPart);
    if (user.licences.some((licence) => licence.skuId === skuId)) return; // a no-op in Graph too (§2.4)
    const now = this.#base.clock.now();
    user.licences.push({ skuId, disabledPlans, assignedAt: now, teamsFrom: now + (settled ? 0 : this.#delays.teamsLicence()) });
  }

  /** The number stays where it is: removing the licence does not unassign it (teams-admin-api §22.3). */
  removeLicence(user: User, skuOrPart: string): void {
    const { skuId } = skuOf(skuOrPart);
    user.licences = user.licences.filter((licence) => licence.skuId !== skuId);
  }

  setEnterpriseVoice(user: User, on: boolean, { settled = false } = {}): void {
    if (on !== user.enterpriseVoice) user.enterpriseVoiceSince = settled ? Number.NEGATIVE_INFINITY : this.#base.clock.now();
    user.enterpriseVoice = on;
  }

  assignNumber(
    tenant: Tenant,
    telephoneNumber: string,
    user: User,
    numberType: NumberRecord['numberType'] = 'directRouting',
    { settled = false } = {},
  ): void {
    const record: NumberRecord = { telephoneNumber, numberType, targetId: user.id, category: 'primary', source: 'online' };
    tenant.numbers.set(telephoneNumber, record, settled ? 0 : this.#delays.number());
    this.setEnterpriseVoice(user, true, { settled });
  }

  /** Unassigning switches enterprise voice off (teams-admin-api §22.3). */
  unassignNumber(tenant: Tenant, telephoneNumber: string): void {
    const record = tenant.numbers.latest(telephoneNumber);
    if (record === undefined) throw new RangeError(`${telephoneNumber} is not found from tenant`);
    const user = tenant.users.latest(record.targetId ?? '');
    if (user !== undefined) this.setEnterpriseVoice(user, false);
    tenant.numbers.set(telephoneNumber, { ...record, targetId: null }, this.#delays.number());
  }

  registerApp(input: { appId?: string; displayName: string; homeTenantId: string; multiTenant?: boolean }): AppRegistration {
    const app: AppRegistration = {
      appId: (input.appId ?? randomUUID()).toLowerCase(),
      objectId: randomUUID(),
      displayName: input.displayName,
      homeTenantId: input.homeTenantId,
      multiTenant: input.multiTenant ?? false,
      secrets: [],
      certificates: [],
    };
    this.#state.apps.set(app.appId, app);
    return app;
  }

  /** Adds a secret and returns its text, which is kept nowhere else. */
  addSecret(app: AppRegistration, options: { text?: string; endsAt?: number; settled?: boolean } = {}): { text: string; keyId: string } {
    const text = options.text ?? randomBytes(24).toString('base64url');
    const now = this.#base.clock.now();
    const secret: AppSecret = {
      keyId: randomUUID(),
      sha256: sha256Hex(text),
      usableFrom: now + (options.settled === true ? 0 : this.#delays.secretUsable()),
      endsAt: options.endsAt ?? now + 2 * YEAR_MS,
    };
    app.secrets.push(secret);
    return { text, keyId: secret.keyId };
  }

  addCertificate(app: AppRegistration, certPem: string, endsAt: number): string {
    const keyId = randomUUID();
    app.certificates.push({ keyId, certPem, endsAt });
    return keyId;
  }

  /** Admin consent: makes the service principal and grants app roles of Graph, those it has are kept (microsoft-graph §1.6). */
  consent(tenant: Tenant, app: AppRegistration, graphRoles: readonly string[], { settled = false } = {}): ServicePrincipal {
    const from = this.#base.clock.now() + (settled ? 0 : this.#delays.consent());
    const known = tenant.servicePrincipals.get(app.appId);
    const principal = known ?? { id: randomUUID(), appId: app.appId, enabled: true, from, grants: [], roles: [] };
    tenant.servicePrincipals.set(app.appId, principal);
    for (const role of graphRoles) {
      if (GRAPH_APP_ROLES[role] === undefined) throw new RangeError(`no such Graph app role: ${role}`);
      if (!principal.grants.some((grant) => grant.role === role))
        principal.grants.push({ id: randomUUID(), resourceAppId: GRAPH_APP_ID, role, from });
    }
    return principal;
  }

  assignRole(principal: ServicePrincipal, templateId: string, { settled = false } = {}): void {
    if (principal.roles.some((role) => role.templateId === templateId)) return;
    principal.roles.push({ templateId, from: this.#base.clock.now() + (settled ? 0 : this.#delays.role()) });
  }
}
