import type { Customer, SbcDevice } from '../api/kinds.ts';
import { keyOf, type ObjectKey } from '../api/meta.ts';
import type { Reason } from '../api/reasons.ts';
import { contentHash } from '../domain/change/canonical.ts';
import { toOperatorError } from '../errors/operator-error.ts';
import type { AppCredential, TenantConnections } from '../integrations/entra/port.ts';
import type { SbcConnection, SbcConnections, SbcDialect } from '../integrations/sbc/port.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Kube, SecretData } from '../runtime/kube.ts';

/** Whether a target may be called, and if not, why. `stale`: the Secret is gone, the last good credential serves (design §3.9). */
export type Access =
  | { readonly state: 'connected'; readonly stale?: string; readonly secretAnnotations: Readonly<Record<string, string>> }
  | { readonly state: 'notNeeded' }
  | { readonly state: 'refused'; readonly reason: Reason; readonly message: string };

export interface CredentialDeps {
  readonly kube: Kube;
  readonly tenants: TenantConnections;
  readonly sbcs: SbcConnections;
  readonly clock: Clock;
}

/** Secrets are compared this often, on `reconcile-at` and after an Auth failure (design §5). */
const RECHECK_MS = 5 * 60_000;

interface Remembered {
  readonly specHash: string;
  readonly checkedAt: number;
  readonly access: Promise<Access>;
}

/** Reads referenced Secrets and hands them to the integrations; the values stay in memory. One read each five minutes and reference. */
export class Credentials {
  readonly #deps: CredentialDeps;
  readonly #remembered = new Map<string, Remembered>();

  constructor(deps: CredentialDeps) {
    this.#deps = deps;
  }

  /** Makes sure that the tenant of this Customer can be called with the Customer's own app. Never throws. */
  tenant(customer: Customer, tenantId: string, fresh: boolean): Promise<Access> {
    const hash = contentHash(JSON.parse(JSON.stringify({ tenantId, authentication: customer.spec.authentication ?? null })));
    return this.#remember(`tenant|${keyOf(customer)}`, hash, fresh, () => this.#connectTenant(customer, tenantId));
  }

  /** The provider's own tenant, for a carrier trunk in mode Verify (telephony 1.1). */
  carrierTenant(
    device: SbcDevice,
    trunk: { readonly fqdn: string; readonly tenantId: string; readonly secretName: string },
    fresh: boolean,
  ): Promise<Access> {
    const namespace = device.metadata.namespace ?? '';
    const hash = contentHash({ ...trunk });
    return this.#remember(`carrier|${keyOf(device)}|${trunk.fqdn}`, hash, fresh, async () => {
      const secret = await this.#read(namespace, trunk.secretName, `spec.carrierTrunks[${trunk.fqdn}].authenticationSecretRef`);
      if ('refused' in secret) return secret.refused;
      const credential = appCredentialOf(secret.found, undefined);
      if (typeof credential === 'string') return refusal('SecretKeyMissing', `Secret ${trunk.secretName} ${credential}`);
      this.#deps.tenants.connect(trunk.tenantId, credential);
      return connected(secret.found);
    });
  }

  device(device: SbcDevice, fresh: boolean): Promise<Access> {
    const { address, https, tls, credentialsSecretRef, saveForeign } = device.spec;
    const hash = contentHash(JSON.parse(JSON.stringify({ address, https, tls, credentialsSecretRef, saveForeign })));
    return this.#remember(`device|${keyOf(device)}`, hash, fresh, () => this.#connectDevice(device));
  }

  /** Forgets the object; its connection goes with it. */
  forgetDevice(key: ObjectKey): void {
    this.#remembered.delete(`device|${key}`);
    this.#deps.sbcs.disconnect(key);
  }

  forgetCustomer(key: ObjectKey): void {
    this.#remembered.delete(`tenant|${key}`);
  }

  async #remember(id: string, specHash: string, fresh: boolean, connect: () => Promise<Access>): Promise<Access> {
    const known = this.#remembered.get(id);
    const now = this.#deps.clock.monotonic();
    if (known !== undefined && known.specHash === specHash && !fresh && now - known.checkedAt < RECHECK_MS) return known.access;
    const access = connect();
    this.#remembered.set(id, { specHash, checkedAt: now, access });
    const result = await access;
    // A refusal is looked at again on the next pass: the Secret may have been made meanwhile.
    if (result.state === 'refused') this.#remembered.delete(id);
    return result;
  }

  async #connectTenant(customer: Customer, tenantId: string): Promise<Access> {
    const { authentication } = customer.spec;
    const reference = authentication?.clientSecretRef ?? authentication?.certificateRef;
    if (authentication?.clientId === undefined || reference === undefined) {
      return refusal(
        'ConsentRequired',
        'spec.authentication names no clientId with a Secret: the app registration is made when the customer accepts an Invitation',
      );
    }
    const path =
      authentication.clientSecretRef === undefined ? 'spec.authentication.certificateRef' : 'spec.authentication.clientSecretRef';
    const secret = await this.#read(customer.metadata.namespace ?? '', reference.name, path);
    if ('refused' in secret) return this.#deps.tenants.isConnected(tenantId) ? staleAccess(secret.refused.message) : secret.refused;
    const credential = appCredentialOf(secret.found, {
      clientId: authentication.clientId,
      ...(authentication.clientSecretRef && { secretKey: authentication.clientSecretRef.key }),
    });
    if (typeof credential === 'string') return refusal('SecretKeyMissing', `${path}: Secret ${reference.name} ${credential}`);
    this.#deps.tenants.connect(tenantId, credential);
    return connected(secret.found);
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
        `spec.credentialsSecretRef: Secret ${spec.credentialsSecretRef.name} needs the keys username and password`,
      );
    }
    const trust = await this.#deviceTrust(device, namespace);
    if ('refused' in trust) return trust.refused;
    const dialect = recordedDialect(device);
    this.#deps.sbcs.connect(keyOf(device), {
      address: spec.address,
      https: spec.https ?? true,
      tls: trust.tls,
      username,
      password,
      saveForeign: spec.saveForeign ?? false,
      ...(spec.limits === undefined ? {} : { limits: spec.limits }),
      ...(dialect === undefined ? {} : { dialect }),
    });
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
      return { refused: refusal('SecretKeyMissing', `spec.tls.caSecretRef: Secret ${caRef.name} has no key ${caRef.key}`) };
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
  if (clientId === undefined) return 'needs the key clientId';
  const clientSecret = secret.data[named?.secretKey ?? 'clientSecret'];
  const [certificatePem, privateKeyPem] = [secret.data['tls.crt'], secret.data['tls.key']];
  if (named?.secretKey !== undefined && clientSecret === undefined) return `has no key ${named.secretKey}`;
  if (clientSecret !== undefined) return { clientId, proof: { kind: 'secret', secret: clientSecret.trim() } };
  if (certificatePem !== undefined && privateKeyPem !== undefined)
    return { clientId, proof: { kind: 'certificate', certificatePem, privateKeyPem } };
  return 'needs the key clientSecret, or tls.crt with tls.key';
}
