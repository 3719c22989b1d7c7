/** Longest message of a condition or task. 32 KiB would be legal, but it is a sentence (operator-practice row 36). */
export const MAX_MESSAGE = 1024;

/** A text as a status can hold it: not longer than this, and a cut one ends in an ellipsis. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
