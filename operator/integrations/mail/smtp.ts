import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { OperatorError } from '../../errors/operator-error.ts';
import { ExchangeFailure } from '../http/failure.ts';
import type { MailSettings } from './port.ts';

export type SmtpSettings = NonNullable<MailSettings['smtp']>;

export interface OutgoingMessage {
  readonly from: string;
  readonly to: string;
  /** The whole message, headers and body, ready for DATA. */
  readonly raw: Buffer;
}

/** Longest silence of the server, and longest time to connect. */
const SILENCE_MS = 60_000;
const CONNECT_MS = 15_000;

/**
 * Hands one message to the server, once. Resolves when the server has taken it. Throws: `RecipientRefused` and other 5xx Terminal, 4xx and
 * unreachable Retryable, and DeliveryUnknown Terminal when the connection went after the server asked for the message and before it
 * answered: it may have taken it. Never sends without TLS, nor to a server whose certificate cannot be verified.
 */
export async function sendMessage(settings: SmtpSettings, message: OutgoingMessage, signal: AbortSignal): Promise<void> {
  const session = new SmtpSession(settings);
  const onAbort = (): void => session.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await session.send(message);
  } finally {
    signal.removeEventListener('abort', onAbort);
    session.close();
  }
}

class SmtpSession {
  readonly #settings: SmtpSettings;
  readonly #connection: SMTPConnection;
  /** Set when the server's 354 made the message flow. */
  #bodyAsked = false;
  #fail: (error: Error) => void = () => undefined;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
    this.#connection = new SMTPConnection({
      host: settings.host,
      port: settings.port,
      secure: settings.security === 'Tls',
      requireTLS: settings.security === 'StartTls',
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(settings.caPem === undefined ? {} : { ca: settings.caPem }) },
    });
    // For as long as it lives: one that comes between two commands makes the next one fail.
    this.#connection.on('error', (error: Error) => this.#fail(error));
  }

  async send(message: OutgoingMessage): Promise<void> {
    try {
      await this.#step((done) => this.#connection.connect(done));
      const { username, password } = this.#settings;
      if (username !== undefined) await this.#step((done) => this.#connection.login({ user: username, pass: password ?? '' }, done));
      await this.#step((done) => this.#connection.send({ from: message.from, to: [message.to] }, this.#body(message.raw), done));
    } catch (thrown) {
      throw translate(thrown, this.#bodyAsked, this.#settings.host);
    }
  }

  abort(): void {
    this.#fail(new Error('aborted'));
  }

  close(): void {
    this.#connection.close();
  }

  /** One command that calls back; errors of the connection as a whole end it too. */
  #step(run: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      run((error) => (error === undefined || error === null ? resolve() : reject(error)));
    });
  }

  #body(raw: Buffer): Readable {
    const onAsked = (): void => {
      this.#bodyAsked = true;
    };
    return new Readable({
      // Called only when the server has said that it wants the message.
      read() {
        onAsked();
        this.push(raw);
        this.push(null);
      },
    });
  }
}

interface SmtpFailure {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

function translate(thrown: unknown, bodyAsked: boolean, host: string): OperatorError {
  const failure: SmtpFailure = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const code = typeof failure.responseCode === 'number' ? failure.responseCode : undefined;
  const name = String(failure.originalCode ?? failure.code ?? '');
  const cause = new ExchangeFailure({
    system: 'mail',
    operation: 'send message',
    method: 'SMTP',
    ...(code === undefined ? {} : { status: code }),
    code: name,
  });
  if (failure.code === 'ETLS' || isTlsCode(name)) {
    return new OperatorError(`Mail server ${host} offers no TLS connection that can be trusted`, {
      kind: 'Auth',
      reason: 'TlsError',
      remedy: 'Check that the server offers STARTTLS or TLS on this port, its certificate, and the configured certificate authority',
      cause,
    });
  }
  if (code !== undefined) return refusal(code, failure, host, cause);
  if (bodyAsked) {
    return new OperatorError(
      `The connection to mail server ${host} broke after the message was handed over; whether it was taken is not known`,
      {
        kind: 'Terminal',
        reason: 'DeliveryUnknown',
        remedy: 'Ask the recipient; to send it once more set the annotation trunkline.dev/reconcile-at to a new value',
        cause,
      },
    );
  }
  return new OperatorError(`Mail server ${host} cannot be reached or broke the connection`, {
    kind: 'Retryable',
    reason: 'SmtpError',
    cause,
  });
}

function refusal(code: number, { command, response }: SmtpFailure, host: string, cause: Error): OperatorError {
  const said = typeof response === 'string' ? `: ${oneLine(response)}` : '';
  if (code === 530 || code === 534 || code === 535 || code === 538) {
    return new OperatorError(`Mail server ${host} refuses the user name or password`, {
      kind: 'Auth',
      reason: 'AuthenticationFailed',
      remedy: 'Correct the user name and password of the mail server in the chart values',
      cause,
    });
  }
  if (code < 500)
    return new OperatorError(`Mail server ${host} does not take the message now${said}`, { kind: 'Retryable', reason: 'SmtpError', cause });
  if (command === 'RCPT TO') {
    return new OperatorError(`Mail server ${host} refuses the recipient${said}`, {
      kind: 'Terminal',
      reason: 'RecipientRefused',
      remedy: 'Correct the mail address',
      cause,
    });
  }
  return new OperatorError(`Mail server ${host} refuses the message${said}`, { kind: 'Terminal', reason: 'SmtpError', cause });
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 200);
}

function isTlsCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME|^ERR_SSL_|^EPROTO$/.test(code);
}
