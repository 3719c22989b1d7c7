/** One time series. Handed out once for its label values and kept by the caller: counting on the hot path is adding to a number. */
export interface CounterCell {
  inc(by?: number): void;
}

export interface GaugeCell {
  set(value: number): void;
}

export interface HistogramCell {
  observe(value: number): void;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Where metrics go; observability/meters.ts implements it over a Prometheus registry. Asking for a cell makes its series appear at 0;
 * the same name and labels give the same cell. Label values come from closed sets.
 */
export interface Meters {
  counter(name: string, help: string, labels?: Labels): CounterCell;
  gauge(name: string, help: string, labels?: Labels): GaugeCell;
  /** `buckets` ascending, in the metric's unit; the first call of a name decides. */
  histogram(name: string, help: string, buckets: readonly number[], labels?: Labels): HistogramCell;
  /** A gauge whose value is asked for when metrics are read. */
  observedGauge(name: string, help: string, labels: Labels, read: () => number): void;
}

const nothing = { inc: () => undefined, set: () => undefined, observe: () => undefined };

/** Counts nothing. */
export const noMeters: Meters = {
  counter: () => nothing,
  gauge: () => nothing,
  histogram: () => nothing,
  observedGauge: () => undefined,
};
