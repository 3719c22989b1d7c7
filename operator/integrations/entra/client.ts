import { createPrivateKey, X509Certificate } from 'node:crypto';
import { ConfidentialClientApplication, type INetworkModule, type NetworkRequestOptions, type NetworkResponse } from '@azure/msal-node';
import { OperatorError, toOperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { CloudEndpoints } from '../http/clouds.ts';
import { readJson, tryJson } from '../http/read-json.ts';
import { unexpectedResponse } from '../http/translate.ts';
import { signInFailureBy } from './aadsts.ts';
import { ENTRA } from './calls.ts';
import type { AppCredential, TokenResource } from './port.ts';
import { localSignInFailure, translateSignInFailure } from './translate.ts';
import { ClaimsWire, DiscoveryWire, TokenWire } from './wire.ts';

/** An access token for one resource of one tenant. */
export interface AccessToken {
  readonly token: string;
  /** On the operator's clock, epoch milliseconds. */
  readonly expiresAt: number;
  /** App permissions, frozen when the token was issued (microsoft-graph §1.8). */
  readonly roles: readonly string[];
  /** Template ids of the directory roles that the app holds in the tenant, frozen likewise. */
  readonly directoryRoles: readonly string[];
}

export interface EntraClientDeps {
  readonly http: HttpClient;
  readonly cloud: CloudEndpoints;
  readonly clock: Clock;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^(?=.{3,253}$)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9][a-z0-9-]{0,62})+$/i;

/** The login host of one cloud. */
export class EntraClient {
  readonly #deps: EntraClientDeps;

  constructor(deps: EntraClientDeps) {
    this.#deps = deps;
  }

  /** The GUID of a tenant given by id or verified domain, without credentials. Throws Terminal/TenantNotFound. */
  async tenantIdOf(tenant: string, signal: AbortSignal): Promise<string> {
    if (!GUID.test(tenant) && !DOMAIN.test(tenant)) throw tenantNotFound();
    const answer = await this.#deps.http.send({
      method: 'GET',
      url: `/${tenant.toLowerCase()}/v2.0/.well-known/openid-configuration`,
      signal,
    });
    if (answer.status !== 200) throw translateSignInFailure(answer, this.#deps.clock.now());
    const { issuer } = readJson(ENTRA, answer, DiscoveryWire);
    const id = URL.parse(issuer)?.pathname.split('/')[1] ?? '';
    if (!GUID.test(id)) throw unexpectedResponse(ENTRA, answer, 'discoverTenant: issuer without tenant id');
    return id.toLowerCase();
  }

  /**
   * A fresh token by client credentials. MSAL gets a new application object each time: an old one answers from memory for up to an hour
   * after a 429 or 5xx without asking the service (microsoft-graph §1.11), while retries and caching are ours. Throws OperatorError.
   */
  async acquire(tenantId: string, credential: AppCredential, resource: TokenResource): Promise<AccessToken> {
    const network = new RecordingNetwork(this.#deps.http);
    try {
      const app = new ConfidentialClientApplication({
        auth: { clientId: credential.clientId, ...authorityOf(this.#deps.cloud, tenantId), ...proofOf(credential) },
        system: { networkClient: network, disableInternalRetries: true },
      });
      await app.acquireTokenByClientCredential({ scopes: [this.#deps.cloud.scopes[resource]], skipCache: true });
    } catch (thrown) {
      if (thrown instanceof OperatorError) throw thrown;
      if (network.failure !== undefined) throw network.failure;
      if (network.answer === undefined) throw localSignInFailure(thrown);
      throw translateSignInFailure(network.answer, this.#deps.clock.now());
    }
    if (network.answer === undefined) throw localSignInFailure(undefined);
    return this.#tokenFrom(network.answer);
  }

  #tokenFrom(answer: HttpResponse): AccessToken {
    const { access_token, expires_in } = readJson(ENTRA, answer, TokenWire);
    const { roles, wids } = claimsOf(access_token);
    return { token: access_token, expiresAt: this.#deps.clock.now() + expires_in * 1_000, roles, directoryRoles: wids };
  }
}

function tenantNotFound(): OperatorError {
  const { kind = 'Terminal', reason = 'TenantNotFound', says = '', remedy = '' } = signInFailureBy('TenantNotFound') ?? {};
  return new OperatorError(`${ENTRA.displayName} ${says}`, { kind, reason, remedy });
}

/** Endpoints are given, so that MSAL asks no discovery service and every cloud goes the same way. */
function authorityOf({ login }: CloudEndpoints, tenantId: string) {
  const base = `${login}/${tenantId}`;
  return {
    authority: base,
    knownAuthorities: [new URL(login).host],
    authorityMetadata: JSON.stringify({
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      issuer: `${base}/v2.0`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
    }),
  };
}

function proofOf({ proof }: AppCredential) {
  if (proof.kind === 'secret') return { clientSecret: proof.secret };
  return { clientCertificate: certificateOf(proof.certificatePem, proof.privateKeyPem) };
}

/** MSAL takes what it is given; a wrong pair would be found only by the login host, with a less useful message. */
function certificateOf(certificatePem: string, privateKeyPem: string) {
  try {
    const leaf = new X509Certificate(certificatePem);
    const key = createPrivateKey(privateKeyPem);
    if (key.asymmetricKeyType === 'rsa' && leaf.checkPrivateKey(key)) {
      const thumbprintSha256 = leaf.fingerprint256.replaceAll(':', '').toLowerCase();
      return { thumbprintSha256, privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(), x5c: certificatePem };
    }
  } catch (thrown) {
    throw localSignInFailure(thrown);
  }
  throw localSignInFailure({ errorCode: 'certificate_and_key_differ_or_key_is_not_rsa' });
}

/** The claims of a token that is a JWT; nothing of one that is opaque (allowed for Graph, microsoft-graph §1.8). */
function claimsOf(token: string): { readonly roles: readonly string[]; readonly wids: readonly string[] } {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const parsed = ClaimsWire.safeParse(tryJson(payload));
  return parsed.success ? parsed.data : { roles: [], wids: [] };
}

/** MSAL's requests over our client. What came of the last one is kept: MSAL's own errors say less, and may quote the request. */
class RecordingNetwork implements INetworkModule {
  answer: HttpResponse | undefined;
  failure: OperatorError | undefined;
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send('GET', url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send('POST', url, options);
  }

  async #send<T>(method: 'GET' | 'POST', url: string, options: NetworkRequestOptions = {}): Promise<NetworkResponse<T>> {
    try {
      const form = Object.fromEntries(new URLSearchParams(options.body ?? ''));
      const { 'Content-Type': _, ...headers } = options.headers ?? {}; // ours goes with the encoding
      this.answer = await this.#http.send({ method, url, headers, ...(method === 'POST' ? { body: { form } } : {}) });
    } catch (thrown) {
      this.failure = toOperatorError(thrown);
      throw this.failure;
    }
    return { status: this.answer.status, headers: { ...this.answer.headers }, body: (tryJson(this.answer.text) ?? {}) as T };
  }
}
