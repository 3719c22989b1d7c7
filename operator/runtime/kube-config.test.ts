import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { loadClusterAccess } from './kube-config.ts';

function kubeconfig(server: string, extra: { cluster?: object; user?: object } = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': Buffer.from('ca').toString('base64'), ...extra.cluster } }],
    users: [{ name: 'u', user: { token: 'token-of-file', ...extra.user } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'ours' } }],
    'current-context': 'x',
  });
}

describe('loadClusterAccess', () => {
  let folder: string;
  let clock: FakeClock;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-config-'));
    clock = new FakeClock();
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  async function pod(): Promise<string> {
    await file('token', 'token-of-pod\n');
    await file('ca.crt', 'ca-of-pod');
    await file('namespace', 'pod-namespace\n');
    return folder;
  }

  it('prefers the flag, then KUBECONFIG, then the pod, and says which', async () => {
    const flag = await file('flag', kubeconfig('https://flag:6443'));
    const listed = await file('listed', kubeconfig('https://listed:6443'));
    const inClusterRoot = await pod();
    const service = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const all = { env: { KUBECONFIG: listed, HOME: folder, ...service }, inClusterRoot };
    expect(await loadClusterAccess({ flag, ...all }, clock)).toMatchObject({ source: `--kubeconfig ${flag}`, namespace: 'ours' });
    expect((await loadClusterAccess(all, clock)).server.host).toBe('listed:6443');
    const inCluster = await loadClusterAccess({ env: service, inClusterRoot }, clock);
    expect(inCluster).toMatchObject({ source: 'in-cluster', namespace: 'pod-namespace' });
    expect(inCluster.server.href).toBe('https://[fd00::1]/');
    expect(await inCluster.credentials()).toEqual({
      headers: { Authorization: 'Bearer token-of-pod' },
      tls: { ca: Buffer.from('ca-of-pod') },
    });
  });

  it('reads a renewed token within a minute, and at once after it was refused', async () => {
    const inClusterRoot = await pod();
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const access = await loadClusterAccess({ env, inClusterRoot }, clock);
    const token = async (): Promise<string | undefined> => (await access.credentials()).headers['Authorization'];
    expect(await token()).toBe('Bearer token-of-pod');
    await file('token', 'second');
    expect(await token()).toBe('Bearer token-of-pod');
    clock.freeze(60_001);
    expect(await token()).toBe('Bearer second');
    await file('token', 'third');
    access.dropCredentials();
    expect(await token()).toBe('Bearer third');
  });

  it('reads a kubeconfig through the client library', async () => {
    const access = await loadClusterAccess({ flag: await file('flag', kubeconfig('https://host:6443/prefix')), env: {} }, clock);
    expect(await access.credentials()).toEqual({ headers: { Authorization: 'Bearer token-of-file' }, tls: { ca: Buffer.from('ca') } });
    expect(access.server.pathname).toBe('/prefix');
  });

  it.each([
    ['http://example.org', {}, 'is not encrypted'],
    ['https://example.org', { 'insecure-skip-tls-verify': true }, 'certificate-authority-data'],
  ])('refuses %s %j', async (server, cluster, message) => {
    const flag = await file('flag', kubeconfig(server, { cluster }));
    await expect(loadClusterAccess({ flag, env: {} }, clock)).rejects.toThrow(message);
  });

  it('lists every place it has tried', async () => {
    await expect(loadClusterAccess({ env: { HOME: folder }, inClusterRoot: join(folder, 'none') }, clock)).rejects.toThrow(
      /--kubeconfig, KUBECONFIG, the service account of the pod, ~\/\.kube\/config/,
    );
  });

  it('says what is missing in a pod', async () => {
    await expect(loadClusterAccess({ env: {}, inClusterRoot: await pod() }, clock)).rejects.toThrow('KUBERNETES_SERVICE_HOST');
  });
});
