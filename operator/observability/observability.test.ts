import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { describeError } from './describe-error.ts';
import { ProcessHealth, reportHealth } from './health.ts';
import { createLogger } from './logger.ts';
import { PrometheusMeters } from './meters.ts';
import { SecretValues } from './secret-values.ts';
import { startProbeServer } from './server.ts';

describe('describeError', () => {
  it('shows an error by allow-list: nothing of the request that an HTTP error carries', () => {
    const error = Object.assign(new Error('Request failed with status code 403'), {
      code: 'ERR_BAD_REQUEST',
      config: { headers: { Authorization: 'Bearer secret-token' } },
      request: { _header: 'authorization: Bearer secret-token' },
      response: { data: { token: 'secret-token' } },
    });
    const shown = describeError(error);
    expect(shown).toMatchObject({ name: 'Error', message: 'Request failed with status code 403', code: 'ERR_BAD_REQUEST' });
    expect(JSON.stringify(shown)).not.toContain('secret-token');
  });

  it('shows our own with reason and correlation id, without a stack, and its cause', () => {
    const error = new OperatorError('Refused', {
      kind: 'Auth',
      reason: 'PermissionDenied',
      correlationId: 'id',
      cause: new TypeError('inner'),
    });
    const shown = describeError(error);
    expect(shown).toMatchObject({
      kind: 'Auth',
      reason: 'PermissionDenied',
      correlationId: 'id',
      cause: { name: 'TypeError', message: 'inner' },
    });
    expect(shown).not.toHaveProperty('stack');
  });

  it('bears what is no error, and causes that go round in circles', () => {
    expect(describeError({ password: 'x' })).toEqual({ message: 'a object was thrown' });
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    expect(() => JSON.stringify(describeError(one))).not.toThrow();
  });
});

describe('createLogger', () => {
  function logged(act: (log: ReturnType<typeof createLogger>, secrets: SecretValues) => void): string {
    let text = '';
    const secrets = new SecretValues();
    const destination = {
      write: (line: string) => {
        text += line;
      },
    };
    act(createLogger({ level: 'info', base: { component: 'operator' }, secrets, destination }), secrets);
    return text;
  }

  it('[S051] [S084] masks credentials by field, by value and by shape', () => {
    const text = logged((log, secrets) => {
      secrets.add('hunter2-hunter2');
      secrets.add('with "quotes" and ä');
      log.info({ password: 'in-a-field', nested: { token: 'nested-field' }, headers: { Authorization: 'header-field' } }, 'fields');
      log.warn({ url: 'https://host/?key=hunter2-hunter2', note: 'with "quotes" and ä' }, 'values');
      log.error({ err: new Error('sent Bearer abcdefghijklmnop and eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl') }, 'shapes');
    });
    for (const secret of ['in-a-field', 'nested-field', 'header-field', 'hunter2', 'quotes', 'abcdefghijklmnop', 'eyJhbGci'])
      expect(text).not.toContain(secret);
    expect(text.match(/\[secret\]/g)?.length).toBeGreaterThanOrEqual(7);
  });

  it('stops masking a value that nobody uses any more, once all have taken it back', () => {
    const secrets = new SecretValues();
    const [first, second] = [secrets.add('rotated-secret'), secrets.add('rotated-secret')];
    first();
    first();
    expect(secrets.mask('rotated-secret')).toBe('[secret]');
    second();
    expect(secrets.mask('rotated-secret')).toBe('rotated-secret');
  });

  it('writes one JSON object a line, with level and time as text', () => {
    const line = JSON.parse(logged((log) => log.child({ controller: 'Customer' }).info({ name: 'a' }, 'something changed'))) as object;
    expect(line).toMatchObject({ level: 'info', component: 'operator', controller: 'Customer', name: 'a', msg: 'something changed' });
  });

  it('changes its level while it runs', () => {
    const text = logged((log) => {
      log.debug({}, 'unseen');
      log.level = 'debug';
      log.debug({}, 'visible');
    });
    expect(text).toContain('visible');
    expect(text).not.toContain('unseen');
  });
});

