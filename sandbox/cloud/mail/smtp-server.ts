import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Fault } from '../faults.ts';
import type { CloudBase } from '../stand-in.ts';
import type { Mailbox } from './mailbox.ts';

export interface SmtpOptions {
  /** 0 or absent = any free port. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
}

export interface RunningSmtp {
  readonly port: number;
  readonly host: '127.0.0.1';
  close(): Promise<void>;
}

/** The account that the sandbox gives the operator. */
export const SMTP_ACCOUNT = { username: 'trunkline', password: 'sandbox-smtp-password' } as const;

const MOST_BYTES = 1024 * 1024;

type Done = (error?: Error | null) => void;

/** What a fault can be aimed at: `method` is one of these, `path` the address or `/messages`. */
type SmtpStep = 'CONNECT' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA';

/**
 * A mail submission server on loopback: STARTTLS with a certificate of the sandbox CA, AUTH required and offered only inside TLS. Faults
 * of the cloud apply by step: `status` answers with that SMTP code, `hang` never answers, `reset` drops the connection before the work,
 * `lostAnswer` after it (on DATA: the message is in the mailbox, the sender cannot know).
 */
export async function startSmtp(mailbox: Mailbox, base: CloudBase, options: SmtpOptions = {}): Promise<RunningSmtp> {
  const { port = 0, username = SMTP_ACCOUNT.username, password = SMTP_ACCOUNT.password } = options;
  const { certPem, keyPem } = await base.ca.issue({ names: ['localhost', 'mail'], addresses: ['127.0.0.1'] });
  const steps = new Steps(base);
  const server = new SMTPServer({
    name: 'mail.sandbox',
    banner: 'Trunkline sandbox',
    cert: certPem,
    key: keyPem,
    size: MOST_BYTES,
    disableReverseLookup: true,
    logger: false,
    authMethods: ['PLAIN', 'LOGIN'],
    onConnect: (session, done) => steps.run({ step: 'CONNECT', subject: session.remoteAddress, session }, done, async () => undefined),
    onAuth: (auth, session, done) => {
      const isRight = auth.username === username && same(auth.password ?? '', password);
      const refused = async (): Promise<Error | undefined> =>
        isRight ? undefined : smtpError(535, '5.7.8 Authentication credentials invalid');
      steps.run(
        { step: 'AUTH', subject: auth.username ?? '', session },
        (error) => done(error ?? null, error ? undefined : { user: username }),
        refused,
      );
    },
    onMailFrom: ({ address }, session, done) =>
      steps.run({ step: 'MAIL', subject: address, session }, done, async () => refusedAddress(address)),
    onRcptTo: ({ address }, session, done) =>
      steps.run({ step: 'RCPT', subject: address, session }, done, async () => refusedAddress(address)),
    onData: (stream, session, done) =>
      steps.run({ step: 'DATA', subject: 'messages', session }, done, () => take(mailbox, stream, session)),
  });
  server.on('error', (error) => base.log.record({ standIn: 'mail', method: 'ERROR', path: `/${error.message}`, status: 0, write: false }));
  const sockets = steps.track(server);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { port: (server.server.address() as AddressInfo).port, host: '127.0.0.1', close: () => close(server, sockets, steps) };
}

async function close(server: SMTPServer, sockets: ReadonlyMap<number, Socket>, steps: Steps): Promise<void> {
  steps.stop();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets.values()) socket.destroy();
  await closed;
}

/** A local domain that nobody has is refused as a real server refuses it. */
function refusedAddress(address: string): Error | undefined {
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address) ? undefined : smtpError(550, `5.1.1 ${address}: mailbox unavailable`);
}

async function take(mailbox: Mailbox, stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<Error | undefined> {
  const raw = await text(stream);
  if (stream.sizeExceeded) return smtpError(552, '5.3.4 Message too big');
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  await mailbox.receive(raw, { from, to: envelope.rcptTo.map(({ address }) => address) });
  return undefined;
}

interface Subject {
  readonly step: SmtpStep;
  readonly subject: string;
  readonly session: SMTPServerSession;
}

/** Puts faults and log around each step of a session. */
class Steps {
  readonly #base: CloudBase;
  readonly #sockets = new Map<number, Socket>();
  readonly #stopped = new AbortController();

  constructor(base: CloudBase) {
    this.#base = base;
  }

  /** Raw connections by peer port: a reset must go out below TLS. */
  track({ server }: SMTPServer): ReadonlyMap<number, Socket> {
    server.on('connection', (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      this.#sockets.set(port, socket);
      socket.on('error', () => undefined); // the peer went away: its close is enough
      socket.once('close', () => this.#sockets.delete(port));
    });
    return this.#sockets;
  }

  stop(): void {
    this.#stopped.abort();
  }

  run(subject: Subject, done: Done, work: () => Promise<Error | undefined>): void {
    this.#run(subject, done, work).catch((error: unknown) => done(smtpError(451, `4.3.0 ${String(error)}`)));
  }

  async #run(subject: Subject, done: Done, work: () => Promise<Error | undefined>): Promise<void> {
    const path = `/${subject.subject}`;
    const write = subject.step === 'DATA';
    const fault = this.#base.faults.take({ standIn: 'mail', target: subject.subject, method: subject.step, path, write });
    if (fault?.kind === 'delay') await delay(fault.delayMs ?? 0, undefined, { signal: this.#stopped.signal }).catch(() => undefined); // stopping ends it
    const refusal = injected(fault);
    const error = refusal ?? (fault?.kind === 'hang' || fault?.kind === 'reset' ? undefined : await work());
    const isSilent = fault?.kind === 'hang' || fault?.kind === 'reset' || fault?.kind === 'lostAnswer';
    const status = isSilent ? 0 : codeOf(error);
    this.#base.log.record({
      standIn: 'mail',
      method: subject.step,
      path,
      status,
      write,
      ...(fault === undefined ? {} : { fault: fault.id }),
    });
    if (fault?.kind === 'reset' || fault?.kind === 'lostAnswer') this.#sockets.get(subject.session.remotePort)?.resetAndDestroy();
    if (!isSilent) done(error ?? null);
  }
}

/** The refusal that a fault asks for. */
function injected(fault: Fault | undefined): Error | undefined {
  if (fault?.kind === 'throttle') return smtpError(451, '4.7.1 Try again later');
  if (fault?.kind === 'status') return smtpError(fault.status ?? 451, `injected failure ${fault.status ?? 451}`);
  return undefined;
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function codeOf(error: Error | undefined): number {
  if (error === undefined) return 250;
  return 'responseCode' in error ? Number(error.responseCode) : 451;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
