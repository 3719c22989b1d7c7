import { createHash } from 'node:crypto';

export interface RuleIdentity {
  readonly plan: string;
  readonly prefix: string;
  readonly tag: string;
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Four base32 characters of hash(plan, prefix, tag, n): tells rules of one owner apart (design §9.4). */
export function ruleSuffix({ plan, prefix, tag }: RuleIdentity, n: number): string {
  const digest = createHash('sha256')
    .update([plan.toLowerCase(), prefix, tag.toLowerCase(), String(n)].join('\n'))
    .digest();
  return [...digest.subarray(0, 4)].map((byte) => BASE32[byte % 32]).join('');
}

/**
 * Whether a rule has a name, in its first form, that we give to what we make, whatever the short name was then. An adopted one keeps its own
 * (design §9.4), so that the name tells, when nothing else does any more, what existed before us.
 */
export function isDerivedRuleName(name: unknown, rule: RuleIdentity): boolean {
  return typeof name === 'string' && name.endsWith(`-${ruleSuffix(rule, 0)}`);
}

/** Name of a dial-plan rule in its first form: at most 15 characters, unique by construction (S173, audiocodes-sbc §12.2). */
export function ruleName(shortName: string, rule: RuleIdentity): string {
  const owner = shortName.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 10);
  return `${owner === '' ? 'rule' : owner}-${ruleSuffix(rule, 0)}`;
}
