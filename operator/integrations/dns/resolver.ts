import { Resolver } from 'node:dns/promises';
import { OperatorError } from '../../errors/operator-error.ts';

export interface ResolverOptions {
  /** `address` or `address:port`; absent = the system's. */
  readonly servers?: readonly string[];
  /** For one query to one server; default 3 s, two tries. */
  readonly timeoutMs?: number;
  /** One label that nobody has a record for, to see whether a wildcard answers. */
  readonly strangerLabel: () => string;
}

/** What a name resolves to. */
export interface AddressAnswer {
  /** IPv4 and IPv6, sorted; empty when there are none. */
  readonly addresses: readonly string[];
  /** True: a name that nobody made gets the same addresses, so a wildcard gives them, perhaps for this name too (telephony 3.5). */
  readonly mayBeWildcard: boolean;
}

/**
 * Looks names up as they are published now. A TXT record at a name switches a wildcard address off for that name (RFC 4592), so an
 * address that only a wildcard gives is no proof that the name keeps it.
 */
export class DnsLookup {
  readonly #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** Addresses of a name. Throws Retryable/DnsUnavailable when no server answers. */
  async addressesOf(name: string, signal: AbortSignal): Promise<AddressAnswer> {
    return this.#with(signal, async (resolver) => {
      const addresses = await addresses4and6(resolver, name);
      const dot = name.indexOf('.');
      if (addresses.length === 0 || dot === -1) return { addresses, mayBeWildcard: false };
      const stranger = await addresses4and6(resolver, `${this.#options.strangerLabel()}${name.slice(dot)}`);
      return { addresses, mayBeWildcard: stranger.join() === addresses.join() };
    });
  }

  /** Text records of a name, each put together from its parts. Throws Retryable/DnsUnavailable when no server answers. */
  async textsOf(name: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#with(signal, async (resolver) => (await orNone(resolver.resolveTxt(name))).map((parts) => parts.join('')));
  }

  async #with<T>(signal: AbortSignal, work: (resolver: Resolver) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const { servers, timeoutMs = 3_000 } = this.#options;
    const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const onAbort = (): void => resolver.cancel();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await work(resolver);
    } catch (thrown) {
      signal.throwIfAborted();
      throw unavailable(thrown);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

async function addresses4and6(resolver: Resolver, name: string): Promise<readonly string[]> {
  const [four, six] = await Promise.all([orNone(resolver.resolve4(name)), orNone(resolver.resolve6(name))]);
  return [...four, ...six].sort();
}

/** A name, or a type at a name, that is not there is an answer; everything else is a failure. */
async function orNone<T>(query: Promise<T[]>): Promise<T[]> {
  try {
    return await query;
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw thrown;
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'UNKNOWN';
}

function unavailable(thrown: unknown): OperatorError {
  return new OperatorError(`The DNS servers give no answer (${codeOf(thrown)})`, {
    kind: 'Retryable',
    reason: 'DnsUnavailable',
    remedy: 'Check the configured DNS servers',
    cause: thrown,
  });
}
