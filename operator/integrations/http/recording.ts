/** One exchange, already masked: what a recorder may keep. */
export interface RecordedExchange {
  readonly system: string;
  readonly operation: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly request: RecordedMessage & { readonly method: string; readonly url: string };
  /** Absent when no answer came; `error` says why. */
  readonly response?: RecordedMessage & { readonly status: number };
  readonly error?: string;
}

export interface RecordedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body?: string;
}

/** Where exchanges go when the operator runs with `--record FILE`. */
export interface ExchangeRecorder {
  record(exchange: RecordedExchange): void;
}

/** What of a system's bodies may be recorded. Everything else is masked: an allow-list, since the next secret has a name nobody listed. */
export interface Recordable {
  /** Names of JSON members, form fields and query parameters whose plain values are kept. */
  readonly fields: readonly string[];
  /** Masks text that is neither JSON nor a form. Absent: only its length is kept. */
  readonly text?: (text: string) => string;
}

const MASK = '***';

const KEPT_HEADERS = new Set([
  'accept',
  'accept-encoding',
  'client-request-id',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'prefer',
  'request-id',
  'retry-after',
  'user-agent',
  'x-ms-ags-diagnostic',
  'x-ms-correlation-id',
  'x-ms-request-id',
]);

const KEPT_QUERY = new Set(['$count', '$filter', '$orderby', '$select', '$skip', '$top', 'api-version']);

/** Applies a system's allow-list to headers, URLs and bodies. */
export class Masker {
  readonly #fields: ReadonlySet<string>;
  readonly #text: ((text: string) => string) | undefined;

  constructor({ fields, text }: Recordable) {
    this.#fields = new Set(fields.map((field) => field.toLowerCase()));
    this.#text = text;
  }

  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, KEPT_HEADERS.has(name.toLowerCase()) ? value : MASK]));
  }

  url(url: URL): string {
    const query = [...url.searchParams].map(([name, value]) => `${name}=${KEPT_QUERY.has(name) || this.#keeps(name) ? value : MASK}`);
    return `${url.origin}${url.pathname}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  }

  body(text: string, contentType: string): string {
    if (text === '') return '';
    if (contentType.includes('json')) return this.#json(text);
    if (contentType.includes('x-www-form-urlencoded')) return this.#form(text);
    return this.#text?.(text) ?? `(${text.length} characters, not recorded)`;
  }

  #json(text: string): string {
    try {
      return JSON.stringify(this.#masked(JSON.parse(text), false));
    } catch {
      return `(${text.length} characters that are not JSON, not recorded)`;
    }
  }

  #masked(value: unknown, kept: boolean): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#masked(item, kept));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#masked(member, this.#keeps(name))]));
    }
    return kept || value === null || typeof value === 'boolean' ? value : MASK;
  }

  #form(text: string): string {
    return [...new URLSearchParams(text)].map(([name, value]) => `${name}=${this.#keeps(name) ? value : MASK}`).join('&');
  }

  #keeps(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }
}
