import type { Change, ChangeSet } from '../../../domain/change/change-set.ts';
import type { AppliedBatch, Target, Verdict } from '../../../domain/change/driver.ts';
import { OperatorError } from '../../../errors/operator-error.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { SbcDriver } from '../port.ts';
import { type ApplyOutcome, BatchRun, MAX_SCRIPT_BYTES } from './apply.ts';
import { type BatchPlan, planBatch } from './batch-plan.ts';
import type { DeviceSession, DeviceSessions } from './connections.ts';
import { type DeviceConfiguration, readConfiguration } from './device.ts';
import { type Learned, learnRuleSpelling } from './dialect.ts';
import { foreignChanges } from './foreign-changes.ts';
import { readHealth, volatileStatus } from './monitoring.ts';
import type { RuleSuffix } from './rule-names.ts';
import { saveConfiguration, trySaving } from './save.ts';
import { type AudioCodesView, overlayChange, RULE_KIND, showsChange, viewOf } from './view.ts';
import type { DeviceStatus } from './wire.ts';

/** What an earlier process left behind: its mark on a device is still open and past its deadline (design §4 Marks). */
export interface AbandonedWork {
  /** Undefined when there is none; `open` when something of it may still be on the wire. `settle` takes the mark away. */
  find(target: Target, signal: AbortSignal): Promise<{ settle(signal: AbortSignal): Promise<void> } | 'open' | undefined>;
  /** Whether the mark of this process stays after its write: something of that is not saved, and the next process has to know. */
  keep(target: Target, isUnfinished: boolean): void;
  /** Takes away a mark that was kept: what it speaks of is saved, or gone. */
  release(target: Target, signal: AbortSignal): Promise<void>;
}

export interface AudioCodesDriverDeps {
  readonly clock: Clock;
  readonly sessions: DeviceSessions;
  readonly suffix: RuleSuffix;
  /** Without it, what a killed process ran and did not save counts as another person's. */
  readonly abandoned?: AbandonedWork;
}

/**
 * AudioCodes SBCs as one system: a whole read of status, health and ini file, and group commits of dial-plan rules as one incremental
 * script, judged by reading back and saved once (audiocodes-sbc §19, telephony 5). Calls of one device come one after the other: its lane
 * sees to that. Nothing here writes to a locked device, over another person's unsaved work, or in a spelling that the device has not shown.
 */
export class AudioCodesDriver implements SbcDriver {
  readonly group = { windowMs: 250, maxChanges: 200, maxBytes: MAX_SCRIPT_BYTES };
  /** A device shows what it has at once. */
  readonly overlayMs = 0;
  readonly marked = true;
  readonly #deps: AudioCodesDriverDeps;

  constructor(deps: AudioCodesDriverDeps) {
    this.#deps = deps;
  }

  async read(target: Target, signal: AbortSignal): Promise<AudioCodesView> {
    const session = this.#deps.sessions.get(target.id);
    const status = await session.call((client) => client.status(signal));
    if (status.saveNeeded === false) await this.#nothingUnsaved(target, session, signal);
    const isReady = isUnlocked(status) && !isUpgrading(status);
    const mayBeOurs = status.saveNeeded === true || (status.saveNeeded === undefined && session.hasUnsaved);
    const settled = mayBeOurs && isReady ? await this.#finishEarlier(target, session, signal) : undefined;
    return this.#look(session, settled ?? status, signal);
  }

  async apply(
    target: Target,
    changes: ChangeSet,
    seen: AudioCodesView | undefined,
    signal: AbortSignal,
  ): Promise<AppliedBatch<AudioCodesView>> {
    const session = this.#deps.sessions.get(target.id);
    try {
      return await this.#applyOn(session, changes, seen, signal);
    } finally {
      this.#deps.abandoned?.keep(target, session.hasUnsaved);
    }
  }

