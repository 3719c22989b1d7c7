import { OperatorError } from '../../errors/operator-error.ts';
import type { HttpResponse } from '../http/client.ts';
import { ExchangeFailure } from '../http/failure.ts';
import { tryJson } from '../http/read-json.ts';
import { correlationIdOf, exchangeFacts, failureOfStatus } from '../http/translate.ts';
import { type SignInFailure, signInFailureBy, signInFailureOf } from './aadsts.ts';
import { ENTRA } from './calls.ts';
import { TokenErrorWire } from './wire.ts';

/** OAuth errors that say enough when the number is unknown; the number is a detail that Microsoft may add to. */
const BY_OAUTH_ERROR: Readonly<Record<string, string>> = {
  consent_required: 'ConsentRequired',
  interaction_required: 'MfaRequired',
  invalid_resource: 'ResourceNotInTenant',
  invalid_scope: 'SignInRequestInvalid',
  invalid_tenant: 'TenantNotFound',
  temporarily_unavailable: 'ExternalSystemUnavailable',
  server_error: 'ExternalSystemUnavailable',
};

/** A refusal of the login host, discovery or token. Throttling and outages win over what the body says. */
export function translateSignInFailure(answer: HttpResponse, nowMs: number): OperatorError {
  const body = bodyOf(answer);
  const code = codeOf(body);
  const byStatus = failureOfStatus(ENTRA, answer, nowMs, code === undefined ? body.error : `AADSTS${code}`);
  if (byStatus.kind === 'Throttled' || answer.status >= 500 || answer.status < 400) return byStatus;
  const known = knownFailure(body, code);
  const correlationId = body.correlation_id ?? correlationIdOf(answer.headers);
  const { kind, reason, says, remedy } = known ?? unknownRefusal(code);
  return new OperatorError(`${ENTRA.displayName} ${says}`, {
    kind,
    reason,
    ...(remedy === undefined ? {} : { remedy }),
    ...(byStatus.retryAfterMs === undefined ? {} : { retryAfterMs: byStatus.retryAfterMs }),
    ...(correlationId === undefined ? {} : { correlationId }),
    cause: new ExchangeFailure({
      system: ENTRA.system,
      ...exchangeFacts(answer),
      ...(code === undefined ? {} : { code: `AADSTS${code}` }),
    }),
  });
}

/** MSAL refused before anything was sent: the credential or address it was given is unusable. Its own text may quote them. */
export function localSignInFailure(thrown: unknown): OperatorError {
  const code = typeof thrown === 'object' && thrown !== null ? (thrown as { readonly errorCode?: unknown }).errorCode : undefined;
  return new OperatorError('The sign-in to Microsoft Entra could not be prepared from this credential', {
    kind: 'Auth',
    reason: 'CredentialInvalid',
    remedy: 'Check the secret, or the certificate and its private key, in the Secret',
    cause: new ExchangeFailure({
      system: ENTRA.system,
      operation: 'acquireToken',
      method: 'POST',
      code: typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? code : 'local',
    }),
  });
}

function bodyOf(answer: HttpResponse) {
  const parsed = TokenErrorWire.safeParse(tryJson(answer.text));
  return parsed.success ? parsed.data : {};
}

type ErrorBody = ReturnType<typeof bodyOf>;

/** The first number that the table knows, else the first one, also from the description for hosts that leave out the list. */
function codeOf(body: ErrorBody): number | undefined {
  const listed = body.error_codes ?? [];
  const described = /AADSTS(\d{4,8})/.exec(body.error_description ?? '')?.[1];
  const codes = described === undefined ? listed : [...listed, Number(described)];
  return codes.find((code) => signInFailureOf(code) !== undefined) ?? codes[0];
}

function knownFailure(body: ErrorBody, code: number | undefined): SignInFailure | undefined {
  const byCode = code === undefined ? undefined : signInFailureOf(code);
  return byCode ?? signInFailureBy(BY_OAUTH_ERROR[body.error ?? ''] ?? '');
}

function unknownRefusal(code: number | undefined): Pick<SignInFailure, 'kind' | 'reason' | 'says' | 'remedy'> {
  return {
    kind: 'Auth',
    reason: 'AuthenticationFailed',
    says: code === undefined ? 'refuses the sign-in' : `refuses the sign-in (AADSTS${code})`,
    remedy: 'Check tenantId, clientId and the credential',
  };
}
