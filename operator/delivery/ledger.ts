import { contentHash } from '../domain/change/canonical.ts';
import { type Change, type ChangeSet, changeId } from '../domain/change/change-set.ts';
import type { Target, Verdict } from '../domain/change/driver.ts';
import { failedVerdicts } from '../domain/change/footprint.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { LastFailure, Outcome, Planned, Priority, Submission } from './delivery.ts';
import { retryHoldMs } from './retry-hold.ts';
import { keyOf } from './snapshot.ts';

/** One accepted submission on its way. */
export class Work {
  readonly owner: string;
  readonly target: Target;
  #changes: ChangeSet;
  #priority: Priority;
  #verdicts: (Verdict | undefined)[];
  #missing: number;
  /** Index of the first change that has not been taken yet. */
  #taken = 0;
  #hasStarted = false;
  #isWithdrawn = false;

  constructor({ owner, target, changes, priority }: Submission) {
    this.owner = owner;
    this.target = target;
    this.#changes = changes;
    this.#priority = priority;
    this.#verdicts = changes.map(() => undefined);
    this.#missing = changes.length;
  }

  get changes(): ChangeSet {
    return this.#changes;
  }
  get priority(): Priority {
    return this.#priority;
  }
  get hasStarted(): boolean {
    return this.#hasStarted;
  }
  get isWithdrawn(): boolean {
    return this.#isWithdrawn;
  }
  get hasRest(): boolean {
    return !this.#isWithdrawn && this.#taken < this.#changes.length;
  }
  get isDone(): boolean {
    return this.#missing === 0;
  }

  /** Takes the place of what was submitted before; only while nothing of it has started. */
  replace({ changes, priority }: Submission): void {
    this.#changes = changes;
    this.#priority = priority;
    this.#verdicts = changes.map(() => undefined);
    this.#missing = changes.length;
  }

