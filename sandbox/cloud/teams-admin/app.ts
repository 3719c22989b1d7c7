import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { tenantOfBearer } from '../entra/tokens.ts';
import { countNeverCalled } from '../never-called.ts';
import type { CloudBase, StandIn, StandInEnv } from '../stand-in.ts';
import type { CloudState } from '../tenant.ts';
import type { VoiceRules } from '../voice.ts';
import { type AuthorizeDeps, authorize } from './authorize.ts';
import { acceptsJson, type CallerEnv } from './call.ts';
import { DependencyChecks } from './checks.ts';
import { configRoutes } from './config-routes.ts';
import { ConfigApiError, notFound } from './errors.ts';
import { TEAMS_NEVER_CALLED } from './never-called.ts';
import type { ConfigStore } from './store.ts';
import { numberRoutes, tenantRoutes } from './tenant-info.ts';
import { grantRoutes, type TeamsUsers, userRoutes } from './users.ts';
import { warnings } from './warnings.ts';

export interface TeamsAdminDeps extends AuthorizeDeps {
  readonly state: CloudState;
  readonly base: CloudBase;
  readonly rules: VoiceRules;
  readonly store: ConfigStore;
  readonly users: TeamsUsers;
}

/** The REST service behind the Teams PowerShell module ("ConfigAPI"): exactly the paths of teams-admin-api that Direct Routing needs. */
export function teamsAdminStandIn(deps: TeamsAdminDeps): StandIn {
  const { base, rules, store, users } = deps;
  const app = new Hono<CallerEnv>();
  app.onError((error, c) => {
    if (!(error instanceof ConfigApiError)) throw error;
    return error.answer(c.req.header('x-ms-correlation-id'));
  });
  app.notFound((c) => notFound(`No resource matches the request URI ${c.req.path}.`).answer(c.req.header('x-ms-correlation-id')));
  app.use(compressed);
  app.use(countNeverCalled(TEAMS_NEVER_CALLED, deps.state.forbidden));
  app.use(authorize(deps), acceptsJson, warnings(base));
  app.route('/Skype.Policy/configurations', configRoutes(store, new DependencyChecks(store, rules, base), base));
  app.route('/Skype.Policy', grantRoutes(users));
  app.route('/Teams.User/users', userRoutes(users));
  app.route('/Teams.Tenant', tenantRoutes(rules));
  app.route('/Skype.TelephoneNumberMgmt', numberRoutes());
  return {
    name: 'teams-admin',
    app: app as unknown as Hono<StandInEnv>,
    hosts: ['api.interfaces.sandbox.test'],
    targetOf: tenantOfBearer,
    failure: (status, request) => {
      const text = status === 429 ? 'Too many requests. Please try again later.' : 'Service is unavailable. Please try again.';
      const code = status === 429 ? 'TooManyRequests' : 'ServiceUnavailable';
      return new ConfigApiError(status, code, text).answer(request.headers.get('x-ms-correlation-id') ?? undefined);
    },
  };
}

/** The best compression would take a millisecond an answer and prove nothing more. */
const FAST = { [constants.BROTLI_PARAM_QUALITY]: 1 };

/** Responses are compressed, error bodies included (teams-admin-api §3.1). */
const compressed = createMiddleware(async (c, next) => {
  await next();
  const accepted = c.req.header('accept-encoding') ?? '';
  const encoding = accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : undefined;
  if (encoding === undefined || c.res.body === null) return;
  const bytes = Buffer.from(await c.res.arrayBuffer());
  const headers = new Headers(c.res.headers);
  headers.set('Content-Encoding', encoding);
  const { status } = c.res;
  c.res = undefined; // else Hono keeps the former headers
  c.res = new Response(encoding === 'br' ? brotliCompressSync(bytes, { params: FAST }) : gzipSync(bytes), { status, headers });
});
