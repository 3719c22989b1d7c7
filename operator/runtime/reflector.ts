import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { CounterCell, Meters } from './meters.ts';
import { listInPages } from './paged-list.ts';
import type { ReflectorSink } from './reflector-sink.ts';
import { type CollectionRef, collectionPath } from './resource-path.ts';
import { compareResourceVersions } from './resource-version.ts';
import { StreamReader } from './stream-reader.ts';
import type { KubeStream, KubeTransport } from './transport.ts';
import { WatchBackoff } from './watch-backoff.ts';
import { type Decision, decide, type StreamEnd } from './watch-decision.ts';
import { describeEnd, refused } from './watch-refusal.ts';

export interface ReflectorOptions {
  readonly collection: CollectionRef;
  /** Only objects of this name (a field selector on the server). */
  readonly onlyName?: string;
  readonly transport: KubeTransport;
  readonly sink: ReflectorSink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly meters: Meters;
}

export interface ReflectorHealth {
  readonly synced: boolean;
  /** Milliseconds since the last byte from the server, bookmarks included. */
  readonly silentForMs: number;
  /** Why the last stream ended, while nothing good has come since; one line for the readiness page. */
  readonly trouble: string | undefined;
}

/** API servers send bookmarks about every 60 s and keep about 75 s of events: later than this a resume would become a relist (D6, row 128). */
const SILENCE_MS = 70_000;
/** In the initial phase a supporting server never pauses so long; others may never send the end mark. */
const INITIAL_SILENCE_MS = 10_000;
const SLICE_MS = 8;

type Phase = 'relist' | 'relistFresh' | 'watch';

/**
 * Keeps one sink equal to one collection of the API server, for ever: streaming list, watch with bookmarks, resume, relist, back-off
 * (operator-practice D5, D6). `run` ends only by its signal.
 */
export class Reflector {
  readonly #o: ReflectorOptions;
  readonly #path: string;
  readonly #backoff: WatchBackoff;
  readonly #handlerErrors: CounterCell;
  #phase: Phase = 'relistFresh';
  #usesWatchList = true;
  /** Of the last event or bookmark that was processed; never goes back. */
  #version: string | undefined;
  #synced = false;
  #syncedAt = Number.NEGATIVE_INFINITY;
  #lastByteAt: number;
  #trouble: string | undefined;
  #silences = 0;
  #shortLived = 0;
  #errorEventsSince: number | undefined;
  #stream: KubeStream | undefined;

