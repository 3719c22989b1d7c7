import { Hono } from 'hono';
import type { CloudBase } from '../stand-in.ts';
import type { ConfigItem, Tenant } from '../tenant.ts';
import { type CallerEnv, jsonBody, refuseQuery } from './call.ts';
import type { DependencyChecks } from './checks.ts';
import { ConfigBodies } from './config-body.ts';
import { badRequest, ConfigApiError, notAvailable, notFound } from './errors.ts';
import { type ConfigStore, defaults } from './store.ts';
import { CONFIG_TYPES, type ConfigType, isGlobal, KNOWN_TYPES, keyOf } from './types.ts';

/** Generic configuration CRUD, teams-admin-api §4: one shape for every type. */
export function configRoutes(store: ConfigStore, checks: DependencyChecks, base: CloudBase): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>();
  const crud = new ConfigCrud(store, checks, base);
  app.get('/:type', (c) => {
    refuseQuery(c);
    return c.json(crud.list(c.var.tenant, typeOf(c.req.param('type'))));
  });
  app.post('/:type', async (c) => crud.create(c.var.tenant, typeOf(c.req.param('type')), await jsonBody(c)));
  app.get('/:type/configuration/:identity', (c) => {
    refuseQuery(c);
    return c.json(crud.read(c.var.tenant, typeOf(c.req.param('type')), c.req.param('identity')));
  });
  app.put('/:type/configuration/:identity', async (c) =>
    crud.update(c.var.tenant, typeOf(c.req.param('type')), c.req.param('identity'), await jsonBody(c)),
  );
  app.delete('/:type/configuration/:identity', (c) => {
    refuseQuery(c);
    return crud.remove(c.var.tenant, typeOf(c.req.param('type')), c.req.param('identity'));
  });
  return app;
}

/** Case-exact (§4 rule 1). */
function typeOf(name: string): ConfigType {
  const type = CONFIG_TYPES.get(name);
  if (type !== undefined) return type;
  throw KNOWN_TYPES.has(name) ? notAvailable(name) : notFound(`The configuration type ${name} does not exist.`);
}

class ConfigCrud {
  readonly #store: ConfigStore;
  readonly #checks: DependencyChecks;
  readonly #bodies: ConfigBodies;
  readonly #switches;

