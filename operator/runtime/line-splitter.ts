const NEWLINE = 0x0a;
/** etcd refuses objects beyond 1.5 MiB; whatever grows past this is not a watch event. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Cuts a byte stream at 0x0A only. (node:readline also cuts at U+2028, which is legal inside a JSON string: operator-practice D4.) Works on
 * bytes, so that a chunk border inside a UTF-8 sequence does no harm.
 */
export class LineSplitter {
  #parts: Buffer[] = [];
  #size = 0;

  /** Bytes of an unfinished line; more than 0 at the end of a stream means that it was cut off. */
  get pendingBytes(): number {
    return this.#size;
  }

  /** Hands every finished line to `onLine`, without its newline; empty lines are skipped. `onLine` says false to stop. */
  push(chunk: Buffer, onLine: (line: Buffer) => boolean): boolean {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#finish(chunk.subarray(start, end));
      start = end + 1;
      if (line.length > 0 && !onLine(line)) return false;
    }
    if (start < chunk.length) this.#keep(start === 0 ? chunk : chunk.subarray(start));
    return true;
  }

  #finish(tail: Buffer): Buffer {
    if (this.#parts.length === 0) return tail;
    this.#parts.push(tail);
    const line = Buffer.concat(this.#parts, this.#size + tail.length);
    this.#parts = [];
    this.#size = 0;
    return line;
  }

  #keep(rest: Buffer): void {
    this.#parts.push(rest);
    this.#size += rest.length;
    if (this.#size > MAX_LINE_BYTES) throw new Error(`a watch event is longer than ${MAX_LINE_BYTES} bytes`);
  }
}
