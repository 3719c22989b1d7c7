import { type Context, Hono } from 'hono';
import type { CloudBase } from '../stand-in.ts';
import type { Tenant, User } from '../tenant.ts';
import { type GraphEnv, requirePermission } from './call.ts';
import { resourceNotFound, unsupportedQuery } from './errors.ts';
import { collectionPage, singleRow } from './query.ts';
import { USER_RULES, userRow } from './user-rows.ts';

const READ = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'] as const;

/** Reading users: microsoft-graph §2.4. */
export function userRoutes(base: CloudBase): Hono<GraphEnv> {
  const indexed = base.consistency.define('graph.advancedIndex', 60_000, 'microsoft-graph §4.5: seconds to minutes, 15 min allowed');
  const app = new Hono<GraphEnv>();
  app.get('/', (c) => {
    const tenant = requirePermission(c, ...READ);
    const consistencyLevel = c.req.header('consistencylevel');
    // Advanced queries are answered from an index that lags behind (§2.4).
    const youngest = consistencyLevel?.toLowerCase() === 'eventual' ? base.clock.now() - indexed() : Number.POSITIVE_INFINITY;
    const rows = tenant.users.seenValues().filter((user) => user.createdAt <= youngest);
    return c.json(collectionPage(rows.map(userRow), USER_RULES, { url: new URL(c.req.url), consistencyLevel }));
  });
  app.get('/$count', (c) => {
    const tenant = requirePermission(c, ...READ);
    if (c.req.header('consistencylevel')?.toLowerCase() !== 'eventual')
      throw unsupportedQuery("Request with $count needs the header 'ConsistencyLevel: eventual'.");
    return c.text(String(tenant.users.seenValues().length));
  });
  app.get('/:id', (c) => {
    const tenant = requirePermission(c, ...READ);
    return c.json(singleRow(userRow(findUser(c, tenant)), USER_RULES, new URL(c.req.url)));
  });
  return app;
}

/** By object id or UPN. */
function findUser(c: Context<GraphEnv>, tenant: Tenant): User {
  const name = c.req.param('id') ?? '';
  const wanted = name.toLowerCase();
  const user = tenant.users.seenValues().find(({ id, userPrincipalName }) => id === wanted || userPrincipalName.toLowerCase() === wanted);
  if (user === undefined) throw resourceNotFound(name);
  return user;
}
