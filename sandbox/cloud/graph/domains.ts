import { type Context, Hono } from 'hono';
import type { Directory } from '../directory.ts';
import type { CloudBase } from '../stand-in.ts';
import type { CloudState, Domain, Tenant } from '../tenant.ts';
import { type GraphEnv, jsonBody, refuseParameters, requirePermission } from './call.ts';
import { dnsRecordsForService, verificationRecords } from './dns-records.ts';
import { badRequest, GraphError, resourceNotFound } from './errors.ts';
import { type CollectionRules, collectionPage, refuseQuery, singleRow } from './query.ts';

const READ = ['Domain.Read.All', 'Domain.ReadWrite.All', 'Directory.Read.All'] as const;
const WRITE = ['Domain.ReadWrite.All'] as const;
const SETTABLE_SERVICES = ['Email', 'OfficeCommunicationsOnline', 'Yammer'];
const DOMAIN_NAME = /^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;

const RULES: CollectionRules = {
  type: 'microsoft.graph.domain',
  options: new Set(['$select', '$top']),
  defaultTop: 100,
  maxTop: 999,
  paging: 'skiptoken',
  properties: [
    'id',
    'authenticationType',
    'availabilityStatus',
    'isAdminManaged',
    'isDefault',
    'isInitial',
    'isRoot',
    'isVerified',
    'supportedServices',
    'passwordValidityPeriodInDays',
    'passwordNotificationWindowInDays',
    'manufacturer',
    'model',
    'state',
  ],
};

export interface DomainDeps {
  readonly state: CloudState;
  readonly directory: Directory;
  readonly base: CloudBase;
}

/** microsoft-graph §2.2. Promotion and forced deletion are not built: nobody here may call them (telephony 7.4). */
export function domainRoutes(deps: DomainDeps): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();
  const acts = new DomainActs(deps);
  app.get('/', (c) => {
    const rows = requirePermission(c, ...READ)
      .domains.seenValues()
      .map(rowOf);
    return c.json(collectionPage(rows, RULES, { url: new URL(c.req.url), consistencyLevel: c.req.header('consistencylevel') }));
  });
  app.get('/:id', (c) => c.json(singleRow(rowOf(domainOf(c, requirePermission(c, ...READ))), RULES, new URL(c.req.url))));
  app.get('/:id/verificationDnsRecords', (c) => {
    refuseQuery(new URL(c.req.url));
    return c.json({ value: verificationRecords(domainOf(c, requirePermission(c, ...READ))) });
  });
  app.get('/:id/serviceConfigurationRecords', (c) => {
    refuseQuery(new URL(c.req.url));
    return c.json({ value: dnsRecordsForService(domainOf(c, requirePermission(c, ...READ))) });
  });
  app.get('/:id/domainNameReferences', (c) => {
    refuseQuery(new URL(c.req.url));
    const tenant = requirePermission(c, ...READ);
    return c.json({ value: acts.references(tenant, domainOf(c, tenant).id).map((id) => ({ '@odata.type': '#microsoft.graph.user', id })) });
  });
  app.post('/', async (c) => c.json(rowOf(acts.add(requirePermission(c, ...WRITE), await jsonBody(c, ['id']))), 201));
  app.post('/:id/verify', async (c) => {
    const tenant = requirePermission(c, ...WRITE);
    await refuseParameters(c);
    return c.json(rowOf(await acts.verify(tenant, domainOf(c, tenant))));
  });
  app.patch('/:id', async (c) => {
    const tenant = requirePermission(c, ...WRITE);
    acts.update(domainOf(c, tenant), await jsonBody(c, ['supportedServices']));
    return c.body(null, 204);
  });
  app.delete('/:id', (c) => {
    refuseQuery(new URL(c.req.url));
    const tenant = requirePermission(c, ...WRITE);
    acts.remove(tenant, domainOf(c, tenant));
    return c.body(null, 204);
  });
  return app;
}

function domainOf(c: Context<GraphEnv>, tenant: Tenant): Domain {
  const name = c.req.param('id') ?? '';
  const domain = tenant.domains.seen(name);
  if (domain === undefined) throw resourceNotFound(name);
  return domain;
}

class DomainActs {
  readonly #deps: DomainDeps;
  readonly #foreignRefusedOn;
  readonly #duplicateStatus;
  readonly #softDeletedBlocks;

