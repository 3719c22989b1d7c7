import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CheckSource, reportHealth } from './health.ts';

export interface ProbeServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly ready: readonly CheckSource[];
  readonly live: readonly CheckSource[];
  /** The exposition text; absent: this port has no metrics. */
  readonly metrics?: () => Promise<string>;
}

export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/healthz`, `/livez`, `/readyz` (each with `/<check>` and `?verbose`) and `/metrics`, over plain HTTP: behind a NetworkPolicy, or on loopback. */
export function startProbeServer(options: ProbeServerOptions): Promise<ProbeServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(() => send(response, 500, 'metrics could not be collected\n'));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      resolve({ port: (server.address() as AddressInfo).port, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function answer(options: ProbeServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://probe');
  const [, endpoint = '', check] = url.pathname.split('/');
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'GET only\n');
  if (endpoint === 'metrics' && options.metrics !== undefined) return send(response, 200, await options.metrics());
  const sources = sourcesOf(options, endpoint);
  const report = sources === undefined ? undefined : reportHealth(endpoint, sources, check);
  if (report === undefined) return send(response, 404, 'not found\n');
  const isLong = url.searchParams.has('verbose') || !report.ok;
  send(response, report.ok ? 200 : 503, isLong ? report.text : 'ok\n');
}

function sourcesOf(options: ProbeServerOptions, endpoint: string): readonly CheckSource[] | undefined {
  if (endpoint === 'readyz') return options.ready;
  if (endpoint === 'livez' || endpoint === 'healthz') return options.live;
  return undefined;
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
