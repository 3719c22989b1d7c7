import { ANNOTATIONS } from '../api/group.ts';
import type { KubeObject, ObjectKey } from '../api/meta.ts';
import { type OperatorError, toOperatorError } from '../errors/operator-error.ts';
import { type Committer, NotLeading, ObjectGone } from './commit.ts';
import type { ControllerDeps } from './controller.ts';
import type { ControllerMeters } from './controller-meters.ts';
import { isConflict } from './kube-failure.ts';
import { type FailureOutcome, outcomeOf, type Requeue, requeueOf, stalledEvent } from './outcome.ts';
import type { Pass } from './pass.ts';
import type { WorkQueue } from './queue.ts';
import type { EventInput, FinalReport, Report, StatusBase } from './reconciler.ts';
import { type ForeignStatus, keptFields, previousConditions, statusIsCurrent, type WantedStatus } from './status.ts';
import type { WatchedKind } from './watched-kind.ts';

/** Misses are counted at most this often: quick retries of one outage are one missed look. */
const MISS_SPACING_MS = 60_000;
/** The cache did not have the newer object yet when a write was refused: its watch event is due. */
const AFTER_CONFLICT_MS = 100;
const AFTER_FAILED_READ_MS = 1000;

export interface PassEndingOptions<T extends KubeObject> {
  readonly name: string;
  readonly kind: WatchedKind<T>;
  readonly deps: ControllerDeps;
  readonly foreign: ForeignStatus;
  readonly queue: WorkQueue;
  readonly committer: Committer<T>;
  readonly meters: ControllerMeters;
  readonly resyncMs: number;
}

/**
 * What follows a pass: finalizer first, then one status write if anything differs, then the reconciler's `afterStatus`; events; and when the
 * key comes back. None of its methods throws or rejects, and each gives the key back to the queue exactly once.
 */
export class PassEnding<T extends KubeObject<unknown, Status>, Status extends StatusBase> {
  readonly #o: PassEndingOptions<T>;
  readonly #misses = new Map<ObjectKey, { count: number; countedAt: number }>();
  #isFirstRound = true;

  constructor(options: PassEndingOptions<T>) {
    this.#o = options;
  }

  /** Until now everything had its first pass at once; the looks after it are spread over the whole interval. */
  firstRoundIsOver(): void {
    this.#isFirstRound = false;
  }

  forget(key: ObjectKey): void {
    this.#misses.delete(key);
  }

