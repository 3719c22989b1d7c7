import { PrometheusMeters } from '../../operator/observability/meters.ts';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Real meters, with a way to ask what has been counted: the sum over all series that carry the labels. */
export function createMeters(): {
  readonly meters: PrometheusMeters;
  count(name: string, labels?: Readonly<Record<string, string>>): number;
} {
  const meters = new PrometheusMeters();
  return {
    meters,
    count: (name, labels = {}) => {
      const metric = meters.registry.getSingleMetric(name) as unknown as { get(): { values: readonly Sample[] } } | undefined;
      const values = metric?.get().values ?? [];
      const matching = values.filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
      return matching.reduce((sum, { value }) => sum + value, 0);
    },
  };
}
