import { ANNOTATIONS } from '../api/group.ts';
import type { KubeObject } from '../api/meta.ts';
import { contentHash } from '../domain/change/canonical.ts';

/**
 * What status remembers of a question (`status.confirmation`). An answer that stood there before its question is none: it may be years old,
 * and about something else (design §2 Annotations). Kept in status, it survives restarts; lost, it is asked again.
 */
export interface Asked {
  readonly wanted: readonly string[];
  readonly what?: string;
  /** Hash of the annotation's value when it was asked; absent: there was no annotation. */
  readonly given?: string;
  readonly givenOnSite?: string;
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
    how: howTo(missing, wordsOf(object)),
    isAsked: asked !== undefined,
    record: {
      wanted: asked?.wanted ?? wanted,
      ...(question.what === undefined ? {} : { what: question.what }),
      ...field('given', stoodAt(object, asked?.wanted ?? wanted, asked, asked?.given)),
      ...(site === undefined
        ? {}
        : field(
            'givenOnSite',
            stoodAt(
              site,
              parts.map((part) => tokenOf(site, part)),
              asked,
              asked?.givenOnSite,
            ),
          )),
    },
  };
}

/** What is left of a question is none of its own: one part may go long before another. */
function isSame({ asked, what }: Question, wanted: readonly string[]): boolean {
  return asked !== undefined && asked.what === what && wanted.every((token) => asked.wanted.includes(token));
}

/** The annotation holds the word, and its value is another one than when it was asked for. */
function isAnswered(object: Confirmable, token: string, asked: Asked | undefined, before: string | undefined): boolean {
  return asked !== undefined && wordsOf(object).has(token) && valueHash(object) !== before;
}

/** Asked at the site by itself, or by what hangs on it. */
function isGivenOnSite(site: ConfirmableSite, part: string, asked: Asked | undefined): boolean {
  const token = tokenOf(site, part);
  const own = site.status?.confirmation;
  const isAskedThere = own?.wanted.includes(token) === true;
  return isAnswered(site, token, asked, asked?.givenOnSite) || (isAskedThere && isAnswered(site, token, own, own?.given));
}

/** What stood there when it was asked. A value without any of the words is no answer, so that the next one is measured against it. */
function stoodAt(object: Confirmable, tokens: readonly string[], asked: Asked | undefined, before: string | undefined): string | undefined {
  const words = wordsOf(object);
  return asked !== undefined && tokens.some((token) => words.has(token)) ? before : valueHash(object);
}

function howTo(missing: readonly string[], words: ReadonlySet<string>): string {
  const value = missing.join(',');
  return missing.length > 0 && missing.every((token) => words.has(token))
    ? `annotation ${ANNOTATIONS.confirmDelete} has ${value} since before this was asked, which confirms nothing: take it away and set it again to go on`
    : `annotate ${ANNOTATIONS.confirmDelete}=${value} to go on`;
}

function tokenOf(object: Confirmable, part: string): string {
  return `${object.metadata.name}/${part}`;
}

function wordsOf(object: Confirmable): ReadonlySet<string> {
  return new Set((object.metadata.annotations?.[ANNOTATIONS.confirmDelete] ?? '').split(/[\s,]+/).filter((word) => word !== ''));
}

function valueHash(object: Confirmable): string | undefined {
  const value = object.metadata.annotations?.[ANNOTATIONS.confirmDelete];
  return value === undefined ? undefined : contentHash(value);
}

function field<Name extends string>(name: Name, value: string | undefined): { readonly [Field in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Field in Name]?: string };
}
