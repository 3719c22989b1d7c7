const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Milliseconds of a Go-style duration (`90s`, `1h30m`); undefined when absent. The CRD's pattern has refused anything else. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return [...text.matchAll(PART)].reduce((sum, [, amount = '0', unit = 'ms']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}

/** As durationMs, kept between two durations: an object that is older than the CRD's bounds must not make the operator ask without pause. */
export function durationWithin(text: string | undefined, least: string, most: string): number | undefined {
  const ms = durationMs(text);
  return ms === undefined ? undefined : Math.min(Math.max(ms, durationMs(least) ?? ms), durationMs(most) ?? ms);
}
