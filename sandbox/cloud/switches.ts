type Outcome = string | number | boolean;

interface Definition {
  readonly outcomes: readonly Outcome[];
  readonly source: string;
  value: Outcome;
  /** Since it was set. */
  wasRead: boolean;
}

/**
 * One switch for each statement that the references mark UNVERIFIED: the stand-in can behave in each of the ways in which
 * the real service may turn out to behave, so the operator is shown to work with all of them.
 */
export class Switches {
  readonly #definitions = new Map<string, Definition>();

  /** Declares a switch; the first outcome is the default. Returns a reader of its present outcome. */
  define<const T extends readonly [Outcome, ...Outcome[]]>(name: string, outcomes: T, source: string): () => T[number] {
    const known = this.#definitions.get(name);
    if (known === undefined) this.#definitions.set(name, { outcomes, source, value: outcomes[0], wasRead: false });
    return () => this.#read(name) as T[number];
  }

  set(name: string, value: Outcome): void {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new RangeError(`no such switch: ${name}; known: ${[...this.#definitions.keys()].join(', ')}`);
    if (!definition.outcomes.includes(value)) {
      throw new RangeError(`switch ${name} is one of ${definition.outcomes.map(String).join(', ')}, not ${String(value)}`);
    }
    definition.value = value;
    definition.wasRead = false;
  }

  #read(name: string): Outcome | undefined {
    const definition = this.#definitions.get(name);
    if (definition !== undefined) definition.wasRead = true;
    return definition?.value;
  }

  /** Whether anything asked for the outcome since it was set: what nobody asks for, no test has tried. */
  wasRead(name: string): boolean {
    return this.#definitions.get(name)?.wasRead === true;
  }

  /** Back to every default. */
  reset(): void {
    for (const definition of this.#definitions.values()) {
      const [first] = definition.outcomes;
      if (first !== undefined) definition.value = first;
    }
  }

  list(): { name: string; value: Outcome; outcomes: readonly Outcome[]; source: string }[] {
    return [...this.#definitions].map(([name, { value, outcomes, source }]) => ({ name, value, outcomes, source }));
  }
}
