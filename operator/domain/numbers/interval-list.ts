/** Whole numbers from `first` to `last`, both included. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

interface Chunk<T> {
  /** Sorted by first number. */
  readonly items: T[];
  /** Highest last number in the chunk: lets a search skip it. */
  highest: number;
}

const CHUNK_SIZE = 256;

/**
 * Items that stand for intervals, by their first number; they may overlap. Adding, removing and searching touch a few chunks, not the whole
 * list, so that a hundred thousand number patterns stay cheap to keep and to ask.
 */
export class IntervalList<T> {
  readonly #intervalOf: (item: T) => Interval;
  #chunks: Chunk<T>[] = [];

  constructor(intervalOf: (item: T) => Interval) {
    this.#intervalOf = intervalOf;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  add(item: T): void {
    const { first, last } = this.#intervalOf(item);
    const at = Math.max(0, this.#chunksFrom(first) - 1);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push({ items: [item], highest: last });
      return;
    }
    chunk.items.splice(this.#upperBound(chunk.items, first), 0, item);
    chunk.highest = Math.max(chunk.highest, last);
    if (chunk.items.length > CHUNK_SIZE) this.#split(at, chunk);
  }

  /** Removes this very item; one that is not in the list is no error. */
  remove(item: T): void {
    const { first } = this.#intervalOf(item);
    // Equal first numbers may lie in several chunks; the last of them is the one before the first chunk that begins later.
    for (let at = this.#chunksFrom(first) - 1; at >= 0; at -= 1) {
      const chunk = this.#chunks[at];
      if (chunk === undefined) return;
      const index = chunk.items.lastIndexOf(item);
      if (index >= 0) {
        chunk.items.splice(index, 1);
        if (chunk.items.length === 0) this.#chunks.splice(at, 1);
        else chunk.highest = this.#highestOf(chunk.items);
        return;
      }
      if (this.#firstOf(chunk) < first) return;
    }
  }

  /** Every item that shares a number with the interval, by first number. */
  *overlapping({ first, last }: Interval): Generator<T> {
    const end = this.#chunksFrom(last);
    for (let at = 0; at < end; at += 1) {
      const chunk = this.#chunks[at];
      if (chunk === undefined || chunk.highest < first) continue;
      for (const item of chunk.items) {
        const interval = this.#intervalOf(item);
        if (interval.first > last) return;
        if (interval.last >= first) yield item;
      }
    }
  }

  *[Symbol.iterator](): Generator<T> {
    for (const chunk of this.#chunks) yield* chunk.items;
  }

  /** How many chunks begin at or before a number. */
  #chunksFrom(value: number): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle];
      if (chunk !== undefined && this.#firstOf(chunk) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #firstOf(chunk: Chunk<T>): number {
    const [item] = chunk.items;
    return item === undefined ? Number.POSITIVE_INFINITY : this.#intervalOf(item).first;
  }

  #highestOf(items: readonly T[]): number {
    return items.reduce((highest, item) => Math.max(highest, this.#intervalOf(item).last), 0);
  }

  #upperBound(items: readonly T[], first: number): number {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = items[middle];
      if (item !== undefined && this.#intervalOf(item).first <= first) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #split(at: number, chunk: Chunk<T>): void {
    const items = chunk.items.splice(CHUNK_SIZE / 2);
    chunk.highest = this.#highestOf(chunk.items);
    this.#chunks.splice(at + 1, 0, { items, highest: this.#highestOf(items) });
  }
}
