import { readFile } from 'node:fs/promises';
import { parseDockerfile } from '../../test/support/dockerfile.ts';

/** Node's own options in the entry point of the image: what is measured runs as what is shipped. */
export async function imageNodeOptions(): Promise<readonly string[]> {
  const text = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const image = parseDockerfile(text).stages.at(-1);
  const entryPoint = image?.instructions.find(({ word }) => word === 'ENTRYPOINT');
  if (entryPoint === undefined) throw new Error('the Dockerfile has no entry point');
  const [, ...words] = JSON.parse(entryPoint.rest) as string[];
  return words.slice(
    0,
    words.findIndex((word) => !word.startsWith('-')),
  );
}
