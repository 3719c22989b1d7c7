import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../operator/domain/change/change-set.ts';
import type { Target, Verdict } from '../../operator/domain/change/driver.ts';
import type { Json } from '../../operator/domain/change/object.ts';
import { SmtpMailDriver } from '../../operator/integrations/mail/driver.ts';
import type { MailSettings, MailTemplate } from '../../operator/integrations/mail/port.ts';
import { SystemClock } from '../../operator/runtime/system-clock.ts';
import { SandboxClock } from '../../sandbox/cloud/clock.ts';
import type { FaultInput } from '../../sandbox/cloud/faults.ts';
import { type RunningSmtp, SMTP_ACCOUNT, startSmtp } from '../../sandbox/cloud/mail/smtp-server.ts';
import { createMail, type Mail } from '../../sandbox/cloud/mail/stand-in.ts';
import { type CloudBase, createCloudBase } from '../../sandbox/cloud/stand-in.ts';

const TARGET: Target = { system: 'mail', id: 'smtp', lane: 'mail/smtp' };
const VARIABLES = { CustomerId: 'contoso/acme', InvitationId: 'i-7f3a', AccountName: 'Acme <R&D> AG', ExpiresAt: '9 November 2026' };

let base: CloudBase;
let mail: Mail;
let smtp: RunningSmtp;

beforeEach(async () => {
  base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }) });
  mail = createMail(base);
  smtp = await startSmtp(mail.mailbox, base);
});
afterEach(async () => {
  await smtp.close();
});

function settings(change: Partial<NonNullable<MailSettings['smtp']>> = {}): MailSettings {
  return {
    smtp: {
      host: 'localhost',
      port: smtp.port,
      security: 'StartTls',
      username: SMTP_ACCOUNT.username,
      password: SMTP_ACCOUNT.password,
      caPem: base.ca.certPem,
      ...change,
    },
    from: 'Carrier Voice <noreply@carrier.example>',
    portalUrl: 'https://portal.carrier.example/authenticate/',
    providerName: 'Carrier Voice',
  };
}

function driverOf(
  used: MailSettings,
  findTemplate: (name: string) => Promise<MailTemplate | undefined> = async () => undefined,
): SmtpMailDriver {
  return new SmtpMailDriver({ clock: new SystemClock(), settings: used, findTemplate });
}

function invitation(fields: { to?: string; template?: string; variables?: Json; id?: string } = {}): Change {
  const { to = 'it@acme.example', template = 'Activate', variables = VARIABLES, id = 'inv-1.1@trunkline.dev' } = fields;
  const values: Record<string, Json> = { to, template, variables };
  const list = Object.entries(values).map(([path, after]) => ({ path, after }));
  return { system: 'mail', target: 'smtp', kind: 'Mail', name: id, action: 'create', fields: list, after: [] };
}

async function send(driver: SmtpMailDriver, ...changes: Change[]): Promise<readonly Verdict[]> {
  return (await driver.apply(TARGET, changes, undefined, new AbortController().signal)).verdicts;
}

const fault = (rule: FaultInput): string => base.faults.add({ standIn: 'mail', times: 1, ...rule });

