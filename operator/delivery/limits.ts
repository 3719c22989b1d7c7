/** How much one lane may do at a time. */
export interface LaneLimits {
  /** Calls of the lane in flight at once; of these at most one is a write. */
  readonly concurrency: number;
  /** Token bucket: calls that may start back to back, and how many a second come back. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface BreakerLimits {
  /** Consecutive failures of kind Retryable after which the lane opens. */
  readonly threshold: number;
  /** How long it stays open the first time; doubled with each failed probe up to `maxOpenMs`, ±20 % jitter. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

/** Every bound of delivery in one place; what is left out of the constructor's argument has the value of `DEFAULT_LIMITS`. */
export interface DeliveryLimits {
  /** Calls in flight over all lanes (design §4). */
  readonly inFlight: number;
  readonly laneOf: (lane: string) => LaneLimits;
  readonly breaker: BreakerLimits;
  readonly readDeadlineMs: number;
  readonly applyDeadlineMs: number;
  /** Oldest picture that `see` gives when its caller names no age. */
  readonly maxAgeMs: number;
  /** Pictures kept in memory that nobody waits for; the least recently used go first. */
  readonly idleViews: number;
  /** First reads after a start are spread over at most this time; a lone target is not delayed (`spreadPerTargetMs` a waiting target). */
  readonly spreadMs: number;
  readonly spreadPerTargetMs: number;
  /** Scripts sent again without the changes that failed, before the rest is handed back for the next plan. */
  readonly resends: number;
}

const DEVICE_LANE: LaneLimits = { concurrency: 1, burst: 10, perSecond: 5 };
const TENANT_LANE: LaneLimits = { concurrency: 4, burst: 20, perSecond: 10 };
/** The cluster's own API, the provider's mail server: many small writes of all customers share one lane. */
const HOUSE_LANE: LaneLimits = { concurrency: 4, burst: 100, perSecond: 100 };

function laneLimits(lane: string): LaneLimits {
  if (lane.startsWith('device/')) return DEVICE_LANE;
  return lane.startsWith('tenant/') ? TENANT_LANE : HOUSE_LANE;
}

export const DEFAULT_LIMITS: DeliveryLimits = {
  inFlight: 64,
  laneOf: laneLimits,
  breaker: { threshold: 5, openMs: 5_000, maxOpenMs: 300_000 },
  readDeadlineMs: 60_000,
  applyDeadlineMs: 300_000,
  maxAgeMs: 600_000,
  idleViews: 2_000,
  spreadMs: 20_000,
  spreadPerTargetMs: 20,
  resends: 5,
};
