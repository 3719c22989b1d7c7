import { connect } from 'node:net';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxClock } from '../clock.ts';
import type { FaultInput } from '../faults.ts';
import { type RunningStandIn, startStandIn } from '../server.ts';
import { type CloudBase, createCloudBase } from '../stand-in.ts';
import { type RunningSmtp, SMTP_ACCOUNT, startSmtp } from './smtp-server.ts';
import { createMail, type Mail } from './stand-in.ts';

const MESSAGE = {
  from: 'Carrier <noreply@carrier.example>',
  to: 'it@nordwind.example',
  subject: 'Invitation <1>',
  messageId: '<inv-1@trunkline.dev>',
  text: 'Open https://portal.example/i/1',
  html: '<p>Open <a href="https://portal.example/i/1">this</a><script>alert(1)</script></p>',
};

let base: CloudBase;
let mail: Mail;
let smtp: RunningSmtp;
let pages: RunningStandIn;

beforeEach(async () => {
  base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }) });
  mail = createMail(base);
  smtp = await startSmtp(mail.mailbox, base);
  pages = await startStandIn(mail.standIn, base);
});
afterEach(async () => {
  await smtp.close();
  await pages.close();
});

interface SendOptions {
  readonly auth?: { readonly user: string; readonly pass: string } | undefined;
  readonly ignoreTLS?: boolean;
  readonly ca?: string;
  readonly socketTimeout?: number;
}

function send(message: object = MESSAGE, options: SendOptions = {}): Promise<{ response: string }> {
  const { ignoreTLS = false, ca = base.ca.certPem, socketTimeout = 10_000 } = options;
  const auth = 'auth' in options ? options.auth : { user: SMTP_ACCOUNT.username, pass: SMTP_ACCOUNT.password };
  const tls = { ca, servername: 'localhost' };
  const common = { host: smtp.host, port: smtp.port, ignoreTLS, requireTLS: !ignoreTLS, tls, socketTimeout };
  return createTransport({ ...common, ...(auth === undefined ? {} : { auth }) }).sendMail(message);
}

const fault = (rule: FaultInput): string => base.faults.add({ standIn: 'mail', times: 1, ...rule });

describe('submission', () => {
  it('takes a message over STARTTLS with AUTH and parses it', async () => {
    expect((await send()).response).toMatch(/^250/);
    expect(mail.mailbox.messages()).toMatchObject([
      {
        seq: 1,
        messageId: 'inv-1@trunkline.dev',
        envelopeFrom: 'noreply@carrier.example',
        envelopeTo: ['it@nordwind.example'],
        subject: 'Invitation <1>',
        text: expect.stringContaining('https://portal.example/i/1'),
      },
    ]);
    expect(base.log.list({ standIn: 'mail', write: true })).toMatchObject([{ method: 'DATA', status: 250 }]);
  });

  it.each([
    ['a wrong password', { auth: { user: SMTP_ACCOUNT.username, pass: 'wrong' } }, 'EAUTH'],
    ['an unknown user', { auth: { user: 'nobody', pass: SMTP_ACCOUNT.password } }, 'EAUTH'],
  ])('refuses %s with 535', async (_, options, code) => {
    await expect(send(MESSAGE, options)).rejects.toMatchObject({ code, responseCode: 535 });
  });

  it('refuses mail without AUTH, and AUTH without TLS', async () => {
    await expect(send(MESSAGE, { auth: undefined })).rejects.toMatchObject({ responseCode: 530 });
    await expect(send(MESSAGE, { ignoreTLS: true })).rejects.toMatchObject({ responseCode: 538 });
    expect(mail.mailbox.messages()).toEqual([]);
  });

  it('shows a certificate that only the sandbox CA vouches for', async () => {
    const stranger = (await createCloudBase()).ca.certPem;
    await expect(send(MESSAGE, { ca: stranger })).rejects.toMatchObject({ code: 'ESOCKET' });
  });

  it('refuses an address that is none and a message that is too big', async () => {
    await expect(send({ ...MESSAGE, to: 'nobody@nowhere' })).rejects.toMatchObject({ responseCode: 550 });
    await expect(send({ ...MESSAGE, text: 'x'.repeat(1024 * 1024) })).rejects.toMatchObject({ responseCode: 552 });
    expect(mail.mailbox.messages()).toEqual([]);
  });

  it('shows duplicates by Message-ID', async () => {
    await send();
    await send({ ...MESSAGE, messageId: '<other@trunkline.dev>' });
    expect(mail.mailbox.duplicates()).toEqual({});
    await send();
    expect(mail.mailbox.duplicates()).toEqual({ 'inv-1@trunkline.dev': 2 });
    expect(mail.mailbox.messages({ messageId: 'inv-1@trunkline.dev' })).toHaveLength(2);
  });
});

