import type { ChangeSet } from '../../../domain/change/change-set.ts';
import type { RuleRow } from './device.ts';
import { ruleId } from './view.ts';

const MAX_REPORTED = 50;

/**
 * Rules that differ between the read before a script and the read-back after it and are none of ours: somebody else was at the device at
 * the same time (audiocodes-sbc §19.2). Names of rules with what happened, at most 50.
 */
export function foreignChanges(before: readonly RuleRow[], after: readonly RuleRow[], ours: ChangeSet): string[] {
  const own = new Set(ours.map(({ name }) => name.toLowerCase()));
  const [earlier, later] = [contents(before), contents(after)];
  const found: string[] = [];
  for (const [id, rule] of later) {
    const known = earlier.get(id);
    if (own.has(id) || known?.text === rule.text) continue;
    found.push(`${rule.name} ${known === undefined ? 'added' : 'changed'}`);
  }
  for (const [id, rule] of earlier) if (!own.has(id) && !later.has(id)) found.push(`${rule.name} removed`);
  return found.slice(0, MAX_REPORTED);
}

function contents(rules: readonly RuleRow[]): Map<string, { name: string; text: string }> {
  const found = new Map<string, { name: string; text: string }>();
  for (const { plan, prefix, name, tag } of rules) {
    const id = ruleId(plan, prefix);
    found.set(id, { name: `${plan}/${prefix}`, text: `${found.get(id)?.text ?? ''}${name}\t${tag}\n` });
  }
  return found;
}
