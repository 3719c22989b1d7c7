import { createHash } from 'node:crypto';
import type { Delay } from '../consistency.ts';
import { EventualMap } from '../eventual.ts';
import type { CloudBase } from '../stand-in.ts';
import type { ConfigItem, Tenant } from '../tenant.ts';
import { CONFIG_TYPES, type ConfigType, keyOf } from './types.ts';

/** A fresh tenant has `Global` of every policy and singleton, and the route `LocalRoute` (teams-admin-api §4 rule 8, §8). */
const LOCAL_ROUTE = { NumberPattern: '^(\\+1[0-9]{10})$', OnlinePstnGatewayList: [], OnlinePstnUsages: [], Priority: 0 };

/** The voice configuration of tenants: storage only, no rules. */
export class ConfigStore {
  readonly #base: CloudBase;
  readonly #readable: Delay;
  readonly #grantable: Delay;

  constructor(base: CloudBase) {
    this.#base = base;
    this.#readable = base.consistency.define('teams.configReadable', 5_000, 'teams-admin-api §32: seconds, 2 min allowed');
    this.#grantable = base.consistency.define('teams.policyGrantable', 20_000, 'teams-admin-api §32: seconds, 5 min allowed');
  }

  of(tenant: Tenant, type: ConfigType): EventualMap<ConfigItem> {
    const known = tenant.config.get(type.name);
    if (known !== undefined) return known;
    const items = new EventualMap<ConfigItem>(this.#base.clock);
    tenant.config.set(type.name, items);
    if (type.scope !== 'collection') items.set('global', { identity: 'Global', properties: defaults(type), grantableFrom: 0 });
    if (type.name === 'OnlineVoiceRoute') {
      items.set('localroute', { identity: 'LocalRoute', properties: { ...defaults(type), ...LOCAL_ROUTE }, grantableFrom: 0 });
    }
    return items;
  }

  named(tenant: Tenant, typeName: string): EventualMap<ConfigItem> {
    const type = CONFIG_TYPES.get(typeName);
    if (type === undefined) throw new RangeError(`no such configuration type: ${typeName}`);
    return this.of(tenant, type);
  }

  put(tenant: Tenant, type: ConfigType, identity: string, properties: Record<string, unknown>, { settled = false } = {}): ConfigItem {
    const items = this.of(tenant, type);
    const key = keyOf(type, identity);
    const known = items.latest(key);
    const item: ConfigItem = {
      identity: known?.identity ?? (type.scope === 'policy' ? `Tag:${identity.replace(/^tag:/i, '')}` : identity),
      properties: { ...(known?.properties ?? defaults(type)), ...properties },
      grantableFrom: known?.grantableFrom ?? this.#base.clock.now() + (settled ? 0 : this.#grantable()),
      ...(type.scope === 'policy' ? { policyId: policyId(tenant, type, key) } : {}),
    };
    items.set(key, item, settled ? 0 : this.#readable());
    return item;
  }

  remove(tenant: Tenant, type: ConfigType, identity: string): void {
    this.of(tenant, type).delete(keyOf(type, identity), this.#readable());
  }
}

export function defaults(type: ConfigType): Record<string, unknown> {
  return Object.fromEntries(Object.entries(type.properties).map(([name, spec]) => [name, spec.default]));
}

/** 43 characters of base64url, different in every tenant (microsoft-graph §3.4). */
function policyId(tenant: Tenant, type: ConfigType, key: string): string {
  return createHash('sha256').update(`${tenant.id}/${type.name}/${key}`).digest('base64url');
}
