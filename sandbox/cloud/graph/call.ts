import type { Context } from 'hono';
import { graphAudience, TEAMS_ADMINISTRATOR } from '../entra/resources.ts';
import type { AccessToken, TokenService } from '../entra/tokens.ts';
import type { CloudBase, StandInEnv } from '../stand-in.ts';
import type { CloudState, Tenant } from '../tenant.ts';
import { badRequest, GraphError } from './errors.ts';
import { refuseQuery } from './query.ts';

/** A call whose token was accepted. */
export interface GraphCall {
  readonly tenant: Tenant;
  readonly roles: ReadonlySet<string>;
  readonly appId: string;
}

export interface GraphEnv extends StandInEnv {
  Variables: { call: GraphCall; requestId: string };
}

export interface GraphAuthDeps {
  readonly state: CloudState;
  readonly tokens: TokenService;
  readonly base: CloudBase;
}

/** Signature, life, audience and tenant of the token; what it may do is each endpoint's own matter (microsoft-graph §1.8, §2.0). */
export async function authenticate({ state, tokens }: GraphAuthDeps, header: string | undefined): Promise<GraphCall> {
  const [scheme = '', token = ''] = (header ?? '').split(' ', 2);
  if (scheme.toLowerCase() !== 'bearer' || token === '') throw invalidToken('Access token is empty.');
  const claims = await tokens.check(token);
  if (claims === 'malformed') throw invalidToken('IDX14100: JWT is not well formed or its signature is invalid.');
  if (claims === 'expired') throw invalidToken('Lifetime validation failed, the token is expired.');
  const tenant = state.tenants.get(claims.tid);
  if (tenant === undefined || claims.aud !== graphAudience(tenant.cloud))
    throw invalidToken('Access token validation failure. Invalid audience.');
  return callOf(tenant, claims);
}

function callOf(tenant: Tenant, claims: AccessToken): GraphCall {
  const principal = tenant.servicePrincipals.get(claims.appid);
  if (principal === undefined) {
    throw new GraphError(403, 'Authorization_IdentityNotFound', 'The identity of the calling application could not be established.');
  }
  return { tenant, roles: new Set(claims.roles), appId: claims.appid };
}

function invalidToken(message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message);
}

/** Passes when the token carries one of the permissions (microsoft-graph §5.1). */
export function requirePermission(c: Context<GraphEnv>, ...oneOf: readonly string[]): Tenant {
  const { roles, tenant } = c.var.call;
  if (oneOf.some((role) => roles.has(role))) return tenant;
  throw new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}

/** Teams administration in Graph: global cloud only, and perhaps a directory role besides the permission (microsoft-graph §3, §7.3). */
export class TeamsInGraph {
  readonly #base: CloudBase;
  readonly #needsRole;

  constructor(base: CloudBase) {
    this.#base = base;
    this.#needsRole = base.switches.define('graph.teamsNeedsDirectoryRole', [false, true], 'microsoft-graph §7.3, teams-admin-api §34.9');
  }

  require(c: Context<GraphEnv>, ...oneOf: readonly string[]): Tenant {
    const tenant = requirePermission(c, ...oneOf);
    if (tenant.cloud !== 'global') throw new GraphError(404, 'NotFound', 'This API is not available in this national cloud.');
    const now = this.#base.clock.now();
    const held = tenant.servicePrincipals.get(c.var.call.appId)?.roles ?? [];
    const hasRole = held.some((role) => role.templateId === TEAMS_ADMINISTRATOR && role.from <= now);
    if (this.#needsRole() && !hasRole) throw new GraphError(403, 'Forbidden', 'The caller does not have the required directory role.');
    return tenant;
  }
}

/** The body as a JSON object with no other members than those named. Calls with a body take no query options. */
export async function jsonBody(c: Context<GraphEnv>, known: readonly string[]): Promise<Record<string, unknown>> {
  refuseQuery(new URL(c.req.url));
  if (c.req.header('content-type')?.split(';', 1)[0]?.trim() !== 'application/json') {
    throw new GraphError(415, 'Request_BadRequest', 'A supported Content-Type header is required: application/json.');
  }
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.');
  const surplus = Object.keys(body).find((name) => !known.includes(name));
  if (surplus !== undefined) throw badRequest(`The property '${surplus}' does not exist on this type or cannot be set.`);
  return body as Record<string, unknown>;
}

/** For actions without parameters: no body, or the empty object that a batch sends for one (microsoft-graph §2.2, §4.1). */
export async function refuseParameters(c: Context<GraphEnv>): Promise<void> {
  if ((await c.req.text()).trim() === '') refuseQuery(new URL(c.req.url));
  else await jsonBody(c, []);
}
