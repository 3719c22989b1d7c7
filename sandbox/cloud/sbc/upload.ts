import type { SbcContext } from './answers.ts';
import { Refusal } from './schema.ts';
import type { SbcSwitches } from './switches.ts';

/**
 * The text of an upload: `multipart/form-data` with exactly one part named `file`, with a file name without blanks or hyphens, of type
 * `application/octet-stream`, and a real Content-Length (audiocodes-sbc §7.1). Anything else is refused.
 */
export async function readUpload(c: SbcContext, switches: SbcSwitches): Promise<string> {
  if (c.req.header('Content-Length') === undefined && switches.chunkedUpload() === 'refused')
    throw new Refusal('Content-Length is missing');
  if (!c.req.header('Content-Type')?.startsWith('multipart/form-data')) throw new Refusal('multipart/form-data is expected');
  const parts = await readParts(c);
  const [part, ...more] = parts;
  if (part === undefined || more.length > 0) throw new Refusal(`exactly one part is expected, not ${parts.length}`);
  const [field, file] = part;
  if (field !== 'file') throw new Refusal(`the part must be named file, not ${field}`);
  if (typeof file === 'string' || file.name === '') throw new Refusal('the part must have a file name');
  if (/[\s-]/.test(file.name)) throw new Refusal('the file name must have no blanks or hyphens');
  if (file.type !== 'application/octet-stream') throw new Refusal('the part must be of type application/octet-stream');
  return file.text();
}

async function readParts(c: SbcContext): Promise<[string, string | File][]> {
  try {
    return [...(await c.req.raw.formData()).entries()];
  } catch (thrown) {
    throw new Refusal('the multipart body cannot be read', { cause: thrown });
  }
}
