import type { Customer, SbcDevice } from '../api/kinds.ts';
import { keyOf, type ObjectKey } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { contentHash } from '../domain/change/canonical.ts';
import { toOperatorError } from '../errors/operator-error.ts';
import { type AppCredential, connectionId, type TenantConnections } from '../integrations/entra/port.ts';
import type { SbcConnection, SbcConnections, SbcDialect } from '../integrations/sbc/port.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Kube, SecretData } from '../runtime/kube.ts';
import { addressRefusal } from './address-claims.ts';
import { namedTenant } from './customer-claims.ts';
import type { Stores } from './stores.ts';
import { deviceTarget, identityTarget, tenantTargets } from './targets.ts';

/** Whether a target may be called, and if not, why. `stale`: the Secret is gone, the last good credential serves (design §3.9). */
export type Access =
  | { readonly state: 'connected'; readonly stale?: string; readonly secretAnnotations: Readonly<Record<string, string>> }
  | { readonly state: 'notNeeded' }
  | { readonly state: 'refused'; readonly reason: Reason; readonly message: string };

export interface CredentialDeps {
  readonly kube: Kube;
  readonly tenants: TenantConnections;
  readonly sbcs: SbcConnections;
  /** Tells whose an SBC is that two SBCDevices name. */
  readonly stores: Pick<Stores, 'devices'>;
  /** Told of every target that is reached with another credential than before. */
  readonly delivery: Pick<Delivery, 'renew'>;
  readonly clock: Clock;
}

/** Secrets are compared this often, on `reconcile-at` and after an Auth failure (design §5). */
export const SECRET_CHECK_MS = 5 * 60_000;

interface Remembered {
  readonly specHash: string;
  readonly checkedAt: number;
  readonly access: Promise<Access>;
}

/** Of parts of a spec. Those that are left out are undefined here and have no place in JSON: by way of text they are left out again. */
function hashOf(parts: object): string {
  return contentHash(JSON.parse(JSON.stringify(parts)));
}

/** False when a later call has taken over, so that what was read for this one must not be used any more. */
type IsCurrent = () => boolean;

/** In the words that providers know (S057). */
const CLIENT_ID_MISSING = 'No ClientId was specified. Something went wrong while verifying M365 credentials!';

/**
 * Reads referenced Secrets and hands them to the integrations; the values stay in memory. One read each five minutes and reference, unless
 * the caller says `notBefore` (monotonic ms): a Secret read earlier will not do. Whose credential serves a tenant is not decided here but in
 * tenant-access.ts. Never throws.
 */
export class Credentials {
  readonly #deps: CredentialDeps;
  readonly #remembered = new Map<string, Remembered>();
  /** Tenant connection → the Customer whose credential it is. */
  readonly #owners = new Map<string, ObjectKey>();

  constructor(deps: CredentialDeps) {
    this.#deps = deps;
  }

