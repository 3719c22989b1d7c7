import { sameJson } from '../../operator/domain/change/canonical.ts';
import { type Change, type ChangeSet, changeId } from '../../operator/domain/change/change-set.ts';
import type { AppliedBatch, Driver, Target, Verdict } from '../../operator/domain/change/driver.ts';
import { identityOf, type Json, type OutsideObject } from '../../operator/domain/change/object.ts';
import { OperatorError } from '../../operator/errors/operator-error.ts';
import type { Clock } from '../../operator/runtime/clock.ts';

export type SystemView = ReadonlyMap<string, OutsideObject>;

/** What a target does to the next calls instead of answering. */
export interface Misbehaviour {
  readonly on: 'read' | 'apply';
  /** `late`: the work is done, then it fails. `deaf`: hangs and ignores its signal. */
  readonly how: 'fail' | 'late' | 'hang' | 'deaf';
  readonly error?: OperatorError;
  /** How many calls; default 1. */
  readonly times?: number;
}

interface Options {
  readonly clock: Clock;
  readonly latencyMs?: number;
  /** Until the answer of a read is there; its picture is taken at the beginning. Default: `latencyMs`. */
  readonly readLatencyMs?: number;
  readonly group?: Driver<SystemView>['group'];
  readonly overlayMs?: number;
  readonly marked?: boolean;
  /** A script stops at its first bad line, and what comes later is `skipped`. */
  readonly stopsAtFailure?: boolean;
  /** `part`: reads back only what the batch touched, as systems do that are read in several calls. */
  readonly readsBack?: boolean | 'part';
  /** What the system does by itself once a change is in: numbers the new object, moves its neighbours. */
  readonly settles?: (state: Map<string, OutsideObject>, change: Change) => void;
  /** What the system itself refuses, from what it holds at that moment. */
  readonly refuses?: (state: SystemView, change: Change) => OperatorError | undefined;
}

/** An outside system with real state, scripted faults, and a memory of what was asked of it at the same time. */
export class InMemorySystem implements Driver<SystemView> {
  readonly overlayMs: number;
  readonly marked: boolean;
  readonly group?: NonNullable<Driver<SystemView>['group']>;
  readonly #options: Options;
  readonly #states = new Map<string, Map<string, OutsideObject>>();
  readonly #faults = new Map<string, Misbehaviour[]>();
  /** Change ids that the target refuses, with the error it gives. */
  readonly refuses = new Map<string, OperatorError>();
  /** Every batch as it arrived. */
  readonly batches: { readonly target: string; readonly changes: ChangeSet; readonly at: number }[] = [];
  readonly readTimes: { readonly target: string; readonly at: number }[] = [];
  readonly running = { calls: 0, mostCalls: 0, mostApplies: new Map<string, number>(), mostCallsOf: new Map<string, number>() };
  readonly #applying = new Map<string, number>();
  readonly #calling = new Map<string, number>();
  #deaf: (() => void)[] = [];

  constructor(options: Options) {
    this.#options = options;
    this.overlayMs = options.overlayMs ?? 0;
    this.marked = options.marked ?? false;
    if (options.group !== undefined) this.group = options.group;
  }

  stateOf(target: Target): Map<string, OutsideObject> {
    const state = this.#states.get(target.id) ?? new Map<string, OutsideObject>();
    this.#states.set(target.id, state);
    return state;
  }

  misbehave(target: Target, ...faults: Misbehaviour[]): void {
    const line = this.#faults.get(target.id) ?? [];
    for (const fault of faults) for (let i = 0; i < (fault.times ?? 1); i++) line.push(fault);
    this.#faults.set(target.id, line);
  }

  /** The target is well again, whatever was to come. */
  recover(target: Target): void {
    this.#faults.delete(target.id);
  }

