import type { AuditRecord, DeliveryMetrics } from '../delivery/hooks.ts';
import type { CallMetrics } from '../integrations/http/metrics.ts';
import type { Log } from '../runtime/log.ts';
import type { Meters } from '../runtime/meters.ts';

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Calls to outside systems, by system and templated operation, never by URL (design §6). */
export function callMetrics(meters: Meters): CallMetrics {
  return {
    observe({ system, operation, code, seconds }) {
      meters.counter('trunkline_external_requests_total', 'Calls to outside systems', { system, operation, code }).inc();
      meters
        .histogram('trunkline_external_request_duration_seconds', 'Duration of calls to outside systems', SECONDS, { system, operation })
        .observe(seconds);
    },
  };
}

export function deliveryMetrics(meters: Meters, log: Log): DeliveryMetrics {
  const inFlight = meters.gauge('trunkline_external_inflight', 'Calls of drivers in flight');
  return {
    callFinished({ system, operation, result, durationMs }) {
      meters.counter('trunkline_lane_calls_total', 'Driver calls by result', { system, operation, result }).inc();
      meters
        .histogram('trunkline_lane_call_seconds', 'Duration of driver calls', SECONDS, { system, operation })
        .observe(durationMs / 1000);
    },
    throttled: (system, target) =>
      meters.counter('trunkline_throttled_total', 'Answers that asked to be called less often', { system, target }).inc(),
    breakerMoved: (lane, state) => log.info({ lane, state }, 'circuit breaker moved'),
    changeFinished: (system, action, result) =>
      meters.counter('trunkline_changes_total', 'Changes handed to outside systems', { system, action, result }).inc(),
    inFlight: (calls) => inFlight.set(calls),
    trouble: (where, error) => log.warn({ where, err: error }, 'delivery had trouble that nobody waits for'),
  };
}

/** One line for each write that was carried out outside (operator-practice row 33). */
export function auditTo(log: Log): (record: AuditRecord) => void {
  const audit = log.child({ stream: 'audit' });
  return (record) => audit.info({ ...record }, 'changed outside');
}
