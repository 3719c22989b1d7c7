import type { CounterCell, HistogramCell, Meters } from './meters.ts';
import { LANES, type WorkQueue } from './queue.ts';

/** controller-runtime's buckets, so that existing dashboards fit. */
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5,
  5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const QUEUE_BUCKETS = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000];

export type PassResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** The metrics of one controller under controller-runtime's names (operator-practice rows 76 and 77), all there at 0 from the start. */
export class ControllerMeters {
  readonly queueWaited: HistogramCell;
  readonly queueAdded: CounterCell;
  readonly queueRetried: CounterCell;
  readonly statusWrites: CounterCell;
  readonly statusAltered: CounterCell;
  readonly timeouts: CounterCell;
  readonly panics: CounterCell;
  readonly terminalErrors: CounterCell;
  readonly #errors: CounterCell;
  readonly #results: Readonly<Record<PassResult, CounterCell>>;
  readonly #time: HistogramCell;
  readonly #worked: HistogramCell;
  readonly #meters: Meters;
  readonly #name: string;

  constructor(meters: Meters, name: string, concurrency: number) {
    this.#meters = meters;
    this.#name = name;
    const own = { controller: name };
    const queue = { name, controller: name };
    const result = (label: PassResult): CounterCell =>
      meters.counter('controller_runtime_reconcile_total', 'Reconciles by result', { ...own, result: label });
    this.#results = {
      success: result('success'),
      error: result('error'),
      requeue: result('requeue'),
      requeue_after: result('requeue_after'),
    };
    this.#time = meters.histogram('controller_runtime_reconcile_time_seconds', 'Length of a reconcile', RECONCILE_BUCKETS, own);
    this.#errors = meters.counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed', own);
    this.terminalErrors = meters.counter('controller_runtime_terminal_reconcile_errors_total', 'Reconciles that failed for good', own);
    this.panics = meters.counter('controller_runtime_reconcile_panics_total', 'Reconciles that ended in an unexpected exception', own);
    this.timeouts = meters.counter('controller_runtime_reconcile_timeouts_total', 'Reconciles that were aborted for taking too long', own);
    meters.gauge('controller_runtime_max_concurrent_reconciles', 'Reconciles allowed at the same time', own).set(concurrency);
    this.queueAdded = meters.counter('workqueue_adds_total', 'Keys added to the queue', queue);
    this.queueRetried = meters.counter('workqueue_retries_total', 'Keys put back after a failure', queue);
    this.queueWaited = meters.histogram('workqueue_queue_duration_seconds', 'How long a key waits before its run', QUEUE_BUCKETS, queue);
    this.#worked = meters.histogram('workqueue_work_duration_seconds', 'How long a run takes', QUEUE_BUCKETS, queue);
    this.statusWrites = meters.counter('trunkline_status_writes_total', 'Status writes sent', own);
    this.statusAltered = meters.counter('trunkline_status_altered_total', 'Status writes that the API server stored differently', own);
  }

  observe(queue: WorkQueue, active: () => number): void {
    const { meters, labels } = { meters: this.#meters, labels: { name: this.#name, controller: this.#name } };
    for (const lane of LANES) {
      meters.observedGauge('workqueue_depth', 'Keys waiting', { ...labels, priority: lane }, () => queue.depthOf(lane));
    }
    meters.observedGauge('workqueue_unfinished_work_seconds', 'Time spent in runs under way', labels, () => queue.unfinishedMs / 1000);
    meters.observedGauge(
      'workqueue_longest_running_processor_seconds',
      'Age of the oldest run under way',
      labels,
      () => queue.longestRunMs / 1000,
    );
    meters.observedGauge('controller_runtime_active_workers', 'Reconciles under way', { controller: this.#name }, active);
  }

  passed(seconds: number, result: PassResult): void {
    this.#results[result].inc();
    if (result === 'error') this.#errors.inc();
    this.#time.observe(seconds);
    this.#worked.observe(seconds);
  }
}
