import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Cloud } from '../../../sandbox/cloud/main.ts';
import type { Cluster } from '../../../sandbox/control-plane/cluster.ts';

/** A write that the API server has carried out. */
export interface ApiWrite {
  readonly method: string;
  /** `sitelocations/status`, `dnsendpoints`, … */
  readonly resource: string;
  readonly namespace: string;
  /** Empty for a create. */
  readonly name: string;
  readonly code: number;
  readonly body: string;
}

export interface ApiProxy {
  readonly server: string;
  readonly caPem: string;
  /** Resolves when every write that was sent has been carried out, also by a client that is dead by now. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const READS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * An HTTPS proxy on loopback in front of the API server. `onWrite` is called when a write is durable and its answer complete, and before any
 * byte of the answer goes on: whoever kills the client there takes the answer from it.
 */
export async function startApiProxy(cluster: Cluster, cloud: Cloud, onWrite: (write: ApiWrite) => void): Promise<ApiProxy> {
  const upstream = new URL(cluster.server);
  const agent = new Agent({ keepAlive: true, ...(cluster.caPem === '' ? {} : { ca: cluster.caPem }) });
  const writes = new Set<Promise<void>>();
  const forward: RequestListener = (incoming, outgoing) => {
    const failed = (): void => void outgoing.destroy(); // the client sees what it would see of a broken connection
    const passage = pass({ incoming, outgoing, upstream, agent, onWrite })
      .catch(failed)
      .finally(() => writes.delete(passage));
    if (!READS.has(incoming.method)) writes.add(passage);
  };
  const { certPem, keyPem } = await cloud.base.ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
  const server = createServer({ cert: certPem, key: keyPem }, forward);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: cloud.caPem,
    settled: async () => {
      await Promise.all(writes);
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

interface Passage {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly upstream: URL;
  readonly agent: Agent;
  readonly onWrite: (write: ApiWrite) => void;
}

/** A request that has arrived in full is carried out even when its sender is dead by then, as on a real network. */
async function pass({ incoming, outgoing, upstream, agent, onWrite }: Passage): Promise<void> {
  const body = await buffer(incoming);
  const answer = await send(incoming, body, upstream, agent);
  const headers = withoutHops(answer.headers);
  if (READS.has(incoming.method)) {
    // A watch: its end on one side is its end on the other.
    outgoing.on('close', () => answer.destroy());
    answer.on('error', () => outgoing.destroy());
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    outgoing.flushHeaders();
    answer.pipe(outgoing);
    return;
  }
  const content = await buffer(answer);
  const code = answer.statusCode ?? 0;
  const place = placeOf(incoming.url ?? '');
  if (place !== undefined && code < 300) onWrite({ ...place, method: incoming.method ?? '', code, body: body.toString('utf8') });
  outgoing.writeHead(code, headers);
  outgoing.end(content);
}

function send(incoming: IncomingMessage, body: Buffer, upstream: URL, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { host: _host, ...headers } = incoming.headers;
    const { hostname, port } = upstream;
    const onward = request({ agent, hostname, port, method: incoming.method, path: incoming.url, headers }, resolve);
    onward.on('error', reject);
    onward.end(body);
  });
}

function withoutHops({ connection: _connection, 'transfer-encoding': _coding, ...headers }: IncomingMessage['headers']) {
  return headers;
}

/** `/api/v1/namespaces/<ns>/<plural>/<name>/<subresource>` and `/apis/<group>/<version>/…`; undefined for what is no resource. */
function placeOf(url: string): Pick<ApiWrite, 'resource' | 'namespace' | 'name'> | undefined {
  const match = /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(?:namespaces\/([^/]+)\/)?([a-z]+)(?:\/([^/?]+))?(?:\/([^/?]+))?(?:\?|$)/.exec(url);
  if (match === null) return undefined;
  const [, namespace = '', plural = '', name = '', subresource] = match;
  return { namespace, name, resource: subresource === undefined ? plural : `${plural}/${subresource}` };
}
