import type { CancelTimer } from '../runtime/clock.ts';
import type { Priority } from './delivery.ts';
import { type Job, PRIORITIES } from './job-queue.ts';
import { Lane, type LaneDeps } from './lane.ts';

export interface DispatcherDeps extends Omit<LaneDeps, 'onReady'> {
  readonly onInFlight: (calls: number) => void;
}

const SWEEP_MS = 30_000;

/** Shares the calls in flight among all lanes: best priority first, lanes in turn. Lanes come with their first job and go when idle. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that could start a job of that priority, in the order of their turns. A lane stands in one of them at most. */
  readonly #turns: Readonly<Record<Priority, Set<Lane>>> = { urgent: new Set(), change: new Set(), poll: new Set() };
  #running = 0;
  #isDispatching = false;
  #isClosed = false;
  #sweep: CancelTimer | undefined;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  get laneCount(): number {
    return this.#lanes.size;
  }

  add(laneName: string, job: Job): void {
    if (this.#isClosed) return;
    const lane = this.#lanes.get(laneName) ?? this.#open(laneName);
    lane.add(job);
    this.#ready(lane);
  }

  /** Moves a waiting job up to a better priority. */
  raise(laneName: string, job: Job, priority: Priority): void {
    const lane = this.#lanes.get(laneName);
    if (lane === undefined || PRIORITIES.indexOf(priority) >= PRIORITIES.indexOf(job.priority)) return;
    lane.raise(job, priority);
    this.#ready(lane);
  }

  remove(laneName: string, job: Job): void {
    const lane = this.#lanes.get(laneName);
    if (lane?.remove(job)) this.#ready(lane);
  }

  /** What stands behind the lane is reached in another way: it is not spared any longer for having failed. */
  renew(laneName: string): void {
    const lane = this.#lanes.get(laneName);
    if (lane === undefined) return;
    lane.renew();
    this.#ready(lane);
  }

  /** Nothing new starts from now on. */
  close(): void {
    this.#isClosed = true;
    this.#sweep?.();
    for (const lane of this.#lanes.values()) lane.stop();
    for (const priority of PRIORITIES) this.#turns[priority].clear();
  }

  #open(name: string): Lane {
    const { clock, random, limits, onBreaker } = this.#deps;
    const lane = new Lane(name, { clock, random, limits, onBreaker, onReady: (ready) => this.#ready(ready) });
    this.#lanes.set(name, lane);
    this.#sweep ??= clock.setTimer(SWEEP_MS, () => this.#forgetIdle());
    return lane;
  }

  #ready(lane: Lane): void {
    this.#enlist(lane);
    this.#dispatch();
  }

  /** Puts the lane where its best job belongs; its place in that row stays when it already stands there. */
  #enlist(lane: Lane): void {
    const best = this.#isClosed ? undefined : lane.runnable();
    for (const priority of PRIORITIES) {
      if (priority === best) this.#turns[priority].add(lane);
      else this.#turns[priority].delete(lane);
    }
  }

  #dispatch(): void {
    // A job that ends at once calls back in here; the outer round goes on with what that changed.
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    while (this.#running < this.#deps.limits.inFlight) {
      const lane = this.#nextLane();
      if (lane === undefined) break;
      this.#start(lane);
    }
    this.#isDispatching = false;
  }

  #nextLane(): Lane | undefined {
    for (const priority of PRIORITIES) {
      for (const lane of this.#turns[priority]) {
        this.#turns[priority].delete(lane);
        // Time may have passed since it enlisted: a pause, an open breaker, a spent token.
        if (lane.runnable() === priority) return lane;
        this.#enlist(lane);
      }
    }
    return undefined;
  }

  #start(lane: Lane): void {
    this.#running += 1;
    this.#deps.onInFlight(this.#running);
    lane.startNext(() => {
      this.#running -= 1;
      this.#deps.onInFlight(this.#running);
      this.#ready(lane);
    });
    this.#enlist(lane);
  }

  #forgetIdle(): void {
    this.#sweep = undefined;
    for (const lane of this.#lanes.values()) {
      if (!lane.isIdle) continue;
      lane.stop();
      this.#lanes.delete(lane.name);
    }
    if (this.#lanes.size > 0) this.#sweep = this.#deps.clock.setTimer(SWEEP_MS, () => this.#forgetIdle());
  }
}
