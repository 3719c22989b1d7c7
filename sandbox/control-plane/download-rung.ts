import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { partialPath, prepareFolder, publish } from './cache.ts';
import type { Rung } from './ladder.ts';
import type { BinaryName, Platform, Recipe } from './recipes.ts';

export interface DownloadOptions {
  /** Folder of the downloaded binaries; only the holder of the lock may download into it. */
  readonly directory: string;
  readonly platform: Platform;
  readonly report: (line: string) => void;
  readonly recipeOf: (binary: BinaryName) => Recipe;
  readonly origins: Origins;
  /** How long a server may take to begin its answer. Default 5 s: without a network the build should start soon. */
  readonly answerTimeoutMs?: number;
}

/** Where the projects publish their releases. */
export interface Origins {
  /** Index of the envtest archives (etcd, kube-apiserver, kubectl) with their checksums. */
  readonly envtestIndex: string;
  readonly envtestArchives: string;
  readonly kubernetes: string;
  readonly helm: string;
}

export const OFFICIAL_ORIGINS: Origins = {
  envtestIndex: 'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml',
  envtestArchives: 'https://github.com/kubernetes-sigs/controller-tools/releases/download',
  kubernetes: 'https://dl.k8s.io',
  helm: 'https://get.helm.sh',
};

/** One file of a release, what it holds and how it is checked. */
interface Release {
  readonly url: string;
  readonly algorithm: 'sha256' | 'sha512';
  readonly checksum: string;
  /** Paths in the archive; undefined when the file is itself the one binary. */
  readonly members?: string;
  readonly binaries: readonly BinaryName[];
}

/** A project's releases: what they can give, and how to find the file. */
interface Source {
  readonly gives: readonly BinaryName[];
  readonly find: () => Promise<Release>;
}

/** Fetches what is missing from the projects' official releases, each file checked against its published checksum. */
export function downloadRung(options: DownloadOptions): Rung {
  return { name: 'official release archives', provide: (wanted) => downloadAll(options, wanted) };
}

async function downloadAll(options: DownloadOptions, wanted: readonly BinaryName[]) {
  await prepareFolder(options.directory);
  const due = sourcesFor(options).filter((source) => source.gives.some((binary) => wanted.includes(binary)));
  // At once: without a network all of them wait for the same time-out.
  const results = await Promise.all(due.map((source) => download(options, source)));
  const found = new Map(results.flatMap((result) => (typeof result === 'string' ? [] : result)));
  const failures = results.filter((result) => typeof result === 'string');
  if (failures.length > 0) options.report(`control plane: no download: ${failures.join('; ')}`);
  return { found, note: failures.length === 0 ? 'downloaded' : failures.join('; ') };
}

function sourcesFor(options: DownloadOptions): Source[] {
  const { os, arch } = options.platform;
  const { kubernetes, helm } = options.origins;
  const sources: Source[] = [
    { gives: ['etcd', 'kube-apiserver', 'kubectl'], find: () => findEnvtest(options) },
    {
      gives: ['helm'],
      find: async () => {
        const url = `${helm}/helm-v${options.recipeOf('helm').version}-${os}-${arch}.tar.gz`;
        const checksum = await checksumAt(options, `${url}.sha256sum`);
        return { url, algorithm: 'sha256', checksum, members: `${os}-${arch}`, binaries: ['helm'] };
      },
    },
  ];
  // Server binaries are released for Linux only.
  if (os !== 'linux') return sources;
  return [
    ...sources,
    {
      gives: ['kube-controller-manager'],
      find: async () => {
        const { version } = options.recipeOf('kube-controller-manager');
        const url = `${kubernetes}/v${version}/bin/${os}/${arch}/kube-controller-manager`;
        return { url, algorithm: 'sha512', checksum: await checksumAt(options, `${url}.sha512`), binaries: ['kube-controller-manager'] };
      },
    },
  ];
}

