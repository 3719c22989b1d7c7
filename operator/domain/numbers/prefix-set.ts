import { IntervalList } from './interval-list.ts';
import { cut, type Prefix, type PrefixRelation, relation } from './prefix.ts';

/** Digits of the longest numbers there are (E.164). */
const LONGEST = 15;

/** Patterns of which one asks how another one stands to any of them; a look costs what touches that one, not all there are. */
export class PrefixSet {
  /** By the longest numbers that begin with theirs, so that patterns of different lengths meet. */
  readonly #list = new IntervalList<Prefix>((prefix) => cut(prefix, LONGEST));

  constructor(prefixes: Iterable<Prefix>) {
    for (const prefix of prefixes) this.#list.add(prefix);
  }

  /** Whether one of them stands to `other` in one of these ways: see relation. */
  has(other: Prefix, ways: readonly PrefixRelation[]): boolean {
    for (const prefix of this.#list.overlapping(cut(other, LONGEST))) if (ways.includes(relation(prefix, other))) return true;
    return false;
  }
}
