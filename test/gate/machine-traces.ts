import { type Finding, lineAt, type Source } from './sources.ts';

/** Folders that belong to one machine or one person; the checkout of whoever runs this is added. */
const HOMES = /(?<![\w.~-])\/(home|Users|work|root)\/[\w.-]+/g;
const URLS = /\bhttps?:\/\/([a-z0-9.-]+)/gi;

/** Where the lockfile may send npm: the public registry, whatever mirror made it. */
const PUBLIC_REGISTRY = 'registry.npmjs.org';

function foreignRegistries({ path, text }: Source): Finding[] {
  return [...text.matchAll(URLS)]
    .filter(([, host = '']) => host.toLowerCase() !== PUBLIC_REGISTRY)
    .filter((match) => text.slice(text.lastIndexOf('\n', match.index) + 1, match.index).includes('"resolved"'))
    .map((match) => ({
      path,
      line: lineAt(text, match.index),
      says: `${match[1]} is not ${PUBLIC_REGISTRY}: leave the host of a mirror out of the lockfile`,
    }));
}

function folders({ path, text }: Source, checkout: string): Finding[] {
  const found = [...text.matchAll(HOMES)].map((match) => ({ index: match.index, trace: match[0] }));
  const own = text.indexOf(`${checkout}/`);
  return [...found, ...(own === -1 ? [] : [{ index: own, trace: checkout }])].map(({ index, trace }) => ({
    path,
    line: lineAt(text, index),
    says: `${trace} is a folder of one machine`,
  }));
}

/** Paths of a machine, and registries that others cannot reach. */
export function findMachineTraces(sources: readonly Source[], checkout: string): Finding[] {
  return sources.flatMap((source) => [
    ...folders(source, checkout),
    ...(source.path.endsWith('package-lock.json') ? foreignRegistries(source) : []),
  ]);
}