  constructor(deps: DomainDeps) {
    const { switches } = deps.base;
    this.#deps = deps;
    this.#foreignRefusedOn = switches.define('graph.foreignDomainRefusedOn', ['verify', 'post'], 'microsoft-graph §2.2, §7.6');
    this.#duplicateStatus = switches.define('graph.duplicateDomainStatus', [400, 409], 'microsoft-graph §2.2, §7.6');
    this.#softDeletedBlocks = switches.define(
      'graph.softDeletedUserKeepsDomain',
      [true, false],
      'microsoft-graph §2.2: silent; telephony 10',
    );
  }

  add(tenant: Tenant, { id }: Record<string, unknown>): Domain {
    if (typeof id !== 'string' || !DOMAIN_NAME.test(id)) throw badRequest('The specified domain name is invalid.');
    if (tenant.domains.latest(id) !== undefined) {
      const details = [
        {
          code: 'ObjectConflict',
          target: 'name',
          message: 'A conflicting object with one or more of the specified property values is present in the directory.',
        },
      ];
      throw new GraphError(this.#duplicateStatus(), 'Request_BadRequest', details[0]?.message ?? '', { details });
    }
    if (this.#foreignRefusedOn() === 'post') this.#refuseForeign(tenant, id);
    const domain = this.#deps.directory.addDomain(tenant, id);
    // A subdomain of a root verified in the same tenant needs no proof of its own (§2.2).
    const parent = tenant.domains.latestValues().some((other) => other.isVerified && domain.id.endsWith(`.${other.id}`));
    if (parent) this.#deps.directory.verifyDomain(domain);
    return domain;
  }

  async verify(tenant: Tenant, domain: Domain): Promise<Domain> {
    if (domain.isVerified) throw badRequest('Domain is already verified.');
    this.#refuseForeign(tenant, domain.id);
    const records = await this.#deps.state.lookupTxt(domain.id);
    if (!records.includes(`MS=${domain.challenge}`)) {
      throw badRequest(
        `Domain verification failed with the following error: 'Could not find the DNS record for domain ${domain.id}. DNS changes may take up to 72 hours to propagate. Please try again later.'`,
      );
    }
    this.#deps.directory.verifyDomain(domain);
    return domain;
  }

  update(domain: Domain, { supportedServices }: Record<string, unknown>): void {
    if (!domain.isVerified) throw badRequest('The domain must be verified before it can be updated.');
    if (!Array.isArray(supportedServices)) throw badRequest('supportedServices must be a collection of strings.');
    const unknown = supportedServices.find((service) => !SETTABLE_SERVICES.includes(String(service)));
    if (unknown !== undefined) throw badRequest(`The service '${String(unknown)}' cannot be set.`);
    domain.supportedServices = supportedServices.map(String);
  }

  /** Users, present or soft-deleted, whose UPN ends in the domain. */
  references(tenant: Tenant, name: string): string[] {
    const deleted = this.#softDeletedBlocks() ? [...tenant.deletedUsers.values()] : [];
    return [...tenant.users.latestValues(), ...deleted]
      .filter((user) => user.userPrincipalName.toLowerCase().endsWith(`@${name}`))
      .map((user) => user.id);
  }

  remove(tenant: Tenant, domain: Domain): void {
    if (domain.isInitial || domain.isDefault)
      throw badRequest(`The domain '${domain.id}' is the initial or default domain and cannot be deleted.`);
    const references = this.references(tenant, domain.id);
    if (references.length > 0)
      throw badRequest(`The domain '${domain.id}' is referenced by ${references.length} objects and cannot be deleted.`);
    tenant.domains.delete(domain.id);
  }

  /** A name can be verified in only one tenant. */
  #refuseForeign(tenant: Tenant, name: string): void {
    const owner = this.#deps.state.tenantOfDomain(name);
    if (owner !== undefined && owner.id !== tenant.id) {
      throw badRequest(
        `Domain verification failed with the following error: 'The domain ${name} is already verified in another organization.'`,
      );
    }
  }
}

function rowOf(domain: Domain): Record<string, unknown> {
  return {
    id: domain.id,
    authenticationType: 'Managed',
    availabilityStatus: null,
    isAdminManaged: true,
    isDefault: domain.isDefault,
    isInitial: domain.isInitial,
    isRoot: true,
    isVerified: domain.isVerified,
    supportedServices: domain.supportedServices,
    passwordValidityPeriodInDays: null,
    passwordNotificationWindowInDays: null,
    manufacturer: null,
    model: null,
    state: null,
  };
}
