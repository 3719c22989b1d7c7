import { Hono } from 'hono';
import type { StandInEnv } from '../stand-in.ts';
import { addActionRoutes } from './action-routes.ts';
import { failed, type SbcContext } from './answers.ts';
import type { SbcDevice } from './device.ts';
import { addFileRoutes } from './file-routes.ts';
import { addKpiRoutes } from './kpi-routes.ts';
import { LEVELS } from './login.ts';
import { addMonitoringRoutes } from './monitoring-routes.ts';
import { Refusal } from './schema.ts';

/** Users of the Web interface at the same time; whether REST counts among them is a switch (audiocodes-sbc §1). */
const MOST_SESSIONS = 5;

/** The REST interface of one device below `/api/v1` (audiocodes-sbc §2). */
export function sbcApp(device: SbcDevice): Hono<StandInEnv> {
  const app = new Hono<StandInEnv>();
  const api = new Hono<StandInEnv>();
  app.use(async (c, next) => {
    c.env.facts.target ??= device.name;
    if (device.isRestarting) return failed(c, 503, 'Device is restarting');
    if (device.switches.sessionLimit() === 'counted' && device.openRequests >= MOST_SESSIONS) return failed(c, 503, 'Too many sessions');
    device.openRequests += 1;
    try {
      return await next();
    } finally {
      device.openRequests -= 1;
    }
  });
  app.get('/api', (c) => c.body(null, 200));
  app.use('/api/v1/*', async (c, next) => authorize(device, c) ?? next());
  const folders = ['status', 'alarms', 'kpi', 'license', 'files', 'actions'].map((id) => ({ id, url: `/api/v1/${id}` }));
  app.get('/api/v1/', (c) => c.json({ items: folders }));
  api.get('/', (c) => c.json({ items: folders }));
  api.get('/versions', (c) => c.json({ versions: [{ id: 'v1', status: 'stable', url: '/api/v1' }] }));
  addMonitoringRoutes(api, device);
  addKpiRoutes(api, device);
  addFileRoutes(api, device);
  addActionRoutes(api, device);
  app.route('/api/v1', api);
  app.notFound((c) => (hasOtherMethod(app, c.req.path) ? failed(c, 405, 'Method Not Allowed') : failed(c, 404, 'Not Found')));
  app.onError((error, c) => failed(c, error instanceof Refusal ? 400 : 500, error.message));
  return app;
}

function hasOtherMethod(app: Hono<StandInEnv>, path: string): boolean {
  const methods = ['GET', 'PUT', 'POST', 'DELETE'];
  return methods.some((method) => app.router.match(method, path)[0].some(([[, route]]) => route.method === method));
}

type Level = number;
const FOLDERS: Readonly<Record<string, { readonly read: Level; readonly write: Level }>> = {
  status: { read: LEVELS.Monitor, write: LEVELS.Monitor },
  alarms: { read: LEVELS.Monitor, write: LEVELS.Monitor },
  kpi: { read: LEVELS.Monitor, write: LEVELS.Monitor },
  actions: { read: LEVELS.Administrator, write: LEVELS.Administrator },
  files: { read: LEVELS.Administrator, write: LEVELS.Administrator },
  license: { read: LEVELS.Administrator, write: LEVELS.SecurityAdministrator },
};

/** 401 without a valid user, 403 below the level of the folder (§1); undefined = go on. */
function authorize(device: SbcDevice, c: SbcContext): Response | undefined {
  const user = device.login.user(c.req.header('Authorization'));
  if (user === undefined) {
    c.header('WWW-Authenticate', 'Basic realm="SBC"');
    return failed(c, 401, 'Unauthorized');
  }
  const folder = FOLDERS[c.req.path.split('/')[3] ?? ''];
  const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
  const needed = neededLevel(device, c, folder?.[reads ? 'read' : 'write'] ?? LEVELS.Monitor);
  return LEVELS[user.level] < needed ? failed(c, 403, 'Forbidden: the user level is too low') : undefined;
}

function neededLevel(device: SbcDevice, c: SbcContext, ofFolder: Level): Level {
  const isScript = c.req.method === 'PUT' && c.req.path.startsWith('/api/v1/files/cliScript');
  return isScript && device.switches.administratorUploads() === 'forbidden' ? LEVELS.SecurityAdministrator : ofFolder;
}
