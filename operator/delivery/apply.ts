import { type Change, type ChangeSet, changeId } from '../domain/change/change-set.ts';
import type { AppliedBatch, Driver, Target, Verdict } from '../domain/change/driver.ts';
import { OperatorError, toOperatorError } from '../errors/operator-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { auditRecord } from './audit.ts';
import { callWithin } from './call.ts';
import { replan, skipped } from './group-commit.ts';
import { healthOfBatch, worse } from './health.ts';
import { type AuditRecord, countCall, type DeliveryMetrics } from './hooks.ts';
import type { Answer } from './job-queue.ts';
import type { DeliveryLimits } from './limits.ts';
import type { MarkKeeper, OpenMark } from './open-mark.ts';
import type { SnapshotStore } from './snapshot.ts';
import { type Part, type Submitted, takenBack } from './submitted.ts';

export interface ApplyDeps {
  readonly clock: Clock;
  readonly limits: DeliveryLimits;
  readonly snapshots: SnapshotStore;
  readonly marks: MarkKeeper | undefined;
  readonly metrics: DeliveryMetrics;
  readonly audit: (record: AuditRecord) => void;
  /** Why nothing may be written now (paused, no longer the leader, stopping); asked right before each apply. */
  readonly refusal: () => OperatorError | undefined;
  readonly record: (part: Part, verdict: Verdict) => void;
}

const NEVER = new AbortController().signal;

/** Carries out one submitter's set in the turn of the lane that the caller holds. */
export function applySingle(deps: ApplyDeps, target: Target, driver: Driver<unknown>, work: Submitted): Promise<Answer> {
  const turn = new Turn(deps, target, driver);
  const parts = work.take(() => true);
  return turn.single(parts);
}

/** Carries out a batch of many submitters (design §4 group commit). */
export function applyGroup(deps: ApplyDeps, target: Target, driver: Driver<unknown>, parts: readonly Part[]): Promise<Answer> {
  return new Turn(deps, target, driver).group(parts);
}

type Sent = { readonly batch: AppliedBatch<unknown> } | { readonly error: OperatorError };

/** One turn of the lane: the calls that one batch needs, and what the target made of them. */
class Turn {
  readonly #deps: ApplyDeps;
  readonly #target: Target;
  readonly #driver: Driver<unknown>;
  readonly #ended: Promise<void>[] = [];
  #mark: OpenMark | undefined;
  #health: Answer['health'] = 'silent';

  constructor(deps: ApplyDeps, target: Target, driver: Driver<unknown>) {
    this.#deps = deps;
    this.#target = target;
    this.#driver = driver;
  }

  async single(parts: readonly Part[]): Promise<Answer> {
    if (parts.length === 0) return this.#finish();
    const sent = await this.#send(parts, this.#deps.snapshots.current(this.#target));
    if ('error' in sent) this.#failAll(parts, sent.error);
    else for (const [part, verdict] of verdictsFor(parts, sent.batch.verdicts)) this.#settle(part, verdict, true);
    return this.#finish();
  }

  async group(parts: readonly Part[]): Promise<Answer> {
    const refusal = this.#deps.refusal();
    if (refusal !== undefined) this.#failAll(parts, refusal);
    else await this.#sendUntilDone(parts, undefined, 0);
    return this.#finish();
  }

  /** Reads unless a read-back is at hand, plans again, sends, and sends again what was not reached because of somebody else's failure. */
  async #sendUntilDone(parts: readonly Part[], known: unknown, round: number): Promise<void> {
    if (parts.length === 0) return;
    const view = known ?? (await this.#read(parts));
    if (view === undefined) return;
    // The read took its time: whoever changed its mind meanwhile is not served any more.
    const standing = this.#dropWithdrawn(parts);
    const { send, rides, decided } = replan(this.#driver, view, standing);
    for (const [part, verdict] of decided) this.#settle(part, verdict, false);
    if (send.length === 0) return;
    const sent = await this.#send(send, view);
    if ('error' in sent) {
      this.#failAll([...send, ...rides.keys()], sent.error);
      return;
    }
    const again = this.#settleReached(verdictsFor(send, sent.batch.verdicts), rides, round);
    await this.#sendUntilDone(
      standing.filter((part) => again.has(part)),
      sent.batch.view,
      round + 1,
    );
  }

