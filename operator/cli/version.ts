import { readFileSync } from 'node:fs';

/** The version of this build, from the package file that the build stands beside (source tree and dist/ alike). */
export const VERSION = readVersion();

function readVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (parsed !== null && typeof parsed === 'object' && 'name' in parsed && parsed.name === 'trunkline' && 'version' in parsed)
        return String(parsed.version);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    }
  }
  return '0.0.0';
}