  constructor(store: ConfigStore, checks: DependencyChecks, base: CloudBase) {
    const { switches } = base;
    this.#store = store;
    this.#bodies = new ConfigBodies(base);
    this.#checks = checks;
    this.#switches = {
      createAnswer: switches.define('teams.createAnswer', ['empty', 'object', 'array'], 'teams-admin-api §34.4'),
      conflictStatus: switches.define('teams.conflictStatus', [400, 409], 'teams-admin-api §4 rule 11, §34.4'),
      updateStatus: switches.define('teams.updateStatus', [204, 200], 'teams-admin-api §4'),
      putAbsent: switches.define('teams.putAbsent', ['notFound', 'creates'], 'teams-admin-api §4 rule 11: one client creates by PUT'),
      putEffect: switches.define(
        'teams.putEffect',
        ['applied', 'none'],
        'teams-admin-api §4 rule 5: 204 whether or not the change was applied',
      ),
      deleteGlobal: switches.define('teams.deleteGlobal', ['resets', 'refused'], 'teams-admin-api §4 rule 8'),
      policyUrlForm: switches.define(
        'teams.policyUrlForm',
        ['both', 'bare', 'tagged'],
        'teams-admin-api §4 rule 7: lists show Tag:<name>; which form a path takes is not said',
      ),
      priorityInUse: switches.define('teams.routePriorityInUse', ['shifts', 'keeps'], 'teams-admin-api §8'),
    };
  }

  list(tenant: Tenant, type: ConfigType): unknown[] {
    return this.#store
      .of(tenant, type)
      .seenValues()
      .map((item) => this.#bodies.shown(type, item));
  }

  read(tenant: Tenant, type: ConfigType, identity: string): unknown {
    const item = this.#isAddressable(type, identity) ? this.#store.of(tenant, type).seen(keyOf(type, identity)) : undefined;
    if (item === undefined) throw notFound(`${type.name} "${identity}" was not found.`);
    return this.#bodies.shown(type, item);
  }

  create(tenant: Tenant, type: ConfigType, body: Record<string, unknown>): Response {
    const identity = body['Identity'] ?? (type.alias === undefined ? undefined : body[type.alias]);
    if (typeof identity !== 'string' || identity.trim() === '') throw badRequest('The parameter Identity is required.');
    refuseOtherIdentity(type, identity, body);
    if (isGlobal(type, identity) || this.#store.of(tenant, type).latest(keyOf(type, identity)) !== undefined) {
      throw new ConfigApiError(this.#switches.conflictStatus(), 'BadRequest', `${type.name} "${identity}" already exists.`);
    }
    if (type.scope === 'singleton') throw badRequest(`${type.name} has the single instance Global.`);
    const given = this.#bodies.accepted(type, body, 'create');
    const missing = Object.entries(type.properties).find(
      ([name, spec]) => spec.type === 'int' && spec.required === true && given[name] === undefined,
    );
    if (missing !== undefined) throw badRequest(`The parameter ${missing[0]} is required.`);
    const item = this.#write(tenant, type, identity, given);
    const answer = this.#switches.createAnswer();
    if (answer === 'empty') return new Response(null, { status: 200 });
    const shown = this.#bodies.shown(type, item);
    return answer === 'array' ? Response.json([shown], { status: 200 }) : Response.json(shown, { status: 201 });
  }

  /** A merge that answers alike whether anything was taken over or not (§4 rules 3, 5 and 6). */
  update(tenant: Tenant, type: ConfigType, identity: string, body: Record<string, unknown>): Response {
    const known = this.#addressed(tenant, type, identity);
    if (known === undefined && (type.scope === 'singleton' || this.#switches.putAbsent() === 'notFound')) {
      throw notFound(`${type.name} "${identity}" was not found.`);
    }
    refuseOtherIdentity(type, identity, body);
    if (known !== undefined && this.#switches.putEffect() === 'none') return this.#done();
    const given = this.#bodies.accepted(type, this.#bodies.withModifiers(type, known, body), 'update');
    if (Object.keys(given).length > 0 || known === undefined) this.#write(tenant, type, known?.identity ?? identity, given);
    return this.#done();
  }

  remove(tenant: Tenant, type: ConfigType, identity: string): Response {
    const known = this.#addressed(tenant, type, identity);
    if (known === undefined) throw notFound(`${type.name} "${identity}" was not found.`);
    if (isGlobal(type, identity)) {
      if (this.#switches.deleteGlobal() === 'refused') throw badRequest(`${type.name} Global cannot be removed.`);
      this.#write(tenant, type, 'Global', defaults(type));
      return this.#done();
    }
    this.#checks.beforeDelete(tenant, type, known.identity);
    this.#store.remove(tenant, type, identity);
    return this.#done();
  }

  /** The instance that a path names. Throws when its form is not one that this service takes. */
  #addressed(tenant: Tenant, type: ConfigType, identity: string): ConfigItem | undefined {
    if (!this.#isAddressable(type, identity)) throw notFound(`${type.name} "${identity}" was not found.`);
    return this.#store.of(tenant, type).latest(keyOf(type, identity));
  }

  #isAddressable(type: ConfigType, identity: string): boolean {
    const form = this.#switches.policyUrlForm();
    if (type.scope !== 'policy' || form === 'both' || isGlobal(type, identity)) return true;
    return /^tag:/i.test(identity) === (form === 'tagged');
  }

  #done(): Response {
    return new Response(null, { status: this.#switches.updateStatus() });
  }

  #write(tenant: Tenant, type: ConfigType, identity: string, given: Record<string, unknown>): ConfigItem {
    const before = this.#store.of(tenant, type).latest(keyOf(type, identity))?.properties ?? defaults(type);
    const next = { ...before, ...given };
    this.#checks.beforeWrite(tenant, type, identity, next, new Set(Object.keys(given)));
    if (type.name === 'OnlineVoiceRoute' && (typeof given['Priority'] === 'number' || typeof before['Priority'] !== 'number')) {
      next['Priority'] = this.#placeRoute(tenant, type, identity, given['Priority']);
    }
    return this.#store.put(tenant, type, identity, next);
  }

  /** A priority in use moves the others down (§8; UNVERIFIED); none given = the next free. */
  #placeRoute(tenant: Tenant, type: ConfigType, identity: string, wanted: unknown): number {
    const others = this.#store
      .of(tenant, type)
      .latestValues()
      .filter((route) => keyOf(type, route.identity) !== keyOf(type, identity));
    const priorityOf = (route: ConfigItem): number => Number(route.properties['Priority'] ?? 0);
    if (typeof wanted !== 'number') return Math.max(-1, ...others.map(priorityOf)) + 1;
    if (this.#switches.priorityInUse() === 'shifts' && others.some((route) => priorityOf(route) === wanted)) {
      for (const route of others.filter((other) => priorityOf(other) >= wanted)) {
        this.#store.put(tenant, type, route.identity, { Priority: priorityOf(route) + 1 });
      }
    }
    return wanted;
  }
}

/** Identity and, where there is one, its other name (§6, §8: "create takes one of the two") say the same, and the same as the path (§4 rule 3). */
function refuseOtherIdentity(type: ConfigType, identity: string, body: Record<string, unknown>): void {
  for (const member of ['Identity', ...(type.alias === undefined ? [] : [type.alias])]) {
    const named = body[member];
    if (named === undefined || (typeof named === 'string' && keyOf(type, named) === keyOf(type, identity))) continue;
    throw badRequest(`The parameter ${member} does not name ${type.name} "${identity}".`);
  }
}
