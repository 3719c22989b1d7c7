import type { ObjectKey } from '../api/meta.ts';
import type { CancelTimer, Clock } from './clock.ts';
import { DelayHeap } from './delay-heap.ts';
import type { CounterCell, HistogramCell } from './meters.ts';

/** Higher first. `urgent`: bar or restore service; `change`: what a person edited or deleted; `dependency`: something it refers to; `poll`: start-up and periodic looks. */
export type Lane = 'urgent' | 'change' | 'dependency' | 'poll';

export const LANES: readonly Lane[] = ['urgent', 'change', 'dependency', 'poll'];

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 300_000;
/** Due keys moved to their lanes at one go, so that 70,000 of them do not block the loop. */
const DUE_BATCH = 2000;

export interface QueueOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Called when a key became available to an empty queue; runs synchronously, must be cheap. */
  readonly onReady: () => void;
  readonly waited?: HistogramCell;
  readonly added?: CounterCell;
  readonly retried?: CounterCell;
}

interface Entry {
  readonly key: ObjectKey;
  /** Lane it waits in, or will wait in once its run ends; -1: not wanted. */
  lane: number;
  processing: boolean;
  startedAt: number;
  addedAt: number;
  failures: number;
  /** The run under way was started by a retry timer, not by news. */
  byTimer: boolean;
  dueAt: number;
  dueLane: number;
  dueIsRetry: boolean;
  heapIndex: number;
  previous: Entry | undefined;
  next: Entry | undefined;
}

