import { ANNOTATIONS, FINALIZER } from '../api/group.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import { OperatorError, toOperatorError } from '../errors/operator-error.ts';
import type { Clock } from './clock.ts';
import { Committer, NotLeading, ObjectGone } from './commit.ts';
import { ControllerMeters } from './controller-meters.ts';
import type { EventRecorder } from './events.ts';
import type { KubeClient } from './kube-client.ts';
import { isConflict } from './kube-failure.ts';
import type { Fence } from './leader.ts';
import type { Log } from './log.ts';
import type { Meters } from './meters.ts';
import { type FailureOutcome, outcomeOf, requeueOf } from './outcome.ts';
import { Pass } from './pass.ts';
import { concernsReconciler } from './predicates.ts';
import { type Lane, WorkQueue } from './queue.ts';
import type { EventInput, FinalReport, Reconciler, Report, StatusBase } from './reconciler.ts';
import type { Slices } from './slices.ts';
import { type ForeignStatus, keptFields, previousConditions, statusIsCurrent, type WantedStatus } from './status.ts';
import type { WatchedKind } from './watched-kind.ts';

/** Another kind whose changes concern objects of this one. */
export interface WatchDeclaration<K extends KubeObject> {
  readonly kind: WatchedKind<K>;
  /** Keys of this controller's objects that `object` concerns; asked for the state before and after a change. Pure but for reading stores. */
  readonly keys: (object: K) => Iterable<ObjectKey>;
  /** Default: every change counts. */
  readonly when?: (before: K | undefined, after: K | undefined) => boolean;
  /** Default `dependency`. */
  readonly lane?: Lane;
}

export interface ControllerDeclaration<T extends KubeObject<unknown, Status>, Status extends StatusBase> {
  /** Label of metrics and logs, and what WakeUps call the kind. Default: the kind's name. */
  readonly name?: string;
  readonly kind: WatchedKind<T>;
  readonly reconciler: Reconciler<T, Status>;
  readonly watches?: readonly Watch[];
  /** Passes at the same time; default 10. */
  readonly concurrency?: number;
  /** How often an unchanged object is looked at; default 10 min, ±10 %. */
  readonly resyncMs?: number;
  /** A pass that takes longer is aborted and counts as failed; default 5 min. */
  readonly timeoutMs?: number;
  /** Default: the group's. */
  readonly finalizer?: string;
  /** Condition types and status fields that another writer owns: the runtime neither compares nor writes them. */
  readonly foreignConditions?: readonly string[];
  readonly foreignFields?: readonly string[];
}

export interface ControllerDeps {
  readonly kube: KubeClient;
  readonly fence: Fence;
  readonly events: EventRecorder;
  readonly slices: Slices;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly meters: Meters;
}

/** A declared watch of another kind, its type forgotten. */
export interface Watch {
  readonly kind: string;
  connect(enqueue: (key: ObjectKey, lane: Lane) => void): void;
}

/** A declared controller, its types forgotten; the runtime brings it to life. */
export interface Controller {
  readonly name: string;
  bind(deps: ControllerDeps): RunningController;
}

export interface RunningController {
  readonly name: string;
  /** First pass over everything; from here on news wakes keys. Only while leading. */
  start(): Promise<void>;
  enqueue(key: ObjectKey, lane: Lane): void;
  /** Every object once more, in the lowest lane. */
  resync(): Promise<void>;
  /** Takes nothing more in; resolves when all passes have ended, at the latest when the signal aborts (their own signals abort then). */
  drain(deadline: AbortSignal): Promise<void>;
  /** Aborts what runs. */
  abort(reason: unknown): void;
  readonly longestRunMs: number;
  readonly pending: number;
}

export function watching<K extends KubeObject>(declaration: WatchDeclaration<K>): Watch {
  const { kind, keys, when = () => true, lane = 'dependency' } = declaration;
  const concerned = (object: K | undefined): Iterable<ObjectKey> => (object === undefined ? [] : keys(object));
  return {
    kind: kind.kind,
    connect: (enqueue) =>
      kind.store.onChange((_key, before, after) => {
        if (!when(before, after)) return;
        for (const key of concerned(before)) enqueue(key, lane);
        for (const key of concerned(after)) enqueue(key, lane);
      }),
  };
}