  async #applyOn(
    session: DeviceSession,
    changes: ChangeSet,
    seen: AudioCodesView | undefined,
    signal: AbortSignal,
  ): Promise<AppliedBatch<AudioCodesView>> {
    const status = await session.call((client) => client.status(signal));
    if (status.saveNeeded === false) session.hasUnsaved = false; // saved by hand meanwhile, or gone with a restart
    this.#checkWritable(session, status);
    const before = seen?.device === undefined ? await this.#look(session, status, signal) : seen;
    const { device, rules } = before;
    if (device === undefined || !device.isWhole) throw suspect(session.device, before);
    const plan = planBatch(changes, {
      deviceName: session.device,
      device,
      limits: session.connection.limits ?? {},
      suffix: this.#deps.suffix,
    });
    if (plan.planned.length === 0) return { verdicts: verdictsOf(changes, plan, new Map()), view: before };
    if ('unknown' in rules)
      return { verdicts: verdictsOf(changes, plan, allFailed(plan, dialectUnknown(session.device, rules.unknown))), view: before };
    const run = new BatchRun(
      { ...this.#deps, session, signal, viewOf: (text, like) => this.#view(session, readConfiguration(text), like) },
      rules.spelling,
      before,
    );
    const outcome = await run.run(plan);
    const settled = outcome.wrote ? await this.#settle(session, run, outcome, plan, signal) : outcome;
    const foreign = foreignChanges(device.rules, settled.view.device?.rules ?? [], changes);
    const view = foreign.length === 0 ? settled.view : { ...settled.view, foreignChanges: foreign };
    return { verdicts: verdictsOf(changes, plan, settled.failed), view };
  }

  overlay(view: AudioCodesView, change: Change): AudioCodesView {
    return overlayChange(view, change);
  }

  shows(view: AudioCodesView, change: Change): boolean {
    return showsChange(view, change);
  }

  /**
   * Saves what an earlier script of ours left unsaved: the end of that write, not a new one. A device that does not save now keeps its
   * `saveNeeded`, which the view shows, and is asked again at the next look.
   */
  async #finishEarlier(target: Target, session: DeviceSession, signal: AbortSignal): Promise<DeviceStatus | undefined> {
    const found = session.hasUnsaved ? undefined : await this.#deps.abandoned?.find(target, signal);
    const left = found === 'open' ? undefined : found;
    if (!session.hasUnsaved && left === undefined) return undefined;
    session.hasUnsaved = true;
    const status = await trySaving(session, signal);
    if (session.hasUnsaved) return status;
    await left?.settle(signal);
    await this.#deps.abandoned?.release(target, signal);
    return status;
  }

  /**
   * Somebody saved for us, or the device restarted to its last save: what is unsaved from here on is not ours (telephony 5.3). The same for
   * the mark of an earlier process, which is looked for until there is none that may still be on the wire.
   */
  async #nothingUnsaved(target: Target, session: DeviceSession, signal: AbortSignal): Promise<void> {
    session.hasUnsaved = false;
    await this.#deps.abandoned?.release(target, signal);
    if (session.hasNoAbandoned) return;
    const left = await this.#deps.abandoned?.find(target, signal);
    if (left === 'open') return;
    await left?.settle(signal);
    session.hasNoAbandoned = true;
  }

  /** Status and health beside the files: at most two calls in flight (audiocodes-sbc §1). */
  async #look(session: DeviceSession, status: DeviceStatus, signal: AbortSignal): Promise<AudioCodesView> {
    const [health, files] = await Promise.all([
      session.call((client) => readHealth(client, status, session.severities, signal)),
      this.#files(session, status.versionID, signal),
    ]);
    const { device, rules } = files;
    return viewOf({
      target: session.device,
      status: health,
      device,
      rules,
      version: status.versionID,
      suffix: this.#deps.suffix,
      lastSaveAt: session.lastSaveAt,
      hasUnsaved: session.hasUnsaved,
    });
  }

  async #files(session: DeviceSession, version: string, signal: AbortSignal): Promise<{ device: DeviceConfiguration; rules: Learned }> {
    const device = readConfiguration(await session.call((client) => client.ini(signal)));
    const known = session.learned;
    if (known?.version === version && 'spelling' in known.rules) return { device, rules: known.rules };
    const script = await session.call((client) => client.cliScript(signal));
    const rules = learnRuleSpelling(script, device.plans, device.rules);
    session.learned = { version, rules };
    return { device, rules };
  }

  #view(session: DeviceSession, device: DeviceConfiguration, like: AudioCodesView): AudioCodesView {
    return viewOf({
      target: session.device,
      status: like.status,
      device,
      rules: like.rules,
      version: like.dialect.name,
      suffix: this.#deps.suffix,
      lastSaveAt: session.lastSaveAt,
      hasUnsaved: session.hasUnsaved,
    });
  }

  #checkWritable(session: DeviceSession, status: DeviceStatus): void {
    if (!isUnlocked(status)) throw isLocked(session.device);
    if (isUpgrading(status)) throw session.busy('is being upgraded');
    if (session.hasUnsaved || session.connection.saveForeign || status.saveNeeded === false) return;
    throw status.saveNeeded === undefined ? unsavedUnknown(session.device) : foreignUnsaved(session.device);
  }

  /**
   * Saves once and reads back once more: a restart between the script and the save goes back to the last save, and no field of the status
   * can be trusted to tell it (audiocodes-sbc §3, systemUpTime).
   */
  async #settle(session: DeviceSession, run: BatchRun, outcome: ApplyOutcome, plan: BatchPlan, signal: AbortSignal): Promise<ApplyOutcome> {
    const failed = new Map(outcome.failed);
    let { view } = outcome;
    try {
      const after = await saveConfiguration(session, this.#deps.clock, signal);
      view = await run.readBack(view);
      view = { ...view, status: { ...view.status, ...volatileStatus(after) } };
    } catch (thrown) {
      if (!(thrown instanceof OperatorError)) throw thrown;
      for (const { change } of plan.planned) if (!failed.has(change)) failed.set(change, thrown);
    }
    for (const { change } of plan.planned)
      if (!failed.has(change) && !showsChange(view, change)) failed.set(change, goneAgain(session.device));
    return { ...outcome, view, failed };
  }
}

