import { describe, expect, it } from 'vitest';
import { type ObservedSample, PrometheusMeters } from './meters.ts';

/** The lines of one metric, without its help and type. */
async function linesOf(meters: PrometheusMeters, name: string): Promise<string[]> {
  return (await meters.text()).split('\n').filter((line) => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(line));
}

function samples(...names: string[]): ObservedSample[] {
  return names.map((name, index) => ({ labels: { name }, value: index }));
}

describe('metrics', () => {
  it('gives the same cell for the same name and labels, there at 0 from the start', async () => {
    const meters = new PrometheusMeters();
    const cell = meters.counter('a_total', 'Help', { x: '1' });
    expect(await linesOf(meters, 'a_total')).toEqual(['a_total{x="1"} 0']);
    cell.inc();
    meters.counter('a_total', 'Help', { x: '1' }).inc(2);
    expect(await linesOf(meters, 'a_total')).toEqual(['a_total{x="1"} 3']);
  });

  it('refuses one name for two types', () => {
    const meters = new PrometheusMeters();
    meters.counter('a_total', 'Help');
    expect(() => meters.gauge('a_total', 'Help')).toThrow('a_total is a counter');
  });

  it('counts a value into its bucket and every wider one', async () => {
    const meters = new PrometheusMeters();
    const histogram = meters.histogram('wait_seconds', 'Help', [1, 10], { step: 's' });
    for (const value of [0.5, 1, 5, 100]) histogram.observe(value);
    expect(await linesOf(meters, 'wait_seconds')).toEqual([
      'wait_seconds_bucket{step="s",le="1"} 2',
      'wait_seconds_bucket{step="s",le="10"} 3',
      'wait_seconds_bucket{step="s",le="+Inf"} 4',
      'wait_seconds_sum{step="s"} 106.5',
      'wait_seconds_count{step="s"} 4',
    ]);
  });

  it('asks an observed gauge when it is read, the newest one of the same labels', async () => {
    const meters = new PrometheusMeters();
    let depth = 1;
    meters.observedGauge('depth', 'Help', { q: 'a' }, () => -1);
    meters.observedGauge('depth', 'Help', { q: 'a' }, () => depth);
    depth = 7;
    expect(await linesOf(meters, 'depth')).toEqual(['depth{q="a"} 7']);
  });

  it('keeps a series exactly as long as it is named', async () => {
    const meters = new PrometheusMeters();
    let present = ['a', 'b'];
    meters.observedSeries('up', 'Help', () => samples(...present));
    expect(await linesOf(meters, 'up')).toEqual(['up{name="a"} 0', 'up{name="b"} 1']);
    present = ['b'];
    expect(await linesOf(meters, 'up')).toEqual(['up{name="b"} 0']);
  });

  it('bounds every metric, and tells that there was more, in the same scrape', async () => {
    const meters = new PrometheusMeters({ maxSeries: 2 });
    meters.observedSeries('first', 'Help', () => samples('a'));
    meters.observedSeries('up', 'Help', () => samples('a', 'b', 'c', 'd'));
    expect(await linesOf(meters, 'up')).toHaveLength(2);
    expect(await linesOf(meters, 'trunkline_metric_truncated')).toEqual([
      'trunkline_metric_truncated{metric="first"} 0',
      'trunkline_metric_truncated{metric="up"} 1',
    ]);
  });

  it('drops counters and gauges beyond the limit, and counts that; what is there goes on', async () => {
    const meters = new PrometheusMeters({ maxSeries: 2 });
    for (const x of ['1', '2', '3']) meters.counter('a_total', 'Help', { x }).inc();
    for (const x of ['1', '2', '3']) meters.observedGauge('depth', 'Help', { x }, () => 1);
    meters.counter('a_total', 'Help', { x: '1' }).inc();
    meters.observedGauge('depth', 'Help', { x: '2' }, () => 9);
    expect(await linesOf(meters, 'a_total')).toEqual(['a_total{x="1"} 2', 'a_total{x="2"} 1']);
    expect(await linesOf(meters, 'depth')).toEqual(['depth{x="1"} 1', 'depth{x="2"} 9']);
    expect(await linesOf(meters, 'trunkline_metric_series_dropped_total')).toEqual([
      'trunkline_metric_series_dropped_total{metric="a_total"} 1',
      'trunkline_metric_series_dropped_total{metric="depth"} 1',
    ]);
  });

  it('tells which build it is, beside what Node says of itself', async () => {
    const meters = new PrometheusMeters();
    meters.addProcessMetrics({ version: '1.2.3', commit: 'abc' });
    expect(await linesOf(meters, 'trunkline_build_info')).toEqual([
      `trunkline_build_info{version="1.2.3",commit="abc",node="${process.version}"} 1`,
    ]);
    expect(await linesOf(meters, 'nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  });
});
