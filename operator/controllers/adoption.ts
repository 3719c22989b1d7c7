import { ANNOTATIONS } from '../api/group.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ConditionInput } from '../runtime/reconciler.ts';
import type { Work } from './work.ts';

/** With what status remembers of words that are used up. */
type Adopting = KubeObject<unknown, AdoptionStatus>;

interface AdoptionStatus {
  readonly adoption?: { readonly used?: readonly string[] };
}

interface Candidate {
  readonly kind: string;
  readonly name: string;
}

/** For everything that the object wants. */
const ALL = 'true';
/** Status remembers so many words. */
const MAX_USED = 200;

/**
 * What annotation `adopt` lets the object take over: all with `"true"`, or a list of `<kind>/<name>` separated by commas or blanks (telephony 4.2). A
 * word that is used up counts no more, however long it stands there, as in a manifest that is applied again and again.
 */
export function adoption(object: Adopting): (candidate: Candidate) => boolean {
  const used = new Set(object.status?.adoption?.used);
  const words = new Set(wordsOf(object).filter((word) => !used.has(word)));
  return (candidate) => words.has(ALL) || words.has(wordFor(candidate));
}

/**
 * For status, the words that are used up: a name once its object is in place, `"true"` once the object is Ready with all that it wants. It was said
 * of what stood there then. What appears later, or what somebody changed after it was let go, is another question. One that is taken away
 * counts anew when it comes back; so it does after a loss of status.
 */
export function adoptionStatus(object: Adopting, works: readonly Work[], conditions: readonly ConditionInput[]): AdoptionStatus {
  const words = wordsOf(object);
  if (words.length === 0) return {};
  const before = new Set(object.status?.adoption?.used);
  const items = works.flatMap(({ plan }) => plan?.items ?? []);
  const placed = new Set(items.filter(({ standing }) => IN_PLACE.includes(standing)).map(({ desired }) => wordFor(desired)));
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const isWhole = isReady && works.every(({ plan }) => plan !== undefined) && items.every(({ standing }) => !MISSING.includes(standing));
  const used = words.filter((word) => before.has(word) || (word === ALL ? isWhole : placed.has(word)));
  return used.length === 0 ? {} : { adoption: { used: used.sort().slice(0, MAX_USED) } };
}

type Standing = NonNullable<Work['plan']>['items'][number]['standing'];
const IN_PLACE: readonly Standing[] = ['InSync', 'TakenBack'];
const MISSING: readonly Standing[] = ['ToCreate', 'ToUpdate', 'ToAdopt', 'Taken'];

function wordFor({ kind, name }: Candidate): string {
  return `${kind}/${name}`.toLowerCase();
}

function wordsOf({ metadata }: KubeObject): string[] {
  const value = (metadata.annotations?.[ANNOTATIONS.adopt] ?? '').trim();
  if (value === ALL) return [ALL];
  const names = value.split(/[\s,]+/).map((word) => word.toLowerCase());
  return [...new Set(names.filter((word) => word.includes('/')))];
}
