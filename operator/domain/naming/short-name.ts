export type ShortNameReason = 'ShortNameLength' | 'ShortNameForbiddenCharacter' | 'ShortNameReserved' | 'ShortNameDotOrBlank';

export interface ShortNameProblem {
  readonly reason: ShortNameReason;
  /** Names the offending part and the remedy; one sentence without full stop. */
  readonly message: string;
}

const LENGTH = { shortest: 3, longest: 15 };
const FORBIDDEN = /[\\/:*?"<>|]/u;
const DOT_OR_BLANK = /[.\s\p{Z}\p{C}]/u;
/** `audit` trails the source's list of forbidden characters; only the whole name is refused (S003 as corrected). */
const RESERVED = 'audit';

/** What is wrong with a short name (S001–S004, S008), first rule first; the same rules as in the CRD, for names that do not come through it. */
export function shortNameProblem(name: string): ShortNameProblem | undefined {
  // As the API server counts: characters, not UTF-16 units.
  const length = [...name].length;
  if (length < LENGTH.shortest || length > LENGTH.longest) {
    return { reason: 'ShortNameLength', message: `has ${length} characters; use ${LENGTH.shortest} to ${LENGTH.longest}` };
  }
  const forbidden = FORBIDDEN.exec(name);
  if (forbidden !== null) {
    return { reason: 'ShortNameForbiddenCharacter', message: `contains ${forbidden[0]}; none of \\ / : * ? " < > | is allowed` };
  }
  if (name.toLowerCase() === RESERVED) return { reason: 'ShortNameReserved', message: 'is a reserved word; choose another name' };
  if (DOT_OR_BLANK.test(name)) {
    return { reason: 'ShortNameDotOrBlank', message: 'contains a dot, a blank or a control character; leave it out or use a hyphen' };
  }
  return undefined;
}
