import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../api/meta.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { CancelTimer, Clock } from './clock.ts';
import type { KubeWriter } from './kube-client.ts';
import type { Log } from './log.ts';
import type { CounterCell, Meters } from './meters.ts';
import { microTime } from './micro-time.ts';
import type { EventInput } from './reconciler.ts';

export interface EventRecorderOptions {
  readonly kube: KubeWriter;
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: Meters;
  /** `trunkline.dev/<component>`. */
  readonly reportingController: string;
  /** The pod. */
  readonly reportingInstance: string;
}

// client-go's figures (operator-practice row 73).
const WINDOW_MS = 600_000;
const SIMILAR_LIMIT = 10;
const BURST = 25;
const REFILL_MS = 300_000;
const MEMORY = 4096;
const QUEUE_LIMIT = 1000;
const NOTE_LIMIT = 1024;
/** A series is brought up to date at most this often. */
const SERIES_PATCH_MS = 10_000;
const TRIES = 5;
const RETRY_MS = 2000;

/** Things that repeat: one Event object whose count rises. */
interface Series {
  readonly object: KubeObject;
  readonly input: EventInput;
  name: string | undefined;
  count: number;
  sentCount: number;
  lastAt: number;
  lastWall: number;
  queued: boolean;
}

interface Source {
  tokens: number;
  refilledAt: number;
}

interface Similar {
  notes: Set<string>;
  since: number;
}

/**
 * Writes events.k8s.io/v1 Events beside the reconcile path: `record` never waits and never fails. Equal events become a series, many alike
 * become one, a noisy object is cut off; what the API server refuses is counted and dropped.
 */
