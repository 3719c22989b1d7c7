import { createHash } from 'node:crypto';
import { OperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { AccessToken, EntraClient } from './client.ts';
import { type AppCredential, type TenantConnections, type TokenResource, tenantOf } from './port.ts';
import type { TokenSource } from './tokens.ts';

/** Renewed this long before expiry, or at half its life if that is shorter (teams-admin-api §2.5). */
const EARLY_MS = 300_000;

interface HeldToken {
  readonly fetching: Promise<AccessToken>;
  /** Undefined while it is being fetched. */
  token?: AccessToken;
  usableUntil: number;
}

interface Connection {
  readonly credential: AppCredential;
  readonly hash: string;
  /** Gone with the credential. */
  readonly tokens: Map<TokenResource, HeldToken>;
}

/** Credentials and tokens of all connections, in memory only. Concurrent askers share one sign-in, which no single one of them can abort. */
export class Connections implements TenantConnections, TokenSource {
  readonly #client: Pick<EntraClient, 'acquire'>;
  readonly #clock: Clock;
  readonly #byId = new Map<string, Connection>();

  constructor(client: Pick<EntraClient, 'acquire'>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  connect(connectionId: string, credential: AppCredential): boolean {
    const hash = hashOf(credential);
    if (this.#byId.get(keyOf(connectionId))?.hash === hash) return false;
    this.#byId.set(keyOf(connectionId), { credential, hash, tokens: new Map() });
    return true;
  }

  isConnected(connectionId: string): boolean {
    return this.#byId.has(keyOf(connectionId));
  }

  refresh(connectionId: string): void {
    this.#byId.get(keyOf(connectionId))?.tokens.clear();
  }

  disconnect(connectionId: string): void {
    this.#byId.delete(keyOf(connectionId));
  }

  async tokenOf(connectionId: string, resource: TokenResource, signal: AbortSignal): Promise<string> {
    return (await this.signIn(connectionId, resource, signal)).token;
  }

  /** As tokenOf, with what the token says. */
  async signIn(connectionId: string, resource: TokenResource, signal: AbortSignal): Promise<AccessToken> {
    const connection = this.#byId.get(keyOf(connectionId));
    if (connection === undefined) throw credentialsGone();
    const held = connection.tokens.get(resource);
    const isUsable = held !== undefined && (held.token === undefined || held.usableUntil > this.#clock.now());
    return unlessAborted(isUsable ? held.fetching : this.#fetch(connection, connectionId, resource), signal);
  }

  drop(connectionId: string, resource: TokenResource, token: string): void {
    const tokens = this.#byId.get(keyOf(connectionId))?.tokens;
    if (tokens?.get(resource)?.token?.token === token) tokens.delete(resource);
  }

  #fetch({ tokens, credential }: Connection, connectionId: string, resource: TokenResource): Promise<AccessToken> {
    const held: HeldToken = { fetching: this.#client.acquire(tenantOf(connectionId), credential, resource), usableUntil: 0 };
    tokens.set(resource, held);
    held.fetching.then(
      (token) => {
        const now = this.#clock.now();
        held.token = token;
        held.usableUntil = token.expiresAt - Math.min(EARLY_MS, (token.expiresAt - now) / 2);
      },
      () => {
        if (tokens.get(resource) === held) tokens.delete(resource); // the next asker tries again; this one is told why
      },
    );
    return held.fetching;
  }
}

/** The sign-in's result, or Retryable/Interrupted as soon as this asker gives up. The sign-in itself goes on for the others. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interrupted = (): OperatorError =>
    new OperatorError('The sign-in was given up because the operator ran out of time for it or is stopping', {
      kind: 'Retryable',
      reason: 'Interrupted',
    });
  if (signal.aborted) throw interrupted();
  let stopListening = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(interrupted());
    signal.addEventListener('abort', onAbort, { once: true });
    stopListening = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stopListening();
  }
}

function keyOf(connectionId: string): string {
  return connectionId.toLowerCase();
}

function hashOf(credential: AppCredential): string {
  return createHash('sha256').update(JSON.stringify(credential)).digest('hex');
}

function credentialsGone(): OperatorError {
  return new OperatorError('No credential for the tenant is known', {
    kind: 'Auth',
    reason: 'CredentialsGone',
    remedy: 'Restore the Secret that the Customer names, or set annotation trunkline.dev/force-remove on an object that is being deleted',
  });
}
