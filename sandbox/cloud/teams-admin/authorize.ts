import { createMiddleware } from 'hono/factory';
import {
  TEAMS_ADMINISTRATOR,
  TEAMS_APP_ID,
  TEAMS_COMMUNICATIONS_ADMINISTRATOR,
  TEAMS_TELEPHONY_ADMINISTRATOR,
} from '../entra/resources.ts';
import type { AccessToken, TokenService } from '../entra/tokens.ts';
import type { CloudBase } from '../stand-in.ts';
import type { CloudState, Tenant } from '../tenant.ts';
import type { CallerEnv } from './call.ts';
import { ConfigApiError, forbidden } from './errors.ts';

const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';
/** Global Reader and Teams Reader (teams-admin-api §2.3). */
const READERS = ['f2ef992c-3afb-46b9-b7cf-a126ee74c451', '1076ac91-f3d9-41a7-a339-dcdf5f480acc'];

export interface AuthorizeDeps {
  readonly state: CloudState;
  readonly tokens: TokenService;
  readonly base: CloudBase;
}

/**
 * Who may call (teams-admin-api §2.3): a token for this resource, and a directory role of its service principal. A token without the role is good
 * and yet refused with 40301, also while the role is on its way.
 */
export function authorize({ state, tokens, base }: AuthorizeDeps) {
  const narrowRoles = base.switches.define('teams.narrowRolesSuffice', [false, true], 'teams-admin-api §2.3, §34.8');
  const roleSource = base.switches.define('teams.roleSource', ['directory', 'token'], 'teams-admin-api §2.3: wids or a look-up');
  /** Template ids of the roles that count for this caller now. */
  const rolesOf = (tenant: Tenant, claims: AccessToken): ReadonlySet<string> => {
    if (roleSource() === 'token') return new Set(claims.wids);
    const held = tenant.servicePrincipals.get(claims.appid)?.roles ?? [];
    return new Set(held.filter((role) => role.from <= base.clock.now()).map((role) => role.templateId));
  };
  return createMiddleware<CallerEnv>(async (c, next) => {
    const claims = await claimsOf(tokens, c.req.header('authorization'));
    const tenant = state.tenants.get(claims.tid);
    if (tenant === undefined) throw unauthorized('The access token is of an unknown tenant.');
    c.env.facts.target = tenant.id;
    const narrow = narrowRoles() ? [TEAMS_COMMUNICATIONS_ADMINISTRATOR, TEAMS_TELEPHONY_ADMINISTRATOR] : [];
    const enough = [TEAMS_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, ...narrow, ...(c.req.method === 'GET' ? READERS : [])];
    const roles = rolesOf(tenant, claims);
    if (!enough.some((role) => roles.has(role))) throw forbidden();
    c.set('tenant', tenant);
    await next();
  });
}

async function claimsOf(tokens: TokenService, header = ''): Promise<AccessToken> {
  const [scheme = '', token = ''] = header.split(' ', 2);
  const claims = scheme.toLowerCase() === 'bearer' ? await tokens.check(token) : 'malformed';
  if (claims === 'expired') throw unauthorized('The access token has expired.');
  if (claims === 'malformed') throw unauthorized('The access token is missing or invalid.');
  if (claims.aud !== TEAMS_APP_ID) throw unauthorized('The access token is for another audience.');
  return claims;
}

function unauthorized(message: string): ConfigApiError {
  return new ConfigApiError(401, 'Unauthorized', message);
}
