import type { MiddlewareHandler } from 'hono';

/** One kind of call that nobody may make for the operator (telephony 7.4). */
export interface NeverCalled {
  readonly methods: readonly string[];
  /** On the path alone, percent-decoded. */
  readonly path: RegExp;
  /** Further condition on the body, where the path alone is harmless. */
  readonly body?: (body: Readonly<Record<string, unknown>>) => boolean;
}

/** Counts such calls before they are answered, whatever the answer is: one is enough to fail a test. */
export function countNeverCalled(rules: readonly NeverCalled[], counted: string[]): MiddlewareHandler {
  return async (c, next) => {
    const path = decoded(new URL(c.req.url).pathname);
    const candidates = rules.filter((rule) => rule.methods.includes(c.req.method) && rule.path.test(path));
    if (candidates.length > 0) {
      const body = objectIn(await c.req.text());
      if (candidates.some((rule) => rule.body === undefined || rule.body(body))) counted.push(`${c.req.method} ${path}`);
    }
    await next();
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // no such path is served
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {}; // refused as a body where it is read
  }
}
