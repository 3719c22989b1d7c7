import type { BinaryName } from './recipes.ts';

export type FoundBinaries = ReadonlyMap<BinaryName, string>;

/** What one rung gave: paths, and for what it could not give, the reason in a few words. */
export interface RungOutcome {
  readonly found: FoundBinaries;
  readonly note: string;
}

/** One place where binaries may come from. */
export interface Rung {
  /** As the message names it that is shown when no rung works. */
  readonly name: string;
  /** Gives those of `wanted` that it can. Does not throw for an absent source: it says so in the note. */
  provide(wanted: readonly BinaryName[]): Promise<RungOutcome>;
}

/** Binaries that no rung could give; the message lists every rung and what came of it. */
export class BinariesNotFoundError extends Error {
  readonly missing: readonly BinaryName[];

  constructor(missing: readonly BinaryName[], notes: readonly string[]) {
    const tried = notes.map((note, index) => `  ${index + 1}. ${note}`);
    super(`No ${missing.join(', ')} found for the control plane. Tried, in this order:\n${tried.join('\n')}`);
    this.name = 'BinariesNotFoundError';
    this.missing = missing;
  }
}

/** How far a climb came. */
export interface Climb {
  readonly found: FoundBinaries;
  readonly missing: readonly BinaryName[];
  /** One line for each rung that was tried, in order. */
  readonly notes: readonly string[];
}

/** Goes on from `from`, rung by rung, until nothing is missing or there are no more rungs. Each binary comes from the first rung that has it. */
export async function climb(from: Climb, rungs: readonly Rung[]): Promise<Climb> {
  let reached = from;
  for (const rung of rungs) {
    if (reached.missing.length === 0) break;
    const { found, note } = await rung.provide(reached.missing);
    reached = {
      found: new Map([...reached.found, ...found]),
      missing: reached.missing.filter((binary) => !found.has(binary)),
      notes: [...reached.notes, `${rung.name}: ${note}`],
    };
  }
  return reached;
}

/** Paths of all that was wanted, or BinariesNotFoundError. */
export function pathsOf<Name extends BinaryName>(reached: Climb, wanted: readonly Name[]): Readonly<Record<Name, string>> {
  if (reached.missing.length > 0) throw new BinariesNotFoundError(reached.missing, reached.notes);
  return Object.fromEntries(wanted.map((binary) => [binary, reached.found.get(binary)])) as Record<Name, string>;
}
