import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { StandInEnv } from '../stand-in.ts';
import type { Tenant } from '../tenant.ts';
import { badRequest, ConfigApiError } from './errors.ts';

/** A call whose token was accepted: its tenant is the token's, no URL says it (teams-admin-api §2.2). */
export interface CallerEnv extends StandInEnv {
  Variables: { tenant: Tenant };
}

/** teams-admin-api §3.1: required on every call. */
export const acceptsJson = createMiddleware<CallerEnv>(async (c, next) => {
  const accepted = (c.req.header('accept') ?? '').split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  if (!accepted.includes('application/json')) throw new ConfigApiError(406, 'NotAcceptable', 'The header Accept must be application/json.');
  await next();
});

/** The request body as a JSON object. */
export async function jsonBody(c: Context<CallerEnv>): Promise<Record<string, unknown>> {
  refuseQuery(c);
  if (c.req.header('content-type')?.split(';', 1)[0]?.trim() !== 'application/json') {
    throw new ConfigApiError(415, 'UnsupportedMediaType', 'The request entity media type is not supported; send application/json.');
  }
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('The request body is not a JSON object.');
  return body as Record<string, unknown>;
}

/** No query option beside the named ones. */
export function refuseQuery(c: Context<CallerEnv>, known: readonly string[] = []): void {
  const surplus = Object.keys(c.req.query()).find((name) => !known.includes(name.toLowerCase()));
  if (surplus !== undefined) throw badRequest(`The query option ${surplus} is not supported here.`);
}
