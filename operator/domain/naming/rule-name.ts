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

/** Name of a dial-plan rule in its first form: at most 15 characters, unique by construction (S173, audiocodes-sbc §12.2). */
export function ruleName(shortName: string, rule: RuleIdentity): string {
  const owner = shortName.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 10);
  return `${owner === '' ? 'rule' : owner}-${ruleSuffix(rule, 0)}`;
}