export function controller<T extends KubeObject<unknown, Status>, Status extends StatusBase>(
  declaration: ControllerDeclaration<T, Status>,
): Controller {
  const name = declaration.name ?? declaration.kind.kind;
  return {
    name,
    bind: (deps) => new KindController(name, declaration, deps),
  };
}

const DEFAULTS = { concurrency: 10, resyncMs: 600_000, timeoutMs: 300_000 };
const RESYNC_BATCH = 5000;
/** Misses are counted at most this often, so that quick retries of one outage are one missed look. */
const MISS_SPACING_MS = 60_000;
/** The cache did not have the newer object yet when a write was refused: its watch event is due. */
const AFTER_CONFLICT_MS = 100;

class KindController<T extends KubeObject<unknown, Status>, Status extends StatusBase> implements RunningController {
  readonly name: string;
  readonly #d: ControllerDeclaration<T, Status>;
  readonly #deps: ControllerDeps;
  readonly #queue: WorkQueue;
  readonly #committer: Committer<T>;
  readonly #meters: ControllerMeters;
  readonly #foreign: ForeignStatus;
  readonly #concurrency: number;
  readonly #resyncMs: number;
  readonly #misses = new Map<ObjectKey, { count: number; countedAt: number }>();
  readonly #gone = new Set<ObjectKey>();
  readonly #passes = new Set<Pass<T>>();
  #active = 0;
  #isStarted = false;
  #isFirstRound = true;

