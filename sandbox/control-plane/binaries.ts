import { join } from 'node:path';
import { buildRung } from './build-rung.ts';
import { cacheDirectory } from './cache.ts';
import { downloadRung, OFFICIAL_ORIGINS, type Origins } from './download-rung.ts';
import { assetsRung, cacheRung } from './folder-rung.ts';
import { climb, pathsOf } from './ladder.ts';
import { withLock } from './lock.ts';
import { BINARY_NAMES, type BinaryName, buildKey, recipeOf, thisPlatform } from './recipes.ts';

export interface PrepareOptions<Name extends BinaryName> {
  readonly report: (line: string) => void;
  /** Default: all of them. */
  readonly wanted?: readonly Name[];
  /** Default: this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: where the projects publish. */
  readonly origins?: Origins;
  /** Default `go`. */
  readonly goCommand?: string;
}

/** So that the message of a failure names this way too. */
const NO_CLUSTER = 'existing cluster: none given (--kubeconfig FILE, --context NAME)';

/**
 * Paths of the binaries of a control plane, each from the first place that has it: KUBEBUILDER_ASSETS, the cache, the official release
 * archives, a build from the pinned Go modules. (An existing cluster, the rung before these, is connect.ts.) Of several runs at a time one
 * prepares and the others wait. Throws BinariesNotFoundError.
 */
export async function prepareBinaries<Name extends BinaryName = BinaryName>(
  options: PrepareOptions<Name>,
): Promise<Readonly<Record<Name, string>>> {
  const { report, env = process.env, origins = OFFICIAL_ORIGINS, goCommand = 'go' } = options;
  const wanted = options.wanted ?? (BINARY_NAMES as readonly BinaryName[] as readonly Name[]);
  const platform = thisPlatform();
  const root = join(cacheDirectory(env), 'control-plane');
  const built = join(root, buildKey(platform));
  const downloaded = join(root, `releases-${recipeOf('kube-apiserver').version}-${platform.os}-${platform.arch}`);
  const cache = cacheRung([built, downloaded]);

  const atHand = await climb({ found: new Map(), missing: wanted, notes: [NO_CLUSTER] }, [assetsRung(env), cache]);
  if (atHand.missing.length === 0) return pathsOf(atHand, wanted);
  const prepared = await withLock(join(root, 'lock'), { report }, async () => {
    // Another run may have prepared them while this one waited.
    const stillMissing = await climb({ ...atHand, notes: [] }, [cache]);
    const download = downloadRung({ directory: downloaded, platform, report, recipeOf, origins });
    const build = buildRung({ directory: built, platform, env, report, recipeOf, goCommand });
    return climb({ ...stillMissing, notes: atHand.notes }, [download, build]);
  });
  return pathsOf(prepared, wanted);
}
