const MASK = '[secret]';
/** Shorter ones would mask ordinary words; secrets that matter are longer. */
const SHORTEST = 8;
/** Tokens that nobody registered: bearer headers and JSON web tokens. */
const TOKEN_SHAPES = /(Bearer |Basic )[A-Za-z0-9._~+/=-]{8,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g;

/** The values that must never be seen outside, wherever they turn up. Whoever reads a Secret registers what is in it. */
export class SecretValues {
  readonly #uses = new Map<string, number>();
  /** By their first characters: a line is walked once, however many secrets there are (thousands of customers have some each). */
  readonly #byStart = new Map<string, Set<string>>();

  /** Returns how to take it back, once nobody uses the value any more. Blanks around it do not count: users of a value leave them out. */
  add(value: string): () => void {
    const bare = value.trim();
    if (bare.length < SHORTEST) return () => undefined;
    const forms = new Set([bare, JSON.stringify(bare).slice(1, -1), encodeURIComponent(bare)]);
    for (const form of forms) this.#keep(form);
    return () => {
      for (const form of forms) this.#drop(form);
      forms.clear();
    };
  }

  mask(text: string): string {
    const masked = text.replace(TOKEN_SHAPES, (_match, scheme?: string) => `${scheme ?? ''}${MASK}`);
    return this.#byStart.size === 0 ? masked : this.#withoutValues(masked);
  }

  #withoutValues(text: string): string {
    const parts: string[] = [];
    let from = 0;
    for (let at = 0; at + SHORTEST <= text.length; ) {
      const length = this.#lengthAt(text, at);
      if (length > 0) {
        parts.push(text.slice(from, at), MASK);
        from = at + length;
      }
      at += Math.max(1, length);
    }
    return from === 0 ? text : parts.join('') + text.slice(from);
  }

  /** Of the longest value that begins there: one may be the beginning of another. */
  #lengthAt(text: string, at: number): number {
    let longest = 0;
    for (const value of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
      if (value.length > longest && text.startsWith(value, at)) longest = value.length;
    }
    return longest;
  }

  #keep(form: string): void {
    this.#uses.set(form, (this.#uses.get(form) ?? 0) + 1);
    const start = form.slice(0, SHORTEST);
    this.#byStart.set(start, (this.#byStart.get(start) ?? new Set()).add(form));
  }

  #drop(form: string): void {
    const left = (this.#uses.get(form) ?? 1) - 1;
    if (left > 0) {
      this.#uses.set(form, left);
      return;
    }
    this.#uses.delete(form);
    const start = form.slice(0, SHORTEST);
    const others = this.#byStart.get(start);
    others?.delete(form);
    if (others?.size === 0) this.#byStart.delete(start);
  }
}
