import type { Condition, ObjectMeta } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { Finding } from './finding.ts';

/** One entry of `status.waits` (design §2 Status): what is waited for, since when, and until when that is normal. */
export interface Wait {
  readonly condition: string;
  /** RFC 3339. */
  readonly since: string;
  /** RFC 3339; past it the wait is overdue. Absent: nobody knows how long it takes, and the wait never becomes `Stalled`. */
  readonly expectedBy?: string;
}

/** The object with what it said before: the only memory that waits have, so that they survive a restart. */
export interface Waiter {
  readonly metadata: Pick<ObjectMeta, 'generation'>;
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[]; readonly waits?: readonly Wait[] };
}

export interface WaitingContext {
  readonly object: Waiter;
  /** RFC 3339. */
  readonly now: string;
  /** Types that are no conditions of the kind: theirs is a wait of `Ready`. */
  readonly helpers: readonly string[];
}

export interface Waiting {
  /** The findings; one whose wait is overdue stalls, because a person must look (design §2 Conditions). */
  readonly findings: readonly Finding[];
  readonly waits: readonly Wait[];
}

const MINUTE_MS = 60_000;

/**
 * How long a wait may last before a person must look, counted from the moment its reason was first told; for reasons whose time a source
 * names. A failure that knows its own time carries it (`DeviceSynchronizing`, 15 min, reference audiocodes-sbc), and so does an Invitation,
 * which waits until it expires. All others (another object's gate, a domain that the customer's administrator verifies, a mail of which
 * nobody knows whether it arrived) take as long as somebody takes: no time is known, and they never stall.
 */
const EXPECTED_WITHIN_MS: { readonly [Name in Reason]?: number } = {
  // Telephony 6.4: read again after one minute, if still so a person approves. The second minute is for the reading.
  ObservationSuspect: 2 * MINUTE_MS,
};

/** CRD `status.waits`: as many at most. */
const MAX_WAITS = 32;
const NONE: readonly Wait[] = [];

/**
 * `status.waits` from what was found and what was said before; pure. A wait begins when its condition first says so and is over when it no
 * longer does; `expectedBy` begins anew with another reason or another spec, since that is another thing to wait for. Unchanged findings give unchanged waits.
 */
export function waitingOf(findings: readonly Finding[], context: WaitingContext): Waiting {
  if (!findings.some(isOpen)) return { findings, waits: NONE };
  const waits: Wait[] = [];
  const judged = findings.map((finding) => {
    const wait = isOpen(finding) ? waitOf(finding, context) : undefined;
    if (wait === undefined) return finding;
    if (!waits.some(({ condition }) => condition === wait.condition)) waits.push(wait);
    return isOverdue(wait, context.now) ? { ...finding, effect: 'stalls' as const } : finding;
  });
  return { findings: judged, waits: waits.slice(0, MAX_WAITS) };
}

/** Milliseconds until the next wait becomes overdue; undefined: none will. */
export function untilOverdue(waits: readonly Wait[], now: string): number | undefined {
  const left = waits.flatMap(({ expectedBy }) => (expectedBy === undefined ? [] : [Date.parse(expectedBy) - Date.parse(now)]));
  const ahead = left.filter((ms) => ms > 0);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function isOpen({ status, effect }: Finding): boolean {
  return status !== 'True' && effect !== 'fine';
}

function waitOf(finding: Finding, { object, now, helpers }: WaitingContext): Wait | undefined {
  const { reason, effect } = finding;
  const type = helpers.includes(finding.type) ? 'Ready' : finding.type;
  const last = object.status?.waits?.find(({ condition }) => condition === type);
  const isSame = last !== undefined && hasSaid(object, type, reason);
  // What stalls is no wait, unless it is the last word about one that was overdue.
  if (effect === 'stalls' && !(isSame && isOverdue(last, now))) return undefined;
  const expectedBy = isSame ? last.expectedBy : (finding.expectedBy ?? after(now, EXPECTED_WITHIN_MS[reason]));
  return { condition: type, since: last?.since ?? now, ...(expectedBy === undefined ? {} : { expectedBy }) };
}

function hasSaid({ metadata, status }: Waiter, type: string, reason: string): boolean {
  if (status?.observedGeneration !== metadata.generation) return false;
  return status?.conditions?.some((condition) => condition.type === type && condition.reason === reason) ?? false;
}

function isOverdue({ expectedBy }: Wait, now: string): boolean {
  return expectedBy !== undefined && Date.parse(expectedBy) <= Date.parse(now);
}

function after(now: string, ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(Date.parse(now) + ms).toISOString();
}
