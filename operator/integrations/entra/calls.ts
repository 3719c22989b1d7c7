import { AllowList, type CallFacts } from '../http/allow-list.ts';
import type { Recordable } from '../http/recording.ts';
import type { SystemName } from '../http/translate.ts';

export const ENTRA: SystemName = { system: 'entra', displayName: 'Microsoft Entra' };

/** Everything that is ever sent to the login host. */
export const ENTRA_CALLS = new AllowList([
  { operation: 'discoverTenant', method: 'GET', path: '/{tenant}/v2.0/.well-known/openid-configuration' },
  { operation: 'acquireToken', method: 'POST', path: '/{tenant}/oauth2/v2.0/token', forbid: onlyClientCredentials },
]);

/** Passwords never leave (design §3.2), whatever a library may offer. */
function onlyClientCredentials({ body }: CallFacts): string | undefined {
  const grant = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>)['grant_type'] : undefined;
  return grant === 'client_credentials' ? undefined : 'only the client credentials grant is used';
}

export const ENTRA_RECORDABLE: Recordable = {
  fields: [
    'client_id',
    'correlation_id',
    'error',
    'error_codes',
    'expires_in',
    'grant_type',
    'issuer',
    'client-request-id',
    'jwks_uri',
    'scope',
    'suberror',
    'timestamp',
    'token_endpoint',
    'token_type',
    'trace_id',
  ],
};
