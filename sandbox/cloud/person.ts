import type { Directory, NewUser } from './directory.ts';
import type { ConfigStore } from './teams-admin/store.ts';
import { CONFIG_TYPES, type ConfigType, keyOf } from './teams-admin/types.ts';
import type { TeamsUsers } from './teams-admin/users.ts';
import type { AppRegistration, CloudState, NumberRecord, ServicePrincipal, Tenant, User } from './tenant.ts';

export interface PersonDeps {
  readonly state: CloudState;
  readonly directory: Directory;
  readonly store: ConfigStore;
  readonly users: TeamsUsers;
}

/**
 * What other people do to a tenant behind the operator's back: in portals, with PowerShell, at the provider. It takes effect at once and no rule
 * stands in the way, so that a test can bring about any state.
 */
export class Person {
  readonly #deps: PersonDeps;

  constructor(deps: PersonDeps) {
    this.#deps = deps;
  }

  /** Changes or makes a gateway, route, policy or the usage list. */
  putConfig(tenantId: string, typeName: string, identity: string, properties: Record<string, unknown>): void {
    const type = typeOf(typeName);
    const unknown = Object.keys(properties).find((name) => type.properties[name] === undefined);
    if (unknown !== undefined) throw new RangeError(`${typeName} has no property ${unknown}`);
    this.#deps.store.put(this.tenant(tenantId), type, identity, properties, { settled: true });
  }

  deleteConfig(tenantId: string, typeName: string, identity: string): void {
    const type = typeOf(typeName);
    const items = this.#deps.store.of(this.tenant(tenantId), type);
    if (items.latest(keyOf(type, identity)) === undefined) throw new RangeError(`no such ${typeName}: ${identity}`);
    items.delete(keyOf(type, identity));
  }

  /** The properties of a configuration object as they are; undefined when there is none. */
  config(tenantId: string, typeName: string, identity: string): Readonly<Record<string, unknown>> | undefined {
    const type = typeOf(typeName);
    return this.#deps.store.of(this.tenant(tenantId), type).latest(keyOf(type, identity))?.properties;
  }

  usages(tenantId: string): string[] {
    return [...((this.config(tenantId, 'OnlinePstnUsages', 'Global')?.['Usage'] ?? []) as string[])];
  }

  addUsages(tenantId: string, labels: readonly string[]): void {
    this.putConfig(tenantId, 'OnlinePstnUsages', 'Global', { Usage: [...this.usages(tenantId), ...labels] });
  }

  removeUsages(tenantId: string, labels: readonly string[]): void {
    this.putConfig(tenantId, 'OnlinePstnUsages', 'Global', { Usage: this.usages(tenantId).filter((usage) => !labels.includes(usage)) });
  }

  setGateway(tenantId: string, fqdn: string, enabled: boolean): void {
    if (this.config(tenantId, 'OnlinePSTNGateway', fqdn) === undefined) throw new RangeError(`no such gateway: ${fqdn}`);
    this.putConfig(tenantId, 'OnlinePSTNGateway', fqdn, { Enabled: enabled });
  }

  /** `null` takes a grant away. */
  grantPolicy(tenantId: string, user: string, policyType: string, policyName: string | null): void {
    const tenant = this.tenant(tenantId);
    this.#deps.users.grant(tenant, this.user(tenant, user), policyType, policyName, { settled: true });
  }

  /** To the direct members of a group; `null` takes the grant away. */
  grantPolicyToGroup(tenantId: string, groupId: string, members: readonly string[], policyType: string, policyName: string | null): void {
    const tenant = this.tenant(tenantId);
    const memberIds = members.map((member) => this.user(tenant, member).id);
    this.#deps.users.grantToGroup(tenant, { id: groupId, memberIds }, policyType, policyName);
  }

  assignNumber(tenantId: string, user: string, telephoneNumber: string, numberType: NumberRecord['numberType'] = 'directRouting'): void {
    const tenant = this.tenant(tenantId);
    this.#deps.directory.assignNumber(tenant, telephoneNumber, this.user(tenant, user), numberType, { settled: true });
  }

