export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a rule's `forbid` may look at: decoded path parameters, query and the body before it is written to the wire. */
export interface CallFacts {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON value, or the form's fields; undefined for other bodies. */
  readonly body: unknown;
}

/** One call that a system's client may make. What has no rule never leaves the process (telephony 7.4). */
export interface CallRule {
  /** Label of metrics and messages, from a closed set. */
  readonly operation: string;
  readonly method: HttpMethod;
  /** Path template: `{name}` stands for exactly one segment, everything else is literal, case included. */
  readonly path: string;
  /** Why this very call must not leave, although method and path fit; undefined lets it go. */
  readonly forbid?: (facts: CallFacts) => string | undefined;
}

export type AllowVerdict = { readonly allowed: true; readonly operation: string } | { readonly allowed: false; readonly why: string };

/** Finds the rule of a call. Paths are compared segment by segment after decoding, so that no spelling of a slash or dot slips through. */
export class AllowList {
  readonly #rules: readonly { readonly rule: CallRule; readonly segments: readonly string[] }[];

  constructor(rules: readonly CallRule[]) {
    this.#rules = rules.map((rule) => ({ rule, segments: rule.path.split('/').slice(1) }));
  }

  /** Every rule that may change something, `METHOD path`: short enough to be read as a whole, and held against a closed list by a test. */
  get writes(): readonly string[] {
    return this.#rules.flatMap(({ rule: { method, path } }) => (method === 'GET' ? [] : [`${method} ${path}`]));
  }

  judge(method: string, url: URL, body: unknown): AllowVerdict {
    const segments = decodedSegments(url.pathname);
    if (segments === undefined) return { allowed: false, why: 'the path has an unusable segment' };
    for (const { rule, segments: template } of this.#rules) {
      if (rule.method !== method) continue;
      const params = match(template, segments);
      if (params === undefined) continue;
      const why = rule.forbid?.({ params, query: url.searchParams, body });
      return why === undefined ? { allowed: true, operation: rule.operation } : { allowed: false, why };
    }
    return { allowed: false, why: 'this method and path are not in the client' };
  }
}

function match(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of template.entries()) {
    const seen = segments[index] ?? '';
    if (wanted.startsWith('{') && wanted.endsWith('}')) {
      if (seen === '') return undefined;
      params[wanted.slice(1, -1)] = seen;
    } else if (wanted !== seen) return undefined;
  }
  return params;
}

/** Undefined when a segment does not decode or decodes to something that a server may read as another path. */
function decodedSegments(pathname: string): string[] | undefined {
  const decoded: string[] = [];
  for (const raw of pathname.split('/').slice(1)) {
    const segment = decodeOnce(raw);
    if (segment === undefined || isPathLike(segment)) return undefined;
    decoded.push(segment);
  }
  return decoded;
}

function decodeOnce(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // not percent-encoded UTF-8: no rule can mean it
  }
}

function isPathLike(segment: string): boolean {
  if (segment === '.' || segment === '..' || segment.includes('/') || segment.includes('\\')) return true;
  return [...segment].some((character) => character < ' ' || character === '\u007f');
}
