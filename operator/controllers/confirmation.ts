import { ANNOTATIONS } from '../api/group.ts';
import type { KubeObject } from '../api/meta.ts';

/**
 * What status remembers of a question (`status.confirmation`). An answer that stood there before its question is none: it may be years old,
 * and about something else (design §2 Annotations). Kept in status, it survives restarts; lost, it is asked again.
 */
export interface Asked {
  readonly wanted: readonly string[];
  readonly what?: string;
  /** Words that stood in the annotation when they were asked for, and ever since: they confirm nothing. Absent: none of them did. */
  readonly given?: readonly string[];
  /** The same for the annotation of the site. */
  readonly givenOnSite?: readonly string[];
}

type Confirmable = KubeObject<unknown, unknown>;
type ConfirmableSite = KubeObject<unknown, { readonly confirmation?: Asked }>;

export interface Question {
  readonly object: Confirmable;
  /** What would go, such as `patterns`, `undeploy` or `trunk/<trunk>`; each is confirmed by `<name>/<part>`. */
  readonly parts: readonly string[];
  /** Tells two removals of the same parts apart; with another one it is asked anew. */
  readonly what?: string;
  /** What status says was asked last. */
  readonly asked: Asked | undefined;
  /** Where a part may be confirmed for everything that hangs on it. */
  readonly site?: ConfirmableSite;
}

/** Where a question stands. */
export interface Confirmation {
  /** Whether this part may go. */
  isGiven(part: string): boolean;
  /** How to give what is missing; the end of a sentence. */
  readonly how: string;
  /** Whether the very same was asked in an earlier pass. */
  readonly isAsked: boolean;
  /** For status, once it is asked and as long as something of it is to go: what was asked, and what stood there then. */
  readonly record: Asked;
}

/** The deletion of an object is confirmed by its name, whenever that was said: manifests may carry it (design §2 Annotations). */
export function isDeletionConfirmed(object: Confirmable): boolean {
  return wordsOf(object).has(object.metadata.name);
}

/** Where the question stands: part by part, and only by an answer that was given after it was asked. */
export function confirmationOf(question: Question): Confirmation {
  const { object, parts, site } = question;
  const wanted = parts.map((part) => tokenOf(object, part)).sort();
  const asked = isSame(question, wanted) ? question.asked : undefined;
  const isGiven = (part: string): boolean =>
    isAnswered(object, tokenOf(object, part), asked, asked?.given) || (site !== undefined && isGivenOnSite(site, part, asked));
  const missing = parts
    .filter((part) => !isGiven(part))
    .map((part) => tokenOf(object, part))
    .sort();
  return {
    isGiven,
    // A site goes on only with all of its words at once, and the value to set replaces those that are given there; a range goes part by part.
    how: howTo(site === undefined ? wanted : missing, standing(object, missing)),
    isAsked: asked !== undefined,
    record: recordOf(question, wanted, asked),
  };
}

/** What stood there in the first pass and still does is no answer; a word that a pass sees gone is one when it comes back. */
function recordOf({ object, parts, what, site }: Question, wanted: readonly string[], asked: Asked | undefined): Asked {
  const given = standing(object, asked === undefined ? wanted : (asked.given ?? []));
  const onSite = site === undefined ? [] : parts.map((part) => tokenOf(site, part)).sort();
  const givenOnSite = site === undefined ? [] : standing(site, asked === undefined ? onSite : (asked.givenOnSite ?? []));
  return {
    wanted: asked?.wanted ?? wanted,
    ...(what === undefined ? {} : { what }),
    ...(given.length === 0 ? {} : { given }),
    ...(givenOnSite.length === 0 ? {} : { givenOnSite }),
  };
}

/** What is left of a question is none of its own: one part may go long before another. */
function isSame({ asked, what }: Question, wanted: readonly string[]): boolean {
  return asked !== undefined && asked.what === what && wanted.every((token) => asked.wanted.includes(token));
}

/** The annotation holds the word, and has not held it since before it was asked for, whatever else was edited there. */
function isAnswered(object: Confirmable, token: string, asked: Asked | undefined, before: readonly string[] = []): boolean {
  return asked !== undefined && wordsOf(object).has(token) && !before.includes(token);
}

/** Asked at the site by itself, or by what hangs on it. */
function isGivenOnSite(site: ConfirmableSite, part: string, asked: Asked | undefined): boolean {
  const token = tokenOf(site, part);
  const own = site.status?.confirmation;
  const isAskedThere = own?.wanted.includes(token) === true;
  return isAnswered(site, token, asked, asked?.givenOnSite) || (isAskedThere && isAnswered(site, token, own, own?.given));
}

function standing(object: Confirmable, tokens: readonly string[]): string[] {
  const words = wordsOf(object);
  return tokens.filter((token) => words.has(token));
}

/** How to set these words; `stale` of them stand there and confirm nothing. */
function howTo(words: readonly string[], stale: readonly string[]): string {
  const set = `annotate ${ANNOTATIONS.confirmDelete}=${words.join(',')}`;
  if (stale.length === 0) return `${set} to go on`;
  const again = stale.length === words.length ? 'set it again' : set;
  return `annotation ${ANNOTATIONS.confirmDelete} has ${stale.join(',')} since before this was asked, which confirms nothing: take it away and ${again} to go on`;
}

function tokenOf(object: Confirmable, part: string): string {
  return `${object.metadata.name}/${part}`;
}

function wordsOf(object: Confirmable): ReadonlySet<string> {
  return new Set((object.metadata.annotations?.[ANNOTATIONS.confirmDelete] ?? '').split(/[\s,]+/).filter((word) => word !== ''));
}
