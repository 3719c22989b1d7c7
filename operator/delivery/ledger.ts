import { failedVerdicts, type Target, targetKey, type Verdict } from '../domain/change/driver.ts';
import type { Clock } from '../runtime/clock.ts';
import type { LastFailure, Outcome, Planned, Submission } from './delivery.ts';
import { Removals } from './removals.ts';
import { retryHoldMs } from './retry-hold.ts';
import { type Part, Submitted } from './submitted.ts';

interface Page {
  work: Submitted | undefined;
  /** Came while `work` was being carried out. */
  next: Submission | undefined;
  done: { readonly verdicts: readonly Verdict[]; readonly finishedAt: number } | undefined;
  failed: Failed | undefined;
}

interface Failed {
  readonly verdicts: readonly Verdict[];
  readonly at: number;
  /** Submissions in a row that did not come about. */
  readonly times: number;
  /** Somebody does not want to wait for the next try. */
  readonly isLifted: boolean;
}

interface LedgerDeps {
  readonly clock: Clock;
  readonly wake: (owner: string) => void;
  readonly queue: (work: Submitted) => void;
  readonly dequeue: (work: Submitted) => void;
}

/** Who submitted what for which target, and what became of it, until the owner has reported it. */
export class Ledger {
  readonly #clock: Clock;
  readonly #wake: (owner: string) => void;
  readonly #queue: (work: Submitted) => void;
  readonly #dequeue: (work: Submitted) => void;
  readonly #pages = new Map<string, Map<string, Page>>();
  readonly #removals: Removals;

  /** `queue` is given each new piece of work, `dequeue` each that is withdrawn; `wake` each owner whose work is done. */
  constructor(deps: LedgerDeps) {
    this.#clock = deps.clock;
    this.#wake = deps.wake;
    this.#queue = deps.queue;
    this.#dequeue = deps.dequeue;
    this.#removals = new Removals(deps.wake);
  }

  /** Accepts, replaces what has not started, or keeps it until what has started is over. Returns the work it replaced the content of. */
  submit(submission: Submission): Submitted | undefined {
    const page = this.#pageOf(submission.owner, submission.target);
    page.done = undefined;
    if (page.work?.hasStarted) page.next = submission;
    else if (page.work !== undefined && submission.changes.length > 0) {
      page.work.replace(submission);
      return page.work;
    } else this.#begin(page, submission);
    return undefined;
  }

