import type { Change } from '../domain/change/change-set.ts';
import { type AppliedBatch, type Driver, type Target, targetKey } from '../domain/change/driver.ts';
import { type OperatorError, toOperatorError } from '../errors/operator-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { Asks } from './asks.ts';
import type { Freshness, Priority, Seen } from './delivery.ts';
import type { Answer, Job } from './job-queue.ts';
import { pauseMs } from './lane.ts';
import type { DeliveryLimits } from './limits.ts';
import { type Begun, OwnWrites } from './own-writes.ts';

export interface SnapshotDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: DeliveryLimits;
  /** Queues a read in the target's lane, after `delayMs` when that is more than 0. */
  readonly queue: (target: Target, job: Job, delayMs: number) => void;
  readonly raise: (target: Target, job: Job, priority: Priority) => void;
  /** One bounded, counted call of the driver. */
  readonly read: (driver: Driver<unknown>, target: Target) => Promise<unknown>;
  /** How long this first read of a target may wait after a start. */
  readonly spread: (target: Target) => number;
  readonly wake: (owner: string) => void;
}

type ReadBack = Pick<AppliedBatch<unknown>, 'view' | 'isPartial'>;

interface Picture {
  readonly view: unknown;
  readonly begun: Begun;
  readonly endedAt: number;
  readonly seq: number;
}

interface Failure {
  readonly error: OperatorError;
  readonly misses: number;
  readonly begun: Begun;
  readonly retryAt: number;
}

/** What is known of one target. */
interface Entry {
  readonly target: Target;
  readonly driver: Driver<unknown>;
  readonly own: OwnWrites<unknown>;
  readonly asks: Asks;
  picture: Picture | undefined;
  failure: Failure | undefined;
  /** Only reads that began after this count; moved by `invalidate`. */
  staleBefore: number;
  job: { readonly job: Job; hasBegun: boolean } | undefined;
  keepMs: number;
  usedAt: number;
  /** Calls under way that will bring something for this entry. */
  pins: number;
}

const ANSWER_KEPT_MS = 60_000;
const FAILURE_KEPT_MS = 1_800_000;
const RETRY = { firstMs: 1_000, longestMs: 300_000, refusedMs: 2_000 };

/**
 * Pictures of targets (design §4 Snapshots): one read at a time for each target whoever asks, own writes laid over, owners woken when the
 * read they asked for has ended. A failed read is tried again when somebody asks after its pause; retries live in the queue of the owners.
 */
