import { createMiddleware } from 'hono/factory';
import type { CloudBase } from '../stand-in.ts';
import type { GraphEnv } from './call.ts';
import { startToken } from './query.ts';

/** How each collection that pages is continued. The others do not page (microsoft-graph §4.2). */
const PAGED: Readonly<Record<string, '$skiptoken' | '$skip'>> = {
  '/v1.0/users': '$skiptoken',
  '/v1.0/domains': '$skiptoken',
  '/v1.0/admin/teams/userConfigurations': '$skiptoken',
  '/v1.0/admin/teams/telephoneNumberManagement/numberAssignments': '$skip',
};

/** "Empty pages with a nextLink are legal" (microsoft-graph §4.2): the first page may hold nothing and still not be the last. */
export function emptyFirstPages({ switches }: CloudBase) {
  const emptyPages = switches.define('graph.emptyPages', ['never', 'first'], 'microsoft-graph §4.2: legal, and nobody says when');
  return createMiddleware<GraphEnv>(async (c, next) => {
    await next();
    const url = new URL(c.req.url);
    const option = PAGED[url.pathname];
    if (option === undefined || emptyPages() === 'never' || !c.res.ok || url.searchParams.has(option)) return;
    const page = (await c.res.json()) as Record<string, unknown>;
    url.searchParams.set(option, option === '$skip' ? '0' : startToken());
    c.res = Response.json({ ...page, '@odata.nextLink': url.href, value: [] }, { headers: c.res.headers });
  });
}