  /**
   * Makes sure that the tenant can be called with this Customer's app: for all work there, or, with `party`, beside the one that does the
   * work and without replacing it.
   */
  tenant(customer: Customer, tenantId: string, party?: string, notBefore?: number): Promise<Access> {
    const connection = connectionId(tenantId, party);
    const { authentication = null } = customer.spec;
    const hash = hashOf({ customer: keyOf(customer), authentication });
    return this.#remember(`tenant|${connection}`, hash, notBefore, (isCurrent) =>
      this.#connectTenant(customer, tenantId, party, isCurrent),
    );
  }

  /**
   * The provider's own tenant, for a carrier trunk in mode Verify (telephony 1.1). Its app may do less than a Customer's in the same tenant, so
   * it has a connection of its own, shared by the trunks that name the same Secret.
   */
  carrierTenant(
    device: SbcDevice,
    trunk: { readonly fqdn: string; readonly tenantId: string; readonly secretName: string },
    notBefore?: number,
  ): Promise<Access & { readonly party: string }> {
    const { fqdn, tenantId, secretName } = trunk;
    const namespace = device.metadata.namespace ?? '';
    const party = `carrier/${namespace}/${secretName}`;
    const access = this.#remember(`tenant|${connectionId(tenantId, party)}`, '', notBefore, async () => {
      const secret = await this.#read(namespace, secretName, `spec.carrierTrunks[${fqdn}].authenticationSecretRef`);
      if ('refused' in secret) return secret.refused;
      const credential = appCredentialOf(secret.found, undefined);
      if (typeof credential === 'string') return refusal('SecretKeyMissing', `Secret ${secretName} ${credential}`);
      this.#use(tenantId, party, credential);
      return connected(secret.found);
    });
    return access.then((found) => ({ ...found, party }));
  }

  /** An SBC that another SBCDevice has is not reached by this one, neither to be read nor written. */
  device(device: SbcDevice, notBefore?: number): Promise<Access> {
    const refused = addressRefusal(device, this.#deps.stores);
    if (refused !== undefined) return Promise.resolve(this.#leaveDevice(device, refused));
    const { address, https, tls, credentialsSecretRef, saveForeign, limits } = device.spec;
    const hash = hashOf({ address, https, tls, credentialsSecretRef, saveForeign, limits });
    return this.#remember(`device|${keyOf(device)}`, hash, notBefore, () => this.#connectDevice(device));
  }

  #leaveDevice(device: SbcDevice, message: string): Access {
    const key = keyOf(device);
    if (this.#deps.sbcs.isConnected(key)) {
      this.forgetDevice(key);
      this.#deps.delivery.renew(deviceTarget(key));
    }
    return refusal('AddressInUse', message);
  }

  /** Forgets the object; its connection goes with it. */
  forgetDevice(key: ObjectKey): void {
    this.#remembered.delete(`device|${key}`);
    this.#deps.sbcs.disconnect(key);
  }

  /** No call is made with this Customer's credential any more, but in the connection to `keep`. */
  leave(customer: ObjectKey, keep?: string): void {
    for (const [connection, owner] of this.#owners) if (owner === customer && connection !== keep) this.#drop(connection);
  }

  /** Rights are what a token says for as long as it lives: the next call with this Customer's credential signs in anew. */
  signInAnew(customer: ObjectKey): void {
    for (const [connection, owner] of this.#owners) if (owner === customer) this.#deps.tenants.refresh(connection);
  }

  /** Whose credential is in use for all work in the tenant. */
  ownerOf(tenantId: string): ObjectKey | undefined {
    return this.#owners.get(connectionId(tenantId));
  }

  async #remember(
    id: string,
    specHash: string,
    notBefore: number | undefined,
    connect: (isCurrent: IsCurrent) => Promise<Access>,
  ): Promise<Access> {
    const known = this.#remembered.get(id);
    const now = this.#deps.clock.monotonic();
    const isYoung = known !== undefined && now - known.checkedAt < SECRET_CHECK_MS && known.checkedAt > (notBefore ?? -1);
    if (isYoung && known.specHash === specHash) return known.access;
    const isCurrent: IsCurrent = () => this.#remembered.get(id)?.access === access;
    const access: Promise<Access> = Promise.resolve().then(() => connect(isCurrent));
    this.#remembered.set(id, { specHash, checkedAt: now, access });
    const result = await access;
    // A refusal is looked at again on the next pass: the Secret may have been made meanwhile.
    if (result.state === 'refused' && isCurrent()) this.#remembered.delete(id);
    return result;
  }

  async #connectTenant(customer: Customer, tenantId: string, party: string | undefined, isCurrent: IsCurrent): Promise<Access> {
    const { authentication } = customer.spec;
    const reference = authentication?.clientSecretRef ?? authentication?.certificateRef;
    if (authentication?.clientId === undefined && reference !== undefined)
      return refusal('ClientIdMissing', `${CLIENT_ID_MISSING} Set spec.authentication.clientId beside the Secret ${reference.name}`);
    if (authentication?.clientId === undefined || reference === undefined) {
      return refusal(
        'ConsentRequired',
        'spec.authentication names no clientId with a Secret: the app registration is made when the customer accepts an Invitation; create one, or set clientId with clientSecretRef or certificateRef',
      );
    }
    const path =
      authentication.clientSecretRef === undefined ? 'spec.authentication.certificateRef' : 'spec.authentication.clientSecretRef';
    const secret = await this.#read(customer.metadata.namespace ?? '', reference.name, path);
    if (!isCurrent()) return refusal('Validating', 'The credential is being read anew');
    const connection = connectionId(tenantId, party);
    const isOurs = this.#owners.get(connection) === keyOf(customer);
    // Somebody else's credential never stands in for one that cannot be read.
    if (!isOurs) this.#disconnect(connection);
    if ('refused' in secret) return isOurs ? staleAccess(secret.refused.message) : secret.refused;
    const credential = appCredentialOf(secret.found, {
      clientId: authentication.clientId,
      ...(authentication.clientSecretRef && { secretKey: authentication.clientSecretRef.key }),
    });
    if (typeof credential === 'string') return refusal('SecretKeyMissing', `${path}: Secret ${reference.name} ${credential}`);
    this.#owners.set(connection, keyOf(customer));
    this.#use(tenantId, party, credential, namedTenant(customer));
    return connected(secret.found);
  }

  /** What was seen, or could not be seen, with another credential says nothing about this one. */
  #use(tenantId: string, party: string | undefined, credential: AppCredential, lookedUpBy: string = tenantId): void {
    const hasChanged = this.#deps.tenants.connect(connectionId(tenantId, party), credential);
    if (!hasChanged) return;
    for (const target of tenantTargets(tenantId, party)) this.#deps.delivery.renew(target);
    if (lookedUpBy.toLowerCase() !== tenantId.toLowerCase()) this.#deps.delivery.renew(identityTarget(lookedUpBy, party));
  }

  #drop(connection: string): void {
    this.#remembered.delete(`tenant|${connection}`);
    this.#disconnect(connection);
  }

  #disconnect(connection: string): void {
    this.#owners.delete(connection);
    this.#deps.tenants.disconnect(connection);
  }

  async #connectDevice(device: SbcDevice): Promise<Access> {
    const { spec, metadata } = device;
    const namespace = metadata.namespace ?? '';
    const login = await this.#read(namespace, spec.credentialsSecretRef.name, 'spec.credentialsSecretRef');
    if ('refused' in login) return this.#deps.sbcs.isConnected(keyOf(device)) ? staleAccess(login.refused.message) : login.refused;
    const { username, password } = login.found.data;
    if (username === undefined || password === undefined) {
      return refusal(
        'SecretKeyMissing',
        `spec.credentialsSecretRef: Secret ${spec.credentialsSecretRef.name} needs the keys username and password; add them`,
      );
    }
    const trust = await this.#deviceTrust(device, namespace);
    if ('refused' in trust) return trust.refused;
    const dialect = recordedDialect(device);
    const hasChanged = this.#deps.sbcs.connect(keyOf(device), {
      address: spec.address,
      https: spec.https ?? true,
      tls: trust.tls,
      username,
      password,
      saveForeign: spec.saveForeign ?? false,
      ...(spec.limits === undefined ? {} : { limits: spec.limits }),
      ...(dialect === undefined ? {} : { dialect }),
    });
    if (hasChanged) this.#deps.delivery.renew(deviceTarget(keyOf(device)));
    return connected(login.found);
  }

  async #deviceTrust(
    { spec }: SbcDevice,
    namespace: string,
  ): Promise<{ tls: SbcConnection['tls'] } | { refused: Extract<Access, { state: 'refused' }> }> {
    const fingerprint = spec.tls?.fingerprint === undefined ? {} : { fingerprint: spec.tls.fingerprint.toLowerCase() };
    const caRef = spec.tls?.caSecretRef;
    if (caRef === undefined) return { tls: fingerprint };
    const ca = await this.#read(namespace, caRef.name, 'spec.tls.caSecretRef');
    if ('refused' in ca) return ca;
    const caPem = ca.found.data[caRef.key];
    if (caPem === undefined)
      return {
        refused: refusal(
          'SecretKeyMissing',
          `spec.tls.caSecretRef: Secret ${caRef.name} has no key ${caRef.key}; add it or correct the key`,
        ),
      };
    return { tls: { caPem, ...fingerprint } };
  }

  async #read(
    namespace: string,
    name: string,
    path: string,
  ): Promise<{ found: SecretData } | { refused: Extract<Access, { state: 'refused' }> }> {
    try {
      const found = await this.#deps.kube.readSecret(namespace, name);
      return found === undefined
        ? { refused: refusal('SecretNotFound', `${path}: Secret ${name} does not exist in namespace ${namespace}; create it`) }
        : { found };
    } catch (thrown) {
      const error = toOperatorError(thrown);
      return { refused: refusal('SecretUnreadable', `${path}: Secret ${name} cannot be read: ${error.message}`) };
    }
  }
}

