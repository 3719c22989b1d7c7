import { type Change, changeId, type FieldChange } from '../domain/change/change-set.ts';
import type { Driver, Verdict } from '../domain/change/driver.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { Priority } from './delivery.ts';
import { type Answer, type Job, PRIORITIES } from './job-queue.ts';
import type { Part, Submitted } from './submitted.ts';

/** What a batch comes to once it is held against a fresh read. */
export interface Replanned {
  /** To be sent, in order. */
  readonly send: readonly Part[];
  /** Wishes for the very change that an earlier part of the batch makes: they share its verdict. */
  readonly rides: ReadonlyMap<Part, Part>;
  /** Decided without a write. */
  readonly decided: ReadonlyMap<Part, Verdict>;
}

/**
 * Plans a batch again (design §4 group commit): what is true already is applied without a write; a change whose `before` no longer holds
 * fails with `ObservedChanged`, so that its owner plans on what is there now; what comes after a lost change is skipped.
 *
 * That `before` holds is asked through `shows`: an update to the old values, the creation of what is to be removed, and the removal of what
 * is to be created must be shown by the view. Pure.
 */
export function replan<View>(driver: Driver<View>, view: View, parts: readonly Part[]): Replanned {
  const send: Part[] = [];
  const rides = new Map<Part, Part>();
  const decided = new Map<Part, Verdict>();
  const lost = new Map<Submitted, Set<string>>();
  const sentById = new Map<string, Part[]>();
  const lose = (part: Part, verdict: Verdict, ids: Set<string>): void => {
    decided.set(part, verdict);
    ids.add(changeId(part.change));
  };
  for (const part of parts) {
    const { change, work } = part;
    const ids = lost.get(work) ?? work.lostIds();
    lost.set(work, ids);
    const earlier = sentById.get(changeId(change)) ?? [];
    // Objects do not depend on each other: laying over only what touches this one keeps a batch cheap on a large view.
    const expected = earlier.reduce((laid, sent) => driver.overlay(laid, sent.change), view);
    const leader = earlier.at(-1);
    if (change.after.some((id) => ids.has(id))) lose(part, skipped(change), ids);
    else if (driver.shows(expected, change)) {
      if (leader === undefined) decided.set(part, { change, result: 'applied' });
      else rides.set(part, leader);
    } else if (!driver.shows(expected, before(change))) lose(part, { change, result: 'failed', error: observedChanged() }, ids);
    else {
      send.push(part);
      sentById.set(changeId(change), [...earlier, part]);
    }
  }
  return { send, rides, decided };
}

/** A change whose end state is the state that `change` was planned on. */
function before(change: Change): Change {
  const { system, target, kind, name, action } = change;
  const place = { system, target, kind, name, after: [] };
  if (action === 'create') return { ...place, action: 'remove', fields: [] };
  const fields = change.fields.map(({ path, before: old }): FieldChange => (old === undefined ? { path } : { path, after: old }));
  return { ...place, action: action === 'remove' ? 'create' : 'update', fields };
}

/** The verdict of a change that comes after one that failed. */
export function skipped(change: Change): Verdict {
  const error = new OperatorError('Not tried, because a change it depends on failed', {
    kind: 'Retryable',
    reason: 'DependentChangeFailed',
  });
  return { change, result: 'skipped', error };
}

/** Why a change is not sent that was planned on something that has changed since. */
export function observedChanged(): OperatorError {
  return new OperatorError('The object was changed outside after this change had been planned', {
    kind: 'Retryable',
    reason: 'ObservedChanged',
    remedy: 'The operator plans again by itself on what is there now',
  });
}

export interface GroupDeps {
  readonly clock: Clock;
  readonly queue: (job: Job) => void;
  readonly raise: (job: Job, priority: Priority) => void;
  readonly apply: (parts: readonly Part[]) => Promise<Answer>;
}

/** So many windows at most while submissions keep coming (2 s for an SBC): a stream of single edits is carried out as well. */
const LONGEST_WINDOWS = 8;

/**
 * Collects what was submitted for one target into batches. The window ends when nothing was submitted for its length, so that what is applied
 * together goes together however fast the API server takes it, and at the latest after a few lengths; urgent work ends it at once.
 */
export class GroupLine {
  readonly #targetKey: string;
  readonly #limits: NonNullable<Driver<unknown>['group']>;
  readonly #deps: GroupDeps;
  #works: Submitted[] = [];
  #window: { readonly openedAt: number; readonly cancel: CancelTimer } | undefined;
  #job: Job | undefined;

  constructor(targetKey: string, limits: NonNullable<Driver<unknown>['group']>, deps: GroupDeps) {
    this.#targetKey = targetKey;
    this.#limits = limits;
    this.#deps = deps;
  }

  /** Nothing waits here. */
  get isEmpty(): boolean {
    return this.#works.length === 0 && this.#job === undefined && this.#window === undefined;
  }

  add(work: Submitted): void {
    this.#works.push(work);
    this.reconsider(work);
  }

  /** Withdrawn: nothing of it goes with the next batch. */
  drop(work: Submitted): void {
    this.#works = this.#works.filter((waiting) => waiting !== work);
  }

  /** The content or priority of waiting work changed. */
  reconsider(work: Submitted): void {
    const waiting = this.#works.reduce((sum, each) => sum + each.changes.length, 0);
    if (this.#job !== undefined) this.#deps.raise(this.#job, work.priority);
    else if (work.priority === 'urgent' || waiting >= this.#limits.maxChanges) this.#enqueue();
    else this.#keepOpen();
  }

  stop(): void {
    this.#window?.cancel();
    this.#window = undefined;
  }

  #keepOpen(): void {
    const { clock } = this.#deps;
    const { windowMs } = this.#limits;
    const now = clock.monotonic();
    const openedAt = this.#window?.openedAt ?? now;
    this.#window?.cancel();
    const left = openedAt + windowMs * LONGEST_WINDOWS - now;
    this.#window = { openedAt, cancel: clock.setTimer(Math.min(windowMs, left), () => this.#enqueue()) };
  }

  #enqueue(): void {
    this.stop();
    const priority = PRIORITIES.find((each) => this.#works.some((work) => work.priority === each)) ?? 'poll';
    this.#job = { fairKey: this.#targetKey, mode: 'write', priority, run: () => this.#run() };
    this.#deps.queue(this.#job);
  }

  #run(): Promise<Answer> {
    // All that came while the lane was busy goes with this batch; what does not fit follows in the next one.
    const parts = this.#takeBatch();
    this.#job = undefined;
    if (this.#works.length > 0) this.#enqueue();
    return this.#deps.apply(parts);
  }

  #takeBatch(): Part[] {
    const batch: Part[] = [];
    let count = 0;
    let bytes = 0;
    const fits = (change: Change): boolean => {
      const size = JSON.stringify(change).length;
      if (count >= this.#limits.maxChanges || (count > 0 && bytes + size > this.#limits.maxBytes)) return false;
      bytes += size;
      count += 1;
      return true;
    };
    for (const priority of PRIORITIES) {
      for (const work of this.#works) {
        if (work.priority === priority && work.hasRest) batch.push(...work.take(fits));
      }
    }
    this.#works = this.#works.filter((work) => work.hasRest);
    return batch;
  }
}
