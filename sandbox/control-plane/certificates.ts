import 'reflect-metadata'; // @peculiar/x509 needs it at import
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate with its private key (PKCS #8), both PEM. */
interface KeyedCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** What one control plane needs to know its servers and clients by; made afresh at each start. */
export interface ControlPlaneIdentities {
  readonly caPem: string;
  readonly server: KeyedCertificate;
  /** A member of system:masters: RBAC does not hold for it. */
  readonly admin: KeyedCertificate;
  readonly controllerManager: KeyedCertificate;
  /** Signs and checks service-account tokens. */
  readonly serviceAccounts: { readonly privateKeyPem: string; readonly publicKeyPem: string };
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;
/** Thrown away at stop; a year, so that a sandbox left running over a holiday still answers. */
const VALIDITY_MS = 365 * 24 * HOUR_MS;

const SERVER_NAMES = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
  // First address of the service range in server-arguments.ts: the `kubernetes` Service.
  { type: 'ip', value: '10.0.0.1' },
  ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'].map((value) => ({
    type: 'dns',
    value,
  })),
] as ConstructorParameters<typeof SubjectAlternativeNameExtension>[0];

export async function createIdentities(): Promise<ControlPlaneIdentities> {
  const ca = await createAuthority();
  const [server, admin, controllerManager, accountKeys] = await Promise.all([
    issue(ca, { name: 'CN=kube-apiserver', usage: ExtendedKeyUsage.serverAuth, isServer: true }),
    issue(ca, { name: 'O=system:masters, CN=trunkline-sandbox-admin', usage: ExtendedKeyUsage.clientAuth }),
    issue(ca, { name: 'CN=system:kube-controller-manager', usage: ExtendedKeyUsage.clientAuth }),
    generateKeys(),
  ]);
  const serviceAccounts = { privateKeyPem: await privatePem(accountKeys), publicKeyPem: await publicPem(accountKeys) };
  return { caPem: ca.certificate.toString('pem'), server, admin, controllerManager, serviceAccounts };
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function createAuthority(): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...newCertificate(),
    name: 'CN=trunkline-sandbox-control-plane',
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function issue(
  ca: Authority,
  options: { readonly name: string; readonly usage: ExtendedKeyUsage; readonly isServer?: boolean },
): Promise<KeyedCertificate> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    ...newCertificate(),
    subject: options.name,
    issuer: ca.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([options.usage]),
      ...(options.isServer === true ? [new SubjectAlternativeNameExtension(SERVER_NAMES)] : []),
    ],
  });
  return { certificatePem: certificate.toString('pem'), keyPem: await privatePem(keys) };
}

function newCertificate() {
  const now = Date.now();
  return { notBefore: new Date(now - HOUR_MS), notAfter: new Date(now + VALIDITY_MS), signingAlgorithm: ALGORITHM };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

async function publicPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('spki', keys.publicKey), 'PUBLIC KEY');
}
