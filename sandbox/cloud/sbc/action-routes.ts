import type { Hono } from 'hono';
import { z } from 'zod';
import type { StandInEnv } from '../stand-in.ts';
import { busy, failed, type SbcContext } from './answers.ts';
import type { SbcDevice } from './device.ts';

const Reset = z.strictObject({ saveConfiguration: z.boolean().default(true), gracefulTimeout: z.int().min(0).default(0) });

/** Save and reset (audiocodes-sbc §11.3). */
export function addActionRoutes(api: Hono<StandInEnv>, device: SbcDevice): void {
  api.get('/actions', (c) =>
    c.json({ actions: ['saveConfiguration', 'reset', 'authToken'].map((id) => ({ id, url: `/api/v1/actions/${id}` })) }),
  );
  api.post('/actions/saveConfiguration', async (c) => busy(device, c) ?? saveConfiguration(c, device));
  api.post('/actions/reset', async (c) => busy(device, c) ?? reset(c, device));
  api.post('/actions/authToken', (c) => failed(c, 501, 'the stand-in does not model authToken'));
}

async function saveConfiguration(c: SbcContext, device: SbcDevice): Promise<Response> {
  if (c.req.header('Content-Length') !== '0' || (await c.req.text()) !== '')
    return failed(c, 400, 'An empty body with Content-Length 0 is expected');
  device.save();
  return c.body(null, 200);
}

/** A driver must never call it (§19.1). */
async function reset(c: SbcContext, device: SbcDevice): Promise<Response> {
  device.counters.forbidden.push('POST /actions/reset');
  const body = Reset.safeParse(await c.req.json().catch(() => undefined));
  if (!body.success) return failed(c, 400, 'Bad parameter');
  if (body.data.saveConfiguration) device.save();
  device.restart();
  return c.json({ description: 'Device is restarting' });
}
