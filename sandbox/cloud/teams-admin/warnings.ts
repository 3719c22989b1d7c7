import { createMiddleware } from 'hono/factory';
import type { CloudBase } from '../stand-in.ts';
import type { CallerEnv } from './call.ts';

/** A warning that comes with an answer (teams-admin-api §3.1, §35). Which calls carry one, and what they say, no source tells. */
export function warnings({ switches }: CloudBase) {
  const onWrites = switches.define('teams.warningHeader', ['absent', 'present'], 'teams-admin-api §3.1, §35: which answers carry one');
  return createMiddleware<CallerEnv>(async (c, next) => {
    await next();
    if (c.req.method === 'GET' || !c.res.ok || onWrites() === 'absent') return;
    c.res.headers.set('X-Ms-ConfigApi-PowerShell-WarningMessage', 'It can take some time until the change is effective.');
  });
}
