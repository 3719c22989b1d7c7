import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Agent, RequestOptions } from 'node:https';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from './clock.ts';

const IN_CLUSTER_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet renews service-account tokens in place; client-go re-reads them every minute too. */
const CREDENTIAL_CACHE_MS = 60_000;

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer; readonly servername?: string };
  /** Set when the kubeconfig names a proxy: connections go through it. */
  readonly proxy?: Agent;
}

/** One API server and how to be let in. */
export interface ClusterAccess {
  /** Where this came from, for the log line at start: `--kubeconfig FILE`, `KUBECONFIG`, `in-cluster` or `~/.kube/config`. */
  readonly source: string;
  readonly server: URL;
  /** Namespace of the context, or of the pod. */
  readonly namespace: string | undefined;
  /** Cached for a minute, read once however many ask. */
  credentials(): Promise<Credentials>;
  /** After a 401: the next call reads token and certificates afresh. */
  dropCredentials(): void;
}

export interface KubeConfigSource {
  /** Value of `--kubeconfig`; wins over everything. */
  readonly flag?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Root of the service-account files, for tests. */
  readonly inClusterRoot?: string;
}

/**
 * Finds the cluster as controller-runtime does: flag, `KUBECONFIG`, in-cluster, `~/.kube/config` (operator-practice D10).
 * Rejects with every place that was tried when there is none.
 */
export async function loadClusterAccess(source: KubeConfigSource, clock: Clock): Promise<ClusterAccess> {
  const { flag, env } = source;
  if (flag !== undefined) return fromFiles([flag], `--kubeconfig ${flag}`, clock);
  const listed = env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '') ?? [];
  if (listed.length > 0) return fromFiles(listed, 'KUBECONFIG', clock);
  const root = source.inClusterRoot ?? IN_CLUSTER_ROOT;
  if (existsSync(join(root, 'token'))) return inCluster(env, root, clock);
  const home = env['HOME'] === undefined ? undefined : join(env['HOME'], '.kube', 'config');
  if (home !== undefined && existsSync(home)) return fromFiles([home], '~/.kube/config', clock);
  throw new Error('no Kubernetes cluster found: tried --kubeconfig, KUBECONFIG, the service account of the pod, ~/.kube/config');
}

/** client-node parses kubeconfigs and knows their ways to sign in. It costs 85 MB, which a pod with its token file does not need. */
async function fromFiles(files: readonly string[], from: string, clock: Clock): Promise<ClusterAccess> {
  const client = await import('@kubernetes/client-node');
  const config = new client.KubeConfig();
  files.forEach((file, index) => {
    const one = index === 0 ? config : new client.KubeConfig();
    one.loadFromFile(file);
    if (index > 0) config.mergeConfig(one, true);
  });
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${from}: context "${config.getCurrentContext()}" names no cluster`);
  const server = checkedServer(cluster.server, cluster.skipTLSVerify, from);
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  const isProxied = cluster.proxyUrl !== undefined && cluster.proxyUrl !== '';
  return new CachedAccess({ source: from, server, namespace, read: () => readKubeConfig(config, isProxied) }, clock);
}

async function inCluster(env: KubeConfigSource['env'], root: string, clock: Clock): Promise<ClusterAccess> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) throw new Error('in-cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be set beside the token file');
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const namespace = (await readFile(join(root, 'namespace'), 'utf8')).trim();
  return new CachedAccess({ source: 'in-cluster', server, namespace, read: () => readServiceAccount(root) }, clock);
}

async function readServiceAccount(root: string): Promise<Credentials> {
  const [token, ca] = await Promise.all([readFile(join(root, 'token'), 'utf8'), readFile(join(root, 'ca.crt'))]);
  return { headers: { Authorization: `Bearer ${token.trim()}` }, tls: { ca } };
}

async function readKubeConfig(config: KubeConfig, isProxied: boolean): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value).trim();
  if (typeof options.auth === 'string') headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return {
    headers,
    tls: {
      ...(Buffer.isBuffer(options.ca) ? { ca: options.ca } : {}),
      ...(Buffer.isBuffer(options.cert) ? { cert: options.cert } : {}),
      ...(Buffer.isBuffer(options.key) ? { key: options.key } : {}),
      ...(options.servername === undefined ? {} : { servername: options.servername }),
    },
    ...(isProxied && typeof options.agent === 'object' ? { proxy: options.agent as Agent } : {}),
  };
}

/** The operator reads Secrets over this connection: unverified TLS is refused, plain HTTP is for `kubectl proxy` on this host only. */
function checkedServer(address: string, skipTlsVerify: boolean | undefined, from: string): URL {
  const server = new URL(address);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(server.hostname);
  if (server.protocol === 'http:' && !isLocal) throw new Error(`${from}: ${address} is not encrypted; use https`);
  if (server.protocol === 'https:' && skipTlsVerify === true) {
    throw new Error(`${from}: insecure-skip-tls-verify is not accepted; give certificate-authority-data of ${address} instead`);
  }
  return server;
}

interface AccessParts extends Pick<ClusterAccess, 'source' | 'server' | 'namespace'> {
  /** Token and certificates as they are now. */
  readonly read: () => Promise<Credentials>;
}

class CachedAccess implements ClusterAccess {
  readonly source: string;
  readonly server: URL;
  readonly namespace: string | undefined;
  readonly #read: () => Promise<Credentials>;
  readonly #clock: Clock;
  #cached: { readonly value: Promise<Credentials>; readonly readAt: number } | undefined;

  constructor(parts: AccessParts, clock: Clock) {
    this.source = parts.source;
    this.server = parts.server;
    this.namespace = parts.namespace;
    this.#read = parts.read;
    this.#clock = clock;
  }

  credentials(): Promise<Credentials> {
    const now = this.#clock.monotonic();
    if (this.#cached !== undefined && now - this.#cached.readAt < CREDENTIAL_CACHE_MS) return this.#cached.value;
    const value = this.#read();
    this.#cached = { value, readAt: now };
    value.catch(() => this.dropCredentials()); // a failed read is not kept; whoever awaits `value` sees the error
    return value;
  }

  dropCredentials(): void {
    this.#cached = undefined;
  }
}
