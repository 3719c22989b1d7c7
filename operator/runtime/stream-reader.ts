import type { KubeObject } from '../api/meta.ts';
import { LineSplitter } from './line-splitter.ts';
import { decodeWatchLine, type WatchEvent } from './object-decoder.ts';
import type { ReflectorSink } from './reflector-sink.ts';
import { compareResourceVersions } from './resource-version.ts';
import type { StreamEnd } from './watch-decision.ts';

const INITIAL_END = 'k8s.io/initial-events-end';

export interface StreamReaderOptions {
  readonly sink: ReflectorSink;
  /** The stream begins with a whole picture, up to its end mark. */
  readonly initial: boolean;
  /** Of what the sink holds already: nothing older is taken. */
  readonly version: string | undefined;
  /** The sink threw. */
  readonly onSinkError: (name: string, thrown: unknown) => void;
}

/** Turns the bytes of one stream into calls of the sink. Synchronous: a sink that is slow slows down reading, nothing piles up. */
export class StreamReader {
  readonly #o: StreamReaderOptions;
  readonly #lines = new LineSplitter();
  isInitial: boolean;
  /** The picture that this stream began with has been taken note of; true from the start when it began with none. */
  tookInitial: boolean;
  version: string | undefined;
  end: StreamEnd | undefined;
  events = 0;
  bookmarks = 0;

  constructor(options: StreamReaderOptions) {
    this.#o = options;
    this.isInitial = options.initial;
    this.tookInitial = !options.initial;
    this.version = options.version;
    if (options.initial) options.sink.init();
  }

  get isCutOff(): boolean {
    return this.#lines.pendingBytes > 0;
  }

  push(chunk: Buffer): boolean {
    try {
      return this.#lines.push(chunk, this.#onLine);
    } catch (thrown) {
      this.end = { kind: 'undecodable', error: thrown };
      return false;
    }
  }

  readonly #onLine = (line: Buffer): boolean => {
    const event = this.#decode(line);
    if (event === undefined) return false;
    if (event.type === 'ERROR') return this.#fail(event.object);
    const version = event.object.metadata?.resourceVersion;
    if (version === undefined || version === '')
      return this.#stop({ kind: 'undecodable', error: new Error('an event has no resourceVersion') });
    // While the initial objects stream in they have no order; only the end mark's version counts.
    if (!this.isInitial && compareResourceVersions(version, this.version) < 0) return this.#stop({ kind: 'stale' });
    if (event.type === 'BOOKMARK') return this.#bookmark(event.object, version);
    this.events++;
    this.#deliver(event);
    if (!this.isInitial) this.version = version;
    return true;
  };

  #decode(line: Buffer): WatchEvent | undefined {
    try {
      return decodeWatchLine(line);
    } catch (thrown) {
      this.#stop({ kind: 'undecodable', error: new Error(`a line of ${line.length} bytes is no watch event`, { cause: thrown }) });
      return undefined;
    }
  }

  #bookmark(object: KubeObject, version: string): boolean {
    this.bookmarks++;
    if (!this.isInitial) {
      this.version = version;
      return true;
    }
    if (object.metadata.annotations?.[INITIAL_END] !== 'true') return true;
    if (compareResourceVersions(version, this.#o.version) < 0) return this.#stop({ kind: 'stale' });
    this.isInitial = false;
    this.version = version;
    this.#guard(() => this.#o.sink.initDone(version), 'initial list');
    return true;
  }

  #deliver(event: WatchEvent): void {
    const { sink } = this.#o;
    const object = event.object;
    this.#guard(() => (event.type === 'DELETED' ? sink.delete(object) : sink.apply(object)), object.metadata.name);
  }

  #guard(act: () => void, name: string): void {
    try {
      act();
    } catch (thrown) {
      this.#o.onSinkError(name, thrown);
    }
  }

  #fail(status: unknown): boolean {
    const { code = 500, reason = '', details } = status as { code?: number; reason?: string; details?: { retryAfterSeconds?: number } };
    const wait = details?.retryAfterSeconds === undefined ? {} : { retryAfterMs: details.retryAfterSeconds * 1000 };
    return this.#stop({ kind: 'errorEvent', code, reason, ...wait });
  }

  #stop(end: StreamEnd): boolean {
    this.end = end;
    return false;
  }
}
