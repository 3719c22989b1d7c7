/** What a description field, or an annotation in its place, says of an object. */
export interface Sign {
  /** The whole text where it is not ours: then it tells that somebody else made the object. */
  readonly marker?: string;
  /** It existed before us and was adopted. */
  readonly adopted?: boolean;
}

const SIGN = /^(trunkline:\S+) adopted$/;

/**
 * The marker, with a word behind it where the object existed before us. Status remembers that too, but status may be lost: without the word such
 * an object would come back as one that we made, and be removed with its owner (design §2 deletionPolicy, §3 footprint).
 */
export function formatSign({ marker, adopted }: Sign): string | undefined {
  return marker !== undefined && adopted === true ? `${marker} adopted` : marker;
}

/** Reads back what `formatSign` has written; an empty text says nothing. */
export function parseSign(text: string | null | undefined): Sign {
  if (text === undefined || text === null || text === '') return {};
  const marker = SIGN.exec(text.trim())?.[1];
  return marker === undefined ? { marker: text } : { marker, adopted: true };
}
