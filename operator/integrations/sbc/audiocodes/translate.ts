import { OperatorError } from '../../../errors/operator-error.ts';
import type { HttpResponse } from '../../http/client.ts';
import { ExchangeFailure } from '../../http/failure.ts';
import { tryJson } from '../../http/read-json.ts';
import { exchangeFacts, failureOfStatus, type SystemName } from '../../http/translate.ts';
import { ErrorBody } from './wire.ts';

/** Longest text of a device that goes into a message. */
const MAX_TEXT = 200;

/** What the device said about a refusal: JSON first, else the trimmed text (audiocodes-sbc §1). */
function deviceText(text: string): string {
  const body = ErrorBody.safeParse(tryJson(text));
  return printable(body.success ? body.data.description : text.startsWith('<') ? '' : text);
}

/** One line of printable characters, cut to what a condition can carry; obfuscated secrets are masked. */
export function printable(text: string): string {
  const line = text
    .replace(/\$1\$\S*/g, '***')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

/** A status other than success, in the taxonomy (audiocodes-sbc §1). 409 is left to the caller, who knows how long it has lasted. */
export function failureOfAnswer(name: SystemName, response: HttpResponse, nowMs: number): OperatorError {
  const cause = new ExchangeFailure({ system: name.system, ...exchangeFacts(response) });
  const said = deviceText(response.text);
  const because = said === '' ? '' : `: ${said}`;
  const { status } = response;
  if (status === 401) {
    const remedy = 'Correct the user name and password in the Secret of the SBCDevice; the operator does not try the refused ones again';
    return new OperatorError(`${name.displayName} refuses the user name or password`, {
      kind: 'Auth',
      reason: 'AuthenticationFailed',
      remedy,
      cause,
    });
  }
  if (status === 403 || status === 405) {
    const remedy = 'Give the management user of the operator the level Security Administrator';
    return new OperatorError(`${name.displayName} refuses ${response.operation}: the level of the user is too low`, {
      kind: 'Auth',
      reason: 'PermissionDenied',
      remedy,
      cause,
    });
  }
  if (status === 404) {
    return new OperatorError(`${name.displayName} does not know ${response.operation}`, {
      kind: 'Terminal',
      reason: 'Unsupported',
      remedy: 'Check that the address is the management interface of an AudioCodes SBC with REST and that its firmware is 7.40A or newer',
      cause,
    });
  }
  if (status === 400) {
    return new OperatorError(`${name.displayName} rejects ${response.operation}${because}`, {
      kind: 'Terminal',
      reason: 'RequestRejected',
      cause,
    });
  }
  if (status >= 500 && response.headers['retry-after'] === undefined) {
    return new OperatorError(`${name.displayName} is not available, as while it restarts`, {
      kind: 'Retryable',
      reason: 'Unreachable',
      cause,
    });
  }
  return failureOfStatus(name, response, nowMs);
}

const UNREACHABLE = 'Check the address, the network and that the SBC is up; the operator tries again by itself';

/** A call without an answer: the two reasons that `Connected` tells apart (S166), everything else as it is. */
export function failureOfCall(error: unknown): unknown {
  if (!(error instanceof OperatorError)) return error;
  const { kind, remedy, cause } = error;
  const detail = { kind, ...(remedy === undefined ? {} : { remedy }), cause };
  if (error.reason === 'CertificateUntrusted') return new OperatorError(error.message, { ...detail, reason: 'TlsError' });
  if (error.reason === 'ExternalSystemUnavailable')
    return new OperatorError(error.message, { remedy: UNREACHABLE, ...detail, reason: 'Unreachable' });
  return error;
}

/** Transport codes of calls that never reached the device: no doubt about their outcome. */
const NOTHING_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'FORBIDDEN']);

/** True when the device may have done what it was asked although the call failed (audiocodes-sbc §19.6). */
export function mayHaveActed(error: OperatorError): boolean {
  if (error.reason === 'TlsError' || error.reason === 'CertificateUntrusted' || error.reason === 'CallForbidden') return false;
  const { cause } = error;
  if (!(cause instanceof ExchangeFailure)) return true;
  if (cause.status !== undefined) return cause.status >= 500 || cause.status < 300; // an answer that cannot be read says nothing
  return cause.code === undefined || !NOTHING_SENT.has(cause.code);
}
