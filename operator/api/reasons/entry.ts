/** Who solves it (S323). `Nobody`: a good state, or time alone. */
export type Actor = 'CustomerAdmin' | 'Provider' | 'Microsoft' | 'Nobody';

export interface ReasonEntry {
  readonly actor: Actor;
  readonly cause: string;
  readonly next: string;
  /** No step of this release gives it; the CRDs or the guides name it all the same. */
  readonly isLater?: true;
}

export const good = (cause: string): ReasonEntry => ({ actor: 'Nobody', cause, next: 'Nothing to do.' });
export const passing = (cause: string): ReasonEntry => ({ actor: 'Nobody', cause, next: 'Wait; it clears by itself.' });
export const provider = (cause: string, next: string): ReasonEntry => ({ actor: 'Provider', cause, next });
export const customer = (cause: string, next: string): ReasonEntry => ({ actor: 'CustomerAdmin', cause, next });
export const microsoft = (cause: string, next: string): ReasonEntry => ({ actor: 'Microsoft', cause, next });
/** Explained ahead of the release that gives it. */
export const later = (entry: ReasonEntry): ReasonEntry => ({ ...entry, isLater: true });
