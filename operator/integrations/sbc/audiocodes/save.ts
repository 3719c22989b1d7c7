import { OperatorError } from '../../../errors/operator-error.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { DeviceSession } from './connections.ts';
import type { DeviceStatus } from './wire.ts';

/** Waits before saving again when the device is busy or still says that something is unsaved. */
const WAITS_MS = [1_000, 3_000, 8_000, 15_000, 30_000];

/**
 * Running configuration to flash, until the device says that nothing is unsaved; forgetting it means that customers vanish at the next
 * restart (audiocodes-sbc §11.3). Saving twice does no harm, so a lost answer is settled by asking. A device that does not report
 * `saveNeeded` is believed. Returns the status afterwards; throws `SaveFailed`.
 */
export async function saveConfiguration(session: DeviceSession, clock: Clock, signal: AbortSignal): Promise<DeviceStatus> {
  let cause: unknown;
  for (const waitMs of [...WAITS_MS, undefined]) {
    try {
      const status = await saveOnce(session, signal);
      if (status.saveNeeded !== true) return status;
    } catch (thrown) {
      if (!isPassing(thrown)) throw thrown;
      cause = thrown;
    }
    if (waitMs !== undefined) await clock.sleep(waitMs, signal);
  }
  throw new OperatorError(`SBC ${session.device} has the changes but did not save them; they would be lost at its next restart`, {
    kind: 'Retryable',
    reason: 'SaveFailed',
    remedy: 'The operator tries again; saving the configuration on the SBC by hand settles it as well',
    cause,
  });
}

/** One attempt; undefined when the device does not save now. What is unsaved stays remembered. */
export async function trySaving(session: DeviceSession, signal: AbortSignal): Promise<DeviceStatus | undefined> {
  try {
    return await saveOnce(session, signal);
  } catch (thrown) {
    if (!isPassing(thrown)) throw thrown;
    return undefined;
  }
}

/** Saves and asks; what is unsaved is forgotten only when the device agrees. */
async function saveOnce(session: DeviceSession, signal: AbortSignal): Promise<DeviceStatus> {
  await session.call((client) => client.save(signal));
  const status = await session.call((client) => client.status(signal));
  if (status.saveNeeded !== true) session.saved();
  return status;
}

function isPassing(thrown: unknown): boolean {
  return thrown instanceof OperatorError && (thrown.kind === 'Retryable' || thrown.reason === 'DeviceSynchronizing');
}