  constructor(name: string, declaration: ControllerDeclaration<T, Status>, deps: ControllerDeps) {
    this.name = name;
    this.#d = declaration;
    this.#deps = deps;
    this.#concurrency = declaration.concurrency ?? DEFAULTS.concurrency;
    this.#resyncMs = declaration.resyncMs ?? DEFAULTS.resyncMs;
    this.#foreign = { conditions: new Set(declaration.foreignConditions), fields: new Set(declaration.foreignFields) };
    const { clock, random, meters, kube, fence, log } = deps;
    this.#meters = new ControllerMeters(meters, name, this.#concurrency);
    const { queueWaited, queueAdded, queueRetried, statusWrites, statusAltered } = this.#meters;
    const onReady = (): void => deps.slices.request(this.#pump);
    this.#queue = new WorkQueue({ clock, random, onReady, waited: queueWaited, added: queueAdded, retried: queueRetried });
    this.#meters.observe(this.#queue, () => this.#active);
    const finalizer = declaration.finalizer ?? FINALIZER;
    this.#committer = new Committer({
      kind: declaration.kind,
      kube,
      fence,
      finalizer,
      foreign: this.#foreign,
      log,
      statusWrites,
      statusAltered,
    });
    this.#connect();
  }

  get longestRunMs(): number {
    return this.#queue.longestRunMs;
  }

  get pending(): number {
    return this.#queue.depth + this.#queue.runningCount;
  }

  async start(): Promise<void> {
    this.#isStarted = true;
    let batch = 0;
    for (const object of this.#d.kind.store.values()) {
      // What changed while nobody looked goes before what merely has to be looked at.
      const isCurrent = object.status?.observedGeneration === object.metadata.generation && object.metadata.deletionTimestamp === undefined;
      this.#queue.add(keyOf(object), isCurrent ? 'poll' : 'change');
      if (++batch % RESYNC_BATCH === 0) await nextTurn();
    }
  }

  enqueue(key: ObjectKey, lane: Lane): void {
    if (this.#isStarted) this.#queue.add(key, lane);
  }

  async resync(): Promise<void> {
    let batch = 0;
    for (const key of this.#d.kind.store.keys()) {
      this.#queue.add(key, 'poll');
      if (++batch % RESYNC_BATCH === 0) await nextTurn();
    }
  }

  async drain(deadline: AbortSignal): Promise<void> {
    const drained = this.#queue.drain();
    const onDeadline = new Promise<void>((resolve) => {
      const expire = (): void => {
        this.abort(new Error('the operator is stopping'));
        resolve();
      };
      if (deadline.aborted) expire();
      else deadline.addEventListener('abort', expire, { once: true });
    });
    await Promise.race([drained, onDeadline]);
  }

  abort(reason: unknown): void {
    for (const pass of this.#passes) pass.abort(reason);
  }

  #connect(): void {
    this.#d.kind.store.onChange((key, before, after) => {
      if (after === undefined || (before !== undefined && before.metadata.uid !== after.metadata.uid)) this.#gone.add(key);
      if (concernsReconciler(before, after)) this.enqueue(key, 'change');
    });
    for (const watch of this.#d.watches ?? []) watch.connect((key, lane) => this.enqueue(key, lane));
  }

  readonly #pump = (): boolean => {
    if (this.#active >= this.#concurrency) return false;
    const key = this.#queue.take();
    if (key === undefined) {
      this.#isFirstRound = false;
      return false;
    }
    this.#run(key);
    return true;
  };

  #run(key: ObjectKey): void {
    if (this.#gone.size > 0 && this.#gone.delete(key)) this.#forget(key);
    const object = this.#d.kind.store.get(key);
    const isDeleting = object?.metadata.deletionTimestamp !== undefined;
    if (object === undefined || (isDeleting && !this.#committer.hasFinalizer(object))) {
      this.#queue.succeed(key);
      return;
    }
    const token = object.metadata.annotations?.[ANNOTATIONS.reconcileAt];
    const isRequested = token !== undefined && token !== object.status?.lastHandledReconcileAt;
    const pass = new Pass(key, object, isRequested, this.#deps.clock);
    try {
      const { reconciler } = this.#d;
      const report = isDeleting ? reconciler.finalize(object, pass) : reconciler.reconcile(object, pass);
      if (report instanceof Promise) void this.#await(pass, report);
      else this.#settle(pass, report);
    } catch (thrown) {
      this.#background(pass, this.#fail(pass, thrown));
    }
  }

  #forget(key: ObjectKey): void {
    this.#misses.delete(key);
    this.#d.reconciler.forget?.(key);
  }

  /** A pass that has to wait for something holds a slot until it ends. */
  #background(pass: Pass<T>, work: Promise<void>): void {
    this.#enter(pass);
    void work.finally(() => this.#leave(pass));
  }

  #enter(pass: Pass<T>): void {
    this.#active++;
    this.#passes.add(pass);
  }

  #leave(pass: Pass<T>): void {
    if (!this.#passes.delete(pass)) return;
    this.#active--;
    this.#deps.slices.request(this.#pump);
  }

  async #await(pass: Pass<T>, running: Promise<Report<Status> | FinalReport<Status>>): Promise<void> {
    this.#enter(pass);
    const timeout = new OperatorError('The pass took too long', { kind: 'Retryable', reason: 'ReconcileTimeout' });
    let isLate = false;
    const cancel = this.#deps.clock.setTimer(this.#d.timeoutMs ?? DEFAULTS.timeoutMs, () => {
      isLate = true;
      this.#meters.timeouts.inc();
      pass.abort(timeout);
      this.#leave(pass); // the slot goes to others; the key stays taken until the pass really ends
    });
    try {
      const report = await running.finally(cancel);
      if (isLate) await this.#fail(pass, timeout);
      else await this.#commit(pass, report);
    } catch (thrown) {
      await this.#fail(pass, isLate ? timeout : thrown);
    } finally {
      this.#leave(pass);
    }
  }

  /** The end of a pass that did not wait: without a difference nothing is allocated and nothing waits. */
  #settle(pass: Pass<T>, report: Report<Status> | FinalReport<Status>): void {
    const isCurrent =
      !('done' in report && report.done) &&
      (report.finalizer !== 'ensure' || this.#committer.hasFinalizer(pass.object)) &&
      statusIsCurrent(pass.object, this.#wanted(pass, report), this.#foreign);
    if (!isCurrent) {
      this.#background(pass, this.#commitOrFail(pass, report));
      return;
    }
    this.#runAfterStatus(report);
    this.#succeed(pass, report);
  }

  async #commitOrFail(pass: Pass<T>, report: Report<Status> | FinalReport<Status>): Promise<void> {
    try {
      await this.#commit(pass, report);
    } catch (thrown) {
      await this.#fail(pass, thrown);
    }
  }

  async #commit(pass: Pass<T>, report: Report<Status> | FinalReport<Status>): Promise<void> {
    let { object } = pass;
    if ('done' in report && report.done) {
      const rest = await this.#committer.removeFinalizer(object);
      this.#record(object, report.events);
      if (rest === undefined || (rest.metadata.finalizers ?? []).length === 0) return this.#succeed(pass, report);
      object = rest; // others still hold it: people may want to know what we found
    } else if (report.finalizer === 'ensure' && !this.#committer.hasFinalizer(object) && object.metadata.deletionTimestamp === undefined) {
      object = await this.#committer.addFinalizer(object);
    }
    const wanted = this.#wanted(pass, report);
    const hasChanged = !statusIsCurrent(object, wanted, this.#foreign) && (await this.#committer.writeStatus(object, wanted, pass.now));
    if (hasChanged) this.#record(object, report.events);
    if (hasChanged && pass.requested) this.#recordHandled(object);
    this.#runAfterStatus(report);
    this.#succeed(pass, report);
  }

  #runAfterStatus(report: Report<Status>): void {
    if (report.afterStatus !== undefined && this.#deps.fence.isLeader()) report.afterStatus();
  }

  #wanted(pass: Pass<T>, report: Report<Status>): WantedStatus {
    const isHandled = report.retry === undefined || !mayRetrySoon(report.retry);
    return { fields: report.status as Record<string, unknown>, conditions: report.conditions, handledToken: this.#token(pass, isHandled) };
  }

  /** A request that met a passing failure stays open: the retry refreshes caches too. */
  #token(pass: Pass<T>, isHandled: boolean): string | undefined {
    const before = pass.object.status?.lastHandledReconcileAt;
    return isHandled ? (pass.object.metadata.annotations?.[ANNOTATIONS.reconcileAt] ?? before) : before;
  }

  #succeed(pass: Pass<T>, report: Report<Status>): void {
    this.#meters.passed((this.#deps.clock.monotonic() - pass.startedAt) / 1000, report.retry ? 'error' : outcomeLabel(report));
    if (report.retry !== undefined) {
      this.#requeue(pass.key, requeueOf(report.retry, this.#deps.clock.now()));
      return;
    }
    if (this.#misses.size > 0) this.#misses.delete(pass.key);
    const base = report.recheckAfterMs ?? this.#resyncMs;
    const isSpread = this.#isFirstRound && report.recheckAfterMs === undefined;
    // After a start everything has its first pass at once; the next looks are spread over the whole interval.
    const factor = isSpread ? 0.1 + 0.9 * this.#deps.random() : 0.9 + 0.2 * this.#deps.random();
    this.#queue.succeed(pass.key, base * factor);
  }

  /** Never throws: whatever went wrong, the key comes back. */
  async #fail(pass: Pass<T>, thrown: unknown): Promise<void> {
    if (thrown instanceof ObjectGone) return this.#queue.succeed(pass.key);
    if (thrown instanceof NotLeading) return this.#queue.again(pass.key, MISS_SPACING_MS);
    if (isConflict(thrown)) return this.#refresh(pass);
    const error = toOperatorError(thrown);
    if (error !== thrown) this.#meters.panics.inc();
    if (error.kind === 'Terminal') this.#meters.terminalErrors.inc();
    this.#meters.passed((this.#deps.clock.monotonic() - pass.startedAt) / 1000, 'error');
    const misses = this.#miss(pass.key);
    const outcome = outcomeOf(error, { previous: previousConditions(pass.object), misses, now: this.#deps.clock.now() });
    this.#log(pass, error, outcome);
    try {
      await this.#showFailure(pass, error, outcome);
      this.#requeue(pass.key, outcome.requeue);
    } catch (second) {
      this.#failedToShow(pass, second);
    }
  }

  async #showFailure(pass: Pass<T>, error: OperatorError, outcome: FailureOutcome): Promise<void> {
    const object = this.#d.kind.store.get(pass.key);
    if (object === undefined || object.metadata.uid !== pass.object.metadata.uid) return;
    const handledToken = this.#token(pass, !mayRetrySoon(error));
    const wanted = { fields: keptFields(object), conditions: outcome.conditions, handledToken };
    const hasChanged =
      !statusIsCurrent(object, wanted, this.#foreign) &&
      (await this.#committer.writeStatus(object, wanted, new Date(this.#deps.clock.now()).toISOString()));
    if (hasChanged && outcome.event !== undefined) this.#record(object, [outcome.event]);
  }

  #failedToShow(pass: Pass<T>, thrown: unknown): void {
    if (thrown instanceof ObjectGone) {
      this.#queue.succeed(pass.key);
    } else if (isConflict(thrown)) {
      this.#queue.again(pass.key, AFTER_CONFLICT_MS);
    } else {
      if (!(thrown instanceof NotLeading)) this.#deps.log.warn({ ...this.#fields(pass), err: thrown }, 'status not written');
      this.#queue.fail(pass.key);
    }
  }

  #requeue(key: ObjectKey, requeue: FailureOutcome['requeue']): void {
    if (requeue.how === 'backoff') this.#queue.fail(key);
    else this.#queue.retryAfter(key, requeue.afterMs);
  }

  /** The object changed while the pass ran: look at the newest and run again, silently. */
  async #refresh(pass: Pass<T>): Promise<void> {
    const { store, collection } = this.#d.kind;
    const { name, namespace } = pass.object.metadata;
    let delayMs = AFTER_CONFLICT_MS;
    try {
      const newest = await this.#deps.kube.get<T>({ ...collection, ...(namespace === undefined ? {} : { namespace }), name });
      if (newest === undefined) store.dropGone(pass.object);
      else if (store.overlay(newest).metadata.uid === pass.object.metadata.uid) delayMs = 0;
    } catch (thrown) {
      this.#deps.log.debug({ ...this.#fields(pass), err: thrown }, 'could not read the object after a conflict');
      delayMs = MISS_SPACING_MS / 60;
    }
    this.#queue.again(pass.key, delayMs);
  }

  #miss(key: ObjectKey): number {
    const now = this.#deps.clock.monotonic();
    const misses = this.#misses.get(key) ?? { count: 0, countedAt: Number.NEGATIVE_INFINITY };
    if (now - misses.countedAt >= MISS_SPACING_MS) {
      misses.count++;
      misses.countedAt = now;
      this.#misses.set(key, misses);
    }
    return misses.count;
  }

  #record(object: T, events: readonly EventInput[] | undefined): void {
    for (const event of events ?? []) this.#deps.events.record(object, event);
  }

  #recordHandled(object: T): void {
    const note = `The request of annotation ${ANNOTATIONS.reconcileAt} was handled`;
    this.#deps.events.record(object, { type: 'Normal', reason: 'ReconcileRequestHandled', note });
  }

  #log(pass: Pass<T>, error: OperatorError, outcome: FailureOutcome): void {
    this.#deps.log[outcome.level]({ ...this.#fields(pass), kind: error.kind, reason: error.reason, err: error }, 'reconcile failed');
  }

  #fields(pass: Pass<T>): object {
    const { name, namespace, generation } = pass.object.metadata;
    return { controller: this.name, namespace, name, generation, reconcileId: pass.reconcileId };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function mayRetrySoon(error: OperatorError): boolean {
  return error.kind === 'Retryable' || error.kind === 'Throttled';
}

function outcomeLabel(report: Report<StatusBase>): 'success' | 'requeue_after' {
  return report.recheckAfterMs === undefined ? 'success' : 'requeue_after';
}
