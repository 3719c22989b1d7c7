import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError } from './describe-error.ts';
import type { SecretValues } from './secret-values.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Fields on every line: component, version. */
  readonly base: Readonly<Record<string, string>>;
  readonly secrets: SecretValues;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Names under which credentials travel; the second net below the rule that nobody logs them. */
const SECRET_FIELDS = [
  'authorization',
  'Authorization',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'clientSecret',
  'client_secret',
  'client_assertion',
  'privateKey',
  'cookie',
];

/**
 * JSON lines. Errors go through an allow-list, secrets are masked by field name and by value. The level can be changed while running
 * (`logger.level = 'debug'`).
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, base, secrets, destination } = options;
  const settings = {
    level,
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[secret]' },
    hooks: { streamWrite: (line: string) => secrets.mask(line) },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
