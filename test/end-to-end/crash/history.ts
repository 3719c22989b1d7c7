import type { House } from '../house.ts';
import { linesOf } from './end-state.ts';
import type { WriteWatch } from './write-watch.ts';

/** How the tenants and the SBC looked after each outside write. */
export class History {
  readonly #house: House;
  readonly #states: { readonly after: string; readonly lines: ReadonlySet<string> }[] = [];

  constructor(house: House, watch: WriteWatch) {
    this.#house = house;
    this.#look('the start');
    watch.subscribe(({ what, outside }) => {
      if (outside !== undefined) this.#look(what);
    });
  }

  /** What had its final value, and lost it again on the way: an older state was written over a newer one. */
  problems(): string[] {
    const final = this.#states.at(-1)?.lines ?? new Set<string>();
    return [...final].flatMap((line) => {
      const reached = this.#states.findIndex(({ lines }) => lines.has(line));
      const lost = this.#states.slice(reached).find(({ lines }) => !lines.has(line));
      return lost === undefined ? [] : [`${line} was there already and went again with ${lost.after}`];
    });
  }

  #look(after: string): void {
    const { microsoft, sbc1 } = this.#house.snapshot();
    const { running } = sbc1 as { readonly running: unknown };
    this.#states.push({ after, lines: new Set(linesOf({ microsoft, running })) });
  }
}
