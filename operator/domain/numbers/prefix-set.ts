import { IntervalList } from './interval-list.ts';
import { cut, type Prefix } from './prefix.ts';

/** Digits of the longest numbers there are (E.164). */
const LONGEST = 15;

/** Patterns of which one asks how another one stands to any of them; a look costs what touches that one, not all there are. */
export class PrefixSet {
  /** By the longest numbers that begin with theirs, so that patterns of different lengths meet. */
  readonly #list = new IntervalList<Prefix>((prefix) => cut(prefix, LONGEST));

  constructor(prefixes: Iterable<Prefix>) {
    for (const prefix of prefixes) this.#list.add(prefix);
  }

  /** Whether one of them stands to `other` in this way; asked only of those that begin with its numbers, or with which its numbers begin. */
  some(other: Prefix, way: (prefix: Prefix, other: Prefix) => boolean): boolean {
    for (const prefix of this.#list.overlapping(cut(other, LONGEST))) if (way(prefix, other)) return true;
    return false;
  }
}
