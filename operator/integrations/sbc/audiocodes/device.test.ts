import { describe, expect, it } from 'vitest';
import { readConfiguration } from './device.ts';

/** The seven sample rows of the requirements' vector 13: indexes and names repeat, tags are FQDNs, tenant ids and numbers. */
const SAMPLES = [
  ['TeamsTenants', 0, 'nordbank', '+41589061[000-999]', '7001122.tenants.carrier.example'],
  ['TeamsTenants', 1, 'nordbank', '+4420366669[700-799]', '7001122.tenants.carrier.example'],
  ['CustDialPlan', 0, 'acme', '+41430002000', 'acme.teams.carrier.example'],
  ['CustDialPlan', 1, 'acme', '+41430002001', 'acme.teams.carrier.example'],
  ['RegisteredUsers', 0, 'acme', '+41430005755', '5755'],
  ['RegisteredUsers', 1, 'acme', '5755', '41430005755'],
  ['OCDialPlan', 0, 'contosoag', '+41438889999', '3f2b6c1e-0000-4000-8000-00000000a001'],
] as const;

function ini({ plans = ['TeamsTenants', 'CustDialPlan'], rules = true, groups = true } = {}): string {
  return [
    ';Time & Date: 01/02/2026',
    ...(plans.length === 0
      ? []
      : ['[ DialPlan ]', 'FORMAT Index = Name;', ...plans.map((name, at) => `DialPlan ${at} = "${name}";`), '[ \\DialPlan ]']),
    '[ DialPlanRule ]',
    'FORMAT Index = Tag, Prefix, Name, RuleIndex, DialPlanName;',
    ...(rules
      ? SAMPLES.map(([plan, index, name, prefix, tag], at) => `DialPlanRule ${at} = "${tag}", "${prefix}", "${name}", ${index}, "${plan}";`)
      : []),
    '[ \\DialPlanRule ]',
    ...(groups ? ['[ IPGroup ]', 'FORMAT Index = Type, Name;', 'IPGroup 0 = 0, "Teams";', 'IPGroup 1 = 0, $$;', '[ \\IPGroup ]'] : []),
    '',
  ].join('\n');
}

describe('configuration of a device', () => {
  it('[S176] [S242] reads the sample rows by column name, whatever the order of columns', () => {
    const { rules, gaps, ipGroups, plans } = readConfiguration(ini());
    expect(rules.map(({ plan, ruleIndex, name, prefix, tag }) => [plan, ruleIndex, name, prefix, tag])).toEqual(SAMPLES);
    expect([gaps, ipGroups, plans[1]]).toEqual([[], ['Teams'], { index: 1, name: 'CustDialPlan' }]);
  });

  it.each([
    ['no dial plan', ini({ plans: [] }), 'table DialPlan is missing or empty', true],
    ['no IP group', ini({ groups: false }), 'table IPGroup is missing or empty', true],
    ['a cut', ini().slice(0, 600), /has no end$/, false],
    ['no Prefix column', ini().replace('Prefix', 'Pattern'), 'table DialPlanRule has no column Prefix', false],
    ['a rule without number', ini().replace('"acme", 0,', '"acme", $$x,'), 'table DialPlanRule has 1 rows without a number', false],
    ['something else', '<html>busy</html>\n', /^line 1: /, false],
    ['nothing', '', 'table DialPlan is missing or empty', true],
  ])('tells that a file with %s is not to be trusted', (_, text, gap, isWhole) => {
    const read = readConfiguration(text);
    expect([read.gaps.some((found) => (typeof gap === 'string' ? found === gap : gap.test(found))), read.isWhole]).toEqual([true, isWhole]);
  });

  it('takes a missing rule table for an empty one', () => {
    expect(readConfiguration(ini({ rules: false })).gaps).toEqual([]);
  });

  it('has a hash that comments do not change and a rule does', () => {
    const { hash } = readConfiguration(ini());
    expect(readConfiguration(ini().replace('01/02', '03/04')).hash).toBe(hash);
    expect(readConfiguration(ini().replace('5755"', '5756"')).hash).not.toBe(hash);
  });
});
