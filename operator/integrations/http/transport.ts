import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** How the peer proves who it is. Default: the system's certificate authorities. */
export interface PeerTrust {
  /** Certificate authorities that replace the system's, PEM. */
  readonly caPem?: string;
  /** SHA-256 of the leaf, hex; colons and case do not matter. Alone it replaces the chain check, with `caPem` it is checked beside it. */
  readonly fingerprint?: string;
  /** Name that the certificate must carry when it is not the address. */
  readonly serverName?: string;
}

export interface TransportOptions extends PeerTrust {
  readonly maxSockets: number;
  /** For connecting and the TLS handshake of a pinned peer; default 10 s. */
  readonly handshakeMs?: number;
}

const HANDSHAKE_MS = 10_000;

/** Idle connections go after this long, before common servers drop theirs (a reused dead one looks like a reset). */
const IDLE_MS = 4_000;

export function createAgents({ maxSockets, handshakeMs = HANDSHAKE_MS, ...trust }: TransportOptions): {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
} {
  const pool = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, timeout: IDLE_MS, scheduling: 'lifo' } as const;
  const tls: ConnectionOptions = {
    minVersion: 'TLSv1.2',
    ...(trust.caPem === undefined ? {} : { ca: trust.caPem }),
    ...(trust.serverName === undefined ? {} : { servername: trust.serverName }),
  };
  return {
    httpAgent: new HttpAgent(pool),
    httpsAgent:
      trust.fingerprint === undefined ? new HttpsAgent({ ...pool, ...tls }) : new PinnedAgent({ ...pool, ...tls }, trust, handshakeMs),
  };
}

/** Hands a connection out only after the peer's leaf certificate has the pinned fingerprint: nothing is sent to another one. */
class PinnedAgent extends HttpsAgent {
  readonly #fingerprint: string;
  readonly #checksChain: boolean;
  readonly #handshakeMs: number;

  constructor(options: ConstructorParameters<typeof HttpsAgent>[0], { fingerprint = '', caPem }: PeerTrust, handshakeMs: number) {
    super(options);
    this.#handshakeMs = handshakeMs;
    this.#fingerprint = normalFingerprint(fingerprint);
    this.#checksChain = caPem !== undefined;
  }

  override createConnection(options: ConnectionOptions, done?: (error: Error | null, stream: Duplex) => void): undefined {
    const socket = connect({ ...options, rejectUnauthorized: this.#checksChain });
    const fail = (error: Error): void => done?.(error, socket);
    socket.once('error', fail);
    // Until the handshake is over no request holds the socket, so no deadline of a request would ever close it.
    socket.setTimeout(this.#handshakeMs, () => socket.destroy(Object.assign(new Error('no handshake in time'), { code: 'ETIMEDOUT' })));
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      socket.removeAllListeners('timeout').setTimeout(0);
      if (leafFingerprint(socket) === this.#fingerprint) done?.(null, socket);
      else {
        socket.destroy();
        fail(Object.assign(new Error('certificate does not have the pinned fingerprint'), { code: 'FINGERPRINT_MISMATCH' }));
      }
    });
  }
}

function leafFingerprint(socket: TLSSocket): string | undefined {
  const leaf = socket.getPeerX509Certificate();
  return leaf === undefined ? undefined : normalFingerprint(leaf.fingerprint256);
}

function normalFingerprint(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}