describe('faults', () => {
  it.each([
    ['a refused recipient', { kind: 'status', method: 'RCPT', path: 'it@nordwind', status: 550 }, 550],
    ['a recipient refused for now', { kind: 'status', method: 'RCPT', status: 451 }, 451],
    ['a throttled sender', { kind: 'throttle', method: 'MAIL' }, 451],
    ['a message refused for now', { kind: 'status', method: 'DATA', status: 452 }, 452],
    ['a message refused for good', { kind: 'status', method: 'DATA', status: 554 }, 554],
    ['a server that is full', { kind: 'status', method: 'CONNECT', status: 421 }, 421],
  ] as const)('%s', async (_, rule, responseCode) => {
    fault(rule);
    await expect(send()).rejects.toMatchObject({ responseCode });
    expect(mail.mailbox.messages()).toEqual([]);
    await send();
    expect(mail.mailbox.messages()).toHaveLength(1);
  });

  it('hangs', async () => {
    fault({ kind: 'hang', method: 'DATA' });
    await expect(send(MESSAGE, { socketTimeout: 300 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(mail.mailbox.messages()).toEqual([]);
  });

  it('drops the connection before the work', async () => {
    fault({ kind: 'reset', method: 'DATA' });
    await expect(send()).rejects.toMatchObject({ command: expect.any(String) });
    expect(mail.mailbox.messages()).toEqual([]);
    expect(base.log.list({ standIn: 'mail', method: 'DATA' })).toMatchObject([{ status: 0 }]);
  });

  it('takes the message and drops the connection before the answer: the sender cannot know', async () => {
    fault({ kind: 'lostAnswer', method: 'DATA' });
    await expect(send()).rejects.toThrow();
    expect(mail.mailbox.messages()).toHaveLength(1);
  });

  it('is slow', async () => {
    fault({ kind: 'delay', method: 'RCPT', delayMs: 50 });
    const started = performance.now();
    await send();
    expect(performance.now() - started).toBeGreaterThanOrEqual(45);
  });
});

describe('the mailbox', () => {
  it('is a page for people, with everything escaped', async () => {
    expect(await (await fetch(pages.url)).text()).toContain('No mail yet');
    await send();
    const list = await fetch(pages.url);
    expect(await list.text()).toContain('<a href="/messages/1">Invitation &lt;1&gt;</a>');
    expect(list.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    const page = await (await fetch(`${pages.url}/messages/1`)).text();
    expect(page).toContain('https://portal.example/i/1');
    expect(page).not.toContain('<script>');
    expect(await (await fetch(`${pages.url}/messages/1/source`)).text()).toContain('Message-ID: <inv-1@trunkline.dev>');
    expect((await fetch(`${pages.url}/messages/2`)).status).toBe(404);
    expect((await fetch(`${pages.url}/messages/2/source`)).status).toBe(404);
  });

  it('is JSON for tests', async () => {
    await send();
    const admin = (path: string, method = 'GET') => mail.standIn.admin?.request(path, { method });
    expect(await (await admin('/messages?to=IT@nordwind.example'))?.json()).toMatchObject([{ seq: 1 }]);
    expect(await (await admin('/messages?to=other@nordwind.example'))?.json()).toEqual([]);
    expect(await (await admin('/duplicates'))?.json()).toEqual({});
    expect(mail.standIn.snapshot?.()).toEqual([
      { messageId: 'inv-1@trunkline.dev', envelopeTo: ['it@nordwind.example'], subject: 'Invitation <1>' },
    ]);
    expect((await admin('/messages', 'DELETE'))?.status).toBe(204);
    expect(mail.mailbox.messages()).toEqual([]);
  });
});

it('ends open connections when it stops', async () => {
  const socket = connect(smtp.port, smtp.host);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('data', resolve));
  await smtp.close();
  await closed;
  smtp = await startSmtp(mail.mailbox, base);
});
