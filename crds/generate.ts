/**
 * Writes what follows from the CRD files and the catalogue of reasons: TypeScript types, references, the chart's copies.
 * `npm run generate` writes; with `-- --check` nothing is written and the exit code is 1 if a file is stale.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateCatalogue } from './catalogue.ts';
import { readDefinitions } from './definitions.ts';
import { generateReference } from './reference.ts';
import { generateSettings } from './settings.ts';
import { generateTypes } from './types.ts';

const ROOT = join(import.meta.dirname, '..');

async function generatedFiles(): Promise<Map<string, string>> {
  const definitions = readDefinitions(import.meta.dirname);
  const files = await generateTypes(definitions);
  files.set('docs/reference/crds.md', generateReference(definitions));
  files.set('docs/reference/errors.md', generateCatalogue());
  files.set('docs/reference/settings.md', generateSettings());
  for (const [path, text] of chartCopies()) files.set(path, text);
  return files;
}

/** Helm reads no file outside its chart: the CRDs stand there a second time, and are checked to be the same. */
function chartCopies(): [string, string][] {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => [`charts/trunkline/files/crds/${name}`, readFileSync(join(import.meta.dirname, name), 'utf8')]);
}

function current(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const files = await generatedFiles();
const stale = [...files].filter(([path, text]) => current(path) !== text);
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is stale; run npm run generate`);
  if (stale.length === 0) console.log(`${files.size} generated files are fresh`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`wrote ${path}`);
  }
}