/**
 * Work queue of keys: one entry a key, never two runs of one key at once, four lanes, delays of which the earliest counts, back-off per key
 * and no global rate. Everything is synchronous; only delays need the clock.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #o: QueueOptions;
  readonly #entries = new Map<ObjectKey, Entry>();
  readonly #heads: (Entry | undefined)[] = LANES.map(() => undefined);
  readonly #tails: (Entry | undefined)[] = LANES.map(() => undefined);
  readonly #depths: number[] = LANES.map(() => 0);
  readonly #delayed = new DelayHeap<Entry>();
  readonly #running = new Set<Entry>();
  #timer: { readonly dueAt: number; readonly cancel: CancelTimer } | undefined;
  #waiting = 0;
  #closed = false;
  #onIdle: (() => void)[] = [];

  constructor(options: QueueOptions) {
    this.#o = options;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Keys that wait in lanes, running and delayed ones not counted. */
  get depth(): number {
    return this.#waiting;
  }

  depthOf(lane: Lane): number {
    return this.#depths[LANES.indexOf(lane)] ?? 0;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** How long the run that has been going longest has been going, ms. */
  get longestRunMs(): number {
    let longest = 0;
    const now = this.#clock.monotonic();
    for (const entry of this.#running) longest = Math.max(longest, now - entry.startedAt);
    return longest;
  }

  /** Sum over all runs under way, ms. */
  get unfinishedMs(): number {
    let sum = 0;
    const now = this.#clock.monotonic();
    for (const entry of this.#running) sum += now - entry.startedAt;
    return sum;
  }

  /** Wants one run of the key, soon. While it runs: one more run afterwards. Waiting already: the higher lane stays. */
  add(key: ObjectKey, lane: Lane): void {
    if (this.#closed) return;
    this.#want(this.#entry(key), LANES.indexOf(lane), false);
  }

  /** The next key in order of lanes, then of time; it counts as running until `done`. */
  take(): ObjectKey | undefined {
    if (this.#closed) return undefined;
    for (let lane = 0; lane < LANES.length; lane++) {
      const entry = this.#heads[lane];
      if (entry === undefined) continue;
      this.#unlink(entry);
      entry.lane = -1;
      entry.processing = true;
      entry.startedAt = this.#clock.monotonic();
      this.#o.waited?.observe((entry.startedAt - entry.addedAt) / 1000);
      this.#running.add(entry);
      return entry.key;
    }
    return undefined;
  }

  /** The run went well: failures are forgotten, earlier delays too, and the key comes back in `againMs` (absent: only when wanted). */
  succeed(key: ObjectKey, againMs?: number): void {
    const entry = this.#entry(key);
    entry.failures = 0;
    this.#delayed.remove(entry);
    if (againMs !== undefined) this.#schedule(entry, againMs, LANES.length - 1, false);
    this.#finish(entry);
  }

  /** The run came to nothing (its object had changed meanwhile): the key runs again in `delayMs`, as if it had not run at all. */
  again(key: ObjectKey, delayMs: number): void {
    const entry = this.#entry(key);
    if (delayMs > 0) this.#schedule(entry, delayMs, LANES.indexOf('change'), entry.byTimer);
    else this.#want(entry, LANES.indexOf('change'), entry.byTimer);
    this.#finish(entry);
  }

  /**
   * The run failed: the key comes back after 1 s doubling to 5 min, each delay drawn at random between 1 s and that. A failure of a run that
   * news had started neither raises the count nor moves a retry that is already due earlier (operator-practice row 134).
   */
  fail(key: ObjectKey): number {
    const entry = this.#entry(key);
    const hadRetry = entry.heapIndex !== -1 && entry.dueIsRetry;
    if (entry.byTimer || !hadRetry) entry.failures++;
    this.#o.retried?.inc();
    const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(entry.failures, 20));
    const delayMs = FIRST_BACKOFF_MS + this.#random() * (ceiling - FIRST_BACKOFF_MS);
    this.#schedule(entry, delayMs, LANES.length - 1, true);
    this.#finish(entry);
    return entry.failures;
  }

  /** The run was told when to come back; not counted as failure. Never sooner than `delayMs`, up to 10 % later. */
  retryAfter(key: ObjectKey, delayMs: number): void {
    const entry = this.#entry(key);
    this.#delayed.remove(entry);
    this.#schedule(entry, delayMs * (1 + 0.1 * this.#random()), LANES.length - 1, true);
    this.#finish(entry);
  }

  /** Takes nothing more in and hands nothing more out. Runs under way end as usual; resolves when none is left. */
  drain(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #entry(key: ObjectKey): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      key,
      lane: -1,
      processing: false,
      startedAt: 0,
      addedAt: 0,
      failures: 0,
      byTimer: false,
      dueAt: 0,
      dueLane: 0,
      dueIsRetry: false,
      heapIndex: -1,
      previous: undefined,
      next: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #want(entry: Entry, lane: number, byTimer: boolean): void {
    if (entry.lane === -1) {
      this.#o.added?.inc();
      entry.addedAt = this.#clock.monotonic();
      if (!entry.processing) entry.byTimer = byTimer;
    } else if (lane >= entry.lane) {
      return;
    } else if (!entry.processing) {
      this.#unlink(entry);
    }
    entry.lane = lane;
    if (!entry.processing) this.#link(entry);
  }

  #finish(entry: Entry): void {
    entry.processing = false;
    entry.byTimer = false;
    this.#running.delete(entry);
    if (entry.lane !== -1) this.#link(entry);
    else this.#release(entry);
    if (this.#running.size > 0 || this.#onIdle.length === 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  }

  #release(entry: Entry): void {
    const isIdle = entry.lane === -1 && !entry.processing && entry.heapIndex === -1 && entry.failures === 0;
    if (isIdle) this.#entries.delete(entry.key);
  }

  #link(entry: Entry): void {
    const tail = this.#tails[entry.lane];
    entry.previous = tail;
    entry.next = undefined;
    if (tail === undefined) this.#heads[entry.lane] = entry;
    else tail.next = entry;
    this.#tails[entry.lane] = entry;
    this.#depths[entry.lane] = (this.#depths[entry.lane] ?? 0) + 1;
    this.#waiting++;
    if (!this.#closed) this.#o.onReady();
  }

  #unlink(entry: Entry): void {
    if (entry.previous === undefined) this.#heads[entry.lane] = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#tails[entry.lane] = entry.previous;
    else entry.next.previous = entry.previous;
    entry.previous = undefined;
    entry.next = undefined;
    this.#depths[entry.lane] = (this.#depths[entry.lane] ?? 0) - 1;
    this.#waiting--;
  }

  #schedule(entry: Entry, delayMs: number, lane: number, isRetry: boolean): void {
    if (this.#closed) return;
    const dueAt = this.#clock.monotonic() + delayMs;
    if (entry.heapIndex !== -1 && entry.dueAt <= dueAt) return;
    entry.dueAt = dueAt;
    entry.dueLane = lane;
    entry.dueIsRetry = isRetry;
    this.#delayed.put(entry);
    this.#arm();
  }

  #arm(): void {
    const first = this.#delayed.peek();
    if (first === undefined || this.#closed) return;
    if (this.#timer !== undefined && this.#timer.dueAt <= first.dueAt) return;
    this.#timer?.cancel();
    const delayMs = Math.max(0, first.dueAt - this.#clock.monotonic());
    this.#timer = { dueAt: first.dueAt, cancel: this.#clock.setTimer(delayMs, this.#onDue) };
  }

  readonly #onDue = (): void => {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (let moved = 0; moved < DUE_BATCH; moved++) {
      const entry = this.#delayed.peek();
      if (entry === undefined || entry.dueAt > now) break;
      this.#delayed.remove(entry);
      this.#want(entry, entry.dueLane, entry.dueIsRetry);
    }
    this.#arm();
  };
}
