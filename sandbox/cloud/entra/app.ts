import { type Context, Hono } from 'hono';
import type { CloudBase, StandIn, StandInEnv } from '../stand-in.ts';
import type { AppRegistration, CloudState, ServicePrincipal, Tenant } from '../tenant.ts';
import { ClientAuthentication, type ClientProof } from './client-auth.ts';
import { AadstsError } from './errors.ts';
import { GRAPH_APP_ID, resourceOf } from './resources.ts';
import type { TokenService } from './tokens.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const SHARED_TENANTS = new Set(['common', 'organizations', 'consumers']);

export interface EntraDeps {
  readonly state: CloudState;
  readonly base: CloudBase;
  readonly tokens: TokenService;
}

/** The login host: discovery, keys and the client-credentials token endpoint (microsoft-graph §1). */
export function entraStandIn(deps: EntraDeps): StandIn {
  const { state, base, tokens } = deps;
  const app = new Hono<StandInEnv>();
  const rules = new EntraRules(deps);
  app.onError((error, c) => {
    if (!(error instanceof AadstsError)) throw error;
    const correlation = c.req.header('client-request-id') ?? c.req.query('client-request-id');
    return c.json(error.body(base.clock.now(), correlation), error.status as 400);
  });
  // Instance discovery asks only the global host (§1.10); a sandbox host is no instance of Microsoft's.
  app.get('/common/discovery/instance', () => {
    throw new AadstsError(50049, 'Unknown or invalid instance.');
  });
  app.get('/:tenant/v2.0/.well-known/openid-configuration', (c) =>
    c.json(discovery(originOf(c), rules.issuerOf(c.req.param('tenant')), c.req.param('tenant'))),
  );
  app.get('/:tenant/discovery/v2.0/keys', (c) => {
    rules.issuerOf(c.req.param('tenant'));
    return c.json(tokens.jwks);
  });
  app.post('/:tenant/oauth2/v2.0/token', async (c) => tokenAnswer(c, rules));
  return {
    name: 'entra',
    app,
    hosts: ['login.sandbox.test'],
    targetOf: (request) => state.findTenant(new URL(request.url).pathname.split('/')[1] ?? '')?.id,
    isWrite: () => false, // a token changes nothing in the tenant
    failure: (status) => {
      const oauthError = status === 429 ? 'temporarily_unavailable' : 'server_error';
      const error = new AadstsError(90033, 'A transient error has occurred. Please try again.', { oauthError });
      return Response.json(error.body(base.clock.now()), { status });
    },
  };
}

function originOf(c: Context): string {
  return new URL(c.req.url).origin;
}

/** §1.10. The issuer carries the GUID, so this is also the probe for "does this tenant exist". */
function discovery(origin: string, issuer: string, tenant: string): Record<string, unknown> {
  const root = `${origin}/${tenant}`;
  return {
    issuer: `${origin}/${issuer}/v2.0`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    token_endpoint: `${root}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${root}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${root}/oauth2/v2.0/logout`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  };
}

async function tokenAnswer(c: Context<StandInEnv>, rules: EntraRules): Promise<Response> {
  const form = await formOf(c);
  const field = (name: string): string | undefined => (typeof form[name] === 'string' && form[name] !== '' ? form[name] : undefined);
  const basic = basicCredentials(c.req.header('authorization'));
  const url = new URL(c.req.url);
  const { tenant, token, expiresIn } = await rules.clientCredentials({
    tenantName: c.req.param('tenant') ?? '',
    grantType: field('grant_type'),
    clientId: field('client_id') ?? basic?.id,
    scope: field('scope'),
    proof: {
      secret: field('client_secret') ?? basic?.secret,
      assertionType: field('client_assertion_type'),
      assertion: field('client_assertion'),
      tokenEndpoint: `${url.origin}${url.pathname}`,
    },
  });
  c.env.facts.target = tenant.id;
  return c.json(
    { token_type: 'Bearer', expires_in: expiresIn, ext_expires_in: expiresIn, access_token: token },
    { headers: { 'Cache-Control': 'no-store, no-cache', Pragma: 'no-cache' } },
  );
}

/** Another media type is a body without fields (§1.2). */
async function formOf(c: Context<StandInEnv>): Promise<Record<string, unknown>> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-www-form-urlencoded' ? c.req.parseBody() : {};
}

/** HTTP Basic with client id and secret is also accepted (§1.2). */
function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  if (header?.toLowerCase().startsWith('basic ') !== true) return undefined;
  const [id = '', secret = ''] = Buffer.from(header.slice(6), 'base64').toString().split(':', 2).map(decodeURIComponent);
  return { id, secret };
}

