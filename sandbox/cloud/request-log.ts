import { maskBody } from './mask.ts';

/** One exchange as the outside system saw it. Bodies have their secrets masked. */
export interface Exchange {
  readonly seq: number;
  /** Sandbox time, epoch milliseconds. */
  readonly at: number;
  readonly standIn: string;
  /** Tenant id or device name, where known. */
  readonly target?: string;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** 0 = no answer was sent (hang, reset, lost answer). */
  readonly status: number;
  /** Whether it changed, or was meant to change, the outside system. */
  readonly write: boolean;
  /** The fault that acted, by id. */
  readonly fault?: string;
  /** Set when the exchange travelled inside a batch. */
  readonly batched?: boolean;
  readonly correlationId?: string;
  readonly requestBody?: string;
  readonly responseBody?: string;
}

export type ExchangeInput = Omit<Exchange, 'seq' | 'at'>;

export interface ExchangeFilter {
  readonly standIn?: string;
  readonly target?: string;
  readonly write?: boolean;
  readonly method?: string;
  /** Regular expression on the path with query. */
  readonly path?: string;
  readonly afterSeq?: number;
}

export interface Count {
  readonly standIn: string;
  readonly target: string;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  readonly write: boolean;
  readonly count: number;
}

export interface RequestLogOptions {
  readonly now: () => number;
  /** How many exchanges are kept in full; counters go on for ever. */
  readonly capacity?: number;
  /** Off for measurements: copying bodies costs time. */
  readonly bodies?: boolean;
}

/** Every exchange with every stand-in, and counters. The proof of "nothing was written" reads `writes()`. */
export class RequestLog {
  readonly keepsBodies: boolean;
  readonly #now: () => number;
  readonly #capacity: number;
  #exchanges: Exchange[] = [];
  #counts = new Map<string, { key: Omit<Count, 'count'>; count: number }>();
  #seq = 0;
  readonly #listeners = new Set<(exchange: Exchange) => void>();

  constructor({ now, capacity = 20_000, bodies = true }: RequestLogOptions) {
    this.#now = now;
    this.#capacity = capacity;
    this.keepsBodies = bodies;
  }

  record(input: ExchangeInput): Exchange {
    const { requestBody, responseBody, ...facts } = input;
    const exchange: Exchange = {
      seq: ++this.#seq,
      at: this.#now(),
      ...facts,
      ...(this.keepsBodies && requestBody ? { requestBody: maskBody(requestBody) } : {}),
      ...(this.keepsBodies && responseBody ? { responseBody: maskBody(responseBody) } : {}),
    };
    this.#exchanges.push(exchange);
    // Trimmed in blocks: shifting one by one would cost the whole array each time.
    if (this.#exchanges.length > this.#capacity * 1.25) this.#exchanges = this.#exchanges.slice(-this.#capacity);
    this.#countOne(exchange);
    for (const listener of this.#listeners) listener(exchange);
    return exchange;
  }

  /** Called after the work was done and before the answer leaves: the moment at which a crash loses the most. */
  subscribe(listener: (exchange: Exchange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  list(filter: ExchangeFilter = {}): Exchange[] {
    const pattern = filter.path === undefined ? undefined : new RegExp(filter.path);
    return this.#exchanges.filter((exchange) => passes(exchange, filter, pattern));
  }

  counts(filter: Pick<ExchangeFilter, 'standIn' | 'target' | 'write'> = {}): Count[] {
    return [...this.#counts.values()].map(({ key, count }) => ({ ...key, count })).filter((count) => passes(count, filter, undefined));
  }

  /** Number of writes since the last reset. */
  writes(filter: Pick<ExchangeFilter, 'standIn' | 'target'> = {}): number {
    return this.counts({ ...filter, write: true }).reduce((sum, { count }) => sum + count, 0);
  }

  reads(filter: Pick<ExchangeFilter, 'standIn' | 'target'> = {}): number {
    return this.counts({ ...filter, write: false }).reduce((sum, { count }) => sum + count, 0);
  }

  reset(): void {
    this.#exchanges = [];
    this.#counts = new Map();
  }

  #countOne({ standIn, target = '', method, path, write }: Exchange): void {
    const key = { standIn, target, method, path: path.split('?', 1)[0] ?? path, write };
    const id = JSON.stringify(key);
    const known = this.#counts.get(id);
    if (known === undefined) this.#counts.set(id, { key, count: 1 });
    else known.count += 1;
  }
}

type Filterable = Pick<Exchange, 'standIn' | 'method' | 'path' | 'write'> & { readonly target?: string; readonly seq?: number };

function passes(exchange: Filterable, filter: ExchangeFilter, pattern: RegExp | undefined): boolean {
  if (filter.standIn !== undefined && filter.standIn !== exchange.standIn) return false;
  if (filter.target !== undefined && filter.target !== exchange.target) return false;
  if (filter.write !== undefined && filter.write !== exchange.write) return false;
  if (filter.method !== undefined && filter.method !== exchange.method) return false;
  if (filter.afterSeq !== undefined && (exchange.seq ?? 0) <= filter.afterSeq) return false;
  return pattern === undefined || pattern.test(exchange.path);
}