/** What status keeps of the device's spelling, so that it stays writable after its last rule has gone. */
function recordedDialect({ status }: SbcDevice): SbcDialect | undefined {
  const dialect = status?.dialect;
  if (dialect?.tables === undefined) return undefined;
  return { name: dialect.name, tables: Object.fromEntries(Object.entries(dialect.tables).map(([table, { path }]) => [table, path])) };
}

function refusal(reason: Reason, message: string): Extract<Access, { state: 'refused' }> {
  return { state: 'refused', reason, message };
}

function connected(secret: SecretData): Access {
  return { state: 'connected', secretAnnotations: secret.annotations };
}

function staleAccess(message: string): Access {
  return { state: 'connected', stale: message, secretAnnotations: {} };
}

/** The credential in a Secret, or what the Secret lacks. Carrier Secrets hold `clientId` themselves (design §2 Shapes). */
function appCredentialOf(
  secret: SecretData,
  named: { readonly clientId: string; readonly secretKey?: string } | undefined,
): AppCredential | string {
  const clientId = named?.clientId ?? secret.data['clientId'];
  if (clientId === undefined) return 'needs the key clientId; add it';
  const clientSecret = secret.data[named?.secretKey ?? 'clientSecret'];
  const [certificatePem, privateKeyPem] = [secret.data['tls.crt'], secret.data['tls.key']];
  if (named?.secretKey !== undefined && clientSecret === undefined) return `has no key ${named.secretKey}; add it or correct the key`;
  if (clientSecret !== undefined) return { clientId, proof: { kind: 'secret', secret: clientSecret.trim() } };
  if (certificatePem !== undefined && privateKeyPem !== undefined)
    return { clientId, proof: { kind: 'certificate', certificatePem, privateKeyPem } };
  return 'needs the key clientSecret, or tls.crt with tls.key; add them';
}
