/** What a person reads about the mistake: where it is, what stands there, and what to do. */
export interface Expected {
  /** Path into the spec, such as `spec.siteRef`, or the object: `SBCDevice c07`. */
  readonly field: string;
  /** The offending value as it was written, or the name of what is missing. */
  readonly value: string;
  /** What must not be told: names of another namespace, secrets. */
  readonly never?: readonly string[];
}

/** Verbs with which a remedy begins. A message without one says what is wrong and leaves the reader alone with it. */
const VERBS = [
  'add',
  'annotate',
  'ask',
  'check',
  'choose',
  'configure',
  'correct',
  'create',
  'delete',
  'enable',
  'give',
  'grant',
  'let',
  'lift',
  'make',
  'name',
  'put',
  'register',
  'remove',
  'rename',
  'restore',
  'save',
  'set',
  'sign',
  'unlock',
  'upload',
  'use',
] as const;

/** At the beginning of a clause: `…; create it`, `… . Correct the …`. */
const REMEDY = new RegExp(`(?:^|[;:.,] |\\bor |\\band |\\bits owner |the operator |admin(?:istrator)?s? )(?:${VERBS.join('|')})s?\\b`, 'i');

/** What is missing in a message by the rule "field, value, rule and remedy"; empty when nothing is. */
export function messageProblems(message: string, { field, value, never = [] }: Expected): string[] {
  const told = message.toLowerCase();
  return [
    ...(/^(?:spec\.|[A-Z]\w+ )/.test(field) ? [] : [`the test expects neither a path nor an object: ${field}`]),
    ...(message.includes(field) ? [] : [`does not name ${field}`]),
    ...(message.includes(value) ? [] : [`does not show ${value}`]),
    ...(REMEDY.test(message) ? [] : ['has no remedy: no clause begins with what to do']),
    ...never.filter((secret) => told.includes(secret.toLowerCase())).map((secret) => `tells ${secret}`),
  ];
}