  /** Settles what the batch decided; returns what it did not reach because of somebody else's failure. */
  #settleReached(verdicts: ReadonlyMap<Part, Verdict>, rides: ReadonlyMap<Part, Part>, round: number): Set<Part> {
    const innocent = innocentlySkipped(verdicts);
    const isHopeless = innocent.length === verdicts.size || round >= this.#deps.limits.resends;
    const again = new Set(isHopeless ? [] : innocent);
    for (const [part, verdict] of verdicts) if (!again.has(part)) this.#settle(part, verdict, true);
    for (const [rider, leader] of rides) {
      if (again.has(leader)) again.add(rider);
      else this.#settle(rider, { ...(verdicts.get(leader) ?? skipped(rider.change)), change: rider.change }, false);
    }
    return again;
  }

  #dropWithdrawn(parts: readonly Part[]): Part[] {
    const dropped = parts.filter((part) => part.work.isWithdrawn);
    if (dropped.length > 0) this.#failAll(dropped, takenBack());
    return parts.filter((part) => !part.work.isWithdrawn);
  }

  /** Undefined: the read failed and every part has its verdict. */
  async #read(parts: readonly Part[]): Promise<unknown> {
    try {
      const view = await this.#deps.snapshots.readNow(this.#target, this.#driver);
      this.#learn('answered');
      return view;
    } catch (thrown) {
      const error = toOperatorError(thrown);
      this.#learn(error);
      this.#failAll(this.#dropWithdrawn(parts), error);
      return undefined;
    }
  }

  async #send(parts: readonly Part[], view: unknown): Promise<Sent> {
    const changes = parts.map((part) => part.change);
    try {
      if (this.#driver.marked) this.#mark = await this.#deps.marks?.leave(this.#target, changes);
    } catch (thrown) {
      return { error: toOperatorError(thrown) };
    }
    // After the mark, which takes time: nothing stands between these questions and the call.
    if (parts.every((part) => part.work.isWithdrawn)) return { error: takenBack() };
    const refusal = this.#deps.refusal();
    return refusal === undefined ? this.#call(changes, view) : { error: refusal };
  }

  async #call(changes: ChangeSet, view: unknown): Promise<Sent> {
    const { clock, limits, snapshots, metrics } = this.#deps;
    const begun = snapshots.begin();
    const subject = `${this.#target.system} ${this.#target.id}`;
    const onStuck = (error: OperatorError): void => metrics.trouble('a write that does not end blocks its lane', error);
    const bounds = { clock, deadlineMs: limits.applyDeadlineMs, subject, stop: NEVER, onStuck };
    const call = callWithin(bounds, (signal) => this.#driver.apply(this.#target, changes, view, signal));
    this.#ended.push(call.ended);
    const count = (health: Answer['health']): void => countCall(metrics, this.#target, 'apply', health, clock.monotonic() - begun.at);
    try {
      const batch = await call.result;
      const health = healthOfBatch(batch.verdicts);
      count(health);
      this.#learn(health);
      const applied = batch.verdicts.filter((verdict) => verdict.result === 'applied').map((verdict) => verdict.change);
      snapshots.written(this.#target, this.#driver, applied, begun, batch);
      // What failed may have been done halfway, and nobody has looked.
      if (batch.view === undefined && applied.length < changes.length) snapshots.invalidate(this.#target);
      return { batch };
    } catch (thrown) {
      const error = toOperatorError(thrown);
      count(error);
      this.#learn(error);
      snapshots.invalidate(this.#target);
      return { error };
    }
  }

  #settle(part: Part, verdict: Verdict, wasSent: boolean): void {
    const { metrics, audit, record, clock } = this.#deps;
    metrics.changeFinished(part.change.system, part.change.action, verdict.result);
    if (wasSent && verdict.result === 'applied') audit(auditRecord(part.change, part.work.owner, new Date(clock.now()).toISOString()));
    record(part, verdict);
  }

  #failAll(parts: readonly Part[], error: OperatorError): void {
    for (const part of parts) this.#settle(part, { change: part.change, result: 'failed', error }, false);
  }

  /** The worst answer of the turn is what the lane learns. */
  #learn(health: Answer['health']): void {
    this.#health = worse(this.#health, health);
  }

  #finish(): Answer {
    const mark = this.#mark;
    const ended = Promise.all(this.#ended).then(() => {
      if (mark !== undefined) this.#deps.marks?.clear(this.#target, mark);
    });
    return { health: this.#health, ended };
  }
}

/** Skipped although nothing it comes after was lost: the batch stopped at somebody else's change. */
function innocentlySkipped(verdicts: ReadonlyMap<Part, Verdict>): Part[] {
  const lost = new Map<Submitted, Set<string>>();
  const innocent: Part[] = [];
  for (const [part, verdict] of verdicts) {
    const ids = lost.get(part.work) ?? part.work.lostIds();
    lost.set(part.work, ids);
    const isOwnFault = part.change.after.some((id) => ids.has(id));
    if (verdict.result === 'skipped' && !isOwnFault) innocent.push(part);
    else if (verdict.result !== 'applied') ids.add(changeId(part.change));
  }
  return innocent;
}

/** Each part with the driver's verdict on it, by object or else by id in order; one without verdict has failed. */
function verdictsFor(parts: readonly Part[], verdicts: readonly Verdict[]): Map<Part, Verdict> {
  const byChange = new Map<Change, Verdict>(verdicts.map((verdict) => [verdict.change, verdict]));
  const sent = new Set(parts.map((part) => part.change));
  const byId = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    if (sent.has(verdict.change)) continue;
    const id = changeId(verdict.change);
    byId.set(id, [...(byId.get(id) ?? []), verdict]);
  }
  return new Map(
    parts.map((part) => {
      const verdict = byChange.get(part.change) ?? byId.get(changeId(part.change))?.shift();
      return [part, verdict === undefined ? unanswered(part.change) : { ...verdict, change: part.change }];
    }),
  );
}

function unanswered(change: Change): Verdict {
  const error = new OperatorError('The outside system did not say what became of this change', {
    kind: 'Retryable',
    reason: 'UnexpectedResponse',
  });
  return { change, result: 'failed', error };
}
