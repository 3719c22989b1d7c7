import type { AuditRecord, DeliveryMetrics } from '../delivery/hooks.ts';
import type { CallMetrics } from '../integrations/http/metrics.ts';
import type { PrometheusMeters } from '../observability/meters.ts';
import { type ObjectMetricsOptions, observeObjects } from '../observability/object-metrics.ts';
import { OnboardingTimes } from '../observability/onboarding-times.ts';
import type { Log } from '../runtime/log.ts';
import type { Meters } from '../runtime/meters.ts';
import type { WatchedKinds } from './controllers.ts';

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

/** `perCustomer` false: throttled answers are summed over the targets of a system, each of which is a tenant or device. */
export function deliveryMetrics(meters: Meters, log: Log, { perCustomer }: ObjectMetricsOptions): DeliveryMetrics {
  const inFlight = meters.gauge('trunkline_external_inflight', 'Calls of drivers in flight');
  return {
    callFinished({ system, operation, result, durationMs }) {
      meters.counter('trunkline_lane_calls_total', 'Driver calls by result', { system, operation, result }).inc();
      meters
        .histogram('trunkline_lane_call_seconds', 'Duration of driver calls', SECONDS, { system, operation })
        .observe(durationMs / 1000);
    },
    throttled: (system, target) =>
      meters
        .counter('trunkline_throttled_total', 'Answers that asked to be called less often', { system, target: perCustomer ? target : '' })
        .inc(),
    breakerMoved: (lane, state) => log.info({ lane, state }, 'circuit breaker moved'),
    changeFinished: (system, action, result) =>
      meters.counter('trunkline_changes_total', 'Changes handed to outside systems', { system, action, result }).inc(),
    inFlight: (calls) => inFlight.set(calls),
    trouble: (where, error) => log.warn({ where, err: error }, 'delivery had trouble that nobody waits for'),
  };
}

/** What the caches say, and how long objects took to come into service. `isLeading`: this replica is the one that counts. */
export function objectMetrics(
  meters: PrometheusMeters,
  { customers, sites, devices, ranges, invitations }: WatchedKinds,
  { perCustomer, isLeading }: ObjectMetricsOptions & { readonly isLeading: () => boolean },
): void {
  const objects = {
    Customer: customers.store,
    SiteLocation: sites.store,
    SBCDevice: devices.store,
    NumberRange: ranges.store,
    Invitation: invitations.store,
  };
  observeObjects(meters, objects, { perCustomer });
  const times = new OnboardingTimes(meters, isLeading);
  customers.store.onChange((key, before, after) => times.changed('Customer', key, before, after));
  sites.store.onChange((key, before, after) => times.changed('SiteLocation', key, before, after));
  ranges.store.onChange((key, before, after) => times.changed('NumberRange', key, before, after));
}

/** One line for each write that was carried out outside (operator-practice row 33). */
export function auditTo(log: Log): (record: AuditRecord) => void {
  const audit = log.child({ stream: 'audit' });
  return (record) => audit.info({ ...record }, 'changed outside');
}
