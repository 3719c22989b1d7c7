import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Everything a control plane and the work with it need, in the order in which they are built: the longest first. */
export const BINARY_NAMES = ['kube-apiserver', 'kube-controller-manager', 'kubectl', 'etcd', 'helm'] as const;

export type BinaryName = (typeof BINARY_NAMES)[number];

/** How one binary is built from source. */
export interface Recipe {
  readonly binary: BinaryName;
  /** Folder with the go.mod and go.sum that pin it. */
  readonly moduleDirectory: string;
  readonly goPackage: string;
  readonly version: string;
  readonly ldflags: readonly string[];
}

type ModuleName = 'kubernetes' | 'etcd' | 'helm';

const MODULE_PATHS: Record<ModuleName, string> = {
  kubernetes: 'k8s.io/kubernetes',
  etcd: 'go.etcd.io/etcd/server/v3',
  helm: 'helm.sh/helm/v3',
};

const SOURCES: Record<BinaryName, { readonly module: ModuleName; readonly goPackage: string }> = {
  'kube-apiserver': { module: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  'kube-controller-manager': { module: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  kubectl: { module: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kubectl' },
  // etcd's main package is the module root.
  etcd: { module: 'etcd', goPackage: 'go.etcd.io/etcd/server/v3' },
  helm: { module: 'helm', goPackage: 'helm.sh/helm/v3/cmd/helm' },
};

/** Only what go.sum vouches for; the same binary from any folder. */
export const GO_BUILD_FLAGS = ['-mod=readonly', '-trimpath', '-buildvcs=false'] as const;

/** Without symbol tables: a third of the size. */
const STRIP = ['-s', '-w'];

/** The recipe of a binary; its version comes from the go.mod, the one place that pins it. */
export function recipeOf(binary: BinaryName): Recipe {
  const { module, goPackage } = SOURCES[binary];
  const version = pinnedVersion(module, MODULE_PATHS[module]);
  return { binary, moduleDirectory: directoryOf(module), goPackage, version, ldflags: [...STRIP, ...versionFlags(module, version)] };
}

/** Names the folder of a set of built binaries: anything that would change one of them changes the key. */
export function buildKey(platform: Platform): string {
  const hash = createHash('sha256').update(GO_BUILD_FLAGS.join(' '));
  for (const binary of BINARY_NAMES) {
    const { moduleDirectory, goPackage, ldflags } = recipeOf(binary);
    hash.update(`${goPackage} ${ldflags.join(' ')}\n`);
    for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(`${moduleDirectory}/${file}`));
  }
  const versions = `kubernetes-${recipeOf('kube-apiserver').version}-etcd-${recipeOf('etcd').version}-helm-${recipeOf('helm').version}`;
  return `${versions}-${platform.os}-${platform.arch}-${hash.digest('hex').slice(0, 12)}`;
}

/** This machine in the words of Go and of the release archives. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

export function thisPlatform(): Platform {
  return { os: process.platform, arch: process.arch === 'x64' ? 'amd64' : process.arch };
}

function directoryOf(module: ModuleName): string {
  return fileURLToPath(new URL(`./go/${module}`, import.meta.url));
}

function pinnedVersion(module: ModuleName, path: string): string {
  const goMod = readFileSync(`${directoryOf(module)}/go.mod`, 'utf8');
  const line = goMod.split('\n').find((text) => text.replace(/^\s*(require )?/, '').startsWith(`${path} v`));
  const version = line?.match(/ v(\d+\.\d+\.\d+)/)?.[1];
  if (version === undefined) throw new Error(`${directoryOf(module)}/go.mod does not require ${path} at a release version`);
  return version;
}

/**
 * Left unset, kubectl ends every command with a complaint that it cannot parse its own version, and features gated by version
 * read a wrong one. Helm takes the Kubernetes version of its client library for charts that ask (`.Capabilities`), as its own releases do.
 */
function versionFlags(module: ModuleName, version: string): string[] {
  if (module === 'etcd') return [];
  if (module === 'kubernetes') {
    const [major, minor] = version.split('.');
    // The second names the program in the user agent; the commit is not in a module's archive.
    const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitCommit: 'unknown', gitTreeState: 'clean' };
    return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((goPackage) =>
      setVariables(Object.fromEntries(Object.entries(values).map(([name, value]) => [`${goPackage}.${name}`, value]))),
    );
  }
  const kubernetesMinor = pinnedVersion('helm', 'k8s.io/client-go').split('.')[1];
  return setVariables({
    'helm.sh/helm/v3/internal/version.version': `v${version}`,
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': '1',
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': kubernetesMinor,
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor': '1',
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor': kubernetesMinor,
  });
}

function setVariables(values: Record<string, string | undefined>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-X', `${name}=${value}`]);
}
