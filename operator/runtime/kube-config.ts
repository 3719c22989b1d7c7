import { existsSync, readFileSync } from 'node:fs';
import type { Agent, RequestOptions } from 'node:https';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
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
 * Throws with every place that was tried when there is none.
 */
export function loadClusterAccess(source: KubeConfigSource, clock: Clock): ClusterAccess {
  const { config, from } = findConfig(source);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${from}: context "${config.getCurrentContext()}" names no cluster`);
  const server = checkedServer(cluster.server, cluster.skipTLSVerify, from);
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  return new CachedAccess({ config, from, server, namespace, proxied: cluster.proxyUrl !== undefined && cluster.proxyUrl !== '' }, clock);
}

function findConfig(source: KubeConfigSource): { config: KubeConfig; from: string } {
  if (source.flag !== undefined) return { config: fromFiles([source.flag]), from: `--kubeconfig ${source.flag}` };
  const listed = source.env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '') ?? [];
  if (listed.length > 0) return { config: fromFiles(listed), from: 'KUBECONFIG' };
  const root = source.inClusterRoot ?? IN_CLUSTER_ROOT;
  if (existsSync(join(root, 'token'))) return { config: inCluster(source.env, root), from: 'in-cluster' };
  const home = source.env['HOME'] === undefined ? undefined : join(source.env['HOME'], '.kube', 'config');
  if (home !== undefined && existsSync(home)) return { config: fromFiles([home]), from: '~/.kube/config' };
  throw new Error('no Kubernetes cluster found: tried --kubeconfig, KUBECONFIG, the service account of the pod, ~/.kube/config');
}

function fromFiles(files: readonly string[]): KubeConfig {
  const config = new KubeConfig();
  files.forEach((file, index) => {
    const one = index === 0 ? config : new KubeConfig();
    one.loadFromFile(file);
    if (index > 0) config.mergeConfig(one, true);
  });
  return config;
}

/** client-node's own loadFromCluster takes an unset host for `https://undefined`; here it is an error that says what is missing. */
function inCluster(env: KubeConfigSource['env'], root: string): KubeConfig {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) throw new Error('in-cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be set beside the token file');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'in-cluster', caFile: join(root, 'ca.crt'), server: `https://${host.includes(':') ? `[${host}]` : host}:${port}` }],
    users: [{ name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile: join(root, 'token') } } }],
    contexts: [{ name: 'in-cluster', cluster: 'in-cluster', user: 'pod', namespace: readFileSync(join(root, 'namespace'), 'utf8').trim() }],
    currentContext: 'in-cluster',
  });
  return config;
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

interface Access {
  readonly config: KubeConfig;
  readonly from: string;
  readonly server: URL;
  readonly namespace: string | undefined;
  readonly proxied: boolean;
}

class CachedAccess implements ClusterAccess {
  readonly source: string;
  readonly server: URL;
  readonly namespace: string | undefined;
  readonly #config: KubeConfig;
  readonly #proxied: boolean;
  readonly #clock: Clock;
  #cached: { readonly value: Promise<Credentials>; readonly readAt: number } | undefined;

  constructor(access: Access, clock: Clock) {
    this.source = access.from;
    this.server = access.server;
    this.namespace = access.namespace;
    this.#config = access.config;
    this.#proxied = access.proxied;
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

  async #read(): Promise<Credentials> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
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
      ...(this.#proxied && typeof options.agent === 'object' ? { proxy: options.agent as Agent } : {}),
    };
  }
}
