import { CacheAudit } from './cache-audit.ts';
import type { Clock } from './clock.ts';
import type { Controller, RunningController } from './controller.ts';
import { EventRecorder } from './events.ts';
import type { Kube } from './kube.ts';
import type { KubeWriter } from './kube-client.ts';
import { alwaysLeader, type Fence, LeaderElector, LeadershipLost } from './leader.ts';
import type { LeaseTimes } from './lease.ts';
import type { Log } from './log.ts';
import type { Meters } from './meters.ts';
import { Reflector } from './reflector.ts';
import { Slices } from './slices.ts';
import { Supervisor } from './supervisor.ts';
import type { KubeTransport } from './transport.ts';
import type { WakeUps } from './wake-ups.ts';
import type { FedKind } from './watched-kind.ts';

export interface RuntimeOptions {
  readonly transport: KubeTransport;
  readonly kube: Kube & KubeWriter;
  readonly clock: Clock;
  /** 0 ≤ x < 1; for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly meters: Meters;
  /** Every kind that is watched, also those without a controller. */
  readonly kinds: readonly FedKind[];
  readonly controllers: readonly Controller[];
  readonly wakeUps?: WakeUps;
  /** Namespaces to watch; absent or empty: all. */
  readonly namespaces?: readonly string[];
  /** Absent: this process leads without asking. */
  readonly election?: { readonly namespace: string; readonly name: string; readonly identity: string; readonly times?: LeaseTimes };
  readonly events: { readonly reportingController: string; readonly reportingInstance: string };
  /** Default 2 min. */
  readonly syncTimeoutMs?: number;
  /** Default 25 s; must be less than the pod's grace period. */
  readonly drainTimeoutMs?: number;
}

/** Why the process should end, with the exit code of the operator's table (operator-practice 0.8). */
export interface Finish {
  readonly code: 0 | 1;
  readonly why: 'stopped' | 'leadershipLost' | 'notSynced' | 'hopeless';
  readonly error?: unknown;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Runtime {
  /** Never rejects. Everything is stopped when it resolves. */
  readonly finished: Promise<Finish>;
  /** Resolves when the caches are complete; never, when they do not get so (see `finished`). */
  readonly synced: Promise<void>;
  /** Resolves when this process leads and its workers run. */
  readonly leading: Promise<void>;
  /** Asked before every outside write. */
  readonly fence: Fence;
  readonly events: EventRecorder;
  /** Ready: caches synced and fed. A standby is ready too. */
  readiness(): readonly Check[];
  /** Alive: loops and elector running. Never depends on anything outside the cluster. */
  liveness(): readonly Check[];
  /** Every object of every controller once more. */
  resync(): Promise<void>;
  /** Keys waiting or running. */
  readonly pending: number;
  /** Drain, stop watching, release the lease. Ends as `finished` does. */
  stop(): Promise<Finish>;
}

/** Starts everything and returns at once. Nothing here knows a kind. */
export function startRuntime(options: RuntimeOptions): Runtime {
  return new RunningRuntime(options);
}

const DEFAULT_SYNC_TIMEOUT_MS = 120_000;
const DEFAULT_DRAIN_TIMEOUT_MS = 25_000;
const EVENT_FLUSH_MS = 2000;
const SILENT_TOO_LONG_MS = 300_000;
const ELECTOR_IDLE_MS = 30_000;

class RunningRuntime implements Runtime {
  readonly fence: Fence;
  readonly events: EventRecorder;
  readonly finished: Promise<Finish>;
  readonly synced: Promise<void>;
  readonly leading: Promise<void>;
  readonly #o: RuntimeOptions;
  readonly #elector: LeaderElector | undefined;
  readonly #supervisor: Supervisor;
  readonly #reflectors: { readonly name: string; readonly reflector: Reflector }[] = [];
  readonly #controllers: readonly RunningController[];
  readonly #stopElection = new AbortController();
  readonly #stopStarting = new AbortController();
  #finish: ((finish: Finish) => void) | undefined;
  #markSynced: (() => void) | undefined;
  #markLeading: (() => void) | undefined;
  #election: Promise<void> = Promise.resolve();
  #ending: Promise<Finish> | undefined;

  constructor(options: RuntimeOptions) {
    this.#o = options;
    const { clock, random, log, meters, kube, transport } = options;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
    this.leading = new Promise((resolve) => {
      this.#markLeading = resolve;
    });
    this.#elector =
      options.election === undefined ? undefined : new LeaderElector({ kube, transport, clock, random, log, meters, ...options.election });
    this.fence = this.#elector ?? alwaysLeader;
    this.events = new EventRecorder({ kube, clock, log, meters, ...options.events });
    const onHopeless = (loop: string, error: unknown): void =>
      void this.#end({ code: 1, why: 'hopeless', error: error ?? new Error(`loop ${loop} keeps ending`) });
    this.#supervisor = new Supervisor({ clock, log, meters, onHopeless });
    const slices = new Slices(clock);
    const deps = { kube, fence: this.fence, events: this.events, slices, clock, random, log, meters };
    this.#controllers = options.controllers.map((controller) => controller.bind(deps));
    this.#watch();
    void this.#start();
  }

  get pending(): number {
    return this.#controllers.reduce((sum, controller) => sum + controller.pending, 0);
  }

