import { type FailureKind, OperatorError } from '../../errors/operator-error.ts';
import type { HttpResponse } from '../http/client.ts';
import { ExchangeFailure } from '../http/failure.ts';
import { tryJson } from '../http/read-json.ts';
import { correlationIdOf, exchangeFacts, failureOfStatus } from '../http/translate.ts';
import { ErrorWire, TEAMS_ADMIN } from './wire.ts';

interface KnownRefusal {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly says: string;
  readonly remedy?: string;
  readonly retryAfterMs?: number;
}

/** Microsoft's own advice is to try again about every five minutes, for up to a day (teams-admin-api §8, §32). */
const PROPAGATION_RECHECK_MS = 300_000;

/**
 * Refusals that only their text tells apart: they share status 400 (teams-admin-api §33). Matched without case, on a fragment; the first that
 * matches counts. Texts that no source confirms are kept wide.
 */
const BY_TEXT: readonly (readonly [RegExp, KnownRefusal])[] = [
  [
    /cannot find specified gateway/i,
    {
      kind: 'DependencyNotReady',
      reason: 'GatewayNotFound',
      says: 'does not accept a trunk of the route yet: its carrier trunk is missing or its domain is not active',
      remedy:
        "Check that the carrier trunk is enabled in the provider's tenant and that a licensed user with enterprise voice is in the domain; Microsoft may need up to 24 hours",
      retryAfterMs: PROPAGATION_RECHECK_MS,
    },
  ],
  [
    /domain as it was not configured for this tenant/i,
    {
      kind: 'DependencyNotReady',
      reason: 'DomainNotActive',
      says: 'does not know the domain in this tenant yet',
      remedy: 'Verify the domain and give a licensed user in it; Microsoft may need up to 24 hours',
      retryAfterMs: PROPAGATION_RECHECK_MS,
    },
  ],
  [
    /currently assigned to/i,
    {
      kind: 'DependencyNotReady',
      reason: 'PolicyStillGranted',
      says: 'keeps the policy because users or groups still have it',
      remedy: 'Take the policy away from its users and groups; a grant taken away needs some minutes to be gone everywhere',
    },
  ],
  [
    /(usage).*(in use|used by|referenced|cannot be removed)/i,
    {
      kind: 'DependencyNotReady',
      reason: 'UsageInUse',
      says: 'keeps the PSTN usage because a route or policy still names it',
      remedy: 'Remove the usage from the routes and policies that name it',
    },
  ],
  [
    /(cannot|can not|could not) find.*usage|usage.*(not found|does not exist)/i,
    { kind: 'DependencyNotReady', reason: 'UsageNotFound', says: 'does not know the PSTN usage yet' },
  ],
  [/already exists/i, { kind: 'Retryable', reason: 'ObservedChanged', says: 'has an object of this name already' }],
  [/service is unavailable/i, { kind: 'Retryable', reason: 'ExternalSystemUnavailable', says: 'is not available' }],
];

const ROLE_MISSING: KnownRefusal = {
  kind: 'Auth',
  reason: 'PermissionDenied',
  says: 'refuses the application: it lacks the directory role Teams Administrator, or the role is not effective yet',
  remedy:
    "Assign the role Teams Administrator to the application's service principal in the customer's tenant; it may take an hour to be effective",
};

const NOT_FLIGHTED: KnownRefusal = {
  kind: 'Terminal',
  reason: 'NotAvailableInTenant',
  says: 'does not offer this kind of configuration in the tenant',
};

/** Any answer of the service that is not success. Statuses with a meaning of their own win over the body's text. */
export function translateTeamsAdminFailure(answer: HttpResponse, nowMs: number): OperatorError {
  const body = bodyOf(answer);
  const said = body.error?.message ?? body.message ?? '';
  const code = body.errorCode === undefined ? (body.error?.code ?? body.code) : String(body.errorCode);
  const byStatus = failureOfStatus(TEAMS_ADMIN, answer, nowMs, code);
  if (answer.status === 401 || answer.status === 404 || answer.status === 429 || answer.status >= 500 || answer.status < 400)
    return byStatus;
  const known = knownRefusal(answer.status, body.errorCode, said);
  if (known !== undefined) return failureOf(answer, known, code);
  if (byStatus.reason !== 'InvalidConfiguration' || said === '') return byStatus;
  return failureOf(answer, { kind: 'Terminal', reason: 'InvalidConfiguration', says: `rejects the request: ${quotable(said)}` }, code);
}

/** The warning that came with an answer, if any (teams-admin-api §3.1). */
export function warningOf({ headers }: HttpResponse): string | undefined {
  const text = quotable(headers['x-ms-configapi-powershell-warningmessage'] ?? '');
  return text === '' ? undefined : text;
}

/** True for the service's way of saying that an identity is taken; its status is not certain (teams-admin-api §4 rule 11). */
export function saysAlreadyExists(answer: HttpResponse): boolean {
  const { error, message } = bodyOf(answer);
  return (answer.status === 400 || answer.status === 409) && /already exists/i.test(error?.message ?? message ?? '');
}

function knownRefusal(status: number, errorCode: number | undefined, said: string): KnownRefusal | undefined {
  if (errorCode === 40003) return NOT_FLIGHTED;
  if (status === 403 || errorCode === 40301) return ROLE_MISSING;
  return BY_TEXT.find(([pattern]) => pattern.test(said))?.[1];
}

function failureOf(answer: HttpResponse, { says, ...detail }: KnownRefusal, code: string | undefined): OperatorError {
  const correlationId = correlationIdOf(answer.headers);
  return new OperatorError(`${TEAMS_ADMIN.displayName} ${says}`, {
    ...detail,
    ...(correlationId === undefined ? {} : { correlationId }),
    cause: new ExchangeFailure({ system: TEAMS_ADMIN.system, ...exchangeFacts(answer), ...(code === undefined ? {} : { code }) }),
  });
}

function bodyOf(answer: HttpResponse) {
  const parsed = ErrorWire.safeParse(tryJson(answer.text));
  return parsed.success ? parsed.data : {};
}

/** The service's own words without what changes from try to try: ids and times. One line, at most 200 characters. */
function quotable(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '…')
    .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
    .slice(0, 200);
}
