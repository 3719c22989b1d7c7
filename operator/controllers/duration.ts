const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Milliseconds of a Go-style duration (`90s`, `1h30m`); undefined when absent. The CRD's pattern has refused anything else. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return [...text.matchAll(PART)].reduce((sum, [, amount = '0', unit = 'ms']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}
