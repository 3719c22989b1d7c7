import type { ChangeSet } from '../domain/change/change-set.ts';
import type { Target, Verdict } from '../domain/change/driver.ts';
import type { OperatorError } from '../errors/operator-error.ts';

/** What is known of a target right now. Asking never waits: when nothing fresh enough is at hand a read is queued in the lane and `wake` follows. */
export type Seen<View> =
  | { readonly state: 'seen'; readonly view: View; readonly readAt: number; readonly seq: number }
  | { readonly state: 'reading' }
  /** The last read, begun at `failedAt` (monotonic), failed. `misses` counts consecutive failed reads. */
  | { readonly state: 'failed'; readonly error: OperatorError; readonly failedAt: number; readonly misses: number };

/** bar or restore service > what a user changed > periodic look (design §4 Lanes). */
export type Priority = 'urgent' | 'change' | 'poll';

export interface Freshness {
  /** Oldest acceptable read, in ms before now. Default 10 min (SBC 15 min). */
  readonly maxAgeMs?: number;
  /** Only a read begun after this monotonic time will do (reconcile-at, read before a grant). */
  readonly notBefore?: number;
  readonly priority?: Priority;
}

export interface Submission {
  /** Who asks: `<Kind>/<namespace>/<name>`. A new submission of the same owner for the same target replaces one that has not started. */
  readonly owner: string;
  readonly target: Target;
  readonly changes: ChangeSet;
  readonly priority: Priority;
}

/** What an owner would submit for a target now. */
export type Planned = Pick<Submission, 'target' | 'changes'>;

/** The last submission that ended, if it did not come about in full; kept past `settle`, until one comes about. */
export interface LastFailure {
  readonly verdicts: readonly Verdict[];
  /** The same changes should not be submitted again for so long, ms from now. */
  readonly retryInMs: number;
}

/** What became of an owner's newest submission for a target. */
export type Outcome = (
  | { readonly state: 'none' }
  | { readonly state: 'underWay'; readonly changes: ChangeSet }
  /** Without verdicts: nothing of it was sent. */
  | { readonly state: 'done'; readonly verdicts: readonly Verdict[]; readonly finishedAt: number }
) & { readonly failed?: LastFailure };

/** How reconcilers see and change the outside. Nothing here waits; the owner's key is woken when there is news. */
export interface Delivery {
  see<View>(target: Target, owner: string, freshness?: Freshness): Seen<View>;
  submit(submission: Submission): void;
  /**
   * Takes back what of the owner's submissions has not been sent, on every target, but for what is still planned exactly so. The outcome of
   * what is taken back whole is `done` without verdicts. What is on the wire is left alone; its end wakes the owner. Removals that are planned
   * hold for others from here on, see `isLeaving`.
   */
  withdraw(owner: string, planned?: readonly Planned[]): void;
  outcomeOf(owner: string, target: Target): Outcome;
  /**
   * Whether another owner has planned (see withdraw), submitted or sent the removal of an object, by identity: what is seen of it, there or not,
   * says nothing of how it will be. The owner that is told so is woken when that has ended or is not planned any more.
   */
  isLeaving(id: string, owner: string): boolean;
  /** The outcome has been reported: it is not shown as done again. */
  settle(owner: string, target: Target): void;
  /** Somebody asks for another try now: what failed last may be submitted again without waiting. */
  retryNow(owner: string, target: Target): void;
  /**
   * The target is reached in another way from now on (credential, address): what was seen of it or failed with the old one no longer holds
   * anything back. The next look reads at once and failed changes may go out again; whoever waits for either is woken.
   */
  renew(target: Target): void;
  /** Withdraws what has not started and forgets outcomes. */
  forget(owner: string): void;
}