  outcomeOf(owner: string, target: Target): Outcome {
    const page = this.#pages.get(owner)?.get(targetKey(target));
    if (page === undefined) return { state: 'none' };
    const { work, next, done } = page;
    const failed = page.failed === undefined ? {} : { failed: this.#lastFailure(page.failed) };
    if (work !== undefined) return { state: 'underWay', changes: next?.changes ?? work.changes, ...failed };
    return done === undefined ? { state: 'none', ...failed } : { state: 'done', ...done, ...failed };
  }

  /** Ends the waiting time of the last failure; the failure itself is still told until a try comes about. */
  retryNow(owner: string, target: Target): void {
    const page = this.#pages.get(owner)?.get(targetKey(target));
    if (page?.failed !== undefined) page.failed = { ...page.failed, isLifted: true };
  }

  settle(owner: string, target: Target): void {
    const page = this.#pages.get(owner)?.get(targetKey(target));
    if (page === undefined) return;
    page.done = undefined;
    this.#tidy(owner, target, page);
  }

  /** What failed at this target no longer holds the next try back; whoever it failed for is woken to try. */
  renew(target: Target): void {
    const key = targetKey(target);
    for (const [owner, pages] of this.#pages) {
      const page = pages.get(key);
      if (page?.failed === undefined) continue;
      page.failed = undefined;
      this.#wake(owner);
      this.#tidy(owner, target, page);
    }
  }

  /** Whether another owner is to remove the object (by identity); see Delivery. */
  isLeaving(id: string, owner: string): boolean {
    return this.#removals.isLeaving(id, owner);
  }

  withdraw(owner: string, planned: readonly Planned[]): void {
    this.#removals.plan(owner, planned);
    const wanted = new Map(planned.map(({ target, changes }) => [targetKey(target), changes]));
    for (const [key, page] of this.#pages.get(owner) ?? []) {
      const changes = wanted.get(key) ?? [];
      if (page.next !== undefined && !new Submitted(page.next).isStill(changes)) page.next = undefined;
      if (page.work !== undefined && !page.work.isStill(changes)) this.#withdraw(page, page.work);
    }
  }

  forget(owner: string): void {
    this.#removals.plan(owner, []);
    for (const { work } of this.#pages.get(owner)?.values() ?? []) {
      if (work === undefined) continue;
      work.withdraw();
      this.#dequeue(work);
      this.#removals.orphan(work);
      if (!work.hasStarted || work.isDone) this.#removals.end(work);
    }
    this.#pages.delete(owner);
  }

  /** Writes a verdict down; with the last one the owner is woken, or what it submitted meanwhile begins. */
  record({ work, index }: Part, verdict: Verdict): void {
    work.record(index, verdict);
    if (work.isDone) this.#finish(work);
  }

  /** Its owner knows: it is not woken for what it took back itself. */
  #withdraw(page: Page, work: Submitted): void {
    work.withdraw();
    this.#dequeue(work);
    if (work.hasStarted) {
      if (work.isDone) this.#finish(work);
      return;
    }
    this.#removals.end(work);
    page.work = undefined;
    page.done = { verdicts: [], finishedAt: this.#clock.monotonic() };
  }

  #begin(page: Page, submission: Submission): void {
    page.work?.withdraw();
    if (page.work !== undefined) this.#removals.end(page.work);
    page.work = new Submitted(submission);
    this.#removals.begin(page.work);
    if (page.work.isDone) this.#finish(page.work);
    else this.#queue(page.work);
  }

  #finish(work: Submitted): void {
    this.#removals.end(work);
    const page = this.#pages.get(work.owner)?.get(targetKey(work.target));
    // Forgotten meanwhile, or a page that belongs to a successor of the same name.
    if (page === undefined || page.work !== work) return;
    page.work = undefined;
    const { next } = page;
    page.next = undefined;
    if (next !== undefined) this.#begin(page, next);
    else {
      page.done = { verdicts: work.outcome(), finishedAt: this.#clock.monotonic() };
      page.failed = work.isWithdrawn && page.done.verdicts.length === 0 ? page.failed : failureOf(page.done, page.failed);
      this.#wake(work.owner);
    }
  }

  #lastFailure({ verdicts, at, times, isLifted }: Failed): LastFailure {
    const first = failedVerdicts(verdicts)[0];
    const holdMs = first === undefined || isLifted ? 0 : retryHoldMs(first.error, times);
    return { verdicts, retryInMs: Math.max(0, at + holdMs - this.#clock.monotonic()) };
  }

  #pageOf(owner: string, target: Target): Page {
    const ofOwner = this.#pages.get(owner) ?? new Map<string, Page>();
    this.#pages.set(owner, ofOwner);
    const page = ofOwner.get(targetKey(target)) ?? { work: undefined, next: undefined, done: undefined, failed: undefined };
    ofOwner.set(targetKey(target), page);
    return page;
  }

  #tidy(owner: string, target: Target, page: Page): void {
    if (page.work !== undefined || page.done !== undefined || page.failed !== undefined) return;
    const ofOwner = this.#pages.get(owner);
    ofOwner?.delete(targetKey(target));
    if (ofOwner?.size === 0) this.#pages.delete(owner);
  }
}

function failureOf({ verdicts, finishedAt }: NonNullable<Page['done']>, before: Failed | undefined): Failed | undefined {
  if (verdicts.every(({ result }) => result === 'applied')) return undefined;
  return { verdicts, at: finishedAt, times: (before?.times ?? 0) + 1, isLifted: false };
}
