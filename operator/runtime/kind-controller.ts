import { ANNOTATIONS, FINALIZER } from '../api/group.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { Committer } from './commit.ts';
import type { Controller, ControllerDeclaration, ControllerDeps, RunningController } from './controller.ts';
import { ControllerMeters } from './controller-meters.ts';
import { Pass } from './pass.ts';
import { PassEnding } from './pass-ending.ts';
import { concernsReconciler } from './predicates.ts';
import { type Lane, WorkQueue } from './queue.ts';
import type { FinalReport, Report, StatusBase } from './reconciler.ts';

const DEFAULTS = { concurrency: 10, resyncMs: 600_000, timeoutMs: 300_000 };
const RESYNC_BATCH = 5000;

/** One kind's controller at work: which key runs when, in how many slots, and for how long at most. How a pass ends is PassEnding's. */
class KindController<T extends KubeObject<unknown, Status>, Status extends StatusBase> implements RunningController {
  readonly name: string;
  readonly #d: ControllerDeclaration<T, Status>;
  readonly #deps: ControllerDeps;
  readonly #queue: WorkQueue;
  readonly #committer: Committer<T>;
  readonly #ending: PassEnding<T, Status>;
  readonly #meters: ControllerMeters;
  readonly #concurrency: number;
  readonly #timeoutMs: number;
  readonly #gone = new Set<ObjectKey>();
  readonly #passes = new Set<Pass<T>>();
  #active = 0;
  #isStarted = false;

  constructor(name: string, declaration: ControllerDeclaration<T, Status>, deps: ControllerDeps) {
    this.name = name;
    this.#d = declaration;
    this.#deps = deps;
    this.#concurrency = declaration.concurrency ?? DEFAULTS.concurrency;
    this.#timeoutMs = declaration.timeoutMs ?? DEFAULTS.timeoutMs;
    const { clock, random, kube, fence, log } = deps;
    this.#meters = new ControllerMeters(deps.meters, name, this.#concurrency);
    const { queueWaited, queueAdded, queueRetried, statusWrites, statusAltered } = this.#meters;
    const onReady = (): void => deps.slices.request(this.#pump);
    this.#queue = new WorkQueue({ clock, random, onReady, waited: queueWaited, added: queueAdded, retried: queueRetried });
    this.#meters.observe(this.#queue, () => this.#active);
    const { kind, finalizer = FINALIZER, foreignConditions, foreignFields } = declaration;
    const foreign = { conditions: new Set(foreignConditions), fields: new Set(foreignFields) };
    this.#committer = new Committer({ kind, kube, fence, finalizer, foreign, log, statusWrites, statusAltered });
    this.#ending = new PassEnding({
      name,
      kind,
      deps,
      foreign,
      queue: this.#queue,
      committer: this.#committer,
      meters: this.#meters,
      resyncMs: declaration.resyncMs ?? DEFAULTS.resyncMs,
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
      this.enqueue(key, 'poll');
      if (++batch % RESYNC_BATCH === 0) await nextTurn();
    }
  }

  async drain(deadline: AbortSignal): Promise<void> {
    const drained = this.#queue.drain();
    const expired = new Promise<void>((resolve) => {
      const expire = (): void => {
        for (const pass of this.#passes) pass.abort(new Error('the operator is stopping'));
        resolve();
      };
      if (deadline.aborted) expire();
      else deadline.addEventListener('abort', expire, { once: true });
    });
    await Promise.race([drained, expired]);
  }

  #connect(): void {
    this.#d.kind.store.onChange((key, before, after) => {
      if (after === undefined) this.#gone.add(key);
      if (concernsReconciler(before, after)) this.enqueue(key, 'change');
    });
    for (const watch of this.#d.watches ?? []) watch.connect((key, lane) => this.enqueue(key, lane));
  }

  readonly #pump = (): boolean => {
    if (this.#active >= this.#concurrency) return false;
    const key = this.#queue.take();
    if (key === undefined) {
      this.#ending.firstRoundIsOver();
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
      if (report instanceof Promise) this.#hold(pass, this.#outlast(pass, report));
      else if (!this.#ending.endUnchanged(pass, report)) this.#hold(pass, this.#ending.end(pass, report));
    } catch (thrown) {
      this.#hold(pass, this.#ending.fail(pass, thrown));
    }
  }

  #forget(key: ObjectKey): void {
    this.#ending.forget(key);
    try {
      this.#d.reconciler.forget?.(key);
    } catch (thrown) {
      this.#meters.panics.inc();
      this.#deps.log.error({ controller: this.name, key, err: thrown }, 'a reconciler failed to forget an object');
    }
  }

  /** A pass that waits for something holds a slot until it ends. */
  #hold(pass: Pass<T>, work: Promise<void>): void {
    this.#active++;
    this.#passes.add(pass);
    void work.finally(() => this.#freeSlot(pass)); // PassEnding never rejects
  }

  #freeSlot(pass: Pass<T>): void {
    if (!this.#passes.delete(pass)) return;
    this.#active--;
    this.#deps.slices.request(this.#pump);
  }

  /** When the time is up the slot goes to others; the key stays taken until the pass really ends: never two runs of one key. */
  async #outlast(pass: Pass<T>, running: Promise<Report<Status> | FinalReport<Status>>): Promise<void> {
    const timeout = new OperatorError('The pass took too long', { kind: 'Retryable', reason: 'ReconcileTimeout' });
    let isLate = false;
    const cancel = this.#deps.clock.setTimer(this.#timeoutMs, () => {
      isLate = true;
      this.#meters.timeouts.inc();
      pass.abort(timeout);
      this.#freeSlot(pass);
    });
    try {
      const report = await running;
      cancel();
      if (isLate) await this.#ending.fail(pass, timeout);
      else if (!this.#ending.endUnchanged(pass, report)) await this.#ending.end(pass, report);
    } catch (thrown) {
      cancel();
      await this.#ending.fail(pass, isLate ? timeout : thrown);
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Declares a controller for one kind; the runtime binds it to its dependencies and starts it. */
export function controller<T extends KubeObject<unknown, Status>, Status extends StatusBase>(
  declaration: ControllerDeclaration<T, Status>,
): Controller {
  const name = declaration.name ?? declaration.kind.kind;
  return {
    name,
    bind: (deps) => new KindController(name, declaration, deps),
  };
}
