import { Hono } from 'hono';
import type { Directory } from '../directory.ts';
import { tenantOfBearer } from '../entra/tokens.ts';
import { countNeverCalled } from '../never-called.ts';
import type { StandIn, StandInEnv } from '../stand-in.ts';
import type { TeamsUsers } from '../teams-admin/users.ts';
import type { VoiceRules } from '../voice.ts';
import { runBatch } from './batch.ts';
import { authenticate, type GraphAuthDeps, type GraphEnv, jsonBody, TeamsInGraph } from './call.ts';
import { domainRoutes } from './domains.ts';
import { emptyFirstPages } from './empty-pages.ts';
import { GraphError, injectedFailure, newRequestId, unknownSegment } from './errors.ts';
import { GRAPH_NEVER_CALLED } from './never-called.ts';
import { numberRoutes } from './numbers.ts';
import { organizationRoutes } from './organization.ts';
import { subscribedSkuRoutes } from './subscribed-skus.ts';
import { userConfigurationRoutes } from './user-configurations.ts';
import { userRoutes } from './users.ts';

export interface GraphDeps extends GraphAuthDeps {
  readonly directory: Directory;
  readonly rules: VoiceRules;
  readonly users: TeamsUsers;
}

/** Cost of one read, for the header that answers carry (microsoft-graph §4.3). */
const UNITS: Readonly<Record<string, number>> = { users: 2, subscribedSkus: 3 };

/** Microsoft Graph v1.0 as far as Direct Routing reads it, and domains as far as they are written. */
export function graphStandIn(deps: GraphDeps): StandIn {
  const { base } = deps;
  const app = new Hono<GraphEnv>();
  const teams = new TeamsInGraph(base);
  app.use(async (c, next) => {
    const requestId = newRequestId();
    c.set('requestId', requestId);
    await next();
    c.res.headers.set('request-id', requestId);
    c.res.headers.set('client-request-id', c.req.header('client-request-id') ?? requestId);
    c.res.headers.set(
      'x-ms-ags-diagnostic',
      '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"S"}}',
    );
    c.res.headers.set('x-ms-resource-unit', String(UNITS[c.req.path.split('/')[2] ?? ''] ?? 1));
  });
  app.onError((error, c) => {
    if (!(error instanceof GraphError)) throw error;
    return c.json(error.body(base.clock.now(), c.var.requestId, c.req.header('client-request-id')), error.status as 400);
  });
  app.use(countNeverCalled(GRAPH_NEVER_CALLED, deps.state.forbidden));
  app.use(async (c, next) => {
    const call = await authenticate(deps, c.req.header('authorization'));
    c.set('call', call);
    c.env.facts.target = call.tenant.id;
    await next();
  });
  app.use(emptyFirstPages(base));
  app.post('/v1.0/$batch', async (c) => {
    const { facts } = c.env;
    facts.write = false; // its items count by themselves
    const dispatch = async (request: Request): Promise<Response> => app.fetch(request, c.env);
    const payload = await jsonBody(c, ['requests']);
    return runBatch(c.req.raw, payload, { dispatch, faults: base.faults, facts, now: () => base.clock.now() });
  });
  app.route('/v1.0/organization', organizationRoutes());
  app.route('/v1.0/domains', domainRoutes(deps));
  app.route('/v1.0/subscribedSkus', subscribedSkuRoutes(base));
  app.route('/v1.0/users', userRoutes(base));
  app.route('/v1.0/admin/teams/userConfigurations', userConfigurationRoutes({ ...deps, teams }));
  app.route('/v1.0/admin/teams/telephoneNumberManagement', numberRoutes(teams));
  app.all('*', (c) => {
    const segments = c.req.path.split('/').filter((segment) => segment !== '');
    throw unknownSegment(segments[0] === 'v1.0' ? (segments[1] ?? '') : (segments[0] ?? ''));
  });
  return {
    name: 'graph',
    app: app as unknown as Hono<StandInEnv>,
    hosts: ['graph.sandbox.test'],
    targetOf: tenantOfBearer,
    failure: (status, request) => {
      const id = newRequestId();
      const body = injectedFailure(status).body(base.clock.now(), id, request.headers.get('client-request-id') ?? id);
      const throttle: Record<string, string> =
        status === 429
          ? { 'x-ms-throttle-scope': 'Tenant_Application/ReadWrite', 'x-ms-throttle-information': 'ResourceUnitLimitExceeded' }
          : {};
      return Response.json(body, { status, headers: { 'request-id': id, ...throttle } });
    },
  };
}
