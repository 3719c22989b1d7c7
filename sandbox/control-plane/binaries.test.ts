import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareBinaries } from './binaries.ts';
import { BINARY_NAMES, type BinaryName, buildKey, recipeOf, thisPlatform } from './recipes.ts';

/** A loopback port that refuses. */
const NOWHERE = 'http://127.0.0.1:9';
const unreachable = { envtestIndex: NOWHERE, envtestArchives: NOWHERE, kubernetes: NOWHERE, helm: NOWHERE };

let root: string;
const lines: string[] = [];
const built = () => join(root, 'cache', 'control-plane', buildKey(thisPlatform()));
const { os, arch } = thisPlatform();
const downloaded = () => join(root, 'cache', 'control-plane', `releases-${recipeOf('kube-apiserver').version}-${os}-${arch}`);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trunkline-binaries-'));
  lines.length = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(directory: string, binaries: readonly BinaryName[], mode = 0o755): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const binary of binaries) await writeFile(join(directory, binary), '#!/bin/sh\n', { mode });
}

function prepare(env: NodeJS.ProcessEnv = {}) {
  const report = (line: string) => void lines.push(line);
  const environment = { TRUNKLINE_CACHE: join(root, 'cache'), ...env };
  return prepareBinaries({ report, env: environment, origins: unreachable, goCommand: join(root, 'no-such-go') });
}

describe('prepareBinaries', () => {
  it('takes all from the cache, silently', async () => {
    await put(built(), BINARY_NAMES);
    const paths = await prepare();
    expect(Object.keys(paths).sort()).toEqual([...BINARY_NAMES].sort());
    expect(new Set(Object.values(paths).map((path) => path.slice(0, path.lastIndexOf('/'))))).toEqual(new Set([built()]));
    expect(lines).toEqual([]);
  });

  it('prefers KUBEBUILDER_ASSETS and takes from the cache what is not there', async () => {
    await put(join(root, 'assets'), ['etcd', 'kube-apiserver', 'kubectl']);
    await put(built(), BINARY_NAMES);
    const paths = await prepare({ KUBEBUILDER_ASSETS: join(root, 'assets') });
    expect(paths.etcd).toBe(join(root, 'assets', 'etcd'));
    expect(paths.helm).toBe(join(built(), 'helm'));
  });

  it('takes what was downloaded for what was not built', async () => {
    await put(built(), ['helm', 'kube-controller-manager']);
    await put(downloaded(), ['etcd', 'kube-apiserver', 'kubectl', 'helm']);
    const paths = await prepare();
    expect(paths.helm).toBe(join(built(), 'helm'));
    expect(paths.etcd).toBe(join(downloaded(), 'etcd'));
  });

  it('does not take a file that may not be run', async () => {
    await put(
      built(),
      BINARY_NAMES.filter((binary) => binary !== 'etcd'),
    );
    await put(built(), ['etcd'], 0o644);
    await expect(prepare()).rejects.toThrow('No etcd found');
  });

  it('names every way to get them when none works, without a long wait', async () => {
    const failure = await prepare({ KUBEBUILDER_ASSETS: join(root, 'empty') }).catch((error: unknown) => error);
    const message = failure instanceof Error ? failure.message : '';
    expect(message).toContain('No kube-apiserver, kube-controller-manager, kubectl, etcd, helm found');
    expect(message).toContain('1. existing cluster: none given (--kubeconfig FILE, --context NAME)');
    expect(message).toContain(
      `2. KUBEBUILDER_ASSETS: no kube-apiserver, kube-controller-manager, kubectl, etcd, helm in ${join(root, 'empty')}`,
    );
    expect(message).toContain('3. cache: no ');
    expect(message).toContain('4. official release archives: ');
    expect(message).toContain('5. build from the pinned Go modules: Go 1.26 or newer cannot be run');
    expect(lines.filter((line) => line.includes('no download'))).toHaveLength(1);
  });
});
