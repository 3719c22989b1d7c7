/** The part of a rule that its derived name depends on. */
export interface NamedRule {
  readonly plan: string;
  readonly prefix: string;
  readonly tag: string;
}

/** Four base32 characters of hash(plan, prefix, tag, n): the naming rule of design §9.4, handed in by the composition root. */
export type RuleSuffix = (rule: NamedRule, n: number) => string;

/** Names with a later `n` than this are not ours (design §9.4). */
const MAX_N = 15;

const DERIVED = /^(.{1,10})-([a-z2-7]{4})$/;

/**
 * The first form (n = 0) of a name on the device, when it is one that this operator derives for this rule; any other name as it is. So
 * plans and comparisons never see which `n` a rule had to take.
 */
export function firstForm(name: string, rule: NamedRule, suffix: RuleSuffix): string {
  const [, base, tail] = DERIVED.exec(name) ?? [];
  if (base === undefined || tail === undefined) return name;
  const first = suffix(rule, 0);
  if (tail === first) return name;
  for (let n = 1; n <= MAX_N; n += 1) if (suffix(rule, n) === tail) return `${base}-${first}`;
  return name;
}

/**
 * The name to write for a rule whose first form is `wanted`: the first one that no other rule of the device has, undefined when all
 * sixteen are taken. A wanted name that is not derived (given by a person) is taken as it is or not at all.
 */
export function freeName(wanted: string, rule: NamedRule, suffix: RuleSuffix, isTaken: (name: string) => boolean): string | undefined {
  if (!isTaken(wanted)) return wanted;
  const base = DERIVED.exec(wanted)?.[1];
  if (base === undefined || wanted !== `${base}-${suffix(rule, 0)}`) return undefined;
  for (let n = 1; n <= MAX_N; n += 1) {
    const name = `${base}-${suffix(rule, n)}`;
    if (!isTaken(name)) return name;
  }
  return undefined;
}

/** First form for a change that names none: the owner's part is the first label of the tag. */
export function nameFromTag(rule: NamedRule, suffix: RuleSuffix): string {
  const label = (rule.tag.split(/[.=;]/)[0] ?? '').replace(/[^A-Za-z0-9-]/g, '').slice(0, 10);
  return `${label === '' ? 'rule' : label}-${suffix(rule, 0)}`;
}
