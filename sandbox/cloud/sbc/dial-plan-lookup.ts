import type { Configuration } from './configuration.ts';
import { compareSpecificity, matchesPrefix, type PrefixPattern, parsePrefix } from './prefix-pattern.ts';
import type { Row } from './schema.ts';

interface Entry {
  readonly pattern: PrefixPattern;
  readonly row: Row;
}

/** Finds the best matching rule of a plan, as a call does. Rules are indexed by their leading digits, so 100,000 of them cost nothing. */
export class DialPlanLookup {
  readonly #configuration: Configuration;
  readonly #plans = new Map<number, { readonly revision: number; readonly byStem: Map<string, Entry[]> }>();

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  /** The rule that wins for a dialled number (audiocodes-sbc §12.4), or undefined when the plan or a match is missing. */
  find(planName: string, dialled: string): Row | undefined {
    const plan = this.#configuration.findByName('DialPlan', planName);
    if (plan === undefined) return undefined;
    const byStem = this.#index(plan.index);
    let best: Entry | undefined;
    for (let length = dialled.length; length >= 0; length -= 1) {
      for (const entry of byStem.get(dialled.slice(0, length).toLowerCase()) ?? []) {
        if (matchesPrefix(entry.pattern, dialled) && (best === undefined || this.#beats(entry, best))) best = entry;
      }
    }
    return best?.row;
  }

  #beats(a: Entry, b: Entry): boolean {
    const { setsBeatWildcards, duplicateWinner } = this.#configuration.switches;
    const order = compareSpecificity(a.pattern, b.pattern, setsBeatWildcards());
    if (order !== 0) return order < 0;
    return duplicateWinner() === 'lowestIndex' ? a.row.index < b.row.index : a.row.index > b.row.index;
  }

  #index(plan: number): Map<string, Entry[]> {
    const known = this.#plans.get(plan);
    if (known?.revision === this.#configuration.revision) return known.byStem;
    const byStem = new Map<string, Entry[]>();
    for (const row of this.#configuration.children('DialPlanRule', plan).values()) {
      const pattern = parsePrefix(row.values['Prefix'] ?? '');
      const entries = byStem.get(pattern.stem);
      if (entries === undefined) byStem.set(pattern.stem, [{ pattern, row }]);
      else entries.push({ pattern, row });
    }
    this.#plans.set(plan, { revision: this.#configuration.revision, byStem });
    return byStem;
  }
}
