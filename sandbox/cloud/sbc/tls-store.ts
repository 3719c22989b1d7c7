import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Refusal } from './schema.ts';

export interface TlsMaterial {
  certificatePem: string;
  /** Never leaves the device. */
  privateKeyPem: string;
  trustedRoots: string[];
}

/** Certificates by index of the TLS context (audiocodes-sbc §7.3). */
export class TlsStore {
  readonly #contexts = new Map<number, TlsMaterial>();

  get(context: number): TlsMaterial | undefined {
    return this.#contexts.get(context);
  }

  install(context: number, material: TlsMaterial): void {
    this.#contexts.set(context, material);
  }

  setCertificate(context: number, pem: string): void {
    this.#change(context, { certificatePem: checked(pem) });
  }

  setPrivateKey(context: number, pem: string): void {
    try {
      createPrivateKey(pem);
    } catch (thrown) {
      throw new Refusal('the file holds no private key', { cause: thrown });
    }
    this.#change(context, { privateKeyPem: pem });
  }

  setTrustedRoots(context: number, pems: readonly string[]): void {
    this.#change(context, { trustedRoots: pems.map(checked) });
  }

  addTrustedRoot(context: number, pem: string): void {
    this.#change(context, { trustedRoots: [...(this.get(context)?.trustedRoots ?? []), checked(pem)] });
  }

  /** A key that does not match the certificate leaves the context broken. */
  isBroken(context: number): boolean {
    const material = this.get(context);
    if (material === undefined || material.certificatePem === '' || material.privateKeyPem === '') return true;
    return !new X509Certificate(material.certificatePem).checkPrivateKey(createPrivateKey(material.privateKeyPem));
  }

  #change(context: number, change: Partial<TlsMaterial>): void {
    const before = this.get(context) ?? { certificatePem: '', privateKeyPem: '', trustedRoots: [] };
    this.#contexts.set(context, { ...before, ...change });
  }
}

function checked(pem: string): string {
  try {
    return new X509Certificate(pem).toString();
  } catch (thrown) {
    throw new Refusal('the file holds no certificate', { cause: thrown });
  }
}
