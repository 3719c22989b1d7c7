import type { Interval } from './interval-list.ts';
import type { Prefix } from './prefix.ts';

/** What an Essentials customer is counted by: distinct E.164 numbers, overlaps once, extensions out (S258). */
export function countE164(prefixes: Iterable<Prefix>): number {
  const byLength = new Map<number, Interval[]>();
  for (const prefix of prefixes) {
    if (!prefix.isE164) continue;
    const list = byLength.get(prefix.digits);
    if (list === undefined) byLength.set(prefix.digits, [prefix]);
    else list.push(prefix);
  }
  let count = 0;
  for (const intervals of byLength.values()) count += covered(intervals);
  return count;
}

/** How many values the intervals cover, each once. */
function covered(intervals: readonly Interval[]): number {
  let [count, reached] = [0, Number.NEGATIVE_INFINITY];
  for (const { first, last } of [...intervals].sort((left, right) => left.first - right.first)) {
    if (last <= reached) continue;
    count += last - Math.max(first, reached + 1) + 1;
    reached = last;
  }
  return count;
}
