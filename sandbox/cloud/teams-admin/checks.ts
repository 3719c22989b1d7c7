import type { CloudBase } from '../stand-in.ts';
import type { Tenant } from '../tenant.ts';
import type { VoiceRules } from '../voice.ts';
import { badRequest } from './errors.ts';
import type { ConfigStore } from './store.ts';
import { CONFIG_TYPES, type ConfigType, keyOf } from './types.ts';

type Properties = Readonly<Record<string, unknown>>;

function strings(properties: Properties, name: string): readonly string[] {
  const value = properties[name];
  return Array.isArray(value) ? (value as string[]) : [];
}

function includesName(names: readonly string[], wanted: string): boolean {
  return names.some((name) => name.toLowerCase() === wanted.toLowerCase());
}

/** What must hold between objects of a tenant before one is written or removed. Throws the refusal. */
export class DependencyChecks {
  readonly #store: ConfigStore;
  readonly #rules: VoiceRules;
  readonly #usageInUse;
  readonly #usageCase;
  readonly #assignedText;

  constructor(store: ConfigStore, rules: VoiceRules, { switches }: CloudBase) {
    this.#store = store;
    this.#rules = rules;
    this.#usageInUse = switches.define(
      'teams.usageInUse',
      ['refused', 'cascaded', 'accepted'],
      'teams-admin-api §7: removing a label that is referenced',
    );
    this.#usageCase = switches.define(
      'teams.usageUniqueness',
      ['ignoresCase', 'exact'],
      'teams-admin-api §7: case-insensitive uniqueness is assumed',
    );
    this.#assignedText = switches.define(
      'teams.assignedPolicyText',
      ['users', 'users or groups'],
      'teams-admin-api §9, §33: both wordings',
    );
  }

  /** `next` is the whole object as it would stand; `changed` names what the request set. */
  beforeWrite(tenant: Tenant, type: ConfigType, identity: string, next: Properties, changed: ReadonlySet<string>): void {
    if (type.name === 'OnlinePSTNGateway') this.#gateway(tenant, identity, next);
    if (type.name === 'OnlineVoiceRoute') this.#route(tenant, next, changed);
    if (type.name === 'OnlineVoiceRoutingPolicy' && changed.has('OnlinePstnUsages'))
      this.#knownUsages(tenant, strings(next, 'OnlinePstnUsages'));
    if (type.name === 'OnlinePstnUsages') this.#usages(tenant, strings(next, 'Usage'));
  }

  beforeDelete(tenant: Tenant, type: ConfigType, identity: string): void {
    if (type.name === 'OnlinePSTNGateway') this.#gatewayUnused(tenant, identity);
    if (type.scope === 'policy') this.#policyUnassigned(tenant, type, identity);
  }

  /** teams-admin-api §6. */
  #gateway(tenant: Tenant, fqdn: string, next: Properties): void {
    if (fqdn.length > 63) throw badRequest(`The FQDN "${fqdn}" is longer than 63 characters.`);
    const domain = this.#servingDomain(tenant, fqdn);
    if (fqdn.includes('*') || fqdn.toLowerCase().endsWith('.onmicrosoft.com') || domain === undefined) {
      throw badRequest(`Can not use the "${fqdn}" domain as it was not configured for this tenant.`);
    }
    if (next['IPAddressVersion'] === 'IPv6' && next['MediaBypass'] === true) throw badRequest('Media bypass is not supported with IPv6.');
    if (next['GatewaySiteLbrEnabled'] === true && !next['GatewaySiteId']) throw badRequest('GatewaySiteLbrEnabled requires GatewaySiteId.');
  }

  /** The FQDN itself or any parent may be the verified domain. */
  #servingDomain(tenant: Tenant, fqdn: string): string | undefined {
    const labels = fqdn.toLowerCase().split('.');
    const candidates = labels.map((_, i) => labels.slice(i).join('.'));
    return candidates.find((name) => this.#rules.domainServes(tenant, name));
  }

  /** teams-admin-api §8. */
  #route(tenant: Tenant, next: Properties, changed: ReadonlySet<string>): void {
    const gateways = strings(next, 'OnlinePstnGatewayList');
    const unknown = changed.has('OnlinePstnGatewayList') ? gateways.find((fqdn) => !this.#rules.acceptsTrunk(tenant, fqdn)) : undefined;
    if (unknown !== undefined) throw badRequest(`Cannot find specified Gateway "${unknown}".`);
    if (changed.has('OnlinePstnUsages')) this.#knownUsages(tenant, strings(next, 'OnlinePstnUsages'));
    if (next['BridgeSourcePhoneNumber'] && gateways.length > 0)
      throw badRequest('BridgeSourcePhoneNumber cannot be combined with OnlinePstnGatewayList.');
    if (changed.has('NumberPattern')) checkPattern(String(next['NumberPattern']));
  }

  #knownUsages(tenant: Tenant, wanted: readonly string[]): void {
    const known = strings(this.#store.named(tenant, 'OnlinePstnUsages').latest('global')?.properties ?? {}, 'Usage');
    const unknown = wanted.find((usage) => !includesName(known, usage));
    if (unknown !== undefined) throw badRequest(`Cannot find specified OnlinePstnUsage "${unknown}".`);
  }

  /** teams-admin-api §7. */
  #usages(tenant: Tenant, next: readonly string[]): void {
    const keys = this.#usageCase() === 'exact' ? [...next] : next.map((usage) => usage.toLowerCase());
    const twice = keys.find((key, i) => keys.indexOf(key) !== i);
    if (twice !== undefined) throw badRequest(`The usage "${twice}" already exists.`);
    const known = strings(this.#store.named(tenant, 'OnlinePstnUsages').latest('global')?.properties ?? {}, 'Usage');
    for (const gone of known.filter((usage) => !includesName(next, usage))) this.#usageGoes(tenant, gone);
  }

  #usageGoes(tenant: Tenant, usage: string): void {
    const outcome = this.#usageInUse();
    if (outcome === 'accepted') return;
    for (const typeName of ['OnlineVoiceRoute', 'OnlineVoiceRoutingPolicy']) {
      const items = this.#store.named(tenant, typeName);
      for (const item of items.latestValues()) {
        const usages = strings(item.properties, 'OnlinePstnUsages');
        if (!includesName(usages, usage)) continue;
        if (outcome === 'refused')
          throw badRequest(`The usage "${usage}" is in use by ${typeName} "${item.identity}" and cannot be removed.`);
        const left = usages.filter((label) => label.toLowerCase() !== usage.toLowerCase());
        const type = CONFIG_TYPES.get(typeName);
        if (type !== undefined) this.#store.put(tenant, type, item.identity, { OnlinePstnUsages: left });
      }
    }
  }

  /** teams-admin-api §6: out of every route first. The text is UNVERIFIED. */
  #gatewayUnused(tenant: Tenant, fqdn: string): void {
    const routes = this.#store.named(tenant, 'OnlineVoiceRoute').latestValues();
    const using = routes
      .filter((route) => includesName(strings(route.properties, 'OnlinePstnGatewayList'), fqdn))
      .map((route) => route.identity);
    if (using.length > 0) throw badRequest(`The gateway "${fqdn}" is used by voice route ${using.join(', ')} and cannot be removed.`);
  }

  /** teams-admin-api §9: also while a removed grant has not taken effect everywhere. */
  #policyUnassigned(tenant: Tenant, type: ConfigType, identity: string): void {
    const key = keyOf(type, identity);
    const ofUsers = [...tenant.grants.latestValues(), ...tenant.grants.seenValues()];
    const ofGroups = [...tenant.groupGrants.latestValues(), ...tenant.groupGrants.seenValues()];
    const grants = [...ofUsers, ...ofGroups];
    if (!grants.some((grant) => grant.policyType === type.name && grant.name.toLowerCase() === key)) return;
    throw badRequest(
      `The policy "${identity.replace(/^tag:/i, '')}" is currently assigned to one or more ${this.#assignedText()}. Ensure policy is not assigned before trying to delete.`,
    );
  }
}

/** .NET and JavaScript agree on what such patterns use; a pattern that neither would take is refused. */
function checkPattern(pattern: string): void {
  try {
    new RegExp(pattern);
  } catch (cause) {
    throw badRequest(`The NumberPattern "${pattern}" is not a valid regular expression.`, { cause });
  }
}
