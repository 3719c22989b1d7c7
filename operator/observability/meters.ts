import { collectDefaultMetrics, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/** One series of a gauge that is told anew whenever metrics are read. */
export interface ObservedSample {
  readonly labels: Labels;
  readonly value: number;
}

interface Series {
  readonly labels: Labels;
  samples(name: string): readonly Sample[];
}

export interface MetersOptions {
  /** Series of one metric; what comes on top is counted and not kept. Default 5000: more are a mistake in labels, or too many objects to tell apart. */
  readonly maxSeries?: number;
}

const MAX_SERIES = 5000;
/** Read last, so that it tells of the very scrape that it is part of. */
const TRUNCATED = 'trunkline_metric_truncated';

/**
 * Metrics in a Prometheus registry. Counting is adding to a number that the caller holds; the registry reads the numbers when it is scraped
 * (prom-client's own children hash their labels on every call, which a no-op pass cannot afford).
 */
export class PrometheusMeters {
  readonly registry = new Registry();
  readonly #metrics = new Map<string, Metric>();
  readonly #maxSeries: number;

  constructor({ maxSeries = MAX_SERIES }: MetersOptions = {}) {
    this.#maxSeries = maxSeries;
  }

  /** Adds Node's own metrics (event loop, heap, gc) and `trunkline_build_info`. */
  addProcessMetrics(build: { readonly version: string; readonly commit: string }): void {
    collectDefaultMetrics({ register: this.registry });
    this.gauge('trunkline_build_info', 'Which build this is; always 1', { ...build, node: process.version }).set(1);
  }

  counter(name: string, help: string, labels: Labels = {}): Counter {
    return this.#cell(name, help, 'counter', labels, () => new Counter(labels));
  }

  gauge(name: string, help: string, labels: Labels = {}): Gauge {
    return this.#cell(name, help, 'gauge', labels, () => new Gauge(labels));
  }

  histogram(name: string, help: string, buckets: readonly number[], labels: Labels = {}): Histogram {
    return this.#cell(name, help, 'histogram', labels, () => new Histogram(labels, buckets));
  }

  /** Replaces an earlier one of the same name and labels. */
  observedGauge(name: string, help: string, labels: Labels, read: () => number): void {
    if (!this.#metric(name, help, 'gauge').put(new ObservedGauge(labels, read))) this.#countDropped(name);
  }

  /**
   * A gauge whose series are listed when metrics are read, for objects that come and go: a series is there exactly as long as `read` names it.
   * `read` names each set of labels once, and is not asked for more than the limit; `trunkline_metric_truncated` tells that there was more.
   */
  observedSeries(name: string, help: string, read: () => Iterable<ObservedSample>): void {
    const truncated = this.gauge(TRUNCATED, 'Whether a metric had more series than its limit when it was last read', { metric: name });
    this.#metric(name, help, 'gauge').put(new ObservedSeries(read, this.#maxSeries, truncated));
  }

  /** The exposition text. Other work goes on between two metrics: those with a series for each object take milliseconds. */
  async text(): Promise<string> {
    const parts: string[] = [];
    for (const { name } of this.registry.getMetricsAsArray().sort(truncatedLast)) {
      parts.push(await this.registry.getSingleMetricAsString(name));
      await nextTurn();
    }
    return `${parts.join('\n\n')}\n`;
  }

  #cell<S extends Series>(name: string, help: string, type: MetricType, labels: Labels, make: () => S): S {
    const metric = this.#metric(name, help, type);
    const known = metric.find(labels);
    if (known !== undefined) return known as S; // one name has one type: the metric checks it
    const cell = make();
    if (!metric.put(cell)) this.#countDropped(name);
    return cell;
  }

  #countDropped(metric: string): void {
    this.counter('trunkline_metric_series_dropped_total', 'Series beyond the limit of a metric', { metric }).inc();
  }

  #metric(name: string, help: string, type: MetricType): Metric {
    const known = this.#metrics.get(name);
    if (known !== undefined) {
      if (known.type !== type) throw new Error(`metric ${name} is a ${known.type}, not a ${type}`);
      return known;
    }
    const metric = new Metric(name, help, type, this.#maxSeries);
    this.#metrics.set(name, metric);
    // The registry needs only name and get(); its type also lists what it calls on its own metrics.
    this.registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
    return metric;
  }
}

