import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/support/properties.ts';
import type { DialPlanRow, RuleRow } from './device.ts';
import { learnRuleSpelling } from './dialect.ts';
import { formatSpelling, isPlainWord, readSpelling } from './spelling.ts';

const PLANS: readonly DialPlanRow[] = [
  { index: 0, name: 'TeamsTenants' },
  { index: 2, name: 'CustDialPlan' },
];

const RULES: readonly RuleRow[] = [
  { line: 0, plan: 'TeamsTenants', ruleIndex: 0, name: 'acme-ab2c', prefix: '+41430001[000-199]', tag: 'acme.teams.carrier.example' },
  { line: 1, plan: 'CustDialPlan', ruleIndex: 0, name: 'globex-q7r4', prefix: '+4143000', tag: 'globex.teams.carrier.example' },
  { line: 2, plan: 'CustDialPlan', ruleIndex: 4, name: 'acme-zz22', prefix: '+41430002000', tag: 'acme.teams.carrier.example' },
];

function ofPlan(plan: DialPlanRow): RuleRow[] {
  return RULES.filter((rule) => rule.plan === plan.name);
}

const NESTED = [
  'configure network',
  '  nat-translation 0',
  '    src-interface-name "eth0"',
  '    activate',
  '  exit',
  'exit',
  'configure voip',
  ...PLANS.flatMap((plan) => [
    `  sbc dial-plan ${plan.index}`,
    `    name "${plan.name}"`,
    '    activate',
    ...ofPlan(plan).flatMap((rule) => [
      `    dial-plan-rule ${rule.ruleIndex}`,
      `      name "${rule.name}"`,
      `      prefix "${rule.prefix}"`,
      `      tag "${rule.tag}"`,
      '      activate',
      '    exit',
    ]),
    '  exit',
  ]),
  'exit',
  '',
];

const SECTIONED = [
  'configure voip',
  ' sbc',
  ...[...PLANS]
    .reverse()
    .flatMap((plan) => [
      `  dial-plan ${plan.index}`,
      `   plan-name "${plan.name}"`,
      '   activate',
      ...ofPlan(plan).flatMap((rule) => [
        `   rule ${rule.ruleIndex}`,
        `    result-tag "${rule.tag}"`,
        `    pattern ${rule.prefix}`,
        `    rule-name "${rule.name}"`,
        '    activate',
        '   exit',
      ]),
      '  exit',
    ]),
  ' exit',
  'exit',
  '',
];

const FLAT = [
  'configure voip',
  ...RULES.flatMap((rule) => [
    `  dial-plan-rule ${rule.line}`,
    `    dial-plan-name "${rule.plan}"`,
    `    rule-index ${rule.ruleIndex}`,
    `    name "${rule.name}"`,
    `    prefix "${rule.prefix}"`,
    `    tag "${rule.tag}"`,
    '  exit',
  ]),
  'exit',
  '',
];

const BY_NAME = [
  'configure voip',
  ...PLANS.flatMap((plan) => [
    `  dial-plan "${plan.name}"`,
    ...ofPlan(plan).flatMap((rule) => [
      `    entry ${rule.ruleIndex}`,
      '      enabled yes',
      `      label "${rule.name}"`,
      `      match "${rule.prefix}"`,
      `      yields "${rule.tag}"`,
      '      activate',
      '    exit',
    ]),
    '  exit',
  ]),
  'exit',
  '',
];

function learned(lines: readonly string[], rules = RULES, end = '\n'): string {
  const outcome = learnRuleSpelling(lines.join(end), PLANS, rules);
  return 'spelling' in outcome ? formatSpelling(outcome.spelling) : `unknown: ${outcome.unknown}`;
}