interface TokenRequest {
  readonly tenantName: string;
  readonly grantType: string | undefined;
  readonly clientId: string | undefined;
  readonly scope: string | undefined;
  readonly proof: ClientProof;
}

/** Whom the login host gives a token, and in which words it refuses one. */
class EntraRules {
  readonly #deps: EntraDeps;
  readonly #authentication: ClientAuthentication;
  readonly #unknownTenantError;
  readonly #missingPrincipalCode;

  constructor(deps: EntraDeps) {
    this.#deps = deps;
    this.#authentication = new ClientAuthentication(deps.base);
    const { switches } = deps.base;
    this.#unknownTenantError = switches.define(
      'entra.unknownTenantError',
      ['invalid_tenant', 'invalid_request'],
      'microsoft-graph §1.1 and §1.9 differ',
    );
    this.#missingPrincipalCode = switches.define(
      'entra.missingServicePrincipalCode',
      [700016, 7000229],
      'microsoft-graph §1.9: both are seen',
    );
  }

  /** The tenant part of the issuer; with a shared name the literal place holder (§1.10). */
  issuerOf(name: string): string {
    return SHARED_TENANTS.has(name.toLowerCase()) ? '{tenantid}' : this.#tenant(name).id;
  }

  async clientCredentials({
    tenantName,
    grantType,
    clientId,
    scope,
    proof,
  }: TokenRequest): Promise<{ tenant: Tenant; token: string; expiresIn: number }> {
    if (SHARED_TENANTS.has(tenantName.toLowerCase())) {
      throw new AadstsError(
        9001023,
        'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
      );
    }
    const tenant = this.#tenant(tenantName);
    if (grantType === undefined) throw new AadstsError(900144, "The request body must contain the following parameter: 'grant_type'.");
    if (grantType !== 'client_credentials') throw new AadstsError(70003, `The app requested an unsupported grant type '${grantType}'.`);
    if (clientId === undefined) throw new AadstsError(900144, "The request body must contain the following parameter: 'client_id'.");
    if (scope === undefined) throw new AadstsError(900144, "The request body must contain the following parameter: 'scope'.");
    const app = this.#app(clientId, tenant);
    await this.#authentication.check(app, proof);
    const principal = this.#principal(app, tenant);
    const resource = this.#resource(scope, tenant);
    return { tenant, ...(await this.#deps.tokens.issue(tenant, principal, resource)) };
  }

  #tenant(name: string): Tenant {
    if (!GUID.test(name) && !DOMAIN.test(name)) {
      throw new AadstsError(900023, `Specified tenant identifier '${name}' is neither a valid DNS name, nor a valid external domain.`);
    }
    const tenant = this.#deps.state.findTenant(name);
    if (tenant !== undefined) return tenant;
    const text = `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`;
    throw new AadstsError(90002, text, { oauthError: this.#unknownTenantError() });
  }

  /** An app is known in a tenant when it lives there or, being multi-tenant, was consented to there. */
  #app(clientId: string, tenant: Tenant): AppRegistration {
    const app = this.#deps.state.apps.get(clientId.toLowerCase());
    if (app !== undefined && (app.homeTenantId === tenant.id || app.multiTenant)) return app;
    throw new AadstsError(
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    );
  }

  #principal(app: AppRegistration, tenant: Tenant): ServicePrincipal {
    const principal = tenant.servicePrincipals.get(app.appId);
    // Consent takes a moment to reach the token endpoint (§1.6, §4.5).
    if (principal === undefined || principal.from > this.#deps.base.clock.now()) {
      throw new AadstsError(
        this.#missingPrincipalCode(),
        `The client application ${app.appId} is missing service principal in the tenant ${tenant.id}. It was not found in the directory '${tenant.displayName}'.`,
      );
    }
    if (!principal.enabled) throw new AadstsError(7000112, `Application '${app.appId}'(${app.displayName}) is disabled.`);
    return principal;
  }

  /** Exactly one resource, ending in `/.default` (§1.2). */
  #resource(scope: string, tenant: Tenant): { appId: string; aud: string } {
    const scopes = scope.split(/\s+/).filter((one) => one !== '');
    if (scopes.length > 1)
      throw new AadstsError(
        70011,
        `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid: several scopes were given.`,
      );
    const [only = ''] = scopes;
    if (!only.endsWith('/.default')) {
      throw new AadstsError(
        1002012,
        `The provided value for scope ${only} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
      );
    }
    const identifier = only.slice(0, -'/.default'.length);
    const resource = resourceOf(identifier, tenant.cloud);
    if (resource === undefined || (resource.appId !== GRAPH_APP_ID && !tenant.hasTeams)) {
      throw new AadstsError(
        500011,
        `The resource principal named ${identifier} was not found in the tenant named ${tenant.displayName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
      );
    }
    return resource;
  }
}
