import { randomUUID } from 'node:crypto';

/** A refusal in the flat form of teams-admin-api §5.1. Texts follow the error catalogue (§33) where it has them. */
export class ConfigApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errorCode: number | undefined;

  constructor(status: number, code: string, message: string, { errorCode, cause }: { errorCode?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'ConfigApiError';
    this.status = status;
    this.code = code;
    this.errorCode = errorCode;
  }

  answer(correlationId: string = randomUUID()): Response {
    const body = {
      code: this.code,
      message: this.message,
      action: `Please refer to documentation. CorrelationId: ${correlationId}`,
      ...(this.errorCode === undefined ? {} : { errorCode: this.errorCode }),
    };
    return Response.json(body, { status: this.status, headers: { 'X-MS-Correlation-Id': correlationId } });
  }
}

export function badRequest(message: string, { cause }: { cause?: unknown } = {}): ConfigApiError {
  return new ConfigApiError(400, 'BadRequest', message, { cause });
}

export function notFound(message: string): ConfigApiError {
  return new ConfigApiError(404, 'NotFound', message);
}

/** §2.3: the token is good, the directory role is missing or has not arrived yet. */
export function forbidden(): ConfigApiError {
  return new ConfigApiError(403, 'Forbidden', 'You are not authorized to perform this action', { errorCode: 40301 });
}

/** §4 rule 15: a type that this tenant does not have. */
export function notAvailable(type: string): ConfigApiError {
  return new ConfigApiError(400, 'ClientError', `The configuration type ${type} is not available in this tenant.`, { errorCode: 40003 });
}
