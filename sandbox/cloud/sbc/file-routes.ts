import type { Hono } from 'hono';
import type { StandInEnv } from '../stand-in.ts';
import { busy, download, failed, type SbcContext } from './answers.ts';
import type { ScriptReport } from './cli-session.ts';
import type { SbcDevice } from './device.ts';
import { addTlsRoutes } from './tls-routes.ts';
import { readUpload } from './upload.ts';

/** Files that real devices have and the stand-in does not model: refused aloud, never accepted silently. */
const NOT_MODELLED = [
  'dialplan',
  'amd',
  'castable',
  'cpt',
  'prt',
  'voiceprompts',
  'usersInfo',
  'sbcWizard',
  'debugFile',
  'debugFileRedundant',
];

/** Downloads and uploads (audiocodes-sbc §7, §8.3, §10, §11). */
export function addFileRoutes(api: Hono<StandInEnv>, device: SbcDevice): void {
  const upload = exclusiveUploads(device);
  api.get('/files', (c) =>
    c.json({ files: ['ini', 'cliScript', 'tls', ...NOT_MODELLED].map((id) => ({ id, url: `/api/v1/files/${id}` })) }),
  );
  api.get('/files/ini', (c) => {
    const refused = device.switches.iniWhileSyncing() === 'refused' ? busy(device, c) : undefined;
    return refused ?? download(device.ini(), device.dialect.iniLineEnd, device.iniDamage.cutAfter);
  });
  api.get('/files/cliScript', () => download(scriptLines(device), '\r\n'));
  api.put('/files/cliScript/incremental', (c) => upload(c, (text) => c.json(verdict(device, device.runScript(wholeLines(device, text))))));
  api.put('/files/ini/incremental', (c) =>
    upload(c, (text) => {
      device.applyIni(text);
      return c.json({ description: 'Incremental INI file was loaded.' });
    }),
  );
  addFullUploads(api, device, upload);
  addTlsRoutes(api, device, upload);
  for (const name of NOT_MODELLED) api.all(`/files/${name}`, (c) => failed(c, 501, `the stand-in does not model /files/${name}`));
}

type Upload = (c: SbcContext, work: (text: string) => Response) => Promise<Response>;

/** Whether a second upload waits or is refused is not known (§25.6, switch); both never run at the same time. */
function exclusiveUploads(device: SbcDevice): Upload {
  let running = 0;
  return async (c, work) => {
    if (running > 0 && device.switches.parallelUploads() === 'refused') return failed(c, 409, 'Another file is being loaded');
    running += 1;
    try {
      const text = await readUpload(c, device.switches);
      return busy(device, c) ?? work(text);
    } finally {
      running -= 1;
    }
  };
}

/** They exist, answer 200 and restart the device: a client that used them would be seen in the counters and by its customers. */
function addFullUploads(api: Hono<StandInEnv>, device: SbcDevice, upload: Upload): void {
  const replacing = (name: string, replace: (text: string) => void) => {
    api.put(`/files/${name}`, (c) => {
      device.counters.forbidden.push(`PUT /files/${name}`);
      return upload(c, (text) => {
        replace(text);
        return c.json({ description: 'File was loaded. Device is restarting.' });
      });
    });
  };
  replacing('ini', (text) => device.replaceByIni(text));
  replacing('cliScript', (text) => device.replaceByScript(text));
  api.put('/files/configurationPackage.tar.gz', (c) => {
    device.counters.forbidden.push('PUT /files/configurationPackage.tar.gz');
    device.restart();
    return c.json({ description: 'File was loaded. Device is restarting.' });
  });
}

function* scriptLines(device: SbcDevice): Generator<string> {
  if (device.switches.plainHttpRequestLine() === 'present') yield 'GET /api/v1/files/cliScript HTTP/1.1';
  yield '# Running Configuration';
  yield '';
  yield* device.script();
}

/** A last line without a line end is one that nobody ended with Enter (§7.1). */
function wholeLines(device: SbcDevice, text: string): string {
  if (device.switches.unterminatedLine() === 'executed' || text.endsWith('\n')) return text;
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

/** HTTP says 200 whatever happened inside; the words are in the body (§10.2). */
function verdict(device: SbcDevice, { output, errors }: ScriptReport): Record<string, string> {
  const status = errors.length === 0 ? device.switches.statusOnSuccess() : device.switches.statusOnFailure();
  const text = output.join(device.switches.output() === 'flattened' ? '. ' : '\r\n');
  return { ...(status === 'absent' ? {} : { status }), description: 'Incremental CLI Script file was loaded.', output: text };
}
