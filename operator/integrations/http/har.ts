import { type FileHandle, open } from 'node:fs/promises';
import type { ExchangeRecorder, RecordedExchange, RecordedMessage } from './recording.ts';

const TAIL = '\n]}}\n';

/** Recorder that owns a file; `close` waits until everything is written and reports the first write error. */
export interface HarRecorder extends ExchangeRecorder {
  close(): Promise<void>;
}

/**
 * Streams exchanges into a HAR 1.2 file. Each entry overwrites the closing brackets and writes them anew, so the file is complete
 * after every entry, also when the process is killed. An existing file is replaced; mode 0600.
 */
export async function openHarRecorder(file: string, version: string): Promise<HarRecorder> {
  const head = `{"log":{"version":"1.2","creator":{"name":"trunkline","version":${JSON.stringify(version)}},"entries":[\n`;
  const handle = await open(file, 'w', 0o600);
  await handle.write(head + TAIL, 0);
  return new StreamingHar(handle, Buffer.byteLength(head));
}

class StreamingHar implements HarRecorder {
  readonly #handle: FileHandle;
  #offset: number;
  #isFirst = true;
  #written: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(handle: FileHandle, offset: number) {
    this.#handle = handle;
    this.#offset = offset;
  }

  record(exchange: RecordedExchange): void {
    const entry = (this.#isFirst ? '' : ',\n') + JSON.stringify(entryOf(exchange));
    this.#isFirst = false;
    const at = this.#offset;
    this.#offset += Buffer.byteLength(entry);
    this.#written = this.#written
      .then(async () => {
        await this.#handle.write(entry + TAIL, at);
      })
      .catch((error: unknown) => {
        this.#failure ??= new Error('the recording could not be written to its end', { cause: error }); // told at close: a full disk must not stop the operator
      });
  }

  async close(): Promise<void> {
    await this.#written;
    await this.#handle.close();
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** One entry of HAR 1.2; `_system`, `_operation` and `_error` are custom members, which the format allows with an underscore. */
function entryOf({ system, operation, startedAt, durationMs, request, response, error }: RecordedExchange): Record<string, unknown> {
  const url = new URL(request.url);
  return {
    startedDateTime: new Date(startedAt).toISOString(),
    time: durationMs,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: headersOf(request),
      queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
      ...(request.body === undefined ? {} : { postData: { mimeType: request.contentType, text: request.body } }),
      headersSize: -1,
      bodySize: sizeOf(request),
    },
    response: responseOf(response),
    cache: {},
    timings: { send: 0, wait: durationMs, receive: 0 },
    _system: system,
    _operation: operation,
    ...(error === undefined ? {} : { _error: error }),
  };
}

function responseOf(response: RecordedExchange['response']): Record<string, unknown> {
  return {
    status: response?.status ?? 0,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: response === undefined ? [] : headersOf(response),
    content: {
      size: response === undefined ? 0 : sizeOf(response),
      mimeType: response?.contentType ?? '',
      ...(response?.body === undefined ? {} : { text: response.body }),
    },
    redirectURL: '',
    headersSize: -1,
    bodySize: response === undefined ? -1 : sizeOf(response),
  };
}

function headersOf({ headers }: RecordedMessage): { name: string; value: string }[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

function sizeOf({ body }: RecordedMessage): number {
  return body === undefined ? 0 : Buffer.byteLength(body);
}