describe('dialect of an SBC', () => {
  it.each([
    ['nested', NESTED, 'configure voip > sbc dial-plan {plan} > dial-plan-rule {rule} : name=Name prefix=Prefix tag=Tag : activate'],
    [
      'sectioned',
      SECTIONED,
      'configure voip > sbc > dial-plan {plan} > rule {rule} : result-tag=Tag pattern=Prefix rule-name=Name : activate',
    ],
    [
      'flat',
      FLAT,
      'configure voip > dial-plan-rule {line} : dial-plan-name=DialPlanName rule-index=RuleIndex name=Name prefix=Prefix tag=Tag : exit',
    ],
    ['by name', BY_NAME, 'configure voip > dial-plan {planName} > entry {rule} : label=Name match=Prefix yields=Tag : activate'],
  ])('is learned from the rows that stand in both files: %s', (_, lines, spelling) => {
    expect(learned(lines)).toBe(spelling);
    expect(learned(lines, RULES, '\r\n')).toBe(spelling);
  });

  it.each([
    ['nested', NESTED],
    ['sectioned', SECTIONED],
    ['by name', BY_NAME],
  ])('is learned from a single sample row: %s', (_, lines) => {
    expect(learned(lines, RULES.slice(2))).toBe(learned(lines));
  });

  it('survives the request line that old firmware puts into the download', () => {
    expect(learned(['GET /api/v1/files/cliScript HTTP/1.1', ...NESTED])).toBe(learned(NESTED));
  });

  it.each([
    ['there is no rule yet', NESTED, [], 'the device has no dial-plan rule yet'],
    [
      'the script hides them',
      ['configure voip', '  ip-group 0', '    name "Teams"', '    activate', '  exit', 'exit'],
      RULES,
      'its CLI script does not show the rules of its ini file',
    ],
    ['the script has no indentation', NESTED.map((line) => line.trim()), RULES, 'its CLI script does not show the rules of its ini file'],
    ['the script is empty', [], RULES, 'its CLI script does not show the rules of its ini file'],
    [
      'most rules are missing in the script',
      NESTED.filter((line) => !/globex|\+4143000"|acme-zz22|2000"/.test(line)),
      RULES,
      'its CLI script does not show the rules of its ini file',
    ],
    ['the same rows stand in two places', [...NESTED, ...SECTIONED], RULES, 'its CLI script shows the rules in two places'],
    [
      'contexts are not left with exit',
      NESTED.filter((line) => line !== '    exit'),
      RULES,
      'its CLI script does not show the rules of its ini file',
    ],
  ])('stays unknown when %s', (_, lines, rules, why) => {
    expect(learned(lines, rules)).toBe(`unknown: ${why}`);
  });

  it('stays unknown while name and tag of every sample are the same text', () => {
    const rule: RuleRow = { line: 0, plan: 'CustDialPlan', ruleIndex: 0, name: 'acme', prefix: '+4143', tag: 'acme' };
    const lines = BY_NAME.slice(0, 1).concat([
      '  dial-plan "CustDialPlan"',
      '    entry 0',
      '      label "acme"',
      '      match "+4143"',
      '      yields "acme"',
      '      activate',
      '    exit',
      '  exit',
      'exit',
    ]);
    expect(learned(lines, [rule])).toBe('unknown: in its rules name, prefix and tag cannot be told apart');
  });

  it('never throws on text of any kind', () => {
    const line = fc.oneof(fc.constantFrom(...NESTED, ...SECTIONED, ...FLAT), fc.string({ maxLength: 30 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        expect(learned(lines)).toEqual(expect.any(String));
      }),
    );
  });
});

describe('recorded spelling', () => {
  it.each([NESTED, SECTIONED, FLAT, BY_NAME])('reads back to what was learned', (...lines) => {
    const outcome = learnRuleSpelling(lines.join('\n'), PLANS, RULES);
    if (!('spelling' in outcome)) throw new Error(outcome.unknown);
    expect(readSpelling(formatSpelling(outcome.spelling))).toEqual(outcome.spelling);
  });

  it.each([
    '',
    'configure voip',
    'configure voip > rule {rule} : name=Name prefix=Prefix tag=Tag : activate',
    'configure voip > dial-plan {plan} > rule {rule} : name=Name prefix=Prefix : activate',
    'configure voip > dial-plan {plan} > rule {rule} : name=Name prefix=Prefix tag=Tag : reload',
    'configure voip\nreload > dial-plan {plan} > rule {rule} : name=Name prefix=Prefix tag=Tag : activate',
    'configure voip > dial-plan {plan} > rule {rule} : name=Name prefix=Prefix tag"=Tag : activate',
  ])('is refused when it is not one that was learned: %j', (text) => {
    expect(readSpelling(text)).toBeUndefined();
  });

  it('lets only plain words into a script', () => {
    expect(['sbc', 'ip-group', 'a.b_c', 'a b', 'a"', '', '-x', 'a\n', 'é', '?'].map(isPlainWord)).toEqual([
      true,
      true,
      true,
      ...Array(7).fill(false),
    ]);
  });
});
