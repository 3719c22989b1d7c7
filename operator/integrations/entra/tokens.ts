import type { HttpResponse } from '../http/client.ts';
import type { TokenResource } from './port.ts';

/** What the Microsoft clients take their tokens from. */
export interface TokenSource {
  /** A token in use for the tenant, from memory or fresh. Throws Auth/CredentialsGone when no credential is known, else as signing in does. */
  tokenOf(tenantId: string, resource: TokenResource, signal: AbortSignal): Promise<string>;
  /** Forgets this token, if it is still the one in use: the service refused it. */
  drop(tenantId: string, resource: TokenResource, token: string): void;
}

/**
 * Sends with a token of the tenant. A 401 forgets the token and is tried once more with a new one (teams-admin-api §2.5): a token may have
 * been revoked in the meantime, and a refused call has done no work.
 */
export async function sendAuthorized(
  tokens: TokenSource,
  { tenantId, resource, signal }: { readonly tenantId: string; readonly resource: TokenResource; readonly signal: AbortSignal },
  send: (token: string) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const first = await tokens.tokenOf(tenantId, resource, signal);
  const answer = await send(first);
  if (answer.status !== 401) return answer;
  tokens.drop(tenantId, resource, first);
  return send(await tokens.tokenOf(tenantId, resource, signal));
}
