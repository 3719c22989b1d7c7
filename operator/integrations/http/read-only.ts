import type { ChangeSet } from '../../domain/change/change-set.ts';
import type { AppliedBatch } from '../../domain/change/driver.ts';
import { OperatorError } from '../../errors/operator-error.ts';

/** The verdicts of a system that this release only reads: whoever plans a change for it has a bug, and nothing is sent. */
export function refuseWrites(displayName: string, changes: ChangeSet): AppliedBatch<never> {
  const error = new OperatorError(`The operator only reads from ${displayName}`, { kind: 'Terminal', reason: 'CallForbidden' });
  return { verdicts: changes.map((change) => ({ change, result: 'failed', error })) };
}
