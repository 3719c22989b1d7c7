import type { Driver, Target } from '../domain/change/driver.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { Delivery, Freshness, Outcome, Planned, Seen, Submission } from './delivery.ts';
import { Dispatcher } from './dispatcher.ts';
import { type AuditRecord, type DeliveryMetrics, NO_METRICS } from './hooks.ts';
import { Ledger } from './ledger.ts';
import { DEFAULT_LIMITS, type DeliveryLimits } from './limits.ts';
import { MarkKeeper, type OpenMarks } from './open-mark.ts';
import { ReadPath } from './read-path.ts';
import { SnapshotStore } from './snapshot.ts';
import { SpreadStart } from './spread-start.ts';
import { WritePath } from './write-path.ts';

export interface DeliveryDeps {
  /** By `Target.system`. */
  readonly drivers: Readonly<Record<string, Driver<unknown>>>;
  readonly clock: Clock;
  /** 0 ≤ x < 1; for jitter. */
  readonly random: () => number;
  /** There is news for this owner; one call for all that happened in one turn of the event loop. */
  readonly wake: (owner: string) => void;
  /** Asked right before each apply; an error says why this process may not write (any more). */
  readonly fence?: () => OperatorError | undefined;
  /** Without it drivers that ask for marks are applied without. `holder` names this process, not its pod. */
  readonly marks?: { readonly port: OpenMarks; readonly holder: string };
  readonly metrics?: DeliveryMetrics;
  readonly audit?: (record: AuditRecord) => void;
  readonly limits?: Partial<DeliveryLimits>;
}

/** Delivery as the process that runs it sees it. */
export interface DeliveryControl extends Delivery {
  /** Reads go on; what is submitted is refused with this error (default `DependencyNotReady/Paused`). */
  pause(reason?: OperatorError): void;
  /** Writes go on; owners that were refused are woken, and open marks are looked for again. */
  resume(): void;
  /** Drops the snapshot, as if the target had changed unseen: the next look reads afresh. */
  invalidate(target: Target): void;
  /** Starts nothing more and resolves when no write is on the wire any more. Reads under way go on: to give them up would look like a failure. */
  drain(): Promise<void>;
  /** As drain, and gives up on reads. */
  stop(): Promise<void>;
  /** What is kept in memory; for gauges and tests. */
  readonly kept: { readonly lanes: number; readonly snapshots: number; readonly groups: number };
}

/** All of delivery for one process. Nothing runs until somebody looks or submits. */
export function createDelivery(deps: DeliveryDeps): DeliveryControl {
  return new DeliveryHouse(deps);
}

const SWEEP_MS = 60_000;