  /** Ends the pass here and now if there is nothing to write; else false. The way of every unchanged object: nothing is awaited. */
  endUnchanged(pass: Pass<T>, report: Report<Status> | FinalReport<Status>): boolean {
    if ('done' in report && report.done) return false;
    if (report.finalizer === 'ensure' && !this.#o.committer.hasFinalizer(pass.object)) return false;
    if (!statusIsCurrent(pass.object, this.#wanted(pass, report), this.#o.foreign)) return false;
    try {
      this.#runAfterStatus(report);
    } catch {
      return false; // `end` runs it again and tells what it throws
    }
    this.#succeed(pass, report);
    return true;
  }

  async end(pass: Pass<T>, report: Report<Status> | FinalReport<Status>): Promise<void> {
    try {
      await this.#commit(pass, report);
    } catch (thrown) {
      await this.fail(pass, thrown);
      return;
    }
    this.#succeed(pass, report);
  }

  /** Whatever went wrong, it is shown in the object's conditions and the key comes back. */
  async fail(pass: Pass<T>, thrown: unknown): Promise<void> {
    const { queue, deps, meters } = this.#o;
    if (thrown instanceof ObjectGone) return queue.succeed(pass.key);
    if (thrown instanceof NotLeading) return queue.again(pass.key, MISS_SPACING_MS);
    if (isConflict(thrown)) return this.#lookAgain(pass);
    const error = toOperatorError(thrown);
    if (error !== thrown) meters.panics.inc();
    if (error.kind === 'Terminal') meters.terminalErrors.inc();
    meters.passed((deps.clock.monotonic() - pass.startedAt) / 1000, 'error');
    const outcome = outcomeOf(error, { previous: previousConditions(pass.object), misses: this.#miss(pass.key), now: deps.clock.now() });
    deps.log[outcome.level]({ ...this.#fields(pass), kind: error.kind, reason: error.reason, err: error }, 'reconcile failed');
    try {
      await this.#show(pass, error, outcome);
    } catch (second) {
      this.#failedToShow(pass, second);
      return;
    }
    this.#requeue(pass.key, outcome.requeue);
  }

  async #commit(pass: Pass<T>, report: Report<Status> | FinalReport<Status>): Promise<void> {
    const { committer, foreign } = this.#o;
    let { object } = pass;
    if ('done' in report && report.done) {
      const rest = await committer.removeFinalizer(object);
      this.#record(object, report.events);
      if ((rest?.metadata.finalizers ?? []).length === 0 || rest === undefined) return;
      object = rest; // others still hold it: people may want to know what we found
    } else if (report.finalizer === 'ensure' && !committer.hasFinalizer(object) && object.metadata.deletionTimestamp === undefined) {
      object = await committer.addFinalizer(object);
    }
    const wanted = this.#wanted(pass, report);
    if (!statusIsCurrent(object, wanted, foreign) && (await committer.writeStatus(object, wanted, pass.now))) {
      this.#record(object, this.#eventsOf(pass, report));
      if (pass.requested && wanted.handledToken !== pass.object.status?.lastHandledReconcileAt) this.#record(object, [REQUEST_HANDLED]);
    }
    this.#runAfterStatus(report);
  }

  /** What the reconciler tells, and that the object has stalled unless that was just told. */
  #eventsOf(pass: Pass<T>, { events = [], conditions }: Report<Status>): EventInput[] {
    const stalled = stalledEvent(previousConditions(pass.object), conditions);
    return [...events, ...stalled.filter(({ reason }) => events.every((told) => told.reason !== reason))];
  }

  #runAfterStatus(report: Report<Status>): void {
    if (report.afterStatus !== undefined && this.#o.deps.fence.isLeader()) report.afterStatus();
  }

  #wanted(pass: Pass<T>, report: Report<Status>): WantedStatus {
    const isHandled = report.retry === undefined || !comesBackSoon(report.retry);
    return { fields: report.status as Record<string, unknown>, conditions: report.conditions, handledToken: this.#token(pass, isHandled) };
  }

  /** A request that met a passing failure stays open: the retry refreshes caches too. */
  #token(pass: Pass<T>, isHandled: boolean): string | undefined {
    const before = pass.object.status?.lastHandledReconcileAt;
    return isHandled ? (pass.object.metadata.annotations?.[ANNOTATIONS.reconcileAt] ?? before) : before;
  }

  #succeed(pass: Pass<T>, report: Report<Status>): void {
    const { deps, queue, meters, resyncMs } = this.#o;
    const seconds = (deps.clock.monotonic() - pass.startedAt) / 1000;
    if (report.retry !== undefined) {
      meters.passed(seconds, 'error');
      this.#requeue(pass.key, requeueOf(report.retry, deps.clock.now()), report.deadlineMs);
      return;
    }
    meters.passed(seconds, report.recheckAfterMs === undefined ? 'success' : 'requeue_after');
    if (this.#misses.size > 0) this.#misses.delete(pass.key);
    const { recheckAfterMs, deadlineMs = Number.POSITIVE_INFINITY } = report;
    queue.succeed(pass.key, Math.min(recheckAfterMs === undefined ? resyncMs * this.#spread() : this.#later(recheckAfterMs), deadlineMs));
  }

  /** After the first round over the whole interval, then around it. */
  #spread(): number {
    const random = this.#o.deps.random();
    return this.#isFirstRound ? 0.1 + 0.9 * random : 0.9 + 0.2 * random;
  }

  /** Never sooner than asked: whoever comes to look for what is due then would find it not due yet, and stay away for as long again. */
  #later(recheckAfterMs: number): number {
    return recheckAfterMs * (1 + 0.1 * this.#o.deps.random());
  }

  async #show(pass: Pass<T>, error: OperatorError, outcome: FailureOutcome): Promise<void> {
    const object = this.#o.kind.store.get(pass.key);
    if (object === undefined || object.metadata.uid !== pass.object.metadata.uid) return;
    const handledToken = this.#token(pass, !comesBackSoon(error));
    const wanted = { fields: keptFields(object), conditions: outcome.conditions, handledToken };
    if (statusIsCurrent(object, wanted, this.#o.foreign)) return;
    const now = new Date(this.#o.deps.clock.now()).toISOString();
    if ((await this.#o.committer.writeStatus(object, wanted, now)) && outcome.event !== undefined) this.#record(object, [outcome.event]);
  }

  #failedToShow(pass: Pass<T>, thrown: unknown): void {
    const { queue, deps } = this.#o;
    if (thrown instanceof ObjectGone) {
      queue.succeed(pass.key);
    } else if (isConflict(thrown)) {
      queue.again(pass.key, AFTER_CONFLICT_MS);
    } else {
      if (!(thrown instanceof NotLeading)) deps.log.warn({ ...this.#fields(pass), err: thrown }, 'status not written');
      queue.fail(pass.key);
    }
  }

  #requeue(key: ObjectKey, requeue: Requeue, deadlineMs = Number.POSITIVE_INFINITY): void {
    if (requeue.how === 'backoff') this.#o.queue.fail(key);
    else this.#o.queue.retryAfter(key, Math.min(requeue.afterMs, deadlineMs));
  }

  /** The object changed while the pass ran: take the newest and run again, silently. */
  async #lookAgain(pass: Pass<T>): Promise<void> {
    const { kind, deps, queue } = this.#o;
    const { name, namespace } = pass.object.metadata;
    let delayMs = AFTER_CONFLICT_MS;
    try {
      const newest = await deps.kube.get<T>({ ...kind.collection, ...(namespace === undefined ? {} : { namespace }), name });
      if (newest === undefined) kind.store.dropGone(pass.object);
      else if (kind.store.overlay(newest).metadata.uid === pass.object.metadata.uid) delayMs = 0;
    } catch (thrown) {
      deps.log.debug({ ...this.#fields(pass), err: thrown }, 'could not read the object after a conflict');
      delayMs = AFTER_FAILED_READ_MS;
    }
    queue.again(pass.key, delayMs);
  }

  #miss(key: ObjectKey): number {
    const now = this.#o.deps.clock.monotonic();
    const misses = this.#misses.get(key) ?? { count: 0, countedAt: Number.NEGATIVE_INFINITY };
    if (now - misses.countedAt < MISS_SPACING_MS) return misses.count;
    this.#misses.set(key, { count: misses.count + 1, countedAt: now });
    return misses.count + 1;
  }

  #record(object: T, events: readonly EventInput[] | undefined): void {
    for (const event of events ?? []) this.#o.deps.events.record(object, event);
  }

  #fields(pass: Pass<T>): object {
    const { name, namespace, generation } = pass.object.metadata;
    return { controller: this.#o.name, namespace, name, generation, reconcileId: pass.reconcileId };
  }
}

const REQUEST_HANDLED: EventInput = {
  type: 'Normal',
  reason: 'ReconcileRequestHandled',
  note: `The request of annotation ${ANNOTATIONS.reconcileAt} was handled`,
};

function comesBackSoon(error: OperatorError): boolean {
  return error.kind === 'Retryable' || error.kind === 'Throttled';
}
