import { simpleParser } from 'mailparser';

/** A message that the server took over. */
export interface StoredMessage {
  /** Position of arrival, from 1. */
  readonly seq: number;
  /** Sandbox time, epoch milliseconds. */
  readonly receivedAt: number;
  /** Without angle brackets; empty when the message has none. */
  readonly messageId: string;
  /** Envelope, which decides who gets it. */
  readonly envelopeFrom: string;
  readonly envelopeTo: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: string;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** Every message of the sandbox. The same Message-ID twice is what a sender must never let happen (design §4 mail). */
export class Mailbox {
  readonly #now: () => number;
  #messages: StoredMessage[] = [];
  #received = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  async receive(raw: string, envelope: Envelope): Promise<StoredMessage> {
    const mail = await simpleParser(raw);
    const to = [mail.to ?? []].flat();
    const message: StoredMessage = {
      seq: ++this.#received,
      receivedAt: this.#now(),
      messageId: (mail.messageId ?? '').replace(/^<(.*)>$/, '$1'),
      envelopeFrom: envelope.from,
      envelopeTo: envelope.to,
      from: mail.from?.text ?? '',
      to: to.map(({ text }) => text).join(', '),
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      html: mail.html || '',
      headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()])),
      raw,
    };
    this.#messages.push(message);
    return message;
  }

  messages(filter: { readonly to?: string; readonly messageId?: string } = {}): readonly StoredMessage[] {
    return this.#messages.filter(({ envelopeTo, messageId }) => {
      if (filter.messageId !== undefined && filter.messageId !== messageId) return false;
      return filter.to === undefined || envelopeTo.some((address) => address.toLowerCase() === filter.to?.toLowerCase());
    });
  }

  message(seq: number): StoredMessage | undefined {
    return this.#messages.find((message) => message.seq === seq);
  }

  /** Message-IDs that arrived more than once, with how often. */
  duplicates(): Record<string, number> {
    const counts = new Map<string, number>();
    for (const { messageId } of this.#messages) counts.set(messageId, (counts.get(messageId) ?? 0) + 1);
    return Object.fromEntries([...counts].filter(([id, count]) => id !== '' && count > 1));
  }

  clear(): void {
    this.#messages = [];
  }
}