describe('PrometheusMeters', () => {
  it('shows every series from the start, at 0', async () => {
    const meters = new PrometheusMeters();
    meters.counter('a_total', 'A', { kind: 'x' });
    meters.histogram('h_seconds', 'H', [0.1, 1], { kind: 'x' });
    meters.observedGauge('g', 'G', {}, () => 7);
    const text = await meters.text();
    expect(text).toContain('# TYPE a_total counter\na_total{kind="x"} 0');
    expect(text).toContain('h_seconds_bucket{kind="x",le="+Inf"} 0');
    expect(text).toContain('g 7');
  });

  it('counts into the same series for the same labels, in whatever order they are given', async () => {
    const meters = new PrometheusMeters();
    meters.counter('a_total', 'A', { one: '1', two: '2' }).inc();
    meters.counter('a_total', 'A', { two: '2', one: '1' }).inc(2);
    expect(await meters.text()).toContain('a_total{one="1",two="2"} 3');
  });

  it('sums histogram buckets as Prometheus wants them', async () => {
    const histogram = new PrometheusMeters();
    const cell = histogram.histogram('h', 'H', [0.1, 1, 10]);
    for (const value of [0.05, 0.1, 0.5, 5, 50]) cell.observe(value);
    const text = await histogram.text();
    const lines = [
      'h_bucket{le="0.1"} 2',
      'h_bucket{le="1"} 3',
      'h_bucket{le="10"} 4',
      'h_bucket{le="+Inf"} 5',
      'h_sum 55.65',
      'h_count 5',
    ];
    for (const line of lines) expect(text).toContain(line);
  });

  it('drops series beyond 5,000 and says so', async () => {
    const meters = new PrometheusMeters();
    for (let i = 0; i < 5010; i++) meters.gauge('many', 'M', { name: String(i) }).set(1);
    const text = await meters.text();
    expect(text.match(/^many\{/gm)).toHaveLength(5000);
    expect(text).toContain('trunkline_metric_series_dropped_total{metric="many"} 10');
  });

  it('refuses one name for two types', () => {
    const meters = new PrometheusMeters();
    meters.counter('a', 'A');
    expect(() => meters.gauge('a', 'A')).toThrow('is a counter');
  });

  it('shows Node’s own metrics and the build', async () => {
    const meters = new PrometheusMeters();
    meters.addProcessMetrics({ version: '1.2.3', commit: 'abc' });
    const text = await meters.text();
    expect(text).toContain('trunkline_build_info{version="1.2.3",commit="abc"');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });
});

describe('health', () => {
  const good = { name: 'good', ok: true, detail: 'fine' };
  const bad = { name: 'bad', ok: false, detail: 'the watch is silent' };

  it('names what fails', () => {
    expect(reportHealth('readyz', [() => [good]])).toMatchObject({ ok: true });
    const report = reportHealth('readyz', [() => [good], () => [bad]]);
    expect(report).toMatchObject({ ok: false });
    expect(report?.text).toContain('[-]bad failed: the watch is silent');
    expect(reportHealth('readyz', [() => [good]], 'unknown')).toBeUndefined();
  });

  it('notices clocks that drift apart', () => {
    const clock = new FakeClock();
    const health = new ProcessHealth(clock);
    clock.jumpWall(120_000);
    expect(health.checks().find(({ name }) => name === 'clock')).toMatchObject({ ok: false });
    health.stop();
  });

  it('[S154] answers probes and metrics over HTTP: the operator itself is ready or not', async () => {
    const checks = { ready: [bad], live: [good] };
    const server = await startProbeServer({
      host: '127.0.0.1',
      port: 0,
      ready: [() => checks.ready],
      live: [() => checks.live],
      metrics: async () => 'a_total 1\n',
    });
    const get = async (path: string): Promise<[number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return [answer.status, await answer.text()];
    };
    expect(await get('/livez')).toEqual([200, 'ok\n']);
    expect((await get('/livez?verbose'))[1]).toContain('[+]good ok: fine');
    expect((await get('/readyz'))[0]).toBe(503);
    expect((await get('/readyz/bad'))[0]).toBe(503);
    expect((await get('/readyz/nothing'))[0]).toBe(404);
    expect(await get('/metrics')).toEqual([200, 'a_total 1\n']);
    expect((await get('/secrets'))[0]).toBe(404);
    await server.close();
  });
});