function isUnlocked(status: DeviceStatus): boolean {
  return volatileStatus(status).locked !== true;
}

function isUpgrading({ upgradeStatus, mcUpgradeStatus }: DeviceStatus): boolean {
  return upgradeStatus !== 'None' || mcUpgradeStatus !== 'None';
}

function verdictsOf(changes: ChangeSet, plan: BatchPlan, failed: ReadonlyMap<Change, OperatorError>): Verdict[] {
  const refused = new Map(plan.refused.map((entry) => [entry.change, entry]));
  return changes.map((change): Verdict => {
    const refusal = refused.get(change);
    if (refusal !== undefined) return { change, result: refusal.skipped === true ? 'skipped' : 'failed', error: refusal.error };
    const error = failed.get(change);
    return error === undefined ? { change, result: 'applied' } : { change, result: 'failed', error };
  });
}

function allFailed({ planned }: BatchPlan, error: OperatorError): Map<Change, OperatorError> {
  return new Map(planned.map(({ change }) => [change, error]));
}

function dialectUnknown(device: string, why: string): OperatorError {
  return new OperatorError(`It is not known how SBC ${device} spells table ${RULE_KIND}: ${why}`, {
    kind: 'Terminal',
    reason: 'DialectUnknown',
    remedy:
      'Make one dial-plan rule by hand on the SBC, with a name, prefix and tag that differ from each other, and save; the operator learns the spelling from it',
  });
}

function suspect(device: string, { gaps }: AudioCodesView): OperatorError {
  return new OperatorError(`The ini file of SBC ${device} is not whole (${gaps[0] ?? 'it could not be read'}); nothing is written`, {
    kind: 'Retryable',
    reason: 'ObservationSuspect',
  });
}

function isLocked(device: string): OperatorError {
  return new OperatorError(`SBC ${device} is locked`, {
    kind: 'DependencyNotReady',
    reason: 'Locked',
    remedy: 'Unlock the SBC; the operator writes nothing to a locked one',
  });
}

function foreignUnsaved(device: string): OperatorError {
  return new OperatorError(`SBC ${device} has changes that somebody else has not saved; nothing is written`, {
    kind: 'DependencyNotReady',
    reason: 'ForeignUnsavedChanges',
    remedy: 'Save or undo them on the SBC, or set spec.saveForeign of the SBCDevice to save them with ours',
  });
}

/** Firmware 7.20 has no such field, and absent means unknown (audiocodes-sbc §3). */
function unsavedUnknown(device: string): OperatorError {
  return new OperatorError(
    `SBC ${device} does not say whether somebody has unsaved changes (status field saveNeeded is absent, as in firmware 7.20); nothing is written`,
    {
      kind: 'DependencyNotReady',
      reason: 'UnsavedChangesUnknown',
      remedy: 'Set saveForeign of the SBCDevice to let whatever is unsaved be saved together with ours, or upgrade the SBC',
    },
  );
}

function goneAgain(device: string): OperatorError {
  return new OperatorError(`SBC ${device} lost the change again before it was saved, as after a restart`, {
    kind: 'Retryable',
    reason: 'VerifyFailed',
  });
}
