import { badRequest, GraphError, unsupportedQuery } from './errors.ts';
import { type FilterRules, parseFilter } from './filter.ts';

type Row = Readonly<Record<string, unknown>>;

/** What one collection lets a caller ask for. */
export interface CollectionRules {
  /** Type name for messages, `microsoft.graph.user`. */
  readonly type: string;
  /** Query options beside `$skiptoken` that are understood. */
  readonly options: ReadonlySet<string>;
  readonly defaultTop: number;
  readonly maxTop: number;
  /** Every property there is; `$select` of another is refused. */
  readonly properties: readonly string[];
  /** What is returned without `$select`; absent = all. */
  readonly defaultProperties?: readonly string[];
  readonly filter?: FilterRules;
  /** How pages are continued: an opaque token, or `$skip` (microsoft-graph §3.1). */
  readonly paging: 'skiptoken' | 'skip';
}

export interface CollectionQuery {
  readonly url: URL;
  /** Request header. */
  readonly consistencyLevel: string | undefined;
}

/** The page that a query asks for, with `@odata.nextLink` on our own origin and `@odata.count` when asked. */
export function collectionPage(
  rows: readonly Row[],
  rules: CollectionRules,
  { url, consistencyLevel }: CollectionQuery,
): Record<string, unknown> {
  const query = optionsOf(url, rules);
  const eventual = consistencyLevel?.toLowerCase() === 'eventual';
  const filter = query.get('$filter');
  const parsed = filter === undefined ? undefined : parseFilterOf(filter, rules);
  const counted = query.get('$count') === 'true';
  const orderBy = query.get('$orderby');
  const needsAdvanced = parsed?.isAdvanced === true || (filter !== undefined && orderBy !== undefined && rules.paging === 'skiptoken');
  if ((needsAdvanced && !(eventual && counted)) || (counted && rules.paging === 'skiptoken' && !eventual)) {
    throw unsupportedQuery(
      "Unsupported Query. Requests with advanced query options need the header 'ConsistencyLevel: eventual' and '$count=true'.",
    );
  }
  const matching = sorted(parsed === undefined ? rows : rows.filter(parsed.matches), orderBy, rules);
  const size = topOf(query.get('$top'), rules);
  const from = rules.paging === 'skip' ? numberOf(query.get('$skip') ?? '0', '$skip') : offsetOf(query.get('$skiptoken'));
  const more = from + size < matching.length;
  return {
    '@odata.context': `${url.origin}/v1.0/$metadata#${url.pathname.split('/').slice(2).join('/')}`,
    ...(counted && from === 0 ? { '@odata.count': matching.length } : {}),
    ...(more ? { '@odata.nextLink': nextLink(url, rules, from + size) } : {}),
    value: matching.slice(from, from + size).map((row) => selected(row, query.get('$select'), rules)),
  };
}

/** A single row with `$select` applied. */
export function singleRow(row: Row, rules: CollectionRules, url: URL): Row {
  const query = optionsOf(url, { ...rules, options: new Set(['$select']), paging: 'skip' });
  return selected(row, query.get('$select'), rules);
}

/** For calls that take no query at all. */
export function refuseQuery(url: URL): void {
  const [surplus] = url.searchParams.keys();
  if (surplus !== undefined) throw badRequest(`The query option '${surplus}' is not allowed for this request.`);
}

function optionsOf(url: URL, rules: CollectionRules): Map<string, string> {
  const options = new Map<string, string>();
  for (const [sent, value] of url.searchParams) {
    const name = sent.toLowerCase();
    const known = rules.options.has(name) || (name === '$skiptoken' && rules.paging === 'skiptoken');
    if (!known) throw new GraphError(400, 'BadRequest', `The query option '${sent}' is not supported for '${rules.type}'.`);
    options.set(name, value);
  }
  return options;
}

function parseFilterOf(filter: string, { filter: rules, type }: CollectionRules) {
  if (rules === undefined) throw unsupportedQuery(`$filter is not supported for '${type}'.`);
  return parseFilter(filter, rules);
}

function selected(row: Row, select: string | undefined, { properties, defaultProperties, type }: CollectionRules): Row {
  const names =
    select === undefined ? (defaultProperties ?? properties) : select.split(',').map((name) => propertyOf(name.trim(), properties, type));
  return Object.fromEntries([...new Set([...names])].filter((name) => name in row).map((name) => [name, row[name]]));
}

function propertyOf(name: string, properties: readonly string[], type: string): string {
  const found = properties.find((property) => property.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new GraphError(
    400,
    'BadRequest',
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type '${type}'.`,
  );
}

function sorted(rows: readonly Row[], orderBy: string | undefined, rules: CollectionRules): readonly Row[] {
  if (orderBy === undefined) return rows;
  const [name = '', direction = 'asc'] = orderBy.trim().split(/\s+/);
  const property = propertyOf(name, rules.properties, rules.type);
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return [...rows].sort((a, b) => sign * String(a[property] ?? '').localeCompare(String(b[property] ?? '')));
}

function topOf(top: string | undefined, { defaultTop, maxTop }: CollectionRules): number {
  if (top === undefined) return defaultTop;
  const size = numberOf(top, '$top');
  if (size < 1 || size > maxTop) throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and ${maxTop} inclusive.`);
  return size;
}

function numberOf(text: string, option: string): number {
  if (!/^\d{1,7}$/.test(text)) throw badRequest(`Invalid value '${text}' for ${option} query option found.`);
  return Number(text);
}

function nextLink(url: URL, { paging }: CollectionRules, offset: number): string {
  const next = new URL(url);
  if (paging === 'skip') next.searchParams.set('$skip', String(offset));
  else next.searchParams.set('$skiptoken', tokenOf(offset));
  return next.href;
}

function tokenOf(offset: number): string {
  return Buffer.from(`page:${offset}`).toString('base64url');
}

/** The token that leads to the first row. */
export function startToken(): string {
  return tokenOf(0);
}

/** Tokens are opaque; one that is not ours is stale (microsoft-graph §2.0). */
function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^page:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (offset === undefined)
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    );
  return Number(offset);
}
