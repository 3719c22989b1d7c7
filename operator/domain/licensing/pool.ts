/** What a provider has bought, for all its customers together. */
export interface LicensePool {
  readonly total: number;
  /** Wall clock, ms since 1970; absent: never. */
  readonly expiresAt?: number;
  /** Wall clock, ms since 1970, since when all are in use; absent: they are not. */
  readonly exhaustedAt?: number;
}

/** For how long, and with how many licences, work goes on after the pool is expired or used up (S262). */
export interface Grace {
  /** Of the pool's total. */
  readonly percent: number;
  readonly durationMs: number;
}

export interface Thresholds {
  /** Percent of the pool from which usage is worth an alarm; defaults 90 and 95 (S259). */
  readonly major: number;
  readonly critical: number;
}

export type ThresholdLevel = 'None' | 'Major' | 'Critical';

/** A level is reached at its percentage, not above it: 9,000 of 10,000 is 90 % (S260). An empty pool in use is Critical. */
export function thresholdLevel(used: number, total: number, { major, critical }: Thresholds): ThresholdLevel {
  if (used <= 0) return 'None';
  // Whole numbers only: a quotient would miss the boundary.
  if (used * 100 >= total * critical) return 'Critical';
  return used * 100 >= total * major ? 'Major' : 'None';
}

export interface Allowance {
  /** Licences that may be in use now. */
  readonly usable: number;
  readonly state: 'Regular' | 'ExhaustedGrace' | 'Exhausted' | 'ExpiredGrace' | 'Expired';
  /** Wall clock, ms; only during grace. */
  readonly graceUntil?: number;
}

/**
 * How many licences may be in use (S262 as corrected): of an expired pool the grace share stays usable for the grace time, an exhausted one
 * grows by it. Afterwards new assignments are held; what is assigned is never touched.
 */
export function allowance(pool: LicensePool, grace: Grace, now: number): Allowance {
  const share = Math.floor((pool.total * grace.percent) / 100);
  if (pool.expiresAt !== undefined && now >= pool.expiresAt) {
    const graceUntil = pool.expiresAt + grace.durationMs;
    return now < graceUntil ? { usable: share, state: 'ExpiredGrace', graceUntil } : { usable: 0, state: 'Expired' };
  }
  if (pool.exhaustedAt === undefined) return { usable: pool.total, state: 'Regular' };
  const graceUntil = pool.exhaustedAt + grace.durationMs;
  return now < graceUntil
    ? { usable: pool.total + share, state: 'ExhaustedGrace', graceUntil }
    : { usable: pool.total, state: 'Exhausted' };
}

/** Splits what wants a licence, in the order given, into what gets one now and what is held (golden vectors 5 and 7). */
export function admit<T>(
  wanted: readonly T[],
  used: number,
  usable: number,
): { readonly admitted: readonly T[]; readonly held: readonly T[] } {
  const free = Math.max(0, usable - used);
  return { admitted: wanted.slice(0, free), held: wanted.slice(free) };
}
