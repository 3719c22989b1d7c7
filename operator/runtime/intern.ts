import type { Condition, KubeObject } from '../api/meta.ts';

const LIMIT = 20_000;
/** Longer texts are seldom said twice. */
const LONGEST = 256;
const REPEATING = ['type', 'status', 'reason', 'message', 'lastTransitionTime'] as const;

/**
 * Lets objects share the strings that they all repeat: namespaces, condition types, reasons, messages. A third of the cache's memory, and the
 * comparison of a shared string with itself is one of pointers. Forgets everything when it has grown too large; correctness never depends on it.
 */
export class StringPool {
  readonly #known = new Map<string, string>();

  share(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (text.length > LONGEST) return text;
    if (this.#known.size >= LIMIT) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }

  /** Changes `object`, which its caller has just parsed and shares with nobody. */
  shareIn<T extends KubeObject>(object: T): T {
    const top = object as unknown as {
      apiVersion: string;
      kind: string;
      metadata: { namespace?: string; finalizers?: string[] };
      status?: unknown;
    };
    top.apiVersion = this.share(top.apiVersion);
    top.kind = this.share(top.kind);
    const { metadata } = top;
    if (metadata.namespace !== undefined) metadata.namespace = this.share(metadata.namespace);
    if (metadata.finalizers !== undefined) metadata.finalizers = metadata.finalizers.map((finalizer) => this.share(finalizer));
    const conditions = (top.status as { conditions?: Condition[] } | undefined)?.conditions;
    if (Array.isArray(conditions))
      for (const condition of conditions) this.#shareCondition(condition as unknown as Record<string, unknown>);
    return object;
  }

  #shareCondition(condition: Record<string, unknown>): void {
    for (const field of REPEATING) {
      const text = condition[field];
      if (typeof text === 'string') condition[field] = this.share(text);
    }
  }
}
