import type { KubeObject } from '../api/meta.ts';
import { slimObject } from './object-decoder.ts';
import type { ReflectorSink } from './reflector-sink.ts';
import type { KubeAnswer, KubeTransport } from './transport.ts';
import type { StreamEnd } from './watch-decision.ts';
import { refusal } from './watch-refusal.ts';

export interface PagedListOptions {
  readonly transport: KubeTransport;
  readonly path: string;
  /** Selectors. */
  readonly query: Readonly<Record<string, string>>;
  /** The picture must not be older than this; absent: the newest. */
  readonly notOlderThan: string | undefined;
  readonly sink: ReflectorSink;
  readonly signal: AbortSignal;
  /** An answer arrived. */
  readonly onAnswer: () => void;
}

interface ListPage {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly KubeObject[];
}

/** A page of 500 parses within a few milliseconds, a whole list of 70,000 blocks the loop for a second (operator-practice D7). */
const PAGE_SIZE = 500;

/**
 * Lists a collection page by page into the sink, for servers without streaming lists. Gives the version of the picture (the caller completes it)
 * or why there is none. An expired `continue` starts over without pages, as client-go's pager does.
 */
export async function listInPages(options: PagedListOptions): Promise<{ readonly version: string } | StreamEnd> {
  const { sink, onAnswer } = options;
  sink.init();
  let token = '';
  let version: string | undefined;
  let isPaged = true;
  for (;;) {
    const answer = await ask(options, isPaged, token);
    onAnswer();
    if (answer.status === 410 && token !== '') {
      [token, version, isPaged] = ['', undefined, false];
      sink.init();
      continue;
    }
    if (answer.status !== 200) return refusal(answer);
    const page = JSON.parse(answer.body) as ListPage;
    version ??= page.metadata.resourceVersion;
    take(page, sink);
    token = page.metadata.continue ?? '';
    if (token === '') break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (version === undefined || version === '') return { kind: 'undecodable', error: new Error('the list has no resourceVersion') };
  return { version };
}

function ask({ transport, path, query, notOlderThan, signal }: PagedListOptions, isPaged: boolean, token: string): Promise<KubeAnswer> {
  const floor = token === '' && notOlderThan !== undefined ? { resourceVersion: notOlderThan, resourceVersionMatch: 'NotOlderThan' } : {};
  const paging = { ...(isPaged ? { limit: String(PAGE_SIZE) } : {}), ...(token === '' ? {} : { continue: token }) };
  return transport.send({ method: 'GET', path, query: { ...query, ...paging, ...floor }, channel: 'watches', signal });
}

/** Items of built-in kinds come without apiVersion and kind. */
function take(page: ListPage, sink: ReflectorSink): void {
  const apiVersion = page.apiVersion;
  const kind = page.kind.replace(/List$/, '');
  for (const item of page.items) sink.apply(slimObject({ ...item, apiVersion: item.apiVersion ?? apiVersion, kind: item.kind ?? kind }));
}
