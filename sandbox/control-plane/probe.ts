import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ControlPlaneIdentities } from './certificates.ts';
import type { Ports } from './layout.ts';

/** Whether etcd answers that it is healthy. */
export async function etcdIsHealthy(ports: Ports): Promise<boolean> {
  const answer = await answerOf(httpRequest({ host: '127.0.0.1', port: ports.etcdClient, path: '/health', agent: false }));
  return answer?.status === 200;
}

/** What the API server answers the administrator; undefined while nobody answers. */
export function askApiServer(ports: Ports, identities: ControlPlaneIdentities, path: string): Promise<Answer | undefined> {
  const { caPem, admin } = identities;
  const tls = { ca: caPem, cert: admin.certificatePem, key: admin.keyPem };
  return answerOf(httpsRequest({ host: '127.0.0.1', port: ports.apiServer, path, agent: false, ...tls }));
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function answerOf(request: ReturnType<typeof httpRequest>): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    request.setTimeout(2_000, () => request.destroy());
    request.on('error', () => resolve(undefined));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
    });
    request.end();
  });
}