  /** Lets every deaf call go on to its end. */
  wakeTheDeaf(): void {
    for (const resume of this.#deaf) resume();
    this.#deaf = [];
  }

  read(target: Target, signal: AbortSignal): Promise<SystemView> {
    this.readTimes.push({ target: target.id, at: this.#options.clock.monotonic() });
    return this.#called(target, async () => {
      await this.#behave(target, 'read', signal);
      const view = new Map(this.stateOf(target));
      await this.#options.clock.sleep(this.#options.readLatencyMs ?? this.#options.latencyMs ?? 0, signal);
      return view;
    });
  }

  apply(target: Target, changes: ChangeSet, view: SystemView | undefined, signal: AbortSignal): Promise<AppliedBatch<SystemView>> {
    this.batches.push({ target: target.id, changes, at: this.#options.clock.monotonic() });
    return this.#called(target, async () => {
      this.#count(this.#applying, this.running.mostApplies, target.id, 1);
      try {
        const fault = await this.#behave(target, 'apply', signal);
        await this.#options.clock.sleep(this.#options.latencyMs ?? 0, signal);
        const verdicts = this.#carryOut(target, changes);
        if (fault?.how === 'late') throw failureOf(fault);
        return { verdicts, ...this.#readBack(target, changes, view) };
      } finally {
        this.#count(this.#applying, this.running.mostApplies, target.id, -1);
      }
    });
  }

  overlay(view: SystemView, change: Change): SystemView {
    const laid = new Map(view);
    put(laid, change);
    return laid;
  }

  shows(view: SystemView, change: Change): boolean {
    const object = view.get(identityOf(change));
    if (change.action === 'remove') return object === undefined;
    return object !== undefined && change.fields.every(({ path, after }) => sameJson(object.fields[path], after));
  }

  #readBack(target: Target, changes: ChangeSet, start: SystemView | undefined): { view?: SystemView; isPartial?: boolean } {
    const { readsBack = false } = this.#options;
    const state = this.stateOf(target);
    if (readsBack === true) return { view: new Map(state) };
    if (readsBack === false || start === undefined) return {};
    const view = new Map(start);
    for (const change of changes) {
      const id = identityOf(change);
      const found = state.get(id);
      if (found === undefined) view.delete(id);
      else view.set(id, found);
    }
    return { view, isPartial: true };
  }

  async #called<T>(target: Target, work: () => Promise<T>): Promise<T> {
    this.running.calls += 1;
    this.running.mostCalls = Math.max(this.running.mostCalls, this.running.calls);
    this.#count(this.#calling, this.running.mostCallsOf, target.lane, 1);
    try {
      return await work();
    } finally {
      this.running.calls -= 1;
      this.#count(this.#calling, this.running.mostCallsOf, target.lane, -1);
    }
  }

  #count(now: Map<string, number>, most: Map<string, number>, key: string, step: 1 | -1): void {
    const count = (now.get(key) ?? 0) + step;
    now.set(key, count);
    most.set(key, Math.max(most.get(key) ?? 0, count));
  }

  async #behave(target: Target, on: 'read' | 'apply', signal: AbortSignal): Promise<Misbehaviour | undefined> {
    const line = this.#faults.get(target.id) ?? [];
    const index = line.findIndex((fault) => fault.on === on);
    const fault = index < 0 ? undefined : line.splice(index, 1)[0];
    if (fault?.how === 'fail') throw failureOf(fault);
    if (fault?.how === 'hang')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    if (fault?.how === 'deaf') await new Promise<void>((resolve) => this.#deaf.push(resolve));
    return fault;
  }

  #carryOut(target: Target, changes: ChangeSet): Verdict[] {
    let hasFailed = false;
    return changes.map((change): Verdict => {
      const refusal = this.refuses.get(changeId(change)) ?? this.#options.refuses?.(this.stateOf(target), change);
      if (hasFailed && this.#options.stopsAtFailure) return { change, result: 'skipped', error: unavailable() };
      if (refusal !== undefined) {
        hasFailed = true;
        return { change, result: 'failed', error: refusal };
      }
      put(this.stateOf(target), change);
      this.#options.settles?.(this.stateOf(target), change);
      return { change, result: 'applied' };
    });
  }
}

function put(state: Map<string, OutsideObject>, change: Change): void {
  const id = identityOf(change);
  if (change.action === 'remove') {
    state.delete(id);
    return;
  }
  const { system, target, kind, name } = change;
  const fields: Record<string, Json> = change.action === 'update' ? { ...state.get(id)?.fields } : {};
  for (const { path, after } of change.fields) {
    if (after === undefined) delete fields[path];
    else fields[path] = after;
  }
  const { marker, adopted } = change.marker === undefined ? { ...state.get(id) } : change;
  const sign = { ...(marker === undefined ? {} : { marker }), ...(adopted === true ? { adopted } : {}) };
  state.set(id, { system, target, kind, name, fields, ...sign });
}

/** A failure of its own for each call, so that a test can tell two of them apart. */
function failureOf({ error = unavailable() }: Misbehaviour): OperatorError {
  const { kind, reason, retryAfterMs } = error;
  return new OperatorError(error.message, { kind, reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

function unavailable(): OperatorError {
  return new OperatorError('The system is not available', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
}
