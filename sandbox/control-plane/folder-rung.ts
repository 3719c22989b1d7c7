import { executableIn } from './cache.ts';
import type { FoundBinaries, Rung, RungOutcome } from './ladder.ts';
import type { BinaryName } from './recipes.ts';

/** The folder in which tools of the Kubernetes world keep etcd, kube-apiserver and kubectl for tests. */
export function assetsRung(env: NodeJS.ProcessEnv): Rung {
  const directory = env['KUBEBUILDER_ASSETS'];
  return {
    name: 'KUBEBUILDER_ASSETS',
    async provide(wanted) {
      return directory === undefined || directory === '' ? { found: new Map(), note: 'not set' } : lookIn([directory], wanted);
    },
  };
}

/** What earlier runs left in the cache; the first folder that has a binary gives it. */
export function cacheRung(directories: readonly string[]): Rung {
  return { name: 'cache', provide: async (wanted) => lookIn(directories, wanted) };
}

function lookIn(directories: readonly string[], wanted: readonly BinaryName[]): RungOutcome {
  const found: FoundBinaries = new Map(
    wanted.flatMap((binary) => {
      const path = directories.map((directory) => executableIn(directory, binary)).find((executable) => executable !== undefined);
      return path === undefined ? [] : [[binary, path] as const];
    }),
  );
  const missing = wanted.filter((binary) => !found.has(binary));
  const where = directories.join(' and ');
  return { found, note: missing.length === 0 ? where : `no ${missing.join(', ')} in ${where}` };
}
