import { OperatorError } from '../errors/operator-error.ts';

const DEEPEST = 5;

/**
 * An error as the log shows it, by allow-list: HTTP errors carry the request, and the request carries the bearer token. Messages of strangers
 * are kept (they name the problem); what values in them must not be seen, the logger masks by value.
 */
export function describeError(thrown: unknown, depth = 0): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { message: typeof thrown === 'string' ? thrown : `a ${typeof thrown} was thrown` };
  const { name, message, stack, cause } = thrown;
  const code = (thrown as { code?: unknown }).code;
  return {
    name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(thrown instanceof OperatorError ? ofOurs(thrown) : { stack }),
    ...(cause === undefined || depth >= DEEPEST ? {} : { cause: describeError(cause, depth + 1) }),
  };
}

/** An expected failure needs no stack: the reason says where it comes from. */
function ofOurs(error: OperatorError): Record<string, unknown> {
  const { kind, reason, retryAfterMs, expectedBy, correlationId } = error;
  return { kind, reason, ...definedOnly({ retryAfterMs, expectedBy, correlationId }) };
}

function definedOnly(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
