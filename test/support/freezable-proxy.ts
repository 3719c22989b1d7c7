import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP proxy on loopback that can go silent without closing anything, as a load balancer does that has lost one half of a connection. */
export interface FreezableProxy {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** What is open now passes no byte any more; new connections work. */
  freezeOpen(): void;
  /** Cuts everything that is open with a reset. */
  reset(): void;
}

export async function freezableProxy(target: URL): Promise<FreezableProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;
  const server: Server = createServer((client) => {
    accepted++;
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    client.pipe(upstream);
    upstream.pipe(client);
    for (const [one, other] of [pair, [upstream, client]] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    freezeOpen: () => {
      for (const [client, upstream] of pairs) {
        client.unpipe();
        upstream.unpipe();
        client.pause();
        upstream.pause();
      }
    },
    reset: () => {
      for (const [client] of pairs) client.resetAndDestroy();
    },
  };
}
