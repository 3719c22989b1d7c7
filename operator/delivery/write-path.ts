import { type Driver, type Target, targetKey, type Verdict } from '../domain/change/driver.ts';
import { OperatorError, toOperatorError } from '../errors/operator-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { type ApplyDeps, applyGroup, applySingle } from './apply.ts';
import type { Dispatcher } from './dispatcher.ts';
import { GroupLine, observedChanged } from './group-commit.ts';
import type { Answer, Job } from './job-queue.ts';
import type { MarkKeeper } from './open-mark.ts';
import type { SnapshotStore } from './snapshot.ts';
import type { Part, Submitted } from './submitted.ts';

export interface WritePathDeps extends Omit<ApplyDeps, 'refusal' | 'record' | 'marks'> {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly snapshots: SnapshotStore;
  readonly marks: MarkKeeper | undefined;
  readonly driverOf: (target: Target) => Driver<unknown>;
  readonly fence: () => OperatorError | undefined;
  readonly record: (part: Part, verdict: Verdict) => void;
  readonly wake: (owner: string) => void;
}

type GroupLimits = NonNullable<Driver<unknown>['group']>;

/** How submitted work gets into its lane: past open marks, alone or in a group, and refused while nothing may be written. */
export class WritePath {
  readonly #deps: WritePathDeps;
  readonly #applyDeps: ApplyDeps;
  readonly #groups = new Map<string, GroupLine>();
  readonly #jobs = new WeakMap<Submitted, Job>();
  /** Writes of which something may still be on the wire. */
  readonly #writing = new Set<Promise<void>>();
  readonly #refusals = new WeakSet<OperatorError>();
  readonly #refusedOwners = new Set<string>();
  #paused: OperatorError | undefined;

  constructor(deps: WritePathDeps) {
    this.#deps = deps;
    this.#applyDeps = { ...deps, refusal: () => this.#refusal(), record: (part, verdict) => this.#record(part, verdict) };
  }

  get groupCount(): number {
    return this.#groups.size;
  }

  /** Work for a target with a foreign mark waits outside the lane, so that reads and other targets go on. */
  queue(work: Submitted): void {
    const driver = this.#deps.driverOf(work.target);
    if (!driver.marked || this.#deps.marks === undefined) {
      this.#lineUp(work, driver);
      return;
    }
    this.#deps.marks.clearance(work.target).then(
      (hadForeign) => this.#cleared(work, driver, hadForeign),
      (thrown: unknown) => this.#failRest(work, toOperatorError(thrown)),
    );
  }

  /** The content or priority of queued work changed. */
  reconsider(work: Submitted): void {
    this.#groups.get(targetKey(work.target))?.reconsider(work);
    const job = this.#jobs.get(work);
    if (job !== undefined) this.#deps.dispatcher.raise(work.target.lane, job, work.priority);
  }

  /** Work was withdrawn: what of it still waits leaves its line. */
  dequeue(work: Submitted): void {
    this.#groups.get(targetKey(work.target))?.drop(work);
    const job = this.#jobs.get(work);
    if (job !== undefined) this.#deps.dispatcher.remove(work.target.lane, job);
  }

  forget(owner: string): void {
    this.#refusedOwners.delete(owner);
  }

  pause(reason: OperatorError): void {
    this.#paused = reason;
  }

  resume(): void {
    this.#paused = undefined;
    this.#deps.marks?.reset();
    for (const owner of this.#refusedOwners) this.#deps.wake(owner);
    this.#refusedOwners.clear();
  }

  /** Sends nothing more; resolves when nothing is on the wire. */
  async stop(): Promise<void> {
    this.#paused = new OperatorError('The operator is stopping', { kind: 'Retryable', reason: 'ShuttingDown' });
    for (const group of this.#groups.values()) group.stop();
    while (this.#writing.size > 0) await Promise.all(this.#writing);
    await this.#deps.marks?.settled();
  }

  #cleared(work: Submitted, driver: Driver<unknown>, hadForeign: boolean): void {
    if (work.isWithdrawn) return;
    if (hadForeign) this.#deps.snapshots.invalidate(work.target);
    // A group commit plans on a fresh read anyway; a single set was planned on what the other process may have changed since.
    if (hadForeign && driver.group === undefined) this.#failRest(work, observedChanged());
    else this.#lineUp(work, driver);
  }

  #failRest(work: Submitted, error: OperatorError): void {
    for (const part of work.take(() => true)) this.#deps.record(part, { change: part.change, result: 'failed', error });
  }

  #lineUp(work: Submitted, driver: Driver<unknown>): void {
    if (driver.group === undefined) this.#lineUpAlone(work, driver);
    else this.#groupOf(work.target, driver, driver.group).add(work);
  }

  #lineUpAlone(work: Submitted, driver: Driver<unknown>): void {
    const { target, priority } = work;
    const run = async (): Promise<Answer> => {
      if (work.isWithdrawn) return { health: 'silent' };
      return this.#track(applySingle(this.#applyDeps, target, driver, work));
    };
    const job: Job = { fairKey: targetKey(target), mode: 'write', priority, run };
    this.#jobs.set(work, job);
    this.#deps.dispatcher.add(target.lane, job);
  }

  #groupOf(target: Target, driver: Driver<unknown>, limits: GroupLimits): GroupLine {
    const key = targetKey(target);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const { clock, dispatcher } = this.#deps;
    const line = new GroupLine(key, limits, {
      clock,
      queue: (job) => dispatcher.add(target.lane, job),
      raise: (job, priority) => dispatcher.raise(target.lane, job, priority),
      apply: async (parts) => {
        if (line.isEmpty) this.#groups.delete(key);
        return this.#track(applyGroup(this.#applyDeps, target, driver, parts));
      },
    });
    this.#groups.set(key, line);
    return line;
  }

  #refusal(): OperatorError | undefined {
    const refusal = this.#paused ?? this.#deps.fence();
    if (refusal !== undefined) this.#refusals.add(refusal);
    return refusal;
  }

  /** Owners that were refused are woken when writing goes on. */
  #record(part: Part, verdict: Verdict): void {
    const isRefused = verdict.result === 'failed' && this.#refusals.has(verdict.error);
    if (isRefused && !part.work.isWithdrawn) this.#refusedOwners.add(part.work.owner);
    this.#deps.record(part, verdict);
  }

  #track(running: Promise<Answer>): Promise<Answer> {
    const tracked: Promise<void> = running.then((answer) => answer.ended).finally(() => this.#writing.delete(tracked));
    this.#writing.add(tracked);
    return running;
  }
}
