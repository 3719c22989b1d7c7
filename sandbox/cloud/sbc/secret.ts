import { createHash } from 'node:crypto';

/** What the device prints in place of a password: opaque, stable, of no use on another device (audiocodes-sbc §8.1). */
export function obfuscated(value: string): string {
  if (value === '' || value.startsWith('$1$')) return value;
  return `$1$${createHash('sha256').update(`stand-in ${value}`).digest('base64')}`;
}
