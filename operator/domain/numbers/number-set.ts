import type { Interval } from './interval-list.ts';
import type { Prefix } from './prefix.ts';

/**
 * The numbers that a set of patterns stands for, each once however many patterns name it. For counting and for "is this number one of ours";
 * what a pattern would capture on a device beyond its numbers does not count.
 */
export class NumberSet {
  /** `+15` or `4` (with or without plus, and length) → sorted, disjoint. */
  readonly #bySpace = new Map<string, readonly Interval[]>();
  /** Distinct numbers. */
  readonly size: number;

  constructor(prefixes: Iterable<Prefix>) {
    const gathered = new Map<string, Interval[]>();
    for (const prefix of prefixes) {
      const space = spaceOf(prefix.stem.startsWith('+'), prefix.digits);
      const list = gathered.get(space);
      if (list === undefined) gathered.set(space, [prefix]);
      else list.push(prefix);
    }
    let size = 0;
    for (const [space, list] of gathered) {
      const merged = merge(list);
      this.#bySpace.set(space, merged);
      for (const { first, last } of merged) size += last - first + 1;
    }
    this.size = size;
  }

  /** Whether a whole number (`+41430002000`, or an extension) is in the set. */
  has(number: string): boolean {
    const hasPlus = number.startsWith('+');
    const digits = hasPlus ? number.slice(1) : number;
    if (!/^\d{1,15}$/.test(digits)) return false;
    const intervals = this.#bySpace.get(spaceOf(hasPlus, digits.length)) ?? [];
    return within(intervals, Number(digits));
  }
}

/** What an Essentials customer is counted by: distinct E.164 numbers, overlaps once, extensions out (S258). */
export function countE164(prefixes: Iterable<Prefix>): number {
  return new NumberSet([...prefixes].filter((prefix) => prefix.isE164)).size;
}

function spaceOf(hasPlus: boolean, digits: number): string {
  return `${hasPlus ? '+' : ''}${digits}`;
}

function merge(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((left, right) => left.first - right.first);
  const merged: Interval[] = [];
  for (const next of sorted) {
    const before = merged.at(-1);
    if (before === undefined || next.first > before.last + 1) merged.push(next);
    else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, next.last) };
  }
  return merged;
}

function within(intervals: readonly Interval[], value: number): boolean {
  let [low, high] = [0, intervals.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const interval = intervals[middle];
    if (interval === undefined) return false;
    if (value < interval.first) high = middle - 1;
    else if (value > interval.last) low = middle + 1;
    else return true;
  }
  return false;
}
