import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { kubeconfigText } from './kubeconfig.ts';

/** All that is needed to work with a cluster as its administrator; plain data, so that it can cross process borders. */
export interface ClusterAccess {
  /** Administrator's kubeconfig; refers to no other file. */
  readonly kubeconfigPath: string;
  /** The same as text. */
  readonly adminKubeconfig: string;
  readonly server: string;
  /** Empty when the server's certificate comes from an authority that the system trusts. */
  readonly caPem: string;
  /** As the API server tells it, such as `v1.36.3`. */
  readonly version: string;
  readonly kubectlPath: string;
  readonly helmPath: string;
  /** For caches of kubectl and Helm; removed with the cluster. */
  readonly scratchDirectory: string;
  /** Present when the audit log is on: one JSON object (audit.k8s.io/v1 Event) a line. */
  readonly auditLogPath?: string;
}

export interface CommandOptions {
  /** Written to the command's standard input, as for `kubectl apply -f -`. */
  readonly stdin?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Token lifetime: longer than any test run, shorter than a forgotten sandbox. */
const TOKEN_DURATION = '24h';
const ESTABLISH_MS = 30_000;
const YOUNG_MS = 100;
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** A cluster with kubectl and Helm at hand, whoever started it. */
export class Cluster implements ClusterAccess {
  readonly kubeconfigPath: string;
  readonly adminKubeconfig: string;
  readonly server: string;
  readonly caPem: string;
  readonly version: string;
  readonly kubectlPath: string;
  readonly helmPath: string;
  readonly scratchDirectory: string;
  readonly auditLogPath?: string;

  constructor(access: ClusterAccess) {
    this.kubeconfigPath = access.kubeconfigPath;
    this.adminKubeconfig = access.adminKubeconfig;
    this.server = access.server;
    this.caPem = access.caPem;
    this.version = access.version;
    this.kubectlPath = access.kubectlPath;
    this.helmPath = access.helmPath;
    this.scratchDirectory = access.scratchDirectory;
    if (access.auditLogPath !== undefined) this.auditLogPath = access.auditLogPath;
  }

  /** Rejects with what the command wrote to stderr when it exits non-zero. */
  kubectl(args: readonly string[], options: CommandOptions = {}): Promise<CommandOutput> {
    return run(this.kubectlPath, args, { ...options, env: this.commandEnvironment() });
  }

  /** Rejects with what the command wrote to stderr when it exits non-zero. */
  helm(args: readonly string[], options: CommandOptions = {}): Promise<CommandOutput> {
    return run(this.helmPath, args, { ...options, env: this.commandEnvironment() });
  }

  /** A kubeconfig (text) that acts as the service account, with a token from TokenRequest: what RBAC does not grant it is refused. */
  async serviceAccountKubeconfig(namespace: string, name: string): Promise<string> {
    const { stdout } = await this.kubectl(['create', 'token', name, `--namespace=${namespace}`, `--duration=${TOKEN_DURATION}`]);
    return kubeconfigText({ server: this.server, caPem: this.caPem, user: { token: stdout.trim() }, namespace });
  }

  /**
   * Applies the CRDs of YAML files, or of all YAML files in a folder (none in it: nothing to do), and waits until the API server
   * serves them. Returns the names as kubectl prints them.
   */
  async installCrds(path: string): Promise<string[]> {
    const files = await yamlFilesOf(path);
    if (files.length === 0) return [];
    const sources = files.map((file) => `--filename=${file}`);
    const applied = await this.kubectl(['apply', '--server-side', '--force-conflicts', '--output=name', ...sources]);
    const names = applied.stdout.split('\n').filter((line) => line.startsWith('customresourcedefinition.'));
    if (names.length > 0) await this.awaitEstablished(names);
    return names;
  }

  /** Resolves when the API server serves these CRDs. `kubectl wait` fails on one so young that its conditions are still null: it is asked again. */
  async awaitEstablished(names: readonly string[]): Promise<void> {
    const deadline = performance.now() + ESTABLISH_MS;
    for (;;) {
      try {
        await this.kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
        return;
      } catch (thrown) {
        const isYoung = thrown instanceof Error && thrown.message.includes('accessor error');
        if (!isYoung || performance.now() > deadline) throw thrown;
        await setTimeout(YOUNG_MS);
      }
    }
  }

  /** Environment for kubectl, Helm and others that should work on this cluster: nothing of the user's own settings reaches it. */
  commandEnvironment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(HELM_|KUBE)/.test(name));
    return {
      ...Object.fromEntries(inherited),
      KUBECONFIG: this.kubeconfigPath,
      KUBECACHEDIR: join(this.scratchDirectory, 'kubectl-cache'),
      KUBERC: 'off',
      HELM_CACHE_HOME: join(this.scratchDirectory, 'helm', 'cache'),
      HELM_CONFIG_HOME: join(this.scratchDirectory, 'helm', 'config'),
      HELM_DATA_HOME: join(this.scratchDirectory, 'helm', 'data'),
    };
  }
}

async function yamlFilesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name));
  return names.sort().map((name) => join(path, name));
}

/** Runs a command to its end; the error of a failed one carries its stderr. */
export function run(
  command: string,
  args: readonly string[],
  options: CommandOptions & { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandOutput> {
  const { stdin, ...execOptions } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { ...execOptions, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${command.split('/').at(-1)} ${args[0] ?? ''} failed: ${stderr.trim() || error.message}`, { cause: error }));
    });
    child.stdin?.on('error', () => undefined); // the command did not read all of it: its exit code tells
    child.stdin?.end(stdin ?? '');
  });
}
