import type { NumberRange, NumberRangeStatus } from '../../api/kinds.ts';
import type { Report } from '../../runtime/reconciler.ts';
import { waitsStatus } from '../conclusion.ts';
import type { Finding } from '../finding.ts';
import { tasksWithdrawn } from '../tasks.ts';
import { rangeConditions } from './report.ts';

/** A ConfigMap that could not be used is read again after this long. */
const CORRECTED_RECHECK_MS = 60_000;

/** Nothing is planned from a spec that cannot be used; what is held stays held, and stays outside. Pure. */
export function refusedReport(range: NumberRange, refusal: Finding | undefined, now: string): Report<NumberRangeStatus> {
  const {
    observedGeneration: _generation,
    conditions: _conditions,
    lastHandledReconcileAt: _handled,
    waits: _waits,
    tasks,
    ...status
  } = range.status ?? {};
  const conclusion = rangeConditions({ range, refusal }, now);
  return {
    status: { ...status, ...tasksWithdrawn(tasks), ...waitsStatus(conclusion) },
    conditions: conclusion.conditions,
    deadlineMs: conclusion.deadlineMs,
    // Nobody watches ConfigMaps.
    ...(range.spec.prefixesFrom === undefined ? {} : { recheckAfterMs: CORRECTED_RECHECK_MS }),
  };
}
