import { isDeepStrictEqual } from 'node:util';
import type { Change, ChangeSet } from '../../../domain/change/change-set.ts';
import { OperatorError } from '../../../errors/operator-error.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { type BatchPlan, type PlannedChange, planBatch } from './batch-plan.ts';
import type { ScriptOutcome } from './client.ts';
import type { DeviceSession } from './connections.ts';
import { type HalfRow, halfRows } from './half-rows.ts';
import type { RuleSuffix } from './rule-names.ts';
import { interpretScript, type RowWrite, renderScript, scriptedForm } from './script.ts';
import { namedFailures, refusalOfFirstCommand } from './script-failures.ts';
import type { RuleSpelling } from './spelling.ts';
import { printable } from './translate.ts';
import { type AudioCodesView, showsChange } from './view.ts';
import type { ScriptAnswer } from './wire.ts';

/** Bounds of one script (audiocodes-sbc §10.3). */
const MAX_ROWS = 200;
export const MAX_SCRIPT_BYTES = 65_536;

/** Scripts of one batch; what is still open then is planned anew by its owners. */
const MAX_SCRIPTS = 16;

/** Waits before reading back again while the device does not answer, as during a restart or a switch-over. */
const READ_BACK_WAITS_MS = [2_000, 5_000, 10_000, 20_000];

/** Waits before taking half a row back again while an HA pair synchronises what the script before changed (audiocodes-sbc §11.4). */
const TAKE_BACK_WAITS_MS = [1_000, 3_000, 8_000, 15_000, 30_000];

export interface ApplyDeps {
  readonly clock: Clock;
  readonly suffix: RuleSuffix;
  readonly session: DeviceSession;
  readonly signal: AbortSignal;
  /** The view of a configuration that was just read. */
  readonly viewOf: (text: string, like: AudioCodesView) => AudioCodesView;
}

export interface ApplyOutcome {
  /** What is on the device after the last script. */
  readonly view: AudioCodesView;
  readonly failed: ReadonlyMap<Change, OperatorError>;
  /** Whether anything was sent that may have changed the device. */
  readonly wrote: boolean;
}

/**
 * Sends planned changes as scripts and reads back after each: only what is read back counts. Normally that is one script; what a failing
 * one names, or what is found by halving when it names nothing, is left out of the next. Throws when reading back is impossible.
 */
export class BatchRun {
  readonly #deps: ApplyDeps;
  readonly #spelling: RuleSpelling;
  readonly #failed = new Map<Change, OperatorError>();
  #view: AudioCodesView;
  #wrote = false;

  constructor(deps: ApplyDeps, spelling: RuleSpelling, view: AudioCodesView) {
    this.#deps = deps;
    this.#spelling = spelling;
    this.#view = view;
  }

  async run(first: BatchPlan): Promise<ApplyOutcome> {
    let queue = chunked(first.planned);
    for (let scripts = 0; queue.length > 0; scripts += 1) {
      const [changes = [], ...rest] = queue;
      if (scripts === MAX_SCRIPTS) {
        this.#failAll(queue.flat(), unfinished(this.#deps.session.device));
        break;
      }
      // Numbers and names are looked up anew: the script before may have taken some (audiocodes-sbc §19.3).
      const planned = scripts === 0 ? first.planned.slice(0, changes.length) : this.#plan(changes);
      const again = planned.length === 0 ? [] : await this.#send(planned);
      queue = again === undefined ? [] : [...again, ...rest];
      if (again === undefined) this.#failAll(rest.flat(), interrupted(this.#deps.session.device));
    }
    return { view: this.#view, failed: this.#failed, wrote: this.#wrote };
  }

  #plan(changes: ChangeSet): readonly PlannedChange[] {
    const { session, suffix } = this.#deps;
    const { device } = this.#view;
    if (device === undefined) throw new RangeError('rows are planned on a fresh read only');
    const plan = planBatch(changes, { deviceName: session.device, device, limits: session.connection.limits ?? {}, suffix });
    for (const { change, error } of plan.refused) this.#failed.set(change, error);
    return plan.planned;
  }

