import { describe, expect, it } from 'vitest';
import type { PlannedChange } from './batch-plan.ts';
import { namedFailures } from './script-failures.ts';
import { readSpelling } from './spelling.ts';

const SPELLING = readSpelling('configure voip > sbc dial-plan {plan} > dial-plan-rule {rule} : name=Name prefix=Prefix tag=Tag : activate');

function planned(ruleIndex: number, prefix: string, name: string): PlannedChange {
  const change = {
    system: 'sbc',
    target: 'x/y',
    kind: 'DialPlanRule',
    name: `P/${prefix}`,
    action: 'create',
    fields: [],
    after: [],
  } as const;
  return {
    change,
    writes: [
      {
        write: 'put',
        at: { plan: { index: 2, name: 'P' }, ruleIndex, line: ruleIndex },
        values: { Name: name, Prefix: prefix, Tag: 'error.example' },
      },
    ],
  };
}

const SENT = [planned(4, '+4143', 'acme-ab2c'), planned(5, '+41430', 'acme-zz22'), planned(6, '+41430001', 'globex-q7r4')];

function blamed(output: string): string[] {
  if (SPELLING === undefined) throw new Error('not a spelling');
  return [...namedFailures(output, SENT, SPELLING)].map(([{ change }, text]) => `${change.name}: ${text}`);
}

const ECHOES = [
  '# configure voip',
  '(config-voip)# sbc dial-plan 2',
  '(dial-plan-2)# dial-plan-rule 4',
  '(dial-plan-rule-2/4)# prefix "+4143"',
  '(dial-plan-rule-2/4)# tag "error.example"',
  '(dial-plan-rule-2/4)# activate',
  '(dial-plan-2)# dial-plan-rule 5',
  '(dial-plan-rule-2/5)# tag "error.example"',
  'Error: tag: value too long: out of range',
  '(dial-plan-rule-2/5)# activate',
];

describe('what a device says about a failing script', () => {
  it.each([
    ['line by line', ECHOES.join('\r\n')],
    ['flattened', ECHOES.join('. ')],
  ])('belongs to the row whose lines were echoed before it: %s', (_, output) => {
    expect(blamed(output)).toEqual(['P/+41430: Error: tag: value too long: out of range']);
  });

  it('belongs to the rule whose prefix or name it quotes, not to one whose prefix is a part of it', () => {
    expect(blamed('Error: prefix "+41430" is not allowed\ninvalid name globex-q7r4')).toEqual([
      'P/+41430: Error: prefix "+41430" is not allowed',
      'P/+41430001: invalid name globex-q7r4',
    ]);
  });

  it.each([
    '',
    'Incremental CLI Script file was loaded.',
    'Error: something went wrong',
    '(dial-plan-rule-2/4)# tag "error.example"',
  ])('is nobody in particular when it says %j', (output) => {
    expect(blamed(output)).toEqual([]);
  });
});
