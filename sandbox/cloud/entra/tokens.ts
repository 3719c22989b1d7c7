import { compactVerify, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { SandboxClock } from '../clock.ts';
import type { ServicePrincipal, Tenant } from '../tenant.ts';

/** Average life of an access token, microsoft-graph §1.8. Above 300 s, below which MSAL would fetch every time. */
const LIFETIME_SECONDS = 4_500;
const MAX_REMEMBERED = 5_000;

/** What a checked access token says. */
export interface AccessToken {
  readonly aud: string;
  readonly tid: string;
  readonly appid: string;
  readonly oid: string;
  readonly roles: readonly string[];
  readonly wids: readonly string[];
  /** Seconds since the epoch, on the sandbox clock. */
  readonly exp: number;
}

/** Signs and checks access tokens: real JWTs with RS256, so that a forged or foreign one is refused for the right reason. */
export class TokenService {
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly #clock: SandboxClock;
  readonly #keys: CryptoKeys;
  readonly #checked = new Map<string, AccessToken>();

  private constructor(clock: SandboxClock, keys: CryptoKeys, jwk: JWK) {
    this.#clock = clock;
    this.#keys = keys;
    this.jwks = { keys: [jwk] };
  }

  static async create(clock: SandboxClock): Promise<TokenService> {
    const keys = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
    const jwk: JWK = { ...(await exportJWK(keys.publicKey)), kid: 'sandbox-1', use: 'sig', alg: 'RS256' };
    return new TokenService(clock, keys, jwk);
  }

  /** Claims of microsoft-graph §1.8. Roles are frozen here: later consent needs a new token. */
  async issue(
    tenant: Tenant,
    principal: ServicePrincipal,
    resource: { appId: string; aud: string },
  ): Promise<{ token: string; expiresIn: number }> {
    const now = this.#clock.now();
    const seconds = Math.floor(now / 1000);
    const roles = principal.grants
      .filter((grant) => grant.resourceAppId === resource.appId && grant.from <= now)
      .map((grant) => grant.role);
    const wids = principal.roles.filter((role) => role.from <= now).map((role) => role.templateId);
    const claims = {
      tid: tenant.id,
      appid: principal.appId,
      oid: principal.id,
      sub: principal.id,
      idtyp: 'app',
      ver: '1.0',
      ...(roles.length === 0 ? {} : { roles }), // a token without consent has no roles claim at all (§1.2)
      wids: [...wids, '0997a1d0-0d1d-4acb-b408-d5ca73121e90'], // the value of every principal without a role
    };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'sandbox-1' })
      .setIssuer(`https://sts.windows.net/${tenant.id}/`)
      .setAudience(resource.aud)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + LIFETIME_SECONDS)
      .sign(this.#keys.privateKey);
    return { token, expiresIn: LIFETIME_SECONDS };
  }

  /** The claims of a token that this service signed and that has not expired; otherwise why not. */
  async check(token: string): Promise<AccessToken | 'malformed' | 'expired'> {
    const known = this.#checked.get(token) ?? (await this.#verify(token));
    if (known === undefined) return 'malformed';
    return known.exp * 1000 <= this.#clock.now() ? 'expired' : known;
  }

  async #verify(token: string): Promise<AccessToken | undefined> {
    try {
      // Only the signature: expiry is compared each time, since the clock moves and this answer is remembered.
      const { payload: bytes } = await compactVerify(token, this.#keys.publicKey, { algorithms: ['RS256'] });
      const payload = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
      const claims: AccessToken = {
        aud: String(payload['aud']),
        tid: String(payload['tid']),
        appid: String(payload['appid']),
        oid: String(payload['oid']),
        roles: (payload['roles'] as string[] | undefined) ?? [],
        wids: (payload['wids'] as string[] | undefined) ?? [],
        exp: Number(payload['exp']),
      };
      if (this.#checked.size >= MAX_REMEMBERED) this.#checked.clear();
      this.#checked.set(token, claims);
      return claims;
    } catch {
      return undefined; // any reason is the same to the caller: not a token of ours
    }
  }
}

type CryptoKeys = Awaited<ReturnType<typeof generateKeyPair>>;

/** The `tid` of a bearer token, unchecked: for aiming faults and logging only. */
export function tenantOfBearer(request: Request): string | undefined {
  const payload = request.headers.get('authorization')?.split(' ')[1]?.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const { tid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { tid?: unknown };
    return typeof tid === 'string' ? tid : undefined;
  } catch {
    return undefined; // not a JWT: the app refuses it with the right message
  }
}
