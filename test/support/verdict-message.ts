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
  'begin',
  'change',
  'check',
  'choose',
  'configure',
  'copy',
  'correct',
  'create',
  'delete',
  'enable',
  'give',
  'grant',
  'keep',
  'leave',
  'let',
  'lift',
  'list',
  'lower',
  'make',
  'name',
  'put',
  'read',
  'register',
  'remove',
  'rename',
  'restore',
  'revoke',
  'save',
  'set',
  'shorten',
  'sign',
  'unlock',
  'upload',
  'use',
  'write',
] as const;

/** At the beginning of a clause: `…; create it`, `… . Correct the …`. */
const REMEDY = new RegExp(
  `(?:^|[;:.,] |- |\\bor |\\band |\\bits owner |the operator |admin(?:istrator)?s? )(?:${VERBS.join('|')})s?\\b`,
  'i',
);

/** Whether the message says what to do. */
export function hasRemedy(message: string): boolean {
  return REMEDY.test(message);
}

/** What is missing in a message by "field, value, rule and remedy"; empty when nothing is. */
export function messageProblems(message: string, { field, value, never = [] }: Expected): string[] {
  const told = message.toLowerCase();
  const remedyAt = message.search(REMEDY);
  return [
    ...(/^(?:spec\.|[A-Z]\w+ )/.test(field) ? [] : [`the test expects neither a path nor an object: ${field}`]),
    ...(message.includes(field) ? [] : [`does not name ${field}`]),
    ...(message.includes(value) ? [] : [`does not show ${value}`]),
    ...(remedyAt < 0 ? ['has no remedy: no clause begins with what to do'] : []),
    ...(ruleOf(message.slice(0, Math.max(remedyAt, 0)), field, value).length < 2 ? ['has no rule: nothing is said of what is wrong'] : []),
    ...never.filter((secret) => told.includes(secret.toLowerCase())).map((secret) => `tells ${secret}`),
  ];
}

/** The words before the remedy that are neither field nor value: what is wrong, or what would be right. */
function ruleOf(text: string, field: string, value: string): string[] {
  return (
    text
      .replaceAll(field, ' ')
      .replaceAll(value, ' ')
      .match(/[a-z]{2,}/gi) ?? []
  );
}