function truncatedLast(left: { readonly name: string }, right: { readonly name: string }): number {
  return Number(left.name === TRUNCATED) - Number(right.name === TRUNCATED);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

type MetricType = 'counter' | 'gauge' | 'histogram';

class Metric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly #series = new Map<string, Series>();
  readonly #maxSeries: number;

  constructor(name: string, help: string, type: MetricType, maxSeries: number) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#maxSeries = maxSeries;
  }

  find(labels: Labels): Series | undefined {
    return this.#series.get(labelKey(labels));
  }

  /** Takes the place of an earlier one with the same labels; false when there is no room for another. */
  put(series: Series): boolean {
    const key = labelKey(series.labels);
    if (this.#series.size >= this.#maxSeries && !this.#series.has(key)) return false;
    this.#series.set(key, series);
    return true;
  }

  get(): object {
    const values = [...this.#series.values()].flatMap((series) => series.samples(this.name));
    return { name: this.name, help: this.help, type: this.type, aggregator: 'sum', values };
  }

  reset(): void {
    this.#series.clear();
  }
}

function labelKey(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${name}=${labels[name]}`)
    .join('\u0000');
}

class Counter implements Series {
  readonly labels: Labels;
  #value = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  inc(by = 1): void {
    this.#value += by;
  }

  samples(): readonly Sample[] {
    return [{ labels: this.labels, value: this.#value }];
  }
}

class Gauge implements Series {
  readonly labels: Labels;
  #value = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  set(value: number): void {
    this.#value = value;
  }

  samples(): readonly Sample[] {
    return [{ labels: this.labels, value: this.#value }];
  }
}

class ObservedGauge implements Series {
  readonly labels: Labels;
  readonly #read: () => number;

  constructor(labels: Labels, read: () => number) {
    this.labels = labels;
    this.#read = read;
  }

  samples(): readonly Sample[] {
    return [{ labels: this.labels, value: this.#read() }];
  }
}

class ObservedSeries implements Series {
  readonly labels: Labels = {};
  readonly #read: () => Iterable<ObservedSample>;
  readonly #limit: number;
  readonly #truncated: Gauge;

  constructor(read: () => Iterable<ObservedSample>, limit: number, truncated: Gauge) {
    this.#read = read;
    this.#limit = limit;
    this.#truncated = truncated;
  }

  samples(): readonly Sample[] {
    const samples: Sample[] = [];
    this.#truncated.set(0);
    for (const sample of this.#read()) {
      if (samples.length === this.#limit) {
        this.#truncated.set(1);
        break;
      }
      samples.push(sample);
    }
    return samples;
  }
}

class Histogram implements Series {
  readonly labels: Labels;
  readonly #buckets: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(labels: Labels, buckets: readonly number[]) {
    this.labels = labels;
    this.#buckets = buckets;
    this.#counts = new Float64Array(buckets.length);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    const buckets = this.#buckets;
    for (let i = 0; i < buckets.length; i++) {
      if (value <= (buckets[i] as number)) {
        this.#counts[i] = (this.#counts[i] as number) + 1;
        return;
      }
    }
  }

  samples(name: string): readonly Sample[] {
    let below = 0;
    const buckets = this.#buckets.map((le, index) => {
      below += this.#counts[index] ?? 0;
      return { metricName: `${name}_bucket`, labels: { ...this.labels, le: String(le) }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { ...this.labels, le: '+Inf' }, value: this.#count },
      { metricName: `${name}_sum`, labels: this.labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.labels, value: this.#count },
    ];
  }
}