  /** Nothing more of it is taken or sent; it is done once what was sent has its verdicts. */
  withdraw(): void {
    if (this.#isWithdrawn) return;
    this.#isWithdrawn = true;
    this.#missing -= this.#changes.length - this.#taken;
  }

  /** Whether what is open is what is planned now. Of work that has begun some is done already, so that less is planned. */
  isStill(planned: ChangeSet): boolean {
    const open = this.#changes.filter((_change, index) => this.#verdicts[index] === undefined).map(fingerprint);
    const wanted = new Set(planned.map(fingerprint));
    return (this.#hasStarted || open.length === wanted.size) && open.every((each) => wanted.has(each));
  }

  /** The next changes to send, in their order, as far as `fits` allows. */
  take(fits: (change: Change) => boolean): Part[] {
    const parts: Part[] = [];
    for (let change = this.#changes[this.#taken]; change !== undefined && fits(change); change = this.#changes[this.#taken]) {
      parts.push({ work: this, index: this.#taken, change });
      this.#taken += 1;
      this.#hasStarted = true;
    }
    return parts;
  }

  record(index: number, verdict: Verdict): void {
    if (this.#verdicts[index] !== undefined) return;
    this.#verdicts[index] = verdict;
    this.#missing -= 1;
  }

  verdicts(): Verdict[] {
    return this.#verdicts.filter((verdict) => verdict !== undefined);
  }

  /** What its owner is told: not of what it, or whoever it went along with, took back before it was sent. */
  outcome(): Verdict[] {
    return this.verdicts().filter((verdict) => verdict.result === 'applied' || verdict.error.reason !== WITHDRAWN);
  }

  /** Ids of the changes that did not come about. */
  lostIds(): Set<string> {
    return new Set(this.verdicts().flatMap((verdict) => (verdict.result === 'applied' ? [] : [changeId(verdict.change)])));
  }
}

/** What a change comes to, whatever else is in its set: the order of a set depends on what of it is left. */
function fingerprint(change: Change): string {
  const fields = change.fields.map(({ path, before = null, after = null }) => [path, before, after]);
  return contentHash([changeId(change), change.action, fields, change.marker ?? null]);
}

const WITHDRAWN = 'Withdrawn';

/** Why a change was not sent that its owner took back in time; stays within delivery. */
export function takenBack(): OperatorError {
  return new OperatorError('Not sent, because its owner took it back', { kind: 'Retryable', reason: WITHDRAWN });
}

/** One change of one submission. */
export interface Part {
  readonly work: Work;
  readonly index: number;
  readonly change: Change;
}

interface Page {
  work: Work | undefined;
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
  readonly queue: (work: Work) => void;
  readonly dequeue: (work: Work) => void;
}

/** Who submitted what for which target, and what became of it, until the owner has reported it. */
export class Ledger {
  readonly #clock: Clock;
  readonly #wake: (owner: string) => void;
  readonly #queue: (work: Work) => void;
  readonly #dequeue: (work: Work) => void;
  readonly #pages = new Map<string, Map<string, Page>>();

  /** `queue` is given each new piece of work, `dequeue` each that is withdrawn; `wake` each owner whose work is done. */
  constructor(deps: LedgerDeps) {
    this.#clock = deps.clock;
    this.#wake = deps.wake;
    this.#queue = deps.queue;
    this.#dequeue = deps.dequeue;
  }

  /** Accepts, replaces what has not started, or keeps it until what has started is over. Returns the work it replaced the content of. */
  submit(submission: Submission): Work | undefined {
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
    const page = this.#pages.get(owner)?.get(keyOf(target));
    if (page === undefined) return { state: 'none' };
    const { work, next, done } = page;
    const failed = page.failed === undefined ? {} : { failed: this.#lastFailure(page.failed) };
    if (work !== undefined) return { state: 'underWay', changes: next?.changes ?? work.changes, ...failed };
    return done === undefined ? { state: 'none', ...failed } : { state: 'done', ...done, ...failed };
  }

  /** Ends the waiting time of the last failure; the failure itself is still told until a try comes about. */
  retryNow(owner: string, target: Target): void {
    const page = this.#pages.get(owner)?.get(keyOf(target));
    if (page?.failed !== undefined) page.failed = { ...page.failed, isLifted: true };
  }

  settle(owner: string, target: Target): void {
    const page = this.#pages.get(owner)?.get(keyOf(target));
    if (page === undefined) return;
    page.done = undefined;
    this.#tidy(owner, target, page);
  }

  /** What failed at this target no longer holds the next try back; whoever it failed for is woken to try. */
  renew(target: Target): void {
    const key = keyOf(target);
    for (const [owner, pages] of this.#pages) {
      const page = pages.get(key);
      if (page?.failed === undefined) continue;
      page.failed = undefined;
      this.#wake(owner);
      this.#tidy(owner, target, page);
    }
  }

  withdraw(owner: string, planned: readonly Planned[]): void {
    const wanted = new Map(planned.map(({ target, changes }) => [keyOf(target), changes]));
    for (const [key, page] of this.#pages.get(owner) ?? []) {
      const changes = wanted.get(key) ?? [];
      if (page.next !== undefined && !new Work(page.next).isStill(changes)) page.next = undefined;
      if (page.work !== undefined && !page.work.isStill(changes)) this.#withdraw(page, page.work);
    }
  }

  forget(owner: string): void {
    for (const { work } of this.#pages.get(owner)?.values() ?? []) {
      work?.withdraw();
      if (work !== undefined) this.#dequeue(work);
    }
    this.#pages.delete(owner);
  }

  /** Writes a verdict down; with the last one the owner is woken, or what it submitted meanwhile begins. */
  record({ work, index }: Part, verdict: Verdict): void {
    work.record(index, verdict);
    if (work.isDone) this.#finish(work);
  }

  /** Its owner knows: it is not woken for what it took back itself. */
  #withdraw(page: Page, work: Work): void {
    work.withdraw();
    this.#dequeue(work);
    if (work.hasStarted) {
      if (work.isDone) this.#finish(work);
      return;
    }
    page.work = undefined;
    page.done = { verdicts: [], finishedAt: this.#clock.monotonic() };
  }

  #begin(page: Page, submission: Submission): void {
    page.work?.withdraw();
    page.work = new Work(submission);
    if (page.work.isDone) this.#finish(page.work);
    else this.#queue(page.work);
  }

  #finish(work: Work): void {
    const page = this.#pages.get(work.owner)?.get(keyOf(work.target));
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
    const page = ofOwner.get(keyOf(target)) ?? { work: undefined, next: undefined, done: undefined, failed: undefined };
    ofOwner.set(keyOf(target), page);
    return page;
  }

  #tidy(owner: string, target: Target, page: Page): void {
    if (page.work !== undefined || page.done !== undefined || page.failed !== undefined) return;
    const ofOwner = this.#pages.get(owner);
    ofOwner?.delete(keyOf(target));
    if (ofOwner?.size === 0) this.#pages.delete(owner);
  }
}

function failureOf({ verdicts, finishedAt }: NonNullable<Page['done']>, before: Failed | undefined): Failed | undefined {
  if (verdicts.every(({ result }) => result === 'applied')) return undefined;
  return { verdicts, at: finishedAt, times: (before?.times ?? 0) + 1, isLifted: false };
}
