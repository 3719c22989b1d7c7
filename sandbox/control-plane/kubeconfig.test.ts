import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { kubeconfigText } from './kubeconfig.ts';

function load(text: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}

describe('kubeconfigText', () => {
  const server = 'https://127.0.0.1:20003';

  it('is understood by the client library, with a client certificate', () => {
    const config = load(kubeconfigText({ server, caPem: 'CA', user: { certificatePem: 'CERT', keyPem: 'KEY' } }));
    expect(config.getCurrentCluster()).toMatchObject({ server, caData: Buffer.from('CA').toString('base64'), skipTLSVerify: false });
    expect(config.getCurrentUser()).toMatchObject({ certData: Buffer.from('CERT').toString('base64') });
  });

  it('carries a token and a namespace', () => {
    const config = load(kubeconfigText({ server, caPem: 'CA', user: { token: 'abc' }, namespace: 'provider' }));
    expect(config.getCurrentUser()?.token).toBe('abc');
    expect(config.getContextObject(config.getCurrentContext())?.namespace).toBe('provider');
  });

  it('leaves the authority to the system when there is none', () => {
    expect(kubeconfigText({ server, caPem: '', user: { token: 'abc' } })).not.toContain('certificate-authority');
  });
});