describe('mail', () => {
  it('[S112] [S119] [S120] [S122] reaches the mailbox over verified TLS with both parts, the link and its own Message-ID', async () => {
    expect(await send(driverOf(settings()), invitation())).toMatchObject([{ result: 'applied' }]);
    const [message] = mail.mailbox.messages();
    expect(message).toMatchObject({
      messageId: 'inv-1.1@trunkline.dev',
      envelopeFrom: 'noreply@carrier.example',
      envelopeTo: ['it@acme.example'],
      subject: 'Activate the Microsoft Teams integration of Acme <R&D> AG',
      text: expect.stringContaining('https://portal.carrier.example/authenticate/i-7f3a'),
      html: expect.stringContaining('href="https://portal.carrier.example/authenticate/i-7f3a"'),
    });
    expect(message?.html).toContain('Acme &lt;R&amp;D&gt; AG');
    expect(message?.text).toContain('Carrier Voice has set up calling');
  });

  it('never hands one Message-ID over twice in one process, however often it is submitted', async () => {
    const driver = driverOf(settings());
    await send(driver, invitation());
    expect(await send(driver, invitation(), invitation({ id: 'inv-1.2@trunkline.dev', template: 'Reminder' }))).toMatchObject([
      { result: 'applied' },
      { result: 'applied' },
    ]);
    expect([mail.mailbox.messages().length, mail.mailbox.duplicates()]).toEqual([2, {}]);
  });

  it('a connection lost after the message was handed over is DeliveryUnknown, with the one mail in the box', async () => {
    fault({ kind: 'lostAnswer', method: 'DATA' });
    const driver = driverOf(settings());
    expect(await send(driver, invitation(), invitation({ id: 'inv-2.1@trunkline.dev' }))).toMatchObject([
      { result: 'failed', error: { kind: 'Terminal', reason: 'DeliveryUnknown' } },
      { result: 'applied' },
    ]);
    expect(mail.mailbox.messages({ messageId: 'inv-1.1@trunkline.dev' })).toHaveLength(1);
  });

  it('an operator that stops while the server is silent does not know either', async () => {
    const abort = new AbortController();
    const server = await scriptedServer({
      tls: await base.ca.issue({ names: ['localhost'] }),
      onMessage: () => abort.abort(new Error('stopping')),
    });
    const driver = driverOf(settings({ security: 'Tls', port: server.port }));
    const { verdicts } = await driver.apply(TARGET, [invitation()], undefined, abort.signal);
    await server.close();
    expect(verdicts).toMatchObject([{ error: { kind: 'Terminal', reason: 'DeliveryUnknown' } }]);
  });

  it.each([
    ['a recipient that is refused', { kind: 'status', method: 'RCPT', status: 550 }, 'Terminal', 'RecipientRefused'],
    ['a recipient refused for now', { kind: 'status', method: 'RCPT', status: 451 }, 'Retryable', 'SmtpError'],
    ['[S116] a message refused for now', { kind: 'status', method: 'DATA', status: 452 }, 'Retryable', 'SmtpError'],
    ['[S116] a message refused for good', { kind: 'status', method: 'DATA', status: 554 }, 'Terminal', 'SmtpError'],
    ['a sender that is throttled', { kind: 'throttle', method: 'MAIL' }, 'Retryable', 'SmtpError'],
    ['a server that is full', { kind: 'status', method: 'CONNECT', status: 421 }, 'Retryable', 'SmtpError'],
    ['a connection dropped before the message', { kind: 'reset', method: 'RCPT' }, 'Retryable', 'SmtpError'],
  ] as const)('%s', async (_, rule, kind, reason) => {
    fault(rule);
    const driver = driverOf(settings());
    expect(await send(driver, invitation())).toMatchObject([{ result: 'failed', error: { kind, reason } }]);
    expect(mail.mailbox.messages()).toEqual([]);
    expect(await send(driver, invitation())).toMatchObject([{ result: 'applied' }]);
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'Auth', 'AuthenticationFailed'],
    ['a certificate of somebody else', { caPem: undefined }, 'Auth', 'TlsError'],
    ['nobody there', { port: 1 }, 'Retryable', 'SmtpError'],
    ['TLS where there is none', { security: 'Tls' }, 'Auth', 'TlsError'],
  ] as const)('[S122] %s', async (_, change, kind, reason) => {
    const { smtp: server, ...rest } = settings();
    const merged = Object.fromEntries(Object.entries({ ...server, ...change }).filter(([, value]) => value !== undefined));
    const [verdict] = await send(driverOf({ ...rest, smtp: merged as NonNullable<MailSettings['smtp']> }), invitation());
    expect(verdict).toMatchObject({ result: 'failed', error: { kind, reason } });
    expect(verdict?.result === 'failed' ? `${verdict.error.message} ${verdict.error.stack}` : '').not.toMatch(
      /wrong|sandbox-smtp-password/,
    );
    expect(mail.mailbox.messages()).toEqual([]);
  });

  it('[S122] a certificate for another name gets neither password nor message', async () => {
    const server = await scriptedServer({ tls: await base.ca.issue({ names: ['other.example'] }) });
    const [verdict] = await send(driverOf(settings({ security: 'Tls', port: server.port })), invitation());
    await server.close();
    expect([verdict, server.seen]).toMatchObject([{ result: 'failed', error: { kind: 'Auth', reason: 'TlsError' } }, []]);
  });

  it('a server without STARTTLS gets neither password nor message', async () => {
    const server = await scriptedServer({});
    const [verdict] = await send(driverOf(settings({ port: server.port })), invitation());
    await server.close();
    expect(verdict).toMatchObject({ result: 'failed', error: { kind: 'Auth', reason: 'TlsError' } });
    expect(server.seen.map((line) => line.split(' ')[0])).toEqual(['EHLO', 'STARTTLS']);
  });
});

