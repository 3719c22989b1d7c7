import type { Condition, KubeObject, ObjectKey } from '../api/meta.ts';
import type { OperatorError } from '../errors/operator-error.ts';

/** The part of status that the runtime itself writes; a kind's status type extends it. */
export interface StatusBase {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly lastHandledReconcileAt?: string;
}

/** The part of status that a kind says itself. */
export type StatusFields<Status extends StatusBase> = Omit<Status, keyof StatusBase>;

/** A condition as a reconciler states it; the runtime adds observedGeneration and keeps lastTransitionTime while `status` stays. */
export type ConditionInput = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** One event for `kubectl describe`; aggregated by the runtime, never sent for an unchanged state. */
export interface EventInput {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
  readonly action?: string;
}

/** What one pass found, as data. The runtime makes it durable: finalizer first, then one status write if anything differs, then `afterStatus`. */
export interface Report<Status extends StatusBase> {
  /** The whole status but what StatusBase lists; a field left out is removed. */
  readonly status: StatusFields<Status>;
  /** All conditions of the object. `Ready` is required; `Reconciling` and `Stalled` are present only while True (kstatus). */
  readonly conditions: readonly ConditionInput[];
  /** `ensure` before the first outside write: the runtime adds our finalizer before it goes on. */
  readonly finalizer?: 'ensure';
  readonly events?: readonly EventInput[];
  /** When to look again without being woken, in ms; the runtime comes up to 10 % later, never sooner. Absent: the kind's resync interval, ±10 %. */
  readonly recheckAfterMs?: number;
  /** A moment that must not be slept through, ms from now: the key comes back then at the latest, without jitter. */
  readonly deadlineMs?: number | undefined;
  /** The last try of something failed: the conditions above say so, and the key comes back by the failure's own rule (back-off, Retry-After). */
  readonly retry?: OperatorError;
  /** Runs once finalizer and status are durable on the API server (and only if this process still leads): hands changes to delivery. Must not throw or wait. */
  readonly afterStatus?: () => void;
}

export interface FinalReport<Status extends StatusBase> extends Report<Status> {
  /** True only when a fresh look found nothing of ours left (or the user let go of it): the runtime then drops the finalizer. */
  readonly done: boolean;
}

export interface ReconcileContext {
  readonly signal: AbortSignal;
  /** Carried into `client-request-id` of outside calls. */
  readonly reconcileId: string;
  /** RFC 3339 now, taken once for the pass. */
  readonly now: string;
  /** True when the user asks by a new `trunkline.dev/reconcile-at`: refresh caches. The runtime records the token as handled after the pass. */
  readonly requested: boolean;
}

/** One kind's behaviour. Neither method may touch `obj`: cache objects are shared and frozen. */
export interface Reconciler<T extends KubeObject<unknown, Status>, Status extends StatusBase> {
  /** Brings the outside in line with `obj`, or says why not. Throws only OperatorError (runtime/outcome.ts maps it). */
  reconcile(obj: T, ctx: ReconcileContext): Promise<Report<Status>> | Report<Status>;
  /** Called instead of reconcile while the object is being deleted and carries our finalizer. */
  finalize(obj: T, ctx: ReconcileContext): Promise<FinalReport<Status>> | FinalReport<Status>;
  /** The object is gone from the API server: drop what is kept in memory for it. */
  forget?(key: ObjectKey): void;
}