  unassignNumber(tenantId: string, telephoneNumber: string): void {
    this.#deps.directory.unassignNumber(this.tenant(tenantId), telephoneNumber);
  }

  addUser(tenantId: string, input: NewUser): User {
    return this.#deps.directory.addUser(this.tenant(tenantId), input, { settled: true });
  }

  deleteUser(tenantId: string, user: string): void {
    const tenant = this.tenant(tenantId);
    this.#deps.directory.deleteUser(tenant, this.user(tenant, user));
  }

  setLicence(tenantId: string, user: string, sku: string, assigned: boolean): void {
    const found = this.user(this.tenant(tenantId), user);
    if (assigned) this.#deps.directory.assignLicence(found, sku, { settled: true });
    else this.#deps.directory.removeLicence(found, sku);
  }

  /** What `Set-CsPhoneNumberAssignment -EnterpriseVoiceEnabled` does. */
  setEnterpriseVoice(tenantId: string, user: string, on: boolean): void {
    this.#deps.directory.setEnterpriseVoice(this.user(this.tenant(tenantId), user), on, { settled: true });
  }

  setSipDomain(tenantId: string, name: string, status: 'Enabled' | 'Disabled'): void {
    const domain = this.tenant(tenantId).domains.latest(name);
    if (domain === undefined) throw new RangeError(`no such domain: ${name}`);
    domain.sipStatus = status;
  }

  /** Removes the enterprise application: no tokens any more, no rights for those that are out. */
  revokeConsent(tenantId: string, appId: string): void {
    if (!this.tenant(tenantId).servicePrincipals.delete(appId)) throw new RangeError(`app ${appId} has no consent in ${tenantId}`);
  }

  grantConsent(tenantId: string, appId: string, graphRoles: readonly string[]): void {
    this.#deps.directory.consent(this.tenant(tenantId), this.app(appId), graphRoles, { settled: true });
  }

  revokePermission(tenantId: string, appId: string, role: string): void {
    const principal = this.principal(tenantId, appId);
    principal.grants = principal.grants.filter((grant) => grant.role !== role);
  }

  setDirectoryRole(tenantId: string, appId: string, templateId: string, assigned: boolean): void {
    const principal = this.principal(tenantId, appId);
    if (assigned) this.#deps.directory.assignRole(principal, templateId, { settled: true });
    else principal.roles = principal.roles.filter((role) => role.templateId !== templateId);
  }

  /** Adds a secret and takes the others away; returns its text. */
  rotateSecret(appId: string, text?: string): string {
    const app = this.app(appId);
    app.secrets = [];
    return this.#deps.directory.addSecret(app, { settled: true, ...(text === undefined ? {} : { text }) }).text;
  }

  expireSecrets(appId: string): void {
    const app = this.app(appId);
    app.secrets = app.secrets.map((secret) => ({ ...secret, endsAt: this.#deps.state.clock.now() }));
  }

  tenant(id: string): Tenant {
    return this.#deps.state.tenant(id);
  }

  user(tenant: Tenant, name: string): User {
    const wanted = name.toLowerCase();
    const user = tenant.users
      .latestValues()
      .find(({ id, userPrincipalName }) => id === wanted || userPrincipalName.toLowerCase() === wanted);
    if (user === undefined) throw new RangeError(`no such user in ${tenant.displayName}: ${name}`);
    return user;
  }

  app(appId: string): AppRegistration {
    const app = this.#deps.state.apps.get(appId.toLowerCase());
    if (app === undefined) throw new RangeError(`no such app: ${appId}`);
    return app;
  }

  principal(tenantId: string, appId: string): ServicePrincipal {
    const principal = this.tenant(tenantId).servicePrincipals.get(appId.toLowerCase());
    if (principal === undefined) throw new RangeError(`app ${appId} has no consent in ${tenantId}`);
    return principal;
  }
}

function typeOf(name: string): ConfigType {
  const type = CONFIG_TYPES.get(name);
  if (type === undefined) throw new RangeError(`no such configuration type: ${name}; known: ${[...CONFIG_TYPES.keys()].join(', ')}`);
  return type;
}