  readiness(): readonly Check[] {
    const stopping: Check = {
      name: 'running',
      ok: this.#ending === undefined,
      detail: this.#ending === undefined ? 'running' : 'stopping',
    };
    const caches = this.#reflectors.map(({ name, reflector }) => {
      const { synced, silentForMs, trouble } = reflector.health();
      const age = `last byte ${Math.round(silentForMs / 1000)} s ago`;
      const detail = trouble ?? (synced ? `synced, ${age}` : 'waiting for the first list');
      return { name: `cache-${name}`, ok: synced && silentForMs < SILENT_TOO_LONG_MS, detail };
    });
    return [stopping, ...caches];
  }

  liveness(): readonly Check[] {
    const { fallen } = this.#supervisor;
    const loops: Check = {
      name: 'loops',
      ok: fallen.length === 0,
      detail: fallen.length === 0 ? 'all running' : `ended: ${fallen.join(', ')}`,
    };
    if (this.#elector === undefined) return [loops];
    const idle = this.#elector.idleMs;
    return [loops, { name: 'leader-election', ok: idle < ELECTOR_IDLE_MS, detail: `last turn ${Math.round(idle / 1000)} s ago` }];
  }

  async resync(): Promise<void> {
    for (const controller of this.#controllers) await controller.resync();
  }

  stop(): Promise<Finish> {
    return this.#end({ code: 0, why: 'stopped' });
  }

  #watch(): void {
    const { transport, kube, clock, random, log, meters, kinds, namespaces = [] } = this.#o;
    for (const { kind, collection, clusterScoped, store } of kinds) {
      const scopes = clusterScoped || namespaces.length === 0 ? [undefined] : namespaces;
      const failures = meters.counter('trunkline_watch_handler_errors_total', 'Exceptions thrown by consumers of watch events', {
        kind: collection.plural,
      });
      store.reportListenerErrors((key, thrown) => {
        failures.inc();
        log.error({ kind, key, err: thrown }, 'a consumer of watch events failed');
      });
      meters.observedGauge('trunkline_cache_objects', 'Objects in the cache', { kind: collection.plural }, () => store.size);
      for (const namespace of scopes) {
        const where = namespace === undefined ? collection : { ...collection, namespace };
        const reflector = new Reflector({ collection: where, transport, sink: store.feed(namespace), clock, random, log, meters });
        const name = namespace === undefined ? collection.plural : `${collection.plural}-${namespace}`;
        this.#reflectors.push({ name, reflector });
        this.#supervisor.start(`watch-${name}`, (signal) => reflector.run(signal));
        const audit = new CacheAudit({
          collection: where,
          store,
          transport,
          kube,
          clock,
          random,
          log,
          meters,
          relist: () => reflector.relist(),
        });
        this.#supervisor.start(`audit-${name}`, (signal) => audit.run(signal));
        const age = (): number => reflector.health().silentForMs / 1000;
        meters.observedGauge(
          'trunkline_watch_last_event_age_seconds',
          'Since the last byte of the watch, bookmarks included',
          { kind: name },
          age,
        );
      }
    }
  }

  async #start(): Promise<void> {
    const { signal } = this.#stopStarting;
    try {
      await this.#waitForSync(signal);
      this.#markSynced?.();
      await this.#elector?.acquire(signal);
      signal.throwIfAborted();
      this.#election = this.#keepLeading();
      this.#o.wakeUps?.connect((kind, key, lane) => this.#controllers.find((one) => one.name === kind)?.enqueue(key, lane));
      for (const controller of this.#controllers) await controller.start();
      this.#markLeading?.();
    } catch (thrown) {
      if (!signal.aborted) void this.#end({ code: 1, why: 'notSynced', error: thrown });
    }
  }

  async #keepLeading(): Promise<void> {
    try {
      await this.#elector?.hold(this.#stopElection.signal);
    } catch (thrown) {
      void this.#end({ code: 1, why: thrown instanceof LeadershipLost ? 'leadershipLost' : 'hopeless', error: thrown });
    }
  }

  /** No worker starts on a part of the picture: a claim or reference that is merely not loaded yet would look absent. */
  async #waitForSync(signal: AbortSignal): Promise<void> {
    const { clock, kinds } = this.#o;
    const deadline = clock.monotonic() + (this.#o.syncTimeoutMs ?? DEFAULT_SYNC_TIMEOUT_MS);
    while (!kinds.every(({ store }) => store.synced)) {
      if (clock.monotonic() >= deadline) throw new Error(`caches not synced in time: ${this.#unsynced()}`);
      await clock.sleep(25, signal);
    }
  }

  #unsynced(): string {
    const waiting = this.#reflectors.filter(({ reflector }) => !reflector.health().synced);
    return waiting.map(({ name, reflector }) => `${name} (${reflector.health().trouble ?? 'no answer yet'})`).join(', ');
  }

  #end(finish: Finish): Promise<Finish> {
    this.#ending ??= this.#shutDown(finish);
    return this.#ending;
  }

  async #shutDown(finish: Finish): Promise<Finish> {
    const { log, wakeUps } = this.#o;
    if (finish.code === 0) log.info({}, 'stopping');
    else log.error({ why: finish.why, err: finish.error }, 'cannot go on, stopping');
    wakeUps?.connect(undefined);
    this.#stopStarting.abort(new Error('stopping'));
    await this.#drain(finish.code === 0);
    if (finish.code === 0) await this.events.flush(EVENT_FLUSH_MS);
    this.#stopElection.abort();
    await this.#election;
    await this.#supervisor.stop();
    if (finish.code === 0) await this.#elector?.release().catch((err: unknown) => log.warn({ err }, 'lease not released, it will expire'));
    this.#finish?.(finish);
    return finish;
  }

  /** While passes end the lease is still renewed; a process that lost it aborts them instead. */
  async #drain(isOrderly: boolean): Promise<void> {
    const deadline = new AbortController();
    const cancel = this.#o.clock.setTimer(isOrderly ? (this.#o.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS) : 0, () => deadline.abort());
    await Promise.all(this.#controllers.map((controller) => controller.drain(deadline.signal)));
    cancel();
  }
}
