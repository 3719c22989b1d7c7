import { get } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAgents } from './transport.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A peer that takes connections and never says a word. */
async function silentPeer(): Promise<{ readonly port: number; readonly firstEnded: Promise<void> }> {
  const first = Promise.withResolvers<void>();
  const server = createServer((socket: Socket) => void socket.on('data', () => undefined).on('close', () => first.resolve()));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, firstEnded: first.promise };
}

describe('connections to a pinned peer', () => {
  it('are closed when the peer does not finish its handshake, also after the request has been given up', async () => {
    const { port, firstEnded } = await silentPeer();
    const { httpsAgent } = createAgents({ maxSockets: 2, fingerprint: 'ab'.repeat(32), handshakeMs: 50 });
    const request = get({ host: '127.0.0.1', port, agent: httpsAgent });
    const failure = new Promise<Error>((resolve) => request.on('error', resolve));
    request.destroy();
    await failure;
    await firstEnded;
    httpsAgent.destroy();
  });

  it('fail a waiting request with the code of a time-out', async () => {
    const { port } = await silentPeer();
    const { httpsAgent } = createAgents({ maxSockets: 2, fingerprint: 'ab'.repeat(32), handshakeMs: 50 });
    const failure = await new Promise((resolve) => get({ host: '127.0.0.1', port, agent: httpsAgent }).on('error', resolve));
    expect(failure).toMatchObject({ code: 'ETIMEDOUT' });
    httpsAgent.destroy();
  });
});