describe('settings and templates', () => {
  it('[S117] says what is missing and sends nothing', async () => {
    const driver = driverOf({ providerName: '' });
    expect(await driver.read(TARGET, new AbortController().signal)).toMatchObject({
      settingsProblem: 'a mail server, a sender, the portal address are not configured',
    });
    expect(await send(driver, invitation())).toMatchObject([
      { error: { kind: 'DependencyNotReady', reason: 'InvitationSettingsIncomplete' } },
    ]);
    expect(await driverOf(settings()).read(TARGET, new AbortController().signal)).toMatchObject({
      settingsProblem: undefined,
      templates: { Activate: 'ok', Reminder: 'ok' },
    });
  });

  it('[S118] a template without the link, or with an unknown place holder, sends no mail and shows in the view', async () => {
    const templates = {
      Activate: { subject: 'Hello {{Nobody}}', html: '<p>x</p>' },
      Own: { subject: 'Hello', html: '<p>{{AccountName}}</p>' },
    };
    const driver = driverOf({ ...settings(), templates });
    const view = await driver.read(TARGET, new AbortController().signal);
    expect(view.templates).toMatchObject({ Activate: expect.stringContaining('{{Nobody}}'), Own: 'ok' });
    expect(
      await send(driver, invitation(), invitation({ template: 'Own', id: 'a@x' }), invitation({ template: 'Nowhere', id: 'b@x' })),
    ).toMatchObject([
      { error: { reason: 'TemplateInvalid' } },
      { error: { reason: 'TemplateInvalid', message: expect.stringContaining('without which there is no link') } },
      { error: { reason: 'TemplateInvalid', message: 'There is no mail template Nowhere' } },
    ]);
    expect(mail.mailbox.messages()).toEqual([]);
  });

  it('[S117] [S120] a template found by name is used, escaped, with a text part', async () => {
    const driver = driverOf(settings(), async (name) =>
      name === 'acme-mail'
        ? {
            subject: 'For {{AccountName}}',
            html: '<p>{{AccountName}}: <a href="{{CustomerAuthenticationPortalUrl}}/{{InvitationId}}">go</a></p>',
          }
        : undefined,
    );
    await send(driver, invitation({ template: 'acme-mail' }));
    expect(mail.mailbox.messages()[0]).toMatchObject({
      subject: 'For Acme <R&D> AG',
      text: 'Acme <R&D> AG: go (https://portal.carrier.example/authenticate/i-7f3a)\n',
    });
  });

  it.each([
    ['two addresses', { to: 'a@x.example, b@x.example' }, 'RecipientRefused'],
    ['a header in the address', { to: 'a@x.example\r\nBcc: b@x.example' }, 'RecipientRefused'],
    ['no address', { to: '' }, 'RecipientRefused'],
    ['a Message-ID with a line break', { id: 'a@x\r\nBcc: b@x.example' }, 'InvalidConfiguration'],
    ['no value for a place holder', { variables: { InvitationId: 'x' } }, 'TemplateInvalid'],
  ])('%s sends nothing', async (_, fields, reason) => {
    expect(await send(driverOf(settings()), invitation(fields))).toMatchObject([{ error: { kind: 'Terminal', reason } }]);
    expect(mail.mailbox.messages()).toEqual([]);
  });

  it('[S119] a line break in a name stays in its header', async () => {
    await send(driverOf(settings()), invitation({ variables: { ...VARIABLES, AccountName: 'Acme\r\nBcc: thief@x.example' } }));
    const [message] = mail.mailbox.messages();
    expect([message?.envelopeTo, message?.headers['bcc'], message?.subject]).toEqual([
      ['it@acme.example'],
      undefined,
      'Activate the Microsoft Teams integration of Acme Bcc: thief@x.example',
    ]);
  });
});

interface ScriptedServer {
  readonly port: number;
  /** Lines that the client sent in clear or inside TLS. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** A server of few words: answers every command, offers no STARTTLS, and says nothing once it has the message. */
async function scriptedServer({
  tls,
  onMessage,
}: {
  tls?: { certPem: string; keyPem: string };
  onMessage?: () => void;
}): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the client leaves in the middle
    socket.write('220 scripted ESMTP\r\n');
    let tail = '';
    socket.on('data', (data) => {
      const text = data.toString('latin1');
      tail = (tail + text).slice(-5);
      if (tail === '\r\n.\r\n') onMessage?.();
      else if (/^(EHLO|AUTH|MAIL|RCPT|DATA|STARTTLS|QUIT)/.test(text)) {
        seen.push(text.trim());
        socket.write(answerTo(text));
      }
    });
  };
  const server: Server = tls === undefined ? createServer(serve) : createTlsServer({ cert: tls.certPem, key: tls.keyPem }, serve);
  server.on('tlsClientError', () => undefined); // a client that does not trust us
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    seen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerTo(command: string): string {
  if (command.startsWith('EHLO')) return '250-scripted\r\n250 AUTH PLAIN\r\n';
  if (command.startsWith('STARTTLS')) return '502 not implemented\r\n';
  if (command.startsWith('AUTH')) return '235 welcome\r\n';
  return command.startsWith('DATA') ? '354 go ahead\r\n' : '250 ok\r\n';
}
