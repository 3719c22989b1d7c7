import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { StoredMessage } from './mailbox.ts';

type Page = HtmlEscapedString | Promise<HtmlEscapedString>;

/** All messages, the newest first. Everything from a message is escaped. */
export function listPage(messages: readonly StoredMessage[]): Page {
  const rows = messages
    .toReversed()
    .map(
      ({ seq, receivedAt, to, subject }) =>
        html`<tr><td>${new Date(receivedAt).toISOString()}</td><td>${to}</td><td><a href="/messages/${seq}">${subject}</a></td></tr>`,
    );
  const table = html`<table><tr><th>Received</th><th>To</th><th>Subject</th></tr>${rows}</table>`;
  return page('Mailbox', rows.length === 0 ? html`<p>No mail yet.</p>` : table);
}

/** One message: its text as text, its HTML in a frame that runs nothing. */
export function messagePage({ seq, from, to, subject, messageId, text, html: body }: StoredMessage): Page {
  return page(
    subject,
    html`<p><a href="/">All messages</a></p>
      <dl><dt>From</dt><dd>${from}</dd><dt>To</dt><dd>${to}</dd><dt>Message-ID</dt><dd>${messageId}</dd></dl>
      <pre>${text}</pre>
      ${body === '' ? '' : html`<iframe sandbox="allow-popups" srcdoc="${body}"></iframe>`}
      <p><a href="/messages/${seq}/source">Source</a></p>`,
  );
}

function page(title: string, content: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <style>
          body { font-family: system-ui, sans-serif; margin: 2rem; max-width: 60rem; }
          td, th { padding: 0.3rem 1rem 0.3rem 0; text-align: left; }
          iframe { border: 1px solid #ccc; height: 30rem; width: 100%; }
          pre { white-space: pre-wrap; }
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${content}
      </body>
    </html>`;
}
