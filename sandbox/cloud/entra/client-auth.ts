import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { CloudBase } from '../stand-in.ts';
import type { AppCertificate, AppRegistration } from '../tenant.ts';
import { AadstsError } from './errors.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What a token request brings to prove who the client is. */
export interface ClientProof {
  readonly secret: string | undefined;
  readonly assertionType: string | undefined;
  readonly assertion: string | undefined;
  /** Where the request was sent: what the assertion must be addressed to (microsoft-graph §1.3). */
  readonly tokenEndpoint: string;
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether a client is who it says. */
export class ClientAuthentication {
  readonly #base: CloudBase;
  readonly #reusedAssertion;
  /** Ids of assertions that were accepted, with the client's. */
  readonly #seen = new Set<string>();

  constructor(base: CloudBase) {
    this.#base = base;
    this.#reusedAssertion = base.switches.define(
      'entra.reusedAssertion',
      ['refused', 'accepted'],
      'microsoft-graph §1.3: jti is a fresh GUID; MSAL Node itself sends one object of its own again until it ends',
    );
  }

  /** Passes when the proof is good; otherwise throws the AADSTS error of the first thing wrong with it. */
  async check(app: AppRegistration, proof: ClientProof): Promise<void> {
    const now = this.#base.clock.now();
    if (proof.assertion === undefined && proof.secret === undefined) {
      throw new AadstsError(7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.");
    }
    if (proof.assertion === undefined) return checkSecret(app, proof.secret ?? '', now);
    const id = `${app.appId}/${await checkAssertion(app, proof, now)}`;
    if (this.#seen.has(id) && this.#reusedAssertion() === 'refused') throw invalidSignature('The assertion was used before.');
    this.#seen.add(id);
  }
}

function checkSecret(app: AppRegistration, secret: string, now: number): void {
  const match = app.secrets.find(({ sha256 }) => sha256 === sha256Hex(secret));
  // A new secret is unknown to the login host for a minute or two (microsoft-graph §2.6).
  if (match === undefined || match.usableFrom > now) {
    throw new AadstsError(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.appId}'.`,
    );
  }
  if (match.endsAt <= now) {
    throw new AadstsError(
      7000222,
      `The provided client secret keys for app '${app.appId}' are expired. Visit the Azure portal to create new keys for your app.`,
    );
  }
}

/** Returns the assertion's id. */
async function checkAssertion(app: AppRegistration, proof: ClientProof, now: number): Promise<string> {
  const assertion = proof.assertion ?? '';
  if (proof.assertionType !== JWT_BEARER)
    throw new AadstsError(90014, `The request body must contain 'client_assertion_type' with value '${JWT_BEARER}'.`);
  const certificate = certificateOf(app, assertion);
  if (certificate.endsAt <= now) throw invalidSignature('The key used is expired.');
  try {
    await jwtVerify(assertion, createPublicKey(certificate.certPem), {
      algorithms: ['PS256', 'RS256'],
      currentDate: new Date(now),
      clockTolerance: 300,
      requiredClaims: ['exp', 'jti'], // microsoft-graph §1.3
    });
  } catch (error) {
    throw refusedAssertion(error);
  }
  const { aud, iss, sub, jti = '' } = decodeJwt(assertion);
  if (aud !== proof.tokenEndpoint)
    throw new AadstsError(700023, `Client assertion audience claim does not match Realm issuer. '${String(aud)}' was sent.`);
  if (iss !== app.appId || sub !== app.appId) {
    throw new AadstsError(700021, "Client assertion application identifier doesn't match 'client_id' parameter.");
  }
  return jti;
}

/** The registered certificate that `x5t#S256` (or the older SHA-1 `x5t`) names. */
function certificateOf(app: AppRegistration, assertion: string): AppCertificate {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(assertion);
  } catch (error) {
    throw invalidSignature('The assertion is not a JWT.', error);
  }
  const sent = [header['x5t#S256'], header['x5t']];
  const found = app.certificates.find(({ certPem }) => {
    const { raw } = new X509Certificate(certPem);
    return ['sha256', 'sha1'].some((algorithm, i) => sent[i] === createHash(algorithm).update(raw).digest('base64url'));
  });
  if (found === undefined) throw invalidSignature('The key was not found.');
  return found;
}

function refusedAssertion(error: unknown): AadstsError {
  if (error instanceof errors.JWTClaimValidationFailed && error.reason === 'missing')
    return invalidSignature(`The assertion has no claim ${error.claim}.`, error);
  if (!(error instanceof errors.JWTExpired)) return invalidSignature('The key was found, but the signature does not verify.', error);
  return new AadstsError(700024, 'Client assertion is not within its valid time range.', { cause: error });
}

function invalidSignature(reason: string, cause?: unknown): AadstsError {
  return new AadstsError(700027, `Client assertion contains an invalid signature. [Reason - ${reason}]`, { cause });
}
