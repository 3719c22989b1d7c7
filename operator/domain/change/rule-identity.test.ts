import { expect, it } from 'vitest';
import { ruleIdentity, splitRuleIdentity } from './rule-identity.ts';

it.each([
  ['TeamsTenants', '+414455501[00-49]'],
  ['TeamsTenants', 'odd/prefix'],
  ['', '+41'],
])('the identity of plan "%s" and prefix "%s" gives both again', (plan, prefix) => {
  expect(splitRuleIdentity(ruleIdentity(plan, prefix))).toEqual({ plan, prefix });
});

it('a name without a slash is the prefix of no plan', () => {
  expect(splitRuleIdentity('+41')).toEqual({ plan: '', prefix: '+41' });
});