  /** Returns what has to be sent again, in batches; undefined when nothing more should be sent now. */
  async #send(planned: readonly PlannedChange[]): Promise<ChangeSet[] | undefined> {
    const { session, signal } = this.#deps;
    const script = provenScript(
      planned.flatMap(({ writes }) => writes),
      this.#spelling,
      session.device,
    );
    const hadUnsaved = session.hasUnsaved;
    session.hasUnsaved = true;
    const outcome = await session.client.sendScript(script, signal);
    if (outcome.state === 'refused') {
      session.hasUnsaved = hadUnsaved;
      return this.#refused(planned, outcome.error);
    }
    this.#wrote = true;
    const before = this.#view.device?.rules ?? [];
    this.#view = await this.readBack(this.#view);
    const missing = planned.filter(({ change }) => !showsChange(this.#view, change));
    if (missing.length === 0) return [];
    const firstRefusal = missing.length === planned.length ? firstCommandRefused(script, outcome) : undefined;
    if (firstRefusal !== undefined) return this.#unusable(planned, firstRefusal);
    const halves = halfRows(missing, before, this.#view.device?.rules ?? []);
    if (halves.length > 0) await this.#takeBack(halves);
    const standing = halfRows(missing, before, this.#view.device?.rules ?? []);
    if (outcome.state === 'unknown') return this.#lost(missing, outcome);
    return this.#blame(planned, missing, { halves, standing }, outcome.answer);
  }

  /** A row that is there in part would catch calls and lead them nowhere. */
  async #takeBack(halves: readonly HalfRow[]): Promise<void> {
    const { session, signal, clock } = this.#deps;
    const plans = this.#view.device?.plans ?? [];
    const writes = halves.flatMap(({ row: { plan, ruleIndex, line } }): RowWrite[] => {
      const at = plans.find(({ name }) => name === plan);
      return at === undefined ? [] : [{ write: 'remove', at: { plan: at, ruleIndex, line } }];
    });
    const script = provenScript(writes, this.#spelling, session.device);
    for (const waitMs of [...TAKE_BACK_WAITS_MS, undefined]) {
      const outcome = await session.client.sendScript(script, signal);
      if (outcome.state !== 'refused' || waitMs === undefined) break;
      await clock.sleep(waitMs, signal);
    }
    this.#view = await this.readBack(this.#view);
  }

  #refused(planned: readonly PlannedChange[], error: OperatorError): undefined {
    const learned = this.#deps.session.learn(error);
    const changes = planned.map(({ change }) => change);
    this.#failAll(changes, learned instanceof OperatorError ? learned : error);
  }

  /** No answer, and it is not there: nobody knows why, so it is not sent again at once. */
  #lost(missing: readonly PlannedChange[], { error }: ScriptOutcome & { state: 'unknown' }): undefined {
    const changes = missing.map(({ change }) => change);
    this.#failAll(changes, error);
  }

  #blame(
    planned: readonly PlannedChange[],
    missing: readonly PlannedChange[],
    { halves, standing }: { readonly halves: readonly HalfRow[]; readonly standing: readonly HalfRow[] },
    answer: ScriptAnswer,
  ): ChangeSet[] {
    const named = namedFailures(answer.output, missing, this.#spelling);
    for (const half of halves) if (!named.has(half.planned)) named.set(half.planned, 'it took only a part of the row');
    for (const { planned: half } of standing) named.set(half, 'it took only a part of the row and keeps it; remove that rule by hand');
    const { device } = this.#deps.session;
    for (const [{ change }, text] of named) this.#failed.set(change, rejected(device, change, text));
    const [first, ...rest] = missing.filter((entry) => !named.has(entry)).map(({ change }) => change);
    if (first === undefined) return [];
    if (named.size > 0) return [[first, ...rest]];
    if (rest.length === 0 && planned.length === 1) {
      this.#failed.set(first, rejected(device, first, answer.status === undefined ? '' : answer.description));
      return [];
    }
    // A script that ended early broke at the first missing row: it goes alone. Otherwise the bad ones are found by halving.
    const endedEarly = planned.length > missing.length && planned.at(-missing.length) === missing[0] && rest.length > 0;
    if (endedEarly || rest.length === 0) return [[first], rest].filter((part) => part.length > 0);
    const half = Math.ceil((rest.length + 1) / 2);
    return [[first, ...rest].slice(0, half), [first, ...rest].slice(half)];
  }

  /** Not one of the changes is to blame, and any other script would end the same way. */
  #unusable(planned: readonly PlannedChange[], said: string): undefined {
    this.#failAll(
      planned.map(({ change }) => change),
      notInEnableMode(this.#deps.session.device, said),
    );
  }