  constructor(options: ReflectorOptions) {
    this.#o = options;
    this.#path = collectionPath(options.collection);
    this.#backoff = new WatchBackoff(options.clock, options.random);
    this.#lastByteAt = options.clock.monotonic();
    this.#handlerErrors = options.meters.counter('trunkline_watch_handler_errors_total', 'Exceptions thrown by consumers of watch events', {
      kind: options.collection.plural,
    });
  }

  health(): ReflectorHealth {
    return { synced: this.#synced, silentForMs: this.#o.clock.monotonic() - this.#lastByteAt, trouble: this.#trouble };
  }

  /** resourceVersion up to which the sink is known to be complete. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Takes a whole new picture, without giving up what there is until it is complete. */
  relist(): void {
    this.#phase = 'relist';
    void this.#stream?.close();
  }

  async run(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => void this.#stream?.close();
    signal.addEventListener('abort', onAbort, { once: true });
    while (!signal.aborted) {
      const end = await this.#connect(signal);
      if (signal.aborted || end === undefined) continue;
      const decision = this.#judge(end);
      if (decision.dropConnections === true) this.#o.transport.dropConnections('watches');
      if (this.#phase === 'watch' || decision.next !== 'watch') this.#phase = decision.next;
      const waitMs = this.#waitMs(decision);
      if (waitMs > 0) await this.#o.clock.sleep(waitMs, signal).catch(() => undefined); // only an abort rejects; the loop sees it
    }
    signal.removeEventListener('abort', onAbort);
  }

  #waitMs({ wait }: Decision): number {
    if (wait === 'none') return 0;
    if (wait === 'backoff') return this.#backoff.nextMs();
    if ('exactMs' in wait) return wait.exactMs * (1 + 0.1 * this.#o.random());
    return Math.max(wait.atLeastMs, this.#backoff.nextMs());
  }

  #judge(end: StreamEnd): Decision {
    const now = this.#o.clock.monotonic();
    this.#silences = end.kind === 'silence' ? this.#silences + 1 : 0;
    this.#shortLived = end.kind === 'closed' && end.livedMs < 1000 ? this.#shortLived + 1 : 0;
    if (end.kind === 'errorEvent') this.#errorEventsSince ??= now;
    const errorEventsForMs = this.#errorEventsSince === undefined ? 0 : now - this.#errorEventsSince;
    const decision = decide(end, {
      silences: this.#silences,
      shortLived: this.#shortLived,
      errorEventsForMs,
      relisting: this.#phase !== 'watch',
      sinceRelistMs: now - this.#syncedAt,
    });
    if (decision.next !== 'watch') this.#errorEventsSince = undefined;
    this.#record(end, decision);
    return decision;
  }

  #record(end: StreamEnd, decision: Decision): void {
    const kind = this.#o.collection.plural;
    this.#o.meters
      .counter('trunkline_watch_restarts_total', 'Watches opened again, by what ended the one before', { kind, reason: decision.why })
      .inc();
    // An API server that has seen no event of a kind since its start sends no bookmarks either: silence is normal there.
    const isNormal = (end.kind === 'closed' || end.kind === 'silence') && decision.wait === 'none';
    this.#trouble = isNormal ? undefined : describeEnd(end, kind);
    const fields = { kind, reason: decision.why, next: decision.next, ...(isNormal ? {} : { trouble: this.#trouble }) };
    if (isNormal) this.#o.log.debug(fields, 'watch ended, resuming');
    else this.#o.log.warn(fields, 'watch ended');
  }

  /** One connection, from request to end; undefined when there is nothing to judge (a LIST succeeded, or WatchList turned out unsupported). */
  async #connect(signal: AbortSignal): Promise<StreamEnd | undefined> {
    try {
      if (this.#phase === 'watch') return await this.#follow(signal, { resourceVersion: this.#version ?? '' }, false);
      if (!this.#usesWatchList) return await this.#list(signal);
      const known = this.#phase === 'relist' ? (this.#version ?? '') : '';
      const query = { resourceVersion: known, sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };
      return await this.#follow(signal, query, true);
    } catch (thrown) {
      return { kind: 'connection', error: thrown };
    }
  }

  async #follow(signal: AbortSignal, query: Record<string, string>, initial: boolean): Promise<StreamEnd | undefined> {
    const seconds = 300 + Math.floor(this.#o.random() * 300);
    const stream = await this.#o.transport.stream({
      method: 'GET',
      path: this.#path,
      query: { watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: String(seconds), ...this.#selector(), ...query },
      signal,
    });
    this.#stream = stream;
    try {
      if (stream.status === 200) return await this.#read(stream, initial);
      const refusal = await refused(stream);
      if (!initial || (stream.status !== 400 && stream.status !== 422)) return refusal;
      this.#fallBackToList('refused');
      return undefined;
    } finally {
      this.#stream = undefined;
      await stream.close();
    }
  }

  #selector(): Record<string, string> {
    return this.#o.onlyName === undefined ? {} : { fieldSelector: `metadata.name=${this.#o.onlyName}` };
  }

  #fallBackToList(why: string): void {
    this.#usesWatchList = false;
    this.#o.log.info({ kind: this.#o.collection.plural, why }, 'streaming list not available, listing in pages');
  }

  async #read(stream: KubeStream, initial: boolean): Promise<StreamEnd | undefined> {
    const reader = new StreamReader({ sink: this.#o.sink, initial, version: this.#version, onSinkError: this.#onSinkError });
    const openedAt = this.#o.clock.monotonic();
    this.#lastByteAt = openedAt;
    let isSilent = false;
    const watchdog = this.#watchSilence(
      () => (reader.isInitial ? INITIAL_SILENCE_MS : SILENCE_MS),
      () => {
        isSilent = true;
        void stream.close();
      },
    );
    try {
      await this.#pump(stream, reader);
    } catch (thrown) {
      if (!isSilent) return { kind: 'connection', error: thrown };
    } finally {
      watchdog();
    }
    if (isSilent) {
      if (!reader.isInitial) return { kind: 'silence' };
      this.#fallBackToList('end mark never sent');
      return undefined;
    }
    if (reader.end !== undefined) return reader.end;
    if (reader.isCutOff || reader.isInitial) return { kind: 'connection', error: new Error('the stream ended too early') };
    return { kind: 'closed', livedMs: this.#o.clock.monotonic() - openedAt, events: reader.events };
  }

  async #pump(stream: KubeStream, reader: StreamReader): Promise<void> {
    const { clock } = this.#o;
    let sliceStart = clock.monotonic();
    for await (const chunk of stream.chunks) {
      this.#lastByteAt = clock.monotonic();
      const goesOn = reader.push(chunk);
      this.#adopt(reader);
      if (!goesOn) return;
      if (clock.monotonic() - sliceStart < SLICE_MS) continue;
      await nextTurn();
      sliceStart = clock.monotonic();
    }
  }

  #adopt(reader: StreamReader): void {
    if (reader.isInitial) return;
    this.#version = reader.version;
    if (reader.events > 0 || reader.bookmarks > 0) this.#markHealthy();
    if (this.#phase !== 'watch' && !reader.tookInitial) this.#finishInitial(reader);
  }

  #finishInitial(reader: StreamReader): void {
    reader.tookInitial = true;
    this.#enterWatch();
  }

  #enterWatch(): void {
    this.#phase = 'watch';
    this.#synced = true;
    this.#syncedAt = this.#o.clock.monotonic();
  }

  #markHealthy(): void {
    this.#trouble = undefined;
    this.#silences = 0;
    this.#errorEventsSince = undefined;
  }

  /** A consumer's exception is counted and told, and the stream goes on (operator-practice D5.11). */
  readonly #onSinkError = (name: string, thrown: unknown): void => {
    this.#handlerErrors.inc();
    this.#o.log.error({ kind: this.#o.collection.plural, name, err: thrown }, 'a consumer of watch events failed');
  };

  #watchSilence(limitMs: () => number, onSilent: () => void): () => void {
    const { clock } = this.#o;
    let cancel = (): void => undefined;
    const arm = (): void => {
      const leftMs = this.#lastByteAt + limitMs() - clock.monotonic();
      cancel = leftMs <= 0 ? (): void => undefined : clock.setTimer(leftMs, arm);
      if (leftMs <= 0) onSilent();
    };
    arm();
    return () => cancel();
  }

  async #list(signal: AbortSignal): Promise<StreamEnd | undefined> {
    const { transport, sink, collection, log } = this.#o;
    const listed = await listInPages({
      transport,
      path: this.#path,
      query: this.#selector(),
      notOlderThan: this.#phase === 'relist' ? this.#version : undefined,
      sink,
      signal,
      onAnswer: () => {
        this.#lastByteAt = this.#o.clock.monotonic();
      },
    });
    if ('kind' in listed) return listed;
    if (compareResourceVersions(listed.version, this.#version) < 0) return { kind: 'stale' };
    sink.initDone(listed.version);
    this.#version = listed.version;
    this.#enterWatch();
    this.#markHealthy();
    log.debug({ kind: collection.plural, version: listed.version }, 'listed');
    return undefined;
  }
}
