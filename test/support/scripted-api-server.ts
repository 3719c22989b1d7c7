import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ClusterAccess } from '../../operator/runtime/kube-config.ts';
import { createIdentities } from '../../sandbox/control-plane/certificates.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly body: string;
}

export type Script = (request: SeenRequest, response: ServerResponse) => void;

export interface ScriptedServer {
  readonly access: ClusterAccess & { token: string; drops: number };
  readonly requests: SeenRequest[];
  /** What to do with every request from now on. */
  script: Script;
  /** Sockets open right now. */
  readonly openSockets: number;
}

const identities = createIdentities();

/** An HTTPS server on loopback that does exactly what a test tells it, in the place of a kube-apiserver. Ends with the test. */
export async function scriptedServer(script: Script = (_request, response) => void response.writeHead(500).end()): Promise<ScriptedServer> {
  const { server: certificate, caPem } = await identities;
  const sockets = new Set<Socket>();
  const requests: SeenRequest[] = [];
  const server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem }, (request, response) => {
    void readRequest(request).then((seen) => {
      requests.push(seen);
      scripted.script(seen, response);
    });
  });
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // resets are part of the scripts
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const scripted: ScriptedServer = {
    access: fixedAccess(new URL(`https://127.0.0.1:${port}`), Buffer.from(caPem)),
    requests,
    script,
    get openSockets() {
      return sockets.size;
    },
  };
  return scripted;
}

function fixedAccess(server: URL, ca: Buffer): ScriptedServer['access'] {
  return {
    source: 'test',
    server,
    namespace: undefined,
    token: 'first-token',
    drops: 0,
    async credentials() {
      return { headers: { Authorization: `Bearer ${this.token}` }, tls: { ca } };
    },
    dropCredentials() {
      this.drops++;
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'https://server');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    authorization: request.headers.authorization,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** A Status answer, as the API server refuses things. */
export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  details: object = {},
  headers: Record<string, string> = {},
): void {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason} (test)`, details });
  response.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(body);
}