class DeliveryHouse implements DeliveryControl {
  readonly #deps: DeliveryDeps;
  readonly #dispatcher: Dispatcher;
  readonly #reads: ReadPath;
  readonly #snapshots: SnapshotStore;
  readonly #ledger: Ledger;
  readonly #writes: WritePath;
  readonly #woken = new Set<string>();
  readonly #stopping = new AbortController();
  #sweep: CancelTimer | undefined;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    const { clock, random, metrics = NO_METRICS } = deps;
    const limits: DeliveryLimits = { ...DEFAULT_LIMITS, ...deps.limits };
    const wake = (owner: string): void => this.#wake(owner);
    this.#dispatcher = new Dispatcher({
      clock,
      random,
      limits,
      onBreaker: (lane, state) => metrics.breakerMoved(lane, state),
      onInFlight: (calls) => metrics.inFlight(calls),
    });
    const spread = new SpreadStart(clock, limits);
    const reads = new ReadPath({ clock, limits, dispatcher: this.#dispatcher, metrics });
    this.#reads = reads;
    this.#snapshots = new SnapshotStore({
      clock,
      random,
      limits,
      wake,
      queue: (target, job, delayMs) => reads.queue(target, job, delayMs),
      raise: (target, job, priority) => reads.raise(target, job, priority),
      read: (driver, target) => reads.read(driver, target),
      spread: (target) => spread.delayMs(target),
    });
    this.#ledger = new Ledger({
      clock,
      wake,
      queue: (work) => this.#writes.queue(work),
      dequeue: (work) => this.#writes.dequeue(work),
    });
    const stop = this.#stopping.signal;
    this.#writes = new WritePath({
      clock,
      limits,
      metrics,
      wake,
      dispatcher: this.#dispatcher,
      snapshots: this.#snapshots,
      marks: deps.marks && new MarkKeeper({ ...deps.marks, clock, applyDeadlineMs: limits.applyDeadlineMs, metrics, stop }),
      driverOf: (target) => this.#driverOf(target),
      fence: () => deps.fence?.(),
      audit: (record) => deps.audit?.(record),
      record: (part, verdict) => this.#ledger.record(part, verdict),
    });
  }

  get kept(): DeliveryControl['kept'] {
    return { lanes: this.#dispatcher.laneCount, snapshots: this.#snapshots.size, groups: this.#writes.groupCount };
  }

  see<View>(target: Target, owner: string, freshness: Freshness = {}): Seen<View> {
    const seen = this.#snapshots.see(target, this.#driverOf(target), owner, freshness);
    this.#sweep ??= this.#deps.clock.setTimer(SWEEP_MS, () => this.#runSweep());
    // The caller names the view of the target's own driver; delivery passes views through and never looks inside.
    return seen as Seen<View>;
  }

  submit(submission: Submission): void {
    this.#driverOf(submission.target);
    const replaced = this.#ledger.submit(submission);
    if (replaced !== undefined) this.#writes.reconsider(replaced);
  }

  withdraw(owner: string, planned: readonly Planned[] = []): void {
    this.#ledger.withdraw(owner, planned);
  }

  outcomeOf(owner: string, target: Target): Outcome {
    return this.#ledger.outcomeOf(owner, target);
  }

  isLeaving(id: string, owner: string): boolean {
    return this.#ledger.isLeaving(id, owner);
  }

  retryNow(owner: string, target: Target): void {
    this.#ledger.retryNow(owner, target);
  }

  settle(owner: string, target: Target): void {
    this.#ledger.settle(owner, target);
  }

  invalidate(target: Target): void {
    this.#snapshots.invalidate(target);
  }

  renew(target: Target): void {
    this.#snapshots.renew(target);
    this.#ledger.renew(target);
    this.#dispatcher.renew(target.lane);
  }

  forget(owner: string): void {
    this.#ledger.forget(owner);
    this.#snapshots.forget(owner);
    this.#writes.forget(owner);
  }

  pause(reason: OperatorError = actuationPaused()): void {
    this.#writes.pause(reason);
  }

  resume(): void {
    this.#writes.resume();
  }

  async drain(): Promise<void> {
    this.#stopping.abort();
    this.#dispatcher.close();
    await this.#writes.stop();
  }

  async stop(): Promise<void> {
    this.#reads.stop();
    this.#sweep?.();
    await this.drain();
  }

  #driverOf(target: Target): Driver<unknown> {
    const driver = this.#deps.drivers[target.system];
    if (driver === undefined) throw new Error(`no driver for system ${target.system}`);
    return driver;
  }

  #wake(owner: string): void {
    if (this.#woken.size === 0) queueMicrotask(() => this.#flushWakes());
    this.#woken.add(owner);
  }

  #flushWakes(): void {
    const owners = [...this.#woken];
    this.#woken.clear();
    for (const owner of owners) this.#deps.wake(owner);
  }

  #runSweep(): void {
    this.#snapshots.sweep();
    this.#sweep = this.#snapshots.size > 0 ? this.#deps.clock.setTimer(SWEEP_MS, () => this.#runSweep()) : undefined;
  }
}

function actuationPaused(): OperatorError {
  return new OperatorError('Outside writes are paused', {
    kind: 'DependencyNotReady',
    reason: 'Paused',
    remedy: 'Start the operator with --actuation=Active to let changes go out',
  });
}
