import type { OperatorError } from '../../errors/operator-error.ts';
import { byText } from './canonical.ts';
import type { Change, ChangeSet } from './change-set.ts';

/** One outside thing that is read as a whole: a tenant's voice configuration, a device's ini, an identity. */
export interface Target {
  /** `teams-admin`, `graph`, `entra`, `sbc`, `dns`, `mail` … selects the driver. */
  readonly system: string;
  readonly id: string;
  /** Targets with the same lane share order, bounds, breaker and Retry-After: `tenant/<tenantId>`, `device/<namespace>/<name>`. */
  readonly lane: string;
}

/** Tells targets apart: the same id in two systems is two targets. */
export function targetKey({ system, id }: Pick<Target, 'system' | 'id'>): string {
  return `${system}|${id}`;
}

/** What became of one change. `applied` also when it was found done already. */
export type Verdict =
  | { readonly change: Change; readonly result: 'applied' }
  | { readonly change: Change; readonly result: 'failed'; readonly error: OperatorError }
  /** Not tried, because a change it comes after failed or the set was withdrawn. */
  | { readonly change: Change; readonly result: 'skipped'; readonly error: OperatorError };

/** The verdicts that need saying: failed ones first, then skipped. */
export function failedVerdicts(verdicts: readonly Verdict[]): Exclude<Verdict, { result: 'applied' }>[] {
  return verdicts
    .flatMap((verdict) => (verdict.result === 'applied' ? [] : [verdict]))
    .sort((left, right) => byText(left.result, right.result));
}

/**
 * How one system is read and written; supplied for each system by the composition root, implemented over the integrations' ports.
 * `View` is that system's own immutable picture.
 */
export interface Driver<View> {
  /** One whole fresh read of the target. Throws OperatorError. */
  read(target: Target, signal: AbortSignal): Promise<View>;
  /**
   * Carries out the changes of one batch in their order and reads back. One verdict for each change. For a group commit the batch holds the
   * sets of many submitters and `view` is a fresh read taken for it; otherwise it is one submitter's set and `view` may be undefined.
   * Throws only if nothing at all is known (the lane then fails every change with that error and drops the snapshot).
   */
  apply(target: Target, changes: ChangeSet, view: View | undefined, signal: AbortSignal): Promise<AppliedBatch<View>>;
  /** The view with an own, confirmed change laid over it, until a read shows it (design §4 Snapshots). Pure. */
  overlay(view: View, change: Change): View;
  /** True when a freshly read view already shows the change. Pure. */
  shows(view: View, change: Change): boolean;
  /**
   * Present: sets of all submitters are collected into one batch (design §4: 250 ms, 200 objects, 64 kB for an SBC). `windowMs` without a further
   * submission ends the collecting.
   */
  readonly group?: { readonly windowMs: number; readonly maxChanges: number; readonly maxBytes: number };
  /** How long own writes stay laid over reads that do not show them yet; 0 where reads are consistent. */
  readonly overlayMs: number;
  /** Present: an open mark is left before a batch is sent, so that a new leader knows what may still be on the wire. */
  readonly marked?: boolean;
}

export interface AppliedBatch<View> {
  readonly verdicts: readonly Verdict[];
  /** The read-back, when the driver has made one; becomes the new snapshot. */
  readonly view?: View;
  /**
   * The read-back looked only at what the batch touched; the rest of `view` is as old as the view that the batch started from. It is no answer
   * to who wants the whole read anew: what was not looked at (who has a policy granted) may have changed.
   */
  readonly isPartial?: boolean;
}