export class EventRecorder {
  readonly #o: EventRecorderOptions;
  readonly #series = new Recent<Series>(MEMORY);
  readonly #sources = new Recent<Source>(MEMORY);
  readonly #similar = new Recent<Similar>(MEMORY);
  readonly #dropped: CounterCell;
  readonly #later = new Map<Series, CancelTimer>();
  #queue: Series[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: EventRecorderOptions) {
    this.#o = options;
    this.#dropped = options.meters.counter('trunkline_events_dropped_total', 'Events that were not written: too many, or refused', {});
  }

  record(object: KubeObject, input: EventInput): void {
    const now = this.#o.clock.monotonic();
    const note = input.note.slice(0, NOTE_LIMIT);
    const about = `${object.metadata.uid ?? ''}|${input.type}|${input.reason}|${input.action ?? ''}`;
    const shown = this.#areTooAlike(about, note, now)
      ? { ...input, note: `(combined from similar events): ${note}`.slice(0, NOTE_LIMIT) }
      : { ...input, note };
    const key = shown.note === note ? `${about}|${note}` : `${about}|*`;
    const known = this.#series.get(key);
    if (!this.#mayPass(object.metadata.uid ?? '', now)) {
      this.#dropped.inc();
      return;
    }
    const series = known !== undefined && now - known.lastAt < WINDOW_MS ? known : this.#begin(key, object, shown);
    series.count++;
    series.lastAt = now;
    series.lastWall = this.#o.clock.now();
    if (series.name === undefined) this.#enqueue(series);
    else this.#updateLater(series);
  }

  /** Sends what is queued, the rest of every series included; waits at most `withinMs`. */
  async flush(withinMs: number): Promise<void> {
    for (const [series, cancel] of this.#later) {
      cancel();
      this.#enqueue(series);
    }
    this.#later.clear();
    if (this.#sending === undefined) return;
    const inTime = new AbortController();
    void this.#sending.then(() => inTime.abort());
    await this.#o.clock.sleep(withinMs, inTime.signal).catch(() => undefined); // cut short: all is sent
  }

  #begin(key: string, object: KubeObject, input: EventInput): Series {
    const series: Series = { object, input, name: undefined, count: 0, sentCount: 0, lastAt: 0, lastWall: 0, queued: false };
    this.#series.set(key, series);
    return series;
  }

  #areTooAlike(about: string, note: string, now: number): boolean {
    const known = this.#similar.get(about);
    const similar = known !== undefined && now - known.since < WINDOW_MS ? known : { notes: new Set<string>(), since: now };
    if (similar !== known) this.#similar.set(about, similar);
    if (similar.notes.size < SIMILAR_LIMIT) similar.notes.add(note);
    return !similar.notes.has(note);
  }

  #mayPass(uid: string, now: number): boolean {
    const source = this.#sources.get(uid) ?? { tokens: BURST, refilledAt: now };
    const refill = Math.floor((now - source.refilledAt) / REFILL_MS);
    source.tokens = Math.min(BURST, source.tokens + refill);
    source.refilledAt += refill * REFILL_MS;
    this.#sources.set(uid, source);
    if (source.tokens <= 0) return false;
    source.tokens--;
    return true;
  }

  #enqueue(series: Series): void {
    if (series.queued) return;
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#dropped.inc();
      return;
    }
    series.queued = true;
    this.#queue.push(series);
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(): Promise<void> {
    for (let series = this.#queue.shift(); series !== undefined; series = this.#queue.shift()) {
      series.queued = false;
      await this.#sendWithRetries(series);
    }
  }

  async #sendWithRetries(series: Series): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#send(series);
        return;
      } catch (thrown) {
        const isWorthWaiting = thrown instanceof OperatorError && thrown.kind === 'Retryable' && attempt < TRIES;
        if (!isWorthWaiting) {
          this.#dropped.inc();
          this.#o.log.debug({ reason: series.input.reason, err: thrown }, 'event not written');
          return;
        }
        await this.#o.clock.sleep(RETRY_MS);
      }
    }
  }

  async #send(series: Series): Promise<void> {
    const namespace = series.object.metadata.namespace ?? 'default';
    const ref = { group: 'events.k8s.io', version: 'v1', plural: 'events', namespace };
    const count = series.count;
    if (series.name !== undefined && count > 1) {
      const patch = { series: { count, lastObservedTime: microTime(series.lastWall) } };
      const patched = await this.#o.kube.mergePatch({ ...ref, name: series.name }, patch);
      if (patched !== undefined) return this.#settled(series, count);
    }
    const name = `${series.object.metadata.name.slice(0, 230)}.${randomBytes(8).toString('hex')}`;
    await this.#o.kube.create(ref, this.#event(series, name, namespace));
    series.name = name;
    this.#settled(series, count);
  }

  #settled(series: Series, count: number): void {
    series.sentCount = count;
    if (series.count > count) this.#updateLater(series);
  }

  /** What repeats is gathered and follows in one patch. */
  #updateLater(series: Series): void {
    if (series.queued || this.#later.has(series)) return;
    const send = (): void => {
      this.#later.delete(series);
      this.#enqueue(series);
    };
    this.#later.set(series, this.#o.clock.setTimer(SERIES_PATCH_MS, send));
  }

  #event({ object, input, lastWall }: Series, name: string, namespace: string): object {
    const { metadata, apiVersion, kind } = object;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace },
      eventTime: microTime(lastWall),
      type: input.type,
      reason: input.reason,
      note: input.note,
      action: input.action ?? 'Reconcile',
      regarding: {
        apiVersion,
        kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      reportingController: this.#o.reportingController,
      reportingInstance: this.#o.reportingInstance,
    };
  }
}

/** A map that forgets what was used longest ago. */
class Recent<V> {
  readonly #limit: number;
  readonly #map = new Map<string, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const value = this.#map.get(key);
    if (value !== undefined) {
      this.#map.delete(key);
      this.#map.set(key, value);
    }
    return value;
  }

  set(key: string, value: V): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size <= this.#limit) return;
    const oldest = this.#map.keys().next();
    if (!oldest.done) this.#map.delete(oldest.value);
  }
}
