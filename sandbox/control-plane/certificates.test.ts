import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIdentities } from './certificates.ts';

describe('createIdentities', () => {
  it('signs the server and both clients with one authority, each with its own key', async () => {
    const { caPem, server, admin, controllerManager } = await createIdentities();
    const ca = new X509Certificate(caPem);
    expect(ca.ca).toBe(true);
    for (const { certificatePem, keyPem } of [server, admin, controllerManager]) {
      const certificate = new X509Certificate(certificatePem);
      expect(certificate.verify(ca.publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    }
    expect(new Set([server, admin, controllerManager].map(({ keyPem }) => keyPem)).size).toBe(3);
  });

  it('names the server by loopback address and by its Service, and the clients by what RBAC knows', async () => {
    const { server, admin, controllerManager } = await createIdentities();
    const certificate = new X509Certificate(server.certificatePem);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(new X509Certificate(admin.certificatePem).subject).toContain('O=system:masters');
    expect(new X509Certificate(controllerManager.certificatePem).subject).toBe('CN=system:kube-controller-manager');
  });

  it('makes a key pair for service-account tokens', async () => {
    const { privateKeyPem, publicKeyPem } = (await createIdentities()).serviceAccounts;
    const signature = sign('sha256', Buffer.from('token'), createPrivateKey(privateKeyPem));
    expect(verify('sha256', Buffer.from('token'), createPublicKey(publicKeyPem), signature)).toBe(true);
  });
});
