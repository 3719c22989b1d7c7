import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadOptions, downloadRung } from './download-rung.ts';
import { BINARY_NAMES, recipeOf } from './recipes.ts';

let root: string;
let server: Server;
/** Path → content; a path that is not there is a 404; `hang` never answers. */
const files = new Map<string, Buffer | 'hang'>();
const lines: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trunkline-download-'));
  files.clear();
  lines.length = 0;
  server = createServer((request, response) => {
    const content = files.get(request.url ?? '');
    if (content === 'hang') return;
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

const directory = () => join(root, 'out');

function rung(more: Partial<DownloadOptions> = {}) {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origins = {
    envtestIndex: `${origin}/index.yaml`,
    envtestArchives: `${origin}/envtest`,
    kubernetes: `${origin}/k8s`,
    helm: `${origin}/helm`,
  };
  const platform = { os: 'linux', arch: 'amd64' };
  return downloadRung({ directory: directory(), platform, report: (line) => void lines.push(line), recipeOf, origins, ...more });
}

async function archive(folder: string, contents: Readonly<Record<string, string>>): Promise<Buffer> {
  const source = await mkdtemp(join(root, 'archive-'));
  await mkdir(join(source, folder), { recursive: true });
  for (const [name, text] of Object.entries(contents)) await writeFile(join(source, folder, name), text);
  execFileSync('tar', ['-czf', join(source, 'archive.tar.gz'), '-C', source, folder]);
  return readFile(join(source, 'archive.tar.gz'));
}

const hashOf = (algorithm: 'sha256' | 'sha512', content: Buffer) => createHash(algorithm).update(content).digest('hex');

async function publishEnvtest(versions: readonly string[], checksum?: string): Promise<void> {
  const releases: Record<string, Record<string, { hash: string; selfLink: string }>> = {};
  for (const version of versions) {
    const content = await archive('controller-tools/envtest', { etcd: version, 'kube-apiserver': version, kubectl: version });
    const name = `envtest-${version}-linux-amd64.tar.gz`;
    files.set(`/envtest/envtest-${version}/${name}`, content);
    releases[version] = { [name]: { hash: checksum ?? hashOf('sha512', content), selfLink: 'https://elsewhere.invalid/' } };
  }
  files.set('/index.yaml', Buffer.from(JSON.stringify({ releases })));
}

async function publishOthers(): Promise<void> {
  const manager = `/k8s/v${recipeOf('kubectl').version}/bin/linux/amd64/kube-controller-manager`;
  files.set(manager, Buffer.from('manager'));
  files.set(`${manager}.sha512`, Buffer.from(hashOf('sha512', Buffer.from('manager'))));
  const helm = `/helm/helm-v${recipeOf('helm').version}-linux-amd64.tar.gz`;
  const content = await archive('linux-amd64', { helm: 'helm', LICENSE: 'text' });
  files.set(helm, content);
  files.set(`${helm}.sha256sum`, Buffer.from(`${hashOf('sha256', content)}  helm.tar.gz\n`));
}

describe('downloadRung', () => {
  it('gives everything from the three official places, ready to run, and leaves nothing else behind', async () => {
    await publishEnvtest(['v1.36.0']);
    await publishOthers();
    const { found } = await rung().provide(BINARY_NAMES);
    expect([...found.keys()].sort()).toEqual([...BINARY_NAMES].sort());
    expect(await readFile(found.get('kube-controller-manager') ?? '', 'utf8')).toBe('manager');
    expect((await readdir(directory())).sort()).toEqual([...BINARY_NAMES].sort());
    execFileSync('test', ['-x', found.get('helm') ?? '']);
  });

  it('takes the newest archive of our Kubernetes minor', async () => {
    await publishEnvtest(['v1.36.2', 'v1.36.10', 'v1.35.99', 'v1.37.0', 'v1.36.11-rc.0']);
    const { found } = await rung().provide(['etcd']);
    expect(await readFile(found.get('etcd') ?? '', 'utf8')).toBe('v1.36.10');
  });

  it('refuses a file without its published checksum', async () => {
    await publishEnvtest(['v1.36.0'], 'f'.repeat(128));
    const { found, note } = await rung().provide(['etcd']);
    expect(found.size).toBe(0);
    expect(note).toContain('does not have its published sha512 checksum');
    expect(await readdir(directory())).toEqual([]);
  });

  it('gives what one place has when another has nothing, in one line of explanation', async () => {
    await publishOthers();
    const { found, note } = await rung().provide(BINARY_NAMES);
    expect([...found.keys()].sort()).toEqual(['helm', 'kube-controller-manager']);
    expect(note).toContain('index.yaml: HTTP 404');
    expect(lines.filter((line) => line.startsWith('control plane: no download: '))).toHaveLength(1);
  });

  it('asks only those that have what is wanted', async () => {
    await publishOthers();
    expect((await rung().provide(['helm'])).note).toBe('downloaded');
  });

  it('gives up on a server that does not answer', async () => {
    files.set('/index.yaml', 'hang');
    const { found, note } = await rung({ answerTimeoutMs: 50 }).provide(['etcd']);
    expect(found.size).toBe(0);
    expect(note).toContain('no answer in time');
  });
});
