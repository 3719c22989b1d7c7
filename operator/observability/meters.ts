import { collectDefaultMetrics, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

interface Series {
  readonly labels: Labels;
  samples(name: string): readonly Sample[];
}

/** More series than this in one metric are a mistake in its labels; what comes on top is counted and not kept. */
const MAX_SERIES = 5000;

/**
 * Metrics in a Prometheus registry. Counting is adding to a number that the caller holds; the registry reads the numbers when it is scraped
 * (prom-client's own children hash their labels on every call, which a no-op pass cannot afford).
 */
export class PrometheusMeters {
  readonly registry = new Registry();
  readonly #metrics = new Map<string, Metric>();

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
    this.#metric(name, help, 'gauge').replace(new ObservedGauge(labels, read));
  }

  /** The series disappears, as when its object is gone. */
  remove(name: string, labels: Labels): void {
    this.#metrics.get(name)?.remove(labels);
  }

  /** The exposition text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  #cell<S extends Series>(name: string, help: string, type: MetricType, labels: Labels, make: () => S): S {
    const metric = this.#metric(name, help, type);
    const known = metric.find(labels);
    if (known !== undefined) return known as S; // one name has one type: the metric checks it
    const cell = make();
    if (!metric.add(cell))
      this.counter('trunkline_metric_series_dropped_total', 'Series beyond the limit of a metric', { metric: name }).inc();
    return cell;
  }

  #metric(name: string, help: string, type: MetricType): Metric {
    const known = this.#metrics.get(name);
    if (known !== undefined) {
      if (known.type !== type) throw new Error(`metric ${name} is a ${known.type}, not a ${type}`);
      return known;
    }
    const metric = new Metric(name, help, type);
    this.#metrics.set(name, metric);
    // The registry needs only name and get(); its type also lists what it calls on its own metrics.
    this.registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
    return metric;
  }
}

type MetricType = 'counter' | 'gauge' | 'histogram';

class Metric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly #series = new Map<string, Series>();

  constructor(name: string, help: string, type: MetricType) {
    this.name = name;
    this.help = help;
    this.type = type;
  }

  find(labels: Labels): Series | undefined {
    return this.#series.get(labelKey(labels));
  }

  add(series: Series): boolean {
    if (this.#series.size >= MAX_SERIES) return false;
    this.#series.set(labelKey(series.labels), series);
    return true;
  }

  replace(series: Series): void {
    this.#series.set(labelKey(series.labels), series);
  }

  remove(labels: Labels): void {
    this.#series.delete(labelKey(labels));
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
