import { isE164 } from './line-uri.ts';

/** A number and the extension behind it on a registered PBX. */
export interface RegisteredUser {
  /** E.164 with plus sign. */
  readonly number: string;
  /** Digits. */
  readonly extension: string;
}

/** A dial-plan rule as far as pairing is concerned. */
export interface PairRule {
  readonly prefix: string;
  readonly tag: string;
}

/**
 * The two rules that together are one registered user (telephony 6.5): the extension leads to the number without plus sign, the number to
 * the extension. They are written, removed and compared as one.
 */
export function pairRules({ number, extension }: RegisteredUser): readonly [PairRule, PairRule] {
  return [
    { prefix: extension, tag: number.slice(1) },
    { prefix: number, tag: extension },
  ];
}

export interface PairedRules<Rule extends PairRule> {
  readonly pairs: readonly { readonly user: RegisteredUser; readonly rules: readonly [Rule, Rule] }[];
  /** Rules whose counterpart is missing or leads elsewhere: half a user, which reaches nobody. */
  readonly halves: readonly Rule[];
}

/** Finds the users among the rules of the plan; every rule is in exactly one pair or among the halves. */
export function pairUp<Rule extends PairRule>(rules: readonly Rule[]): PairedRules<Rule> {
  const byIdentity = new Map(rules.map((rule) => [`${rule.prefix} ${rule.tag}`, rule]));
  const pairs: { user: RegisteredUser; rules: readonly [Rule, Rule] }[] = [];
  const paired = new Set<Rule>();
  for (const rule of rules) {
    if (rule.prefix.startsWith('+') || paired.has(rule)) continue;
    const user = { number: `+${rule.tag}`, extension: rule.prefix };
    const counterpart = byIdentity.get(`${user.number} ${user.extension}`);
    if (counterpart === undefined || paired.has(counterpart) || !isE164(user.number)) continue;
    pairs.push({ user, rules: [rule, counterpart] });
    paired.add(rule).add(counterpart);
  }
  return { pairs, halves: rules.filter((rule) => !paired.has(rule)) };
}
