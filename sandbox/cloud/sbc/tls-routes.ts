import type { Hono } from 'hono';
import type { StandInEnv } from '../stand-in.ts';
import { failed, type SbcContext } from './answers.ts';
import type { SbcDevice } from './device.ts';

type Upload = (c: SbcContext, work: (text: string) => Response) => Promise<Response>;

/** TLS material by index of the context; the context row must exist first (audiocodes-sbc §7.3). */
export function addTlsRoutes(api: Hono<StandInEnv>, device: SbcDevice, upload: Upload): void {
  api.get('/files/tls', (c) => {
    const rows = device.running.rows('TLSContexts');
    return c.json({
      tls: rows.map(({ index, values }) => ({ id: String(index), description: values['Name'], url: `/api/v1/files/tls/${index}` })),
    });
  });
  api.get('/files/tls/:context/certificate', (c) => {
    const context = contextOf(c, device);
    const pem = context === undefined ? undefined : device.tls.get(context)?.certificatePem;
    return pem === undefined || pem === '' ? failed(c, 404, 'Not Found') : c.body(pem, 200, { 'Content-Type': 'application/octet-stream' });
  });
  const put = (path: string, description: string, install: (context: number, pem: string) => void) => {
    api.put(`/files/tls/:context/${path}`, (c) => {
      const context = contextOf(c, device);
      if (context === undefined) return failed(c, 404, 'Not Found');
      return upload(c, (pem) => {
        install(context, pem);
        return c.json({ description });
      });
    });
  };
  put('certificate', 'Certificate was changed', (context, pem) => device.tls.setCertificate(context, pem));
  put('privateKey', 'Private key was changed', (context, pem) => device.tls.setPrivateKey(context, pem));
  put('trustedRoot', 'Trusted root store was replaced', (context, pem) => device.tls.setTrustedRoots(context, certificatesIn(pem)));
  put('trustedRoot/incremental', 'Trusted root was added', (context, pem) => device.tls.addTrustedRoot(context, pem));
  api.post('/files/tls/:context/certificate/generate', (c) => failed(c, 501, 'the stand-in does not model certificate generation'));
}

function contextOf(c: SbcContext, device: SbcDevice): number | undefined {
  const text = c.req.param('context') ?? '';
  return /^\d+$/.test(text) && device.running.row('TLSContexts', Number(text)) !== undefined ? Number(text) : undefined;
}

function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [pem];
}
