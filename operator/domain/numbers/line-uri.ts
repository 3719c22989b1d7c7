/** A telephone number of a user or resource account, with its extension where it has one. */
export interface LineUri {
  /** E.164 with plus sign. */
  readonly number: string;
  /** Digits. */
  readonly extension?: string;
}

const E164 = /^\+[1-9]\d{1,14}$/;
const LINE_URI = /^(?:tel:)?(\+\d+)(?:;ext=(\d{1,10}))?$/i;

/** Plus sign, a country code that does not begin with 0, at most 15 digits. */
export function isE164(text: string): boolean {
  return E164.test(text);
}

/**
 * Reads `tel:+41430002000;ext=2000` in any letter case of scheme and parameter, and a bare E.164 number (S221). Undefined for everything
 * else, other parameters included: what cannot be written back the same must not be taken for understood.
 */
export function parseLineUri(text: string): LineUri | undefined {
  const match = LINE_URI.exec(text.trim());
  const [, number, extension] = match ?? [];
  if (number === undefined || !isE164(number)) return undefined;
  return extension === undefined ? { number } : { number, extension };
}

/** The one form that is stored and compared: `tel:+E164[;ext=digits]` (S221). */
export function formatLineUri({ number, extension }: LineUri): string {
  return extension === undefined ? `tel:${number}` : `tel:${number};ext=${extension}`;
}