const EnvtestIndex = z.object({ releases: z.record(z.string(), z.record(z.string(), z.object({ hash: z.string() }))) });

/** The newest archive of our Kubernetes minor: not every patch release has one. */
async function findEnvtest(options: DownloadOptions): Promise<Release> {
  const { os, arch } = options.platform;
  const { envtestIndex, envtestArchives } = options.origins;
  const minor = options.recipeOf('kube-apiserver').version.split('.').slice(0, 2).join('.');
  const { releases } = EnvtestIndex.parse(parse(await (await get(options, envtestIndex)).text()));
  const found = Object.entries(releases)
    .filter(([version]) => new RegExp(`^v${minor}\\.\\d+$`).test(version))
    .map(([version, files]) => ({ version, name: `envtest-${version}-${os}-${arch}.tar.gz`, files }))
    .filter(({ files, name }) => name in files)
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }))
    .at(-1);
  const checksum = found?.files[found.name]?.hash;
  if (found === undefined || checksum === undefined) throw new Error(`${envtestIndex} has no ${minor} for ${os}-${arch}`);
  // The address is ours, not the index's: an index can then not send us elsewhere.
  const url = `${envtestArchives}/envtest-${found.version}/${found.name}`;
  return { url, algorithm: 'sha512', checksum, members: 'controller-tools/envtest', binaries: ['etcd', 'kube-apiserver', 'kubectl'] };
}

/** Paths of what a source gave, or why it gave nothing. */
async function download(options: DownloadOptions, source: Source): Promise<(readonly [BinaryName, string])[] | string> {
  const [first = 'helm'] = source.gives;
  const work = partialPath(options.directory, first);
  try {
    const release = await source.find();
    const startedAt = performance.now();
    options.report(`control plane: downloading ${release.url}`);
    await mkdir(work, { recursive: true });
    const file = join(work, 'download');
    await fetchChecked(options, release, file);
    await unpack(release, file, work);
    const paths = await Promise.all(release.binaries.map((name) => publish(join(work, name), options.directory, name)));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    options.report(`control plane: downloaded ${release.binaries.join(', ')} in ${seconds} s`);
    return release.binaries.map((name, index) => [name, paths[index] ?? ''] as const);
  } catch (error) {
    return reasonOf(error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fetchChecked(options: DownloadOptions, release: Release, file: string): Promise<void> {
  const { body } = await get(options, release.url);
  if (body === null) throw new Error(`${release.url} has no content`);
  const hash = createHash(release.algorithm);
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), hashing, createWriteStream(file));
  const actual = hash.digest('hex');
  if (actual !== release.checksum.toLowerCase())
    throw new Error(`${release.url} does not have its published ${release.algorithm} checksum`);
}

async function unpack(release: Release, file: string, work: string): Promise<void> {
  for (const binary of release.binaries) {
    if (release.members === undefined) await rename(file, join(work, binary));
    else {
      const depth = release.members.split('/').length;
      await promisify(execFile)('tar', ['-xzf', file, '-C', work, `--strip-components=${depth}`, `${release.members}/${binary}`]);
    }
    await chmod(join(work, binary), 0o755);
  }
}

/** Published as the checksum alone or as `<checksum>  <file>`. */
async function checksumAt(options: DownloadOptions, url: string): Promise<string> {
  const text = await (await get(options, url)).text();
  const checksum = text.trim().split(/\s/)[0] ?? '';
  if (!/^[0-9a-f]{64,128}$/i.test(checksum)) throw new Error(`${url} is not a checksum`);
  return checksum;
}

async function get(options: DownloadOptions, url: string): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error('no answer in time')), options.answerTimeoutMs ?? 5_000);
  try {
    const response = await fetch(url, { signal: timeout.signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response;
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer); // holds for the beginning of the answer only: a big file may take its time
  }
}

/** fetch hides the network's own words in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isHidden = error.message === 'fetch failed' && error.cause instanceof Error;
  return isHidden ? reasonOf(error.cause) : error.message;
}
