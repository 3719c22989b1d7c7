import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** A tool that npm installed with the project. */
export function commandPath(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name);
}