  #failAll(changes: ChangeSet, error: OperatorError): void {
    for (const change of changes) this.#failed.set(change, error);
  }

  /** A fresh ini file, asked for again for a while when the device does not answer: until then nobody knows what the script did. */
  async readBack(like: AudioCodesView): Promise<AudioCodesView> {
    const { session, signal, clock, viewOf } = this.#deps;
    for (const waitMs of [...READ_BACK_WAITS_MS, undefined]) {
      try {
        return viewOf(await session.call((client) => client.ini(signal)), like);
      } catch (thrown) {
        const isWorthWaiting = thrown instanceof OperatorError && (thrown.kind === 'Retryable' || thrown.reason === 'DeviceSynchronizing');
        if (!isWorthWaiting || waitMs === undefined) throw thrown;
        await clock.sleep(waitMs, signal);
      }
    }
    throw new RangeError('the last try either returns or throws');
  }
}

function chunked(planned: readonly PlannedChange[]): ChangeSet[] {
  const chunks: Change[][] = [];
  let rows = 0;
  let bytes = 0;
  for (const { change, writes } of planned) {
    const size = writes.length * (change.name.length + 300);
    if (chunks.length === 0 || rows + writes.length > MAX_ROWS || bytes + size > MAX_SCRIPT_BYTES) {
      chunks.push([]);
      rows = 0;
      bytes = 0;
    }
    chunks.at(-1)?.push(change);
    rows += writes.length;
    bytes += size;
  }
  return chunks;
}

/** The script, after it was read again as the device will read it and gave exactly the planned rows (telephony 5.1). */
function provenScript(writes: readonly RowWrite[], spelling: RuleSpelling, device: string): string {
  const script = renderScript(writes, spelling);
  const expected = writes.map((write) => scriptedForm(write, spelling));
  if (isDeepStrictEqual(interpretScript(script, spelling), expected) && Buffer.byteLength(script) <= MAX_SCRIPT_BYTES) return script;
  throw new OperatorError(`The script prepared for SBC ${device} does not say exactly what was planned; it is not sent`, {
    kind: 'Terminal',
    reason: 'ScriptNotProven',
  });
}

function firstCommandRefused(script: string, outcome: ScriptOutcome): string | undefined {
  const [command = ''] = script.split(/\r?\n/);
  return outcome.state === 'answered' ? refusalOfFirstCommand(outcome.answer.output, command) : undefined;
}

function notInEnableMode(device: string, said: string): OperatorError {
  return new OperatorError(`SBC ${device} ran no line of the script; it refuses the first one: ${printable(said)}`, {
    kind: 'Terminal',
    reason: 'ScriptModeRefused',
    remedy: 'Give the management user the level Security Administrator, so that its scripts start in enable mode',
  });
}

/** Wider than any that published examples show (audiocodes-sbc §12.5). */
const WIDE_BRACKET = /\[\d{4,}-\d+\]$/;

function rejected(device: string, change: Change, text: string): OperatorError {
  const said = printable(text);
  return new OperatorError(`SBC ${device} does not take ${change.name}${said === '' ? '' : `: ${said}`}`, {
    kind: 'Terminal',
    reason: 'ScriptRejected',
    remedy: `Check the prefix, tag and name against what this SBC accepts${WIDE_BRACKET.test(change.name) ? '; it may take a bracket of fewer digits only, so split the prefix, such as +41430000[000-999]' : ''}`,
  });
}

function unfinished(device: string): OperatorError {
  return new OperatorError(`SBC ${device} took only a part of many changes; the rest is tried again`, {
    kind: 'Retryable',
    reason: 'PartiallyApplied',
  });
}

function interrupted(device: string): OperatorError {
  return new OperatorError(`SBC ${device} failed on an earlier part of the same batch; the rest is tried again`, {
    kind: 'Retryable',
    reason: 'PartiallyApplied',
  });
}
