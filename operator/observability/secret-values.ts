const MASK = '[secret]';
/** Shorter ones would mask ordinary words; secrets that matter are longer. */
const SHORTEST = 8;
/** Tokens that nobody registered: bearer headers and JSON web tokens. */
const TOKEN_SHAPES = /(Bearer |Basic )[A-Za-z0-9._~+/=-]{8,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g;

/** The values that must never be seen outside, wherever they turn up. Whoever reads a Secret registers what is in it. */
export class SecretValues {
  readonly #values = new Map<string, number>();

  /** Returns how to take it back, once nobody uses the value any more. */
  add(value: string): () => void {
    if (value.length < SHORTEST) return () => undefined;
    const forms = new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
    for (const form of forms) this.#values.set(form, (this.#values.get(form) ?? 0) + 1);
    return () => {
      for (const form of forms) this.#drop(form);
      forms.clear();
    };
  }

  mask(text: string): string {
    let masked = text.replace(TOKEN_SHAPES, (_match, scheme?: string) => `${scheme ?? ''}${MASK}`);
    for (const value of this.#values.keys()) if (masked.includes(value)) masked = masked.replaceAll(value, MASK);
    return masked;
  }

  #drop(form: string): void {
    const left = (this.#values.get(form) ?? 1) - 1;
    if (left > 0) this.#values.set(form, left);
    else this.#values.delete(form);
  }
}
