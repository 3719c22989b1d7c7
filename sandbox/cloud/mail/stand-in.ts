import { Hono } from 'hono';
import type { CloudBase, StandIn, StandInEnv } from '../stand-in.ts';
import { Mailbox } from './mailbox.ts';
import { listPage, messagePage } from './pages.ts';

export interface Mail {
  readonly mailbox: Mailbox;
  /** The mailbox pages over plain HTTP, and the admin API; mail itself comes over SMTP (`startSmtp`). */
  readonly standIn: StandIn;
}

export function createMail(base: CloudBase): Mail {
  const mailbox = new Mailbox(() => base.clock.now());
  return {
    mailbox,
    standIn: {
      name: 'mail',
      app: mailboxPages(mailbox),
      tls: 'plain',
      admin: mailAdmin(mailbox),
      snapshot: () => mailbox.messages().map(({ messageId, envelopeTo, subject }) => ({ messageId, envelopeTo, subject })),
    },
  };
}

/** What a person sees: the list, a message with its text, its HTML in a frame without scripts, and its source. */
function mailboxPages(mailbox: Mailbox): Hono<StandInEnv> {
  const app = new Hono<StandInEnv>();
  app.use(async (c, next) => {
    await next();
    c.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:");
  });
  app.get('/', (c) => c.html(listPage(mailbox.messages())));
  app.get('/messages/:seq', (c) => {
    const message = mailbox.message(Number(c.req.param('seq')));
    return message === undefined ? c.text('no such message', 404) : c.html(messagePage(message));
  });
  app.get('/messages/:seq/source', (c) => {
    const message = mailbox.message(Number(c.req.param('seq')));
    return message === undefined ? c.text('no such message', 404) : c.text(message.raw);
  });
  return app;
}

/** `/stand-ins/mail`: messages as JSON, `?to=` and `?messageId=` filter. */
function mailAdmin(mailbox: Mailbox): Hono {
  const app = new Hono();
  app.get('/messages', (c) => {
    const { to, messageId } = c.req.query();
    return c.json(mailbox.messages({ ...(to === undefined ? {} : { to }), ...(messageId === undefined ? {} : { messageId }) }));
  });
  app.get('/duplicates', (c) => c.json(mailbox.duplicates()));
  app.delete('/messages', (c) => {
    mailbox.clear();
    return c.body(null, 204);
  });
  return app;
}