export class SnapshotStore {
  readonly #deps: SnapshotDeps;
  readonly #entries = new Map<string, Entry>();
  #order = 0;
  #seq = 0;

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#entries.size;
  }

  see(target: Target, driver: Driver<unknown>, owner: string, freshness: Freshness): Seen<unknown> {
    const entry = this.#entryOf(target, driver);
    const now = this.#deps.clock.monotonic();
    const maxAgeMs = freshness.maxAgeMs ?? this.#deps.limits.maxAgeMs;
    // A time to come would never be reached by the read that is queued for it.
    const notBefore = Math.min(now, freshness.notBefore ?? Number.NEGATIVE_INFINITY);
    entry.usedAt = now;
    entry.keepMs = Math.max(entry.keepMs, maxAgeMs);
    const { picture, failure } = entry;
    if (picture !== undefined && this.#satisfies(entry, picture, owner, maxAgeMs, notBefore)) {
      entry.asks.served(owner, picture.begun);
      return { state: 'seen', view: picture.view, readAt: picture.begun.at, seq: picture.seq };
    }
    const known = failure !== undefined && failure.begun.order > entry.staleBefore && failure.begun.at >= notBefore ? failure : undefined;
    const isDue = known === undefined || now >= known.retryAt;
    entry.asks.add(owner, notBefore, now - maxAgeMs, isDue ? 'read' : 'recovery');
    if (isDue) this.#ensureRead(entry, freshness.priority ?? 'poll');
    if (known === undefined) return { state: 'reading' };
    return { state: 'failed', error: known.error, failedAt: known.begun.at, misses: known.misses };
  }

  /** The newest picture that still holds, however old; what a write may start from. */
  current(target: Target): unknown {
    const entry = this.#entries.get(targetKey(target));
    return entry?.picture !== undefined && entry.picture.begun.order > entry.staleBefore ? entry.picture.view : undefined;
  }

  /** A fresh read right now, inside a turn of the lane that the caller holds. Whoever waits for one is served with it. */
  async readNow(target: Target, driver: Driver<unknown>): Promise<unknown> {
    const entry = this.#entryOf(target, driver);
    const begun = this.begin();
    entry.pins += 1;
    try {
      const view = await this.#deps.read(driver, target);
      return this.#adopt(entry, view, begun);
    } catch (thrown) {
      const error = toOperatorError(thrown);
      this.#miss(entry, error, begun);
      throw error;
    } finally {
      entry.pins -= 1;
    }
  }

  /** Marks the beginning of a call, so that what it brings can be put in order with the others. */
  begin(): Begun {
    this.#order += 1;
    return { order: this.#order, at: this.#deps.clock.monotonic() };
  }

  /** Own writes were confirmed by a call that began at `begun`; `view` is its read-back, if it made one. */
  written(target: Target, driver: Driver<unknown>, changes: readonly Change[], begun: Begun, { view, isPartial }: ReadBack): void {
    const entry = this.#entryOf(target, driver);
    const confirmed = this.begin();
    for (const change of changes) entry.own.add(change, confirmed.order, confirmed.at);
    if (view === undefined) this.#layOver(entry, changes);
    else if (isPartial === true) this.#adoptPart(entry, view, begun, changes);
    else {
      this.#adopt(entry, view, begun);
      // A read that began during the call and is back already knows nothing of what the call came to.
      if (entry.picture !== undefined && entry.picture.begun.order > begun.order) this.#layOver(entry, changes);
    }
  }

  /** News of what was written, but the picture is as old as its oldest part. A newer one stays and has the changes laid over it. */
  #adoptPart(entry: Entry, view: unknown, begun: Begun, changes: readonly Change[]): void {
    const laid = entry.own.layOver(view, begun);
    const { picture } = entry;
    if (picture !== undefined && picture.begun.order < begun.order) this.#repaint(entry, picture, laid);
    else this.#layOver(entry, changes);
  }

  #layOver(entry: Entry, changes: readonly Change[]): void {
    const { picture, driver } = entry;
    if (picture === undefined) return;
    this.#repaint(
      entry,
      picture,
      changes.reduce((over, change) => driver.overlay(over, change), picture.view),
    );
  }

  #repaint(entry: Entry, picture: Picture, view: unknown): void {
    this.#seq += 1;
    entry.picture = { ...picture, view, seq: this.#seq };
  }

  /** The next look reads afresh; a read under way does not count. */
  invalidate(target: Target): void {
    const entry = this.#entries.get(targetKey(target));
    if (entry !== undefined) entry.staleBefore = this.begin().order;
  }

  /** As invalidate, and failed reads are forgotten; who waits for better news is woken to ask for it. */
  renew(target: Target): void {
    this.invalidate(target);
    const entry = this.#entries.get(targetKey(target));
    if (entry === undefined) return;
    entry.failure = undefined;
    for (const owner of entry.asks.waiting()) this.#deps.wake(owner);
  }

  forget(owner: string): void {
    for (const entry of this.#entries.values()) entry.asks.delete(owner);
  }

  /** Frees what nobody waits for: pictures past their age, and the least recently used ones beyond the bound. */
  sweep(): void {
    const now = this.#deps.clock.monotonic();
    const idle: Entry[] = [];
    for (const [key, entry] of this.#entries) {
      if (entry.job !== undefined || entry.pins > 0 || entry.asks.areOpen) continue;
      if (now >= keptUntil(entry) && !entry.own.isNeeded(now)) this.#entries.delete(key);
      else if (entry.picture !== undefined) idle.push(entry);
    }
    const surplus = idle.length - this.#deps.limits.idleViews;
    if (surplus <= 0) return;
    for (const entry of idle.sort((left, right) => left.usedAt - right.usedAt).slice(0, surplus)) entry.picture = undefined;
  }

  #entryOf(target: Target, driver: Driver<unknown>): Entry {
    const key = targetKey(target);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      target,
      driver,
      own: new OwnWrites(driver),
      asks: new Asks(),
      picture: undefined,
      failure: undefined,
      staleBefore: 0,
      job: undefined,
      keepMs: this.#deps.limits.maxAgeMs,
      usedAt: this.#deps.clock.monotonic(),
      pins: 0,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #satisfies(entry: Entry, picture: Picture, owner: string, maxAgeMs: number, notBefore: number): boolean {
    if (picture.begun.order <= entry.staleBefore || picture.begun.at < notBefore) return false;
    const now = this.#deps.clock.monotonic();
    if (now - picture.begun.at <= maxAgeMs) return true;
    // The read this owner asked for answers it, however short the age it wants; else it would ask for ever.
    return now - picture.endedAt <= ANSWER_KEPT_MS && entry.asks.isAnswer(owner, picture.begun);
  }

  #ensureRead(entry: Entry, priority: Priority): void {
    if (entry.job !== undefined) {
      // One that has begun serves those it can; the others are taken up when it ends.
      if (!entry.job.hasBegun) this.#deps.raise(entry.target, entry.job.job, priority);
      return;
    }
    const isFirst = entry.picture === undefined && entry.failure === undefined;
    const job: Job = { fairKey: targetKey(entry.target), mode: 'read', priority, run: () => this.#runRead(entry, job) };
    entry.job = { job, hasBegun: false };
    this.#deps.queue(entry.target, job, isFirst && priority === 'poll' ? this.#deps.spread(entry.target) : 0);
  }

  async #runRead(entry: Entry, job: Job): Promise<Answer> {
    entry.job = { job, hasBegun: true };
    const answer = await this.#readIfWanted(entry);
    entry.job = undefined;
    // Those who want a later read than this one was get one of their own.
    if (entry.asks.want(this.#validPicture(entry)?.begun)) this.#ensureRead(entry, job.priority);
    return answer;
  }

  async #readIfWanted(entry: Entry): Promise<Answer> {
    // A write may have brought what this read was queued for.
    if (!entry.asks.want(this.#validPicture(entry)?.begun)) return { health: 'silent' };
    try {
      await this.readNow(entry.target, entry.driver);
      return { health: 'answered' };
    } catch (thrown) {
      return { health: toOperatorError(thrown) };
    }
  }

  #validPicture(entry: Entry): Picture | undefined {
    return entry.picture !== undefined && entry.picture.begun.order > entry.staleBefore ? entry.picture : undefined;
  }

  #adopt(entry: Entry, view: unknown, begun: Begun): unknown {
    const laid = entry.own.layOver(view, begun);
    if (entry.picture === undefined || entry.picture.begun.order <= begun.order) {
      this.#seq += 1;
      entry.picture = { view: laid, begun, endedAt: this.#deps.clock.monotonic(), seq: this.#seq };
    }
    if (entry.failure !== undefined && entry.failure.begun.order < begun.order) entry.failure = undefined;
    if (begun.order > entry.staleBefore) for (const owner of entry.asks.answeredBy(begun)) this.#deps.wake(owner);
    return laid;
  }

  #miss(entry: Entry, error: OperatorError, begun: Begun): void {
    const misses = (entry.failure?.misses ?? 0) + 1;
    entry.failure = { error, misses, begun, retryAt: this.#deps.clock.monotonic() + this.#retryMs(error, misses) };
    if (begun.order > entry.staleBefore) for (const owner of entry.asks.failedBy(begun)) this.#deps.wake(owner);
  }

  #retryMs(error: OperatorError, misses: number): number {
    if (error.kind === 'Throttled') return pauseMs(error);
    if (error.kind !== 'Retryable') return RETRY.refusedMs;
    return Math.min(RETRY.longestMs, RETRY.firstMs * 2 ** (misses - 1)) * (0.8 + 0.4 * this.#deps.random());
  }
}

function keptUntil(entry: Entry): number {
  if (entry.failure !== undefined) return entry.usedAt + FAILURE_KEPT_MS;
  // Twice its age: whoever reads again at the end of it and fails is still told what was seen last.
  return (entry.picture?.begun.at ?? entry.usedAt) + 2 * entry.keepMs;
}
